/* SPDX-License-Identifier: Apache-2.0
 * Previews of files and of pictures in memory. */
#include "api/handles.h"

#include "base/error.h"
#include "base/options.h"

typedef struct preview {
    uint8_t **jpeg;
    size_t *size;
    int *width, *height; /* may be NULL */
} preview;

static int check(int side, descry_reading *how, const descry_preprocess_options *options, descry_error *err)
{
    if (side < 1 || side > DESCRY_PREVIEW_MOST)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a preview of %d pixels, not of 1 to %d", side, DESCRY_PREVIEW_MOST);
    return descry_reading_copy_whole(how, options, err);
}

/* Closes `bytes`. */
static int make(descry_context *ctx, descry_shared *bytes, const char *name, int side, const descry_reading *how, int untrusted,
                const preview *out, descry_error *err)
{
    const descry_job job = {.wanted = {.options = &how->options, .preview = side}, .untrusted = untrusted, .urgent = 1};
    descry_facts facts;
    int rc = descry_decoders_prepare(ctx->decoders, &job, bytes, name, NULL, &facts, NULL, err);
    descry_shared_close(bytes);
    if (rc)
        return rc;
    int swap = facts.orientation >= 5;
    if (out->width)
        *out->width = swap ? facts.height : facts.width;
    if (out->height)
        *out->height = swap ? facts.width : facts.height;
    *out->jpeg = facts.preview;
    *out->size = facts.preview_size;
    facts.preview = NULL;
    descry_facts_free(&facts);
    return 0;
}

int descry_preview_file(descry_context *ctx, const char *path, int side, const descry_preprocess_options *options,
                        uint8_t **jpeg, size_t *size, int *width, int *height, descry_error *err)
{
    descry_reading how;
    descry_shared bytes;
    *jpeg = NULL;
    int rc = check(side, &how, options, err);
    if (!rc)
        rc = descry_shared_read(&bytes, path, how.limits.max_bytes, err);
    return rc ? rc : make(ctx, &bytes, path, side, &how, 0, &(preview){jpeg, size, width, height}, err);
}

int descry_preview_memory(descry_context *ctx, const void *bytes, size_t size_of_bytes, const char *name, int side,
                          const descry_preprocess_options *options, uint8_t **jpeg, size_t *size, int *width, int *height,
                          descry_error *err)
{
    descry_reading how;
    *jpeg = NULL;
    name = name ? name : "picture";
    int rc = check(side, &how, options, err);
    if (!rc && size_of_bytes > how.limits.max_bytes)
        rc = descry_fail(err, DESCRY_ERR_LIMIT, "%s: more than the limit of %llu bytes", name,
                         (unsigned long long)how.limits.max_bytes);
    descry_shared given = descry_shared_none(bytes, size_of_bytes);
    return rc ? rc : make(ctx, &given, name, side, &how, 1, &(preview){jpeg, size, width, height}, err);
}
