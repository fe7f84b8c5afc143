/* SPDX-License-Identifier: Apache-2.0
 * As convert_slow_tokenizer.py of transformers 4.55, whose classes look at the pieces, the kind of model and the table of
 * replacements, not at add_dummy_prefix, remove_extra_whitespaces and escape_whitespaces: what they do is fixed. */
#include "text/sentencepiece.h"

#include "base/error.h"
#include "text/piece_file.h"
#include "text/vocabulary.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum {
    MOST_EXTRA = 1000,
    MOST_ADDED = 1 << 16,
    MOST_MERGES = 1 << 23,
    LONGEST_MERGED = 512 /* bytes: there is a search for each place to cut them */
};

static const char blank[] = "\u2581";

typedef descry_file_piece piece;

/* ---- classes of tokenizers --------------------------------------------------------------------------------------------- */

typedef enum class { T5, XLM_ROBERTA, GEMMA } class;

static const char *const defaults[][8][2] = {
    [T5] = {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}},
    [XLM_ROBERTA] = {{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"sep_token", "</s>"}, {"cls_token", "<s>"},
                     {"unk_token", "<unk>"}, {"pad_token", "<pad>"}, {"mask_token", "<mask>"}},
    [GEMMA] = {{"bos_token", "<bos>"}, {"eos_token", "<eos>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"},
               {"tokenizer_class", "GemmaTokenizer"}},
};

static int find_class(class *c, const json_t *config, const char *name, descry_error *err)
{
    static const struct {
        const char *name;
        class class;
    } names[] = {{"T5Tokenizer", T5}, {"MT5Tokenizer", T5}, {"XLMRobertaTokenizer", XLM_ROBERTA}, {"GemmaTokenizer", GEMMA}},
      files[] = {{"spiece.model", T5}, {"sentencepiece.bpe.model", XLM_ROBERTA}, {"tokenizer.model", GEMMA}};
    const char *wanted = json_string_value(json_object_get(config, "tokenizer_class")), *slash = strrchr(name, '/');
    for (size_t i = 0; wanted && i < sizeof names / sizeof *names; i++) {
        size_t size = strlen(names[i].name);
        if (strncmp(wanted, names[i].name, size) == 0 && (!wanted[size] || strcmp(wanted + size, "Fast") == 0)) {
            *c = names[i].class;
            return 0;
        }
    }
    for (size_t i = 0; !wanted && i < sizeof files / sizeof *files; i++)
        if (strcmp(slash ? slash + 1 : name, files[i].name) == 0) {
            *c = files[i].class;
            return 0;
        }
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: without a tokenizer.json, tokenizer_class %.60s is not supported",
                       name, wanted ? wanted : "null");
}

/* Values are borrowed; a failed allocation of json_string is one of json_object_set_new. */
static int complete_config(json_t *config, class c, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; defaults[c][i][0] && !rc; i++)
        if (!json_object_get(config, defaults[c][i][0]))
            rc = json_object_set_new(config, defaults[c][i][0], json_string(defaults[c][i][1]));
    return rc ? descry_fail_memory(err) : 0;
}

/* "<pad>", or {"content": "<pad>", ...}; NULL: none. */
static const char *token_text(const json_t *token)
{
    return json_string_value(json_is_object(token) ? json_object_get(token, "content") : token);
}

/* ---- pieces by id ---------------------------------------------------------------------------------------------------- */

typedef struct conversion {
    descry_piece_file m;
    class class;
    const json_t *config;
    int extra;              /* T5's tokens <extra_id_N> */
    piece *tokens;          /* [count] by id: what the class makes of the pieces */
    size_t count;
    descry_vocabulary ids, pieces; /* of tokens; of the file, with a tab that it has as a byte */
    json_t *added;
    uint32_t *places;       /* by id: in `added`, plus 1; 0: not there */
    char extra_names[MOST_EXTRA][24];
} conversion;

static void put_token(conversion *c, const char *text, double score)
{
    c->tokens[c->count++] = (piece){.text = text, .size = strlen(text), .score = score, .type = DESCRY_PIECE_NORMAL};
}

/* XLM-R has fairseq's first four ids for the file's first three, and one more at the end; T5 has its extra tokens there; Gemma
 * the configuration's names for the first three, and a tab for its byte if it has none. */
