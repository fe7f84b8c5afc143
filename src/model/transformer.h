/* SPDX-License-Identifier: Apache-2.0
 * What the towers share: running a norm and the blocks of a transformer, over a batch of sequences. */
#ifndef DESCRY_MODEL_TRANSFORMER_H
#define DESCRY_MODEL_TRANSFORMER_H

#include "model/weights.h"

/* A batch of sequences: sequence i has the rows first[i] .. first[i + 1]. */
typedef struct descry_sequences {
    size_t count;
    const size_t *first;   /* [count + 1] */
    size_t longest;        /* rows of the longest */
    bool causal;
    const uint8_t *hidden; /* [rows]: 1 where a key is hidden from every query; NULL: none */
    const size_t *pooled;  /* [count]: the row that is wanted of each sequence, counted in it; NULL: all */
} descry_sequences;

void descry_run_norm(const descry_engine *engine, const descry_norm *norm, const float *x, size_t rows, size_t width,
                     float eps, float *out);

/* Runs `layers` blocks over x [rows, W] in place.  With s->pooled, the last block is computed for those rows only, and
 * x holds them, [count, W], afterwards. */
int descry_run_blocks(const descry_engine *engine, const descry_block_config *config, const descry_block *blocks,
                      const descry_sequences *s, float *x, descry_error *err);

/* out [count * queries, width] = attention of `queries` rows of q (the same for every sequence) to each sequence's keys;
 * k, v [rows, width]. */
int descry_run_cross(const descry_engine *engine, const float *q, size_t queries, const float *k, const float *v,
                     size_t width, size_t heads, const descry_sequences *s, float *out, descry_error *err);

void descry_trace_stage(const descry_engine *engine, const char *stage, const float *x, size_t rows, size_t width);

#endif
