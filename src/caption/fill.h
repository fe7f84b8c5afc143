/* SPDX-License-Identifier: Apache-2.0
 * Captions for the pictures of a library that have none. */
#ifndef DESCRY_CAPTION_FILL_H
#define DESCRY_CAPTION_FILL_H

#include "library/library.h"

typedef struct descry_fill {
    descry_library *library; /* locked by the caller */
    descry_model *model;
    const descry_filter *filter; /* which pictures: paths as the library has them; NULL: all */
    int but_failed;              /* 1: not those that could not be read when they were last indexed */
    const descry_generation *generation;
    const descry_preprocess_options *preprocess; /* with limits: see descry_reading */
    size_t batch;                /* as in descry_caption_options */
    /* After each batch, which is committed: how many of `total` were looked at, how many have a caption now.  Stops when
     * it does not return 0. */
    int (*tell)(void *arg, uint64_t done, uint64_t total, uint64_t captioned);
    descry_caption_callback each; /* once its caption is committed, or it failed */
    void *arg;
} descry_fill;

/* Commits batch by batch; a caption that came meanwhile stays as it is.  DESCRY_ERR_CANCELLED: tell or each said so. */
int descry_fill_run(const descry_fill *fill, descry_error *err);

#endif
