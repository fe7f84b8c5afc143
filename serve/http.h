/* SPDX-License-Identifier: Apache-2.0
 * Requests and replies, whatever carries them. */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include "descry.h"
#include "ui/json.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The headers that anything here looks at. */
typedef enum serve_header {
    SERVE_HOST,
    SERVE_ORIGIN,
    SERVE_FETCH_SITE,
    SERVE_AUTHORIZATION,
    SERVE_COOKIE,
    SERVE_CONTENT_TYPE,
    SERVE_ACCEPT_ENCODING,
    SERVE_IF_NONE_MATCH,
    SERVE_RANGE,
    SERVE_IF_RANGE,
    SERVE_HEADERS
} serve_header;

extern const char *const serve_header_names[SERVE_HEADERS];

typedef struct serve_argument {
    const char *name, *value; /* of the address after "?", decoded */
} serve_argument;

typedef struct serve_request {
    const char *method, *path;          /* decoded, without arguments */
    const char *headers[SERVE_HEADERS]; /* NULL: not sent */
    const serve_argument *arguments;
    size_t argument_count;
    const char *body; /* [size], NUL behind it */
    size_t size;
    int64_t id;       /* what "#" of the route's pattern stands for */
    const char *name; /* what "*" of it stands for */
} serve_request;

/* The value of an argument; NULL: not given. */
const char *serve_argument_of(const serve_request *request, const char *name);

/* The number in an argument, `otherwise` if not given.  DESCRY_ERR_ARGUMENT: none, or not between `least` and `most`. */
int serve_number_of(const serve_request *request, const char *name, long least, long most, long otherwise, long *value,
                    descry_error *err);
int serve_real_of(const serve_request *request, const char *name, double otherwise, double *value, descry_error *err);

/* The body's JSON object.  DESCRY_ERR_ARGUMENT: it is none. */
int serve_object_of(const serve_request *request, json_t **object, descry_error *err);

/* Bytes made while they are sent. */
typedef struct serve_stream {
    /* At most `room` bytes into `to`: their number; 0: none at present, serve_wake tells when; SERVE_END, SERVE_BROKEN */
    ssize_t (*read)(struct serve_stream *stream, char *to, size_t room);
    void (*close)(struct serve_stream *stream);
    void *connection; /* of the carrier */
} serve_stream;

enum { SERVE_END = -1, SERVE_BROKEN = -2, SERVE_REPLY_HEADERS = 8 };

typedef struct serve_reply {
    unsigned status;   /* 0: 200 */
    const char *type;  /* Content-Type, static */
    char *body;        /* [size], to be freed with descry_free or free */
    const char *fixed; /* [size], static; NULL: body */
    size_t size;
    int fd;            /* of a file: `size` bytes from `offset`; -1: none.  Closed with the reply */
    uint64_t offset;
    serve_stream *stream; /* NULL: none.  Closed with the reply */
    struct {
        const char *name;
        char *value;
    } headers[SERVE_REPLY_HEADERS];
    size_t header_count;
} serve_reply;

#define SERVE_REPLY_INIT {0, NULL, NULL, NULL, 0, -1, 0, NULL, {{NULL, NULL}}, 0}

/* Adds a header; `name` is static. */
int serve_reply_header(serve_reply *reply, descry_error *err, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The text of `value`, which it releases; NULL: out of memory. */
int serve_reply_json(serve_reply *reply, json_t *value, descry_error *err);

/* {"error": {"code", "message", "position"}} with the status that belongs to err->code, or `status` when not 0; position < 0:
 * none.  `code` NULL: by err->code. */
void serve_reply_error(serve_reply *reply, unsigned status, const char *code, const char *message, long position);
void serve_reply_fail(serve_reply *reply, const descry_error *err, long position);

void serve_reply_clear(serve_reply *reply); /* frees what it holds */

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

json_t *serve_json_text(const char *text);                             /* ill-formed UTF-8 becomes U+FFFD; NULL: null */
/* The bytes that `text` [length] encodes, blanks skipped, to be freed; NULL: ill-formed, or out of memory */
uint8_t *serve_base64_decode(const char *text, size_t length, size_t *size);

int serve_fail(descry_error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4))); /* code */
int serve_fail_memory(descry_error *err);

#endif
