/* SPDX-License-Identifier: Apache-2.0
 * The service of clip-retrieval, for its clients and its page; docs/serve.md.  There is one index, the library's pictures, which
 * stands for "text", too.  Errors say nothing, as there. */
#include "compat/compat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RESULTS = 10000, SIDE = 512, LANES = 16 };

static const float SAME = 0.94f; /* cosine above which two results are copies of each other */

/* ---- parts of answers -------------------------------------------------------------------------------------------- */

/* The picture as a JPEG, in base64; NULL: none. */
static char *picture_of(descry_library *library, int64_t id)
{
    uint8_t *jpeg;
    size_t size;
    if (descry_thumbnail(library, id, SIDE, &jpeg, &size, NULL, NULL))
        return NULL;
    char *text = serve_base64(jpeg, size);
    descry_free(jpeg);
    return text;
}

/* Adds what is known of a picture to an object; the entry is not valid any more afterwards. */
static int describe(descry_library *library, json_t *object, const descry_entry *e)
{
    const int64_t id = e->id;
    bool has_file = !e->source;
    int rc = json_object_set_new(object, e->source ? "url" : "image_path", serve_json_text(e->path));
    if (!rc && e->caption)
        rc = json_object_set_new(object, "caption", serve_json_text(e->caption));
    char *picture = rc || !has_file ? NULL : picture_of(library, id);
    if (picture)
        rc = json_object_set_new(object, "image", json_string(picture));
    free(picture);
    return rc;
}

/* The library's name among indices: that of its file. */
static char *index_name(const serve_server *server)
{
    const char *slash = strrchr(server->library, '/');
    char *name = strdup(slash ? slash + 1 : server->library), *dot = name ? strrchr(name, '.') : NULL;
    if (dot && dot > name)
        *dot = 0;
    return name;
}

static int sorry(serve_reply *reply, unsigned status, const char *message)
{
    descry_error err;
    serve_reply_clear(reply);
    reply->status = status;
    return serve_reply_json(reply, json_pack("{s:s}", "message", message), &err);
}

/* ---- searching --------------------------------------------------------------------------------------------------- */

typedef struct hit {
    int64_t id;
    float score;
} hit;

typedef struct hits {
    hit *items; /* [count] */
    size_t count;
} hits;

static const char *text_of(json_t *request, const char *key)
{
    const char *text = json_string_value(json_object_get(request, key));
    return text && *text ? text : NULL;
}

static int embed_image(descry_model *model, const char *text, float *vector, descry_error *err)
{
    size_t size;
    uint8_t *bytes = serve_base64_decode(text, strlen(text), &size);
    if (!bytes)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "image: not base64");
    int rc = descry_embed_memory(model, bytes, size, "image", NULL, 1, vector, err);
    free(bytes);
    return rc;
}

static int take_vector(json_t *array, float *vector, size_t dim, double *length, descry_error *err)
{
    double square = 0;
    if (!json_is_array(array) || json_array_size(array) != dim)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "embedding_input: %zu numbers are expected", dim);
    for (size_t i = 0; i < dim; i++) {
        json_t *x = json_array_get(array, i);
        if (!json_is_number(x))
            return serve_fail(err, DESCRY_ERR_ARGUMENT, "embedding_input: numbers are expected");
        vector[i] = (float)json_number_value(x);
        square += (double)vector[i] * vector[i];
    }
    *length = sqrt(square);
    return 0;
}

/* The query's vector [dim], of this length: by its text, else its picture, its picture's URL, or as it is given. */
static int query_of(json_t *request, descry_model *model, float *vector, size_t dim, double *length, descry_error *err)
{
    const char *text = text_of(request, "text"), *image = text_of(request, "image"), *url = text_of(request, "image_url");
    *length = 1;
    if (text)
        return descry_embed_texts(model, &text, 1, 1, vector, err);
    if (image)
        return embed_image(model, image, vector, err);
    if (url)
        return descry_embed_url(model, url, NULL, NULL, 1, vector, err);
    return take_vector(json_object_get(request, "embedding_input"), vector, dim, length, err);
}

