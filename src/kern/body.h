/* SPDX-License-Identifier: Apache-2.0
 * The kernels in terms of vec and the v_ functions, which the including file has defined for one instruction set,
 * with VL lanes, MR rows and NV vectors to a tile. */
#include "kern/attention.h"
#include "kern/tables.h"

#include <math.h>

#if defined(UNROLL) /* by the includer: to nothing */
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#ifndef INLINE
#define INLINE static inline __attribute__((always_inline))
#endif
_Static_assert((int)VL <= (int)DESCRY_MAX_LANES, "rooms are made for so many lanes");

#define NAME_2(op, isa) op##_##isa
#define NAME_1(op, isa) NAME_2(op, isa)
#define NAME(op) NAME_1(op, ISA)

/* ---- functions of one vector ----------------------------------------------------------------------------------- */

/* e^x: 2^n e^r with |r| <= ln(2)/2, e^r by its series to r^7 (truncation 5e-9); 0 below -87.  Relative error 1e-7. */
INLINE vec v_exp(vec x)
{
    vec limit = v_set1(-87), bounded = v_min(v_max(x, limit), v_set1(88));
    vec n = v_round(v_mul(bounded, v_set1(1.44269504088896341f)));
    vec r = v_fma(n, v_set1(-0.693145751953125f), bounded); /* ln 2 in two parts: the first product is exact */
    r = v_fma(n, v_set1(-1.42860682030941723e-6f), r);
    vec p = v_set1(1.0f / 5040);
    p = v_fma(p, r, v_set1(1.0f / 720));
    p = v_fma(p, r, v_set1(1.0f / 120));
    p = v_fma(p, r, v_set1(1.0f / 24));
    p = v_fma(p, r, v_set1(1.0f / 6));
    p = v_fma(p, r, v_set1(0.5f));
    p = v_fma(p, r, v_set1(1));
    p = v_fma(p, r, v_set1(1));
    return v_keep_ge(v_mul(p, v_exp2_int(n)), x, limit);
}

/* x Phi(x) = max(x, 0) - |x| Q(|x|) with Q(a) = erfc(a / sqrt 2) / 2 = e^(-a^2/2) u P(u), u = 1 / (1 + 0.33 a); P is a
 * least-maximum fit of |x| times the error (9e-10), found by tools/tables/fit_gelu.py. */
INLINE vec v_gelu(vec x)
{
    vec a = v_abs(x);
    vec u = v_div(v_set1(1), v_fma(v_set1(0.33f), a, v_set1(1)));
    vec p = v_set1(0.0467705834f);
    p = v_fma(p, u, v_set1(-0.226011933f));
    p = v_fma(p, u, v_set1(0.341157905f));
    p = v_fma(p, u, v_set1(-0.0988748024f));
    p = v_fma(p, u, v_set1(0.186179479f));
    p = v_fma(p, u, v_set1(0.117989942f));
    p = v_fma(p, u, v_set1(0.132788885f));
    vec e = v_exp(v_mul(v_mul(v_set1(-0.5f), a), a));
    return v_sub(v_max(x, v_set1(0)), v_mul(a, v_mul(v_mul(p, u), e)));
}

/* x / (1 + e^-z): with z = 1.702 x QuickGELU; tanh(y) = 2 sigmoid(2 y) - 1 makes it the approximate GELU as well. */
INLINE vec v_times_sigmoid(vec x, vec z)
{
    return v_div(x, v_add(v_set1(1), v_exp(v_sub(v_set1(0), z))));
}

INLINE vec v_activate(vec x, descry_activation activation)
{
    switch (activation) {
    case DESCRY_ACT_GELU:
        return v_gelu(x);
    case DESCRY_ACT_GELU_TANH: {
        vec cube = v_mul(v_mul(x, x), x);
        return v_times_sigmoid(x, v_mul(v_set1(1.59576912160573071f), v_fma(v_set1(0.044715f), cube, x)));
    }
    case DESCRY_ACT_QUICK_GELU:
        return v_times_sigmoid(x, v_mul(v_set1(1.702f), x));
    case DESCRY_ACT_SILU:
        return v_times_sigmoid(x, x);
    case DESCRY_ACT_RELU:
        return v_max(v_set1(0), x); /* of two numbers that cannot be compared, x86 takes the second: NaN stays */
    default:
        return x;
    }
}

