/* SPDX-License-Identifier: Apache-2.0
 * Every kernel of every instruction set that this machine has, at odd sizes, against sums in double. */
#include "cmocka_test.h"

#include "emulated512.h"
#include "kern/tables.h"
#include "support/tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t seed = 1;

static float uniform(void) /* in [-1, 1) */
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) * 0x1p-23f - 1;
}

static float *randoms(size_t n)
{
    float *x = malloc((n ? n : 1) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = uniform();
    return x;
}

static void close_to(double expected, float got, double bound)
{
    if (!(fabs(expected - (double)got) <= bound))
        fail_msg("%.9g, expected %.9g within %.3g", (double)got, expected, bound);
}

static double activate(double x, descry_activation activation)
{
    switch (activation) {
    case DESCRY_ACT_GELU:
        return 0.5 * x * erfc(-x / sqrt(2));
    case DESCRY_ACT_GELU_TANH:
        return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case DESCRY_ACT_QUICK_GELU:
        return x / (1 + exp(-1.702 * x));
    default:
        return x;
    }
}

static const descry_kernel_set EMULATED512 = {"emulated512", 0, &descry_kernels_emulated512};

static void for_each_table(void (*check)(const descry_kernels *))
{
    descry_kernels emulated = *table_at(0);
    descry_kernels_add(&emulated, &EMULATED512);
    for (size_t i = 0; table_at(i); i++) {
        seed = 1; /* the same numbers for each, whatever else there is */
        check(table_at(i));
    }
    seed = 1;
    check(&emulated);
}

/* ---- matrix product ---------------------------------------------------------------------------------------------- */

static void check_gemm_case(const descry_kernels *table, size_t m, size_t n, size_t k, descry_dtype type,
                            descry_activation activation, int extras)
{
    float *a = randoms(m * k), *w = randoms(n * k), *bias = randoms(n), *gamma = randoms(n), *residual = randoms(m * (n + 3));
    float *a_scale = randoms(m), *b_scale = randoms(n);
    size_t size = descry_dtype_size(type);
    void *stored = malloc(n * k * size);
    for (size_t i = 0; i < n * k; i++) { /* w becomes what `stored` holds */
        if (type == DESCRY_F32) {
            memcpy((char *)stored + i * 4, &w[i], 4);
            continue;
        }
        uint32_t bits;
        memcpy(&bits, &w[i], 4);
        uint16_t h = type == DESCRY_F16 ? descry_f32_to_f16(w[i]) : (uint16_t)(bits >> 16);
        memcpy((char *)stored + i * 2, &h, 2);
        descry_to_f32(&w[i], &h, type, 1);
    }
    size_t room = descry_packed_size(table, type, n, k) * size, panels = descry_panels(table, type, n);
    void *packed = aligned_alloc(64, (room + 63) / 64 * 64);
    const descry_matrix matrix = {stored, type, n, k, k, 1};
    memset(packed, 0xFF, room);
    descry_pack(table, type, packed, &matrix, 0, panels);

    const float untouched = 12345;
    float *c = malloc(m * (n + 3) * sizeof *c);
    for (size_t i = 0; i < m * (n + 3); i++)
        c[i] = untouched;
    descry_gemm g = {.m = m, .n = n, .k = k, .a = a, .lda = k, .a_type = DESCRY_F32, .b = packed, .b_type = type,
                     .a_scale = extras & 8 ? a_scale : NULL, .b_scale = extras & 16 ? b_scale : NULL,
                     .bias = extras & 1 ? bias : NULL, .activation = activation,
                     .gamma = extras & 2 ? gamma : NULL, .residual = extras & 4 ? residual : NULL,
                     .c = c, .ldc = n + 3};
    table->gemm[type].run(&g, panels / 2, panels); /* in two parts, as two threads would */
    table->gemm[type].run(&g, 0, panels / 2);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < k; l++)
                sum += (double)a[i * k + l] * (double)w[j * k + l];
            if (extras & 8)
                sum *= (double)a_scale[i];
            if (extras & 16)
                sum *= (double)b_scale[j];
            if (extras & 1)
                sum += (double)bias[j];
            sum = activate(sum, activation);
            if (extras & 2)
                sum *= (double)gamma[j];
            if (extras & 4)
                sum += (double)residual[i * (n + 3) + j];
            close_to(sum, c[i * (n + 3) + j], 1e-6 * sqrt((double)k) + 1e-6);
        }
        for (size_t j = n; j < n + 3; j++)
            assert_true(c[i * (n + 3) + j] == untouched);
    }
    free(a), free(w), free(bias), free(gamma), free(residual), free(stored), free(packed), free(c);
    free(a_scale), free(b_scale);
}

