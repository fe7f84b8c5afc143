/* SPDX-License-Identifier: Apache-2.0
 * Opening: contexts and models. */
#include "descry_internal.h"

#include "base/error.h"
#include "image/picture.h"

#include <stdlib.h>

const char *descry_version(void)
{
    return DESCRY_VERSION;
}

void descry_free(void *memory)
{
    free(memory);
}

/* ---- context --------------------------------------------------------------------------------------------------- */

int descry_context_open(descry_context **out, const descry_context_options *options, descry_error *err)
{
    *out = NULL;
    static const descry_context_options defaults = DESCRY_CONTEXT_OPTIONS_INIT;
    if (!options)
        options = &defaults;
    descry_context *ctx = calloc(1, sizeof *ctx);
    if (!ctx)
        return descry_fail_memory(err);
    ctx->log = (descry_log){options->log, options->log_arg};
    int rc = descry_cpu_choose(&ctx->cpu, options->cpu ? options->cpu : getenv("DESCRY_CPU"), err);
    if (!rc)
        rc = descry_pool_open(&ctx->pool, options->threads, err);
    if (rc) {
        free(ctx);
        return rc;
    }
    *out = ctx;
    return 0;
}

void descry_context_close(descry_context **ctx)
{
    if (!ctx || !*ctx)
        return;
    descry_pool_close(&(*ctx)->pool);
    free(*ctx);
    *ctx = NULL;
}

unsigned descry_context_threads(const descry_context *ctx)
{
    return descry_pool_threads(ctx->pool);
}

const char *descry_context_cpu(const descry_context *ctx)
{
    return descry_cpu_name(ctx->cpu);
}
