/* SPDX-License-Identifier: Apache-2.0
 * Every string of openclip-golden.json, with the ids that open_clip gives it. */
#include "cmocka_test.h"

#include "golden.h"
#include "text/tokenizer.h"

static void golden_strings(void **state)
{
    (void)state;
    enum { LENGTH = 77 };
    json_t *goldens = golden_read("openclip-golden.json"), *row;
    assert_non_null(goldens);
    descry_tokenizer *t;
    descry_error err;
    assert_int_equal(descry_tokenizer_open(&t, NULL, &err), 0);
    assert_int_equal(descry_tokenizer_vocab_size(t), 49408);
    assert_int_equal(descry_tokenizer_start(t), 49406);
    assert_int_equal(descry_tokenizer_end(t), 49407);
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(golden_strings)};
    return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