static int place_pieces(conversion *c, descry_error *err)
{
    static const char *const fairseq[] = {"<s>", "<pad>", "</s>", "<unk>"};
    static const char *const gemma[] = {"pad_token", "eos_token", "bos_token"};
    const descry_piece_file *m = &c->m;
    size_t tab = SIZE_MAX, skipped = c->class == T5 ? 0 : 3;
    bool has_tab = false;
    c->tokens = descry_alloc(m->count + MOST_EXTRA + 8, sizeof *c->tokens);
    c->places = calloc(m->count + MOST_EXTRA + 8 + MOST_ADDED, sizeof *c->places);
    if (!c->tokens || !c->places)
        return descry_fail_memory(err);
    for (size_t i = 0; c->class == XLM_ROBERTA && i < 4; i++)
        put_token(c, fairseq[i], 0);
    for (size_t i = 0; c->class == GEMMA && i < 3; i++) {
        const char *text = token_text(json_object_get(c->config, gemma[i]));
        if (!text)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: tokenizer_config.json has no %s", m->name, gemma[i]);
        put_token(c, text, 0);
    }
    for (size_t i = skipped; i < m->count; i++) {
        const piece *p = &m->pieces[i];
        has_tab |= p->size == 1 && p->text[0] == '\t';
        if (tab == SIZE_MAX && p->size == 6 && memcmp(p->text, "<0x09>", 6) == 0)
            tab = c->count;
        c->tokens[c->count++] = *p;
    }
    if (c->class == GEMMA && !has_tab && tab != SIZE_MAX)
        c->tokens[tab] = (piece){.text = "\t", .size = 1, .type = DESCRY_PIECE_NORMAL};
    for (int i = c->extra - 1; i >= 0; i--) {
        snprintf(c->extra_names[i], sizeof c->extra_names[i], "<extra_id_%d>", i);
        put_token(c, c->extra_names[i], 0);
    }
    if (c->class == XLM_ROBERTA)
        put_token(c, "<mask>", 0);
    return 0;
}

static int index_pieces(conversion *c, descry_error *err)
{
    const descry_piece_file *m = &c->m;
    int rc = 0;
    for (size_t i = 0; i < m->count && !rc; i++) {
        const piece *p = &m->pieces[i];
        if (descry_vocabulary_find(&c->pieces, p->text, p->size) >= 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: piece %zu is there twice", m->name, i);
        rc = descry_vocabulary_add(&c->pieces, p->text, p->size, (int64_t)i, m->name, err);
    }
    if (!rc && c->class == GEMMA && descry_vocabulary_find(&c->pieces, "\t", 1) < 0)
        rc = descry_vocabulary_add(&c->pieces, "\t", 1, (int64_t)m->count, m->name, err);
    for (size_t i = 0; i < c->count && !rc; i++)
        rc = descry_vocabulary_add(&c->ids, c->tokens[i].text, c->tokens[i].size, (int64_t)i, m->name, err);
    return rc;
}

/* ---- "model" ------------------------------------------------------------------------------------------------------- */

/* All that is put together below is NULL when memory is short, which a container tells of what it is to contain. */
static json_t *text(const char *bytes, size_t size)
{
    return json_stringn_nocheck(bytes, size); /* UTF-8, as was checked, or as Jansson did */
}

static json_t *make_unigram(const conversion *c)
{
    json_t *list = json_array();
    int rc = list ? 0 : -1;
    for (size_t i = 0; i < c->count && !rc; i++) {
        const piece *p = &c->tokens[i];
        rc = json_array_append_new(list, json_pack("[o, o]", text(p->text, p->size), json_real(p->score)));
    }
    if (rc) {
        json_decref(list);
        return NULL;
    }
    return json_pack("{s:s, s:I, s:b, s:o}", "type", "Unigram", "unk_id", (json_int_t)(c->class == T5 ? c->m.unknown_id : 3),
                     "byte_fallback", c->class == GEMMA, "vocab", list);
}

typedef struct merge {
    uint32_t token, cut, left, right; /* the token's id, and where it is cut: in bytes; in characters: its halves */
    double score;
} merge;

/* The best score first, then the longest halves; what is equal keeps its order. */
static int by_rank(const void *one, const void *other)
{
    const merge *a = one, *b = other;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->left != b->left)
        return a->left > b->left ? -1 : 1;
    if (a->right != b->right)
        return a->right > b->right ? -1 : 1;
    return (a->token > b->token) - (a->token < b->token);
}

