/* SPDX-License-Identifier: Apache-2.0
 * Pictures on their way to a model: read, decoded and prepared by threads of their own, delivered batch by batch in the order
 * in which they were added.  A client that needs no order says how long it waits (`patience`): a picture that takes longer is
 * late.  Batches are made of the others as if it were not there, whole ones as long as more are added, and it comes in the
 * next after it is ready.  So late ones hold up nobody as long as they are fewer than the threads.  With all threads at late
 * ones everyone waits for the first of them, also those that are ready and no whole batch: all that they could gain is the
 * time of encoding less than one.  At the end, when only late ones are left, each comes when it is ready.
 *
 * All but the preparing happens on the thread of the caller, inside descry_loader_add and descry_loader_finish.  While it
 * delivers a batch, the next ones are prepared.  Memory is that of the slots, of one batch more where pictures may be late,
 * and of one encoded and one decoded picture for each thread, however many are added. */
#ifndef DESCRY_PICTURES_LOADER_H
#define DESCRY_PICTURES_LOADER_H

#include "base/file.h"
#include "decoders/decoders.h"

typedef enum descry_want {
    DESCRY_WANT_NOTHING, /* not even reading: only the picture's turn */
    DESCRY_WANT_FACTS,   /* all but the pixels */
    DESCRY_WANT_PIXELS
} descry_want;

/* A picture.  Of what is added all is zero except what is known: a client's own struct, which begins with this one. */
typedef struct descry_loaded {
    const char *path;      /* of the file, or the name of `bytes`; the client's, until it is dropped */
    const uint8_t *bytes;  /* NULL: read from the file; the client's, too; `judge` finds here what was read */
    size_t size;           /* of what was read */
    descry_want want;      /* what is there in the end, if nothing is wrong */
    descry_error err;      /* code 0: nothing is wrong.  It may be wrong from the beginning */
    uint8_t sha256[DESCRY_SHA256_SIZE]; /* of the bytes, if digests are wanted */
    int width, height, orientation;     /* facts, as in descry_picture: of the whole */
    int draft;             /* 1: the pixels are a draft's */
    int fault;             /* 1: what is wrong is in the picture: see descry_decoders_prepare */
    descry_metadata metadata;
    size_t slot;           /* which of a batch's prepared pictures, if it is one */
} descry_loaded;

/* What is delivered together.  Good: without an error, and with pixels. */
typedef struct descry_loaded_batch {
    struct descry_loader *loader;
    void *items;           /* [count], as they were added, but for late ones */
    size_t count, stride;  /* bytes from one to the next */
    void **good;           /* [goods]: which of them are good, in order */
    size_t goods, picture; /* bytes of a prepared picture */
    uint8_t *rgb;          /* [goods, H, W, 3] */
} descry_loaded_batch;

typedef struct descry_loading {
    const descry_preprocess *preprocess;
    const descry_preprocess_options *options; /* with limits: see descry_reading */
    descry_decoders *decoders;
    unsigned threads; /* 1: the caller's own prepares, too, and nothing overlaps */
    size_t batch;     /* pictures; 0: one */
    size_t item;      /* bytes of what is added: it may be copied to another place when it is prepared */
    int patience;     /* milliseconds of reading, or of decoding, after which a picture is late; 0: none is ever.  Nor is any with
                         one thread, nor with batches so large that few fit */
    int digest;       /* 1: SHA-256 wanted */
    int draft;        /* 1: drafts are good enough (descry_preprocess_enough); not with options->reference */
    /* Asked of pictures that are read, and digested, how much of each is wanted: lowers its want, or fails it.  Of all that
     * wait for it together, by one thread at a time, and only while the caller waits for pictures or encodes.  NULL: as it
     * was added. */
    void (*judge)(void *arg, descry_loaded *const *pictures, size_t n);
    /* Takes a batch; what it returns ends it when it is not 0. */
    int (*deliver)(void *arg, descry_loaded_batch *batch, descry_error *err);
    /* Frees what an item owns, which is not needed any more, be it delivered or not.  NULL: nothing. */
    void (*drop)(void *arg, void *item);
    void *arg;
} descry_loading;

typedef struct descry_loader descry_loader;

enum { DESCRY_LOADER_PATIENCE = 1000 }; /* for clients that need no order: what takes a second is rare and costs much */

/* What *loading points at outlives the loader.  Closing is for the thread that opened it, in any state: what is not
 * delivered is dropped. */
int descry_loader_open(descry_loader **loader, const descry_loading *loading, descry_error *err);
void descry_loader_close(descry_loader **loader);

/* Adds a copy of *item, which is the loader's from now on, and delivers a batch when no slot is free.  Finishing delivers the
 * rest; more may be added after it.  Both fail as `deliver` does; nothing may be added then. */
int descry_loader_add(descry_loader *loader, const void *item, descry_error *err);
int descry_loader_finish(descry_loader *loader, descry_error *err);

size_t descry_loader_slots(const descry_loader *loader); /* never more are added and not yet dropped */

/* ---- for `deliver` --------------------------------------------------------------------------------------------- */

/* Closes the gaps that pictures leave which are no longer good. */
void descry_loaded_gather(descry_loaded_batch *batch);

/* Has a model do the good pictures [first, first + n): all together and, when something is not finite, one by one, to
 * find the picture that it is.  That one gets the error.  Any other is returned. */
typedef int (*descry_encode_fn)(void *arg, size_t first, size_t n, descry_error *err);
int descry_loaded_encode(descry_loaded_batch *batch, descry_encode_fn encode, void *arg, descry_error *err);

/* `judge` has no turn between these two: for an encoder that must do what `judge` may not do at the same time. */
void descry_loaded_hold(descry_loaded_batch *batch);
void descry_loaded_release(descry_loaded_batch *batch);

#endif