static void check_gemm(const descry_kernels *table)
{
    static const size_t ms[] = {1, 2, 3, 5, 7, 8, 9, 13, 50}, ns[] = {1, 7, 8, 15, 24, 31, 48, 49, 100, 145}, ks[] = {1, 2, 17, 64};
    unsigned variant = 0;
    for (size_t m = 0; m < sizeof ms / sizeof *ms; m++)
        for (size_t n = 0; n < sizeof ns / sizeof *ns; n++)
            for (size_t k = 0; k < sizeof ks / sizeof *ks; k++, variant++)
                check_gemm_case(table, ms[m], ns[n], ks[k], variant % 3, variant / 3 % 4, (int)(variant / 12 % 8));
    for (size_t m = 0; m < sizeof ms / sizeof *ms; m++) /* each type with each combination of scales */
        for (size_t n = 0; n < sizeof ns / sizeof *ns; n++)
            for (int type = 0; type < DESCRY_DTYPE_COUNT; type++, variant++)
                for (int scales = 1; scales < 4; scales++)
                    check_gemm_case(table, ms[m], ns[n], 17, (descry_dtype)type, variant % 4, scales << 3 | (variant / 4 % 8));
}

static void gemm(void **state)
{
    (void)state;
    for_each_table(check_gemm);
}

static void check_activation(const descry_kernels *table)
{
    /* an identity product shows the activation alone, over its whole range */
    float packed[64] = {1}, y;
    for (int act = DESCRY_ACT_GELU; act <= DESCRY_ACT_QUICK_GELU; act++)
        for (float x = -30; x < 30; x += 0.0037f) {
            descry_gemm g = {.m = 1, .n = 1, .k = 1, .a = &x, .lda = 1, .b = packed, .activation = (descry_activation)act,
                             .c = &y, .ldc = 1};
            table->gemm[DESCRY_F32].run(&g, 0, 1);
            /* the reference differs between the forms of the function by no less than this */
            close_to(activate((double)x, (descry_activation)act), y, 2.5e-7 * fmax(1, fabs((double)x)));
        }
}

/* A damaged weight is not to be taken for a 0. */
static void check_not_a_number(const descry_kernels *table)
{
    enum { N = 37 };
    float packed[64] = {1}, x[N], y;
    for (int act = DESCRY_ACT_NONE; act <= DESCRY_ACT_RELU; act++) {
        const float nan = NAN;
        descry_gemm g = {.m = 1, .n = 1, .k = 1, .a = &nan, .lda = 1, .b = packed, .activation = (descry_activation)act,
                         .c = &y, .ldc = 1};
        table->gemm[DESCRY_F32].run(&g, 0, 1);
        assert_true(isnan(y));
        for (size_t at = 0; at < N; at++) {
            for (size_t i = 0; i < N; i++)
                x[i] = i == at ? NAN : -1;
            table->activate(x, N, (descry_activation)act);
            for (size_t i = 0; i < N; i++)
                assert_true(!isnan(x[i]) == (i != at));
        }
    }
}

