/* SPDX-License-Identifier: Apache-2.0
 * Small tokenizers of every kind that models of open_clip's have, as tokenizer.json and as SentencePiece's, with the ids that
 * its HFTokenizer gives texts; and files that are wrong. */
#include "cmocka_test.h"

#include "golden.h"
#include "text/hub.h"
#include "text/vocabulary.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"siglip", "mt5", "xlm_roberta", "gemma", "roberta", "nllb", "bert",
                                    "t5_model", "mt5_model", "t5_bpe_model", "xlm_roberta_model", "gemma_model"};

static json_t *read_kind(const char *kind)
{
    char name[64];
    snprintf(name, sizeof name, "tokenizers/%s.json", kind);
    json_t *golden = golden_read(name);
    assert_non_null(golden);
    return golden;
}

static void dump(descry_buf *buf, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
    assert_non_null(text);
    assert_int_equal(descry_buf_append(buf, text, strlen(text), NULL), 0);
    free(text);
}

/* The model of SentencePiece that a kind is made of. */
static void read_model(descry_buf *bytes, const char *kind)
{
    char path[4096];
    const char *root = getenv("DESCRY_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/sentencepiece/%s", root ? root : ".", kind);
    assert_int_equal(descry_file_read(bytes, path, 1 << 20, NULL), 0);
}

static int parse(descry_tokenizer **t, const char *kind, const json_t *golden, descry_error *err)
{
    static const char *const cleanings[] = {"lower", "whitespace", "canonicalize"};
    descry_buf file = {0}, config = {0};
    descry_hub_use use = {.strip_sep = json_is_true(json_object_get(golden, "strip_sep_token"))};
    while (strcmp(cleanings[use.cleaning], json_string_value(json_object_get(golden, "clean"))) != 0)
        use.cleaning++;
    const char *name = json_string_value(json_object_get(golden, "file"));
    if (name)
        read_model(&file, kind);
    else
        dump(&file, json_object_get(golden, "tokenizer"));
    dump(&config, json_object_get(golden, "config"));
    int rc = descry_hub_tokenizer_parse(t, &file, &config, use, name ? name : "tokenizer.json", err);
    descry_buf_free(&file);
    descry_buf_free(&config);
    return rc;
}

static void ids_of_every_kind(void **state)
{
    (void)state;
    enum { MOST = 64 };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        json_t *golden = read_kind(kinds[k]), *row;
        descry_tokenizer *t;
        descry_error err = {0};
        if (parse(&t, kinds[k], golden, &err))
            fail_msg("%s: %s", kinds[k], err.message);
        int length = (int)json_integer_value(json_object_get(golden, "length"));
        size_t i, failed = 0;
        json_array_foreach(json_object_get(golden, "rows"), i, row)
        {
            const json_t *text = json_object_get(row, "text"), *expected = json_object_get(row, "ids");
            int32_t ids[MOST];
            size_t count;
            assert_int_equal(json_array_size(expected), length);
            assert_int_equal(descry_tokenizer_encode(t, json_string_value(text), json_string_length(text), length, ids, &count, &err), 0);
            bool same = true;
            for (size_t n = 0; n < (size_t)length; n++)
                same &= ids[n] == json_integer_value(json_array_get(expected, n));
            if (!same)
                print_error("%s: \"%s\": other ids\n", kinds[k], json_string_value(text));
            failed += !same;
        }
        assert_true(i > 80);
        assert_int_equal(failed, 0);
        descry_tokenizer_close(&t);
        json_decref(golden);
    }
}

