/* SPDX-License-Identifier: Apache-2.0
 * Products of matrices by the kernels, over the pool. */
#ifndef DESCRY_KERN_LINEAR_H
#define DESCRY_KERN_LINEAR_H

#include "base/pool.h"
#include "kern/kernels.h"

/* For tests and for checking against open_clip: called with the activations after a stage of a model, "patches",
 * "embedded", "block 0", ..., "pooled", "projected"; x [rows, width], all sequences of the batch one after the other. */
typedef struct descry_trace {
    void (*fn)(void *arg, const char *stage, const float *x, size_t rows, size_t width);
    void *arg;
} descry_trace;

/* What a computation runs on. */
typedef struct descry_engine {
    const descry_kernels *kernels;
    descry_pool *pool;
    const descry_trace *trace; /* NULL: none */
} descry_engine;

/* y [n] = scale * (B x) + bias, B [n, k]. */
typedef struct descry_linear {
    size_t n, k;
    descry_dtype type;        /* of the source */
    descry_dtype packed_type; /* the same, or bf16 for f32 */
    const void *source;       /* element (n, k) at n * n_stride + k * k_stride; with `group` as in descry_matrix */
    size_t n_stride, k_stride;
    size_t group, group_stride;
    const float *scale;       /* [n] or NULL */
    const float *bias;        /* [n] or NULL */
    void *packed;             /* NULL until it is packed */
} descry_linear;

/* Packs the source as packed_type into `room`, descry_packed_size elements that stay the caller's. */
void descry_linear_pack(const descry_engine *engine, descry_linear *linear, void *room);

/* The same of floats, with room of its own. */
int descry_linear_open(const descry_engine *engine, descry_linear *linear, const float *source, size_t n, size_t k,
                       size_t n_stride, size_t k_stride, const float *bias, descry_error *err);
void descry_linear_close(descry_linear *linear);

/* out [rows, n] = residual + gamma * activation(scale * (x B^T) + bias) for x [rows, k]; gamma and residual may be NULL,
 * residual may be out. */
void descry_linear_run(const descry_engine *engine, const descry_linear *linear, const float *x, size_t rows,
                       descry_activation activation, const float *gamma, const float *residual, float *out);

/* out [rows, n] = scale * (x B^T) + bias */
void descry_multiply(const descry_engine *engine, const descry_linear *linear, const float *x, size_t rows, float *out);

/* The same, rows of out `stride` apart. */
void descry_multiply_into(const descry_engine *engine, const descry_linear *linear, const float *x, size_t rows, float *out,
                          size_t stride);

/* Each row of x [n, dim] to length 1, rows shorter than 1e-12 excepted; lengths [n] as they were, or NULL. */
void descry_unit_rows(float *x, size_t n, size_t dim, float *lengths);

double descry_dot(const float *a, const float *b, size_t n);

#endif
