/* SPDX-License-Identifier: Apache-2.0
 * A connection is suspended while a worker has its request, so that waiting costs no thread and a slow client no worker. */
#include "carrier.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY = 24 << 10, /* bytes for a request's line and headers */
    MOST_ARGUMENTS = 32,
    LONGEST_UPLOAD = 300,         /* seconds for a request, from its header on */
    SLOWEST_UPLOAD = 1000,        /* bytes a second of a body, after the first options.timeout seconds */
    DRAIN = 1 << 20               /* bytes of a refused body that are read, so that the client hears why */
};

/* A connection, and when it is closed unless a whole request has come: libmicrohttpd's own timeout begins anew with each byte. */
typedef struct line {
    struct line *next, **at;
    int fd;
    int64_t deadline; /* atomic: of CLOCK_MONOTONIC's seconds; 0: none */
} line;

struct serve_carrier {
    serve_server *server;
    const serve_route *routes;
    struct MHD_Daemon *daemon;
    bool local, passed; /* as of its socket */
    int listening;      /* the socket once it is quiesced, until libmicrohttpd's thread has ended; -1: none */
    long pending;       /* atomic */
    size_t body_bytes;  /* atomic: of all bodies in memory */
    pthread_mutex_t mutex;
    line *lines;
};

typedef enum exchange_state { READING, REFUSED, WORKING, DONE } exchange_state;

/* A request and its reply. */
typedef struct exchange {
    serve_work work; /* first */
    serve_carrier *carrier;
    struct MHD_Connection *connection;
    line *line; /* may be NULL */
    const serve_route *route;
    exchange_state state;
    serve_request request;
    serve_reply reply;
    serve_argument arguments[MOST_ARGUMENTS];
    char name[256];
    char *body;
    size_t room, limit, counted, drained;
    bool bad_arguments;
    struct timespec began;
} exchange;

static double since(const struct timespec *began)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) * 1e-9;
}

/* ---- connections that trickle ------------------------------------------------------------------------------------ */

static int64_t seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* Closes the connection, if nothing else is said, in so many seconds; 0: it does not. */
static void set_deadline(line *l, int64_t seconds)
{
    if (l)
        __atomic_store_n(&l->deadline, seconds ? seconds_now() + seconds : 0, __ATOMIC_RELAXED);
}

/* Until the next request's header is here: one second more than libmicrohttpd gives a connection that is idle. */
static int64_t header_seconds(const serve_carrier *carrier)
{
    unsigned timeout = carrier->server->options->timeout;
    return timeout ? (int64_t)timeout + 1 : 0;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **state, enum MHD_ConnectionNotificationCode what)
{
    serve_carrier *carrier = arg;
    bool begins = what == MHD_CONNECTION_NOTIFY_STARTED;
    serve_metrics_connections(carrier->server->metrics, begins ? 1 : -1);
    if (begins) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        line *l = info ? calloc(1, sizeof *l) : NULL;
        *state = l;
        if (!l)
            return;
        l->fd = info->connect_fd;
        set_deadline(l, header_seconds(carrier));
        pthread_mutex_lock(&carrier->mutex);
        l->next = carrier->lines;
        l->at = &carrier->lines;
        if (l->next)
            l->next->at = &l->next;
        carrier->lines = l;
        pthread_mutex_unlock(&carrier->mutex);
    } else if (*state) { /* before its descriptor is closed */
        line *l = *state;
        pthread_mutex_lock(&carrier->mutex);
        *l->at = l->next;
        if (l->next)
            l->next->at = l->at;
        pthread_mutex_unlock(&carrier->mutex);
        free(l);
    }
}

void serve_carrier_tick(serve_carrier *carrier)
{
    int64_t now = seconds_now();
    pthread_mutex_lock(&carrier->mutex);
    for (line *l = carrier->lines; l; l = l->next) {
        int64_t deadline = __atomic_load_n(&l->deadline, __ATOMIC_RELAXED);
        if (deadline && now >= deadline)
            shutdown(l->fd, SHUT_RDWR); /* which libmicrohttpd's thread notices */
    }
    pthread_mutex_unlock(&carrier->mutex);
}

/* ---- reading a request ------------------------------------------------------------------------------------------- */

static enum MHD_Result take_argument(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_size, const char *value,
                                     size_t value_size)
{
    exchange *x = arg;
    (void)kind;
    if (x->request.argument_count == MOST_ARGUMENTS || strlen(name) != name_size || (value && strlen(value) != value_size)) {
        x->bad_arguments = true;
        return MHD_NO;
    }
    x->arguments[x->request.argument_count++] = (serve_argument){name, value ? value : ""};
    return MHD_YES;
}

