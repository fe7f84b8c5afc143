/* SPDX-License-Identifier: Apache-2.0
 * Finding pictures. */
#include "library.h"
#include "mapped.h"
#include "paths.h"

#include "base/error.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct search {
    descry_library *library;
    descry_store *store;
    descry_model *model;   /* or NULL */
    const descry_search_options *options;
    descry_recipe recipe;
    float *vector;         /* [dim] of the query, of length 1 */
    int64_t named[1];      /* contents that the query names */
    size_t named_count;
} search;

/* ---- whose vectors --------------------------------------------------------------------------------------------- */

static int list_models(const descry_library_status *status, descry_buf *text, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < status->model_count && !rc; i++)
        rc = descry_buf_printf(text, err, "%s%s", i ? ", " : "", status->models[i].name);
    return rc;
}

/* The recipe of the model, or the only one of the library. */
static int choose_recipe(search *job, descry_error *err)
{
    descry_arena arena = {0};
    descry_library_status status;
    descry_buf names = {0};
    descry_model_info info = {0};
    const char *path = job->library->path;
    int rc = 0;
    if (job->model) {
        descry_clip_describe(job->model->clip, &info);
        rc = job->store->ops->recipe(job->store, info.recipe, info.name, info.dim, 0, &job->recipe, err);
        if (rc || job->recipe.vectors > 0)
            return rc;
    }
    rc = job->store->ops->status(job->store, &status, &arena, err);
    if (!rc)
        rc = list_models(&status, &names, err);
    if (!rc && status.model_count == 0)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no pictures are indexed yet", path);
    else if (!rc && job->model)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: nothing is indexed with %s as it is now, only with %s: index again",
                         path, info.name, names.data);
    else if (!rc && status.model_count > 1)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: which model of %s?", path, names.data);
    else if (!rc)
        rc = job->store->ops->recipe(job->store, status.models[0].recipe, status.models[0].name, status.models[0].dim,
                                     0, &job->recipe, err);
    descry_buf_free(&names);
    descry_arena_free(&arena);
    return rc;
}

static int warn_of_lacking(search *job, descry_error *err)
{
    uint64_t lacking;
    int rc = job->store->ops->lacking(job->store, &job->recipe, &lacking, err);
    if (!rc && lacking > 0)
        descry_log_write(&job->library->context->log, DESCRY_LOG_WARNING,
                         "%" PRIu64 " pictures are not indexed with this model and cannot be found", lacking);
    return rc;
}

/* ---- the vector of the query ----------------------------------------------------------------------------------- */

/* f16 rounding leaves a length that is 1 only nearly. */
static void normalize(float *vector, int dim)
{
    double square = 0;
    for (int i = 0; i < dim; i++)
        square += (double)vector[i] * vector[i];
    double length = sqrt(square);
    for (int i = 0; i < dim && length > 1e-12; i++)
        vector[i] = (float)(vector[i] / length);
}

static int use_stored(search *job, int64_t content, int *found, descry_error *err)
{
    int rc = job->store->ops->vector(job->store, &job->recipe, content, job->vector, found, err);
    if (!rc && *found)
        normalize(job->vector, job->recipe.dim);
    return rc;
}

static int embed_picture(search *job, const descry_buf *bytes, const char *path, descry_error *err)
{
    if (!job->model)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: a model is needed to look at it", path);
    const descry_preprocess *preprocess = descry_clip_preprocess(job->model->clip);
    descry_picture picture = {0};
    int rc = descry_picture_decode(&picture, (const uint8_t *)bytes->data, bytes->size, path,
                                   &job->options->preprocess.limits, err);
    if (rc)
        return rc;
    uint8_t *rgb = descry_alloc((size_t)preprocess->width * (size_t)preprocess->height, 3);
    rc = rgb ? descry_preprocess_run(preprocess, &job->options->preprocess, &picture, rgb, err)
             : descry_fail_memory(err);
    descry_picture_free(&picture);
    if (!rc)
        rc = descry_clip_embed_pixels(job->model->clip, rgb, 1, 1, job->vector, err);
    free(rgb);
    return rc;
}

/* A file, by its content if the library knows it. */
static int query_file(search *job, const char *path, descry_error *err)
{
    descry_buf bytes = {0};
    uint8_t digest[DESCRY_SHA256_SIZE];
    int64_t content = 0;
    int known = 0, found = 0;
    int rc = descry_file_read(&bytes, path, job->options->preprocess.limits.max_bytes, err);
    if (!rc)
        rc = descry_sha256_of(bytes.data, bytes.size, digest, err);
    if (!rc)
        rc = job->store->ops->content(job->store, digest, job->recipe.id, &content, &known, err);
    if (!rc && content)
        job->named[job->named_count++] = content;
    if (!rc && known)
        rc = use_stored(job, content, &found, err);
    if (!rc && !found)
        rc = embed_picture(job, &bytes, path, err);
    if (!rc)
        rc = descry_map_query(job->model, 0, job->vector, err);
    descry_buf_free(&bytes);
    return rc;
}

