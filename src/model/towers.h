/* SPDX-License-Identifier: Apache-2.0
 * The two towers. */
#ifndef DESCRY_MODEL_TOWERS_H
#define DESCRY_MODEL_TOWERS_H

#include "model/transformer.h"

/* Rows of patches [n, patches, 3 p p] (channel, y, x in each patch, normalised values) -> out [n, E], not normalised. */
int descry_encode_patches(const descry_engine *engine, const descry_model_config *config, const descry_vision_weights *w,
                          const float *patches, size_t n, float *out, descry_error *err);

/* The same, and what CoCa's decoder looks at: tokens [n, descry_picture_tokens, descry_picture_width]. */
int descry_encode_patches_for_decoder(const descry_engine *engine, const descry_model_config *config,
                                      const descry_vision_weights *w, const float *patches, size_t n, float *out,
                                      float *tokens, descry_error *err);
size_t descry_picture_tokens(const descry_vision_config *vision);
size_t descry_picture_width(const descry_model_config *config);

/* ids [n, L], padded -> out [n, E], not normalised.  Positions that cannot reach the pooled one are not computed.
 * DESCRY_ERR_ARGUMENT: an id outside the vocabulary. */
int descry_encode_ids(const descry_engine *engine, const descry_model_config *config, const descry_text_weights *w,
                      const int32_t *ids, size_t n, float *out, descry_error *err);

#endif
