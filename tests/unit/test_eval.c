/* SPDX-License-Identifier: Apache-2.0
 * The room eval, and arrays. */
#include "cmocka_test.h"

#include "npz/array.h"
#include "descry_dev.h"
#include "heads/adapt.h"
#include "eval/analogy.h"
#include "label/classify.h"
#include "eval/recall.h"
#include "eval/table.h"
#include "support/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static descry_engine engine;
static char folder[] = "/tmp/descry-eval.XXXXXX";

static int open_all(void **state)
{
    (void)state;
    engine.kernels = best_table();
    return mkdtemp(folder) && descry_pool_open(&engine.pool, 2, NULL) == 0 ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    descry_pool_close(&engine.pool);
    return rmdir(folder);
}

static const char *file_with(const char *name, const char *text)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    return path;
}

static float *random_rows(size_t n, size_t dim, uint64_t seed)
{
    float *rows = malloc(n * dim * sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < n * dim; i++)
        rows[i] = (float)((double)(descry_random_next(&seed) >> 11) * 0x1p-52 - 1);
    descry_unit_rows(rows, n, dim, NULL);
    return rows;
}

/* ---- arrays ---------------------------------------------------------------------------------------------------- */

static size_t make_npy(uint8_t *out, const char *heading, const void *data, size_t size)
{
    size_t n = strlen(heading);
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (uint8_t)n;
    out[9] = (uint8_t)(n >> 8);
    memcpy(out + 10, heading, n);
    memcpy(out + 10 + n, data, size);
    return 10 + n + size;
}

static int parse(descry_array *array, const char *heading, const void *data, size_t size, descry_error *err)
{
    uint8_t bytes[512];
    return descry_array_parse(array, bytes, make_npy(bytes, heading, data, size), "x.npy", err);
}

static void npy_types(void **state)
{
    (void)state;
    descry_array a;
    descry_error err;
    const float f4[] = {1.5f, -2, 0, 3e-30f};
    assert_int_equal(parse(&a, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }  \n", f4, 16, &err), 0);
    assert_true(a.dims == 2 && a.shape[0] == 2 && a.shape[1] == 2);
    assert_memory_equal(a.values, f4, 16);
    descry_array_free(&a);
    const double f8[] = {0.1, -1e10};
    assert_int_equal(parse(&a, "{'shape': (2,), 'fortran_order': False, 'descr': '<f8'}", f8, 16, &err), 0);
    assert_true(a.values[0] == 0.1f && a.values[1] == -1e10f);
    descry_array_free(&a);
    const uint16_t f2[] = {0x3C00, 0xC000, 0x0001, 0x7C00, 0x3555};
    assert_int_equal(parse(&a, "{'descr': '<f2', 'fortran_order': False, 'shape': (5,)}", f2, 10, &err), 0);
    assert_true(a.values[0] == 1 && a.values[1] == -2 && a.values[2] == 0x1p-24f && isinf(a.values[3]));
    assert_true(a.values[4] == 0.333251953125f);
    descry_array_free(&a);
    assert_int_equal(parse(&a, "{'descr': '<f4', 'fortran_order': False, 'shape': ()}", f4, 4, &err), 0);
    assert_true(a.dims == 0 && a.values[0] == 1.5f);
    descry_array_free(&a);
}

static void npy_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *heading;
        size_t size;
        int code;
    } bad[] = {
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}", 16, DESCRY_ERR_UNSUPPORTED},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (4,)}", 16, DESCRY_ERR_UNSUPPORTED},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,)}", 16, DESCRY_ERR_UNSUPPORTED},
        {"{'descr': '|O8', 'fortran_order': False, 'shape': (2,)}", 16, DESCRY_ERR_UNSUPPORTED},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}", 16, DESCRY_ERR_UNSUPPORTED},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 4)}", 16, DESCRY_ERR_UNSUPPORTED},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4)}", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False}", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'shape': (4,)}", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4,)", 16, DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4,)} x", 16, DESCRY_ERR_FORMAT},
        {"", 16, DESCRY_ERR_FORMAT},
    };
    const float data[4] = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        descry_array a;
        descry_error err;
        if (parse(&a, bad[i].heading, data, bad[i].size, &err) != bad[i].code)
            fail_msg("%s: not refused as it should be", bad[i].heading);
        assert_null(a.values);
    }
    uint8_t bytes[256];
    size_t size = make_npy(bytes, "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }\n", data, 16);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = malloc(cut ? cut : 1); /* so that a sanitizer sees what is read beyond */
        memcpy(exact, bytes, cut);
        descry_array a;
        assert_int_not_equal(descry_array_parse(&a, exact, cut, "x.npy", NULL), 0);
        free(exact);
    }
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