/* Every way to make a token of two pieces. */
static int find_merges(const conversion *c, merge **out, size_t *count, descry_error *err)
{
    size_t capacity = 0;
    for (size_t i = 0; i < c->count; i++) {
        const piece *p = &c->tokens[i];
        const uint8_t *bytes = (const uint8_t *)p->text;
        uint32_t hash = DESCRY_VOCABULARY_HASH;
        if (p->size > LONGEST_MERGED)
            return descry_fail(err, DESCRY_ERR_LIMIT, "%s: token %zu is %zu bytes long", c->m.name, i, p->size);
        for (size_t at = 1; at < p->size; at++) {
            hash = descry_vocabulary_more(hash, bytes[at - 1]);
            if ((bytes[at] & 0xC0) == 0x80 || descry_vocabulary_find_hashed(&c->pieces, hash, p->text, at) < 0 ||
                descry_vocabulary_find(&c->pieces, p->text + at, p->size - at) < 0)
                continue;
            if (*count == capacity) {
                capacity = capacity ? 2 * capacity : 4096;
                if (capacity > MOST_MERGES)
                    return descry_fail(err, DESCRY_ERR_LIMIT, "%s: too many merges", c->m.name);
                merge *more = descry_realloc(*out, capacity, sizeof *more);
                if (!more)
                    return descry_fail_memory(err);
                *out = more;
            }
            (*out)[(*count)++] = (merge){(uint32_t)i, (uint32_t)at, (uint32_t)u8_mbsnlen(bytes, at),
                                         (uint32_t)u8_mbsnlen(bytes + at, p->size - at), p->score};
        }
    }
    if (*count)
        qsort(*out, *count, sizeof **out, by_rank);
    return 0;
}

static json_t *make_bpe(const conversion *c, const merge *merges, size_t count)
{
    json_t *vocabulary = json_object(), *list = json_array();
    char key[LONGEST_MERGED + 1];
    int rc = vocabulary && list ? 0 : -1;
    for (size_t i = 0; i < c->count && !rc; i++) {
        memcpy(key, c->tokens[i].text, c->tokens[i].size); /* none is longer, or has a NUL */
        key[c->tokens[i].size] = 0;
        rc = json_object_set_new_nocheck(vocabulary, key, json_integer((json_int_t)i));
    }
    for (size_t i = 0; i < count && !rc; i++) {
        const piece *p = &c->tokens[merges[i].token];
        rc = json_array_append_new(list, json_pack("[o, o]", text(p->text, merges[i].cut),
                                                   text(p->text + merges[i].cut, p->size - merges[i].cut)));
    }
    if (rc) {
        json_decref(vocabulary);
        json_decref(list);
        return NULL;
    }
    return json_pack("{s:s, s:o, s:b, s:b, s:o, s:o}", "type", "BPE", "unk_token", text(c->m.unknown.text, c->m.unknown.size),
                     "fuse_unk", 1, "byte_fallback", c->class == GEMMA, "vocab", vocabulary, "merges", list);
}

static int make_model(const conversion *c, json_t **out, descry_error *err)
{
    merge *merges = NULL;
    size_t count = 0;
    int rc = c->m.type == DESCRY_PIECES_BPE ? find_merges(c, &merges, &count, err) : 0;
    if (!rc && !(*out = c->m.type == DESCRY_PIECES_BPE ? make_bpe(c, merges, count) : make_unigram(c)))
        rc = descry_fail_memory(err);
    free(merges);
    return rc;
}

/* ---- "added_tokens" ---------------------------------------------------------------------------------------------------- */

static json_t *make_token(int64_t id, const char *content, size_t size, const json_t *flags, bool special)
{
    static const char *const names[] = {"single_word", "lstrip", "rstrip", "normalized"};
    json_t *token = json_pack("{s:I, s:o, s:b}", "id", (json_int_t)id, "content", text(content, size), "special", (int)special);
    for (size_t i = 0; token && i < sizeof names / sizeof *names; i++)
        if (json_object_set_new(token, names[i], json_boolean(json_is_true(json_object_get(flags, names[i]))))) {
            json_decref(token);
            token = NULL;
        }
    return token;
}

