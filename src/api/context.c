/* SPDX-License-Identifier: Apache-2.0
 * Contexts; lists of models and features. */
#include "api/handles.h"

#include "base/cpu.h"
#include "base/error.h"
#include "base/options.h"
#include "clip/locate.h"
#include "image/picture.h"
#include "meta/xmp.h"
#include "net/fetch.h"

#include <stdlib.h>

const char *descry_version(void)
{
    return DESCRY_VERSION;
}

void descry_free(void *memory)
{
    free(memory);
}

int descry_context_open(descry_context **out, const descry_context_options *options, descry_error *err)
{
    *out = NULL;
    descry_context_options how = DESCRY_CONTEXT_OPTIONS_INIT;
    int rc = DESCRY_COPY_OPTIONS(&how, options, err);
    if (rc)
        return rc;
    descry_context *ctx = calloc(1, sizeof *ctx);
    if (!ctx)
        return descry_fail_memory(err);
    ctx->log = (descry_log){how.log, how.log_arg};
    descry_decoders_options decoders = {.folder = how.libexec, .log = ctx->log};
    uint32_t features = 0;
    rc = descry_cpu_choose(&features, how.cpu ? how.cpu : getenv("DESCRY_CPU"), err);
    if (!rc)
        rc = descry_sandbox_choose(&decoders.sandbox, err);
    descry_kernels_fill(&ctx->kernels, features);
    if (!rc)
        rc = descry_pool_open(&ctx->pool, how.threads, err);
    if (!rc) {
        decoders.workers = descry_pool_threads(ctx->pool);
        rc = descry_decoders_open(&ctx->decoders, &decoders, err);
    }
    if (rc) {
        descry_pool_close(&ctx->pool);
        free(ctx);
        return rc;
    }
    pthread_mutex_init(&ctx->opening, NULL);
    *out = ctx;
    return 0;
}

void descry_context_close(descry_context **ctx)
{
    if (!ctx || !*ctx)
        return;
    descry_decoders_close(&(*ctx)->decoders);
    descry_pool_close(&(*ctx)->pool);
    descry_tokenizer_close(&(*ctx)->tokenizer);
    pthread_mutex_destroy(&(*ctx)->opening);
    free(*ctx);
    *ctx = NULL;
}

unsigned descry_context_threads(const descry_context *ctx)
{
    return descry_pool_threads(ctx->pool);
}

const char *descry_context_cpu(const descry_context *ctx)
{
    return ctx->kernels.name;
}

/* ---- models and features ---------------------------------------------------------------------------------------- */

typedef struct model_list {
    descry_model_callback each;
    void *arg;
} model_list;

static int list_installed(void *arg, const char *name, const char *folder)
{
    const model_list *l = arg;
    uint64_t bytes = 0;
    int dim = 0;
    descry_clip_peek(folder, name, &dim, &bytes);
    return l->each(l->arg, &(descry_known_model){name, folder, dim, bytes});
}

int descry_models(descry_model_callback each, void *arg, descry_error *err)
{
    model_list l = {each, arg};
    if (descry_each_installed(list_installed, &l))
        return 0;
    const char *name;
    size_t at = 0;
    int rc;
    while ((rc = descry_clip_known(&name, &at, err)) == 1)
        if (each(arg, &(descry_known_model){name, NULL, 0, 0}))
            return 0;
    return rc;
}

const descry_pretrained *descry_pretrained_at(size_t index)
{
    return descry_clip_pretrained(index);
}

const descry_pretrained *descry_pretrained_find(const char *name)
{
    return descry_clip_pretrained_find(name);
}

int descry_pretrained_can(const descry_pretrained *weights)
{
    return descry_clip_pretrained_can(weights);
}

int descry_can_caption(const char *name)
{
    return descry_clip_can_caption(name);
}

const char *descry_feature(size_t index)
{
    const char *const others[] = {descry_fetch_feature(), descry_xmp_feature(), descry_sandbox_feature()};
    size_t formats = 0, next = 0;
    while (formats <= index && descry_picture_format(formats))
        formats++;
    if (formats > index)
        return descry_picture_format(index);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] && formats + next++ == index)
            return others[i];
    return NULL;
}