static void activations(void **state)
{
    (void)state;
    for_each_table(check_activation);
    for_each_table(check_not_a_number);
}

/* ---- attention --------------------------------------------------------------------------------------------------- */

static void check_attention_case(const descry_kernels *table, size_t queries, size_t keys, size_t dim, int causal, int hide, int biased)
{
    size_t stride = 3 * dim + 5;
    float scale = 3 / sqrtf((float)dim);
    float *q = randoms(queries * stride), *k = randoms(keys * stride), *v = randoms(keys * stride);
    enum { FAR = 80 };
    float *distances = randoms(2 * FAR), *middle = distances + FAR;
    assert_true(queries <= FAR && keys <= FAR);
    float *out = malloc(queries * stride * sizeof *out), *scratch = malloc(descry_attention_scratch(table, keys, dim) * sizeof *scratch);
    uint8_t *hidden = calloc(keys, 1);
    for (size_t j = 1; j < keys; j++)
        hidden[j] = hide && uniform() > 0;
    memset(scratch, 0xFF, descry_attention_scratch(table, keys, dim) * sizeof *scratch); /* NaN */
    descry_attention a = {.q = q, .queries = queries, .q_stride = stride, .k = k, .v = v, .keys = keys, .kv_stride = stride,
                          .head_dim = dim, .scale = scale, .distances = biased ? middle : NULL, .causal = causal,
                          .hidden = hide ? hidden : NULL,
                          .out = out, .out_stride = stride};
    table->attention(table, &a, scratch);
    double *p = malloc(keys * sizeof *p);
    for (size_t i = 0; i < queries; i++) {
        double sum = 0;
        for (size_t j = 0; j < keys; j++) {
            double s = 0;
            for (size_t d = 0; d < dim; d++)
                s += (double)q[i * stride + d] * (double)k[j * stride + d];
            s = (double)scale * s + (biased ? (double)middle[(long)j - (long)i] : 0);
            p[j] = (causal && j > i) || hidden[j] ? 0 : exp(s);
            sum += p[j];
        }
        for (size_t d = 0; d < dim; d++) {
            double y = 0;
            for (size_t j = 0; j < keys; j++)
                y += p[j] / sum * (double)v[j * stride + d];
            close_to(y, out[i * stride + d], 4e-6);
        }
    }
    free(q), free(k), free(v), free(out), free(scratch), free(hidden), free(p), free(distances);
}

/* Keys that were packed before give the same bits, to each query whatever the others are. */
static void check_packed_keys(const descry_kernels *table, size_t queries, size_t keys, size_t dim)
{
    size_t stride = 2 * dim, size = descry_packed_keys(table, keys, dim);
    float *q = randoms(queries * dim), *kv = randoms(keys * stride);
    float *out = malloc(2 * queries * dim * sizeof *out);
    float *packed = aligned_alloc(64, (size * sizeof *packed + 63) / 64 * 64);
    float *scratch = malloc(descry_attention_scratch(table, keys, dim) * sizeof *scratch);
    memset(packed, 0xFF, size * sizeof *packed); /* NaN */
    descry_attention a = {.q = q, .queries = queries, .q_stride = dim, .k = kv, .v = kv + dim, .keys = keys,
                          .kv_stride = stride, .head_dim = dim, .scale = 0.5f, .out = out, .out_stride = dim};
    table->attention(table, &a, scratch);
    descry_pack_keys(table, packed, a.k, a.v, keys, stride, dim);
    a.k = a.v = NULL;
    a.packed = packed;
    a.queries = 1;
    for (size_t i = 0; i < queries; i++) {
        a.q = q + i * dim;
        a.out = out + (queries + i) * dim;
        table->attention(table, &a, scratch);
    }
    assert_memory_equal(out, out + queries * dim, queries * dim * sizeof *out);
    a.q = q;
    a.queries = queries;
    a.out = out + queries * dim;
    memset(a.out, 0xFF, queries * dim * sizeof *out);
    table->attention(table, &a, scratch);
    assert_memory_equal(out, a.out, queries * dim * sizeof *out);
    free(q), free(kv), free(out), free(packed), free(scratch);
}

