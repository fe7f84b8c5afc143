/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"

#include "base/error.h"

#include <stddef.h>
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

enum { CAP_AVX2 = DESCRY_CPU_AVX2 | DESCRY_CPU_FMA | DESCRY_CPU_F16C };
enum { CAP_AVX512 = CAP_AVX2 | DESCRY_CPU_AVX512F | DESCRY_CPU_AVX512BW | DESCRY_CPU_AVX512DQ | DESCRY_CPU_AVX512VL };

static const struct {
    const char *name;
    uint32_t features; /* allowed under this cap */
} caps[] = {
    {"portable", 0},
#if defined(__x86_64__)
    {"avx2", CAP_AVX2},
    {"avx512", CAP_AVX512},
#elif defined(__aarch64__)
    {"neon", DESCRY_CPU_NEON},
#endif
};

#if defined(__x86_64__)
static int has_f16c(void) /* clang 14's __builtin_cpu_supports does not know it */
{
    unsigned a, b, c = 0, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) && __builtin_cpu_supports("avx");
}
#endif

uint32_t descry_cpu_features(void)
{
    uint32_t features = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    features |= __builtin_cpu_supports("avx2") ? DESCRY_CPU_AVX2 : 0;
    features |= __builtin_cpu_supports("fma") ? DESCRY_CPU_FMA : 0;
    features |= has_f16c() ? DESCRY_CPU_F16C : 0;
    features |= __builtin_cpu_supports("avx512f") ? DESCRY_CPU_AVX512F : 0;
    features |= __builtin_cpu_supports("avx512bw") ? DESCRY_CPU_AVX512BW : 0;
    features |= __builtin_cpu_supports("avx512dq") ? DESCRY_CPU_AVX512DQ : 0;
    features |= __builtin_cpu_supports("avx512vl") ? DESCRY_CPU_AVX512VL : 0;
#elif defined(__aarch64__)
    features |= DESCRY_CPU_NEON; /* what compilers take for granted on AArch64: even a float is passed in its registers */
#endif
    return features;
}

int descry_cpu_choose(uint32_t *features, const char *cap, descry_error *err)
{
    *features = descry_cpu_features();
    if (!cap)
        return 0;
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
        if (strcmp(cap, caps[i].name) == 0) {
            *features &= caps[i].features;
            return 0;
        }
    return descry_fail(err, DESCRY_ERR_ARGUMENT, "\"%s\" is not an instruction set of this processor: " CHOICE, cap);
}