/* Its class says what is around a text, whatever the file does. */
static void the_language_of_nllb(void **state)
{
    (void)state;
    static const struct {
        const char *language; /* in the configuration, as JSON */
        int behind;
        const char *expected; /* of an empty text */
    } cases[] = {
        {"\"fra_Latn\"", 0, "fra_Latn </s> <pad>"}, {"null", 0, "eng_Latn </s> <pad>"}, {"\"eng_Latn\"", 1, "</s> eng_Latn <pad>"},
    };
    json_t *golden = read_kind("nllb"), *config = json_object_get(golden, "config"), *token;
    json_object_set_new(json_object_get(golden, "tokenizer"), "post_processor", json_null());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_tokenizer *t;
        descry_error err = {0};
        json_object_set_new(config, "src_lang", json_loads(cases[i].language, JSON_DECODE_ANY, NULL));
        json_object_set_new(config, "legacy_behaviour", json_boolean(cases[i].behind));
        assert_int_equal(parse(&t, "nllb", golden, &err), 0);
        int32_t ids[3];
        size_t count, k;
        char found[64] = "";
        assert_int_equal(descry_tokenizer_encode(t, "", 0, 3, ids, &count, &err), 0);
        assert_int_equal(count, 2);
        for (size_t n = 0; n < 3; n++)
            json_array_foreach(json_object_get(json_object_get(golden, "tokenizer"), "added_tokens"), k, token)
                if (json_integer_value(json_object_get(token, "id")) == ids[n])
                    strcat(strcat(found, n ? " " : ""), json_string_value(json_object_get(token, "content")));
        assert_string_equal(found, cases[i].expected);
        descry_tokenizer_close(&t);
    }
    descry_tokenizer *t;
    descry_error err = {0};
    json_object_set_new(config, "src_lang", json_string("tlh_Latn"));
    assert_int_equal(parse(&t, "nllb", golden, &err), DESCRY_ERR_FORMAT);
    json_decref(golden);
}

static void ids_back_to_texts(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        json_t *golden = read_kind(kinds[k]);
        descry_tokenizer *t;
        descry_error err = {0};
        descry_buf out = {0};
        int32_t ids[24];
        size_t count;
        assert_int_equal(parse(&t, kinds[k], golden, &err), 0);
        assert_int_equal(descry_tokenizer_encode(t, "a photo of the dog", 18, 24, ids, &count, &err), 0);
        assert_int_equal(descry_tokenizer_decode(t, ids, 24, &out, &err), 0);
        assert_string_equal(out.data, "a photo of the dog");
        ids[0] = -1;
        ids[1] = INT32_MAX;
        assert_int_equal(descry_tokenizer_decode(t, ids, 2, &out, &err), 0);
        descry_buf_free(&out);
        assert_int_equal(descry_tokenizer_encode(t, "a", 1, 2, ids, &count, &err), 0);
        descry_tokenizer_close(&t);
        json_decref(golden);
    }
}