static exchange *begin(serve_carrier *carrier, struct MHD_Connection *connection, const char *method, const char *path)
{
    exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->carrier = carrier;
    x->connection = connection;
    x->reply = (serve_reply)SERVE_REPLY_INIT;
    x->request.method = method;
    x->request.path = path;
    x->request.arguments = x->arguments;
    clock_gettime(CLOCK_MONOTONIC, &x->began);
    for (size_t i = 0; i < SERVE_HEADERS; i++)
        x->request.headers[i] = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, serve_header_names[i]);
    MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, take_argument, x);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->line = info ? info->socket_context : NULL;
    set_deadline(x->line, header_seconds(carrier));
    __atomic_add_fetch(&carrier->pending, 1, __ATOMIC_RELAXED);
    return x;
}

/* Bytes that the request announces; 0: none, or not told. */
static uint64_t announced(struct MHD_Connection *connection)
{
    const char *text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return text ? strtoull(text, NULL, 10) : 0;
}

/* An answer to a preflight request of the one origin that may ask. */
static bool is_preflight(const exchange *x)
{
    const char *origin = x->request.headers[SERVE_ORIGIN], *cors = x->carrier->server->options->cors;
    return cors && origin && strcmp(x->request.method, "OPTIONS") == 0 && strcmp(cors, origin) == 0;
}

/* Decides with the header alone.  0: go on; else the status, and the reply says why. */
static unsigned judge(exchange *x)
{
    serve_server *server = x->carrier->server;
    bool other;
    x->route = serve_route_find(x->carrier->routes, &x->request, x->name, sizeof x->name, &other);
    if (x->route && x->route->flags & SERVE_ANY_SITE && !server->options->clip_retrieval)
        x->route = NULL;
    if (is_preflight(x)) {
        serve_reply_header(&x->reply, NULL, "Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
        serve_reply_header(&x->reply, NULL, "Access-Control-Allow-Headers", "Authorization, Content-Type");
        serve_reply_header(&x->reply, NULL, "Access-Control-Max-Age", "600");
        return x->reply.status = 204;
    }
    unsigned status = x->carrier->routes == serve_routes ? serve_gate(server, &x->request, x->route, x->carrier->local, &x->reply) : 0;
    if (!status && !x->route) {
        status = other ? 405 : 404;
        serve_reply_error(&x->reply, status, other ? "method" : "not_found", other ? "not with this method" : "there is no such thing", -1);
    }
    if (!status && x->bad_arguments)
        serve_reply_error(&x->reply, status = 400, "argument", "more than 32 arguments, or one with a NUL", -1);
    x->limit = !x->route || x->route->max_body == 0 ? SERVE_SMALL_BODY
               : x->route->max_body == SERVE_UPLOAD ? server->options->max_body : x->route->max_body;
    if (!status && announced(x->connection) > x->limit)
        serve_reply_error(&x->reply, status = 413, "too_large", "the body is too large", -1);
    return status;
}

static void refuse_body(exchange *x, unsigned status, const char *code, const char *message)
{
    serve_reply_error(&x->reply, status, code, message, -1);
    x->state = REFUSED;
}

/* A piece of the body.  MHD_NO closes the connection. */
static enum MHD_Result append(exchange *x, const char *data, size_t size)
{
    serve_carrier *carrier = x->carrier;
    double allowed = carrier->server->options->timeout + (double)(x->request.size + x->drained + size) / SLOWEST_UPLOAD;
    double left = (carrier->server->options->timeout && allowed < LONGEST_UPLOAD ? allowed : LONGEST_UPLOAD) - since(&x->began);
    if (left <= 0)
        return MHD_NO;
    set_deadline(x->line, (int64_t)left + 1);
    if (x->state == REFUSED) /* a reply can only be sent once all is read: of a little too much, it is */
        return (x->drained += size) <= DRAIN ? MHD_YES : MHD_NO;
    if (size > x->limit - x->request.size) {
        refuse_body(x, 413, "too_large", "the body is too large");
        return MHD_YES;
    }
    if (x->room < x->request.size + size + 1) {
        size_t room = x->room ? x->room * 2 : 4096;
        while (room < x->request.size + size + 1)
            room *= 2;
        size_t more = room - x->room, most = 8 * carrier->server->options->max_body;
        char *body = NULL;
        x->counted += more;
        if (__atomic_add_fetch(&carrier->body_bytes, more, __ATOMIC_RELAXED) <= most)
            body = realloc(x->body, room);
        if (!body) {
            refuse_body(x, 503, "memory", "too many large requests at once");
            return MHD_YES;
        }
        x->body = body;
        x->room = room;
    }
    memcpy(x->body + x->request.size, data, size);
    x->request.size += size;
    x->body[x->request.size] = 0;
    return MHD_YES;
}

/* ---- answering --------------------------------------------------------------------------------------------------- */

static ssize_t read_stream(void *arg, uint64_t position, char *to, size_t room)
{
    serve_stream *stream = arg;
    (void)position;
    ssize_t n = stream->read(stream, to, room);
    return n == SERVE_END ? MHD_CONTENT_READER_END_OF_STREAM : n == SERVE_BROKEN ? MHD_CONTENT_READER_END_WITH_ERROR : n;
}

static void close_stream(void *arg)
{
    serve_stream *stream = arg;
    stream->close(stream);
}

void serve_stream_pause(serve_stream *stream)
{
    MHD_suspend_connection(stream->connection);
}

void serve_stream_resume(serve_stream *stream)
{
    MHD_resume_connection(stream->connection);
}

/* libmicrohttpd's form of a reply, which takes over what it holds; NULL: out of memory. */
static struct MHD_Response *make_response(exchange *x)
{
    serve_reply *reply = &x->reply;
    struct MHD_Response *response;
    if (reply->stream) {
        reply->stream->connection = x->connection;
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 64 << 10, read_stream, reply->stream, close_stream);
        if (response)
            reply->stream = NULL;
    } else if (reply->fd >= 0) {
        response = MHD_create_response_from_fd_at_offset64(reply->size, reply->fd, reply->offset);
        if (response)
            reply->fd = -1;
    } else if (reply->body && !reply->fixed) {
        response = MHD_create_response_from_buffer_with_free_callback(reply->size, reply->body, free);
        if (response)
            reply->body = NULL;
    } else { /* libmicrohttpd's type is not const, but it does not write */
        union {
            const char *given;
            void *wanted;
        } fixed = {reply->fixed ? reply->fixed : ""};
        response = MHD_create_response_from_buffer(reply->fixed ? reply->size : 0, fixed.wanted, MHD_RESPMEM_PERSISTENT);
    }
    return response;
}

