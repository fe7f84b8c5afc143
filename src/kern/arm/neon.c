/* SPDX-License-Identifier: Apache-2.0
 * NEON (Advanced SIMD of ARMv8.0): 4 lanes, a tile of 8 rows by 3 vectors in 24 of the 32 registers. */
#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#define ISA neon
enum { VL = 4, MR = 8, NV = 3 };
typedef float32x4_t vec;

static inline vec v_load(const float *p)
{
    return vld1q_f32(p);
}

static inline void v_store(float *p, vec v)
{
    vst1q_f32(p, v);
}

/* the first n < VL lanes; the others are 0 */
static inline vec v_load_n(const float *p, size_t n)
{
    float lanes[4] = {0};
    memcpy(lanes, p, n * sizeof *p);
    return vld1q_f32(lanes);
}

static inline void v_store_n(float *p, vec v, size_t n)
{
    float lanes[4];
    vst1q_f32(lanes, v);
    memcpy(p, lanes, n * sizeof *p);
}

static inline vec v_load_f16(const uint16_t *p)
{
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}

static inline vec v_load_bf16(const uint16_t *p)
{
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}

static inline vec v_set1(float x)
{
    return vdupq_n_f32(x);
}

static inline vec v_fma(vec a, vec b, vec c)
{
    return vfmaq_f32(c, a, b);
}

static inline vec v_add(vec a, vec b)
{
    return vaddq_f32(a, b);
}

static inline vec v_sub(vec a, vec b)
{
    return vsubq_f32(a, b);
}

static inline vec v_mul(vec a, vec b)
{
    return vmulq_f32(a, b);
}

static inline vec v_div(vec a, vec b)
{
    return vdivq_f32(a, b);
}

static inline vec v_max(vec a, vec b)
{
    return vmaxq_f32(a, b);
}

static inline vec v_min(vec a, vec b)
{
    return vminq_f32(a, b);
}

static inline vec v_abs(vec a)
{
    return vabsq_f32(a);
}

static inline vec v_round(vec a)
{
    return vrndnq_f32(a);
}

/* 2^a for integral a in [-126, 127] */
static inline vec v_exp2_int(vec a)
{
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(a), vdupq_n_s32(127)), 23));
}

/* v where x >= limit, else 0 */
static inline vec v_keep_ge(vec v, vec x, vec limit)
{
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(v), vcltq_f32(x, limit)));
}

static inline float v_sum(vec v)
{
    return vaddvq_f32(v);
}

static inline float v_top(vec v)
{
    return vmaxvq_f32(v);
}

#define TILES(nv, type)                                                                                                \
    TILE(1, nv, type) TILE(2, nv, type) TILE(3, nv, type) TILE(4, nv, type)                                            \
    TILE(5, nv, type) TILE(6, nv, type) TILE(7, nv, type) TILE(8, nv, type)

#include "kern/body.h"
