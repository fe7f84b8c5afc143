/* SPDX-License-Identifier: Apache-2.0
 * AVX-512 (F, BW, DQ, VL): 16 lanes, a tile of 8 rows by 3 vectors in 24 of the 32 registers. */
#include <immintrin.h>
#include <stdint.h>

#define ISA avx512
enum { VL = 16, MR = 8, NV = 3 };
typedef __m512 vec;

static inline vec v_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

static inline void v_store(float *p, vec v)
{
    _mm512_storeu_ps(p, v);
}

/* the first n < VL lanes; the others are 0 */
static inline vec v_load_n(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}

static inline void v_store_n(float *p, vec v, size_t n)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v);
}

static inline vec v_load_f16(const uint16_t *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}

static inline vec v_load_bf16(const uint16_t *p)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}

static inline vec v_set1(float x)
{
    return _mm512_set1_ps(x);
}

static inline vec v_fma(vec a, vec b, vec c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline vec v_add(vec a, vec b)
{
    return _mm512_add_ps(a, b);
}

static inline vec v_sub(vec a, vec b)
{
    return _mm512_sub_ps(a, b);
}

static inline vec v_mul(vec a, vec b)
{
    return _mm512_mul_ps(a, b);
}

static inline vec v_div(vec a, vec b)
{
    return _mm512_div_ps(a, b);
}

static inline vec v_max(vec a, vec b)
{
    return _mm512_max_ps(a, b);
}

static inline vec v_min(vec a, vec b)
{
    return _mm512_min_ps(a, b);
}

static inline vec v_abs(vec a)
{
    return _mm512_abs_ps(a);
}

static inline vec v_round(vec a)
{
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* 2^a for integral a in [-126, 127] */
static inline vec v_exp2_int(vec a)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(a), _mm512_set1_epi32(127)), 23));
}

/* v where x >= limit, else 0 */
static inline vec v_keep_ge(vec v, vec x, vec limit)
{
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, limit, _CMP_NLT_UQ), v);
}

static inline float v_sum(vec v)
{
    return _mm512_reduce_add_ps(v);
}

static inline float v_top(vec v)
{
    return _mm512_reduce_max_ps(v);
}

#define TILES(nv, type)                                                                                                \
    TILE(1, nv, type) TILE(2, nv, type) TILE(3, nv, type) TILE(4, nv, type)                                            \
    TILE(5, nv, type) TILE(6, nv, type) TILE(7, nv, type) TILE(8, nv, type)

#include "kern/body.h"
