/* SPDX-License-Identifier: Apache-2.0
 * Instruction sets of this family of processors that kernels are written for, in ascending order. */
#ifndef DESCRY_BASE_CPU_H
#define DESCRY_BASE_CPU_H

#include "descry.h"

typedef enum descry_cpu {
    DESCRY_CPU_PORTABLE,
#if defined(__x86_64__)
    DESCRY_CPU_AVX2,
    DESCRY_CPU_AVX512,
#elif defined(__aarch64__)
    DESCRY_CPU_NEON,
#endif
    DESCRY_CPU_COUNT
} descry_cpu;

const char *descry_cpu_name(descry_cpu cpu); /* "portable", "avx2", "avx512", "neon" */
descry_cpu descry_cpu_best(void);            /* the highest that this machine and its system can run */

/* The highest of this machine that is not above the one named `cap` (NULL: no cap).
 * DESCRY_ERR_ARGUMENT: `cap` is not a name of this family. */
int descry_cpu_choose(descry_cpu *cpu, const char *cap, descry_error *err);

#endif