/* ---- matrix product -------------------------------------------------------------------------------------------- */

INLINE vec load_b(const char *b, int j, descry_dtype type)
{
    if (type == DESCRY_F32)
        return v_load((const float *)b + j * VL);
    const uint16_t *h = (const uint16_t *)b + j * VL;
    return type == DESCRY_F16 ? v_load_f16(h) : v_load_bf16(h);
}

enum { STREAM = 16384 }; /* bytes */

/* Few rows are memory-bound.  While there is so little arithmetic for each byte read that many reads are in flight at once,
 * the processor's own prefetcher does best alone: measured, up to 4 rows for f32, and half a row for each 4 lanes for types
 * that have to be widened.  With more rows, up to one block, it needs hints for all that is STREAM bytes ahead. */
INLINE int few(const descry_gemm *g, descry_dtype type)
{
    return g->m <= (type == DESCRY_F32 ? 4 : VL / 8);
}

/* The epilogue of m rows by nv vectors.  Not inlined, so that the many tiles share one copy. */
static __attribute__((noinline)) void finish(const descry_gemm *g, const float *sums, size_t row, size_t column, int m,
                                             int nv)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < nv; j++) {
            size_t at_column = column + (size_t)j * VL, left = g->n - at_column;
            size_t at = (row + (size_t)i) * g->ldc + at_column;
            int whole = left >= VL;
            vec sum = v_load(sums + (i * NV + j) * VL);
#define LOAD(p) (whole ? v_load(p) : v_load_n(p, left))
            if (g->a_scale)
                sum = v_mul(sum, v_set1(g->a_scale[row + (size_t)i]));
            if (g->b_scale)
                sum = v_mul(sum, LOAD(g->b_scale + at_column));
            if (g->bias)
                sum = v_add(sum, LOAD(g->bias + at_column));
            sum = v_activate(sum, g->activation);
            if (g->gamma)
                sum = v_mul(sum, LOAD(g->gamma + at_column));
            if (g->residual)
                sum = v_add(sum, LOAD(g->residual + at));
#undef LOAD
            if (whole)
                v_store(g->c + at, sum);
            else
                v_store_n(g->c + at, sum, left);
        }
}

/* m rows by nv vectors of C, all of k, then the epilogue.  Meanwhile it prefetches what this thread needs next and has not
 * read yet: `ahead` bytes a step, from `next` on.  With 0 the hint is for a line that is in the cache. */
INLINE void tile(const descry_gemm *g, size_t row, size_t column, const char *b, const char *next, size_t ahead,
                 const int m, const int nv, const descry_dtype type)
{
    vec sum[MR][NV];
    UNROLL for (int i = 0; i < m; i++)
        UNROLL for (int j = 0; j < nv; j++)
            sum[i][j] = v_set1(0);
    const float *a = (const float *)g->a + row * g->lda;
    const size_t lda = g->lda, step = (size_t)nv * VL * (type == DESCRY_F32 ? 4 : 2);
    const int lines = (nv * VL * (type == DESCRY_F32 ? 4 : 2) + 63) / 64; /* of a step, at most */
    for (size_t k = 0; k < g->k; k++, b += step, next += ahead) {
        __builtin_prefetch(next, 0, 2);
        UNROLL for (int j = 1; j < lines; j++)
            if (ahead > (size_t)j * 64)
                __builtin_prefetch(next + j * 64, 0, 2);
        vec w[NV];
        UNROLL for (int j = 0; j < nv; j++)
            w[j] = load_b(b, j, type);
        UNROLL for (int i = 0; i < m; i++) {
            vec x = v_set1(a[(size_t)i * lda + k]);
            UNROLL for (int j = 0; j < nv; j++)
                sum[i][j] = v_fma(x, w[j], sum[i][j]);
        }
    }
    float sums[MR * NV * VL] __attribute__((aligned(64)));
    UNROLL for (int i = 0; i < m; i++)
        UNROLL for (int j = 0; j < nv; j++)
            v_store(sums + (i * NV + j) * VL, sum[i][j]);
    finish(g, sums, row, column, m, nv);
}

