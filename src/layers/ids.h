/* SPDX-License-Identifier: Apache-2.0
 * From ids to vectors. */
#ifndef DESCRY_LAYERS_IDS_H
#define DESCRY_LAYERS_IDS_H

#include "layers/loader.h"

/* x [width] = scale * row `id` of the table [V, width], in the file's type, + position [width]; NULL: none. */
void descry_embed_id(float *x, const descry_tensor *table, int32_t id, float scale, const float *position, size_t width);

/* DESCRY_ERR_ARGUMENT: one of `count` ids is outside the vocabulary. */
int descry_check_ids(const int32_t *ids, size_t count, size_t vocabulary, descry_error *err);

#endif
