/* SPDX-License-Identifier: Apache-2.0
 * From options to a running server, and to its end. */
#include "carrier.h"
#include "events.h"
#include "jobs.h"
#include "pipe.h"
#include "vectors.h"
#include "compat/compat.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { DRAIN_SECONDS = 10, OTHER_FILES = 512 };

/* As many descriptors as that many connections at each listener need, as far as the system lets us; returns how many fit. */
static size_t raise_descriptors(size_t connections, size_t listeners)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return connections;
    rlim_t wanted = (rlim_t)(connections * listeners) + OTHER_FILES;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= wanted)
        return connections;
    size_t fit = limit.rlim_cur > 2 * OTHER_FILES ? (size_t)limit.rlim_cur - OTHER_FILES : (size_t)limit.rlim_cur / 2;
    fit = fit > listeners ? fit / listeners : 1;
    return fit < connections ? fit : connections;
}

/* ---- the model, opened ahead of the first request ------------------------------------------------------------------ */

static void warm_up(serve_work *work, serve_worker *worker)
{
    descry_model *model;
    char line[1100];
    if (worker && serve_model_hold(worker, NULL, &model, &work->err) == 0) {
        const char *text = "a photo";
        float *embedding = malloc((size_t)descry_model_get_info(model)->dim * sizeof *embedding);
        if (embedding)
            descry_embed_texts(model, &text, 1, 1, embedding, NULL);
        free(embedding);
        serve_model_release(worker->server, &model);
    } else if (work->err.code != DESCRY_ERR_NOT_FOUND || (worker && worker->server->options->model)) {
        snprintf(line, sizeof line, "descry: warning: %s", work->err.message);
        if (worker)
            worker->server->options->say(line);
    }
    free(work);
}

static void open_ahead(serve_server *server)
{
    serve_work *work = server->options->idle_unload ? NULL : calloc(1, sizeof *work);
    if (!work)
        return;
    work->run = warm_up;
    if (!serve_queue_add(server->queue, work))
        free(work);
}

/* ---- start and end --------------------------------------------------------------------------------------------------- */

/* The library is created, unless it is only to be read, and its whole path found out. */
static int find_library(serve_server *server, char **path, descry_error *err)
{
    descry_library_options how = DESCRY_LIBRARY_OPTIONS_INIT;
    how.read_only = server->options->read_only;
    int rc = descry_library_open(&server->watched, server->ctx, server->options->library, &how, err);
    if (rc)
        return rc;
    *path = strdup(descry_library_path(server->watched));
    server->library = *path;
    return *path ? 0 : serve_fail_memory(err);
}

typedef struct running {
    serve_options options;
    serve_server server;
    serve_sockets sockets;
    serve_carrier *carriers[SERVE_MOST_SOCKETS];
    char *library;
} running;

static int start(running *r, descry_error *err)
{
    serve_server *server = &r->server;
    descry_context_options context = DESCRY_CONTEXT_OPTIONS_INIT;
    context.threads = server->options->threads;
    context.log = server->options->log;
    int rc = descry_context_open(&server->ctx, &context, err);
    rc = rc ? rc : find_library(server, &r->library, err);
    server->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    rc = rc ? rc : serve_logins_open(&server->logins, err);
    rc = rc ? rc : serve_models_open(&server->models, server, err);
    rc = rc ? rc : serve_metrics_open(&server->metrics, err);
    rc = rc ? rc : serve_vectors_open(&server->vectors, err);
    rc = rc ? rc : serve_events_open(&server->events, err);
    rc = rc ? rc : serve_listen(&r->sockets, server->options, err);
    if (!rc)
        r->options.max_connections = raise_descriptors(r->options.max_connections, r->sockets.count);
    rc = rc ? rc : serve_queue_open(&server->queue, server, err);
    rc = rc ? rc : serve_jobs_open(&server->jobs, server, err);
    for (size_t i = 0; !rc && i < r->sockets.count; i++)
        rc = serve_carrier_open(&r->carriers[i], server, &r->sockets.items[i],
                                r->sockets.items[i].for_immich ? serve_immich_routes : serve_routes, err);
    return rc;
}

static bool is_local(const char *name)
{
    return strncmp(name, "http://127.", 11) == 0 || strncmp(name, "http://[::1]", 12) == 0 || strncmp(name, "http", 4) != 0;
}

