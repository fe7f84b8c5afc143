/* SPDX-License-Identifier: Apache-2.0
 * The kernels in the shape that they have with AVX-512 (16 lanes, tiles of 8 rows), over vectors that any processor
 * can run: so that this shape is tested on machines without AVX-512, all but the intrinsics themselves. */
#include "emulated512.h"

#include <math.h>
#include <string.h>

#define INLINE static /* one tile for all sizes instead of one for each: this is about results */
#define UNROLL
#define ISA emulated512
enum { VL = 16, MR = 8, NV = 3 };
typedef struct vec {
    float lane[16];
} vec;

#define EACH_LANE(expression)                                                                                          \
    do {                                                                                                               \
        vec result;                                                                                                    \
        for (int i = 0; i < VL; i++)                                                                                   \
            result.lane[i] = expression;                                                                               \
        return result;                                                                                                 \
    } while (0)

static inline vec v_load(const float *p)
{
    EACH_LANE(p[i]);
}

static inline void v_store(float *p, vec v)
{
    memcpy(p, v.lane, sizeof v.lane);
}

static inline vec v_load_n(const float *p, size_t n)
{
    EACH_LANE((size_t)i < n ? p[i] : 0);
}

static inline void v_store_n(float *p, vec v, size_t n)
{
    memcpy(p, v.lane, n * sizeof *p);
}

static inline vec v_load_f16(const uint16_t *p)
{
    EACH_LANE(descry_f16_to_f32(p[i]));
}

static inline vec v_load_bf16(const uint16_t *p)
{
    vec v;
    descry_to_f32(v.lane, p, DESCRY_BF16, VL);
    return v;
}

static inline vec v_set1(float x)
{
    EACH_LANE(x);
}

static inline vec v_fma(vec a, vec b, vec c)
{
    EACH_LANE(fmaf(a.lane[i], b.lane[i], c.lane[i]));
}

static inline vec v_add(vec a, vec b)
{
    EACH_LANE(a.lane[i] + b.lane[i]);
}

static inline vec v_sub(vec a, vec b)
{
    EACH_LANE(a.lane[i] - b.lane[i]);
}

static inline vec v_mul(vec a, vec b)
{
    EACH_LANE(a.lane[i] * b.lane[i]);
}

static inline vec v_div(vec a, vec b)
{
    EACH_LANE(a.lane[i] / b.lane[i]);
}

static inline vec v_max(vec a, vec b)
{
    EACH_LANE(a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]);
}

static inline vec v_min(vec a, vec b)
{
    EACH_LANE(a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]);
}

static inline vec v_abs(vec a)
{
    EACH_LANE(fabsf(a.lane[i]));
}

static inline vec v_round(vec a)
{
    EACH_LANE(nearbyintf(a.lane[i]));
}

static inline vec v_exp2_int(vec a)
{
    EACH_LANE(ldexpf(1, (int)a.lane[i]));
}

static inline vec v_keep_ge(vec v, vec x, vec limit)
{
    EACH_LANE(x.lane[i] < limit.lane[i] ? 0 : v.lane[i]);
}

static inline float v_sum(vec v)
{
    float sum = 0;
    for (int i = 0; i < VL; i++)
        sum += v.lane[i];
    return sum;
}

static inline float v_top(vec v)
{
    float top = v.lane[0];
    for (int i = 1; i < VL; i++)
        top = v.lane[i] > top ? v.lane[i] : top;
    return top;
}

#define TILES(nv, type)                                                                                                \
    TILE(1, nv, type) TILE(2, nv, type) TILE(3, nv, type) TILE(4, nv, type)                                            \
    TILE(5, nv, type) TILE(6, nv, type) TILE(7, nv, type) TILE(8, nv, type)

#include "kern/body.h"
