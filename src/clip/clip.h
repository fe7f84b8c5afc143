/* SPDX-License-Identifier: Apache-2.0
 * A loaded model: configuration, towers, tokenizer and preprocessing behind functions that embed and caption. */
#ifndef DESCRY_CLIP_CLIP_H
#define DESCRY_CLIP_CLIP_H

#include "base/log.h"
#include "base/pool.h"
#include "descry.h"
#include "image/preprocess.h"
#include "kern/kernels.h"
#include "text/tokenizer.h"

typedef struct descry_clip descry_clip;

/* Opens the model in directory `path`, for pictures of how->image_size (0: its own), which then is added to its name.  `pool`,
 * `kernels` and `log` must outlive it. */
int descry_clip_open(descry_clip **clip, const char *path, const char *name, const descry_model_options *how, descry_pool *pool,
                     const descry_kernels *kernels, const descry_log *log, descry_error *err);
void descry_clip_close(descry_clip **clip);

/* Embedding length and file size of weights, without opening the model; each unchanged if unknown. */
void descry_clip_peek(const char *path, const char *name, int *dim, uint64_t *bytes);

/* Iterates over architectures that can be run: descry_zoo_next. */
int descry_clip_known(const char **name, size_t *at, descry_error *err);

const descry_pretrained *descry_clip_pretrained(size_t index);
const descry_pretrained *descry_clip_pretrained_find(const char *name);
const descry_pretrained *descry_clip_pretrained_of(const char *source); /* descry_zoo_of_repository */
int descry_clip_pretrained_can(const descry_pretrained *weights); /* descry_pretrained_can */
int descry_clip_can_caption(const char *name); /* descry_can_caption */

const descry_model_info *descry_clip_info(const descry_clip *clip);
const descry_preprocess *descry_clip_preprocess(const descry_clip *clip);
const descry_tokenizer *descry_clip_tokenizer(const descry_clip *clip);

/* rgb uint8 [n, H, W, 3] -> out float [n, dim].  DESCRY_ERR_NUMERIC when a result is not finite. */
int descry_clip_embed_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, int normalize, float *out,
                             descry_error *err);

/* Called for each caption in order of i < n; a non-zero return stops. */
typedef int (*descry_clip_caption_fn)(void *arg, size_t i, const descry_caption *caption);

/* Checks the options against the model: the errors that descry_clip_caption_pixels would return before it begins. */
int descry_clip_caption_check(const descry_clip *clip, const descry_generation *how, descry_error *err);

/* Called when embeddings [first, first + n) are computed, before their captions are generated; a non-zero return is an error
 * and stops. */
typedef int (*descry_clip_embedded_fn)(void *arg, size_t first, size_t n, descry_error *err);

/* Captions n pictures, `batch` at once (see below).  embeddings [n, dim], normalised, or NULL: from the same pass through the
 * image tower.  DESCRY_ERR_NUMERIC: a value is not finite; no caption of that batch is reported.  `embedded` may be NULL. */
int descry_clip_caption_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, const descry_generation *how, size_t batch,
                               float *embeddings, descry_clip_embedded_fn embedded, descry_clip_caption_fn each, void *arg,
                               descry_error *err);

size_t descry_clip_caption_batch(size_t batch); /* pictures at once, memory permitting: `batch`, or if 0 the default */

/* Number of pictures at once, at most `wanted`, that memory permits; 0: none, or *how is invalid. */
size_t descry_clip_caption_fit(const descry_clip *clip, const descry_generation *how, size_t wanted);

/* n texts -> out float [n, dim]. */
int descry_clip_embed_texts(descry_clip *clip, const char *const *texts, size_t n, int normalize, float *out,
                            descry_error *err);

#endif
