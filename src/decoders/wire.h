/* SPDX-License-Identifier: Apache-2.0
 * What a library and its worker (decode/) say to each other, over a stream socket: structs of the same build, in turns.
 *
 *     library                       worker
 *     HELLO  version, walls    ->
 *                              <-   HELLO  version, the walls that stand
 *     JOB    with memory       ->
 *                              <-   DECLARED  a size above what was allowed        } once or more often,
 *     GO                       ->                                                  } if at all
 *                              <-   DONE   facts or an error; the rest is in memory
 *
 * A worker believes what it is told.  A library checks every field. */
#ifndef DESCRY_DECODERS_WIRE_H
#define DESCRY_DECODERS_WIRE_H

#include "base/shared.h"
#include "image/prepare.h"
#include "meta/xmp.h"

enum {
    DESCRY_WIRE_FORM = 1,      /* of these structs */
    DESCRY_WIRE_SOCKET = 3,    /* the descriptor that a worker has it on */
    DESCRY_WIRE_VERSION = 32,
    DESCRY_PACKET_ROOM = 1 << 24,         /* bytes for an XMP packet */
    DESCRY_SIDECAR_ROOM = (1 << 24) + (1 << 20) /* bytes for one with a caption put in */
};

/* What a job is. */
typedef enum descry_wire_what { DESCRY_WIRE_PICTURE, DESCRY_WIRE_XMP_PUT, DESCRY_WIRE_XMP_TAKE, DESCRY_WIRE_XMP_HAS_DESCRIPTION } descry_wire_what;

typedef enum descry_wire_kind { DESCRY_WIRE_HELLO = 1, DESCRY_WIRE_JOB, DESCRY_WIRE_DECLARED, DESCRY_WIRE_GO, DESCRY_WIRE_DONE } descry_wire_kind;

/* What stands between a worker and the system. */
enum {
    DESCRY_WALL_CALLS = 1, /* seccomp: it may ask the system for next to nothing */
    DESCRY_WALL_FILES = 2, /* Landlock: there are no files, and no network */
    DESCRY_WALL_LIMITS = 4 /* of memory and of time */
};

/* The same in every version, so that any two can tell each other which they are. */
typedef struct descry_hello {
    uint32_t kind, form;
    char version[DESCRY_WIRE_VERSION];
    uint32_t walls; /* those that are to stand, if the system can; those that do */
} descry_hello;

typedef struct descry_request {
    uint32_t kind, form;
    uint32_t what;                     /* JOB */
    uint64_t size;                     /* JOB: bytes of the picture, or packet; their descriptor comes, if there are any */
    uint64_t room;                     /* JOB: bytes of memory for results; its descriptor comes, too, when it is new */
    uint32_t anew;
    uint64_t pixels;                   /* JOB, GO: as many may be decoded */
    uint32_t seconds;                  /* JOB, GO: after which the worker ends itself, should nobody else */
    uint64_t packet;                   /* JOB, XMP: so many of the bytes; to put: then text, model and date, each with a NUL */
    uint32_t overwrite, created;       /* JOB, XMP_PUT */
    descry_preparation wanted;         /* JOB, PICTURE; with these in place of its pointers: */
    uint32_t prepared;                 /* 1: pixels are wanted */
    descry_preprocess preprocess;
    descry_preprocess_options options;
    descry_limits limits;
} descry_request;

typedef struct descry_reply {
    uint32_t kind, form;
    uint64_t width, height;            /* DECLARED */
    int32_t code;                      /* DONE: 0 or an error, with `message` */
    descry_facts facts;                /* DONE, PICTURE; its packet and preview are in the memory for results: see below */
    int32_t outcome;                   /* DONE, XMP: of descry_sidecar_outcome; XMP_DESCRIBED: 0 or 1 */
    uint64_t packet;                   /* DONE, XMP: bytes of the new one, in the memory for results */
    char message[sizeof((descry_error *)0)->message];
} descry_reply;

/* Of the memory for results: pixels come first, then the packet, then the preview. */
size_t descry_wire_pixels(const descry_preparation *wanted);
size_t descry_wire_preview(const descry_preparation *wanted); /* at most: see descry_preview_make */
size_t descry_wire_room(const descry_preparation *wanted);

/* Sends the whole of it, with up to two descriptors; without a signal when nobody is there, and without waiting: where both
 * keep to their turns there is always room.  0, or errno; EAGAIN: the other does not read. */
int descry_wire_send(int fd, const void *message, size_t size, const int *fds, size_t n);

#endif