static int collect(descry_results *results, double length, hits *found, descry_error *err)
{
    const descry_match *match;
    size_t room = descry_results_count(results);
    int rc = 0;
    found->items = calloc(room + 1, sizeof *found->items);
    if (!found->items)
        return serve_fail_memory(err);
    while (found->count < room && (rc = descry_results_next(results, &match, err)) > 0)
        found->items[found->count++] = (hit){match->id, (float)(match->score * length)};
    return rc < 0 ? rc : 0;
}

static int find(serve_worker *worker, descry_model *model, json_t *request, size_t k, hits *found, descry_error *err)
{
    size_t dim = (size_t)descry_model_get_info(model)->dim;
    float *vector = malloc(dim * sizeof *vector);
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    descry_results *results;
    double length;
    how.k = k;
    int rc = vector ? query_of(request, model, vector, dim, &length, err) : serve_fail_memory(err);
    rc = rc ? rc : descry_search_vector(&results, worker->library, model, vector, dim, &how, err);
    free(vector);
    if (rc)
        return rc;
    rc = collect(results, length, found, err);
    descry_results_close(&results);
    return rc;
}

/* ---- copies ------------------------------------------------------------------------------------------------------ */

static float dot(const float *a, const float *b, size_t n)
{
    float lanes[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lanes[j] += a[i + j] * b[i + j];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (size_t j = 0; j < LANES; j++)
        sum += lanes[j];
    return sum;
}

static size_t root_of(size_t *parents, size_t i)
{
    while (parents[i] != i)
        i = parents[i] = parents[parents[i]];
    return i;
}

/* Stored vectors of the hits, of length 1: [count, dim]; 0 where there is none. */
static int read_vectors(serve_worker *worker, const descry_model *model, const hits *found, size_t dim, float *vectors, descry_error *err)
{
    const char *recipe = descry_model_get_info(model)->recipe;
    int rc = 0;
    for (size_t i = 0; !rc && i < found->count; i++) {
        const descry_entry *entry;
        rc = descry_entry_at(worker->library, found->items[i].id, recipe, &entry, err);
        if (rc == DESCRY_ERR_NOT_FOUND) /* forgotten meanwhile */
            rc = 0;
        else if (!rc && entry->vector && entry->dim == (int)dim)
            memcpy(vectors + i * dim, entry->vector, dim * sizeof *vectors);
    }
    return rc;
}

/* Of each connected component of results that are the same, only the best stays: the root, as the lower of two always is. */
static int drop_copies(serve_worker *worker, const descry_model *model, hits *found, descry_error *err)
{
    size_t dim = (size_t)descry_model_get_info(model)->dim, n = found->count, kept = 0;
    float *vectors = calloc(n * dim + 1, sizeof *vectors);
    size_t *parents = calloc(n + 1, sizeof *parents);
    int rc = vectors && parents ? read_vectors(worker, model, found, dim, vectors, err) : serve_fail_memory(err);
    for (size_t i = 0; !rc && i < n; i++) {
        parents[i] = i;
        for (size_t j = 0; j < i; j++) {
            size_t a = root_of(parents, i), b = root_of(parents, j);
            if (a != b && dot(vectors + i * dim, vectors + j * dim, dim) > SAME)
                parents[a > b ? a : b] = a < b ? a : b;
        }
    }
    for (size_t i = 0; !rc && i < n; i++)
        if (parents[i] == i)
            found->items[kept++] = found->items[i];
    if (!rc)
        found->count = kept;
    free(vectors);
    free(parents);
    return rc;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/* {"id", "similarity"}, and of the first `described` what is known of them. */
static int answer_hits(serve_worker *worker, const hits *found, size_t described, json_t **array, descry_error *err)
{
    int rc = 0;
    *array = json_array();
    for (size_t i = 0; !rc && i < found->count; i++) {
        const hit *h = &found->items[i];
        const descry_entry *entry;
        json_t *object = json_pack("{s:I, s:f}", "id", (json_int_t)h->id, "similarity", (double)h->score);
        if (object && i < described) {
            rc = descry_entry_at(worker->library, h->id, NULL, &entry, err);
            if (rc == DESCRY_ERR_NOT_FOUND) {
                json_decref(object);
                rc = 0;
                continue;
            }
            if (!rc && describe(worker->library, object, entry))
                rc = serve_fail_memory(err);
        }
        if (json_array_append_new(*array, object) && !rc)
            rc = serve_fail_memory(err);
    }
    if (rc)
        json_decref(*array);
    return rc;
}

static bool count_of(json_t *value, size_t *count)
{
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 0)
        return false;
    *count = n < MOST_RESULTS ? (size_t)n : MOST_RESULTS;
    return true;
}

static bool is_index(const serve_server *server, json_t *value)
{
    const char *name = json_string_value(value);
    char *own = index_name(server);
    bool same = json_is_null(value) || (name && own && (!*name || strcmp(name, own) == 0));
    free(own);
    return same;
}

static int knn(serve_worker *worker, json_t *request, serve_reply *reply, descry_error *err)
{
    size_t described, k;
    json_t *all = json_object_get(request, "num_result_ids"), *array;
    descry_model *model;
    hits found = {0};
    if (!count_of(json_object_get(request, "num_images"), &described) || !json_is_string(json_object_get(request, "modality")) ||
        !is_index(worker->server, json_object_get(request, "indice_name")))
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "num_images, modality and indice_name are needed");
    k = described;
    if (all && !json_is_null(all) && !count_of(all, &k))
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "num_result_ids: a number is expected");
    if (k == 0)
        return serve_reply_json(reply, json_array(), err);
    int rc = serve_model_hold(worker, NULL, &model, err);
    if (rc)
        return rc;
    rc = find(worker, model, request, k, &found, err);
    if (!rc && json_is_true(json_object_get(request, "deduplicate")))
        rc = drop_copies(worker, model, &found, err);
    serve_model_release(worker->server, &model);
    rc = rc ? rc : answer_hits(worker, &found, described, &array, err);
    free(found.items);
    return rc ? rc : serve_reply_json(reply, array, err);
}