#define TILE(m, nv, type)                                                                                              \
    case m * 4 + nv:                                                                                                   \
        tile(g, row, column, panel, next, ahead, m, nv, type);                                                         \
        break;
#define SHAPES(type) TILES(1, type) TILES(2, type) TILES(3, type)

INLINE void gemm_panels(const descry_gemm *g, size_t first_panel, size_t end_panel, const descry_dtype type)
{
    const size_t size = type == DESCRY_F32 ? 4 : 2;
    size_t blocks = (g->m + MR - 1) / MR;
    for (size_t p = first_panel; p < end_panel; p++) {
        size_t column = p * NV * VL, left = (g->n - column + VL - 1) / VL, nv = left < NV ? left : NV;
        const char *panel = (const char *)g->b + column * g->k * size, *next = panel + nv * VL * g->k * size;
        size_t ahead = p + 1 < end_panel ? (nv * VL * size + blocks - 1) / blocks : 0; /* the blocks share the next panel */
        if (few(g, type)) {
            next = panel;
            ahead = 0;
        } else if (g->m <= MR) {
            next = panel + STREAM;
            ahead = nv * VL * size;
        }
        for (size_t i = 0; i < blocks; i++) {
            size_t row = i * g->m / blocks, rows = (i + 1) * g->m / blocks - row;
            switch (rows * 4 + nv) {
                SHAPES(type)
            }
            next += ahead * g->k;
        }
    }
}

static void gemm_f32(const descry_gemm *g, size_t first_panel, size_t end_panel)
{
    gemm_panels(g, first_panel, end_panel, DESCRY_F32);
}

static void gemm_f16(const descry_gemm *g, size_t first_panel, size_t end_panel)
{
    gemm_panels(g, first_panel, end_panel, DESCRY_F16);
}

static void gemm_bf16(const descry_gemm *g, size_t first_panel, size_t end_panel)
{
    gemm_panels(g, first_panel, end_panel, DESCRY_BF16);
}

/* ---- attention, layer norm, scan ------------------------------------------------------------------------------- */

static float greatest(const float *row, size_t n)
{
    size_t whole = n / VL * VL;
    float top = -INFINITY;
    if (whole) {
        vec most = v_load(row);
        for (size_t i = VL; i < whole; i += VL)
            most = v_max(most, v_load(row + i));
        top = v_top(most);
    }
    for (size_t i = whole; i < n; i++)
        top = row[i] > top ? row[i] : top;
    return top;
}

static void softmax_row(float *row, size_t n)
{
    size_t whole = n / VL * VL;
    float top = greatest(row, n);
    vec sums = v_set1(0), shift = v_set1(top);
    for (size_t i = 0; i < whole; i += VL) {
        vec e = v_exp(v_sub(v_load(row + i), shift));
        sums = v_add(sums, e);
        v_store(row + i, e);
    }
    float sum = v_sum(sums);
    if (whole < n) {
        float tail[VL];
        v_store(tail, v_exp(v_sub(v_load_n(row + whole, n - whole), shift)));
        for (size_t i = whole; i < n; i++)
            sum += row[i] = tail[i - whole];
    }
    vec inverse = v_set1(1 / sum);
    for (size_t i = 0; i < whole; i += VL)
        v_store(row + i, v_mul(v_load(row + i), inverse));
    for (size_t i = whole; i < n; i++)
        row[i] *= 1 / sum;
}

static void NAME(attention)(const descry_kernels *kernels, const descry_attention *a, float *scratch)
{
    attention_head(kernels, a, softmax_row, scratch);
}

INLINE const float *cached(const descry_lookup *a, const float *base, size_t i)
{
    return base + (a->rows ? a->rows[i] : i) * a->kv_stride;
}

