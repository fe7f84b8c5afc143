/* SPDX-License-Identifier: Apache-2.0 */
#include "text/hub.h"

#include "base/error.h"
#include "base/json.h"
#include "text/added.h"
#include "text/pieces.h"
#include "text/sentencepiece.h"
#include "text/subwords.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <unistr.h>

enum { MAX_FILE = 1 << 27, MAX_CONFIG = 1 << 24, MOST_AROUND = 16 };

typedef struct around {
    int32_t ids[MOST_AROUND];
    size_t count;
} around;

typedef struct hub {
    descry_tokenizer base;
    descry_hub_use use;
    int32_t separator; /* -1: none */
    descry_normalizer normalizer;
    descry_added added;
    descry_cutter cutter;
    descry_subwords *subwords;
    around before, after; /* a text's ids */
} hub;

static void close_hub(descry_tokenizer *tokenizer)
{
    hub *h = (hub *)tokenizer;
    descry_normalizer_free(&h->normalizer);
    descry_added_free(&h->added);
    descry_cutter_free(&h->cutter);
    descry_subwords_close(&h->subwords);
    free(h);
}

/* ---- encoding ------------------------------------------------------------------------------------------------------ */

typedef struct run {
    const hub *h;
    const uint32_t *text; /* in which what is cut lies */
    bool first;           /* it is where the user's text begins */
    descry_ids ids;
    size_t room;          /* more ids than that are of no use */
    descry_error *err;
} run;

static int put_piece(run *r, const uint32_t *in, size_t n)
{
    size_t size;
    uint8_t *utf8 = u32_to_u8(in, n, NULL, &size);
    if (!utf8)
        return descry_fail_memory(r->err);
    int rc = r->h->subwords->encode(r->h->subwords, (const char *)utf8, size, &r->ids, r->err);
    free(utf8);
    return rc;
}

/* Of a normalised text. */
static int put_part(void *arg, const descry_added_token *token, size_t begin, size_t end)
{
    run *r = arg;
    if (r->ids.size >= r->room)
        return 0;
    if (token)
        return descry_ids_put(&r->ids, token->id, r->err);
    descry_text part = {0};
    descry_pieces pieces = {0};
    int rc = descry_text_put_all(&part, r->text + begin, end - begin, r->err);
    if (!rc)
        rc = descry_cutter_apply(&r->h->cutter, &part, r->first && begin == 0, &pieces, r->err);
    for (size_t i = 0; i < pieces.count && r->ids.size < r->room && !rc; i++)
        rc = put_piece(r, pieces.text.data + pieces.pieces[i].begin, pieces.pieces[i].end - pieces.pieces[i].begin);
    descry_text_free(&part);
    descry_pieces_free(&pieces);
    return rc;
}

/* Of the text as it was given. */
static int put_given(void *arg, const descry_added_token *token, size_t begin, size_t end)
{
    run *r = arg;
    if (token)
        return descry_ids_put(&r->ids, token->id, r->err);
    const uint32_t *given = r->text;
    descry_text part = {0};
    int rc = descry_text_put_all(&part, given + begin, end - begin, r->err);
    if (!rc)
        rc = descry_normalizer_apply(&r->h->normalizer, &part, r->err);
    r->text = part.data;
    r->first = begin == 0;
    if (!rc)
        rc = descry_added_find(&r->h->added, true, part.data, part.size, put_part, r);
    r->text = given;
    descry_text_free(&part);
    return rc;
}

static int encode(const descry_tokenizer *t, const char *text, size_t length, size_t room, int32_t *ids, size_t *count,
                  descry_error *err)
{
    const hub *h = (const hub *)t;
    size_t specials = h->before.count + h->after.count, n = 0;
    if (room < specials)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a context of %zu ids has no room for a text", room);
    run r = {.h = h, .room = room - specials, .err = err};
    descry_text clean = {0};
    int rc = descry_text_decode(&clean, text, length, err);
    if (!rc)
        rc = descry_text_clean(&clean, h->use.cleaning, err);
    r.text = clean.data;
    if (!rc)
        rc = descry_added_find(&h->added, false, clean.data, clean.size, put_given, &r);
    for (size_t i = 0; i < h->before.count && !rc; i++)
        ids[n++] = h->before.ids[i];
    for (size_t i = 0; i < r.ids.size && i < r.room && !rc; i++)
        ids[n++] = r.ids.data[i];
    for (size_t i = 0; i < h->after.count && !rc; i++)
        ids[n++] = h->after.ids[i];
    for (size_t i = 0; i < n && h->use.strip_sep; i++)
        if (ids[i] == h->separator)
            ids[i] = 0;
    *count = n;
    descry_text_free(&clean);
    descry_ids_free(&r.ids);
    return rc;
}

