/* SPDX-License-Identifier: Apache-2.0
 * What is done with chosen pictures: compared with texts, captions written beside them. */
#include "api/api.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COMPARED = 100, MOST_SIDECARS = 10000 };

int serve_ids_of(const json_t *object, size_t most, int64_t **ids, size_t *count, descry_error *err)
{
    const json_t *array = json_object_get(object, "ids");
    size_t n = json_array_size(array);
    *count = 0;
    *ids = NULL;
    if (!json_is_array(array) || n > most)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "ids: an array of at most %zu numbers is expected", most);
    *ids = calloc(n + 1, sizeof **ids);
    if (!*ids)
        return serve_fail_memory(err);
    for (; *count < n; ++*count) {
        const json_t *id = json_array_get(array, *count);
        if (!json_is_integer(id) || json_integer_value(id) < 1) {
            free(*ids);
            *ids = NULL;
            return serve_fail(err, DESCRY_ERR_ARGUMENT, "ids: numbers above 0 are expected");
        }
        (*ids)[*count] = json_integer_value(id);
    }
    return 0;
}

/* ---- the matrix ------------------------------------------------------------------------------------------------------ */

static int texts_of(const json_t *object, const char *texts[MOST_COMPARED], size_t *count, descry_error *err)
{
    const json_t *array = json_object_get(object, "texts");
    *count = json_array_size(array);
    if (!json_is_array(array) || *count < 1 || *count > MOST_COMPARED)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "texts: an array of 1 to %d strings is expected", MOST_COMPARED);
    for (size_t i = 0; i < *count; i++)
        if (!(texts[i] = json_string_value(json_array_get(array, i))))
            return serve_fail(err, DESCRY_ERR_ARGUMENT, "texts: strings are expected");
    return 0;
}

static float dot(const float *a, const float *b, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* A row of cosines for each picture, null for one without a vector. */
static json_t *compare(serve_worker *worker, const char *model, size_t dim, const int64_t *ids, size_t pictures, const float *texts,
                       size_t count, descry_error *err)
{
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < pictures; i++) {
        const descry_entry *entry;
        json_t *row = json_null();
        if (descry_entry_at(worker->library, ids[i], model, &entry, err) == 0 && entry->vector && (size_t)entry->dim == dim) {
            row = json_array();
            for (size_t t = 0; row && t < count; t++)
                json_array_append_new(row, json_real((double)dot(entry->vector, texts + t * dim, dim)));
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

int serve_api_matrix(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *texts[MOST_COMPARED];
    json_t *object = NULL, *rows = NULL;
    descry_model *model = NULL;
    int64_t *ids = NULL;
    size_t pictures, count, dim;
    float *embeddings = NULL;
    char *name = serve_model_name(worker);
    int rc = serve_object_of(request, &object, err);
    rc = rc ? rc : serve_ids_of(object, MOST_COMPARED, &ids, &pictures, err);
    rc = rc ? rc : texts_of(object, texts, &count, err);
    rc = rc ? rc : serve_model_hold(worker, NULL, &model, err);
    if (!rc) {
        dim = (size_t)descry_model_get_info(model)->dim;
        embeddings = calloc(count * dim, sizeof *embeddings);
        rc = embeddings ? descry_embed_texts(model, texts, count, 1, embeddings, err) : serve_fail_memory(err);
        if (!rc)
            rows = compare(worker, name, dim, ids, pictures, embeddings, count, err);
        rc = rc ? rc : serve_reply_json(reply, rows ? json_pack("{s:o}", "scores", rows) : NULL, err);
        serve_model_release(worker->server, &model);
    }
    free(embeddings);
    free(ids);
    free(name);
    json_decref(object);
    return rc;
}

/* ---- sidecars ---------------------------------------------------------------------------------------------------------- */

/* Writes the caption of one picture.  *outcome DESCRY_SIDECAR_NOTHING: it has none. */
static int write_one(serve_worker *worker, int64_t id, descry_sidecar_outcome *outcome, descry_error *err)
{
    const descry_entry *entry;
    *outcome = DESCRY_SIDECAR_NOTHING;
    int rc = descry_entry_at(worker->library, id, NULL, &entry, err);
    if (rc || !entry->caption)
        return rc;
    if (entry->source)
        return serve_fail(err, DESCRY_ERR_NOT_FOUND, "picture %lld has no file", (long long)id);
    return descry_sidecar_write(worker->server->ctx, entry->path, entry->caption, entry->captioner ? entry->captioner : "a person", NULL,
                                outcome, NULL, err);
}

int serve_api_sidecars(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    json_t *object = NULL, *failed = json_array();
    int64_t *ids = NULL;
    size_t count = 0, written = 0, kept = 0;
    int rc = serve_object_of(request, &object, err);
    rc = rc ? rc : serve_ids_of(object, MOST_SIDECARS, &ids, &count, err);
    for (size_t i = 0; !rc && i < count; i++) {
        descry_sidecar_outcome outcome;
        descry_error why;
        if (write_one(worker, ids[i], &outcome, &why))
            json_array_append_new(failed, json_pack("{s:I, s:o}", "id", (json_int_t)ids[i], "message", serve_json_text(why.message)));
        else if (outcome == DESCRY_SIDECAR_WRITTEN || outcome == DESCRY_SIDECAR_REPLACED)
            written++;
        else
            kept++;
    }
    free(ids);
    json_decref(object);
    if (!rc)
        return serve_reply_json(reply, json_pack("{s:I, s:I, s:o}", "written", (json_int_t)written, "kept", (json_int_t)kept, "failed",
                                                 failed), err);
    json_decref(failed);
    return rc;
}
