/* SPDX-License-Identifier: Apache-2.0 */
#include "kern/kernels.h"

#include "kern/tables.h"

#include <string.h>

/* ---- data types ------------------------------------------------------------------------------------------------ */

size_t descry_dtype_size(descry_dtype dtype)
{
    return dtype == DESCRY_F32 ? 4 : 2;
}

static float from_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

float descry_f16_to_f32(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 0x3FF;
    if (exponent == 31)
        return from_bits(sign | 0x7F800000 | fraction << 13);
    if (exponent)
        return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    float f = (float)fraction * 0x1p-24f; /* subnormal: exact */
    return sign ? -f : f;
}

uint16_t descry_f32_to_f16(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000)
        return (uint16_t)(sign | 0x7E00); /* NaN */
    if (magnitude >= 0x477FF000)
        return (uint16_t)(sign | 0x7C00); /* rounds beyond 65504 */
    if (magnitude < 0x38800000) {         /* below 2^-14: a multiple of 2^-24, rounded by the addition */
        float shifted = from_bits(magnitude) + 0.5f;
        uint32_t out;
        memcpy(&out, &shifted, sizeof out);
        return (uint16_t)(sign | (out - 0x3F000000));
    }
    uint32_t rounded = magnitude + 0xFFF + (magnitude >> 13 & 1) - (112u << 23);
    return (uint16_t)(sign | rounded >> 13);
}

/* bits of an f32 -> those of the nearest bf16, the even one of two; beyond the greatest: infinity */
static uint16_t round_bf16(uint32_t bits)
{
    if ((bits & 0x7FFFFFFF) > 0x7F800000)
        return (uint16_t)(bits >> 16 | 0x40); /* NaN */
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

uint16_t descry_f32_to_bf16(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return round_bf16(bits);
}

void descry_to_f32(float *out, const void *in, descry_dtype dtype, size_t n)
{
    if (dtype == DESCRY_F32) {
        memcpy(out, in, n * sizeof *out);
        return;
    }
    const char *bytes = in;
    for (size_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, bytes + 2 * i, 2);
        out[i] = dtype == DESCRY_F16 ? descry_f16_to_f32(h) : from_bits((uint32_t)h << 16);
    }
}

/* ---- packing --------------------------------------------------------------------------------------------------- */

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static size_t minimum(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t descry_panels(const descry_kernels *kernels, descry_dtype type, size_t n)
{
    size_t panel = kernels->gemm[type].panel;
    return n / panel + (n % panel != 0);
}

size_t descry_packed_size(const descry_kernels *kernels, descry_dtype type, size_t n, size_t k)
{
    size_t size, lanes = kernels->gemm[type].lanes;
    if (n > SIZE_MAX - lanes || __builtin_mul_overflow(round_up(n, lanes), k, &size) || size > SIZE_MAX / 8)
        return SIZE_MAX;
    return size;
}

/* Both copies go through a small square so that each side is touched a cache line at a time. */
typedef uint32_t any_u32 __attribute__((aligned(1))); /* weights in a file need not be aligned */
typedef uint16_t any_u16 __attribute__((aligned(1)));

#define PACK(type, any_type, convert)                                                                                   \
    for (size_t k0 = 0; k0 < k; k0 += 16) {                                                                            \
        size_t k1 = minimum(k, k0 + 16), at[16];                                                                       \
        for (size_t i = k0; i < k1; i++)                                                                               \
            at[i - k0] = row_offset(b, i);                                                                             \
        for (size_t j = 0; j < width; j++)                                                                             \
            for (size_t i = k0; i < k1; i++)                                                                           \
                ((type *)out)[i * width + j] =                                                                         \
                    j < used ? convert(((const any_type *)source)[at[i - k0] + (column + j) * n_stride]) : 0;          \
    }

static inline size_t row_offset(const descry_matrix *b, size_t k)
{
    return b->group ? k / b->group * b->group_stride + k % b->group * b->k_stride : k * b->k_stride;
}

static void pack_panel(const descry_product *product, descry_dtype type, void *packed, const descry_matrix *b, size_t panel)
{
    const void *source = b->data;
    const size_t k = b->k, n_stride = b->n_stride;
    size_t column = panel * product->panel, used = minimum(b->n - column, product->panel);
    size_t width = round_up(used, product->lanes);
    char *out = (char *)packed + column * k * descry_dtype_size(type);
    if (type != b->type) {
        PACK(uint16_t, any_u32, round_bf16)
    } else if (descry_dtype_size(type) == 4) {
        PACK(uint32_t, any_u32, )
    } else {
        PACK(uint16_t, any_u16, )
    }
}

void descry_pack_panels(const descry_product *product, descry_dtype type, void *packed, const descry_matrix *b,
                        size_t first_panel, size_t end_panel)
{
    for (size_t p = first_panel; p < end_panel; p++)
        pack_panel(product, type, packed, b, p);
}

void descry_pack(const descry_kernels *kernels, descry_dtype type, void *packed, const descry_matrix *b, size_t first_panel,
                 size_t end_panel)
{
    kernels->gemm[type].pack(&kernels->gemm[type], type, packed, b, first_panel, end_panel);
}

size_t descry_packed_keys(const descry_kernels *kernels, size_t keys, size_t head_dim)
{
    size_t lanes = kernels->gemm[DESCRY_F32].lanes;
    return head_dim * round_up(keys, lanes) + keys * round_up(head_dim, lanes);
}

void descry_pack_keys(const descry_kernels *kernels, float *packed, const float *k, const float *v, size_t keys,
                      size_t kv_stride, size_t head_dim)
{
    const descry_matrix k_matrix = {k, DESCRY_F32, keys, head_dim, kv_stride, 1, 0, 0};
    const descry_matrix v_matrix = {v, DESCRY_F32, head_dim, keys, 1, kv_stride, 0, 0};
    float *v_packed = packed + head_dim * round_up(keys, kernels->gemm[DESCRY_F32].lanes);
    descry_pack(kernels, DESCRY_F32, packed, &k_matrix, 0, descry_panels(kernels, DESCRY_F32, keys));
    descry_pack(kernels, DESCRY_F32, v_packed, &v_matrix, 0, descry_panels(kernels, DESCRY_F32, head_dim));
}

size_t descry_attention_scratch(const descry_kernels *kernels, size_t keys, size_t head_dim)
{
    return descry_packed_keys(kernels, keys, head_dim) +
           DESCRY_ATTENTION_ROWS * round_up(keys, kernels->gemm[DESCRY_F32].lanes);
}