/* ---- decoding ------------------------------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) % 16 : -1;
}

/* What "<0x0A>" stands for; -1: it is no such token. */
static int byte_of(const char *token, size_t size)
{
    bool is = size == 6 && memcmp(token, "<0x", 3) == 0 && token[5] == '>';
    int high = is ? hex_digit(token[3]) : -1, low = is ? hex_digit(token[4]) : -1;
    return high < 0 || low < 0 ? -1 : 16 * high + low;
}

/* One token as it is read: "▁" is a space, "<0x0A>" a byte, "##" goes on with a word, which otherwise begins with a
 * space; or, byte for byte, characters. */
static int put_token(const hub *h, const char *token, size_t size, descry_buf *out, descry_error *err)
{
    static const char space[] = "\u2581";
    int rc = 0;
    if (descry_cutter_is_bytes(&h->cutter)) {
        descry_text text = {0};
        rc = descry_text_decode(&text, token, size, err);
        for (size_t i = 0; i < text.size && !rc; i++)
            for (unsigned b = 0; b < 256 && !rc; b++)
                if (descry_byte_character((uint8_t)b) == text.data[i])
                    rc = descry_buf_append(out, &(char){(char)b}, 1, err);
        descry_text_free(&text);
        return rc;
    }
    const char *more = h->subwords->continues;
    if (more) {
        bool inside = size > strlen(more) && memcmp(token, more, strlen(more)) == 0;
        rc = inside || out->size == 0 ? 0 : descry_buf_append(out, " ", 1, err);
        return rc ? rc : descry_buf_append(out, inside ? token + strlen(more) : token, inside ? size - strlen(more) : size, err);
    }
    int byte = byte_of(token, size);
    if (byte >= 0)
        return descry_buf_append(out, &(char){(char)byte}, 1, err);
    for (size_t i = 0; i < size && !rc;) {
        bool blank = size - i >= 3 && memcmp(token + i, space, 3) == 0;
        rc = descry_buf_append(out, blank ? " " : token + i, 1, err);
        i += blank ? 3 : 1;
    }
    return rc;
}

static int decode(const descry_tokenizer *t, const int32_t *ids, size_t count, descry_buf *out, descry_error *err)
{
    const hub *h = (const hub *)t;
    descry_buf bytes = {0};
    descry_text text = {0};
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++) {
        size_t size;
        const char *token = descry_vocabulary_text(&h->subwords->vocabulary, ids[i], &size);
        if (token && !descry_vocabulary_text(&h->added.names, ids[i], &(size_t){0}))
            rc = put_token(h, token, size, &bytes, err);
    }
    if (!rc)
        rc = descry_text_decode(&text, bytes.size ? bytes.data : "", bytes.size, err);
    for (size_t i = text.size && text.data[0] == ' '; i < text.size && !rc; i++) {
        uint8_t utf8[6];
        int n = u8_uctomb(utf8, text.data[i], sizeof utf8);
        rc = descry_buf_append(out, utf8, n > 0 ? (size_t)n : 0, err);
    }
    descry_buf_free(&bytes);
    descry_text_free(&text);
    return rc;
}

/* ---- reading: special tokens around a text --------------------------------------------------------------------------- */

static int32_t find_token(const hub *h, const char *token)
{
    int32_t id = descry_vocabulary_find(&h->added.names, token, strlen(token));
    return id >= 0 ? id : descry_vocabulary_find(&h->subwords->vocabulary, token, strlen(token));
}

static int put_around(around *a, int64_t id, const char *name, descry_error *err)
{
    if (a->count == MOST_AROUND || id < 0 || id >= DESCRY_MAX_TOKENS)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: post_processor has a token too many, or one that is none", name);
    a->ids[a->count++] = (int32_t)id;
    return 0;
}

/* "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}, ...] */
static int read_template(hub *h, const json_t *json, const char *name, descry_error *err)
{
    const json_t *single = json_object_get(json, "single"), *tokens = json_object_get(json, "special_tokens");
    size_t texts = 0;
    int rc = 0;
    for (size_t i = 0; i < json_array_size(single) && !rc; i++) {
        const json_t *part = json_array_get(single, i), *special = json_object_get(part, "SpecialToken");
        const char *token = json_string_value(json_object_get(special, "id"));
        const json_t *ids = json_object_get(json_object_get(tokens, token ? token : ""), "ids");
        if (!special)
            texts++;
        else if (!token || json_array_size(ids) == 0)
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: post_processor.single has a token without ids", name);
        for (size_t k = 0; special && k < json_array_size(ids) && !rc; k++) {
            const json_t *id = json_array_get(ids, k);
            rc = put_around(texts ? &h->after : &h->before, json_is_integer(id) ? json_integer_value(id) : -1, name, err);
        }
    }
    return !rc && texts != 1 ? descry_fail(err, DESCRY_ERR_FORMAT, "%s: post_processor.single has %zu texts", name, texts) : rc;
}

