/* SPDX-License-Identifier: Apache-2.0
 * Rotary positions on a grid: pairs of neighbouring channels of queries and keys, turned by angles that depend on a patch's
 * row and column (timm's pos_embed_sincos.py, RotaryEmbeddingCat). */
#ifndef DESCRY_LAYERS_ROPE_H
#define DESCRY_LAYERS_ROPE_H

#include "layers/attention.h"
#include "layers/loader.h"

typedef struct descry_rope {
    size_t skip;         /* rows of each sequence before the patches, which are not turned */
    size_t head_dim;     /* a multiple of 4 */
    size_t patches;      /* T */
    const float *angles; /* [T, head_dim / 2, 2]: cosine and sine; NULL: no rotary positions */
} descry_rope;

/* Patch (r, c) of a grid [rows, columns] stands at ((r + offset) / rows, (c + offset) / columns) times `reference`; the first
 * half of the angles is of the row, the second of the column, or with column_first the other way. */
void descry_make_rope(descry_loader *loader, descry_rope *rope, size_t rows, size_t columns, double reference, double offset,
                      bool column_first);

/* Turns the queries and keys in qkv [rows, 3 W]. */
void descry_run_rope(const descry_engine *engine, const descry_rope *rope, const descry_sequences *s, float *qkv, size_t width);

#endif
