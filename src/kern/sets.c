/* SPDX-License-Identifier: Apache-2.0
 * Which sets of kernels there are, and which of their entries a machine uses. */
#include "kern/tables.h"

/* In ascending order: of two that have an entry, the later one's is used. */
static const descry_kernel_set sets[] = {
    {"portable", 0, &descry_kernels_portable},
#if defined(__x86_64__)
    {"avx2", DESCRY_CPU_AVX2 | DESCRY_CPU_FMA | DESCRY_CPU_F16C, &descry_kernels_avx2},
    {"avx512",
     DESCRY_CPU_AVX2 | DESCRY_CPU_FMA | DESCRY_CPU_F16C | DESCRY_CPU_AVX512F | DESCRY_CPU_AVX512BW | DESCRY_CPU_AVX512DQ |
         DESCRY_CPU_AVX512VL,
     &descry_kernels_avx512},
#elif defined(__aarch64__)
    {"neon", DESCRY_CPU_NEON, &descry_kernels_neon},
#endif
};

const descry_kernel_set *descry_kernel_set_at(size_t i)
{
    return i < sizeof sets / sizeof *sets ? &sets[i] : NULL;
}

void descry_kernels_add(descry_kernels *kernels, const descry_kernel_set *set)
{
    const descry_kernels *from = set->entries;
    kernels->name = set->name;
    for (int type = 0; type < DESCRY_DTYPE_COUNT; type++) {
        if (from->gemm[type].run)
            kernels->gemm[type] = from->gemm[type];
        if (from->dot[type])
            kernels->dot[type] = from->dot[type];
    }
    if (from->attention)
        kernels->attention = from->attention;
    if (from->lookup)
        kernels->lookup = from->lookup;
    if (from->log_sum)
        kernels->log_sum = from->log_sum;
    if (from->layer_norm)
        kernels->layer_norm = from->layer_norm;
    if (from->activate)
        kernels->activate = from->activate;
    if (from->weigh)
        kernels->weigh = from->weigh;
}

void descry_kernels_fill(descry_kernels *kernels, uint32_t features)
{
    *kernels = (descry_kernels){0};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if ((sets[i].needs & ~features) == 0)
            descry_kernels_add(kernels, &sets[i]);
}