static void tables(void **state)
{
    (void)state;
    descry_table t;
    descry_error err;
    size_t column, index;
    double number;
    const char *path = file_with("t.csv", ",id,word\r\n0,7,\"a, \"\"b\"\"\"\r\n1,x,\"two\nlines\"\n2,,last");
    assert_int_equal(descry_table_read(&t, path, &err), 0);
    assert_true(t.rows == 3 && t.columns == 3);
    assert_int_equal(descry_table_column(&t, "word", &column, &err), 0);
    assert_string_equal(descry_table_cell(&t, 0, column), "a, \"b\"");
    assert_string_equal(descry_table_cell(&t, 1, column), "two\nlines");
    assert_string_equal(descry_table_cell(&t, 2, column), "last");
    assert_int_equal(descry_table_column(&t, "id", &column, &err), 0);
    assert_int_equal(descry_table_index(&t, 0, column, 8, &index, &err), 0);
    assert_int_equal(index, 7);
    assert_int_equal(descry_table_index(&t, 0, column, 7, &index, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "row 2: id is \"7\""));
    assert_int_equal(descry_table_index(&t, 1, column, 8, &index, &err), DESCRY_ERR_FORMAT);
    assert_int_equal(descry_table_index(&t, 2, column, 8, &index, &err), DESCRY_ERR_FORMAT);
    assert_int_equal(descry_table_positive(&t, 0, column, &number, &err), 0);
    assert_int_equal(descry_table_positive(&t, 0, 0, &number, &err), DESCRY_ERR_FORMAT); /* 0 */
    assert_int_equal(descry_table_column(&t, "none", &column, &err), DESCRY_ERR_FORMAT);
    descry_table_free(&t);
    static const char *const bad[] = {"", "a,b\n1\n", "a,b\n1,2,3\n", "a\n\"x\n", "a\n\"x\"y\n", "a\n\"x\"\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        path = file_with("t.csv", bad[i]);
        if (descry_table_read(&t, path, &err) != DESCRY_ERR_FORMAT)
            fail_msg("\"%s\" was taken for a table", bad[i]);
    }
    descry_lines lines;
    path = file_with("t.csv", "one\r\n\ntwo");
    assert_int_equal(descry_lines_read(&lines, path, &err), 0);
    assert_int_equal(lines.count, 3);
    assert_string_equal(lines.items[0], "one");
    assert_string_equal(lines.items[1], "");
    assert_string_equal(lines.items[2], "two");
    descry_lines_free(&lines);
    unlink(path);
}

static void check_captions(const char *text)
{
    descry_captions c;
    descry_error err;
    char second[64];
    const char *path = file_with("c", text);
    if (descry_captions_read(&c, path, &err))
        fail_msg("%s", err.message);
    snprintf(second, sizeof second, "%s/a.jpg", folder);
    assert_true(c.pictures == 2 && c.count == 3);
    assert_string_equal(c.paths[0], "/x/b.jpg");
    assert_string_equal(c.paths[1], second);
    assert_string_equal(c.texts[0], "one");
    assert_string_equal(c.texts[1], "two");
    assert_string_equal(c.texts[2], "three words here");
    assert_true(c.owner[0] == 0 && c.owner[1] == 1 && c.owner[2] == 0);
    descry_captions_free(&c);
    unlink(path);
}

