/* SPDX-License-Identifier: Apache-2.0
 * What strangers ask `descry serve`, from the header on (request.h): whatever it is, there is a right answer, and nothing changes
 * unless whoever asks may change it.  Behind the handlers is a library of three pictures by the demo model.
 *
 * No threads are started, and nobody else is asked: not for jobs, archives, or pictures of the web. */
#define _GNU_SOURCE
#include "fuzz.h"
#include "request.h"

#include "api/api.h"
#include "carrier.h"
#include "compat/compat.h"
#include "events.h"
#include "jobs.h"
#include "vectors.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TOKEN  "a-token-of-a-test"
#define ORIGIN "https://photos.example"

enum { PICTURES = 3, SIDE = 24 };

static serve_options options = {.workers = 1, .max_body = 1 << 20, .clip_retrieval = 1};
static serve_server server = {.options = &options};
static serve_worker worker = {&server, NULL};
static char folder[512];

/* Of the carrier. */
void serve_stream_pause(serve_stream *stream)
{
    (void)stream;
}

void serve_stream_resume(serve_stream *stream)
{
    (void)stream;
}

/* ---- the library --------------------------------------------------------------------------------------------------- */

static void make_pictures(void)
{
    require(mkdir(folder, 0700) == 0);
    for (int i = 0; i < PICTURES; i++) {
        char path[600], data[64 + 3 * SIDE * SIDE];
        int n = snprintf(data, sizeof data, "P6 %d %d 255\n", SIDE, SIDE);
        memset(data + n, 40 + 80 * i, 3 * SIDE * SIDE);
        memset(data + n, 255, (size_t)(3 * SIDE * (i + 1)));
        snprintf(path, sizeof path, "%s/red \xC3\xA4 %d.ppm", folder, i);
        fuzz_write(path, data, (size_t)n + 3 * SIDE * SIDE);
    }
}

static void make_library(void)
{
    static const char *const paths[] = {folder};
    descry_model *model;
    descry_index_options how = DESCRY_INDEX_OPTIONS_INIT;
    descry_index_counts counts = DESCRY_INDEX_COUNTS_INIT;
    int64_t album;
    make_pictures();
    require(serve_model_hold(&worker, NULL, &model, NULL) == 0);
    require(descry_index(worker.library, model, paths, 1, &how, &counts, NULL) == 0 && counts.embedded == PICTURES);
    serve_model_release(&server, &model);
    require(descry_caption_put(worker.library, 1, "a red apple", NULL) == 0);
    require(descry_album_create(worker.library, "Some", NULL, &album, NULL) == 0);
    require(descry_album_add(worker.library, album, (const int64_t[]){1, 2}, 2, NULL) == 0);
    require(descry_album_create(worker.library, "Smart", "apple in:red", &album, NULL) == 0);
}

static void set_up(void)
{
    static const char *roots[] = {folder};
    static char path[512];
    const char *source = getenv("DESCRY_SOURCE_ROOT");
    const descry_context_options how = {.size = sizeof how, .threads = 1};
    require(source && setenv("DESCRY_DATA_DIR", source, 1) == 0 && setenv("HF_HOME", fuzz_path("hf"), 1) == 0);
    require(setenv("DESCRY_SANDBOX", "off", 1) == 0 && descry_context_open(&server.ctx, &how, NULL) == 0);
    strcpy(path, fuzz_path("l.db"));
    strcpy(folder, fuzz_path("pictures"));
    options.library = server.library = path;
    options.model = "demo";
    options.roots = roots;
    options.root_count = 1;
    require(descry_library_open(&worker.library, server.ctx, path, NULL, NULL) == 0);
    require(serve_models_open(&server.models, &server, NULL) == 0 && serve_metrics_open(&server.metrics, NULL) == 0);
    require(serve_vectors_open(&server.vectors, NULL) == 0 && serve_events_open(&server.events, NULL) == 0);
    require(serve_logins_open(&server.logins, NULL) == 0 && serve_queue_open(&server.queue, &server, NULL) == 0);
    require(serve_jobs_open(&server.jobs, &server, NULL) == 0);
    make_library();
}

