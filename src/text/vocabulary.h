/* SPDX-License-Identifier: Apache-2.0
 * Tokens by their spelling and by their id. */
#ifndef DESCRY_TEXT_VOCABULARY_H
#define DESCRY_TEXT_VOCABULARY_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DESCRY_MAX_TOKENS = 1 << 22, /* ids are below */
    DESCRY_MAX_TOKEN = 4096      /* bytes of one */
};

typedef struct descry_vocabulary {
    descry_buf bytes; /* all spellings, one behind the other */
    struct descry_spelling {
        uint32_t at, size; /* in bytes; UINT32_MAX: no token has this id */
    } *spellings;     /* [count] by id */
    size_t count, capacity;
    uint32_t *slots;  /* id + 1 by hash; 0: free */
    size_t mask, used;
    size_t longest;   /* bytes */
} descry_vocabulary;

/* Of two tokens that are spelled the same, the later one is found.  An id that is there already is DESCRY_ERR_FORMAT. */
int descry_vocabulary_add(descry_vocabulary *v, const char *text, size_t size, int64_t id, const char *name, descry_error *err);

int32_t descry_vocabulary_find(const descry_vocabulary *v, const char *text, size_t size); /* -1: not there */

/* The same for all beginnings of a text at little cost: hash = descry_vocabulary_more(hash, byte), from
 * DESCRY_VOCABULARY_HASH on. */
#define DESCRY_VOCABULARY_HASH 2166136261u
static inline uint32_t descry_vocabulary_more(uint32_t hash, uint8_t byte)
{
    return (hash ^ byte) * 16777619u; /* FNV-1a */
}
int32_t descry_vocabulary_find_hashed(const descry_vocabulary *v, uint32_t hash, const char *text, size_t size);

/* The spelling of an id, not ended by a NUL; NULL: none. */
const char *descry_vocabulary_text(const descry_vocabulary *v, int64_t id, size_t *size);

/* The ids of "<0x00>" .. "<0xFF>"; -1 where there is none. */
void descry_vocabulary_bytes(const descry_vocabulary *v, int32_t ids[256]);

void descry_vocabulary_free(descry_vocabulary *v);

#endif
