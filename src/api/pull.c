/* SPDX-License-Identifier: Apache-2.0
 * Models fetched, with their tokenizers, and removed. */
#include "base/error.h"
#include "clip/clip.h"
#include "clip/locate.h"
#include "clip/tokenizers.h"
#include "hub/cache.h"
#include "hub/pull.h"

#include <stdlib.h>
#include <string.h>

static const char *repository_of(const char *name, descry_error *err)
{
    const char *source = descry_locate_repository(name);
    if (!source)
        descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no published model has this name: give architecture/tag as 'descry models' lists "
                    "them, or hf-hub:organisation/name", name);
    return source;
}

static int pull_model(const char *name, const descry_pull_options *options, descry_error *err)
{
    const char *source = repository_of(name, err);
    if (!source)
        return DESCRY_ERR_NOT_FOUND;
    const descry_pretrained *weights = descry_clip_pretrained_of(source);
    const descry_hub_wish wish = {.source = source, .file = weights ? weights->file : NULL,
                                  .licence = weights ? weights->licence : NULL, .needs_config = !weights};
    return descry_hub_pull(&wish, options, err);
}

/* That of the model in a folder, unless it is there: whoever else put it there knows which commit of it they want. */
static int pull_tokenizer(const char *folder, const char *name, const descry_pull_options *options, descry_error *err)
{
    descry_buf source = {0};
    int rc = descry_tokenizer_source(&source, folder, name, err);
    int has = rc ? rc : source.size ? descry_tokenizer_is_installed(descry_hub_name(source.data), err) : 1;
    rc = has < 0 ? has : 0;
    if (!has)
        rc = descry_hub_pull(&(descry_hub_wish){.source = source.data, .tokenizer = 1}, options, err);
    descry_buf_free(&source);
    return rc;
}

int descry_pull(descry_context *ctx, const char *name, const descry_pull_options *options, descry_error *err)
{
    int size;
    char *own = strndup(name, descry_locate_size(name, &size));
    descry_buf folder = {0};
    (void)ctx; /* whatever is to be shared one day */
    if (!own)
        return descry_fail_memory(err);
    bool is_folder = descry_locate_folder(own) && descry_locate_model(&folder, own, NULL) == 0;
    int rc = is_folder ? 0 : pull_model(own, options, err);
    if (!rc && !is_folder)
        rc = descry_locate_model(&folder, own, err);
    if (!rc)
        rc = pull_tokenizer(folder.data, own, options, err);
    descry_buf_free(&folder);
    free(own);
    return rc;
}

/* ---- removing -------------------------------------------------------------------------------------------------- */

typedef struct use {
    const char *tokenizer, *model; /* "hf-hub:org/name": of which another than the model is looked for that uses it */
} use;

static int uses(void *arg, const char *name, const char *folder)
{
    const use *u = arg;
    descry_buf source = {0};
    int is = strcmp(name, u->model) != 0 && (descry_tokenizer_source(&source, folder, name, NULL) != 0 || /* who knows */
                                             (source.size && strcmp(source.data, u->tokenizer) == 0));
    descry_buf_free(&source);
    return is;
}

static int is_used(const char *tokenizer, const char *model)
{
    return descry_each_installed(uses, &(use){tokenizer, model}) != 0;
}

int descry_pull_remove(descry_context *ctx, const char *name, uint64_t *bytes, descry_error *err)
{
    const char *source = repository_of(name, err);
    descry_buf folder = {0}, tokenizer = {0};
    uint64_t more = 0;
    (void)ctx;
    *bytes = 0;
    if (!source)
        return DESCRY_ERR_NOT_FOUND;
    int rc = 0;
    if (descry_locate_model(&folder, source, NULL) == 0)
        rc = descry_tokenizer_source(&tokenizer, folder.data, source, err);
    if (!rc)
        rc = descry_hub_remove(source, is_used(source, source), bytes, err);
    if (!rc && tokenizer.size && strcmp(tokenizer.data, source) != 0 && !is_used(tokenizer.data, source) &&
        descry_hub_only_tokenizer(tokenizer.data))
        rc = descry_hub_remove(tokenizer.data, 0, &more, err);
    *bytes += more;
    descry_buf_free(&folder);
    descry_buf_free(&tokenizer);
    return rc;
}