/* By the configuration, by the file, by the class. */
static void the_side_of_padding(void **state)
{
    (void)state;
    static const struct {
        const char *class, *side, *direction; /* the latter two as JSON, or NULL: not given */
        int left;                             /* -1: refused */
    } cases[] = {
        {"GemmaTokenizer", NULL, NULL, 1}, {"GemmaTokenizer", "\"right\"", NULL, 0}, {"GemmaTokenizer", NULL, "\"Right\"", 0},
        {"T5Tokenizer", NULL, NULL, 0}, {"T5Tokenizer", NULL, "\"Left\"", 1}, {"T5Tokenizer", "\"right\"", "\"Left\"", 0},
        {NULL, "\"left\"", NULL, 1}, {NULL, "\"middle\"", NULL, -1}, {NULL, "1", NULL, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *golden = read_kind("siglip"), *config = json_object_get(golden, "config"), *file = json_object_get(golden, "tokenizer");
        descry_tokenizer *t;
        descry_error err = {0};
        int32_t plain[8], row[8];
        size_t count;
        json_object_del(config, "padding_side");
        json_object_set_new(config, "add_bos_token", json_false());
        json_object_set_new(config, "tokenizer_class", cases[i].class ? json_string(cases[i].class) : json_null());
        if (cases[i].side)
            json_object_set_new(config, "padding_side", json_loads(cases[i].side, JSON_DECODE_ANY, NULL));
        json_object_set_new(file, "padding", cases[i].direction ? json_pack("{s:o}", "direction",
                            json_loads(cases[i].direction, JSON_DECODE_ANY, NULL)) : json_null());
        int rc = parse(&t, "siglip", golden, &err);
        assert_int_equal(rc, cases[i].left < 0 ? DESCRY_ERR_FORMAT : 0);
        if (!rc) {
            assert_int_equal(descry_tokenizer_encode(t, "a dog", 5, 8, plain, &count, &err), 0);
            assert_int_equal(descry_tokenizer_encode_row(t, "a dog", 5, 8, row, &err), 0);
            assert_in_range(count, 1, 7);
            size_t padding = cases[i].left ? 8 - count : 0;
            assert_memory_equal(row + padding, plain, count * sizeof *row);
            for (size_t k = 0; k < padding; k++)
                assert_int_equal(row[k], t->pad);
        }
        descry_tokenizer_close(&t);
        json_decref(golden);
    }
}

/* In the file of a kind, what the path leads to becomes a value; `says` is in the message. */
static const struct {
    const char *kind, *path, *value;
    int code;
    const char *says;
} mistakes[] = {
    {"siglip", "model.type", "\"WordLevel\"", DESCRY_ERR_UNSUPPORTED, "model WordLevel is not supported"},
    {"siglip", "normalizer.type", "\"Nmt\"", DESCRY_ERR_UNSUPPORTED, "normalizer Nmt is not supported"},
    {"siglip", "pre_tokenizer.type", "\"Digits\"", DESCRY_ERR_UNSUPPORTED, "pre_tokenizer Digits is not supported"},
    {"siglip", "post_processor.type", "\"Pairs\"", DESCRY_ERR_UNSUPPORTED, "post_processor Pairs is not supported"},
    {"siglip", "pre_tokenizer.replacement", "\"ab\"", DESCRY_ERR_FORMAT, "replacement is not a character"},
    {"siglip", "pre_tokenizer.prepend_scheme", "\"last\"", DESCRY_ERR_UNSUPPORTED, "prepend_scheme"},
    {"siglip", "normalizer", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"A\"}", DESCRY_ERR_FORMAT, "not in Base64"},
    {"siglip", "normalizer", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"//////8=\"}", DESCRY_ERR_FORMAT, "cut short"},
    {"siglip", "normalizer", "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a+\"},\"content\":\"\"}", DESCRY_ERR_UNSUPPORTED, "pattern a+"},
    {"siglip", "normalizer", "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"\"}", DESCRY_ERR_FORMAT, "is empty"},
    {"siglip", "model.unk_id", "100000", DESCRY_ERR_FORMAT, "unk_id: there is no such token"},
    {"siglip", "model.unk_id", "-3", DESCRY_ERR_FORMAT, "unk_id: there is no such token"},
    {"siglip", "model.vocab", "[[\"a\",-1],[\"b\"]]", DESCRY_ERR_FORMAT, "row 1"},
    {"siglip", "model.vocab", "[]", DESCRY_ERR_FORMAT, "not a list of tokens"},
    {"siglip", "added_tokens", "[{\"content\":\"x\",\"id\":-1}]", DESCRY_ERR_FORMAT, "has the id -1"},
    {"siglip", "added_tokens", "[{\"content\":\"x\",\"id\":99999999999}]", DESCRY_ERR_FORMAT, "has the id 99999999999"},
    {"siglip", "added_tokens", "[{\"id\":1}]", DESCRY_ERR_FORMAT, "no content"},
    {"siglip", "post_processor.special_tokens", "{}", DESCRY_ERR_FORMAT, "a token without ids"},
    {"siglip", "post_processor.single", "[]", DESCRY_ERR_FORMAT, "0 texts"},
    {"gemma", "model.merges", "[\"a b c\"]", DESCRY_ERR_FORMAT, "number 0"},
    {"gemma", "model.merges", "[[\"a\",\"\\u0001\"]]", DESCRY_ERR_FORMAT, "number 0"},
    {"gemma", "model.dropout", "0.5", DESCRY_ERR_UNSUPPORTED, "model.dropout"},
    {"gemma", "model.end_of_word_suffix", "\"</w>\"", DESCRY_ERR_UNSUPPORTED, "model.end_of_word_suffix"},
    {"gemma", "model.unk_token", "\"nowhere\"", DESCRY_ERR_FORMAT, "unk_token is not in the vocabulary"},
    {"gemma", "model.vocab", "{\"a\":0,\"b\":0}", DESCRY_ERR_FORMAT, "two tokens have the id 0"},
    {"gemma", "model.vocab", "{\"a\":\"0\"}", DESCRY_ERR_FORMAT, "is not a number"},
    {"bert", "model.unk_token", "null", DESCRY_ERR_FORMAT, "unk_token is missing"},
    {"bert", "post_processor.cls", "[\"[CLS]\"]", DESCRY_ERR_FORMAT, "post_processor"},
};

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        json_t *golden = read_kind(mistakes[i].kind), *at = json_object_get(golden, "tokenizer");
        char path[64];
        snprintf(path, sizeof path, "%s", mistakes[i].path);
        char *last = strchr(path, '.');
        if (last) {
            *last++ = 0;
            at = json_object_get(at, path);
        }
        json_object_set_new(at, last ? last : path, json_loads(mistakes[i].value, JSON_DECODE_ANY, NULL));
        descry_tokenizer *t;
        descry_error err = {0};
        int rc = parse(&t, mistakes[i].kind, golden, &err);
        if (rc != mistakes[i].code || !strstr(err.message, mistakes[i].says) || strncmp(err.message, "tokenizer.json: ", 16) != 0)
            fail_msg("%s: %d, %s", mistakes[i].path, rc, err.message);
        assert_null(t);
        json_decref(golden);
    }
}

