/* SPDX-License-Identifier: Apache-2.0
 * Models fetched, and removed. */
#include "base/error.h"
#include "clip/clip.h"
#include "clip/locate.h"
#include "hub/cache.h"
#include "hub/pull.h"

static const char *repository_of(const char *name, descry_error *err)
{
    const char *source = descry_locate_repository(name);
    if (!source)
        descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no published model has this name: give architecture/tag as 'descry models' lists "
                    "them, or hf-hub:organisation/name", name);
    return source;
}

int descry_pull(descry_context *ctx, const char *name, const descry_pull_options *options, descry_error *err)
{
    const char *source = repository_of(name, err);
    (void)ctx; /* whatever is to be shared one day */
    if (!source)
        return DESCRY_ERR_NOT_FOUND;
    const descry_pretrained *weights = descry_clip_pretrained_of(source);
    const descry_hub_wish wish = {.source = source, .file = weights ? weights->file : NULL,
                                  .licence = weights ? weights->licence : NULL, .needs_config = !weights};
    return descry_hub_pull(&wish, options, err);
}

int descry_pull_remove(descry_context *ctx, const char *name, uint64_t *bytes, descry_error *err)
{
    const char *source = repository_of(name, err);
    (void)ctx;
    *bytes = 0;
    return source ? descry_hub_remove(source, bytes, err) : DESCRY_ERR_NOT_FOUND;
}
