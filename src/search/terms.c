/* SPDX-License-Identifier: Apache-2.0
 * Embeddings of a query's terms: stored vectors for pictures in the library, else by the model, which is opened on demand. */
#include "search/search.h"
#include "search/mapped.h"

#include "base/error.h"
#include "base/watch.h"
#include "net/fetch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the model ------------------------------------------------------------------------------------------------- */

static int need_model(descry_search_job *job, const char *what, descry_error *err)
{
    if (job->model)
        return 0;
    if (!job->how.open_model)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: a model is needed to look for it", what);
    int rc = job->how.open_model(job->how.model_arg, job->recipe_name, &job->model, err);
    if (rc)
        return rc;
    const descry_model_info *info = descry_clip_info(job->model->clip);
    if (strcmp(info->recipe, job->recipe_digest) == 0)
        return 0;
    return descry_fail(err, DESCRY_ERR_NOT_FOUND,
                       "%s: nothing is indexed with %s as it is now, only with %s as it was: index again",
                       job->library->path, info->name, job->recipe_name);
}

/* ---- pictures -------------------------------------------------------------------------------------------------- */

static void add_named(descry_search_job *job, int64_t content)
{
    if (content && job->named_count < DESCRY_QUERY_MAX_TERMS)
        job->named[job->named_count++] = content;
}

/* part: of the picture, upright; NULL: the whole */
static int embed_picture(descry_search_job *job, const descry_shared *bytes, const char *name, int untrusted,
                         const descry_region *part, float *vector, descry_error *err)
{
    descry_facts facts;
    int rc = need_model(job, name, err);
    if (rc)
        return rc;
    const descry_preprocess *preprocess = descry_clip_preprocess(job->model->clip);
    descry_job how = {.wanted = {.preprocess = preprocess, .options = &job->reading.options}, .untrusted = untrusted, .urgent = 1};
    if (part)
        how.wanted.region = *part;
    uint8_t *rgb = descry_alloc((size_t)preprocess->width * (size_t)preprocess->height, 3);
    rc = rgb ? descry_decoders_prepare(job->library->context->decoders, &how, bytes, name, rgb, &facts, NULL, err)
             : descry_fail_memory(err);
    if (!rc) {
        descry_facts_free(&facts);
        rc = descry_clip_embed_pixels(job->model->clip, rgb, 1, 1, vector, err);
    }
    free(rgb);
    return rc;
}

/* The stored vector of an encoded picture, by its digest, else its embedding. */
static int embed_bytes(descry_search_job *job, const descry_shared *bytes, const char *name, int untrusted, float *vector,
                       descry_error *err)
{
    uint8_t digest[DESCRY_SHA256_SIZE];
    const uint8_t *const digests[] = {digest};
    descry_known known = {0};
    int found = 0;
    int rc = descry_sha256_of(bytes->data, bytes->size, digest, err);
    if (!rc)
        rc = job->store->ops->contents(job->store, digests, 1, job->recipe.id, &known, err);
    if (!rc)
        add_named(job, known.id);
    if (!rc && known.has_vector)
        rc = job->store->ops->vectors(job->store, &job->recipe, &known.id, 1, vector, &found, err);
    return rc || found ? rc : embed_picture(job, bytes, name, untrusted, NULL, vector, err);
}

static int embed_file(descry_search_job *job, const char *path, float *vector, descry_error *err)
{
    descry_shared bytes;
    int rc = descry_shared_read(&bytes, path, job->reading.limits.max_bytes, err);
    if (rc)
        return rc;
    rc = embed_bytes(job, &bytes, path, 0, vector, err);
    descry_shared_close(&bytes);
    return rc;
}

int descry_search_expand(const char *path, descry_buf *whole, descry_error *err)
{
    const char *home = getenv("HOME");
    const int from_home = path[0] == '~' && (path[1] == '/' || !path[1]);
    if (from_home && !home)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: HOME is not set", path);
    return descry_buf_printf(whole, err, "%s%s", from_home ? home : "", path + from_home);
}