static void captions(void **state)
{
    (void)state;
    check_captions("/x/b.jpg\tone\r\na.jpg\ttwo\n\n/x/b.jpg\tthree words here");
    check_captions("{\"path\": \"/x/b.jpg\", \"caption\": \"one\"}\n{\"file\": \"a.jpg\", \"captions\": [\"two\"]}\n"
                   "{\"path\": \"c.jpg\", \"caption\": null}\n{\"path\": \"/x/b.jpg\", \"caption\": \"three words here\"}");
    check_captions(" [{\"path\": \"/x/b.jpg\", \"caption\": \"one\"}, {\"path\": \"a.jpg\", \"caption\": \"two\"},\n"
                   "{\"path\": \"/x/b.jpg\", \"captions\": [\"three words here\"]}]\n");
    static const char *const bad[] = {"", "a.jpg\n", "\tx\n", "{\"path\": \"a\"}", "{\"path\": 1, \"caption\": \"x\"}",
                                      "[{\"path\": \"a\", \"captions\": [1]}]", "{\"path\": \"a\", \"caption\": \"x\"",
                                      "{\"path\": \"a\", \"caption\": \"x\"} y", "[1]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        descry_captions c;
        descry_error err;
        const char *path = file_with("c", bad[i]);
        if (descry_captions_read(&c, path, &err) != DESCRY_ERR_FORMAT)
            fail_msg("\"%s\" was taken for captions", bad[i]);
        unlink(path);
    }
}

/* ---- classification -------------------------------------------------------------------------------------------- */

static void templates(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
        uLong crc; /* of open_clip's strings, joined with line feeds */
    } sets[] = {{"simple", 7, 0x050e0837}, {"openai", 80, 0xb6c616c7}};
    for (size_t i = 0; i < 2; i++) {
        size_t count;
        const char *const *set = descry_template_set(sets[i].name, &count);
        assert_int_equal(count, sets[i].count);
        uLong crc = crc32(0, NULL, 0);
        for (size_t j = 0; j < count; j++) {
            crc = j ? crc32(crc, (const Bytef *)"\n", 1) : crc;
            crc = crc32(crc, (const Bytef *)set[j], (uInt)strlen(set[j]));
        }
        assert_int_equal(crc, sets[i].crc);
    }
    size_t count = 1;
    assert_null(descry_template_set("none", &count));
    assert_int_equal(count, 0);
    descry_buf text = {0};
    assert_int_equal(descry_template_fill(&text, "{} or {}.", "cat", NULL), 0);
    assert_string_equal(text.data, "cat or cat.");
    assert_int_equal(descry_template_fill(&text, "no gap", "cat", NULL), DESCRY_ERR_ARGUMENT);
    descry_buf_free(&text);
}

static void probabilities(void **state)
{
    (void)state;
    const float scores[] = {0.3f, 0.2f, -0.1f};
    float p[3];
    descry_class_probabilities(scores, 3, 100, 0, p);
    double a = exp(-10), b = exp(-40), sum = 1 + a + b;
    assert_float_equal(p[0], 1 / sum, 1e-6);
    assert_float_equal(p[1], a / sum, 1e-9);
    assert_true(p[2] > 0 && (double)p[2] < 1e-16);
    descry_class_probabilities(scores, 3, 100, -10, p);
    assert_float_equal(p[0], 1 / (1 + exp(-20)), 1e-7);
    assert_float_equal(p[1], 1 / (1 + exp(-10)), 1e-7);
    assert_float_equal(p[2], 1 / (1 + exp(20)), 1e-7);
}

/* ---- retrieval and analogies ----------------------------------------------------------------------------------- */

static void recall_ranks(void **state)
{
    (void)state;
    /* 12 pictures on a line of angles; text j lies at the angle of picture j + shift */
    enum { N = 12 };
    float images[2 * N], texts[2 * N];
    size_t owner[N];
    for (size_t i = 0; i < N; i++) {
        double shift = i == 0 ? 0.0 : i == 1 ? 2.2 : 7.3; /* right; two nearer ones; many nearer ones */
        images[2 * i] = (float)cos(0.1 * (double)i);
        images[2 * i + 1] = (float)sin(0.1 * (double)i);
        texts[2 * i] = (float)cos(0.1 * ((double)i + shift));
        texts[2 * i + 1] = (float)sin(0.1 * ((double)i + shift));
        owner[i] = i;
    }
    descry_recall r;
    assert_int_equal(descry_recall_measure(&engine, images, N, texts, owner, N, 2, &r, NULL), 0);
    size_t at1 = 0, at5 = 0, at10 = 0;
    for (size_t i = 0; i < N; i++) { /* by counting, in double */
        size_t rank = 1;
        double own = (double)texts[2 * i] * (double)images[2 * i] + (double)texts[2 * i + 1] * (double)images[2 * i + 1];
        for (size_t j = 0; j < N; j++)
            rank += j != i && (double)texts[2 * i] * (double)images[2 * j] +
                                      (double)texts[2 * i + 1] * (double)images[2 * j + 1] > own;
        at1 += rank <= 1;
        at5 += rank <= 5;
        at10 += rank <= 10;
    }
    assert_true(at1 > 0 && at5 > at1 && at10 > at5); /* all bounds matter */
    assert_float_equal(r.text_to_image[0], (double)at1 / N, 1e-12);
    assert_float_equal(r.text_to_image[1], (double)at5 / N, 1e-12);
    assert_float_equal(r.text_to_image[2], (double)at10 / N, 1e-12);
    owner[3] = N;
    assert_int_equal(descry_recall_measure(&engine, images, N, texts, owner, N, 2, &r, NULL), DESCRY_ERR_ARGUMENT);
}

