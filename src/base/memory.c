/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* madvise */
#include "base/memory.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, HUGE = 2 << 20, ARENA_BLOCK = 1 << 16 }; /* HUGE: a huge page */

void *descry_alloc(size_t n, size_t size)
{
    return descry_realloc(NULL, n, size);
}

void *descry_realloc(void *memory, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return realloc(memory, bytes ? bytes : 1);
}

void *descry_alloc_aligned(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT)
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes < HUGE)
        return aligned_alloc(ALIGNMENT, bytes ? bytes : ALIGNMENT);
    void *memory = NULL;
    if (posix_memalign(&memory, HUGE, bytes))
        return NULL;
#ifdef MADV_HUGEPAGE /* weights are streamed: fewer pages, fewer TLB misses */
    madvise(memory, bytes / HUGE * HUGE, MADV_HUGEPAGE);
#endif
    return memory;
}

/* ---- buffer ---------------------------------------------------------------------------------------------------- */

int descry_buf_reserve(descry_buf *buf, size_t extra, descry_error *err)
{
    size_t need; /* one more for the NUL */
    if (__builtin_add_overflow(buf->size, extra, &need) || need == SIZE_MAX)
        return descry_fail_memory(err);
    need++;
    if (need <= buf->capacity)
        return 0;
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < need)
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    char *data = descry_realloc(buf->data, capacity, 1);
    if (!data)
        return descry_fail_memory(err);
    buf->data = data;
    buf->capacity = capacity;
    return 0;
}

int descry_buf_append(descry_buf *buf, const void *data, size_t size, descry_error *err)
{
    int rc = descry_buf_reserve(buf, size, err);
    if (rc)
        return rc;
    if (size)
        memcpy(buf->data + buf->size, data, size);
    buf->size += size;
    buf->data[buf->size] = 0;
    return 0;
}

int descry_buf_printf(descry_buf *buf, descry_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "bad format");
    int rc = descry_buf_reserve(buf, (size_t)n, err);
    if (rc)
        return rc;
    va_start(args, format);
    vsnprintf(buf->data + buf->size, (size_t)n + 1, format, args);
    va_end(args);
    buf->size += (size_t)n;
    return 0;
}

void descry_buf_free(descry_buf *buf)
{
    free(buf->data);
    *buf = (descry_buf){0};
}

/* ---- arena ----------------------------------------------------------------------------------------------------- */

struct descry_arena_block {
    struct descry_arena_block *next;
    size_t used; /* bytes of this block, the header included */
    size_t size;
};

void *descry_arena_alloc(descry_arena *arena, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - 2 * ALIGNMENT)
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct descry_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) {
        size_t least = arena->least ? arena->least : ARENA_BLOCK;
        size_t total = bytes + ALIGNMENT > least ? bytes + ALIGNMENT : least;
        block = descry_alloc_aligned(total, 1);
        if (!block)
            return NULL;
        *block = (struct descry_arena_block){arena->blocks, ALIGNMENT, total};
        arena->blocks = block;
    }
    void *memory = (char *)block + block->used;
    block->used += bytes;
    return memory;
}

char *descry_arena_strdup(descry_arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = descry_arena_alloc(arena, size, 1);
    return copy ? memcpy(copy, text, size) : NULL;
}

void descry_arena_free(descry_arena *arena)
{
    for (struct descry_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    arena->blocks = NULL;
}