static int embed_path(descry_search_job *job, const char *path, float *vector, descry_error *err)
{
    descry_buf whole = {0};
    int rc = descry_search_expand(path, &whole, err);
    if (!rc)
        rc = embed_file(job, whole.data, vector, err);
    descry_buf_free(&whole);
    return rc;
}

static int embed_url(descry_search_job *job, const char *url, float *vector, descry_error *err)
{
    const descry_net_options *net = &job->net;
    descry_fetch_options how = {net->max_bytes, net->seconds, net->allow_private ? NULL : descry_address_is_public};
    const descry_net *module;
    descry_buf bytes = {0};
    if (how.max_bytes > job->reading.limits.max_bytes)
        how.max_bytes = job->reading.limits.max_bytes;
    int rc = descry_net_open(&module, url, err);
    if (!rc)
        rc = module->fetch(&bytes, url, &how, err);
    descry_shared fetched = descry_shared_none(bytes.data, bytes.size);
    if (!rc)
        rc = embed_bytes(job, &fetched, url, 1, vector, err);
    descry_buf_free(&bytes);
    return rc;
}

static int embed_part(descry_search_job *job, const char *path, const descry_region *part, float *vector, descry_error *err)
{
    descry_shared bytes;
    int rc = descry_shared_read(&bytes, path, job->reading.limits.max_bytes, err);
    if (rc)
        return rc;
    rc = embed_picture(job, &bytes, path, 0, part, vector, err);
    descry_shared_close(&bytes);
    return rc;
}

static int embed_id(descry_search_job *job, int64_t id, const descry_region *part, float *vector, descry_error *err)
{
    const descry_wanted wanted = {.vectors = &job->recipe};
    descry_row row = {0};
    descry_arena arena = {0};
    int rc = job->store->ops->details(job->store, &id, 1, &wanted, &row, &arena, err);
    if (!rc && !row.content)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no picture #%" PRId64, job->library->path, id);
    int whole = descry_region_is_whole(part);
    if (!rc && whole && row.vector) {
        memcpy(vector, row.vector, (size_t)job->recipe.dim * sizeof *vector);
        add_named(job, row.content);
    } else if (!rc && row.source)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: %s", row.path,
                         whole ? "no vector of this model" : "no file to look at a part of");
    else if (!rc && whole)
        rc = embed_file(job, row.path, vector, err);
    else if (!rc) {
        add_named(job, row.content);
        rc = embed_part(job, row.path, part, vector, err);
    }
    descry_arena_free(&arena);
    return rc;
}

/* A vector that the caller has given a name. */
static int copy_vector(const descry_search_job *job, const descry_named_vector *named, float *vector, descry_error *err)
{
    const size_t dim = (size_t)job->recipe.dim;
    if (named->dim != dim)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: a vector of %zu numbers; the model's have %zu", named->name, named->dim, dim);
    memcpy(vector, named->vector, dim * sizeof *vector);
    return 0;
}

/* ---- any term -------------------------------------------------------------------------------------------------- */

int descry_search_embed(void *arg, const descry_term *term, float *vector, descry_error *err)
{
    descry_search_job *job = arg;
    const char *text = term->text;
    int rc = descry_watch_cancelled(job->how.cancel, err);
    if (rc)
        return rc;
    switch (term->kind) {
    case DESCRY_TERM_FILE:
        rc = embed_path(job, text, vector, err);
        break;
    case DESCRY_TERM_URL:
        rc = embed_url(job, text, vector, err);
        break;
    case DESCRY_TERM_ID:
        rc = embed_id(job, term->id, &term->part, vector, err);
        break;
    case DESCRY_TERM_VECTOR:
        rc = copy_vector(job, &job->vectors[term->id], vector, err);
        break;
    case DESCRY_TERM_TEXT:
        rc = need_model(job, text, err);
        if (!rc)
            rc = descry_clip_embed_texts(job->model->clip, &text, 1, 1, vector, err);
        break;
    }
    return rc ? rc : descry_map_query(job->how.head, term->kind == DESCRY_TERM_TEXT, vector, err);
}
