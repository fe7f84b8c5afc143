/* SPDX-License-Identifier: Apache-2.0 */
#include "text/clip_bpe.h"

#include "base/error.h"
#include "base/memory.h"
#include "text/classes.h"
#include "text/clean.h"
#include "text/clip_merges.h"
#include "text/merging.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

typedef struct clip_bpe {
    descry_tokenizer base;
    const descry_merge *merges; /* [count]; the merge of rank r makes id DESCRY_BYTE_IDS + r */
    descry_merge *owned;        /* NULL: built in */
    size_t count;
    uint32_t *slots;            /* rank + 1 by hash of the pair; 0: free */
    size_t mask;
    uint16_t byte_ids[256];
    uint8_t bytes[256];         /* of the ids 0 .. 255 */
} clip_bpe;

/* ---- the table of merges --------------------------------------------------------------------------------------------- */

static size_t pair_hash(uint32_t left, uint32_t right)
{
    uint32_t x = (left << 16 | right) * 0x9E3779B1u;
    return x ^ x >> 15;
}

/* The rank of a pair; -1: it does not merge. */
static int pair_rank(const clip_bpe *t, uint32_t left, uint32_t right)
{
    for (size_t at = pair_hash(left, right) & t->mask; t->slots[at]; at = (at + 1) & t->mask) {
        const descry_merge *m = &t->merges[t->slots[at] - 1];
        if (m->left == left && m->right == right)
            return (int)t->slots[at] - 1;
    }
    return -1;
}

static int build_table(clip_bpe *t, descry_error *err)
{
    t->mask = 1023;
    while (t->mask < 2 * t->count)
        t->mask = 2 * t->mask + 1;
    if (!(t->slots = calloc(t->mask + 1, sizeof *t->slots)))
        return descry_fail_memory(err);
    for (size_t i = 0; i < t->count; i++) {
        size_t at = pair_hash(t->merges[i].left, t->merges[i].right) & t->mask;
        while (t->slots[at])
            at = (at + 1) & t->mask;
        t->slots[at] = (uint32_t)i + 1;
    }
    return 0;
}

static void close_bpe(descry_tokenizer *tokenizer)
{
    clip_bpe *t = (clip_bpe *)tokenizer;
    free(t->owned);
    free(t->slots);
    free(t);
}

/* ---- byte pair encoding of one piece --------------------------------------------------------------------------------- */

typedef struct encoder {
    const clip_bpe *t;
    descry_merging merging;
    descry_error *err;
} encoder;

static int rank_of(const void *table, uint32_t left, uint32_t right, uint32_t *merged)
{
    int rank = pair_rank(table, left, right);
    *merged = (uint32_t)(DESCRY_BYTE_IDS + rank);
    return rank;
}

/* bytes [size > 0] */
static int encode_piece(encoder *e, const uint8_t *bytes, size_t size)
{
    int rc = descry_merging_begin(&e->merging, size, e->err);
    for (size_t i = 0; i < size && !rc; i++)
        descry_merging_put(&e->merging, e->t->byte_ids[bytes[i]] + (i + 1 == size ? 256u : 0u));
    if (!rc)
        descry_merging_run(&e->merging);
    return rc;
}

/* ---- splitting ------------------------------------------------------------------------------------------------------- */

/* Case is ignored as the reference's pattern does: U+017F is an s. */
static int match_prefix(const uint32_t *in, size_t size, const char *word)
{
    size_t i = 0;
    for (; word[i]; i++)
        if (i >= size || (in[i] != (uint8_t)word[i] && !(word[i] == 's' && in[i] == 0x17F)))
            return 0;
    return (int)i;
}

static int is_other(uint32_t c)
{
    return descry_is_piece(c) && !descry_is_letter(c) && !descry_is_number(c);
}

/* The length of the piece at in[0], where one can begin; the text is in lower case. */
static size_t piece_length(const uint32_t *in, size_t size)
{
    static const char *const words[] = {"<start_of_text>", "<end_of_text>", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; (in[0] == '<' || in[0] == '\'') && i < sizeof words / sizeof *words; i++) {
        int n = match_prefix(in, size, words[i]);
        if (n)
            return (size_t)n;
    }
    if (descry_is_number(in[0]))
        return 1;
    size_t n = 1;
    if (descry_is_letter(in[0]))
        while (n < size && descry_is_letter(in[n]))
            n++;
    else
        while (n < size && is_other(in[n]))
            n++;
    return n;
}

/* Appends the ids of one piece at ids[*count], as far as there is room. */
static int put_piece(encoder *e, const uint32_t *in, size_t size, int32_t *ids, size_t room, size_t *count)
{
    static const char start[] = "<start_of_text>", end[] = "<end_of_text>";
    size_t bytes;
    uint8_t *utf8 = u32_to_u8(in, size, NULL, &bytes);
    if (!utf8)
        return descry_fail_memory(e->err);
    int rc = 0, special = -1; /* spelled in plain ASCII, these are the tokens themselves, as in open_clip */
    if (bytes == sizeof start - 1 && memcmp(utf8, start, bytes) == 0)
        special = e->t->base.start;
    else if (bytes == sizeof end - 1 && memcmp(utf8, end, bytes) == 0)
        special = e->t->base.end;
    else
        rc = encode_piece(e, utf8, bytes);
    free(utf8);
    if (special >= 0) {
        ids[(*count)++] = special;
        return 0;
    }
    for (int32_t i = 0; !rc && i >= 0 && *count < room; i = e->merging.symbols[i].next)
        ids[(*count)++] = (int32_t)e->merging.symbols[i].id;
    return rc;
}