/* nv vectors of the output from column j on; of the last, `left` lanes */
INLINE void mix(const descry_lookup *a, const float *weights, size_t j, const int nv, size_t left)
{
    vec sum[4];
    UNROLL for (int l = 0; l < nv; l++)
        sum[l] = v_set1(0);
    for (size_t i = 0; i < a->keys; i++) {
        const float *v = cached(a, a->v, i) + j;
        vec weight = v_set1(weights[i]);
        UNROLL for (int l = 0; l < nv; l++)
            sum[l] = v_fma(weight, left < VL ? v_load_n(v, left) : v_load(v + l * VL), sum[l]);
    }
    UNROLL for (int l = 0; l < nv; l++)
        if (left < VL)
            v_store_n(a->out + j, sum[l], left);
        else
            v_store(a->out + j + l * VL, sum[l]);
}

static void NAME(lookup)(const descry_lookup *a, float *scores)
{
    size_t whole = a->head_dim / VL * VL, left = a->head_dim - whole, j = 0;
    for (size_t i = 0; i < a->keys; i++) {
        const float *k = cached(a, a->k, i);
        vec sums = left ? v_mul(v_load_n(a->q + whole, left), v_load_n(k + whole, left)) : v_set1(0);
        for (size_t l = 0; l < whole; l += VL)
            sums = v_fma(v_load(a->q + l), v_load(k + l), sums);
        scores[i] = v_sum(sums) * a->scale;
    }
    softmax_row(scores, a->keys);
    for (; j + 4 * VL <= whole; j += 4 * VL)
        mix(a, scores, j, 4, VL);
    for (; j < whole; j += VL)
        mix(a, scores, j, 1, VL);
    if (left)
        mix(a, scores, j, 1, left);
}

static float NAME(log_sum)(const float *x, size_t n, float *top)
{
    double total = 0;
    size_t i = 0;
    *top = greatest(x, n);
    vec shift = v_set1(*top);
    while (i + VL <= n) { /* in short runs, so that float sums lose little to rounding */
        vec sums = v_set1(0);
        for (int l = 0; l < 64 && i + VL <= n; l++, i += VL)
            sums = v_add(sums, v_exp(v_sub(v_load(x + i), shift)));
        total += (double)v_sum(sums);
    }
    if (i < n) {
        float tail[VL];
        v_store(tail, v_exp(v_sub(v_load_n(x + i, n - i), shift)));
        for (size_t l = 0; i + l < n; l++)
            total += (double)tail[l];
    }
    return (float)log(total);
}

static void NAME(layer_norm)(float *out, const float *x, size_t rows, size_t n, const float *weight, const float *bias,
                             float eps)
{
    size_t whole = n / VL * VL;
    for (size_t r = 0; r < rows; r++, x += n, out += n) {
        vec sums = v_set1(0);
        for (size_t i = 0; i < whole; i += VL)
            sums = v_add(sums, v_load(x + i));
        float sum = v_sum(sums);
        for (size_t i = whole; i < n; i++)
            sum += x[i];
        float mean = sum / (float)n;

        /* rounding a mean far from 0 errs by much, compared with a small deviation: that error is subtracted, too */
        vec shift = v_set1(mean), rests = v_set1(0), squares = v_set1(0);
        for (size_t i = 0; i < whole; i += VL) {
            vec d = v_sub(v_load(x + i), shift);
            rests = v_add(rests, d);
            squares = v_fma(d, d, squares);
        }
        float rest = v_sum(rests), square = v_sum(squares);
        for (size_t i = whole; i < n; i++) {
            rest += x[i] - mean;
            square += (x[i] - mean) * (x[i] - mean);
        }
        rest /= (float)n;
        float variance = square / (float)n - rest * rest, scale = 1 / sqrtf((variance > 0 ? variance : 0) + eps);

        vec times = v_set1(scale), left = v_set1(rest);
        for (size_t i = 0; i < whole; i += VL) {
            vec d = v_sub(v_sub(v_load(x + i), shift), left);
            v_store(out + i, v_fma(v_mul(d, times), v_load(weight + i), v_load(bias + i)));
        }
        for (size_t i = whole; i < n; i++)
            out[i] = (x[i] - mean - rest) * scale * weight[i] + bias[i];
    }
}

static void NAME(activate)(float *x, size_t n, descry_activation activation)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL)
        v_store(x + i, v_activate(v_load(x + i), activation));
    if (i < n)
        v_store_n(x + i, v_activate(v_load_n(x + i, n - i), activation), n - i);
}