static int metadata(serve_worker *worker, json_t *request, serve_reply *reply, descry_error *err)
{
    json_t *ids = json_object_get(request, "ids"), *id, *array;
    size_t i;
    int rc = 0;
    if (!json_is_array(ids) || json_array_size(ids) > MOST_RESULTS || !is_index(worker->server, json_object_get(request, "indice_name")))
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "ids and indice_name are needed");
    array = json_array();
    json_array_foreach(ids, i, id) {
        const descry_entry *entry;
        json_t *known;
        rc = json_is_integer(id) ? descry_entry_at(worker->library, json_integer_value(id), NULL, &entry, err)
                                 : serve_fail(err, DESCRY_ERR_ARGUMENT, "ids: numbers are expected");
        if (rc == DESCRY_ERR_NOT_FOUND) {
            rc = 0;
            continue;
        }
        if (rc)
            break;
        const int64_t found = entry->id;
        known = json_object();
        if (!known || describe(worker->library, known, entry)) {
            json_decref(known);
            rc = serve_fail_memory(err);
            break;
        }
        json_array_append_new(array, json_pack("{s:I, s:o}", "id", (json_int_t)found, "metadata", known));
    }
    if (!rc)
        return serve_reply_json(reply, array, err);
    json_decref(array);
    return rc;
}

/* The body is JSON whatever its type says. */
static int answer(serve_worker *worker, const serve_request *request, serve_reply *reply,
                  int handle(serve_worker *worker, json_t *request, serve_reply *reply, descry_error *err))
{
    descry_error err = {0};
    json_t *body = request->size ? json_loadb(request->body, request->size, JSON_DECODE_ANY, NULL) : NULL;
    if (!body)
        return sorry(reply, 400, "The body is not JSON");
    int rc = handle(worker, body, reply, &err);
    json_decref(body);
    return rc ? sorry(reply, 500, "Internal Server Error") : 0;
}

int serve_knn(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    return answer(worker, request, reply, knn) ? serve_fail_memory(err) : 0;
}

int serve_metadata(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    return answer(worker, request, reply, metadata) ? serve_fail_memory(err) : 0;
}

int serve_indices(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    char *name = index_name(worker->server);
    (void)request;
    json_t *array = name ? json_pack("[o]", serve_json_text(name)) : NULL;
    free(name);
    return serve_reply_json(reply, array, err);
}
