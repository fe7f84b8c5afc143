/* SPDX-License-Identifier: Apache-2.0
 * Prefetching for a model: worker threads read, decode and preprocess pictures, which are delivered in batches, in the order
 * added.  A client that needs no order sets `late_after`: a picture that takes longer is late.  Batches are then filled with
 * the pictures after it, and it is part of the next batch once it is ready.  So late pictures delay no others as long as they
 * are fewer than the threads.  When all threads are busy with late pictures, delivery waits for the first of them, even if
 * some others are ready: they are less than a batch.  At the end, when only late ones are left, each is delivered once ready.
 *
 * Callbacks run on the calling thread, inside descry_loader_add and descry_loader_finish, except `decide`.  While a batch is
 * delivered, the next ones are prepared.  Memory is bounded whatever the number of pictures: the slots, one more batch if
 * pictures may be late, and one encoded and one decoded picture for each thread. */
#ifndef DESCRY_PICTURES_LOADER_H
#define DESCRY_PICTURES_LOADER_H

#include "base/file.h"
#include "decoders/decoders.h"

typedef enum descry_want {
    DESCRY_WANT_NOTHING, /* not even read: it only keeps its place in the order */
    DESCRY_WANT_FACTS,   /* size and metadata, no pixels */
    DESCRY_WANT_PIXELS
} descry_want;

/* A picture: the first member of a client's own struct.  When added, what is not yet known is zero. */
typedef struct descry_loaded {
    const char *path;      /* of the file, or the name of `bytes`; owned by the client, until `drop` */
    const uint8_t *bytes;  /* NULL: read the file; else owned by the client; set to what was read during `decide` */
    size_t size;           /* of the encoded picture */
    descry_want want;      /* what to load; lowered by `decide` */
    descry_error err;      /* code 0: no error; one that is set when the picture is added is delivered with it */
    uint8_t sha256[DESCRY_SHA256_SIZE]; /* of the encoded picture, if how.digest */
    int width, height, orientation;     /* as in descry_picture: of the full-size picture */
    int draft;             /* 1: the pixels are a draft's */
    int fault;             /* 1: the error is permanent: see descry_decoders_prepare */
    int has_placeholder;   /* 1: pixels were loaded; as in descry_facts: */
    uint8_t placeholder[DESCRY_PLACEHOLDER_SIZE];
    descry_metadata metadata;
    size_t slot;           /* index into the batch's rgb, for good pictures */
} descry_loaded;

/* A batch.  Good pictures are those without an error and with pixels. */
typedef struct descry_loaded_batch {
    struct descry_loader *loader;
    void *items;           /* [count], in the order added, except late ones */
    size_t count, stride;  /* stride: bytes of an item */
    void **good;           /* [good_count]: the good ones, in order */
    size_t good_count, picture; /* picture: bytes of a prepared picture */
    uint8_t *rgb;          /* [good_count, H, W, 3] */
} descry_loaded_batch;

typedef struct descry_loader_options {
    const descry_preprocess *preprocess;
    const descry_preprocess_options *options; /* with limits: see descry_reading */
    descry_decoders *decoders;
    unsigned threads; /* 1: the calling thread prepares the pictures, and nothing overlaps */
    size_t batch;     /* pictures; 0: one */
    size_t item;      /* bytes of the client's struct, which must be relocatable: it is moved by memcpy */
    int late_after;   /* milliseconds of reading, or of decoding, after which a picture is late; 0: never.  Ignored with one
                         thread, and with batches so large that only few fit into memory */
    int digest;       /* 1: compute SHA-256 */
    int draft;        /* 1: drafts are allowed (descry_preprocess_enough); not with options->reference */
    /* Decides how much of each picture to load once it is read and digested: lowers its `want`, or sets its error.  Called for
     * all pictures that wait for it at once, on any thread, but by one at a time, and only while the caller waits for pictures
     * or encodes.  NULL: `want` as added. */
    void (*decide)(void *arg, descry_loaded *const *pictures, size_t n);
    /* Processes a batch; a non-zero return is an error and stops. */
    int (*deliver)(void *arg, descry_loaded_batch *batch, descry_error *err);
    /* Frees what an item owns; called once for each, delivered or not.  NULL: items own nothing. */
    void (*drop)(void *arg, void *item);
    void *arg;
} descry_loader_options;

typedef struct descry_loader descry_loader;

enum { DESCRY_LOADER_LATE_AFTER = 1000 }; /* for clients that need no order: few pictures take longer than a second */

/* What *options points to must outlive the loader.  Closing drops what is not delivered. */
int descry_loader_open(descry_loader **loader, const descry_loader_options *options, descry_error *err);
void descry_loader_close(descry_loader **loader);

/* Adds a copy of *item, which the loader owns from now on, and delivers a batch when no slot is free.  Finishing delivers the
 * rest; more may be added afterwards.  Both return the error of `deliver`, after which nothing may be added. */
int descry_loader_add(descry_loader *loader, const void *item, descry_error *err);
int descry_loader_finish(descry_loader *loader, descry_error *err);

size_t descry_loader_slots(const descry_loader *loader); /* upper bound of the pictures added and not yet dropped */

/* ---- for `deliver` --------------------------------------------------------------------------------------------- */

/* Compacts rgb and `good` after the client has set errors or lowered `want`. */
void descry_loaded_gather(descry_loaded_batch *batch);

/* Runs `encode` on the good pictures [first, first + n): all at once and, on DESCRY_ERR_NUMERIC, one by one, to find the
 * picture that is at fault and set its error.  Other errors are returned. */
typedef int (*descry_encode_fn)(void *arg, size_t first, size_t n, descry_error *err);
int descry_loaded_encode(descry_loaded_batch *batch, descry_encode_fn encode, void *arg, descry_error *err);

/* Exclude `decide` between these two, inside `encode`: for access to what `decide` uses, such as the library. */
void descry_loaded_hold(descry_loaded_batch *batch);
void descry_loaded_release(descry_loaded_batch *batch);

#endif
