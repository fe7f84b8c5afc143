/* SPDX-License-Identifier: Apache-2.0
 * SentencePiece's unigram models: of all ways to spell a piece the one whose tokens' log-probabilities have the largest
 * sum (Viterbi).  Ties, the score of what is unknown, and how neighbours that are unknown become one are as in Hugging
 * Face's tokenizers 0.21 (models/unigram/model.rs, encode_optimized), in double. */
#include "text/subwords.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static const double unknown_penalty = 10; /* K_UNK_PENALTY */

typedef struct unigram {
    descry_subwords base;
    double *scores; /* [count] by id */
    double unknown_score;
    bool byte_fallback;
    int32_t bytes[256];
} unigram;

typedef struct ending {
    double score; /* of the best way to here */
    size_t start; /* of its last token; SIZE_MAX: none leads here yet */
    size_t next;  /* on the best way of all: where the token ends that begins here */
    int32_t id;
} ending;

static size_t character(char first)
{
    uint8_t c = (uint8_t)first;
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static void offer(ending *e, size_t start, int32_t id, double score)
{
    if (e->start == SIZE_MAX || score > e->score)
        *e = (ending){.score = score, .start = start, .id = id};
}

static int find_best(const unigram *u, const char *text, size_t size, ending *best, descry_error *err)
{
    const descry_vocabulary *v = &u->base.vocabulary;
    best[0] = (ending){0};
    for (size_t i = 1; i <= size; i++)
        best[i].start = SIZE_MAX;
    for (size_t at = 0, step; at < size; at += step) {
        uint32_t hash = DESCRY_VOCABULARY_HASH;
        bool single = false;
        size_t most = size - at < v->longest ? size - at : v->longest;
        step = character(text[at]);
        for (size_t n = 1; n <= most; n++) {
            hash = descry_vocabulary_more(hash, (uint8_t)text[at + n - 1]);
            if (n < most && ((uint8_t)text[at + n] & 0xC0) == 0x80)
                continue;
            int32_t id = descry_vocabulary_find_hashed(v, hash, text + at, n);
            if (id < 0)
                continue;
            offer(&best[at + n], at, id, u->scores[id] + best[at].score);
            single |= n == step;
        }
        if (!single && u->base.unknown < 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "the vocabulary has no token for what it does not know");
        if (!single)
            offer(&best[at + step], at, u->base.unknown, u->unknown_score + best[at].score);
    }
    return 0;
}

/* Neighbours that are unknown are one token, unless what they spell together has an id, or bytes. */
static int put(const unigram *u, const char *text, size_t size, descry_ids *ids, descry_error *err)
{
    int32_t id = descry_vocabulary_find(&u->base.vocabulary, text, size);
    bool bytes = id < 0 && u->byte_fallback;
    for (size_t i = 0; bytes && i < size; i++)
        bytes = u->bytes[(uint8_t)text[i]] >= 0;
    if (!bytes)
        return descry_ids_put(ids, id < 0 ? u->base.unknown : id, err);
    int rc = 0;
    for (size_t i = 0; i < size && !rc; i++)
        rc = descry_ids_put(ids, u->bytes[(uint8_t)text[i]], err);
    return rc;
}

static int encode(const descry_subwords *s, const char *text, size_t size, descry_ids *ids, descry_error *err)
{
    const unigram *u = (const unigram *)s;
    ending *best = descry_alloc(size + 1, sizeof *best);
    int rc = best ? find_best(u, text, size, best, err) : descry_fail_memory(err);
    for (size_t end = size; end > 0 && !rc; end = best[end].start)
        best[best[end].start].next = end;
    for (size_t at = 0, end; at < size && !rc; at = end) {
        end = best[at].next;
        while (best[end].id == u->base.unknown && end < size && best[best[end].next].id == u->base.unknown)
            end = best[end].next;
        rc = put(u, text + at, end - at, ids, err);
    }
    free(best);
    return rc;
}

static void close_unigram(descry_subwords *s)
{
    unigram *u = (unigram *)s;
    descry_vocabulary_free(&u->base.vocabulary);
    free(u->scores);
    free(u);
}

/* "vocab": [[token, score], ...]; ids are places. */
static int read_scores(unigram *u, const json_t *vocabulary, const char *name, descry_error *err)
{
    size_t count = json_array_size(vocabulary);
    if (count == 0 || count > DESCRY_MAX_TOKENS)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.vocab is not a list of tokens", name);
    if (!(u->scores = descry_alloc(count, sizeof *u->scores)))
        return descry_fail_memory(err);
    double least = 0;
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++) {
        const json_t *row = json_array_get(vocabulary, i), *token = json_array_get(row, 0), *score = json_array_get(row, 1);
        if (!json_is_string(token) || !json_is_number(score))
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.vocab: row %zu is not a token and a number", name, i);
        u->scores[i] = json_number_value(score);
        least = i == 0 || u->scores[i] < least ? u->scores[i] : least;
        rc = descry_vocabulary_add(&u->base.vocabulary, json_string_value(token), json_string_length(token), (int64_t)i, name, err);
    }
    u->unknown_score = least - unknown_penalty;
    return rc;
}

int descry_unigram_read(descry_subwords **out, const json_t *model, const char *name, descry_error *err)
{
    const json_t *unknown = json_object_get(model, "unk_id");
    unigram *u = calloc(1, sizeof *u);
    if (!u)
        return descry_fail_memory(err);
    *out = &u->base;
    u->base = (descry_subwords){.encode = encode, .close = close_unigram, .unknown = -1};
    u->byte_fallback = json_is_true(json_object_get(model, "byte_fallback"));
    int rc = read_scores(u, json_object_get(model, "vocab"), name, err);
    descry_vocabulary_bytes(&u->base.vocabulary, u->bytes);
    if (!rc && json_is_integer(unknown)) {
        if (json_integer_value(unknown) < 0 || (size_t)json_integer_value(unknown) >= u->base.vocabulary.count)
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.unk_id: there is no such token", name);
        else
            u->base.unknown = (int32_t)json_integer_value(unknown);
    }
    return rc;
}
