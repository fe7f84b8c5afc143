/* SPDX-License-Identifier: Apache-2.0
 * The pre-tokenizers of Hugging Face's tokenizers 0.21 (tokenizers/src/pre_tokenizers). */
#include "text/pieces.h"

#include "base/error.h"
#include "text/bert_tables.h"
#include "text/classes.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

enum { MOST_STEPS = 16, DEPTH = 8 };

typedef enum behavior { REMOVED, ISOLATED, WITH_PREVIOUS, WITH_NEXT } behavior;

typedef struct descry_cut_step {
    int (*cut)(const struct descry_cut_step *step, const uint32_t *in, size_t n, bool first, descry_pieces *out, descry_error *err);
    uint32_t replacement;               /* Metaspace */
    enum { ALWAYS, FIRST, NEVER } prepend;
    bool split;                         /* Metaspace: at the replacement; ByteLevel: by GPT-2's pattern */
    descry_text pattern;                /* Split */
    behavior behavior;
} step;

/* ---- pieces -------------------------------------------------------------------------------------------------------- */

/* What was put into the text since the last piece is one; nothing, if it is empty. */
static int end_piece(descry_pieces *p, bool first, descry_error *err)
{
    size_t begin = p->count ? p->pieces[p->count - 1].end : 0;
    if (begin == p->text.size)
        return 0;
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 64;
        struct descry_piece *more = descry_realloc(p->pieces, capacity, sizeof *more);
        if (!more)
            return descry_fail_memory(err);
        p->pieces = more;
        p->capacity = capacity;
    }
    p->pieces[p->count++] = (struct descry_piece){begin, p->text.size, first};
    return 0;
}

static int put_piece(descry_pieces *p, const uint32_t *in, size_t n, bool first, descry_error *err)
{
    int rc = descry_text_put_all(&p->text, in, n, err);
    return rc ? rc : end_piece(p, first, err);
}

/* ---- Metaspace ----------------------------------------------------------------------------------------------------- */

static int cut_metaspace(const step *s, const uint32_t *in, size_t n, bool first, descry_pieces *out, descry_error *err)
{
    int rc = 0;
    bool starts = in[0] == ' ' || in[0] == s->replacement;
    if (!starts && (s->prepend == ALWAYS || (s->prepend == FIRST && first)))
        rc = descry_text_put(&out->text, s->replacement, err);
    for (size_t i = 0; i < n && !rc; i++) {
        uint32_t c = in[i] == ' ' ? s->replacement : in[i];
        if (s->split && c == s->replacement && i > 0) {
            rc = end_piece(out, first, err);
            first = false;
        }
        if (!rc)
            rc = descry_text_put(&out->text, c, err);
    }
    return rc ? rc : end_piece(out, first, err);
}

/* ---- spaces, punctuation, a given string ---------------------------------------------------------------------------- */

/* Pieces of matches, [length > 0] at a place, and of what is between them. */
static int cut_at(const step *s, size_t (*match)(const step *s, const uint32_t *in, size_t n), behavior b, const uint32_t *in,
                  size_t n, bool first, descry_pieces *out, descry_error *err)
{
    size_t begin = 0;
    int rc = 0;
    for (size_t i = 0, length; i < n && !rc; i += length ? length : 1) {
        length = match(s, in + i, n - i);
        if (!length)
            continue;
        size_t end = b == WITH_PREVIOUS ? i + length : i;
        rc = put_piece(out, in + begin, end - begin, first && begin == 0, err);
        if (!rc && b == ISOLATED)
            rc = put_piece(out, in + i, length, first && i == 0, err);
        begin = b == WITH_NEXT ? i : i + length;
    }
    return rc ? rc : put_piece(out, in + begin, n - begin, first && begin == 0, err);
}

static size_t match_space(const step *s, const uint32_t *in, size_t n)
{
    (void)s, (void)n;
    return uc_is_property_white_space(in[0]);
}

static size_t match_punctuation(const step *s, const uint32_t *in, size_t n)
{
    (void)s, (void)n;
    return (size_t)DESCRY_IN_RANGES(bert_punctuation, in[0]);
}

static size_t match_pattern(const step *s, const uint32_t *in, size_t n)
{
    size_t size = s->pattern.size;
    return n >= size && memcmp(in, s->pattern.data, size * sizeof *in) == 0 ? size : 0;
}

