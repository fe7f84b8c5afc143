/* SPDX-License-Identifier: Apache-2.0
 * What the targets share. */
#ifndef DESCRY_TESTS_FUZZ_H
#define DESCRY_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(int condition)
{
    if (!condition)
        __builtin_trap();
}

/* The path of a file in memory with these bytes, until the next call, before which it must be closed. */
const char *fuzz_file(const void *data, size_t size);

/* The path `name` in a folder of this process's own, in TMPDIR, which run.sh and hunt.sh remove. */
const char *fuzz_path(const char *name);

/* Writes a whole file there; data NULL: removes it. */
void fuzz_write(const char *path, const void *data, size_t size);

/* Removes all files there. */
void fuzz_clear(void);

/* Reads each byte, so that a sanitizer sees those that are nobody's. */
void fuzz_read(const void *data, size_t size);

#endif
