/* SPDX-License-Identifier: Apache-2.0
 * Archives such as NumPy writes, and such as it would not. */
#ifndef DESCRY_TESTS_NPZ_FIXTURE_H
#define DESCRY_TESTS_NPZ_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

typedef struct npz_array {
    const char *key;
    const char *dictionary; /* of the header */
    const void *values;
    size_t size;            /* bytes of them */
} npz_array;

void npz_write(const char *path, const npz_array *arrays, size_t count, int compressed);

#endif