static void check_attention(const descry_kernels *table)
{
    static const size_t counts[] = {1, 2, 7, 16, 33, 50, 77}, dims[] = {1, 8, 26, 64, 104};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t d = 0; d < sizeof dims / sizeof *dims; d++)
            for (int mask = 0; mask < 8; mask++) {
                check_attention_case(table, counts[i], counts[i], dims[d], mask & 1, mask >> 1 & 1, mask >> 2);
                check_attention_case(table, 3, counts[i], dims[d], 0, mask >> 1 & 1, mask >> 2);
            }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t d = 0; d < sizeof dims / sizeof *dims; d++) {
            check_packed_keys(table, 2, counts[i], dims[d]);
            check_packed_keys(table, 40, counts[i], dims[d]);
        }
}

static void attention(void **state)
{
    (void)state;
    for_each_table(check_attention);
}

/* Attention packs and multiplies by the table that it is called from, not by the set that it came with. */
static void attention_takes_products_from_its_table(void **state)
{
    (void)state;
    for (size_t t = 0; table_at(t); t++)
        for (size_t u = 0; table_at(u); u++) {
            descry_kernels mixed = *table_at(t);
            mixed.gemm[DESCRY_F32] = table_at(u)->gemm[DESCRY_F32];
            seed = 1;
            check_attention(&mixed);
        }
}

/* ---- layer norm, scan, data types -------------------------------------------------------------------------------- */

static void check_layer_norm(const descry_kernels *table)
{
    for (size_t n = 1; n < 200; n = n * 3 / 2 + 1) {
        float *x = randoms(5 * n), *w = randoms(n), *b = randoms(n), *out = malloc(5 * n * sizeof *out);
        for (size_t i = 0; i < 5 * n; i++)
            x[i] = x[i] * 0.01f + 1; /* a mean much larger than the deviation */
        table->layer_norm(out, x, 5, n, w, b, 1e-5f);
        for (size_t r = 0; r < 5; r++) {
            double mean = 0, square = 0;
            for (size_t i = 0; i < n; i++)
                mean += (double)x[r * n + i] / (double)n;
            for (size_t i = 0; i < n; i++)
                square += pow((double)x[r * n + i] - mean, 2) / (double)n;
            for (size_t i = 0; i < n; i++)
                close_to(((double)x[r * n + i] - mean) / sqrt(square + (double)1e-5f) * (double)w[i] + (double)b[i],
                         out[r * n + i], 2e-6);
        }
        table->layer_norm(x, x, 5, n, w, b, 1e-5f); /* in place */
        assert_memory_equal(x, out, 5 * n * sizeof *out);
        free(x), free(w), free(b), free(out);
    }
}

static void layer_norm(void **state)
{
    (void)state;
    for_each_table(check_layer_norm);
}

static uint16_t half(float f, descry_dtype type)
{
    return type == DESCRY_F16 ? descry_f32_to_f16(f) : descry_f32_to_bf16(f);
}

static void check_dot(const descry_kernels *table)
{
    for (int type = 0; type < DESCRY_DTYPE_COUNT; type++)
        for (size_t dim = 1; dim < 150; dim += 7) {
            float *x = randoms(9 * dim), *query = randoms(dim), scores[9];
            uint16_t *halves = malloc(9 * dim * sizeof *halves);
            for (size_t i = 0; i < 9 * dim && type != DESCRY_F32; i++) {
                halves[i] = half(x[i], (descry_dtype)type);
                descry_to_f32(&x[i], &halves[i], (descry_dtype)type, 1);
            }
            table->dot[type](type == DESCRY_F32 ? (const void *)x : halves, 9, dim, query, scores);
            for (size_t r = 0; r < 9; r++) {
                double sum = 0;
                for (size_t i = 0; i < dim; i++)
                    sum += (double)x[r * dim + i] * (double)query[i];
                close_to(sum, scores[r], 1e-5);
            }
            free(x), free(query), free(halves);
        }
}