static void add_headers(struct MHD_Response *response, const exchange *x)
{
    const serve_reply *reply = &x->reply;
    const char *origin = x->request.headers[SERVE_ORIGIN], *cors = x->carrier->server->options->cors;
    bool caches = false, any_site = x->route && x->route->flags & SERVE_ANY_SITE;
    if (reply->type)
        MHD_add_response_header(response, "Content-Type", reply->type);
    for (size_t i = 0; i < reply->header_count; i++) {
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
        caches |= strcmp(reply->headers[i].name, "Cache-Control") == 0;
    }
    if (!caches)
        MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", cors || any_site ? "cross-origin" : "same-origin");
    if (any_site) {
        MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
    } else if (cors) {
        MHD_add_response_header(response, "Vary", "Origin");
        if (origin && strcmp(origin, cors) == 0)
            MHD_add_response_header(response, "Access-Control-Allow-Origin", cors);
    }
    if (__atomic_load_n(&x->carrier->server->stopping, __ATOMIC_RELAXED))
        MHD_add_response_header(response, "Connection", "close");
}

static enum MHD_Result send_reply(exchange *x)
{
    unsigned status = x->reply.status ? x->reply.status : 200;
    set_deadline(x->line, 0);
    struct MHD_Response *response = make_response(x);
    if (!response)
        return MHD_NO;
    add_headers(response, x);
    enum MHD_Result sent = MHD_queue_response(x->connection, status, response);
    MHD_destroy_response(response);
    x->reply.status = status;
    x->state = DONE;
    return sent;
}

static void handle(exchange *x, serve_worker *worker)
{
    descry_error err = {0};
    x->request.body = x->body;
    if (x->route->handle(worker, &x->request, &x->reply, &err)) {
        long position = err.code == DESCRY_ERR_ARGUMENT ? serve_position_of(&x->request) : -1;
        serve_reply_fail(&x->reply, &err, position);
    }
}

static void run_work(serve_work *work, serve_worker *worker)
{
    exchange *x = (exchange *)work;
    if (worker)
        handle(x, worker);
    else
        serve_reply_fail(&x->reply, &work->err, -1);
    __atomic_store_n(&x->state, DONE, __ATOMIC_RELEASE);
    MHD_resume_connection(x->connection);
}