/* What is there already is changed, or, if `keep`, left as it is. */
static int add_token(conversion *c, const char *content, size_t size, const json_t *flags, bool special, bool keep,
                     descry_error *err)
{
    int64_t id = descry_vocabulary_find(&c->ids, content, size);
    size_t count = json_array_size(c->added);
    int rc = 0;
    if (size == 0 || (id >= 0 && keep && c->places[id]))
        return 0;
    if (count == MOST_ADDED)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: too many special tokens", c->m.name);
    if (id < 0)
        rc = descry_vocabulary_add(&c->ids, content, size, id = (int64_t)c->ids.count, c->m.name, err);
    if (rc)
        return rc;
    json_t *token = make_token(id, content, size, flags, special);
    rc = c->places[id] ? json_array_set_new(c->added, c->places[id] - 1, token) : json_array_append_new(c->added, token);
    if (!rc && !c->places[id])
        c->places[id] = (uint32_t)count + 1;
    return rc ? descry_fail_memory(err) : 0;
}

static int add_value(conversion *c, const json_t *value, bool special, bool keep, descry_error *err)
{
    const json_t *content = json_is_object(value) ? json_object_get(value, "content") : value;
    if (!json_is_string(content))
        return 0;
    return add_token(c, json_string_value(content), json_string_length(content), value, special, keep, err);
}

/* "added_tokens_decoder": {"0": {"content": "<pad>", ...}, ...}, in the order of numbers. */
static int add_decoder(conversion *c, const json_t *decoder, descry_error *err)
{
    size_t found = 0, count = json_object_size(decoder);
    char key[16];
    int rc = 0;
    for (int id = 0; found < count && id < DESCRY_MAX_TOKENS && !rc; id++) {
        snprintf(key, sizeof key, "%d", id);
        const json_t *value = json_object_get(decoder, key);
        found += value != NULL;
        if (value)
            rc = add_value(c, value, json_is_true(json_object_get(value, "special")), false, err);
    }
    return rc;
}

/* A token that the class calls by a name; XLM-R's mask takes the space before it. */
static int add_named(conversion *c, const char *key, descry_error *err)
{
    const json_t *value = json_object_get(c->config, key);
    if (c->class != XLM_ROBERTA || strcmp(key, "mask_token") != 0 || !json_is_string(value))
        return add_value(c, value, true, true, err);
    json_t *flags = json_pack("{s:b, s:b}", "lstrip", 1, "normalized", 1);
    int rc = flags ? add_token(c, json_string_value(value), json_string_length(value), flags, true, true, err)
                   : descry_fail_memory(err);
    json_decref(flags);
    return rc;
}

static int add_tokens(conversion *c, descry_error *err)
{
    static const char *const turns[] = {"<start_of_turn>", "<end_of_turn>"};
    const json_t *more = json_object_get(c->config, "additional_special_tokens");
    bool named = false;
    int rc = 0;
    for (size_t i = 0; i < c->m.count && !rc; i++) {
        const piece *p = &c->m.pieces[i];
        bool special = p->type == DESCRY_PIECE_CONTROL;
        for (size_t t = 0; c->class == GEMMA && t < 2; t++)
            special |= p->size == strlen(turns[t]) && memcmp(p->text, turns[t], p->size) == 0;
        if (p->type == DESCRY_PIECE_CONTROL || p->type == DESCRY_PIECE_DEFINED)
            rc = add_token(c, p->text, p->size, NULL, special, false, err);
    }
    if (!rc)
        rc = add_decoder(c, json_object_get(c->config, "added_tokens_decoder"), err);
    for (size_t i = 0; defaults[c->class][i][0] && !rc; i++)
        if (strcmp(defaults[c->class][i][0], "tokenizer_class") != 0)
            rc = add_named(c, defaults[c->class][i][0], err);
    for (size_t i = 0; i < json_array_size(more) && !rc; i++) {
        const char *content = token_text(json_array_get(more, i));
        named |= content && strstr(content, "<extra_id_");
        rc = add_value(c, json_array_get(more, i), true, true, err);
    }
    for (int i = 0; i < c->extra && !named && !rc; i++)
        rc = add_token(c, c->extra_names[i], strlen(c->extra_names[i]), NULL, true, true, err);
    return rc;
}

/* ---- the other parts --------------------------------------------------------------------------------------------------- */

/* RFC 4648, section 4 */
static json_t *base64(const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = descry_alloc(size / 3 + 1, 4);
    size_t n = 0;
    if (!out)
        return NULL;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= i + 2 < size ? bytes[i + 2] : 0;
        for (unsigned k = 0; k < 4; k++)
            out[n++] = i + k <= size ? digits[three >> (18 - 6 * k) & 63] : '=';
    }
    json_t *json = text(out, n);
    free(out);
    return json;
}

