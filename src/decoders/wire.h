/* SPDX-License-Identifier: Apache-2.0
 * The protocol between the library and a worker (decode/), over a stream socket: structs of the same build, in turns.
 *
 *     library                       worker
 *     HELLO  version, walls    ->
 *                              <-   HELLO  version, walls in effect
 *     JOB    with memory       ->
 *                              <-   DECLARED  a size above the allowed one         } any number
 *     GO                       ->                                                  } of times
 *                              <-   DONE   facts or an error; the rest is in shared memory
 *
 * A worker trusts the library.  The library validates every field of a reply. */
#ifndef DESCRY_DECODERS_WIRE_H
#define DESCRY_DECODERS_WIRE_H

#include "base/shared.h"
#include "image/prepare.h"
#include "meta/xmp.h"

enum {
    DESCRY_WIRE_FORM = 1,      /* version of these structs */
    DESCRY_WIRE_SOCKET = 3,    /* file descriptor of the socket in a worker */
    DESCRY_WIRE_VERSION = 32,
    DESCRY_PACKET_ROOM = 1 << 24,         /* bytes for an XMP packet */
    DESCRY_SIDECAR_ROOM = (1 << 24) + (1 << 20) /* bytes for one with a caption added */
};

/* Kinds of jobs. */
typedef enum descry_wire_what {
    DESCRY_WIRE_PICTURE,
    DESCRY_WIRE_XMP_PUT,
    DESCRY_WIRE_XMP_TAKE,
    DESCRY_WIRE_XMP_HAS_DESCRIPTION
} descry_wire_what;

typedef enum descry_wire_kind { DESCRY_WIRE_HELLO = 1, DESCRY_WIRE_JOB, DESCRY_WIRE_DECLARED, DESCRY_WIRE_GO, DESCRY_WIRE_DONE } descry_wire_kind;

/* Restrictions of a worker. */
enum {
    DESCRY_WALL_CALLS = 1, /* seccomp: a short list of system calls */
    DESCRY_WALL_FILES = 2, /* Landlock: no files, no network */
    DESCRY_WALL_LIMITS = 4 /* rlimits for memory and CPU time */
};

/* The same in every version, so that a mismatch is detected. */
typedef struct descry_hello {
    uint32_t kind, form;
    char version[DESCRY_WIRE_VERSION];
    uint32_t walls; /* from the library: requested; from the worker: in effect */
} descry_hello;

typedef struct descry_request {
    uint32_t kind, form;
    uint32_t what;                     /* JOB */
    uint64_t size;                     /* JOB: bytes of the picture or packet; unless 0 its descriptor is attached */
    uint64_t room;                     /* JOB: bytes of shared memory for results */
    uint32_t anew;                     /* JOB: 1: that memory is new, and its descriptor is attached */
    uint64_t pixels;                   /* JOB, GO: allowed to decode */
    uint32_t seconds;                  /* JOB, GO: after which the worker's own alarm ends it */
    uint64_t packet;                   /* JOB, XMP: bytes of the packet; for XMP_PUT NUL-terminated text, model, date follow */
    uint32_t overwrite, created;       /* JOB, XMP_PUT */
    descry_preparation wanted;         /* JOB, PICTURE; the following replace its pointers: */
    uint32_t prepared;                 /* 1: with pixels */
    descry_preprocess preprocess;
    descry_preprocess_options options;
    descry_limits limits;
} descry_request;

typedef struct descry_reply {
    uint32_t kind, form;
    uint64_t width, height;            /* DECLARED */
    int32_t code;                      /* DONE: 0 or an error, with `message` */
    descry_facts facts;                /* DONE, PICTURE; packet and preview are in the memory for results: see below */
    int32_t outcome;                   /* DONE, XMP: a descry_sidecar_outcome; XMP_HAS_DESCRIPTION: 0 or 1 */
    uint64_t packet;                   /* DONE, XMP: bytes of the new packet, in the memory for results */
    char message[sizeof((descry_error *)0)->message];
} descry_reply;

/* Layout of the memory for results: pixels, packet, preview. */
size_t descry_wire_pixels(const descry_preparation *wanted);
size_t descry_wire_preview(const descry_preparation *wanted); /* upper bound: see descry_preview_make */
size_t descry_wire_room(const descry_preparation *wanted);

/* Sends a whole message with up to two descriptors; no SIGPIPE, non-blocking: while both sides keep to the protocol there is
 * always room in the socket's buffer.  0, or errno; EAGAIN: the other side does not read. */
int descry_wire_send(int fd, const void *message, size_t size, const int *fds, size_t n);

#endif