/* "cls": ["[CLS]", 101], "sep": ["[SEP]", 102] */
static int read_pair(hub *h, const json_t *json, const char *name, descry_error *err)
{
    const json_t *cls = json_array_get(json_object_get(json, "cls"), 1), *sep = json_array_get(json_object_get(json, "sep"), 1);
    int rc = put_around(&h->before, json_is_integer(cls) ? json_integer_value(cls) : -1, name, err);
    return rc ? rc : put_around(&h->after, json_is_integer(sep) ? json_integer_value(sep) : -1, name, err);
}

static int read_around(hub *h, const json_t *json, int depth, const char *name, descry_error *err)
{
    if (!json || json_is_null(json))
        return 0;
    const char *type = json_string_value(json_object_get(json, "type"));
    const json_t *list = json_object_get(json, "processors");
    if (!type || depth > 4)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: post_processor has no type", name);
    if (strcmp(type, "TemplateProcessing") == 0)
        return read_template(h, json, name, err);
    if (strcmp(type, "RobertaProcessing") == 0 || strcmp(type, "BertProcessing") == 0)
        return read_pair(h, json, name, err);
    if (strcmp(type, "ByteLevel") == 0) /* says where tokens were in a text, no more */
        return 0;
    if (strcmp(type, "Sequence") != 0)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: post_processor %.40s is not supported", name, type);
    int rc = 0;
    for (size_t i = 0; i < json_array_size(list) && !rc; i++)
        rc = read_around(h, json_array_get(list, i), depth + 1, name, err);
    return rc;
}

/* ---- reading: tokenizer_config.json ---------------------------------------------------------------------------------- */

/* {"pad_token": "<pad>"}, or {"pad_token": {"content": "<pad>"}} */
static int32_t named_token(const hub *h, const json_t *config, const char *key)
{
    const json_t *value = json_object_get(config, key);
    const char *token = json_string_value(json_is_object(value) ? json_object_get(value, "content") : value);
    return token ? find_token(h, token) : -1;
}

/* The first of those by which transformers' classes call it. */
static int32_t usual_token(const hub *h, const char *const *names)
{
    int32_t id = -1;
    for (; *names && id < 0; names++)
        id = find_token(h, *names);
    return id;
}

/* Gemma's class puts tokens around texts as its configuration says, whatever tokenizer.json does. */
static int read_gemma(hub *h, const json_t *config, const char *name, descry_error *err)
{
    const char *class = json_string_value(json_object_get(config, "tokenizer_class"));
    const json_t *bos = json_object_get(config, "add_bos_token"), *eos = json_object_get(config, "add_eos_token");
    if (!class || strncmp(class, "Gemma", 5) != 0)
        return 0;
    h->before.count = h->after.count = 0;
    int rc = json_is_false(bos) ? 0 : put_around(&h->before, named_token(h, config, "bos_token"), name, err);
    return rc || !json_is_true(eos) ? rc : put_around(&h->after, named_token(h, config, "eos_token"), name, err);
}

/* NLLB's class puts the language of its configuration, or English, before a text and an end behind it, or both behind it,
 * whatever tokenizer.json does. */
static int read_nllb(hub *h, const json_t *config, const char *name, descry_error *err)
{
    static const char *const english[] = {"eng_Latn", NULL}, *const ends[] = {"</s>", NULL};
    const char *class = json_string_value(json_object_get(config, "tokenizer_class"));
    if (!class || strncmp(class, "Nllb", 4) != 0)
        return 0;
    bool behind = json_is_true(json_object_get(config, "legacy_behaviour"));
    const json_t *source = json_object_get(config, "src_lang");
    int32_t language = source && !json_is_null(source) ? named_token(h, config, "src_lang") : usual_token(h, english);
    int32_t end = json_object_get(config, "eos_token") ? named_token(h, config, "eos_token") : usual_token(h, ends);
    h->before.count = h->after.count = 0;
    int rc = put_around(&h->after, end, name, err);
    return rc ? rc : put_around(behind ? &h->after : &h->before, language, name, err);
}

