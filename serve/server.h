/* SPDX-License-Identifier: Apache-2.0
 * What all requests share. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include "http.h"
#include "serve.h"

#include <locale.h>
#include <pthread.h>

typedef struct serve_server serve_server;

/* A thread that works on requests, one after the other, with a handle of its own on the library. */
typedef struct serve_worker {
    serve_server *server;
    descry_library *library;
} serve_worker;

/* Fills the reply; an error becomes one. */
typedef int serve_handler(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err);

enum {
    SERVE_OPEN = 1,   /* needs no token */
    SERVE_AT_ONCE = 2, /* answered by the thread that reads: it takes no time and needs no library */
    SERVE_CHANGES = 4,  /* changes the library or files beside its pictures: not with options.read_only */
    SERVE_ANY_SITE = 8  /* other sites' pages may ask, and a body may have any type; only with options.clip_retrieval */
};

typedef struct serve_route {
    const char *method;  /* "GET" also stands for HEAD */
    const char *pattern; /* of the whole path: "#" stands for a number, "*" for a name */
    serve_handler *handle;
    int flags;
    size_t max_body; /* bytes; 0: SERVE_SMALL_BODY; SERVE_UPLOAD: options.max_body */
} serve_route;

#define SERVE_SMALL_BODY ((size_t)1 << 20)
#define SERVE_UPLOAD     SIZE_MAX

struct serve_server {
    const serve_options *options;
    descry_context *ctx;
    struct serve_models *models;
    struct serve_metrics *metrics;
    struct serve_queue *queue;
    struct serve_jobs *jobs;
    struct serve_events *events;
    struct serve_vectors *vectors; /* of uploaded pictures */
    const char *library;           /* its path */
    struct serve_logins *logins;
    descry_library *watched;       /* of the main thread: tells when the library has changed */
    uint64_t generation;           /* atomic: goes up whenever it has */
    locale_t utf8;                 /* in which libarchive writes names; 0: there is none */
    bool local;                    /* a desktop is here, and nobody else reaches the server */
    int stopping;                  /* atomic: 1: no more work */
};

/* ---- models (models.c) ------------------------------------------------------------------------------------------- */

typedef struct serve_models serve_models;
int serve_models_open(serve_models **models, serve_server *server, descry_error *err);
void serve_models_close(serve_models **models);

/* A model that stays open until it is let go; name NULL: options.model, else the library's last.  Opened when first asked for,
 * which others wait for.  At most 4 models are open; one that nobody uses makes way. */
int serve_model_hold(serve_worker *worker, const char *name, descry_model **model, descry_error *err);
void serve_model_release(serve_server *server, descry_model **model);
void serve_models_tick(serve_models *models); /* closes models that were not used for options.idle_unload seconds */
/* The name of the model for texts and pictures; NULL: none is known.  To be freed. */
char *serve_model_name(serve_worker *worker);
bool serve_model_is_loaded(serve_models *models, const char *name);

/* ---- workers (workers.c) ----------------------------------------------------------------------------------------- */

typedef struct serve_queue serve_queue;

typedef struct serve_work {
    struct serve_work *next;
    void (*run)(struct serve_work *work, serve_worker *worker); /* worker NULL: the library cannot be opened, *err says why */
    descry_error err;
} serve_work;

int serve_queue_open(serve_queue **queue, serve_server *server, descry_error *err);
bool serve_queue_add(serve_queue *queue, serve_work *work); /* false: too much is waiting, or it is closing */
void serve_queue_end(serve_queue *queue);                   /* takes no more, and ends after all that was added has run */
void serve_queue_close(serve_queue **queue);                /* when no request uses it */
size_t serve_queue_length(serve_queue *queue);

/* ---- metrics (metrics.c) ----------------------------------------------------------------------------------------- */

typedef struct serve_metrics serve_metrics;
int serve_metrics_open(serve_metrics **metrics, descry_error *err);
void serve_metrics_close(serve_metrics **metrics);
void serve_metrics_count(serve_metrics *metrics, const char *route, unsigned status, double seconds);
void serve_metrics_connections(serve_metrics *metrics, int more);

/* ---- routes (routes.c) ------------------------------------------------------------------------------------------- */

extern const serve_route serve_routes[]; /* of the page and its API; ends with a NULL method */

/* The route of a request, whose id and name it sets; `name` is room for the latter.  NULL: none; *other: there is one for
 * another method. */
const serve_route *serve_route_find(const serve_route *routes, serve_request *request, char *name, size_t room, bool *other);

/* The byte of the argument "q", a query, at which it is wrong; -1: there is none, or it is right. */
long serve_position_of(const serve_request *request);

/* ---- logins (logins.c) ------------------------------------------------------------------------------------------- */

enum { SERVE_SESSION = 65 }; /* 64 hexadecimal digits, NUL */

typedef struct serve_logins serve_logins;
int serve_logins_open(serve_logins **logins, descry_error *err);
void serve_logins_close(serve_logins **logins);
void serve_logins_session(serve_logins *logins, char session[SERVE_SESSION]); /* the cookie's value of who has logged in */
int serve_logins_end(serve_logins *logins, descry_error *err);                /* from now on nobody has */

/* A wrong token has come at `now`, in seconds.  After ten within a minute: in how many seconds another may; else 0. */
unsigned serve_logins_wrong(serve_logins *logins, int64_t now);

/* ---- who may (gate.c) -------------------------------------------------------------------------------------------- */

/* 0: it may; else the status, and *reply says why.  `route` may be NULL. */
unsigned serve_gate(const serve_server *server, const serve_request *request, const serve_route *route, bool local_socket,
                    serve_reply *reply);
unsigned serve_gate_wrong(const serve_server *server, const char *message, serve_reply *reply); /* a wrong token: 401, 429 */
bool serve_same_secret(const char *a, const char *b); /* in a time that does not depend on where they differ */
int serve_random_name(char name[65], descry_error *err); /* 64 hexadecimal digits */

#endif
