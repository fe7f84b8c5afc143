/* SPDX-License-Identifier: Apache-2.0
 * Picture files on their way into the library: loaded in batches, each embedded in one call of the model and committed in
 * one transaction. */
#ifndef DESCRY_INDEX_BATCH_H
#define DESCRY_INDEX_BATCH_H

#include "library/library.h"
#include "pictures/loader.h"

typedef enum descry_item_state {
    DESCRY_ITEM_SAME,  /* its file is as it was: nothing to read */
    DESCRY_ITEM_KNOWN, /* its content has a vector already */
    DESCRY_ITEM_NEW,   /* went through the model */
    DESCRY_ITEM_FAILED
} descry_item_state;

typedef struct descry_item {
    descry_loaded loaded; /* its error says why it FAILED */
    char *path;
    uint64_t size;
    int64_t mtime;
    descry_place place; /* what the library knows of the path */
    descry_item_state state;
    int64_t content;    /* once it is known */
    size_t twin;        /* of a NEW content the first item with it: this one, if it is the first */
    char *caption;      /* what the model says of it; NULL: nothing yet */
    int captioned;      /* and it is in the library */
    int recalled;       /* FAILED before, and not tried again: the library has it already */
    int broken;         /* the library failed: the error ends the run */
} descry_item;

typedef struct descry_batch descry_batch;

/* Told of a batch that is committed; what it returns ends the run when it is not 0. */
typedef int (*descry_batch_fn)(void *arg, const descry_item *items, size_t n);

typedef struct descry_batches {
    descry_library *library;
    descry_model *model;
    const descry_recipe *recipe;
    const descry_preprocess_options *preprocess; /* with limits: see descry_reading */
    const descry_generation *captions; /* how new pictures are described in the same pass, once the vectors of their
                                               batch are committed; NULL: they are not */
    int whole;                              /* 1: no drafts, and vectors of drafts are made anew */
    size_t size;                            /* 0: chosen */
    descry_batch_fn done;
    void *arg;
} descry_batches;

/* All that *batches points at outlives the batch. */
int descry_batch_open(descry_batch **batch, const descry_batches *batches, descry_error *err);
void descry_batch_close(descry_batch **batch); /* what is not committed is given up */

/* A file with its size and time when it was seen.  SAME: not to be read, only to be marked as being there; FAILED: nor is it
 * tried again, for its place's fault stands, and fails for the same reason; else NEW.  Now and then a batch is done: fails only
 * when the library or the model does, or `done` says so; what is wrong with a file is the state of its item. */
int descry_batch_add(descry_batch *batch, const char *path, uint64_t size, int64_t mtime, const descry_place *place,
                     descry_item_state state, descry_error *err);
int descry_batch_finish(descry_batch *batch, descry_error *err); /* the rest */

#endif