static void dot(void **state)
{
    (void)state;
    for_each_table(check_dot);
}

/* ---- lookup, log_sum --------------------------------------------------------------------------------------------- */

static void check_lookup_case(const descry_kernels *table, size_t keys, size_t head_dim, int scattered)
{
    size_t stride = 2 * head_dim + 3, room = 3 * keys;
    float *q = randoms(head_dim), *kv = randoms(room * stride), scale = 3 / sqrtf((float)head_dim);
    float *out = malloc((head_dim + 1) * sizeof *out), *scores = malloc(keys * sizeof *scores);
    uint32_t *rows = malloc(keys * sizeof *rows);
    double *weights = malloc(keys * sizeof *weights), sum = 0;
    for (size_t i = 0; i < keys; i++)
        rows[i] = scattered ? (uint32_t)((i * 7 + 5) % room) : (uint32_t)i;
    out[head_dim] = 12345;
    descry_lookup a = {.q = q, .k = kv, .v = kv + head_dim, .kv_stride = stride, .rows = scattered ? rows : NULL,
                       .keys = keys, .head_dim = head_dim, .scale = scale, .out = out};
    table->lookup(&a, scores);
    for (size_t i = 0; i < keys; i++) {
        double dot = 0;
        for (size_t j = 0; j < head_dim; j++)
            dot += (double)q[j] * (double)kv[rows[i] * stride + j];
        sum += weights[i] = exp(dot * (double)scale);
    }
    for (size_t j = 0; j < head_dim; j++) {
        double expected = 0;
        for (size_t i = 0; i < keys; i++)
            expected += weights[i] / sum * (double)kv[rows[i] * stride + head_dim + j];
        close_to(expected, out[j], 3e-6);
    }
    assert_true(out[head_dim] == 12345);
    free(q), free(kv), free(out), free(scores), free(rows), free(weights);
}

static void check_lookup(const descry_kernels *table)
{
    static const size_t keys[] = {1, 2, 15, 16, 17, 31, 64, 255}, dims[] = {1, 8, 15, 16, 32, 40, 64, 67, 96};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t j = 0; j < sizeof dims / sizeof *dims; j++) {
            check_lookup_case(table, keys[i], dims[j], 0);
            check_lookup_case(table, keys[i], dims[j], 1);
        }
}

static void lookup(void **state)
{
    (void)state;
    for_each_table(check_lookup);
}

static void check_log_sum(const descry_kernels *table)
{
    static const size_t sizes[] = {1, 3, 15, 16, 17, 100, 1024, 1031, 49408};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        float *x = randoms(sizes[s]), top, got;
        double sum = 0, most = -INFINITY;
        for (size_t i = 0; i < sizes[s]; i++) {
            x[i] = i == 50 ? -INFINITY : 20 * x[i] - 7; /* -infinity: an id that is ruled out */
            most = fmax(most, (double)x[i]);
        }
        for (size_t i = 0; i < sizes[s]; i++)
            sum += exp((double)x[i] - most);
        got = table->log_sum(x, sizes[s], &top);
        assert_true((double)top == most);
        close_to(log(sum), got, 1e-6);
        free(x);
    }
}

static void log_sum(void **state)
{
    (void)state;
    for_each_table(check_log_sum);
}