/* Where padding is, in this order, by the configuration, by the file, by the class: Gemma's alone is on the left. */
static int read_side(hub *h, const json_t *file, const json_t *config, const char *name, descry_error *err)
{
    const char *class = json_string_value(json_object_get(config, "tokenizer_class"));
    const json_t *given = json_object_get(config, "padding_side"), *own = json_object_get(json_object_get(file, "padding"), "direction");
    const json_t *value = given ? given : own;
    const char *side = value ? json_string_value(value) : class && strncmp(class, "Gemma", 5) == 0 ? "left" : "right";
    if (!side || (strcasecmp(side, "left") != 0 && strcasecmp(side, "right") != 0))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: padding is neither left nor right", name);
    h->base.pads_left = strcasecmp(side, "left") == 0;
    return 0;
}

static int read_config(hub *h, const json_t *file, const json_t *config, const char *name, descry_error *err)
{
    static const char *const pads[] = {"<pad>", "[PAD]", NULL}, *const separators[] = {"[SEP]", "</s>", NULL};
    const json_t *padding = json_object_get(json_object_get(file, "padding"), "pad_id");
    int32_t pad = named_token(h, config, "pad_token");
    if (pad < 0 && json_is_integer(padding) && json_integer_value(padding) >= 0 && json_integer_value(padding) < DESCRY_MAX_TOKENS)
        pad = (int32_t)json_integer_value(padding);
    h->base.pad = pad >= 0 ? pad : usual_token(h, pads);
    h->separator = named_token(h, config, "sep_token");
    h->separator = h->separator >= 0 ? h->separator : usual_token(h, separators);
    if (h->base.pad < 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: there is no token to pad with", name);
    int rc = read_gemma(h, config, name, err);
    if (!rc)
        rc = read_nllb(h, config, name, err);
    return rc ? rc : read_side(h, file, config, name, err);
}

/* ---- opening ------------------------------------------------------------------------------------------------------- */

static int max_id(const hub *h)
{
    size_t count = h->subwords->vocabulary.count > h->added.names.count ? h->subwords->vocabulary.count : h->added.names.count;
    int most = (int)count - 1;
    const around *const arounds[] = {&h->before, &h->after};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < arounds[i]->count; k++)
            most = arounds[i]->ids[k] > most ? arounds[i]->ids[k] : most;
    return h->base.pad > most ? h->base.pad : most;
}

/* Of the file, of what was made of it, if it is not a tokenizer.json, and of what the other file added to it. */
static int make_digest(hub *h, const descry_buf *file, const char *made, descry_error *err)
{
    uint8_t digest[DESCRY_SHA256_SIZE];
    descry_sha256 sha = {0};
    int rc = descry_sha256_open(&sha, err);
    const int32_t facts[] = {h->base.pad, h->separator, h->base.start, h->base.end};
    char text[16];
    if (!rc)
        rc = descry_sha256_add(&sha, file->data, file->size, err);
    if (!rc)
        rc = descry_sha256_add(&sha, made, strlen(made), err);
    for (size_t i = 0; i < sizeof facts / sizeof *facts && !rc; i++) {
        int n = snprintf(text, sizeof text, " %d", (int)facts[i]);
        rc = descry_sha256_add(&sha, text, (size_t)n, err);
    }
    if (!rc && h->base.pads_left)
        rc = descry_sha256_add(&sha, " left", strlen(" left"), err);
    if (!rc)
        rc = descry_sha256_finish(&sha, digest, err);
    descry_sha256_close(&sha);
    if (!rc)
        descry_hex(digest, sizeof digest, h->base.digest);
    return rc;
}

static int read_parts(hub *h, const json_t *file, const json_t *config, const char *name, descry_error *err)
{
    int rc = json_is_object(file) ? 0 : descry_fail(err, DESCRY_ERR_FORMAT, "%s: not an object", name);
    if (!rc)
        rc = descry_normalizer_read(&h->normalizer, json_object_get(file, "normalizer"), name, err);
    if (!rc)
        rc = descry_cutter_read(&h->cutter, json_object_get(file, "pre_tokenizer"), name, err);
    if (!rc)
        rc = descry_added_read(&h->added, json_object_get(file, "added_tokens"), &h->normalizer, name, err);
    if (!rc)
        rc = descry_subwords_read(&h->subwords, json_object_get(file, "model"), name, err);
    if (!rc)
        rc = read_around(h, json_object_get(file, "post_processor"), 0, name, err);
    return rc ? rc : read_config(h, file, config, name, err);
}

