/* SPDX-License-Identifier: Apache-2.0
 * BERT's WordPiece: from the left the longest token each time; a word that cannot be spelled so is unknown as a whole
 * (models/wordpiece/mod.rs of Hugging Face's tokenizers 0.21). */
#include "base/error.h"
#include "text/subwords.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PREFIX = 16 };

typedef struct wordpiece {
    descry_subwords base;
    char prefix[MOST_PREFIX + 1]; /* of what goes on with a word */
    size_t most;                  /* characters of a word */
} wordpiece;

static bool begins_character(char c)
{
    return ((uint8_t)c & 0xC0) != 0x80;
}

/* The longest token that the rest of a word begins with; its id, or -1.  Hashing goes from the left, so that all
 * beginnings cost one pass. */
static int32_t longest(const wordpiece *w, const char *text, size_t size, bool inside, char *scratch, size_t *length)
{
    const descry_vocabulary *v = &w->base.vocabulary;
    size_t begin = inside ? strlen(w->prefix) : 0, most = size < v->longest ? size : v->longest;
    uint32_t hash = DESCRY_VOCABULARY_HASH;
    int32_t found = -1;
    memcpy(scratch, w->prefix, begin);
    memcpy(scratch + begin, text, most);
    for (size_t i = 0; i < begin + most; i++) {
        hash = descry_vocabulary_more(hash, (uint8_t)scratch[i]);
        if (i < begin || (i + 1 - begin < size && !begins_character(text[i + 1 - begin])))
            continue;
        int32_t id = descry_vocabulary_find_hashed(v, hash, scratch, i + 1);
        if (id >= 0) {
            found = id;
            *length = i + 1 - begin;
        }
    }
    return found;
}

static int encode(const descry_subwords *s, const char *piece, size_t size, descry_ids *ids, descry_error *err)
{
    const wordpiece *w = (const wordpiece *)s;
    char scratch[MOST_PREFIX + DESCRY_MAX_TOKEN];
    size_t before = ids->size, characters = 0, n = 0;
    for (size_t i = 0; i < size; i++)
        characters += begins_character(piece[i]);
    int rc = 0;
    bool known = characters <= w->most;
    for (size_t at = 0; at < size && known && !rc; at += n) {
        int32_t id = longest(w, piece + at, size - at, at > 0, scratch, &n);
        known = id >= 0;
        if (known)
            rc = descry_ids_put(ids, id, err);
    }
    if (!known) {
        ids->size = before;
        rc = descry_ids_put(ids, w->base.unknown, err);
    }
    return rc;
}

static void close_wordpiece(descry_subwords *s)
{
    wordpiece *w = (wordpiece *)s;
    descry_vocabulary_free(&w->base.vocabulary);
    free(w);
}

int descry_wordpiece_read(descry_subwords **out, const json_t *model, const char *name, descry_error *err)
{
    const json_t *most = json_object_get(model, "max_input_chars_per_word"), *prefix = json_object_get(model, "continuing_subword_prefix");
    wordpiece *w = calloc(1, sizeof *w);
    if (!w)
        return descry_fail_memory(err);
    *out = &w->base;
    w->base = (descry_subwords){.encode = encode, .close = close_wordpiece, .unknown = -1, .continues = w->prefix};
    w->most = json_is_integer(most) && json_integer_value(most) >= 0 ? (size_t)json_integer_value(most) : 100;
    const char *text = json_is_string(prefix) ? json_string_value(prefix) : "##";
    if (strlen(text) == 0 || strlen(text) > MOST_PREFIX)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: model.continuing_subword_prefix %.40s is not supported", name, text);
    memcpy(w->prefix, text, strlen(text) + 1);
    int rc = descry_subwords_vocabulary(&w->base, json_object_get(model, "vocab"), name, err);
    if (!rc)
        rc = descry_subwords_token(&w->base, model, "unk_token", &w->base.unknown, name, err);
    if (!rc && w->base.unknown < 0)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.unk_token is missing", name);
    return rc;
}
