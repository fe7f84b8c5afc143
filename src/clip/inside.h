/* SPDX-License-Identifier: Apache-2.0
 * Internals shared by the files of this room. */
#ifndef DESCRY_CLIP_INSIDE_H
#define DESCRY_CLIP_INSIDE_H

#include "clip/clip.h"
#include "clip/combine.h"
#include "clip/recipe.h"
#include "model/network.h"

#include <pthread.h>
#include <stdatomic.h>

/* Any number of threads may use a model: members are immutable once it is open, unless marked as guarded, and buffers belong
 * to the call. */
struct descry_clip {
    descry_network network;
    descry_tokenizer *tokenizer; /* NULL: of an unsupported kind */
    descry_preprocess preprocess;
    descry_engine engine;
    char *name, *path;
    char recipe[DESCRY_SHA256_HEX];
    descry_model_info info;
    float levels[3][256];            /* normalised value of a byte, per channel */
    pthread_mutex_t packing;         /* held while a part's weights are packed */
    _Atomic int ready[DESCRY_PARTS]; /* 1: packed, immutable from now on */
    descry_combiner *texts, *pictures; /* of calls at the same time; NULL: each by itself */
};

/* Packs the weights of a part at its first use; concurrent calls for it wait. */
int descry_clip_need(descry_clip *clip, descry_part part, descry_error *err);

/* Runs the image tower, which must be ready: rgb uint8 [n, H, W, 3] -> out float [n, dim], not normalised; tokens as in a
 * family's encode, or NULL. */
int descry_clip_run_pixels(const descry_clip *clip, const uint8_t *rgb, size_t n, float *out, float *tokens, descry_error *err);

/* DESCRY_ERR_NUMERIC: an embedding is not finite; `normalize`: scales each to length 1. */
int descry_clip_finish(float *out, size_t n, size_t dim, int normalize, descry_error *err);

#endif