static int parse(json_t **json, const descry_buf *bytes, const char *name, size_t flags, descry_error *err)
{
    json_error_t where;
    int code;
    *json = descry_json_load(bytes->data ? bytes->data : "", bytes->size, JSON_ALLOW_NUL | flags, &where, &code);
    if (*json)
        return 0;
    return code == DESCRY_ERR_MEMORY ? descry_fail_memory(err)
                                     : descry_fail(err, DESCRY_ERR_FORMAT, "%s: line %d: %s", name, where.line, where.text);
}

static bool is_pieces(const char *name)
{
    static const char ending[] = ".model";
    size_t size = strlen(name), end = sizeof ending - 1;
    return size >= end && strcmp(name + size - end, ending) == 0;
}

/* The object of a tokenizer.json: of the file itself, or made of SentencePiece's. */
static int parse_either(json_t **file, json_t **config, const descry_buf *bytes, const char *name, descry_error *err)
{
    if (!is_pieces(name))
        return parse(file, bytes, name, 0, err);
    if (!*config && !(*config = json_object()))
        return descry_fail_memory(err);
    return descry_sentencepiece_convert(file, *config, bytes, name, err);
}

/* What was made of SentencePiece's file, without the pieces, which are in it. */
static int describe(char **made, json_t *file, const char *name, descry_error *err)
{
    *made = NULL;
    if (!is_pieces(name))
        return 0;
    json_object_del(file, "model");
    *made = descry_json_dump(file, JSON_COMPACT | JSON_SORT_KEYS);
    return *made ? 0 : descry_fail_memory(err);
}

int descry_hub_tokenizer_parse(descry_tokenizer **out, const descry_buf *bytes, const descry_buf *config_bytes, descry_hub_use use,
                     const char *name, descry_error *err)
{
    static const descry_tokenizer_kind hub_kind = {"Hugging Face's", encode, decode, close_hub};
    json_t *file = NULL, *config = NULL;
    char *made = NULL;
    *out = NULL;
    hub *h = calloc(1, sizeof *h);
    if (!h)
        return descry_fail_memory(err);
    *h = (hub){.base.kind = &hub_kind, .use = use};
    int rc = 0;
    if (config_bytes->size) /* "no limit" is 10^30 there */
        rc = parse(&config, config_bytes, "tokenizer_config.json", JSON_DECODE_INT_AS_REAL, err);
    if (!rc)
        rc = parse_either(&file, &config, bytes, name, err);
    if (!rc)
        rc = read_parts(h, file, config, name, err);
    if (!rc)
        rc = describe(&made, file, name, err);
    json_decref(file);
    json_decref(config);
    if (!rc) {
        h->base.start = h->before.count ? h->before.ids[0] : -1;
        h->base.end = h->after.count ? h->after.ids[h->after.count - 1] : -1;
        h->base.vocab_size = max_id(h) + 1;
        rc = make_digest(h, bytes, made ? made : "", err);
    }
    free(made);
    if (rc)
        close_hub(&h->base);
    else
        *out = &h->base;
    return rc;
}

/* ---- files --------------------------------------------------------------------------------------------------------- */

/* *path = the first file that the folder has a tokenizer in; 0: none, else 1, or an error. */
static int find_file(descry_buf *path, const char *folder, descry_error *err)
{
    static const char *const names[] = {"tokenizer.json", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model"};
    int rc = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names && !rc; i++) {
        path->size = 0;
        rc = descry_buf_printf(path, err, "%s/%s", folder, names[i]);
        if (!rc && access(path->data, R_OK) == 0)
            return 1;
    }
    return rc;
}

int descry_hub_tokenizer_is_in(const char *folder, descry_error *err)
{
    descry_buf path = {0};
    int found = find_file(&path, folder, err);
    descry_buf_free(&path);
    return found;
}

int descry_hub_tokenizer_open(descry_tokenizer **out, const char *folder, descry_hub_use use, descry_error *err)
{
    descry_buf path = {0}, bytes = {0}, config = {0};
    *out = NULL;
    int rc = descry_buf_printf(&path, err, "%s/tokenizer_config.json", folder);
    if (!rc && access(path.data, F_OK) == 0)
        rc = descry_file_read(&config, path.data, MAX_CONFIG, err);
    int found = rc ? rc : find_file(&path, folder, err);
    if (!rc)
        rc = found == 1 ? 0 : found ? found : descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: has no tokenizer", folder);
    if (!rc)
        rc = descry_file_read(&bytes, path.data, MAX_FILE, err);
    if (!rc)
        rc = descry_hub_tokenizer_parse(out, &bytes, &config, use, path.data, err);
    descry_buf_free(&path);
    descry_buf_free(&bytes);
    descry_buf_free(&config);
    return rc;
}