static void recall_of_many(void **state)
{
    (void)state;
    /* two captions a picture, one of them right; picture 2 has none and is left out */
    const float images[] = {1, 0, 0, 1, -1, 0}, texts[] = {1, 0, -1, 0, 0, 1, 0.6f, 0.8f};
    const size_t owner[] = {0, 0, 1, 1};
    descry_recall r;
    assert_int_equal(descry_recall_measure(&engine, images, 3, texts, owner, 4, 2, &r, NULL), 0);
    assert_float_equal(r.image_to_text[0], 1, 0);
    assert_float_equal(r.text_to_image[0], 0.75, 0);
    assert_float_equal(r.text_to_image[1], 1, 0);
    /* equal scores: the lower index is before */
    const float same[] = {1, 0, 1, 0};
    const size_t second[] = {1};
    assert_int_equal(descry_recall_measure(&engine, same, 2, texts, second, 1, 2, &r, NULL), 0);
    assert_float_equal(r.text_to_image[0], 0, 0);
    assert_float_equal(r.median_rank[0], 2, 0);
}

static void analogies(void **state)
{
    (void)state;
    enum { N = 150, DIM = 19, QUERIES = 70 };
    const float lambdas[] = {0, 0.7f, 2};
    float *images = random_rows(N, DIM, 1), *changes = random_rows(QUERIES, DIM, 2);
    size_t start[QUERIES], best[3 * QUERIES * 2];
    for (size_t i = 0; i < QUERIES; i++)
        start[i] = i * 2 % N;
    const descry_analogy_set set = {images, N, DIM, start, changes, QUERIES};
    assert_int_equal(descry_analogy_run(&engine, &set, lambdas, 3, best, NULL), 0);
    for (size_t l = 0; l < 3; l++)
        for (size_t i = 0; i < QUERIES; i++) {
            double top[2] = {-9, -9};
            size_t which[2] = {0, 0};
            for (size_t j = 0; j < N; j++) {
                double s = 0;
                for (size_t d = 0; d < DIM; d++)
                    s += ((double)images[start[i] * DIM + d] + (double)lambdas[l] * (double)changes[i * DIM + d]) *
                         (double)images[j * DIM + d];
                if (j == start[i] || s <= top[1])
                    continue;
                int first = s > top[0];
                if (first) {
                    top[1] = top[0];
                    which[1] = which[0];
                }
                top[!first] = s;
                which[!first] = j;
            }
            assert_int_equal(best[(l * QUERIES + i) * 2], which[0]);
            assert_int_equal(best[(l * QUERIES + i) * 2 + 1], which[1]);
        }
    const descry_analogy_set two = {images, 2, DIM, start, changes, 1};
    assert_int_equal(descry_analogy_run(&engine, &two, lambdas, 1, best, NULL), 0);
    assert_true(best[0] == 1 && best[1] == SIZE_MAX);
    free(images);
    free(changes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npy_types),      cmocka_unit_test(npy_refusals), cmocka_unit_test(tables),
        cmocka_unit_test(captions),       cmocka_unit_test(templates),    cmocka_unit_test(probabilities),
        cmocka_unit_test(recall_ranks),   cmocka_unit_test(recall_of_many), cmocka_unit_test(analogies),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
