/* SPDX-License-Identifier: Apache-2.0
 * Captions for the pictures of a library that have none. */
#ifndef DESCRY_CAPTION_FILL_H
#define DESCRY_CAPTION_FILL_H

#include "library/library.h"

typedef struct descry_fill {
    descry_library *library; /* locked by the caller */
    descry_model *model;
    const descry_filter *filter; /* which pictures: paths as the library has them; NULL: all */
    int skip_failed;             /* 1: not those that could not be read when last indexed */
    const descry_generation *generation;
    const descry_preprocess_options *preprocess; /* with limits: see descry_reading */
    size_t batch;                /* as in descry_caption_options */
    /* Called after each commit: pictures processed, of `total`, and captions written.  A non-zero return stops. */
    int (*progress)(void *arg, uint64_t done, uint64_t total, uint64_t captioned);
    descry_caption_callback each; /* called for each picture once its caption is committed, or it failed */
    void *arg;
} descry_fill;

/* Commits batch by batch; a caption that was added meanwhile is kept.  DESCRY_ERR_CANCELLED: `progress` or `each` stopped it. */
int descry_fill_run(const descry_fill *fill, descry_error *err);

#endif
