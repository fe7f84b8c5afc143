/* SPDX-License-Identifier: Apache-2.0
 * What the files of this room share. */
#ifndef DESCRY_CLIP_INSIDE_H
#define DESCRY_CLIP_INSIDE_H

#include "clip/clip.h"
#include "clip/recipe.h"
#include "model/weights.h"

struct descry_clip {
    descry_model_config config;
    descry_weights weights;
    descry_tokenizer *tokenizer; /* NULL: the model's own is not CLIP's */
    descry_preprocess preprocess;
    descry_pool *pool;
    const descry_kernels *kernels;
    char *name, *path;
    char recipe[DESCRY_SHA256_HEX];
    float levels[3][256]; /* normalised value of a byte, per channel */
    int vision_ready, text_ready, decoder_ready;
};

/* rgb uint8 [n, H, W, 3] -> out float [n, dim] as the tower gives it; tokens as of descry_encode_patches_for_decoder, or
 * NULL. */
int descry_clip_run_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, float *out, float *tokens, descry_error *err);

/* DESCRY_ERR_NUMERIC when an embedding is not finite; with `normalize`, makes each of length 1. */
int descry_clip_finish(float *out, size_t n, size_t dim, int normalize, descry_error *err);

#endif
