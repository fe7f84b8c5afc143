/* SPDX-License-Identifier: Apache-2.0
 * Albums: selections of pictures, and saved queries. */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 100000 };

typedef struct lister {
    json_t *array;
    int64_t only; /* 0: all */
} lister;

static int add_album(void *arg, const descry_album *album)
{
    lister *to = arg;
    if (to->only && album->id != to->only)
        return 0;
    return json_array_append_new(to->array, json_pack("{s:I, s:o, s:o, s:I}", "id", (json_int_t)album->id, "name", serve_json_text(album->name),
                                                      "query", serve_json_text(album->query), "count", (json_int_t)album->count));
}

int serve_api_albums(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    lister to = {json_array(), 0};
    (void)request;
    int rc = to.array ? descry_albums(worker->library, add_album, &to, err) : serve_fail_memory(err);
    if (!rc)
        return serve_reply_json(reply, json_pack("{s:o}", "albums", to.array), err);
    json_decref(to.array);
    return rc;
}

static int send_album(serve_worker *worker, int64_t id, serve_reply *reply, descry_error *err)
{
    lister to = {json_array(), id};
    int rc = to.array ? descry_albums(worker->library, add_album, &to, err) : serve_fail_memory(err);
    if (!rc && json_array_size(to.array) == 0)
        rc = serve_fail(err, DESCRY_ERR_NOT_FOUND, "no album %lld", (long long)id);
    rc = rc ? rc : serve_reply_json(reply, json_incref(json_array_get(to.array, 0)), err);
    json_decref(to.array);
    return rc;
}

/* A string, or NULL for null or nothing. */
static int text_of(const json_t *object, const char *key, const char **text, descry_error *err)
{
    const json_t *value = json_object_get(object, key);
    *text = json_string_value(value);
    return *text || !value || json_is_null(value) ? 0 : serve_fail(err, DESCRY_ERR_ARGUMENT, "%s: a string is expected", key);
}

typedef int fill(descry_library *library, int64_t album, const int64_t *ids, size_t n, descry_error *err);

/* Adds, or takes, the pictures in the array `key`, if there is one. */
static int fill_from(serve_worker *worker, const json_t *object, const char *key, fill *how, int64_t album, descry_error *err)
{
    json_t *array = json_object_get(object, key), *renamed = array ? json_pack("{s:O}", "ids", array) : NULL;
    int64_t *ids = NULL;
    size_t count = 0;
    if (!array)
        return 0;
    int rc = renamed ? serve_ids_of(renamed, MOST, &ids, &count, err) : serve_fail_memory(err);
    if (!rc && count > 0)
        rc = how(worker->library, album, ids, count, err);
    free(ids);
    json_decref(renamed);
    return rc;
}

int serve_api_add_album(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *name, *query;
    json_t *object;
    int64_t id = 0;
    int rc = serve_object_of(request, &object, err);
    if (rc)
        return rc;
    rc = text_of(object, "name", &name, err);
    rc = rc ? rc : text_of(object, "query", &query, err);
    if (!rc && !name)
        rc = serve_fail(err, DESCRY_ERR_ARGUMENT, "name: a string is expected");
    rc = rc ? rc : descry_album_create(worker->library, name, query, &id, err);
    if (!rc) {
        rc = fill_from(worker, object, "ids", descry_album_add, id, err);
        if (rc)
            descry_album_remove(worker->library, id, NULL);
    }
    json_decref(object);
    reply->status = 201;
    return rc ? rc : send_album(worker, id, reply, err);
}

int serve_api_change_album(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *name, *query;
    json_t *object;
    int rc = serve_object_of(request, &object, err);
    if (rc)
        return rc;
    rc = text_of(object, "name", &name, err);
    rc = rc ? rc : text_of(object, "query", &query, err);
    rc = rc ? rc : descry_album_change(worker->library, request->id, name, query, err);
    rc = rc ? rc : fill_from(worker, object, "add", descry_album_add, request->id, err);
    rc = rc ? rc : fill_from(worker, object, "remove", descry_album_take, request->id, err);
    json_decref(object);
    return rc ? rc : send_album(worker, request->id, reply, err);
}

int serve_api_remove_album(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    reply->status = 204;
    return descry_album_remove(worker->library, request->id, err);
}