/* The whole request is here. */
static enum MHD_Result answer(exchange *x)
{
    serve_worker none = {x->carrier->server, NULL};
    set_deadline(x->line, 0);
    if (x->route->flags & SERVE_AT_ONCE) {
        handle(x, &none);
        return send_reply(x);
    }
    x->work.run = run_work;
    x->state = WORKING;
    MHD_suspend_connection(x->connection); /* first: a worker may be done at once */
    if (!serve_queue_add(x->carrier->server->queue, &x->work)) {
        MHD_resume_connection(x->connection);
        serve_reply_error(&x->reply, 503, "busy", "too many requests are waiting", -1);
        serve_reply_header(&x->reply, NULL, "Retry-After", "1");
        x->state = DONE;
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *data, size_t *size, void **state)
{
    exchange *x = *state;
    (void)version;
    if (!x) {
        *state = x = begin(arg, connection, method, path);
        if (!x)
            return MHD_NO;
        if (!judge(x))
            return MHD_YES;
        if (announced(connection) > DRAIN || MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding"))
            return send_reply(x); /* before the body: the connection ends with it */
        x->state = REFUSED;
        return MHD_YES;
    }
    if (*size > 0) {
        enum MHD_Result more = append(x, data, *size);
        *size = 0;
        return more;
    }
    if (x->state == REFUSED)
        return send_reply(x);
    if (x->state == READING)
        return answer(x);
    return __atomic_load_n(&x->state, __ATOMIC_ACQUIRE) == DONE ? send_reply(x) : MHD_YES;
}

static void write_access_line(const exchange *x)
{
    char text[512];
    time_t now = time(NULL);
    struct tm utc;
    char when[32] = "";
    if (gmtime_r(&now, &utc))
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(text, sizeof text, "%s %s %.300s %u %.1f ms", when, x->request.method, x->request.path, x->reply.status,
             since(&x->began) * 1e3);
    for (char *c = text; *c; c++) /* a path may hold anything: no lines, and no colours, of a stranger's */
        *c = (unsigned char)*c < 32 || *c == 127 ? '?' : *c;
    x->carrier->server->options->say(text);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
    exchange *x = *state;
    (void)arg, (void)connection, (void)why;
    if (!x)
        return;
    serve_metrics_count(x->carrier->server->metrics, x->route ? x->route->pattern : "none", x->reply.status, since(&x->began));
    if (x->carrier->server->options->access_log)
        write_access_line(x);
    set_deadline(x->line, header_seconds(x->carrier));
    __atomic_sub_fetch(&x->carrier->body_bytes, x->counted, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&x->carrier->pending, 1, __ATOMIC_RELAXED);
    serve_reply_clear(&x->reply);
    free(x->body);
    free(x);
    *state = NULL;
}

/* ---- the daemon -------------------------------------------------------------------------------------------------- */

int serve_carrier_open(serve_carrier **carrier, serve_server *server, serve_socket *socket, const serve_route *routes,
                       descry_error *err)
{
    serve_carrier *c = calloc(1, sizeof *c);
    *carrier = c;
    if (!c)
        return serve_fail_memory(err);
    c->server = server;
    c->routes = routes;
    c->local = socket->local;
    c->passed = socket->passed;
    c->listening = -1;
    pthread_mutex_init(&c->mutex, NULL);
    c->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, c,
                                 MHD_OPTION_LISTEN_SOCKET, socket->fd,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                                 MHD_OPTION_CONNECTION_LIMIT, (unsigned)server->options->max_connections,
                                 MHD_OPTION_CONNECTION_TIMEOUT, server->options->timeout,
                                 MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                                 MHD_OPTION_NOTIFY_CONNECTION, on_connection, c,
                                 MHD_OPTION_END);
    if (!c->daemon) {
        pthread_mutex_destroy(&c->mutex);
        free(c);
        *carrier = NULL;
        return serve_fail(err, DESCRY_ERR_IO, "%s: libmicrohttpd does not start", socket->name);
    }
    socket->fd = -1;
    return 0;
}

void serve_carrier_quiesce(serve_carrier *carrier)
{
    carrier->listening = MHD_quiesce_daemon(carrier->daemon);
    if (carrier->listening >= 0 && !carrier->passed)
        shutdown(carrier->listening, SHUT_RDWR); /* who connects now is refused; its thread may still look at the descriptor */
}

size_t serve_carrier_pending(const serve_carrier *carrier)
{
    return (size_t)__atomic_load_n(&carrier->pending, __ATOMIC_RELAXED);
}

void serve_carrier_close(serve_carrier **carrier)
{
    if (!*carrier)
        return;
    MHD_stop_daemon((*carrier)->daemon);
    if ((*carrier)->listening >= 0)
        close((*carrier)->listening);
    pthread_mutex_destroy(&(*carrier)->mutex);
    free(*carrier);
    *carrier = NULL;
}
