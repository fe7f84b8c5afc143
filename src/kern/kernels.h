/* SPDX-License-Identifier: Apache-2.0
 * The arithmetic of the towers: a table of functions, filled from sets, one per instruction set (tables.h); portable.c is
 * the reference. */
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

/* As with torch, NaN gives NaN. */
typedef enum descry_activation {
    DESCRY_ACT_NONE,
    DESCRY_ACT_GELU,       /* x Phi(x), by the error function */
    DESCRY_ACT_GELU_TANH,  /* its approximation by tanh */
    DESCRY_ACT_QUICK_GELU, /* x sigmoid(1.702 x) */
    DESCRY_ACT_SILU,       /* x sigmoid(x) */
    DESCRY_ACT_RELU
} descry_activation;

/* C = residual + gamma * activation(a_scale * b_scale * (A B) + bias).  B is packed in panels of the product's `panel`
 * columns (descry_pack); the last one is as wide as the columns left, rounded up to its `lanes`.  Sums run over k in order,
 * one accumulator each, so a row's result does not depend on the other rows or on how panels are spread over threads. */
typedef struct descry_gemm {
    size_t m, n, k;
    const void *a;         /* [m, k], rows lda elements apart */
    size_t lda;
    descry_dtype a_type;   /* the one that gemm[b_type] reads */
    const float *a_scale;  /* [m] or NULL */
    const void *b;         /* packed */
    descry_dtype b_type;
    const float *b_scale;  /* [n] or NULL */
    const float *bias;     /* [n] or NULL */
    descry_activation activation;
    const float *gamma;    /* [n] or NULL: LayerScale */
    const float *residual; /* [m, n], rows ldc apart, may be c; or NULL */
    float *c;              /* [m, n] */
    size_t ldc;
} descry_gemm;

/* out = softmax(scale * q k^T + distances + mask) v for one head. */
typedef struct descry_attention {
    const float *q;        /* [queries, head_dim], rows q_stride apart */
    size_t queries, q_stride;
    const float *k, *v;    /* [keys, head_dim], rows kv_stride apart */
    const float *packed;   /* or both as descry_pack_keys made them, where it is not causal; or NULL */
    size_t keys, kv_stride;
    size_t head_dim;
    float scale;
    const float *distances; /* added to the scaled score of query i and key j: distances[j - i]; or NULL */
    int causal;            /* query i sees keys 0 .. i */
    const uint8_t *hidden; /* [keys]: 1 where the key is masked for every query; or NULL */
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

/* A matrix B to be packed: the element of row k and column n is data[k * k_stride + n * n_stride].  With `group`, rows come in
 * groups of so many: data[k / group * group_stride + k % group * k_stride + n * n_stride]. */
typedef struct descry_matrix {
    const void *data; /* needs no alignment */
    descry_dtype type;
    size_t n, k, n_stride, k_stride;
    size_t group, group_stride;
} descry_matrix;

enum { DESCRY_MAX_LANES = 16 }; /* of any product: what needs room before there is a table reckons with these */

/* Products with B of one type.  What packs and what reads the panels come together. */
typedef struct descry_product descry_product;
struct descry_product {
    void (*run)(const descry_gemm *g, size_t first_panel, size_t end_panel);
    void (*pack)(const descry_product *product, descry_dtype type, void *packed, const descry_matrix *b, size_t first_panel,
                 size_t end_panel);
    size_t lanes;        /* columns of the last panel: a multiple of this */
    size_t panel;        /* columns of the others: a multiple of lanes */
    descry_dtype a_type; /* of A */
};

typedef struct descry_kernels descry_kernels;
struct descry_kernels {
    const char *name; /* of the highest set in it */
    descry_product gemm[DESCRY_DTYPE_COUNT]; /* by the type of B */
    /* by gemm[DESCRY_F32] of `kernels`, the table that it is called from; scratch: descry_attention_scratch floats */
    void (*attention)(const descry_kernels *kernels, const descry_attention *a, float *scratch);
    void (*lookup)(const descry_lookup *a, float *scores); /* scores: room for `keys` */
    /* the logarithm of the sum of e^(x - *top) over x[0 .. n), n > 0, where *top is the greatest */
    float (*log_sum)(const float *x, size_t n, float *top);
    /* out [rows, n] = (x - mean) / sqrt(variance + eps) * weight + bias over each row of x */
    void (*layer_norm)(float *out, const float *x, size_t rows, size_t n, const float *weight, const float *bias,
                       float eps);
    void (*activate)(float *x, size_t n, descry_activation activation); /* in place */
    /* out [n] = bias + the sum over `taps` rows of x[t] * weight[t * n ..]; x[t] NULL: a row of zeros; bias NULL: none */
    void (*weigh)(float *out, const float *bias, const float *const *x, const float *weight, size_t taps, size_t n);
    /* scores [n] = rows [n, dim], of the type, times query [dim] */
    void (*dot[DESCRY_DTYPE_COUNT])(const void *rows, size_t n, size_t dim, const float *query, float *scores);
};

/* The reference, overridden by each set that needs nothing but `features`. */
void descry_kernels_fill(descry_kernels *kernels, uint32_t features);

size_t descry_panels(const descry_kernels *kernels, descry_dtype type, size_t n); /* panels that hold n columns */
/* elements; SIZE_MAX: overflow */
size_t descry_packed_size(const descry_kernels *kernels, descry_dtype type, size_t n, size_t k);

/* Packs panels first .. end of b for gemm[type]; columns beyond n are zero.  b is of that type, or f32, which is rounded to
 * bf16. */
void descry_pack(const descry_kernels *kernels, descry_dtype type, void *packed, const descry_matrix *b, size_t first_panel,
                 size_t end_panel);

enum { DESCRY_ATTENTION_ROWS = 32 }; /* queries whose scores are held at once */
size_t descry_attention_scratch(const descry_kernels *kernels, size_t keys, size_t head_dim); /* floats */

/* Keys and values of one head that many calls attend to, packed once. */
size_t descry_packed_keys(const descry_kernels *kernels, size_t keys, size_t head_dim); /* floats */
void descry_pack_keys(const descry_kernels *kernels, float *packed, const float *k, const float *v, size_t keys,
                      size_t kv_stride, size_t head_dim);

#endif