static int cut_spaces(const step *s, const uint32_t *in, size_t n, bool first, descry_pieces *out, descry_error *err)
{
    return cut_at(s, match_space, REMOVED, in, n, first, out, err);
}

static int cut_punctuation(const step *s, const uint32_t *in, size_t n, bool first, descry_pieces *out, descry_error *err)
{
    return cut_at(s, match_punctuation, ISOLATED, in, n, first, out, err);
}

static int cut_pattern(const step *s, const uint32_t *in, size_t n, bool first, descry_pieces *out, descry_error *err)
{
    return cut_at(s, match_pattern, s->behavior, in, n, first, out, err);
}

/* ---- bytes --------------------------------------------------------------------------------------------------------- */

uint32_t descry_byte_character(uint8_t b)
{
    if ((b >= 33 && b <= 126) || (b >= 161 && b != 173))
        return b;
    return 0x100u + (b <= 32 ? b : b <= 160 ? 33u + b - 127u : 67u);
}

static int class_of(uint32_t c)
{
    return uc_is_property_white_space(c) ? 0 : descry_is_letter(c) ? 1 : descry_is_number(c) ? 2 : 3;
}

/* The length of what GPT-2's pattern matches at in[0]:
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
static size_t gpt2(const uint32_t *in, size_t n)
{
    static const char *const words[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; in[0] == '\'' && i < sizeof words / sizeof *words; i++) {
        size_t k = 1, length = strlen(words[i]);
        while (k < length && k < n && in[k] == (uint8_t)words[i][k])
            k++;
        if (k == length)
            return length;
    }
    size_t begin = in[0] == ' ' && n > 1 && class_of(in[1]) != 0, end = begin;
    int class = class_of(in[begin]);
    while (end < n && class_of(in[end]) == class)
        end++;
    return class == 0 && end < n && end > 1 ? end - 1 : end; /* the last space belongs to the next piece */
}

