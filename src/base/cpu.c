/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"

#include "base/error.h"

#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char *const names[DESCRY_CPU_COUNT] = {"portable", "avx2", "avx512"};

const char *descry_cpu_name(descry_cpu cpu)
{
    return names[cpu];
}

#if defined(__x86_64__)
static int has_f16c(void) /* clang 14's __builtin_cpu_supports does not know it */
{
    unsigned a, b, c = 0, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}
#endif

descry_cpu descry_cpu_best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return DESCRY_CPU_AVX512;
    if (avx2)
        return DESCRY_CPU_AVX2;
#endif
    return DESCRY_CPU_PORTABLE;
}

int descry_cpu_choose(descry_cpu *cpu, const char *cap, descry_error *err)
{
    *cpu = descry_cpu_best();
    if (!cap)
        return 0;
    for (int i = 0; i < DESCRY_CPU_COUNT; i++)
        if (strcmp(cap, names[i]) == 0) {
            if ((descry_cpu)i < *cpu)
                *cpu = (descry_cpu)i;
            return 0;
        }
    return descry_fail(err, DESCRY_ERR_ARGUMENT, "\"%s\" is not an instruction set: portable, avx2 or avx512", cap);
}
