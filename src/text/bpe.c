/* SPDX-License-Identifier: Apache-2.0
 * Byte pair encoding by the merges of a tokenizer.json, with bytes for what is not in the vocabulary where the file says so
 * (models/bpe/model.rs of Hugging Face's tokenizers 0.21). */
#include "base/error.h"
#include "text/merging.h"
#include "text/subwords.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_MERGES = 1 << 23 };

typedef struct bpe {
    descry_subwords base;
    struct merge {
        uint32_t left, right, merged;
    } *merges;       /* [count] by rank */
    size_t count;
    uint32_t *slots; /* rank + 1 by hash of the pair; 0: free */
    size_t mask;
    bool byte_fallback, fuse_unknown, ignore_merges;
    int32_t bytes[256];
} bpe;

/* ---- the table of merges --------------------------------------------------------------------------------------------- */

/* Where a pair is in the slots, or would be. */
static size_t seek(const bpe *b, uint32_t left, uint32_t right)
{
    uint64_t x = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15u;
    size_t at = (size_t)(x >> 32) & b->mask;
    for (; b->slots[at]; at = (at + 1) & b->mask) {
        const struct merge *m = &b->merges[b->slots[at] - 1];
        if (m->left == left && m->right == right)
            break;
    }
    return at;
}

static int rank_of(const void *table, uint32_t left, uint32_t right, uint32_t *merged)
{
    const bpe *b = table;
    uint32_t slot = b->slots[seek(b, left, right)];
    *merged = slot ? b->merges[slot - 1].merged : 0;
    return (int)slot - 1;
}

/* ---- encoding ------------------------------------------------------------------------------------------------------ */

/* Symbols: characters, or their bytes; neighbours that are unknown are one if the file says so. */
static void put_symbols(const bpe *b, const char *piece, size_t size, descry_merging *m)
{
    bool unknown = false; /* one is to be put */
    for (size_t i = 0, n; i < size; i += n) {
        uint8_t first = (uint8_t)piece[i];
        n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        int32_t id = descry_vocabulary_find(&b->base.vocabulary, piece + i, n);
        bool bytes = id < 0 && b->byte_fallback;
        for (size_t k = 0; bytes && k < n; k++)
            bytes = b->bytes[(uint8_t)piece[i + k]] >= 0;
        for (size_t k = 0; bytes && k < n; k++)
            descry_merging_put(m, (uint32_t)b->bytes[(uint8_t)piece[i + k]]);
        if (bytes || (id < 0 && b->base.unknown < 0))
            continue;
        if (unknown && (id >= 0 || !b->fuse_unknown))
            descry_merging_put(m, (uint32_t)b->base.unknown);
        unknown = id < 0;
        if (id >= 0)
            descry_merging_put(m, (uint32_t)id);
    }
    if (unknown)
        descry_merging_put(m, (uint32_t)b->base.unknown);
}

static int encode(const descry_subwords *s, const char *piece, size_t size, descry_ids *ids, descry_error *err)
{
    const bpe *b = (const bpe *)s;
    int32_t whole = b->ignore_merges ? descry_vocabulary_find(&s->vocabulary, piece, size) : -1;
    if (whole >= 0)
        return descry_ids_put(ids, whole, err);
    descry_merging m = {.rank = rank_of, .table = b};
    int rc = descry_merging_begin(&m, size, err);
    if (!rc) {
        put_symbols(b, piece, size, &m);
        descry_merging_run(&m);
    }
    for (int32_t i = m.count ? 0 : -1; i >= 0 && !rc; i = m.symbols[i].next)
        rc = descry_ids_put(ids, (int32_t)m.symbols[i].id, err);
    descry_merging_free(&m);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

static void close_bpe(descry_subwords *s)
{
    bpe *b = (bpe *)s;
    descry_vocabulary_free(&b->base.vocabulary);
    free(b->merges);
    free(b->slots);
    free(b);
}

/* "left right", or, in newer files, ["left", "right"] */
static int read_merge(bpe *b, const json_t *json, const char *name, descry_error *err)
{
    char joined[2 * DESCRY_MAX_TOKEN];
    const json_t *first = json_array_get(json, 0), *second = json_array_get(json, 1);
    const char *left = json_string_value(first), *right = json_string_value(second);
    size_t left_size = json_string_length(first), right_size = json_string_length(second);
    if (json_is_string(json)) {
        left = json_string_value(json);
        const char *space = strchr(left, ' ');
        right = space && !strchr(space + 1, ' ') ? space + 1 : NULL;
        left_size = right ? (size_t)(space - left) : 0;
        right_size = right ? strlen(right) : 0;
    }
    int32_t ids[3] = {-1, -1, -1};
    if (left && right && left_size <= DESCRY_MAX_TOKEN && right_size <= DESCRY_MAX_TOKEN) {
        memcpy(joined, left, left_size);
        memcpy(joined + left_size, right, right_size);
        ids[0] = descry_vocabulary_find(&b->base.vocabulary, left, left_size);
        ids[1] = descry_vocabulary_find(&b->base.vocabulary, right, right_size);
        ids[2] = descry_vocabulary_find(&b->base.vocabulary, joined, left_size + right_size);
    }
    if (ids[0] < 0 || ids[1] < 0 || ids[2] < 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.merges: number %zu is not two tokens that make a third", name, b->count);
    b->merges[b->count++] = (struct merge){(uint32_t)ids[0], (uint32_t)ids[1], (uint32_t)ids[2]};
    b->slots[seek(b, (uint32_t)ids[0], (uint32_t)ids[1])] = (uint32_t)b->count; /* of two that are the same the later counts */
    return 0;
}

static int read_merges(bpe *b, const json_t *list, const char *name, descry_error *err)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > MOST_MERGES)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.merges is not a list, or too long a one", name);
    b->mask = 1023;
    while (b->mask < 2 * count)
        b->mask = 2 * b->mask + 1;
    b->merges = descry_alloc(count + 1, sizeof *b->merges);
    b->slots = calloc(b->mask + 1, sizeof *b->slots);
    int rc = b->merges && b->slots ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = read_merge(b, json_array_get(list, i), name, err);
    return rc;
}

/* What no tokenizer of open_clip's has. */
static int refuse(const json_t *model, const char *name, descry_error *err)
{
    static const char *const keys[] = {"dropout", "continuing_subword_prefix", "end_of_word_suffix"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *value = json_object_get(model, keys[i]);
        if (value && !json_is_null(value) && !(json_is_string(value) && json_string_length(value) == 0))
            return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: model.%s is not supported", name, keys[i]);
    }
    return 0;
}

int descry_bpe_read(descry_subwords **out, const json_t *model, const char *name, descry_error *err)
{
    bpe *b = calloc(1, sizeof *b);
    if (!b)
        return descry_fail_memory(err);
    *out = &b->base;
    b->base = (descry_subwords){.encode = encode, .close = close_bpe, .unknown = -1};
    b->byte_fallback = json_is_true(json_object_get(model, "byte_fallback"));
    b->fuse_unknown = json_is_true(json_object_get(model, "fuse_unk"));
    b->ignore_merges = json_is_true(json_object_get(model, "ignore_merges"));
    int rc = refuse(model, name, err);
    if (!rc)
        rc = descry_subwords_vocabulary(&b->base, json_object_get(model, "vocab"), name, err);
    if (!rc)
        rc = descry_subwords_token(&b->base, model, "unk_token", &b->base.unknown, name, err);
    descry_vocabulary_bytes(&b->base.vocabulary, b->bytes);
    return rc ? rc : read_merges(b, json_object_get(model, "merges"), name, err);
}
