/* SPDX-License-Identifier: Apache-2.0
 * Headers of .npy files, good, lying and damaged; values of all types. */
#include "cmocka_test.h"

#include "npz/npy.h"
#include "npz/values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A header of this version around a dictionary; padded with `pad` spaces and a line feed. */
static size_t make(uint8_t *out, int version, const char *dictionary, size_t pad)
{
    size_t prefix = version > 1 ? 12 : 10, length = strlen(dictionary) + pad + 1;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (uint8_t)version;
    out[7] = 0;
    for (size_t i = 0; i < prefix - 8; i++)
        out[8 + i] = (uint8_t)(length >> 8 * i);
    memcpy(out + prefix, dictionary, strlen(dictionary));
    memset(out + prefix + strlen(dictionary), ' ', pad);
    out[prefix + length - 1] = '\n';
    return prefix + length;
}

/* Parses exactly `size` bytes, of memory of that size. */
static int parse(descry_npy *npy, const uint8_t *bytes, size_t size, descry_error *err)
{
    uint8_t *copy = malloc(size ? size : 1);
    size_t header;
    memcpy(copy, bytes, size);
    int rc = descry_npy_start(copy, size, &header, "a.npz: x", err);
    if (!rc)
        rc = descry_npy_parse(npy, copy, size, "a.npz: x", err);
    free(copy);
    return rc;
}

static void headers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char type;
        int big, fortran;
        uint64_t item;
        size_t dims;
        uint64_t shape[2], bytes;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 512), }", 'f', 0, 0, 4, 2, {3, 512}, 6144},
        {"{'shape': (3L, 2L), 'fortran_order': True, 'descr': '>f8'}", 'f', 1, 1, 8, 2, {3, 2}, 48},
        {"{\"descr\":\"<f2\",\"fortran_order\":False,\"shape\":(0,512)}", 'f', 0, 0, 2, 2, {0, 512}, 0},
        {"{'descr': '<U30', 'fortran_order': False, 'shape': (7,), }", 'U', 0, 0, 120, 1, {7, 0}, 840},
        {"{'descr': '|S5', 'fortran_order': False, 'shape': (7,), }", 'S', 0, 0, 5, 1, {7, 0}, 35},
        {"{'descr': '=f4', 'fortran_order': False, 'shape': (), }", 'f', 0, 0, 4, 0, {0, 0}, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int version = 1; version <= 3; version++) {
            uint8_t bytes[400];
            descry_npy npy;
            descry_error err;
            if (parse(&npy, bytes, make(bytes, version, cases[i].text, (size_t)version * 20), &err))
                fail_msg("%s", err.message);
            assert_int_equal(npy.type, cases[i].type);
            assert_int_equal(npy.big, cases[i].big);
            assert_int_equal(npy.fortran, cases[i].fortran);
            assert_int_equal(npy.item, cases[i].item);
            assert_int_equal(npy.dims, cases[i].dims);
            for (size_t d = 0; d < npy.dims; d++)
                assert_int_equal(npy.shape[d], cases[i].shape[d]);
            assert_int_equal(npy.bytes, cases[i].bytes);
        }
}

