/* SPDX-License-Identifier: Apache-2.0
 * Products of matrices by the kernels, over the pool. */
#ifndef DESCRY_KERN_LINEAR_H
#define DESCRY_KERN_LINEAR_H

#include "base/pool.h"
#include "kern/kernels.h"

typedef struct descry_engine {
    const descry_kernels *kernels;
    descry_pool *pool;
} descry_engine;

/* The right side of a product, packed once. */
typedef struct descry_packed {
    void *data;
    size_t n, k;
} descry_packed;

/* B [k, n], element (k, n) = source[k * k_stride + n * n_stride]. */
int descry_pack_right(const descry_engine *engine, descry_packed *packed, const float *source, size_t k, size_t n,
                      size_t k_stride, size_t n_stride, descry_error *err);
void descry_packed_free(descry_packed *packed);

/* c [m, n] = a [m, k] B + bias; bias [n] or NULL.  Rows are without gaps. */
void descry_multiply(const descry_engine *engine, const descry_packed *b, const float *a, size_t m, const float *bias,
                     float *c);

/* Each row of x [n, dim] to length 1, rows shorter than 1e-12 excepted; lengths [n] as they were, or NULL. */
void descry_unit_rows(float *x, size_t n, size_t dim, float *lengths);

double descry_dot(const float *a, const float *b, size_t n);

#endif
