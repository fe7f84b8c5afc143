/* SPDX-License-Identifier: Apache-2.0
 * Arrays of archives as floats: every type, and damage. */
#include "library_fixture.h"
#include "npz_fixture.h"

#include "descry_dev.h"

#include <stdlib.h>
#include <string.h>

#define NPY(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': (" shape "), }"

enum { VALUES = 1200 }; /* more than are converted at once */

static void every_type_is_read(void **state)
{
    fixture *f = *state;
    static double f8[VALUES];
    static float f4[VALUES];
    static uint16_t f2[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        f8[i] = f4[i] = (float)i / 3;
        f2[i] = (uint16_t)(0x3C00 + i % 1024); /* 1 + i / 1024 */
    }
    const npz_array arrays[] = {{"images", NPY("<f8", "300, 4"), f8, sizeof f8},
                                {"texts", NPY("<f4", "1200,"), f4, sizeof f4},
                                {"half", NPY("<f2", "3, 400"), f2, sizeof f2},
                                {"none", NPY("<f4", "0, 4"), f4, 0}};
    for (int compressed = 0; compressed < 2; compressed++) {
        descry_array a;
        npz_write(at(f, "a.npz"), arrays, 4, compressed);
        assert_int_equal(descry_array_read_npz(&a, at(f, "a.npz"), "images", &f->err), 0);
        assert_true(a.dims == 2 && a.shape[0] == 300 && a.shape[1] == 4);
        assert_memory_equal(a.values, f4, sizeof f4);
        descry_array_free(&a);
        assert_int_equal(descry_array_read_npz(&a, at(f, "a.npz"), "texts", &f->err), 0);
        assert_true(a.dims == 1 && a.shape[0] == VALUES);
        assert_memory_equal(a.values, f4, sizeof f4);
        descry_array_free(&a);
        assert_int_equal(descry_array_read_npz(&a, at(f, "a.npz"), "half", &f->err), 0);
        for (size_t i = 0; i < VALUES; i++)
            assert_true(a.values[i] == 1 + (float)(i % 1024) / 1024);
        descry_array_free(&a);
        assert_int_equal(descry_array_read_npz(&a, at(f, "a.npz"), "none", &f->err), 0);
        assert_true(a.dims == 2 && a.shape[0] == 0 && a.shape[1] == 4 && a.values);
        descry_array_free(&a);
    }
}

static void refusals_name_file_and_array(void **state)
{
    fixture *f = *state;
    static const float values[16];
    static const struct {
        const char *dictionary, *reason;
        int code;
    } cases[] = {
        {NPY("<i4", "16,"), "'<i4'", DESCRY_ERR_UNSUPPORTED},
        {NPY("<U4", "4,"), "texts where numbers are wanted", DESCRY_ERR_UNSUPPORTED},
        {NPY("|O", "8,"), "Python objects", DESCRY_ERR_UNSUPPORTED},
        {NPY("<f4", "1, 1, 1, 1, 16"), "5 dimensions", DESCRY_ERR_UNSUPPORTED},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (4, 4), }", "Fortran order", DESCRY_ERR_UNSUPPORTED},
        {NPY("<f4", "17,"), "its header says 68 bytes, there are 64", DESCRY_ERR_FORMAT},
        {NPY("<f4", "4611686018427387904, 8"), "impossible", DESCRY_ERR_FORMAT},
        {NPY("<f4", "100000000, 1000"), "its header says", DESCRY_ERR_FORMAT},
    };
    descry_array a;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const npz_array array = {"images", cases[i].dictionary, values, sizeof values};
        npz_write(at(f, "a.npz"), &array, 1, (int)i % 2);
        int rc = descry_array_read_npz(&a, at(f, "a.npz"), "images", &f->err);
        if (rc != cases[i].code || !strstr(f->err.message, "a.npz: images: ") || !strstr(f->err.message, cases[i].reason))
            fail_msg("%d: %s; not %s", rc, f->err.message, cases[i].reason);
        assert_null(a.values);
    }
    assert_int_equal(descry_array_read_npz(&a, at(f, "a.npz"), "texts", &f->err), DESCRY_ERR_NOT_FOUND);
    assert_non_null(strstr(f->err.message, "a.npz: there is no array 'texts' in it"));
    assert_int_equal(descry_array_read_npz(&a, at(f, "none.npz"), "texts", &f->err), DESCRY_ERR_NOT_FOUND);
    write_file(at(f, "text.npz"), "not an archive at all, not even nearly", 38);
    assert_int_equal(descry_array_read_npz(&a, at(f, "text.npz"), "texts", &f->err), DESCRY_ERR_FORMAT);
}

static void damage_is_never_values(void **state)
{
    fixture *f = *state;
    float values[24];
    for (size_t i = 0; i < 24; i++)
        values[i] = (float)i - 7.25f;
    const npz_array array = {"images", NPY("<f4", "3, 8"), values, sizeof values};
    uint8_t good[1000], bytes[1000];
    size_t refused = 0, rounds = 0;
    descry_array a;
    for (int compressed = 0; compressed < 2; compressed++) {
        npz_write(at(f, "good.npz"), &array, 1, compressed);
        size_t size = read_file(at(f, "good.npz"), good, sizeof good);
        assert_true(size > 150 && size < sizeof good);
        for (size_t cut = 0; cut < size; cut++) {
            write_file(at(f, "cut.npz"), good, cut);
            assert_int_not_equal(descry_array_read_npz(&a, at(f, "cut.npz"), "images", &f->err), 0);
        }
        for (size_t i = 0; i < size; i++, rounds++) {
            memcpy(bytes, good, size);
            bytes[i] ^= (uint8_t)(1 << i % 8);
            write_file(at(f, "cut.npz"), bytes, size);
            if (descry_array_read_npz(&a, at(f, "cut.npz"), "images", &f->err)) {
                refused++;
                assert_null(a.values);
                continue;
            }
            assert_true(a.shape[0] * a.shape[1] == 24); /* changed where nobody reads, such as in times */
            assert_memory_equal(a.values, values, sizeof values);
            descry_array_free(&a);
        }
    }
    assert_true(refused > rounds / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIBRARY_TEST(every_type_is_read),
        LIBRARY_TEST(refusals_name_file_and_array),
        LIBRARY_TEST(damage_is_never_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