static void other_headers_are_refused(void **state)
{
    (void)state;
#define DESCR(type) "{'descr': " type ", 'fortran_order': False, 'shape': (1, 2), }"
#define SHAPE(shape) "{'descr': '<f4', 'fortran_order': False, 'shape': " shape ", }"
    static const struct {
        const char *text;
        int code;
    } cases[] = {
        {DESCR("'|O'"), DESCRY_ERR_UNSUPPORTED},      {DESCR("'<i4'"), DESCRY_ERR_UNSUPPORTED},
        {DESCR("'<f16'"), DESCRY_ERR_UNSUPPORTED},    {DESCR("'<U0'"), DESCRY_ERR_UNSUPPORTED},
        {DESCR("[('a', '<f4')]"), DESCRY_ERR_UNSUPPORTED}, {DESCR("'f4'"), DESCRY_ERR_UNSUPPORTED},
        {DESCR("'<f4 '"), DESCRY_ERR_UNSUPPORTED},    {DESCR("''"), DESCRY_ERR_UNSUPPORTED},
        {DESCR("'<U9223372036854775807'"), DESCRY_ERR_UNSUPPORTED}, {DESCR("'<f4"), DESCRY_ERR_FORMAT},
        {DESCR("'<f\\x34'"), DESCRY_ERR_FORMAT},      {DESCR("4"), DESCRY_ERR_FORMAT},
        {SHAPE("(1)"), DESCRY_ERR_FORMAT},            {SHAPE("(1, 2"), DESCRY_ERR_FORMAT},
        {SHAPE("(-1, 2)"), DESCRY_ERR_FORMAT},        {SHAPE("(1 2)"), DESCRY_ERR_FORMAT},
        {SHAPE("(18446744073709551616, 1)"), DESCRY_ERR_FORMAT}, {SHAPE("[1, 2]"), DESCRY_ERR_FORMAT},
        {SHAPE("(4294967296, 4294967296)"), DESCRY_ERR_FORMAT},  {SHAPE("(,)"), DESCRY_ERR_FORMAT},
        {SHAPE("(3, 2305843009213693952)"), DESCRY_ERR_FORMAT},
        {SHAPE("(1, 1, 1, 1, 1, 1, 1, 1, 1)"), DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False}", DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", DESCRY_ERR_FORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + x", DESCRY_ERR_FORMAT},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}", DESCRY_ERR_FORMAT},
        {"", DESCRY_ERR_FORMAT},
        {"{}", DESCRY_ERR_FORMAT},
        {"__import__('os').system('x')", DESCRY_ERR_FORMAT},
    };
    uint8_t bytes[12000];
    descry_npy npy;
    descry_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int rc = parse(&npy, bytes, make(bytes, 1, cases[i].text, 20), &err);
        if (rc != cases[i].code || !strstr(err.message, "a.npz: x: "))
            fail_msg("%d instead of %d for %s", rc, cases[i].code, cases[i].text);
    }
    size_t size = make(bytes, 1, SHAPE("(1, 2)"), 10);
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(parse(&npy, bytes, cut, &err), DESCRY_ERR_FORMAT);
    bytes[6] = 4;
    assert_int_equal(parse(&npy, bytes, size, &err), DESCRY_ERR_UNSUPPORTED);
    bytes[6] = 1;
    bytes[0] = 'P';
    assert_int_equal(parse(&npy, bytes, size, &err), DESCRY_ERR_FORMAT);
    assert_int_equal(parse(&npy, bytes, make(bytes, 2, SHAPE("(1, 2)"), 10001), &err), DESCRY_ERR_LIMIT);
    /* a length of nearly nothing */
    memcpy(bytes, "\x93NUMPY\1\0\0\0  ", 12);
    assert_int_equal(parse(&npy, bytes, 12, &err), DESCRY_ERR_FORMAT);
}

static void damaged_headers_are_survived(void **state)
{
    (void)state;
    uint8_t good[400], bytes[400];
    size_t size = make(good, 1, "{'descr': '<U30', 'fortran_order': False, 'shape': (123, 4), }", 5);
    uint32_t random = 3;
    int well = 0;
    for (int round = 0; round < 60000; round++) {
        memcpy(bytes, good, size);
        for (int n = 0; n < 1 + round % 4; n++) {
            random = random * 1664525 + 1013904223;
            bytes[6 + (random >> 8) % (size - 6)] = (uint8_t)(random >> 24);
        }
        descry_npy npy;
        if (parse(&npy, bytes, size, NULL))
            continue;
        well++;
        uint64_t all = npy.item;
        for (size_t d = 0; d < npy.dims; d++)
            all *= npy.shape[d];
        assert_true(npy.item > 0 && npy.dims <= DESCRY_NPY_DIMS && npy.bytes == all);
    }
    assert_true(well > 100);
}

