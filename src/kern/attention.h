/* SPDX-License-Identifier: Apache-2.0
 * Attention of one head by two matrix products and a softmax, for any table: in a header, so that each instruction set
 * compiles it with its own flags. */
#ifndef DESCRY_KERN_ATTENTION_H
#define DESCRY_KERN_ATTENTION_H

#include "kern/kernels.h"

#include <math.h>

typedef void attention_softmax(float *row, size_t n); /* of row[0..n), in place */

static inline void attention_rows(const descry_attention *a, const descry_kernels *table, attention_softmax *softmax,
                                  const float *k_packed, const float *v_packed, float *scores, size_t first, size_t rows)
{
    size_t wide = (a->keys + table->lanes - 1) / table->lanes * table->lanes;
    size_t keys = a->causal && first + rows < a->keys ? first + rows : a->keys; /* beyond these none of `rows` looks */
    descry_gemm qk = {.m = rows, .n = a->keys, .k = a->head_dim,
                      .a = a->q + first * a->q_stride, .lda = a->q_stride,
                      .b = k_packed, .b_type = DESCRY_F32, .c = scores, .ldc = wide};
    table->gemm(&qk, 0, descry_panels(table, keys));
    for (size_t i = 0; i < rows; i++) {
        float *row = scores + i * wide;
        size_t seen = a->causal && first + i + 1 < keys ? first + i + 1 : keys;
        for (size_t j = 0; j < seen; j++)
            row[j] = a->hidden && a->hidden[j] ? -INFINITY : row[j] * a->scale;
        softmax(row, seen);
        for (size_t j = seen; j < keys; j++)
            row[j] = 0;
    }
    descry_gemm pv = {.m = rows, .n = a->head_dim, .k = keys,
                      .a = scores, .lda = wide,
                      .b = v_packed, .b_type = DESCRY_F32,
                      .c = a->out + first * a->out_stride, .ldc = a->out_stride};
    table->gemm(&pv, 0, descry_panels(table, a->head_dim));
}

static inline void attention_head(const descry_attention *a, const descry_kernels *table, attention_softmax *softmax,
                                  float *scratch)
{
    size_t wide_head = (a->head_dim + table->lanes - 1) / table->lanes * table->lanes;
    size_t wide_keys = (a->keys + table->lanes - 1) / table->lanes * table->lanes;
    float *k_packed = scratch, *v_packed = k_packed + a->head_dim * wide_keys, *scores = v_packed + a->keys * wide_head;
    for (size_t i = 0; a->packed && i < a->queries; i += DESCRY_ATTENTION_ROWS)
        attention_rows(a, table, softmax, a->packed, a->packed + a->head_dim * wide_keys, scores, i,
                       a->queries - i < DESCRY_ATTENTION_ROWS ? a->queries - i : DESCRY_ATTENTION_ROWS);
    if (a->packed)
        return;
    descry_pack(table, k_packed, a->k, DESCRY_F32, a->keys, a->head_dim, a->kv_stride, 1, 0,
                descry_panels(table, a->keys));
    for (size_t i = 0; i < a->queries; i += DESCRY_ATTENTION_ROWS) {
        size_t rows = a->queries - i < DESCRY_ATTENTION_ROWS ? a->queries - i : DESCRY_ATTENTION_ROWS;
        size_t keys = a->causal && i + rows < a->keys ? i + rows : a->keys;
        /* panels of V are `keys` rows tall, so a causal block packs its own */
        if (i == 0 || a->causal)
            descry_pack(table, v_packed, a->v, DESCRY_F32, a->head_dim, keys, 1, a->kv_stride, 0,
                        descry_panels(table, a->head_dim));
        attention_rows(a, table, softmax, k_packed, v_packed, scores, i, rows);
    }
}

#endif