/* Columns i .. i + nv vectors, or with nv 1 the last `left` columns. */
INLINE void weigh_columns(float *out, const float *bias, const float *const *x, const float *weight, size_t taps, size_t n,
                          size_t i, const int nv, size_t left)
{
    vec sum[4];
    UNROLL for (int l = 0; l < nv; l++)
        sum[l] = !bias ? v_set1(0) : left < VL ? v_load_n(bias + i, left) : v_load(bias + i + l * VL);
    for (size_t t = 0; t < taps; t++) {
        const float *row = x[t], *w = weight + t * n + i;
        if (!row)
            continue;
        UNROLL for (int l = 0; l < nv; l++)
            sum[l] = left < VL ? v_fma(v_load_n(row + i, left), v_load_n(w, left), sum[l])
                               : v_fma(v_load(row + i + l * VL), v_load(w + l * VL), sum[l]);
    }
    UNROLL for (int l = 0; l < nv; l++)
        if (left < VL)
            v_store_n(out + i, sum[l], left);
        else
            v_store(out + i + l * VL, sum[l]);
}

static void NAME(weigh)(float *out, const float *bias, const float *const *x, const float *weight, size_t taps, size_t n)
{
    size_t i = 0;
    for (; i + 4 * VL <= n; i += 4 * VL)
        weigh_columns(out, bias, x, weight, taps, n, i, 4, VL);
    for (; i + VL <= n; i += VL)
        weigh_columns(out, bias, x, weight, taps, n, i, 1, VL);
    if (i < n)
        weigh_columns(out, bias, x, weight, taps, n, i, 1, n - i);
}

INLINE float element(const void *row, size_t i, const descry_dtype type)
{
    float x;
    if (type == DESCRY_F32)
        return ((const float *)row)[i];
    if (type == DESCRY_F16)
        return descry_f16_to_f32(((const uint16_t *)row)[i]);
    descry_to_f32(&x, (const uint16_t *)row + i, type, 1);
    return x;
}

INLINE void dot_rows(const char *rows, size_t n, size_t dim, const float *query, float *scores, const descry_dtype type)
{
    const size_t size = type == DESCRY_F32 ? 4 : 2;
    size_t whole = dim / (2 * VL) * (2 * VL);
    for (size_t r = 0; r < n; r++, rows += dim * size) {
        vec even = v_set1(0), odd = v_set1(0);
        for (size_t i = 0; i < whole; i += 2 * VL) {
            even = v_fma(load_b(rows + i * size, 0, type), v_load(query + i), even);
            odd = v_fma(load_b(rows + i * size, 1, type), v_load(query + i + VL), odd);
        }
        float sum = v_sum(v_add(even, odd));
        for (size_t i = whole; i < dim; i++)
            sum += element(rows, i, type) * query[i];
        scores[r] = sum;
    }
}

static void dot_f32(const void *rows, size_t n, size_t dim, const float *query, float *scores)
{
    dot_rows(rows, n, dim, query, scores, DESCRY_F32);
}

static void dot_f16(const void *rows, size_t n, size_t dim, const float *query, float *scores)
{
    dot_rows(rows, n, dim, query, scores, DESCRY_F16);
}

static void dot_bf16(const void *rows, size_t n, size_t dim, const float *query, float *scores)
{
    dot_rows(rows, n, dim, query, scores, DESCRY_BF16);
}

#define PRODUCT(run) {run, descry_pack_panels, VL, NV * VL, DESCRY_F32}

const descry_kernels NAME(descry_kernels) = {
    .gemm = {[DESCRY_F32] = PRODUCT(gemm_f32), [DESCRY_F16] = PRODUCT(gemm_f16), [DESCRY_BF16] = PRODUCT(gemm_bf16)},
    .attention = NAME(attention),
    .lookup = NAME(lookup),
    .log_sum = NAME(log_sum),
    .layer_norm = NAME(layer_norm),
    .activate = NAME(activate),
    .weigh = NAME(weigh),
    .dot = {[DESCRY_F32] = dot_f32, [DESCRY_F16] = dot_f16, [DESCRY_BF16] = dot_bf16},
};