static uint64_t generation(void)
{
    uint64_t number;
    require(descry_library_generation(worker.library, &number, NULL) == 0);
    return number;
}

/* The first album that was not there at the begin: its id. */
static int find_new(void *arg, const descry_album *album)
{
    int64_t *id = arg;
    return album->id > 2 && (*id = album->id);
}

/* So that what inputs add does not add up. */
static void forget_albums(void)
{
    for (int64_t id = 1; id;) {
        id = 0;
        descry_albums(worker.library, find_new, &id, NULL);
        require(!id || descry_album_remove(worker.library, id, NULL) == 0);
    }
}

/* ---- who may change something, said in another way than the gate does --------------------------------------------------------- */

static bool has(const char *text, const char *part)
{
    return text && strstr(text, part);
}

static bool may_read(const request_input *input, const char *session)
{
    const char *const *headers = input->request.headers;
    if (input->flags & REQUEST_LOCAL)
        return true;
    return headers[SERVE_HOST] && (!(input->flags & REQUEST_TOKEN) || has(headers[SERVE_AUTHORIZATION], TOKEN) || has(headers[SERVE_COOKIE], session));
}

static bool may_change(const request_input *input, const char *session)
{
    const char *const *headers = input->request.headers;
    const char *origin = headers[SERVE_ORIGIN], *site = headers[SERVE_FETCH_SITE], *host = headers[SERVE_HOST];
    if (input->flags & REQUEST_READ_ONLY || !may_read(input, session))
        return false;
    if (input->flags & REQUEST_TOKEN && has(headers[SERVE_AUTHORIZATION], TOKEN))
        return true;
    if (origin && input->flags & REQUEST_CORS && strcmp(origin, ORIGIN) == 0)
        return true;
    bool same = !origin || (host && strlen(origin) > strlen(host) && strcasecmp(origin + strlen(origin) - strlen(host), host) == 0);
    return same && (!site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0);
}

/* ---- answers --------------------------------------------------------------------------------------------------------- */

/* Each id in it is one of the library's, unless it is not of pictures. */
static void check_ids(json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    json_array_foreach(value, i, member)
        check_ids(member);
    json_object_foreach(value, key, member) {
        if (strcmp(key, "id") == 0)
            require(json_integer_value(member) >= 1 && json_integer_value(member) <= PICTURES);
        if (strcmp(key, "ids") == 0)
            json_array_foreach(member, i, value)
                require(json_integer_value(value) >= 1 && json_integer_value(value) <= PICTURES);
        check_ids(member);
    }
}