static void headers_are_written(void **state)
{
    (void)state;
    char header[DESCRY_NPY_HEADER];
    descry_npy npy;
    uint64_t shape[] = {UINT64_MAX / 64, 3, 3}, three[] = {7, 512};
    assert_int_equal(descry_npy_header(header, "<f4", three, 2), 128);
    assert_memory_equal(header + 10, "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 512), }", 61);
    assert_int_equal(parse(&npy, (uint8_t *)header, 128, NULL), 0);
    assert_int_equal(npy.bytes, 7 * 512 * 4);
    assert_int_equal(descry_npy_header(header, "<U41", three, 1), 128);
    assert_int_equal(parse(&npy, (uint8_t *)header, 128, NULL), 0);
    assert_true(npy.dims == 1 && npy.item == 164);
    assert_int_equal(descry_npy_header(header, "<f4", shape, 3), 128);
    uint64_t many[8];
    memset(many, 0xFF, sizeof many);
    assert_int_equal(descry_npy_header(header, "<f4", many, 8), 0);
}

static void numbers_of_all_widths(void **state)
{
    (void)state;
    static const struct {
        int size, big;
        uint8_t bytes[16];
    } cases[] = {{2, 0, {0x00, 0x3e, 0x01, 0x80}},
                 {2, 1, {0x3e, 0x00, 0x80, 0x01}},
                 {4, 0, {0, 0, 0xc0, 0x3f, 0, 0, 0x80, 0xb3}},
                 {4, 1, {0x3f, 0xc0, 0, 0, 0xb3, 0x80, 0, 0}},
                 {8, 0, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0x70, 0xbe}},
                 {8, 1, {0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xbe, 0x70, 0, 0, 0, 0, 0, 0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_npy npy = {.type = 'f', .big = cases[i].big, .item = (uint64_t)cases[i].size};
        double out[2];
        descry_npz_numbers(&npy, cases[i].bytes, 2, 1, out);
        assert_true(out[0] == 1.5 && out[1] == -0x1p-24);
    }
    static const float columns[] = {1, 2, 3, 4, 5, 6};
    double out[2];
    descry_npy npy = {.type = 'f', .item = 4};
    descry_npz_numbers(&npy, (const uint8_t *)(columns + 1), 2, 3, out);
    assert_true(out[0] == 2 && out[1] == 5);
}

static void texts_are_bytes_again(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "/p/\xC3\xBC.jpg", "\xF0\x9F\x98\x80", "latin-\xE9.jpg", "\xED\xA0\x80",
                                        "\xFF\xFE", "\xC3", "\xC0\x80", "\xF4\x90\x80\x80", "\xE2\x82"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t points[12] = {0};
        size_t size = strlen(texts[i]), n = descry_npz_points(texts[i], size, NULL);
        assert_true(n <= size);
        assert_int_equal(descry_npz_points(texts[i], size, points), n);
        for (int big = 0; big < 2; big++) {
            descry_npy npy = {.type = 'U', .big = big, .item = sizeof points};
            uint8_t bytes[sizeof points];
            for (size_t j = 0; j < sizeof bytes; j++)
                bytes[j] = ((uint8_t *)points)[big ? j ^ 3 : j];
            descry_buf out = {0};
            assert_int_equal(descry_npz_text(&npy, bytes, &out, NULL), 0);
            assert_int_equal(out.size, size);
            assert_memory_equal(out.data, texts[i], size);
            descry_buf_free(&out);
        }
    }
    static const uint32_t bad[][3] = {{'a', 0, 'b'}, {0xD800, 0, 0}, {0xDC7F, 0, 0}, {0x110000, 0, 0}, {0xDFFF, 'a', 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        descry_npy npy = {.type = 'U', .item = sizeof *bad};
        descry_buf out = {0};
        assert_int_equal(descry_npz_text(&npy, (const uint8_t *)bad[i], &out, NULL), DESCRY_ERR_FORMAT);
        descry_buf_free(&out);
    }
    descry_npy npy = {.type = 'S', .item = 4};
    descry_buf out = {0};
    assert_int_equal(descry_npz_text(&npy, (const uint8_t *)"\xFFz\0\0", &out, NULL), 0);
    assert_string_equal(out.data, "\xFFz");
    assert_int_equal(descry_npz_text(&npy, (const uint8_t *)"a\0b\0", &out, NULL), DESCRY_ERR_FORMAT);
    descry_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read),
        cmocka_unit_test(other_headers_are_refused),
        cmocka_unit_test(damaged_headers_are_survived),
        cmocka_unit_test(headers_are_written),
        cmocka_unit_test(numbers_of_all_widths),
        cmocka_unit_test(texts_are_bytes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
