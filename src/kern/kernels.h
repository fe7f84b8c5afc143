/* SPDX-License-Identifier: Apache-2.0
 * The arithmetic of the towers: one table of functions per instruction set, portable.c being the reference. */
#ifndef DESCRY_KERN_KERNELS_H
#define DESCRY_KERN_KERNELS_H

#include "base/cpu.h"

#include <stddef.h>
#include <stdint.h>

typedef enum descry_dtype { DESCRY_F32, DESCRY_F16, DESCRY_BF16, DESCRY_DTYPE_COUNT } descry_dtype;

size_t descry_dtype_size(descry_dtype dtype);
float descry_f16_to_f32(uint16_t h);
uint16_t descry_f32_to_f16(float f); /* round to nearest even */
uint16_t descry_f32_to_bf16(float f); /* the same */
void descry_to_f32(float *out, const void *in, descry_dtype dtype, size_t n); /* exact; `in` needs no alignment */

typedef enum descry_activation {
    DESCRY_ACT_NONE,
    DESCRY_ACT_GELU,       /* x Phi(x), by the error function */
    DESCRY_ACT_GELU_TANH,  /* its approximation by tanh */
    DESCRY_ACT_QUICK_GELU  /* x sigmoid(1.702 x) */
} descry_activation;

/* C = residual + gamma * activation(A B + bias).  B is packed in panels of table->panel columns (descry_pack); the last
 * one is as wide as the columns left, rounded up to table->lanes.  Sums run over k in order, one accumulator each, so a
 * row's result does not depend on the other rows or on how panels are spread over threads. */
typedef struct descry_gemm {
    size_t m, n, k;
    const float *a;        /* [m, k], rows lda apart */
    size_t lda;
    const void *b;         /* packed */
    descry_dtype b_type;
    const float *bias;     /* [n] or NULL */
    descry_activation activation;
    const float *gamma;    /* [n] or NULL: LayerScale */
    const float *residual; /* [m, n], rows ldc apart, may be c; or NULL */
    float *c;              /* [m, n] */
    size_t ldc;
} descry_gemm;

/* out = softmax(scale * q k^T + mask) v for one head. */
typedef struct descry_attention {
    const float *q;        /* [queries, head_dim], rows q_stride apart */
    size_t queries, q_stride;
    const float *k, *v;    /* [keys, head_dim], rows kv_stride apart */
    const float *packed;   /* or both as descry_pack_keys made them, for a look that is not causal; or NULL */
    size_t keys, kv_stride;
    size_t head_dim;
    float scale;
    int causal;            /* query i sees keys 0 .. i */
    const uint8_t *hidden; /* [keys]: 1 where no query may look; or NULL */
    float *out;            /* [queries, head_dim], rows out_stride apart */
    size_t out_stride;
} descry_attention;

/* out = softmax(scale * q k^T) v of one query and one head, whose keys lie in a cache: key i is row rows[i], or row i. */
typedef struct descry_lookup {
    const float *q;       /* [head_dim] */
    const float *k, *v;   /* [*, head_dim], rows kv_stride apart */
    size_t kv_stride;
    const uint32_t *rows; /* [keys] or NULL */
    size_t keys, head_dim;
    float scale;
    float *out;           /* [head_dim] */
} descry_lookup;

typedef struct descry_kernels {
    descry_cpu cpu;
    size_t lanes; /* f32 in a vector */
    size_t panel; /* columns in a panel, a multiple of lanes */
    void (*gemm)(const descry_gemm *g, size_t first_panel, size_t end_panel);
    /* scratch: descry_attention_scratch floats */
    void (*attention)(const descry_attention *a, float *scratch);
    void (*lookup)(const descry_lookup *a, float *scores); /* scores: room for `keys` */
    /* the logarithm of the sum of e^(x - *top) over x[0 .. n), n > 0, where *top is the greatest */
    float (*log_sum)(const float *x, size_t n, float *top);
    /* out [rows, n] = (x - mean) / sqrt(variance + eps) * weight + bias over each row of x */
    void (*layer_norm)(float *out, const float *x, size_t rows, size_t n, const float *weight, const float *bias,
                       float eps);
    /* scores [n] = rows [n, dim] (f16) times query [dim] */
    void (*dot_f16)(const uint16_t *rows, size_t n, size_t dim, const float *query, float *scores);
} descry_kernels;

const descry_kernels *descry_kernels_for(descry_cpu cpu);

size_t descry_panels(const descry_kernels *kernels, size_t n);      /* panels that hold n columns */
size_t descry_packed_size(const descry_kernels *kernels, size_t n, size_t k); /* elements; SIZE_MAX: overflow */

/* Packs panels first .. end of the matrix whose element (row k, column n) is source[k * k_stride + n * n_stride], in
 * elements of `dtype`; columns beyond n are zero. */
void descry_pack(const descry_kernels *kernels, void *packed, const void *source, descry_dtype dtype, size_t n, size_t k,
                 size_t n_stride, size_t k_stride, size_t first_panel, size_t end_panel);
/* The same of f32, rounded to bf16. */
void descry_pack_bf16(const descry_kernels *kernels, uint16_t *packed, const void *source, size_t n, size_t k,
                      size_t n_stride, size_t k_stride, size_t first_panel, size_t end_panel);

enum { DESCRY_ATTENTION_ROWS = 32 }; /* queries whose scores are held at once */
size_t descry_attention_scratch(const descry_kernels *kernels, size_t keys, size_t head_dim); /* floats */

/* Keys and values of one head that are looked at again and again, packed once, at `lanes` floats' alignment. */
size_t descry_packed_keys(const descry_kernels *kernels, size_t keys, size_t head_dim); /* floats */
void descry_pack_keys(const descry_kernels *kernels, float *packed, const float *k, const float *v, size_t keys,
                      size_t kv_stride, size_t head_dim);

#endif
