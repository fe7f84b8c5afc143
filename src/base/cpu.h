/* SPDX-License-Identifier: Apache-2.0
 * What a processor can do, as far as kernels care: one bit for each feature of it. */
#ifndef DESCRY_BASE_CPU_H
#define DESCRY_BASE_CPU_H

#include "descry.h"

#include <stdint.h>

enum {
    DESCRY_CPU_AVX2 = 1 << 0,
    DESCRY_CPU_FMA = 1 << 1,
    DESCRY_CPU_F16C = 1 << 2,
    DESCRY_CPU_AVX512F = 1 << 3,
    DESCRY_CPU_AVX512BW = 1 << 4,
    DESCRY_CPU_AVX512DQ = 1 << 5,
    DESCRY_CPU_AVX512VL = 1 << 6,
    DESCRY_CPU_NEON = 1 << 7
};

uint32_t descry_cpu_features(void); /* of this machine, as far as its system supports them */

/* The same, limited to a cap (NULL: none): "portable", "avx2", "avx512"; on ARM "portable", "neon".
 * DESCRY_ERR_ARGUMENT: `cap` is not a name of this family of processors. */
int descry_cpu_choose(uint32_t *features, const char *cap, descry_error *err);

#endif