static void half_precision_round_trips(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        float f = descry_f16_to_f32((uint16_t)h);
        if ((h & 0x7C00) == 0x7C00 && (h & 0x3FF))
            assert_true(isnan(f) && isnan(descry_f16_to_f32(descry_f32_to_f16(f))));
        else
            assert_int_equal(descry_f32_to_f16(f), h);
    }
    assert_int_equal(descry_f32_to_f16(65519.9f), 0x7BFF);
    assert_int_equal(descry_f32_to_f16(65520), 0x7C00);
    assert_int_equal(descry_f32_to_f16(1 + 0x1p-11f), 0x3C00);           /* half way: to even */
    assert_int_equal(descry_f32_to_f16(1 + 3 * 0x1p-11f), 0x3C02);
    assert_int_equal(descry_f32_to_f16(-0x1p-25f), 0x8000);
    assert_int_equal(descry_f32_to_f16(0x1.8p-24f), 2);
}

/* Packing f32 as bf16 is rounding, then packing; what is in a panel has to be only what belongs there. */
static void check_pack_bf16(const descry_kernels *table)
{
    static const size_t ns[] = {1, 15, 48, 49, 145}, ks[] = {1, 17, 40};
    for (size_t a = 0; a < sizeof ns / sizeof *ns; a++)
        for (size_t b = 0; b < sizeof ks / sizeof *ks; b++) {
            size_t n = ns[a], k = ks[b], size = descry_packed_size(table, DESCRY_BF16, n, k);
            size_t panels = descry_panels(table, DESCRY_BF16, n);
            float *source = randoms(n * k);
            uint16_t *rounded = malloc(n * k * sizeof *rounded), *one = malloc(size * 2), *other = malloc(size * 2);
            for (size_t i = 0; i < n * k; i++)
                rounded[i] = descry_f32_to_bf16(source[i]);
            for (int across = 0; across < 2; across++) {
                descry_matrix wide = {source, DESCRY_F32, n, k, across ? 1 : k, across ? n : 1}, narrow = wide;
                narrow.data = rounded;
                narrow.type = DESCRY_BF16;
                memset(one, 0xFF, size * 2);
                memset(other, 0xEE, size * 2);
                descry_pack(table, DESCRY_BF16, one, &narrow, 0, panels);
                descry_pack(table, DESCRY_BF16, other, &wide, panels / 2, panels);
                descry_pack(table, DESCRY_BF16, other, &wide, 0, panels / 2);
                assert_memory_equal(one, other, size * 2);
            }
            free(source), free(rounded), free(one), free(other);
        }
}

static void pack_bf16(void **state)
{
    (void)state;
    for_each_table(check_pack_bf16);
}

static void bf16_rounds_to_nearest_even(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        float f;
        descry_to_f32(&f, &(uint16_t){(uint16_t)h}, DESCRY_BF16, 1);
        if ((h & 0x7F80) == 0x7F80 && (h & 0x7F))
            assert_true((descry_f32_to_bf16(f) & 0x7FFF) > 0x7F80);
        else
            assert_int_equal(descry_f32_to_bf16(f), h);
    }
    assert_int_equal(descry_f32_to_bf16(1 + 0x1p-8f), 0x3F80); /* half way: to even */
    assert_int_equal(descry_f32_to_bf16(1 + 3 * 0x1p-8f), 0x3F82);
    assert_int_equal(descry_f32_to_bf16(-(1 + 0x1.002p-8f)), 0xBF81);
    assert_int_equal(descry_f32_to_bf16(1 + 0x1.ffep-9f), 0x3F80);
    assert_int_equal(descry_f32_to_bf16(0x1.fffffep127f), 0x7F80);
    assert_int_equal(descry_f32_to_bf16(0x1p-149f), 0); /* subnormal */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemm),       cmocka_unit_test(activations), cmocka_unit_test(attention),
        cmocka_unit_test(attention_takes_products_from_its_table),
        cmocka_unit_test(layer_norm), cmocka_unit_test(dot),        cmocka_unit_test(half_precision_round_trips),
        cmocka_unit_test(lookup),     cmocka_unit_test(log_sum),     cmocka_unit_test(pack_bf16),
        cmocka_unit_test(bf16_rounds_to_nearest_even),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
