/* SPDX-License-Identifier: Apache-2.0
 * Attention of one head by two matrix products and a softmax, for any table: in a header, so that each instruction set
 * compiles it with its own flags.  It packs and multiplies by gemm[DESCRY_F32] of the table that it is
 * given, whichever set that is from. */
#ifndef DESCRY_KERN_ATTENTION_H
#define DESCRY_KERN_ATTENTION_H

#include "kern/kernels.h"

#include <math.h>

typedef void attention_softmax(float *row, size_t n); /* of row[0..n), in place */

static inline void attention_rows(const descry_kernels *kernels, const descry_attention *a, attention_softmax *softmax,
                                  const float *k_packed, const float *v_packed, float *scores, size_t first, size_t rows)
{
    const descry_product *product = &kernels->gemm[DESCRY_F32];
    size_t wide = (a->keys + product->lanes - 1) / product->lanes * product->lanes;
    size_t keys = a->causal && first + rows < a->keys ? first + rows : a->keys; /* no row attends to later ones */
    descry_gemm qk = {.m = rows, .n = a->keys, .k = a->head_dim,
                      .a = a->q + first * a->q_stride, .lda = a->q_stride,
                      .b = k_packed, .b_type = DESCRY_F32, .c = scores, .ldc = wide};
    product->run(&qk, 0, descry_panels(kernels, DESCRY_F32, keys));
    for (size_t i = 0; i < rows; i++) {
        float *row = scores + i * wide;
        size_t seen = a->causal && first + i + 1 < keys ? first + i + 1 : keys;
        for (size_t j = 0; j < seen; j++)
            row[j] = a->hidden && a->hidden[j] ? -INFINITY : row[j] * a->scale;
        const float *distances = a->distances ? a->distances - (first + i) : NULL; /* by keys, of this row */
        for (size_t j = 0; distances && j < seen; j++)
            row[j] += distances[j];
        softmax(row, seen);
        for (size_t j = seen; j < keys; j++)
            row[j] = 0;
    }
    descry_gemm pv = {.m = rows, .n = a->head_dim, .k = keys,
                      .a = scores, .lda = wide,
                      .b = v_packed, .b_type = DESCRY_F32,
                      .c = a->out + first * a->out_stride, .ldc = a->out_stride};
    product->run(&pv, 0, descry_panels(kernels, DESCRY_F32, a->head_dim));
}

static inline void attention_head(const descry_kernels *kernels, const descry_attention *a, attention_softmax *softmax,
                                  float *scratch)
{
    size_t lanes = kernels->gemm[DESCRY_F32].lanes;
    size_t wide_head = (a->head_dim + lanes - 1) / lanes * lanes, wide_keys = (a->keys + lanes - 1) / lanes * lanes;
    float *k_packed = scratch, *v_packed = k_packed + a->head_dim * wide_keys, *scores = v_packed + a->keys * wide_head;
    for (size_t i = 0; a->packed && i < a->queries; i += DESCRY_ATTENTION_ROWS)
        attention_rows(kernels, a, softmax, a->packed, a->packed + a->head_dim * wide_keys, scores, i,
                       a->queries - i < DESCRY_ATTENTION_ROWS ? a->queries - i : DESCRY_ATTENTION_ROWS);
    if (a->packed)
        return;
    const descry_matrix k = {a->k, DESCRY_F32, a->keys, a->head_dim, a->kv_stride, 1, 0, 0};
    descry_pack(kernels, DESCRY_F32, k_packed, &k, 0, descry_panels(kernels, DESCRY_F32, a->keys));
    for (size_t i = 0; i < a->queries; i += DESCRY_ATTENTION_ROWS) {
        size_t rows = a->queries - i < DESCRY_ATTENTION_ROWS ? a->queries - i : DESCRY_ATTENTION_ROWS;
        size_t keys = a->causal && i + rows < a->keys ? i + rows : a->keys;
        /* panels of V are `keys` rows tall, so a causal block packs its own */
        const descry_matrix v = {a->v, DESCRY_F32, a->head_dim, keys, 1, a->kv_stride, 0, 0};
        if (i == 0 || a->causal)
            descry_pack(kernels, DESCRY_F32, v_packed, &v, 0, descry_panels(kernels, DESCRY_F32, a->head_dim));
        attention_rows(kernels, a, softmax, k_packed, v_packed, scores, i, rows);
    }
}

#endif
