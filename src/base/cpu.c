/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"

#include "base/error.h"

#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#if defined(__x86_64__)
#define CHOICE "portable, avx2 or avx512"
#elif defined(__aarch64__)
#define CHOICE "portable or neon"
#else
#define CHOICE "portable"
#endif

static const char *const names[DESCRY_CPU_COUNT] = {
    [DESCRY_CPU_PORTABLE] = "portable",
#if defined(__x86_64__)
    [DESCRY_CPU_AVX2] = "avx2",
    [DESCRY_CPU_AVX512] = "avx512",
#elif defined(__aarch64__)
    [DESCRY_CPU_NEON] = "neon",
#endif
};

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
    return DESCRY_CPU_PORTABLE;
#elif defined(__aarch64__)
    return DESCRY_CPU_NEON; /* what compilers take for granted on AArch64: even a float is passed in its registers */
#else
    return DESCRY_CPU_PORTABLE;
#endif
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
    return descry_fail(err, DESCRY_ERR_ARGUMENT, "\"%s\" is not an instruction set of this processor: " CHOICE, cap);
}
