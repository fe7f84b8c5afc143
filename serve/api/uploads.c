/* SPDX-License-Identifier: Apache-2.0
 * Pictures to search with: uploaded ones, and parts of the library's. */
#include "api/api.h"
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SIDE = 160 };

/* "left,top,right,bottom", fractions; the library checks them. */
static int region_of(const char *text, descry_region *region, descry_error *err)
{
    char end;
    if (text && sscanf(text, "%lf,%lf,%lf,%lf%c", &region->left, &region->top, &region->right, &region->bottom, &end) != 4)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "region: left,top,right,bottom, from 0 to 1, are expected");
    return 0;
}

static int region_in(const json_t *object, descry_region *region, bool *given, descry_error *err)
{
    const json_t *array = json_object_get(object, "region");
    double *const sides[] = {&region->left, &region->top, &region->right, &region->bottom};
    *given = array && !json_is_null(array);
    if (*given && json_array_size(array) != 4)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "region: four numbers from 0 to 1 are expected");
    for (size_t i = 0; *given && i < 4; i++)
        if (!json_is_number(json_array_get(array, i)))
            return serve_fail(err, DESCRY_ERR_ARGUMENT, "region: four numbers from 0 to 1 are expected");
        else
            *sides[i] = json_number_value(json_array_get(array, i));
    return 0;
}

/* Where the picture comes from: a file, or the body of the request. */
typedef struct origin {
    const char *path; /* NULL: bytes */
    const void *bytes;
    size_t size;
} origin;

static int add(serve_worker *worker, const origin *from, const descry_preprocess_options *how, serve_reply *reply, descry_error *err)
{
    descry_context *ctx = worker->server->ctx;
    descry_model *model;
    uint8_t *jpeg = NULL;
    size_t size = 0;
    int width = 0, height = 0;
    char name[SERVE_VECTOR_NAME];
    int rc = serve_model_hold(worker, NULL, &model, err);
    if (rc)
        return rc;
    size_t dim = (size_t)descry_model_get_info(model)->dim;
    float *embedding = calloc(dim, sizeof *embedding);
    rc = !embedding  ? serve_fail_memory(err)
         : from->path ? descry_embed_file(model, from->path, how, 1, embedding, err)
                      : descry_embed_memory(model, from->bytes, from->size, "the picture", how, 1, embedding, err);
    if (!rc)
        rc = from->path ? descry_preview_file(ctx, from->path, SIDE, NULL, &jpeg, &size, &width, &height, err)
                        : descry_preview_memory(ctx, from->bytes, from->size, "the picture", SIDE, NULL, &jpeg, &size, &width, &height, err);
    rc = rc ? rc : serve_vectors_add(worker->server->vectors, embedding, dim, jpeg, size, name, err);
    descry_free(jpeg);
    free(embedding);
    serve_model_release(worker->server, &model);
    return rc ? rc : serve_reply_json(reply, json_pack("{s:s, s:i, s:i}", "name", name, "width", width, "height", height), err);
}

static int add_part(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    descry_preprocess_options how = DESCRY_PREPROCESS_OPTIONS_INIT;
    descry_region region = {0, 0, 1, 1};
    const descry_entry *entry;
    json_t *object;
    bool given = false;
    int rc = serve_object_of(request, &object, err);
    if (rc)
        return rc;
    const json_t *id = json_object_get(object, "id");
    rc = json_is_integer(id) ? region_in(object, &region, &given, err) : serve_fail(err, DESCRY_ERR_ARGUMENT, "id: a number is expected");
    rc = rc ? rc : descry_entry_at(worker->library, json_integer_value(id), NULL, &entry, err);
    json_decref(object);
    if (!rc && entry->source)
        rc = serve_fail(err, DESCRY_ERR_NOT_FOUND, "the picture has no file");
    how.region = given ? &region : NULL;
    char *path = rc ? NULL : strdup(entry->path); /* the entry lives until the next call */
    rc = rc ? rc : path ? add(worker, &(origin){.path = path}, &how, reply, err) : serve_fail_memory(err);
    free(path);
    return rc;
}

int serve_api_upload(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    descry_preprocess_options how = DESCRY_PREPROCESS_OPTIONS_INIT;
    const char *type = request->headers[SERVE_CONTENT_TYPE], *text = serve_argument_of(request, "region");
    descry_region region;
    if (type && strncasecmp(type, "application/json", 16) == 0)
        return add_part(worker, request, reply, err);
    int rc = region_of(text, &region, err);
    if (!rc && request->size == 0)
        rc = serve_fail(err, DESCRY_ERR_ARGUMENT, "the body is empty: a picture is expected");
    how.region = text ? &region : NULL;
    rc = rc ? rc : add(worker, &(origin){NULL, request->body, request->size}, &how, reply, err);
    if (rc != DESCRY_ERR_UNSUPPORTED)
        return rc;
    serve_reply_error(reply, 415, "unsupported", err->message, -1);
    return 0;
}

int serve_api_uploaded(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    uint8_t *jpeg;
    int rc = serve_vectors_picture(worker->server->vectors, request->name, &jpeg, &reply->size, err);
    if (rc)
        return rc;
    reply->type = "image/jpeg";
    reply->body = (char *)jpeg;
    return serve_reply_header(reply, err, "Cache-Control", "private, max-age=86400, immutable");
}