static json_t *make_normalizer(const conversion *c)
{
    const piece *map = &c->m.charsmap;
    if (c->class == GEMMA)
        return json_pack("{s:s, s:{s:s}, s:s}", "type", "Replace", "pattern", "String", " ", "content", blank);
    json_t *json = json_pack("{s:s, s:[{s:s, s:b, s:b}, {s:s, s:{s:s}, s:s}]}", "type", "Sequence", "normalizers",
                             "type", "Strip", "strip_left", 0, "strip_right", 1,
                             "type", "Replace", "pattern", "Regex", " {2,}", "content", blank);
    if (json && map->size &&
        json_array_insert_new(json_object_get(json, "normalizers"), 0,
                              json_pack("{s:s, s:o}", "type", "Precompiled", "precompiled_charsmap",
                                        base64((const uint8_t *)map->text, map->size)))) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static json_t *make_cutter(const conversion *c)
{
    bool t5 = c->class == T5, first = t5 && json_is_false(json_object_get(c->config, "legacy"));
    bool never = t5 && json_is_false(json_object_get(c->config, "add_prefix_space"));
    if (c->class == GEMMA)
        return json_pack("{s:s, s:{s:s}, s:s}", "type", "Split", "pattern", "String", " ", "behavior", "MergedWithPrevious");
    return json_pack("{s:s, s:s, s:s}", "type", "Metaspace", "replacement", blank, "prepend_scheme",
                     never ? "never" : first ? "first" : "always");
}

/* Gemma's is by the configuration, as hub.c has it of its class. */
static json_t *make_around(const conversion *c)
{
    int32_t start = descry_vocabulary_find(&c->ids, "<s>", 3), end = descry_vocabulary_find(&c->ids, "</s>", 4);
    if (c->class == GEMMA)
        return json_null();
    json_t *single = c->class == T5 ? json_pack("[{s:{s:s}}, {s:{s:s}}]", "Sequence", "id", "A", "SpecialToken", "id", "</s>")
                                    : json_pack("[{s:{s:s}}, {s:{s:s}}, {s:{s:s}}]", "SpecialToken", "id", "<s>",
                                                "Sequence", "id", "A", "SpecialToken", "id", "</s>");
    return json_pack("{s:s, s:o, s:{s:{s:[i]}, s:{s:[i]}}}", "type", "TemplateProcessing", "single", single, "special_tokens",
                     "<s>", "ids", (int)start, "</s>", "ids", (int)end);
}

static int convert(conversion *c, json_t **file, descry_error *err)
{
    const json_t *extra = json_object_get(c->config, "extra_ids");
    json_t *subwords = NULL;
    c->extra = 0;
    if (c->class == T5)
        c->extra = json_is_number(extra) ? (int)fmin(fmax(json_number_value(extra), -1), MOST_EXTRA + 1) : 100;
    if (c->extra < 0 || c->extra > MOST_EXTRA)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: tokenizer_config.json: extra_ids is out of range", c->m.name);
    int rc = place_pieces(c, err);
    if (!rc)
        rc = index_pieces(c, err);
    if (!rc)
        rc = add_tokens(c, err);
    if (!rc && c->class != GEMMA && descry_vocabulary_find(&c->ids, "</s>", 4) < 0)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: has no </s>", c->m.name);
    if (!rc)
        rc = make_model(c, &subwords, err);
    if (rc)
        return rc;
    *file = json_pack("{s:o, s:o, s:o, s:o, s:O}", "model", subwords, "normalizer", make_normalizer(c), "pre_tokenizer",
                      make_cutter(c), "post_processor", make_around(c), "added_tokens", c->added);
    return *file ? 0 : descry_fail_memory(err);
}

int descry_sentencepiece_convert(json_t **file, json_t *config, const descry_buf *bytes, const char *name, descry_error *err)
{
    *file = NULL;
    conversion *c = calloc(1, sizeof *c);
    if (!c)
        return descry_fail_memory(err);
    c->config = config;
    int rc = (c->added = json_array()) ? find_class(&c->class, config, name, err) : descry_fail_memory(err);
    if (!rc)
        rc = complete_config(config, c->class, err);
    if (!rc)
        rc = descry_piece_file_read(&c->m, bytes, name, err);
    if (!rc)
        rc = convert(c, file, err);
    json_decref(c->added);
    descry_vocabulary_free(&c->ids);
    descry_vocabulary_free(&c->pieces);
    free(c->tokens);
    free(c->places);
    descry_piece_file_free(&c->m);
    free(c);
    return rc;
}