/* Versions of the format differ in how they write merges, and whether they say the model's type. */
static void older_files_are_the_same(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        json_t *golden = read_kind(kinds[k]), *model = json_object_get(json_object_get(golden, "tokenizer"), "model");
        json_t *merges = json_object_get(model, "merges"), *pair;
        size_t i;
        descry_tokenizer *t[2];
        descry_error err = {0};
        if (!model) {
            json_decref(golden);
            continue;
        }
        assert_int_equal(parse(&t[0], kinds[k], golden, &err), 0);
        json_object_del(model, "type");
        json_array_foreach(merges, i, pair)
            if (json_is_array(pair))
                json_array_set_new(merges, i, json_sprintf("%s %s", json_string_value(json_array_get(pair, 0)),
                                                           json_string_value(json_array_get(pair, 1))));
        assert_int_equal(parse(&t[1], kinds[k], golden, &err), 0);
        int32_t ids[2][24];
        size_t count[2];
        for (size_t n = 0; n < 2; n++)
            assert_int_equal(descry_tokenizer_encode(t[n], "people running in the park", 26, 24, ids[n], &count[n], &err), 0);
        assert_memory_equal(ids[0], ids[1], sizeof ids[0]);
        assert_string_not_equal(t[0]->digest, t[1]->digest);
        for (size_t n = 0; n < 2; n++)
            descry_tokenizer_close(&t[n]);
        json_decref(golden);
    }
}

static void what_only_looks_like_a_byte_is_text(void **state)
{
    (void)state;
    static const char *const tokens[][2] = {{"<0xZZ>", "<0xZZ>"}, {"<0x4>>", "<0x4>>"}, {"<0x 4>", "<0x 4>"}, {"<0x4a>", "J"}, {"<0x4A>", "J"}};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        json_t *golden = read_kind("mt5"), *model = json_object_get(json_object_get(golden, "tokenizer"), "model");
        descry_tokenizer *t;
        descry_error err = {0};
        descry_buf out = {0};
        json_array_set_new(json_array_get(json_object_get(model, "vocab"), 300), 0, json_string(tokens[i][0]));
        assert_int_equal(parse(&t, "mt5", golden, &err), 0);
        assert_int_equal(descry_tokenizer_decode(t, &(int32_t){300}, 1, &out, &err), 0);
        assert_string_equal(out.data, tokens[i][1]);
        descry_buf_free(&out);
        descry_tokenizer_close(&t);
        json_decref(golden);
    }
}

/* ---- models of SentencePiece ----------------------------------------------------------------------------------------- */

#define RAW(text) text, sizeof text - 1

