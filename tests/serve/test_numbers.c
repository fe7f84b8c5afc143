/* SPDX-License-Identifier: Apache-2.0
 * Numbers as texts: the shortest that read back, and base64. */
#include "cmocka_test.h"

#include "compat/compat.h"

#include <stdlib.h>
#include <string.h>

static void the_shortest_text_reads_back(void **state)
{
    (void)state;
    static const struct {
        float x;
        const char *text;
    } rows[] = {{0, "0"}, {1, "1"}, {-0.5f, "-0.5"}, {0.1f, "0.1"}, {1.0f / 3, "0.33333334"}, {16777217.0f, "16777216"},
                {3.4028235e38f, "3.4028235e+38"}, {1e-45f, "1e-45"}, {1.17549435e-38f, "1.1754944e-38"}, {0.3f, "0.3"}, {8.589973e9f, "8.589974e+09"}};
    char text[SERVE_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        serve_number_print(text, rows[i].x);
        assert_string_equal(text, rows[i].text);
    }
    uint32_t word = 1;
    for (int i = 0; i < 200000; i++) {
        float x, back;
        word = word * 1664525u + 1013904223u;
        memcpy(&x, &word, sizeof x);
        if (x - x != 0) /* not finite */
            continue;
        serve_number_print(text, x);
        back = strtof(text, NULL);
        assert_memory_equal(&back, &x, sizeof x);
    }
}

static void vectors_are_arrays_and_base64(void **state)
{
    (void)state;
    const float x[] = {1, -0.5f, 0.1f};
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    serve_numbers_write(to, x, 3);
    serve_numbers_write(to, x, 0);
    fclose(to);
    assert_string_equal(text, "[1,-0.5,0.1][]");
    free(text);
    text = serve_numbers_base64(x, 3);
    assert_string_equal(text, "AACAPwAAAL/NzMw9");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_text_reads_back),
        cmocka_unit_test(vectors_are_arrays_and_base64),
    };
    return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