/* Whether who asks is who sits here: everything listens to this machine only, and there is a desktop. */
static bool is_alone(const running *r)
{
    bool alone = getenv("DISPLAY") || getenv("WAYLAND_DISPLAY");
    for (size_t i = 0; i < r->sockets.count; i++)
        alone &= is_local(r->sockets.items[i].name);
    return alone;
}

static void announce(const running *r)
{
    const serve_options *options = r->server.options;
    for (size_t i = 0; i < r->sockets.count; i++) {
        const serve_socket *s = &r->sockets.items[i];
        char line[512];
        snprintf(line, sizeof line, "descry: listening at %s%s", s->local && options->unix_socket ? options->unix_socket : s->name,
                 s->for_immich ? ", for Immich, without a token"
                 : options->token ? ", with a token"
                 : is_local(s->name) ? ""
                 : ", INSECURE: whoever reaches it sees all pictures and may change the library");
        options->say(line);
    }
}

/* Lets those requests end that have begun, for a while, or until a second signal. */
static void drain(running *r, const sigset_t *signals)
{
    __atomic_store_n(&r->server.stopping, 1, __ATOMIC_RELAXED);
    serve_jobs_end(r->server.jobs);
    serve_events_end(r->server.events);
    for (size_t i = 0; i < r->sockets.count; i++)
        serve_carrier_quiesce(r->carriers[i]);
    for (int tick = 0; tick < DRAIN_SECONDS * 50; tick++) {
        size_t pending = 0;
        for (size_t i = 0; i < r->sockets.count; i++)
            pending += serve_carrier_pending(r->carriers[i]);
        if (pending == 0)
            return;
        if (sigtimedwait(signals, NULL, &(struct timespec){0, 20000000}) > 0)
            return;
    }
}

static void stop(running *r)
{
    serve_server *server = &r->server;
    if (server->queue)
        serve_queue_end(server->queue);
    serve_pipes_end(); /* libmicrohttpd aborts when it is closed with suspended connections */
    for (size_t i = 0; i < r->sockets.count; i++)
        serve_carrier_close(&r->carriers[i]); /* until here, requests may come that find no queue's threads, but the queue */
    serve_queue_close(&server->queue);
    serve_jobs_close(&server->jobs);
    serve_listen_close(&r->sockets);
    serve_events_close(&server->events);
    serve_vectors_close(&server->vectors);
    descry_library_close(&server->watched);
    serve_models_close(&server->models);
    serve_metrics_close(&server->metrics);
    serve_logins_close(&server->logins);
    if (server->utf8)
        freelocale(server->utf8);
    descry_context_close(&server->ctx);
    free(r->library);
}

/* Tells pages when the library has changed, whoever did it. */
static void watch_library(serve_server *server, uint64_t *last)
{
    uint64_t now;
    if (descry_library_generation(server->watched, &now, NULL) || now == *last)
        return;
    *last = now;
    uint64_t generation = __atomic_add_fetch(&server->generation, 1, __ATOMIC_RELAXED);
    serve_events_tell(server->events, "library", json_pack("{s:I}", "generation", (json_int_t)generation));
}

/* Once a second. */
static void tick(running *r, uint64_t *last)
{
    serve_server *server = &r->server;
    watch_library(server, last);
    for (size_t i = 0; i < r->sockets.count; i++)
        serve_carrier_tick(r->carriers[i]);
    serve_models_tick(server->models);
    serve_events_tick(server->events);
}

static int run(const serve_options *given, descry_error *err)
{
    running r = {.options = *given, .server.options = &r.options};
    uint64_t last = 0;
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, &before); /* of all threads: only this one takes them */
    int rc = given->token && !*given->token ? serve_fail(err, DESCRY_ERR_ARGUMENT, "the token is empty") : start(&r, err);
    if (!rc) {
        r.server.local = is_alone(&r);
        descry_library_generation(r.server.watched, &last, NULL);
        announce(&r);
        serve_notify("READY=1");
        open_ahead(&r.server);
        while (sigtimedwait(&signals, NULL, &(struct timespec){1, 0}) < 0)
            tick(&r, &last);
        serve_notify("STOPPING=1");
        drain(&r, &signals);
    }
    stop(&r);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

extern const serve_module serve_module_table;
__attribute__((visibility("default"))) const serve_module serve_module_table = {DESCRY_VERSION, run};