static int cut_bytes(const step *s, const uint32_t *in, size_t n, bool first, descry_pieces *out, descry_error *err)
{
    const uint32_t space = ' ';
    descry_text spaced = {0};
    int rc = 0;
    if (s->prepend == ALWAYS && in[0] != ' ') {
        rc = descry_text_put_all(&spaced, &space, 1, err);
        rc = rc ? rc : descry_text_put_all(&spaced, in, n, err);
        in = spaced.data;
        n = spaced.size;
    }
    for (size_t at = 0, length; at < n && !rc; at += length) {
        length = s->split ? gpt2(in + at, n - at) : n;
        for (size_t i = at; i < at + length && !rc; i++) {
            uint8_t bytes[6];
            int size = u8_uctomb(bytes, in[i], sizeof bytes);
            for (int k = 0; k < size && !rc; k++)
                rc = descry_text_put(&out->text, descry_byte_character(bytes[k]), err);
        }
        if (!rc)
            rc = end_piece(out, first && at == 0, err);
    }
    descry_text_free(&spaced);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

static bool flag(const json_t *json, const char *key, bool fallback)
{
    const json_t *value = json_object_get(json, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

/* The index of the string at `key`; -1: another. */
static int choice(const json_t *json, const char *key, const char *fallback, const char *const *names)
{
    const json_t *value = json_object_get(json, key);
    const char *word = value ? json_string_value(value) : fallback;
    for (int i = 0; word && names[i]; i++)
        if (strcmp(word, names[i]) == 0)
            return i;
    return -1;
}

static int read_metaspace(step *s, const json_t *json, const char *name, descry_error *err)
{
    static const char *const schemes[] = {"always", "first", "never", NULL};
    const json_t *replacement = json_object_get(json, "replacement");
    descry_text text = {0};
    int rc = descry_text_decode(&text, json_is_string(replacement) ? json_string_value(replacement) : "",
                                json_is_string(replacement) ? json_string_length(replacement) : 0, err);
    int scheme = choice(json, "prepend_scheme", "always", schemes);
    if (!rc && text.size != 1)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: pre_tokenizer.Metaspace.replacement is not a character", name);
    if (!rc && scheme < 0)
        rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: pre_tokenizer.Metaspace.prepend_scheme is not supported", name);
    s->cut = cut_metaspace;
    s->replacement = rc ? 0 : text.data[0];
    s->prepend = !flag(json, "add_prefix_space", true) ? NEVER : scheme == 1 ? FIRST : scheme == 2 ? NEVER : ALWAYS;
    s->split = flag(json, "split", true);
    descry_text_free(&text);
    return rc;
}

static int read_spaces(step *s, const json_t *json, const char *name, descry_error *err)
{
    (void)json, (void)name, (void)err;
    s->cut = cut_spaces;
    return 0;
}

static int read_punctuation(step *s, const json_t *json, const char *name, descry_error *err)
{
    (void)json, (void)name, (void)err;
    s->cut = cut_punctuation;
    return 0;
}

static int read_split(step *s, const json_t *json, const char *name, descry_error *err)
{
    static const char *const behaviors[] = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", NULL};
    const json_t *pattern = json_object_get(json_object_get(json, "pattern"), "String");
    int which = choice(json, "behavior", NULL, behaviors);
    if (!json_is_string(pattern) || json_string_length(pattern) == 0 || which < 0 || flag(json, "invert", false))
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: pre_tokenizer Split by anything but a string is not supported", name);
    s->cut = cut_pattern;
    s->behavior = (behavior)which;
    return descry_text_decode(&s->pattern, json_string_value(pattern), json_string_length(pattern), err);
}

static int read_bytes(step *s, const json_t *json, const char *name, descry_error *err)
{
    (void)name, (void)err;
    s->cut = cut_bytes;
    s->prepend = flag(json, "add_prefix_space", true) ? ALWAYS : NEVER;
    s->split = flag(json, "use_regex", true);
    return 0;
}

static const struct {
    const char *type;
    int (*read)(step *s, const json_t *json, const char *name, descry_error *err);
} kinds[] = {
    {"Metaspace", read_metaspace}, {"WhitespaceSplit", read_spaces}, {"Split", read_split}, {"ByteLevel", read_bytes},
};

static int read_step(descry_cutter *c, const json_t *json, int depth, const char *name, descry_error *err)
{
    const char *type = json_string_value(json_object_get(json, "type"));
    if (!type || depth == DEPTH || c->count + 1 >= MOST_STEPS)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: pre_tokenizer is %s", name, type ? "too long" : "without a type");
    if (strcmp(type, "Sequence") == 0) {
        const json_t *list = json_object_get(json, "pretokenizers");
        int rc = 0;
        for (size_t i = 0; i < json_array_size(list) && !rc; i++)
            rc = read_step(c, json_array_get(list, i), depth + 1, name, err);
        return rc;
    }
    if (strcmp(type, "BertPreTokenizer") == 0) { /* two in one */
        read_spaces(&c->steps[c->count++], json, name, err);
        return read_punctuation(&c->steps[c->count++], json, name, err);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            return kinds[i].read(&c->steps[c->count++], json, name, err);
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: pre_tokenizer %.40s is not supported", name, type);
}

int descry_cutter_read(descry_cutter *c, const json_t *json, const char *name, descry_error *err)
{
    *c = (descry_cutter){0};
    if (!json || json_is_null(json))
        return 0;
    if (!(c->steps = calloc(MOST_STEPS, sizeof *c->steps)))
        return descry_fail_memory(err);
    int rc = read_step(c, json, 0, name, err);
    if (rc)
        descry_cutter_free(c);
    return rc;
}

int descry_cutter_apply(const descry_cutter *c, descry_text *text, bool first, descry_pieces *pieces, descry_error *err)
{
    descry_text_take(&pieces->text, text);
    int rc = end_piece(pieces, first, err);
    for (size_t i = 0; i < c->count && !rc; i++) {
        descry_pieces next = {0};
        for (size_t k = 0; k < pieces->count && !rc; k++) {
            const struct descry_piece *p = &pieces->pieces[k];
            rc = c->steps[i].cut(&c->steps[i], pieces->text.data + p->begin, p->end - p->begin, p->first, &next, err);
        }
        descry_pieces_free(pieces);
        *pieces = next;
    }
    return rc;
}

bool descry_cutter_is_bytes(const descry_cutter *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->steps[i].cut == cut_bytes)
            return true;
    return false;
}

void descry_pieces_free(descry_pieces *p)
{
    descry_text_free(&p->text);
    free(p->pieces);
    *p = (descry_pieces){0};
}

void descry_cutter_free(descry_cutter *c)
{
    for (size_t i = 0; i < c->count; i++)
        descry_text_free(&c->steps[i].pattern);
    free(c->steps);
    *c = (descry_cutter){0};
}
