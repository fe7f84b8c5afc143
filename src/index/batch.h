/* SPDX-License-Identifier: Apache-2.0
 * Indexing in batches: each is loaded, embedded in one call of the model, and committed in one transaction. */
#ifndef DESCRY_INDEX_BATCH_H
#define DESCRY_INDEX_BATCH_H

#include "library/library.h"
#include "pictures/loader.h"

typedef enum descry_item_state {
    DESCRY_ITEM_SAME,  /* the file is unchanged: not read */
    DESCRY_ITEM_KNOWN, /* the content has a vector already */
    DESCRY_ITEM_NEW,   /* to be embedded */
    DESCRY_ITEM_FAILED
} descry_item_state;

typedef struct descry_item {
    descry_loaded loaded; /* loaded.err: why it FAILED */
    char *path;
    uint64_t size;
    int64_t mtime;
    descry_place place; /* the library's entry for the path */
    descry_item_state state;
    int64_t content;    /* id, once it is known */
    size_t original;    /* of a NEW content: index of the first item of the batch with it */
    char *caption;      /* generated; NULL: none yet */
    int captioned;      /* 1: and stored */
    int not_retried;    /* 1: FAILED in an earlier run and not retried: nothing to store */
    int store_failed;   /* 1: loaded.err is the store's, which ends the run */
} descry_item;

typedef struct descry_batch descry_batch;

/* Called after the commit of a batch; a non-zero return is an error and ends the run. */
typedef int (*descry_batch_fn)(void *arg, const descry_item *items, size_t n);

typedef struct descry_batch_options {
    descry_library *library;
    descry_model *model;
    const descry_recipe *recipe;
    const descry_preprocess_options *preprocess; /* with limits: see descry_reading */
    const descry_generation *captions; /* captions new pictures in the same pass, after the vectors of the batch are
                                          committed; NULL: no captions */
    int full_decode;                   /* 1: no drafts, and vectors of drafts are replaced */
    size_t size;                       /* of a batch; 0: default */
    descry_batch_fn done;
    void *arg;
} descry_batch_options;

/* What *options points to must outlive the batch. */
int descry_batch_open(descry_batch **batch, const descry_batch_options *options, descry_error *err);
void descry_batch_close(descry_batch **batch); /* discards what is not committed */

/* Adds a file with the size and time that the walk saw.  SAME: not read, only marked as present; FAILED: not retried, as its
 * place has a recorded fault, and fails with that reason; else NEW.  May process a batch, so it returns errors of the library,
 * the model and `done`; errors of files are states of their items. */
int descry_batch_add(descry_batch *batch, const char *path, uint64_t size, int64_t mtime, const descry_place *place,
                     descry_item_state state, descry_error *err);
int descry_batch_finish(descry_batch *batch, descry_error *err); /* the rest */

#endif
