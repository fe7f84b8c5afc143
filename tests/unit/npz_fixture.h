/* SPDX-License-Identifier: Apache-2.0
 * Importing; archives such as NumPy writes, and such as it would not. */
#ifndef DESCRY_TESTS_NPZ_FIXTURE_H
#define DESCRY_TESTS_NPZ_FIXTURE_H

#include "library_fixture.h"

typedef struct npz_array {
    const char *key;
    const char *dictionary; /* of the header */
    const void *values;
    size_t size;            /* bytes of them */
} npz_array;

enum { ROOM = 16, WIDTH = 40 }; /* rows; characters of a url */

typedef struct told {
    size_t failures;
    uint64_t rows[ROOM];
    char messages[ROOM][1000];
    size_t calls, stop_after;
    const descry_import_counts *counts;
    descry_progress last;
} told;

int import_with(fixture *f, const char *path, told *t, descry_import_counts *p);
void import_ok(fixture *f, const char *path, uint64_t added, uint64_t completed, uint64_t unchanged, uint64_t failed);

/* Reds of n pictures, features f32 [n, FAKE_DIM], and urls [n, WIDTH] in UCS-4. */
void fill_reds(float *features, uint32_t *urls, size_t n, const char *format);

void npz_write(const char *path, const npz_array *arrays, size_t count, int compressed);

#endif
