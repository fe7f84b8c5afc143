/* SPDX-License-Identifier: Apache-2.0
 * Attention over a batch of sequences of different lengths, one task for each head of each sequence. */
#ifndef DESCRY_LAYERS_ATTENTION_H
#define DESCRY_LAYERS_ATTENTION_H

#include "kern/linear.h"

#include <stdbool.h>

/* A batch of sequences: sequence i has the rows first[i] .. first[i + 1]. */
typedef struct descry_sequences {
    size_t count;
    const size_t *first;   /* [count + 1] */
    size_t longest;        /* rows of the longest */
    bool causal;
    const uint8_t *hidden; /* [rows]: 1 where a key is hidden from every query; NULL: none */
    const size_t *pooled;  /* [count]: the row that is wanted of each sequence, counted in it; NULL: all */
} descry_sequences;

/* T5's relative positions: scores are not scaled, and what is added depends on how far a key is from the query. */
typedef struct descry_distances {
    const float *bias; /* [heads, 2 reach - 1], from distance -(reach - 1), the key before the query, on; NULL: there is none */
    size_t reach;      /* rows of the longest sequence that there can be */
} descry_distances;

/* qkv [rows, 3 W] (queries, keys, values) -> out [rows, W], or with s->pooled [count, W]: of the wanted rows.  distances
 * may be NULL. */
int descry_run_self_attention(const descry_engine *engine, const float *qkv, size_t width, size_t heads,
                              const descry_sequences *s, const descry_distances *distances, float *out, descry_error *err);

/* out [count * queries, width] = attention of `queries` rows of q (the same for every sequence) to each sequence's keys;
 * k, v [rows, width], rows kv_stride apart. */
int descry_run_cross_attention(const descry_engine *engine, const float *q, size_t queries, const float *k, const float *v,
                               size_t kv_stride, size_t width, size_t heads, const descry_sequences *s, float *out,
                               descry_error *err);

#endif