static bool tells_pictures(const char *path)
{
    static const char *const prefixes[] = {"/api/v1/search", "/api/v1/photos", "/api/v1/timeline", "/knn-service", "/metadata"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static void check_json(const request_input *input, const serve_reply *reply, const serve_route *route)
{
    const char *text = reply->fixed ? reply->fixed : reply->body;
    json_t *value = json_loadb(text, reply->size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    require(value != NULL);
    if (reply->status >= 400 && !(input->flags & REQUEST_IMMICH) && !(route && route->flags & SERVE_ANY_SITE)) {
        const json_t *error = json_object_get(value, "error"), *position = json_object_get(error, "position");
        require(json_is_string(json_object_get(error, "code")) && json_string_length(json_object_get(error, "message")) > 0);
        require(!position || json_is_integer(position));
    } else if (reply->status < 400 && tells_pictures(input->request.path)) {
        check_ids(value);
    }
    json_decref(value);
}

static void check_reply(const request_input *input, serve_reply *reply, const serve_route *route)
{
    bool is_json = reply->type && strncmp(reply->type, "application/json", 16) == 0;
    reply->status = reply->status ? reply->status : 200;
    require(reply->status >= 200 && reply->status < 600);
    for (size_t i = 0; i < reply->header_count; i++)
        for (const char *c = reply->headers[i].value; *c; c++)
            require(!iscntrl((unsigned char)*c));
    require(reply->status < 400 || is_json || reply->status == 416);
    if (is_json)
        check_json(input, reply, route);
    else if (reply->fixed || reply->body)
        fuzz_read(reply->fixed ? reply->fixed : reply->body, reply->size);
    if (reply->fd >= 0) {
        struct stat info;
        require(fstat(reply->fd, &info) == 0 && reply->offset <= (uint64_t)info.st_size);
        require(reply->size <= (uint64_t)info.st_size - reply->offset);
    }
    char piece[64];
    require(!reply->stream || reply->stream->read(reply->stream, piece, sizeof piece) == 0);
}

/* ---- the carrier's part ---------------------------------------------------------------------------------------------- */

static bool is_left_out(const serve_route *route)
{
    return route->handle == serve_api_add_job || route->handle == serve_api_zip || route->handle == serve_api_zip_of;
}

/* A query or body may name a picture of the web. */
static bool asks_others(const serve_request *request)
{
    bool asks = request->body && memmem(request->body, request->size, "://", 3);
    for (size_t i = 0; i < request->argument_count; i++)
        asks |= strstr(request->arguments[i].value, "://") != NULL;
    return asks || (request->body && (memmem(request->body, request->size, "\\u", 2) || memmem(request->body, request->size, "\\/", 2)));
}

static void answer(request_input *input, serve_reply *reply, const serve_route **route)
{
    serve_request *request = &input->request;
    descry_error err = {0};
    char name[256];
    bool other, immich = input->flags & REQUEST_IMMICH;
    const serve_route *found = serve_route_find(immich ? serve_immich_routes : serve_routes, request, name, sizeof name, &other);
    *route = found = found && found->flags & SERVE_ANY_SITE && !options.clip_retrieval ? NULL : found;
    unsigned status = immich ? 0 : serve_gate(&server, request, found, input->flags & REQUEST_LOCAL, reply);
    require(status == 0 || (status == reply->status && status >= 400));
    require(!found || !name[0] || !strchr(request->name, '/'));
    if (status || !found || is_left_out(found) || asks_others(request))
        return;
    size_t most = found->max_body == 0 ? SERVE_SMALL_BODY : found->max_body == SERVE_UPLOAD ? options.max_body : found->max_body;
    if (request->size > most || input->too_many)
        return;
    if (found->handle(&worker, request, reply, &err)) {
        long position = err.code == DESCRY_ERR_ARGUMENT ? serve_position_of(request) : -1;
        require(err.code < 0 && err.message[0]);
        require(position < 0 || (size_t)position <= strlen(serve_argument_of(request, "q")));
        serve_reply_fail(reply, &err, position);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!server.ctx)
        set_up();
    serve_reply reply = SERVE_REPLY_INIT;
    const serve_route *route;
    request_input input;
    char session[SERVE_SESSION];
    serve_logins_session(server.logins, session);
    request_read(&input, data, size, TOKEN, session);
    options.token = input.flags & REQUEST_TOKEN ? TOKEN : NULL;
    options.cors = input.flags & REQUEST_CORS ? ORIGIN : NULL;
    options.clip_retrieval = (input.flags & REQUEST_CLIP) != 0;
    options.read_only = (input.flags & REQUEST_READ_ONLY) != 0;
    uint64_t before = generation();
    answer(&input, &reply, &route);
    if (generation() != before) {
        require(route && route->flags & SERVE_CHANGES && may_change(&input, session));
        forget_albums();
    }
    if (reply.status || reply.body || reply.fixed || reply.fd >= 0 || reply.stream)
        check_reply(&input, &reply, route);
    if (reply.status && reply.status < 400 && !(route->flags & SERVE_OPEN))
        require(may_read(&input, session));
    serve_reply_clear(&reply);
    request_free(&input);
    return 0;
}
