/* SPDX-License-Identifier: Apache-2.0
 * The server itself: whether it is there, who has logged in, what the library holds. */
#include "api/api.h"
#include "jobs.h"

#include <stdlib.h>
#include <string.h>

int serve_api_health(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)worker, (void)request, (void)err;
    reply->type = "application/json; charset=utf-8";
    reply->fixed = "{\"ok\":true}";
    reply->size = strlen(reply->fixed);
    return 0;
}

int serve_api_login(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const serve_server *server = worker->server;
    char session[SERVE_SESSION];
    json_t *object;
    int rc = serve_object_of(request, &object, err);
    if (rc)
        return rc;
    const char *token = json_string_value(json_object_get(object, "token"));
    bool good = !server->options->token || (token && serve_same_secret(token, server->options->token));
    json_decref(object);
    if (!good) {
        serve_gate_wrong(server, "that is not the token", reply);
        return 0;
    }
    reply->status = 204;
    serve_logins_session(server->logins, session);
    return serve_reply_header(reply, err, "Set-Cookie", "descry_session=%s; Path=/; HttpOnly; SameSite=Strict", session);
}

int serve_api_logout(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    int rc = serve_logins_end(worker->server->logins, err);
    (void)request;
    reply->status = 204;
    return rc ? rc : serve_reply_header(reply, err, "Set-Cookie", "descry_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

static json_t *models_of(const descry_library_status *held)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < held->model_count; i++) {
        const descry_library_model *m = held->models[i];
        json_array_append_new(array, json_pack("{s:o, s:s, s:i, s:I}", "name", serve_json_text(m->name), "recipe", m->recipe, "dim",
                                               m->dim, "vectors", (json_int_t)m->vectors));
    }
    return array;
}

static json_t *roots_of(const descry_library_status *held)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < held->root_count; i++)
        json_array_append_new(array, serve_json_text(held->roots[i]));
    return array;
}

int serve_api_status(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const serve_server *server = worker->server;
    const descry_library_status *held;
    (void)request;
    int rc = descry_status(worker->library, &held, err);
    if (rc)
        return rc;
    char *name = serve_model_name(worker);
    json_t *model = name ? json_pack("{s:o, s:b}", "name", serve_json_text(name), "loaded", serve_model_is_loaded(server->models, name))
                         : json_null();
    const char *captioner = server->options->captioner ? server->options->captioner : name && descry_can_caption(name) ? name : NULL;
    json_t *object = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:i, s:b, s:o, s:b, s:b, s:I}", "version", descry_version(), "photos",
                               (json_int_t)held->photos, "missing", (json_int_t)held->missing, "contents",
                               (json_int_t)held->contents, "captions", (json_int_t)held->captions, "failed",
                               (json_int_t)held->failed, "sources", (json_int_t)held->sources, "models", models_of(held), "roots",
                               roots_of(held), "model", model, "strength_good", DESCRY_STRENGTH_GOOD, "writable",
                               !server->options->read_only, "captioner", serve_json_text(captioner), "local", server->local, "indexing",
                               serve_jobs_busy(server->jobs), "generation",
                               (json_int_t)__atomic_load_n(&server->generation, __ATOMIC_RELAXED));
    free(name);
    if (object && cmd_json_set_path(object, "library", server->library)) {
        json_decref(object);
        object = NULL;
    }
    return serve_reply_json(reply, object, err);
}

static int add_model(void *arg, const descry_known_model *model)
{
    json_t *row = json_pack("{s:o, s:b, s:i, s:I}", "name", serve_json_text(model->name), "installed", model->path != NULL, "dim",
                            model->dim, "bytes", (json_int_t)model->bytes);
    return json_array_append_new(arg, row);
}

int serve_api_models(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    json_t *array = json_array();
    (void)worker, (void)request;
    int rc = array ? descry_models(add_model, array, err) : serve_fail_memory(err);
    if (!rc)
        return serve_reply_json(reply, json_pack("{s:o}", "models", array), err);
    json_decref(array);
    return rc;
}
