/* SPDX-License-Identifier: Apache-2.0
 * The reference: every other table is tested against this one. */
#include "kern/attention.h"
#include "kern/tables.h"

#include <math.h>
#include <string.h>

enum { PANEL = 16 };

static float activate(float x, descry_activation activation)
{
    switch (activation) {
    case DESCRY_ACT_GELU:
        return 0.5f * x * erfcf(-0.70710678118654752f * x);
    case DESCRY_ACT_GELU_TANH:
        return 0.5f * x * (1 + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
    case DESCRY_ACT_QUICK_GELU:
        return x / (1 + expf(-1.702f * x));
    case DESCRY_ACT_SILU:
        return x / (1 + expf(-x));
    case DESCRY_ACT_RELU:
        return x < 0 ? 0 : x; /* NaN stays */
    default:
        return x;
    }
}

static void gemm_portable(const descry_gemm *g, size_t first_panel, size_t end_panel)
{
    const float *a = g->a;
    size_t size = descry_dtype_size(g->b_type);
    for (size_t p = first_panel; p < end_panel; p++) {
        size_t column = p * PANEL, used = g->n - column < PANEL ? g->n - column : PANEL;
        const char *panel = (const char *)g->b + column * g->k * size;
        for (size_t i = 0; i < g->m; i++) {
            float sum[PANEL] = {0}, b[PANEL] = {0};
            for (size_t k = 0; k < g->k; k++) {
                descry_to_f32(b, panel + k * used * size, g->b_type, used);
                for (size_t j = 0; j < PANEL; j++)
                    sum[j] += a[i * g->lda + k] * b[j];
            }
            for (size_t j = 0; j < used; j++) {
                float scaled = sum[j] * (g->a_scale ? g->a_scale[i] : 1) * (g->b_scale ? g->b_scale[column + j] : 1);
                float x = activate(scaled + (g->bias ? g->bias[column + j] : 0), g->activation);
                size_t at = i * g->ldc + column + j;
                g->c[at] = (g->residual ? g->residual[at] : 0) + (g->gamma ? g->gamma[column + j] : 1) * x;
            }
        }
    }
}

static void softmax_row(float *row, size_t n)
{
    float top = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        top = row[i] > top ? row[i] : top;
    for (size_t i = 0; i < n; i++)
        sum += row[i] = expf(row[i] - top);
    for (size_t i = 0; i < n; i++)
        row[i] /= sum;
}

static void attention_portable(const descry_kernels *kernels, const descry_attention *a, float *scratch)
{
    attention_head(kernels, a, softmax_row, scratch);
}

static void lookup_portable(const descry_lookup *a, float *scores)
{
    for (size_t i = 0; i < a->keys; i++) {
        const float *k = a->k + (a->rows ? a->rows[i] : i) * a->kv_stride;
        float sum = 0;
        for (size_t j = 0; j < a->head_dim; j++)
            sum += a->q[j] * k[j];
        scores[i] = sum * a->scale;
    }
    softmax_row(scores, a->keys);
    memset(a->out, 0, a->head_dim * sizeof *a->out);
    for (size_t i = 0; i < a->keys; i++) {
        const float *v = a->v + (a->rows ? a->rows[i] : i) * a->kv_stride;
        for (size_t j = 0; j < a->head_dim; j++)
            a->out[j] += scores[i] * v[j];
    }
}

static float log_sum_portable(const float *x, size_t n, float *top)
{
    double sum = 0;
    *top = x[0];
    for (size_t i = 1; i < n; i++)
        *top = x[i] > *top ? x[i] : *top;
    for (size_t i = 0; i < n; i++)
        sum += (double)expf(x[i] - *top);
    return (float)log(sum);
}

static void layer_norm_portable(float *out, const float *x, size_t rows, size_t n, const float *weight,
                                const float *bias, float eps)
{
    for (size_t r = 0; r < rows; r++, x += n, out += n) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < n; i++)
            sum += x[i];
        double mean = sum / (double)n;
        for (size_t i = 0; i < n; i++)
            squares += (x[i] - mean) * (x[i] - mean);
        double scale = 1 / sqrt(squares / (double)n + (double)eps);
        for (size_t i = 0; i < n; i++)
            out[i] = (float)((x[i] - mean) * scale) * weight[i] + bias[i];
    }
}

static void activate_portable(float *x, size_t n, descry_activation activation)
{
    for (size_t i = 0; i < n; i++)
        x[i] = activate(x[i], activation);
}

static void weigh_portable(float *out, const float *bias, const float *const *x, const float *weight, size_t taps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = bias ? bias[i] : 0;
    for (size_t t = 0; t < taps; t++, weight += n)
        for (size_t i = 0; x[t] && i < n; i++)
            out[i] += x[t][i] * weight[i];
}

static void dot_rows(const char *rows, descry_dtype type, size_t n, size_t dim, const float *query, float *scores)
{
    size_t size = descry_dtype_size(type);
    for (size_t r = 0; r < n; r++, rows += dim * size) {
        float sum = 0, x[PANEL];
        for (size_t i = 0; i < dim; i += PANEL) {
            size_t count = dim - i < PANEL ? dim - i : PANEL;
            descry_to_f32(x, rows + i * size, type, count);
            for (size_t j = 0; j < count; j++)
                sum += x[j] * query[i + j];
        }
        scores[r] = sum;
    }
}

static void dot_f32_portable(const void *rows, size_t n, size_t dim, const float *query, float *scores)
{
    dot_rows(rows, DESCRY_F32, n, dim, query, scores);
}

static void dot_f16_portable(const void *rows, size_t n, size_t dim, const float *query, float *scores)
{
    dot_rows(rows, DESCRY_F16, n, dim, query, scores);
}

static void dot_bf16_portable(const void *rows, size_t n, size_t dim, const float *query, float *scores)
{
    dot_rows(rows, DESCRY_BF16, n, dim, query, scores);
}

#define PRODUCT {gemm_portable, descry_pack_panels, 1, PANEL, DESCRY_F32}

const descry_kernels descry_kernels_portable = {
    .gemm = {[DESCRY_F32] = PRODUCT, [DESCRY_F16] = PRODUCT, [DESCRY_BF16] = PRODUCT},
    .attention = attention_portable,
    .lookup = lookup_portable,
    .log_sum = log_sum_portable,
    .layer_norm = layer_norm_portable,
    .activate = activate_portable,
    .weigh = weigh_portable,
    .dot = {[DESCRY_F32] = dot_f32_portable, [DESCRY_F16] = dot_f16_portable, [DESCRY_BF16] = dot_bf16_portable},
};
