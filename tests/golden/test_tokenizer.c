/* SPDX-License-Identifier: Apache-2.0
 * Every string of openclip-golden.json, with the ids that open_clip gives it; and a kind of tokenizer that is not CLIP's. */
#include "cmocka_test.h"

#include "golden.h"
#include "text/clip_bpe.h"

static void golden_strings(void **state)
{
    (void)state;
    enum { LENGTH = 77 };
    json_t *goldens = golden_read("openclip-golden.json"), *row;
    assert_non_null(goldens);
    descry_tokenizer *t;
    descry_error err;
    assert_int_equal(descry_clip_bpe_open(&t, NULL, &err), 0);
    assert_int_equal(t->vocab_size, 49408);
    assert_int_equal(t->start, 49406);
    assert_int_equal(t->end, 49407);
    assert_int_equal(t->pad, 0);
    assert_string_equal(t->digest, "clip");
    size_t i, failed = 0;
    json_array_foreach(json_object_get(goldens, "tokenizer"), i, row)
    {
        const json_t *text = json_object_get(row, "text"), *expected = json_object_get(row, "ids");
        int32_t ids[LENGTH];
        size_t count;
        assert_int_equal(descry_tokenizer_encode(t, json_string_value(text), json_string_length(text), LENGTH, ids, &count,
                                                 &err), 0);
        int same = count == json_array_size(expected);
        for (size_t k = 0; k < count && same; k++)
            same = ids[k] == json_integer_value(json_array_get(expected, k));
        for (size_t k = count; k < LENGTH; k++)
            assert_int_equal(ids[k], 0);
        if (!same) {
            print_error("\"%s\": other ids\n", json_string_value(text));
            failed++;
        }
    }
    assert_int_equal(i, 108);
    assert_int_equal(failed, 0);
    descry_tokenizer_close(&t);
    json_decref(goldens);
}

/* Bytes are ids, as in ByT5, whose padding is not 0 here. */
enum { BYTE_START = 256, BYTE_END, BYTE_PAD, BYTE_IDS };

static int closed;

static int encode_bytes(const descry_tokenizer *t, const char *text, size_t length, size_t room, int32_t *ids,
                        size_t *count, descry_error *err)
{
    (void)err;
    ids[0] = t->start;
    *count = 1;
    for (size_t i = 0; i < length && *count + 1 < room; i++)
        ids[(*count)++] = (uint8_t)text[i];
    ids[(*count)++] = t->end;
    return 0;
}

static int decode_bytes(const descry_tokenizer *t, const int32_t *ids, size_t count, descry_buf *out, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++)
        if (ids[i] >= 0 && ids[i] < t->start)
            rc = descry_buf_append(out, &(char){(char)ids[i]}, 1, err);
    return rc;
}

static void close_bytes(descry_tokenizer *t)
{
    closed += t->kind->close == close_bytes;
}

static void another_kind_has_its_own_ids(void **state)
{
    (void)state;
    static const descry_tokenizer_kind kind = {"bytes", encode_bytes, decode_bytes, close_bytes};
    descry_tokenizer bytes = {&kind, BYTE_IDS, BYTE_START, BYTE_END, BYTE_PAD, "bytes"}, *t = &bytes;
    static const int32_t expected[6] = {BYTE_START, 'h', 'i', BYTE_END, BYTE_PAD, BYTE_PAD};
    static const int32_t full[6] = {BYTE_START, 'h', 'e', 'l', 'l', BYTE_END};
    int32_t ids[7] = {0, 0, 0, 0, 0, 0, -7};
    size_t count;
    descry_error err;
    descry_buf text = {0};
    assert_int_equal(descry_tokenizer_encode(t, "hi", 2, 6, ids, &count, &err), 0);
    assert_int_equal(count, 4);
    assert_memory_equal(ids, expected, sizeof expected);
    assert_int_equal(descry_tokenizer_decode(t, ids, 6, &text, &err), 0);
    assert_string_equal(text.data, "hi");
    assert_int_equal(descry_tokenizer_encode(t, "hello", 5, 6, ids, &count, &err), 0);
    assert_int_equal(count, 6);
    assert_memory_equal(ids, full, sizeof full);
    assert_int_equal(ids[6], -7); /* nothing is padded beyond the context */
    assert_int_equal(descry_tokenizer_encode(t, "hi", 2, 1, ids, &count, &err), DESCRY_ERR_ARGUMENT);
    descry_buf_free(&text);
    descry_tokenizer_close(&t);
    assert_null(t);
    assert_int_equal(closed, 1);
    descry_tokenizer_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(golden_strings), cmocka_unit_test(another_kind_has_its_own_ids)};
    return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
