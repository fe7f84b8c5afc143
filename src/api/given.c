/* SPDX-License-Identifier: Apache-2.0
 * Pictures that strangers give: by a URL, and how large one in memory is. */
#include "api/handles.h"

#include "base/error.h"
#include "base/options.h"
#include "net/fetch.h"

int descry_embed_url(descry_model *model, const char *url, const descry_net_options *net, const descry_preprocess_options *options,
                     int normalize, float *out, descry_error *err)
{
    descry_net_options from = DESCRY_NET_OPTIONS_INIT;
    descry_reading how;
    const descry_net *module;
    descry_buf bytes = {0};
    int rc = DESCRY_COPY_OPTIONS(&from, net, err);
    rc = rc ? rc : descry_reading_copy(&how, options, err);
    rc = rc ? rc : descry_net_open(&module, url, err);
    if (rc)
        return rc;
    uint64_t most = from.max_bytes < how.limits.max_bytes ? from.max_bytes : how.limits.max_bytes;
    const descry_fetch_options fetch = {most, from.seconds, from.allow_private ? NULL : descry_address_is_public};
    rc = module->fetch(&bytes, url, &fetch, err);
    if (!rc)
        rc = descry_embed_memory(model, bytes.data, bytes.size, url, options, normalize, out, err);
    descry_buf_free(&bytes);
    return rc;
}

int descry_measure_memory(descry_context *ctx, const void *bytes, size_t size, const char *name,
                          const descry_preprocess_options *options, int *width, int *height, descry_error *err)
{
    descry_reading how;
    descry_facts facts;
    descry_shared given = descry_shared_none(bytes, size);
    name = name ? name : "picture";
    int rc = descry_reading_copy(&how, options, err);
    if (!rc && size > how.limits.max_bytes)
        rc = descry_fail(err, DESCRY_ERR_LIMIT, "%s: more than the limit of %llu bytes", name, (unsigned long long)how.limits.max_bytes);
    const descry_job job = {.wanted = {.options = &how.options}, .untrusted = 1, .urgent = 1};
    rc = rc ? rc : descry_decoders_prepare(ctx->decoders, &job, &given, name, NULL, &facts, NULL, err);
    if (rc)
        return rc;
    *width = facts.width;
    *height = facts.height;
    descry_facts_free(&facts);
    return 0;
}
