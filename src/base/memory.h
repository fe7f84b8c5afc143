/* SPDX-License-Identifier: Apache-2.0
 * Checked allocation, a growable byte buffer, and an arena for blocks that live and die together. */
#ifndef DESCRY_BASE_MEMORY_H
#define DESCRY_BASE_MEMORY_H

#include "descry.h"

#include <stddef.h>

/* n * size bytes, or NULL when that overflows or memory is short.  Freed with free(). */
void *descry_alloc(size_t n, size_t size);
void *descry_realloc(void *memory, size_t n, size_t size);

/* The same, aligned to 64 bytes (one cache line, one AVX-512 vector).  Freed with free(). */
void *descry_alloc_aligned(size_t n, size_t size);

/* Bytes that grow.  All zero is an empty buffer.  `data` is always followed by a NUL that `size` does not count,
 * once anything was appended. */
typedef struct descry_buf {
    char *data;
    size_t size;
    size_t capacity;
} descry_buf;

int descry_buf_reserve(descry_buf *buf, size_t extra, descry_error *err); /* room for `extra` bytes more */
int descry_buf_append(descry_buf *buf, const void *data, size_t size, descry_error *err);
int descry_buf_printf(descry_buf *buf, descry_error *err, const char *format, ...) __attribute__((format(printf, 3, 4)));
void descry_buf_free(descry_buf *buf);

/* Many small blocks, freed at once.  All zero is an empty arena. */
typedef struct descry_arena {
    struct descry_arena_block *blocks;
    size_t least; /* bytes of a block at least: some MiB where huge pages are wanted; 0: 64 KiB */
} descry_arena;

void *descry_arena_alloc(descry_arena *arena, size_t n, size_t size); /* aligned to 64 bytes; NULL: out of memory */
char *descry_arena_strdup(descry_arena *arena, const char *text);
void descry_arena_free(descry_arena *arena);

#endif
