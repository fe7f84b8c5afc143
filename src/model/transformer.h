/* SPDX-License-Identifier: Apache-2.0
 * What the towers share: running a linear layer, a norm, and the blocks of a transformer, over a batch of sequences. */
#ifndef DESCRY_MODEL_TRANSFORMER_H
#define DESCRY_MODEL_TRANSFORMER_H

#include "model/weights.h"

/* For tests and for checking against open_clip: called with the activations after a stage, "patches", "embedded",
 * "block 0", ..., "pooled", "projected"; x [rows, width], all sequences of the batch one after the other. */
typedef struct descry_trace {
    void (*fn)(void *arg, const char *stage, const float *x, size_t rows, size_t width);
    void *arg;
} descry_trace;

typedef struct descry_runner {
    const descry_kernels *kernels;
    descry_pool *pool;
    const descry_trace *trace; /* NULL: none */
} descry_runner;

/* A batch of sequences: sequence i has the rows first[i] .. first[i + 1]. */
typedef struct descry_sequences {
    size_t count;
    const size_t *first;   /* [count + 1] */
    size_t longest;        /* rows of the longest */
    bool causal;
    const uint8_t *hidden; /* [rows]: 1 where a key is hidden from every query; NULL: none */
    const size_t *pooled;  /* [count]: the row that is wanted of each sequence, counted in it; NULL: all */
} descry_sequences;

/* out [rows, n] = residual + gamma * activation(x W^T + bias); residual may be NULL or out. */
void descry_run_linear(const descry_runner *run, const descry_linear *linear, const float *x, size_t rows,
                       descry_activation activation, const float *gamma, const float *residual, float *out);

void descry_run_norm(const descry_runner *run, const descry_norm *norm, const float *x, size_t rows, size_t width,
                     float eps, float *out);

/* Runs `layers` blocks over x [rows, W] in place.  With s->pooled, the last block is computed for those rows only, and
 * x holds them, [count, W], afterwards. */
int descry_run_blocks(const descry_runner *run, const descry_block_config *config, const descry_block *blocks,
                      const descry_sequences *s, float *x, descry_error *err);

/* out [count * queries, width] = attention of `queries` rows of q (the same for every sequence) to each sequence's keys;
 * k, v [rows, width]. */
int descry_run_cross(const descry_runner *run, const float *q, size_t queries, const float *k, const float *v,
                     size_t width, size_t heads, const descry_sequences *s, float *out, descry_error *err);

void descry_trace_stage(const descry_runner *run, const char *stage, const float *x, size_t rows, size_t width);

#endif
