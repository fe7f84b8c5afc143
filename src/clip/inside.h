/* SPDX-License-Identifier: Apache-2.0
 * What the files of this room share. */
#ifndef DESCRY_CLIP_INSIDE_H
#define DESCRY_CLIP_INSIDE_H

#include "clip/clip.h"
#include "clip/recipe.h"
#include "model/network.h"

#include <pthread.h>
#include <stdatomic.h>

/* Any number of threads may use a model: what is not said to be guarded is not changed once it is open, and room to work
 * in belongs to the call. */
struct descry_clip {
    descry_network network;
    descry_tokenizer *tokenizer; /* NULL: the model's own is of no known kind */
    descry_preprocess preprocess;
    descry_engine engine;
    char *name, *path;
    char recipe[DESCRY_SHA256_HEX];
    descry_model_info info;
    float levels[3][256]; /* normalised value of a byte, per channel */
    pthread_mutex_t packing;           /* held while a tower is made ready */
    _Atomic int ready[DESCRY_PARTS];   /* weights that do not change any more */
};

/* Makes a part ready, by the first call that needs it; others wait for it, and for it alone. */
int descry_clip_need(descry_clip *clip, descry_part part, descry_error *err);

/* rgb uint8 [n, H, W, 3] -> out float [n, dim] as the image tower, which is ready, gives it; tokens as of a family's
 * encode, or NULL. */
int descry_clip_run_pixels(const descry_clip *clip, const uint8_t *rgb, size_t n, float *out, float *tokens, descry_error *err);

/* DESCRY_ERR_NUMERIC when an embedding is not finite; with `normalize`, makes each of length 1. */
int descry_clip_finish(float *out, size_t n, size_t dim, int normalize, descry_error *err);

#endif