static int encode(const descry_tokenizer *t, const char *text, size_t length, size_t room, int32_t *ids, size_t *count,
                  descry_error *err)
{
    encoder e = {.t = (const clip_bpe *)t, .merging = {.rank = rank_of, .table = t}, .err = err};
    descry_text clean = {0};
    int rc = descry_text_decode(&clean, text, length, err);
    if (!rc)
        rc = descry_text_clean(&clean, DESCRY_CLEAN_LOWER, err);
    ids[0] = t->start;
    *count = 1;
    for (size_t i = 0; i < clean.size && *count < room && !rc;) {
        size_t n = 1;
        if (descry_is_piece(clean.data[i])) {
            n = piece_length(clean.data + i, clean.size - i);
            rc = put_piece(&e, clean.data + i, n, ids, room, count);
        }
        i += n;
    }
    if (*count == room) /* truncated: the end token replaces the last id */
        --*count;
    ids[(*count)++] = t->end;
    descry_text_free(&clean);
    descry_merging_free(&e.merging);
    return rc;
}

/* ---- decoding -------------------------------------------------------------------------------------------------------- */

/* The bytes of a symbol: what it was merged from, left part first. */
static int put_symbol(const clip_bpe *t, uint32_t id, descry_buf *out, descry_error *err)
{
    if (id < DESCRY_BYTE_IDS) {
        int rc = descry_buf_append(out, &t->bytes[id & 255], 1, err);
        return rc || id < 256 ? rc : descry_buf_append(out, "</w>", 4, err);
    }
    const descry_merge *m = &t->merges[id - DESCRY_BYTE_IDS]; /* of symbols made before it */
    int rc = put_symbol(t, m->left, out, err);
    return rc ? rc : put_symbol(t, m->right, out, err);
}

/* Code points as UTF-8, "</w>" as a space. */
static int put_text(const descry_text *text, descry_buf *out, descry_error *err)
{
    static const uint32_t end_of_word[] = {'<', '/', 'w', '>'};
    for (size_t i = 0; i < text->size;) {
        uint8_t utf8[6];
        int n = 1, word = text->size - i >= 4 && memcmp(text->data + i, end_of_word, sizeof end_of_word) == 0;
        if (word)
            utf8[0] = ' ';
        else
            n = u8_uctomb(utf8, text->data[i], sizeof utf8);
        int rc = descry_buf_append(out, utf8, n > 0 ? (size_t)n : 0, err);
        if (rc)
            return rc;
        i += word ? 4 : 1;
    }
    return 0;
}

static int decode(const descry_tokenizer *t, const int32_t *ids, size_t count, descry_buf *out, descry_error *err)
{
    descry_buf bytes = {0};
    descry_text text = {0};
    int rc = 0, start = t->start, end = t->end;
    for (size_t i = 0; i < count && !rc; i++)
        if (ids[i] == start || ids[i] == end)
            rc = descry_buf_printf(&bytes, err, "<%s_of_text>", ids[i] == start ? "start" : "end");
        else if (ids[i] >= 0 && ids[i] < start)
            rc = put_symbol((const clip_bpe *)t, (uint32_t)ids[i], &bytes, err);
    if (!rc)
        rc = descry_text_decode(&text, bytes.size ? bytes.data : "", bytes.size, err);
    if (!rc)
        rc = put_text(&text, out, err);
    descry_buf_free(&bytes);
    descry_text_free(&text);
    return rc;
}

/* ---- open ---------------------------------------------------------------------------------------------------------- */

static const descry_tokenizer_kind clip_bpe_kind = {"CLIP's byte pair encoding", encode, decode, close_bpe};

int descry_clip_bpe_open(descry_tokenizer **out, const char *path, descry_error *err)
{
    *out = NULL;
    clip_bpe *t = calloc(1, sizeof *t);
    if (!t)
        return descry_fail_memory(err);
    *t = (clip_bpe){.base = {.kind = &clip_bpe_kind, .digest = "clip"},
                    .merges = descry_clip_merges, .count = descry_clip_merge_count};
    int rc = path ? descry_merges_read(&t->owned, &t->count, path, err) : 0;
    if (!rc && path)
        rc = descry_file_digest(t->base.digest, path, err);
    if (t->owned)
        t->merges = t->owned;
    if (!rc)
        rc = build_table(t, err);
    if (rc) {
        close_bpe(&t->base);
        return rc;
    }
    t->base.vocab_size = DESCRY_BYTE_IDS + (int)t->count + 2;
    t->base.start = t->base.vocab_size - 2;
    t->base.end = t->base.vocab_size - 1;
    t->base.pad = 0;
    for (int b = 0; b < 256; b++)
        t->byte_ids[b] = (uint16_t)descry_byte_id((uint8_t)b);
    for (int b = 0; b < 256; b++)
        t->bytes[t->byte_ids[b]] = (uint8_t)b;
    *out = &t->base;
    return 0;
}
