/* SPDX-License-Identifier: Apache-2.0 */
#include "text/vocabulary.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *text, size_t size)
{
    uint32_t hash = DESCRY_VOCABULARY_HASH;
    for (size_t i = 0; i < size; i++)
        hash = descry_vocabulary_more(hash, (uint8_t)text[i]);
    return hash;
}

/* FNV's low bits alone are poor. */
static size_t slot_of(const descry_vocabulary *v, uint32_t hash)
{
    hash ^= hash >> 16;
    hash *= 0x7FEB352Du;
    return (hash ^ hash >> 15) & v->mask;
}

static int is(const descry_vocabulary *v, uint32_t id, const char *text, size_t size)
{
    const struct descry_spelling *s = &v->spellings[id];
    return s->size == size && memcmp(v->bytes.data + s->at, text, size) == 0;
}

/* Where a token is in the slots, or would be. */
static size_t seek(const descry_vocabulary *v, uint32_t hash, const char *text, size_t size)
{
    size_t at = slot_of(v, hash);
    while (v->slots[at] && !is(v, v->slots[at] - 1, text, size))
        at = (at + 1) & v->mask;
    return at;
}

static int grow_slots(descry_vocabulary *v, descry_error *err)
{
    if (v->slots && 2 * (v->used + 1) <= v->mask)
        return 0;
    descry_vocabulary larger = *v;
    larger.mask = v->slots ? 2 * v->mask + 1 : 1023;
    if (!(larger.slots = calloc(larger.mask + 1, sizeof *larger.slots)))
        return descry_fail_memory(err);
    for (size_t i = 0; v->slots && i <= v->mask; i++)
        if (v->slots[i]) {
            const struct descry_spelling *s = &v->spellings[v->slots[i] - 1];
            const char *text = v->bytes.data + s->at;
            larger.slots[seek(&larger, hash_of(text, s->size), text, s->size)] = v->slots[i];
        }
    free(v->slots);
    *v = larger;
    return 0;
}

static int grow_ids(descry_vocabulary *v, size_t count, descry_error *err)
{
    if (count > v->capacity) {
        size_t capacity = 2 * v->capacity > count ? 2 * v->capacity : count;
        struct descry_spelling *more = descry_realloc(v->spellings, capacity, sizeof *more);
        if (!more)
            return descry_fail_memory(err);
        v->spellings = more;
        v->capacity = capacity;
    }
    for (; v->count < count; v->count++)
        v->spellings[v->count] = (struct descry_spelling){UINT32_MAX, 0};
    return 0;
}

int descry_vocabulary_add(descry_vocabulary *v, const char *text, size_t size, int64_t id, const char *name, descry_error *err)
{
    if (id < 0 || id >= DESCRY_MAX_TOKENS)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: a token has the id %lld", name, (long long)id);
    if (size > DESCRY_MAX_TOKEN || v->bytes.size > UINT32_MAX / 2)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: token %lld is %zu bytes long", name, (long long)id, size);
    int rc = grow_slots(v, err);
    if (!rc && (size_t)id >= v->count)
        rc = grow_ids(v, (size_t)id + 1, err);
    if (!rc && v->spellings[id].at != UINT32_MAX)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: two tokens have the id %lld", name, (long long)id);
    if (!rc)
        rc = descry_buf_append(&v->bytes, text, size, err);
    if (rc)
        return rc;
    v->spellings[id] = (struct descry_spelling){(uint32_t)(v->bytes.size - size), (uint32_t)size};
    size_t at = seek(v, hash_of(text, size), text, size);
    v->used += v->slots[at] == 0;
    v->slots[at] = (uint32_t)id + 1;
    if (size > v->longest)
        v->longest = size;
    return 0;
}

int32_t descry_vocabulary_find_hashed(const descry_vocabulary *v, uint32_t hash, const char *text, size_t size)
{
    return v->slots ? (int32_t)v->slots[seek(v, hash, text, size)] - 1 : -1;
}

int32_t descry_vocabulary_find(const descry_vocabulary *v, const char *text, size_t size)
{
    return descry_vocabulary_find_hashed(v, hash_of(text, size), text, size);
}

const char *descry_vocabulary_text(const descry_vocabulary *v, int64_t id, size_t *size)
{
    if (id < 0 || (uint64_t)id >= v->count || v->spellings[id].at == UINT32_MAX)
        return NULL;
    *size = v->spellings[id].size;
    return v->bytes.data + v->spellings[id].at;
}

void descry_vocabulary_bytes(const descry_vocabulary *v, int32_t ids[256])
{
    char token[8];
    for (unsigned b = 0; b < 256; b++) {
        snprintf(token, sizeof token, "<0x%02X>", b);
        ids[b] = descry_vocabulary_find(v, token, 6);
    }
}

void descry_vocabulary_free(descry_vocabulary *v)
{
    descry_buf_free(&v->bytes);
    free(v->spellings);
    free(v->slots);
    *v = (descry_vocabulary){0};
}