static int query_path(search *job, const char *path, descry_error *err)
{
    descry_buf whole = {0};
    const char *home = getenv("HOME");
    int rc = 0;
    if (path[0] == '~' && !home)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: HOME is not set", path);
    else
        rc = descry_buf_printf(&whole, err, "%s%s", path[0] == '~' ? home : "", path + (path[0] == '~'));
    if (!rc)
        rc = query_file(job, whole.data, err);
    descry_buf_free(&whole);
    return rc;
}

static int query_id(search *job, int64_t id, descry_error *err)
{
    descry_place place;
    descry_buf path = {0};
    int found = 0, rc = job->store->ops->place_by_id(job->store, id, job->recipe.id, &place, &path, err);
    if (!rc && !place.content)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no picture #%" PRId64, job->library->path, id);
    if (!rc)
        rc = use_stored(job, place.content, &found, err);
    if (!rc && found)
        job->named[job->named_count++] = place.content;
    else if (!rc)
        rc = query_file(job, path.data, err);
    if (!rc && found)
        rc = descry_map_query(job->model, 0, job->vector, err);
    descry_buf_free(&path);
    return rc;
}

static int query_text(search *job, const char *text, descry_error *err)
{
    if (!job->model)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a model is needed to search for a text");
    int rc = descry_clip_embed_texts(job->model->clip, &text, 1, 1, job->vector, err);
    return rc ? rc : descry_map_query(job->model, 1, job->vector, err);
}

/* "#" and digits: the number, else -1. */
static int64_t parse_id(const char *text)
{
    int64_t id = 0;
    if (*text++ != '#' || !*text)
        return -1;
    for (; *text; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(id, 10, &id) ||
            __builtin_add_overflow(id, *text - '0', &id))
            return -1;
    return id;
}

static int begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static int make_vector(search *job, const char *query, descry_error *err)
{
    descry_buf text = {0};
    while (isspace((unsigned char)*query))
        query++;
    int rc = descry_buf_printf(&text, err, "%s", query);
    while (!rc && text.size > 0 && isspace((unsigned char)text.data[text.size - 1]))
        text.data[--text.size] = 0;
    if (!rc && text.size == 0)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "an empty query");
    else if (!rc && parse_id(text.data) >= 0)
        rc = query_id(job, parse_id(text.data), err);
    else if (!rc && (text.data[0] == '/' || begins_with(text.data, "./") || begins_with(text.data, "../") ||
                     begins_with(text.data, "~/")))
        rc = query_path(job, text.data, err);
    else if (!rc)
        rc = query_text(job, text.data, err);
    descry_buf_free(&text);
    return rc;
}

/* ---- results --------------------------------------------------------------------------------------------------- */

static int give(search *job, const descry_hit *hits, size_t count, descry_match_callback each, void *arg,
                descry_error *err)
{
    descry_buf path = {0}, caption = {0};
    int rc = 0, stop = 0;
    for (size_t i = 0; i < count && !rc && !stop; i++) {
        descry_place place;
        path.size = caption.size = 0;
        rc = job->store->ops->place_by_id(job->store, hits[i].id, job->recipe.id, &place, &path, err);
        if (!rc)
            rc = job->store->ops->caption(job->store, hits[i].content, &caption, err);
        if (rc || !place.id) /* forgotten a moment ago */
            continue;
        descry_match match = {i + 1, hits[i].score, hits[i].id, path.data, caption.size ? caption.data : NULL};
        stop = each && each(arg, &match);
    }
    descry_buf_free(&path);
    descry_buf_free(&caption);
    return rc;
}

int descry_search(descry_library *library, descry_model *model, const char *query,
                  const descry_search_options *options, descry_match_callback each, void *arg, descry_error *err)
{
    static const descry_search_options defaults = DESCRY_SEARCH_OPTIONS_INIT;
    search job = {.library = library, .store = library->store, .model = model};
    job.options = options ? options : &defaults;
    descry_buf under = {0};
    descry_hit *hits = NULL;
    size_t count = 0;
    int rc = isnan(job.options->threshold) ? descry_fail(err, DESCRY_ERR_ARGUMENT, "the threshold is not a number")
                                           : choose_recipe(&job, err);
    if (!rc && !(job.vector = descry_alloc((size_t)job.recipe.dim, sizeof *job.vector)))
        rc = descry_fail_memory(err);
    if (!rc)
        rc = warn_of_lacking(&job, err);
    if (!rc)
        rc = make_vector(&job, query, err);
    if (!rc && job.options->under)
        rc = descry_library_resolve(library, job.options->under, &under, err);
    if (!rc) {
        descry_nearest nearest = {job.recipe.id, job.vector, job.options->k, job.options->threshold, under.data,
                                  job.named, job.named_count};
        rc = model && model->head
                 ? descry_mapped_nearest(library, model, &job.recipe, &nearest, &hits, &count, err)
                 : job.store->ops->nearest(job.store, &job.recipe, &nearest, &hits, &count, err);
    }
    if (!rc)
        rc = give(&job, hits, count, each, arg, err);
    free(hits);
    free(job.vector);
    descry_buf_free(&under);
    return rc;
}