/* What follows a model of four pieces; or what is to be read instead of it. */
static const struct {
    const char *name, *config, *bytes;
    size_t size;
    int code;
    const char *says;
} wrong_models[] = {
    {"spiece.model", "{}", RAW("\x0A\x7F"), DESCRY_ERR_FORMAT, "the file is cut short"},
    {"spiece.model", "{}", RAW("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), DESCRY_ERR_FORMAT, "the file is cut short"},
    {"spiece.model", "{}", RAW("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), DESCRY_ERR_FORMAT, "the file is cut short"},
    {"spiece.model", "{}", RAW("\x0B\x0C"), DESCRY_ERR_FORMAT, "the file is cut short"},
    {"spiece.model", "{}", RAW("\x08\x01"), DESCRY_ERR_FORMAT, "the file: field 1 is of another kind"},
    {"spiece.model", "{}", RAW("\x0A\x03\x0A\x02x"), DESCRY_ERR_FORMAT, "a piece is cut short"},
    {"spiece.model", "{}", RAW("\x0A\x02\x18\x01"), DESCRY_ERR_FORMAT, "piece 4 is not a text"},
    {"spiece.model", "{}", RAW("\x0A\x03\x0A\x01\xFF"), DESCRY_ERR_FORMAT, "piece 4 is not a text"},
    {"spiece.model", "{}", RAW("\x0A\x03\x0A\x01\x00"), DESCRY_ERR_FORMAT, "piece 4 is not a text"},
    {"spiece.model", "{}", RAW("\x0A\x05\x0A\x01x\x18\x07"), DESCRY_ERR_FORMAT, "piece 4 is not a text"},
    {"spiece.model", "{}", RAW("\x0A\x08\x0A\x01x\x15\x00\x00\xC0\x7F"), DESCRY_ERR_FORMAT, "piece 4 is not a text"},
    {"spiece.model", "{}", RAW("\x0A\x05\x0A\x01x\x10\x01"), DESCRY_ERR_FORMAT, "a piece: field 2 is of another kind"},
    {"spiece.model", "{}", RAW("\x0A\x03\x0A\x01q"), DESCRY_ERR_FORMAT, "piece 4 is there twice"},
    {"spiece.model", "{}", RAW("\x12\x02\x18\x03"), DESCRY_ERR_UNSUPPORTED, "neither unigram nor BPE"},
    {"spiece.model", "{}", RAW("\x12\x02\x1A\x00"), DESCRY_ERR_FORMAT, "trainer_spec: field 3"},
    {"spiece.model", "{}", RAW("\x12\x04\xC0\x02\xFF\x01"), DESCRY_ERR_FORMAT, "unk_id: there is no such token"},
    {"spiece.model", "{}", RAW("\x1A\x05\x12\x03\xFF\xFF\xFF"), DESCRY_ERR_FORMAT, "precompiled_charsmap is cut short"},
    {"spiece.model", "{\"extra_ids\": -1}", RAW(""), DESCRY_ERR_FORMAT, "extra_ids is out of range"},
    {"spiece.model", "{\"extra_ids\": 1e30}", RAW(""), DESCRY_ERR_FORMAT, "extra_ids is out of range"},
    {"spiece.model", "{\"tokenizer_class\": \"NllbTokenizer\"}", RAW(""), DESCRY_ERR_UNSUPPORTED, "tokenizer_class NllbTokenizer"},
    {"spiece.model", "{\"tokenizer_class\": \"T5TokenizerSlow\"}", RAW(""), DESCRY_ERR_UNSUPPORTED, "tokenizer_class T5TokenizerSlow"},
    {"other.model", "{}", RAW(""), DESCRY_ERR_UNSUPPORTED, "tokenizer_class null"},
    {"tokenizer.model", "{\"pad_token\": null}", RAW(""), DESCRY_ERR_FORMAT, "has no pad_token"},
};

static void wrong_models_are_refused(void **state)
{
    (void)state;
    static const char good[] = "\x0A\x09\x0A\x05<pad>\x18\x03" "\x0A\x08\x0A\x04</s>\x18\x03" "\x0A\x09\x0A\x05<unk>\x18\x02"
                               "\x0A\x03\x0A\x01q" "\x12\x03\xC0\x02\x02";
    for (size_t i = 0; i < sizeof wrong_models / sizeof *wrong_models; i++) {
        descry_buf file = {0}, config = {0};
        descry_tokenizer *t;
        descry_error err = {0};
        assert_int_equal(descry_buf_append(&file, good, sizeof good - 1, NULL), 0);
        assert_int_equal(descry_hub_tokenizer_parse(&t, &file, &config, (descry_hub_use){0}, "a/spiece.model", &err), 0);
        descry_tokenizer_close(&t);
        assert_int_equal(descry_buf_append(&file, wrong_models[i].bytes, wrong_models[i].size, NULL), 0);
        assert_int_equal(descry_buf_append(&config, wrong_models[i].config, strlen(wrong_models[i].config), NULL), 0);
        int rc = descry_hub_tokenizer_parse(&t, &file, &config, (descry_hub_use){0}, wrong_models[i].name, &err);
        if (rc != wrong_models[i].code || !strstr(err.message, wrong_models[i].says) ||
            strncmp(err.message, wrong_models[i].name, strlen(wrong_models[i].name)) != 0)
            fail_msg("%s: %d, %s", wrong_models[i].says, rc, err.message);
        assert_null(t);
        descry_buf_free(&file);
        descry_buf_free(&config);
    }
}

static void a_model_of_too_many_pieces_is_refused(void **state)
{
    (void)state;
    static const char piece[] = "\x0A\x03\x0A\x01q"; /* none is compared with others before all are read */
    const size_t most = DESCRY_MAX_TOKENS / 2, size = sizeof piece - 1;
    descry_buf file = {0}, none = {0};
    descry_tokenizer *t;
    descry_error err = {0};
    assert_int_equal(descry_buf_reserve(&file, (most + 1) * size, NULL), 0);
    for (size_t i = 0; i <= most; i++)
        assert_int_equal(descry_buf_append(&file, piece, size, NULL), 0);
    assert_int_equal(descry_hub_tokenizer_parse(&t, &file, &none, (descry_hub_use){0}, "spiece.model", &err), DESCRY_ERR_LIMIT);
    assert_string_equal(err.message, "spiece.model: has more than 2097152 pieces");
    descry_buf_free(&file);
}

static void models_cut_short_are_refused_or_whole(void **state)
{
    (void)state;
    descry_buf file = {0}, none = {0};
    read_model(&file, "t5_model");
    size_t whole = file.size, opened = 0;
    for (size_t size = 0; size < whole; size++) {
        descry_tokenizer *t;
        descry_error err = {0};
        file.size = size;
        int rc = descry_hub_tokenizer_parse(&t, &file, &none, (descry_hub_use){0}, "spiece.model", &err);
        assert_true(rc == 0 || (rc == DESCRY_ERR_FORMAT && err.message[0] && !t));
        opened += rc == 0; /* at an end of a field */
        descry_tokenizer_close(&t);
    }
    assert_in_range(opened, 1, whole / 5);
    descry_buf_free(&file);
}

/* Other ids, another recipe: what makes them may be in the configuration alone. */
static void digests_tell_configurations_apart(void **state)
{
    (void)state;
    static const char *const configs[] = {"{\"extra_ids\": 100}", "{\"extra_ids\": 3}", "{\"legacy\": false}", "{\"additional_special_tokens\": [\"x\"]}"};
    enum { COUNT = sizeof configs / sizeof *configs };
    char digests[COUNT + 1][DESCRY_SHA256_HEX];
    descry_buf file = {0};
    read_model(&file, "t5_model");
    for (size_t i = 0; i <= COUNT; i++) { /* the first twice */
        const char *text = configs[i % COUNT];
        descry_buf config = {0};
        descry_tokenizer *t;
        assert_int_equal(descry_buf_append(&config, text, strlen(text), NULL), 0);
        assert_int_equal(descry_hub_tokenizer_parse(&t, &file, &config, (descry_hub_use){0}, "spiece.model", NULL), 0);
        memcpy(digests[i], t->digest, sizeof digests[i]);
        for (size_t k = 0; k < i; k++)
            assert_int_equal(strcmp(digests[i], digests[k]) == 0, i == COUNT && k == 0);
        descry_tokenizer_close(&t);
        descry_buf_free(&config);
    }
    descry_buf_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_language_of_nllb),
        cmocka_unit_test(ids_of_every_kind),
        cmocka_unit_test(ids_back_to_texts),
        cmocka_unit_test(the_side_of_padding),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(older_files_are_the_same),
        cmocka_unit_test(what_only_looks_like_a_byte_is_text),
        cmocka_unit_test(wrong_models_are_refused),
        cmocka_unit_test(a_model_of_too_many_pieces_is_refused),
        cmocka_unit_test(models_cut_short_are_refused_or_whole),
        cmocka_unit_test(digests_tell_configurations_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
