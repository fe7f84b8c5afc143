/* SPDX-License-Identifier: Apache-2.0
 * A few picture files on their way into the library together: read and decoded in parallel, embedded in one call of the
 * model, committed in one transaction.  Memory is that of one batch of prepared pictures and of one encoded and one
 * decoded picture for each thread. */
#ifndef DESCRY_INDEX_BATCH_H
#define DESCRY_INDEX_BATCH_H

#include "library/library.h"

typedef enum descry_item_state {
    DESCRY_ITEM_SAME,  /* its file is as it was: nothing to read */
    DESCRY_ITEM_KNOWN, /* its content has a vector already */
    DESCRY_ITEM_NEW,   /* went through the model */
    DESCRY_ITEM_FAILED /* `err` says why */
} descry_item_state;

typedef struct descry_item {
    char *path;
    uint64_t size;
    int64_t mtime;
    descry_place place; /* what the library knows of the path */
    descry_item_state state;
    int64_t content;    /* once it is known */
    descry_content what;
    descry_metadata metadata;
    int has_metadata;   /* those were read */
    size_t twin;        /* of a NEW content the first item with it: this one, if it is the first */
    size_t slot;        /* which of the prepared pictures */
    char *caption;      /* what the model says of it; NULL: nothing yet */
    int captioned;      /* and it is in the library */
    int broken;         /* the library failed: `err` ends the run */
    descry_error err;
} descry_item;

typedef struct descry_batch descry_batch;

/* size 0: chosen.  All that is passed outlives the batch.  captions: NULL, or how the model is to describe new pictures
 * in the same pass; their vectors are committed before the captions are begun. */
int descry_batch_open(descry_batch **batch, descry_library *library, descry_model *model, const descry_recipe *recipe,
                      const descry_preprocess_options *options, const descry_caption_options *captions, size_t size,
                      descry_error *err);
void descry_batch_close(descry_batch **batch);

/* A file with its state when it was seen; same 1: not to be read, only to be marked as being there. */
int descry_batch_add(descry_batch *batch, const char *path, uint64_t size, int64_t mtime, const descry_place *place,
                     int same, descry_error *err);
int descry_batch_is_full(const descry_batch *batch);

/* Fails only when the library or the model does; what is wrong with a file is the state of its item. */
int descry_batch_run(descry_batch *batch, descry_error *err);
size_t descry_batch_count(const descry_batch *batch);
const descry_item *descry_batch_item(const descry_batch *batch, size_t i);
void descry_batch_clear(descry_batch *batch);

#endif
