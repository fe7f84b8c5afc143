/* SPDX-License-Identifier: Apache-2.0
 * Pictures of every kind, whole, against open_clip's transform (tests/data/pictures, made by tools/goldens/make_pictures.py);
 * and damaged in every way. */
#include "cmocka_test.h"

#include "image/preprocess.h"
#include "support/support.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { SIZE = 24 };

static int wrong; /* pictures */

static const descry_limits limits = DESCRY_LIMITS_INIT;

static const char *path_of(const char *name)
{
    return source_path("tests/data/pictures/%s", name);
}

static descry_buf picture_file(const char *name)
{
    return whole_file(path_of(name));
}

static void expect_crc(const char *name, int reference, const char *crc)
{
    descry_preprocess p = {.width = SIZE, .height = SIZE, .interpolation = DESCRY_BICUBIC, .resize_mode = DESCRY_SHORTEST};
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.reference = reference;
    uint8_t rgb[SIZE * SIZE * 3];
    char got[9];
    descry_picture picture;
    descry_error err;
    int rc = load_picture(&picture, path_of(name), &limits, &err);
    if (rc == DESCRY_ERR_UNSUPPORTED && strstr(err.message, "not in this build"))
        return; /* ./run test builds with all of them */
    if (rc ||
        descry_preprocess_run(&p, &options, &picture, rgb, &err))
        print_error("%s\n", err.message), wrong++;
    descry_picture_free(&picture);
    snprintf(got, sizeof got, "%08lx", crc32(0, rgb, sizeof rgb));
    if (strcmp(got, crc) != 0) {
        print_error("%s, %s: %s, expected %s\n", name, reference ? "reference" : "upright", got, crc);
        wrong++;
    }
}

static void every_kind_gives_open_clips_pixels(void **state)
{
    (void)state;
    json_t *expected = json_load_file(path_of("expected.json"), 0, NULL), *row;
    const char *name;
    assert_true(json_object_size(expected) >= 110);
    json_object_foreach(expected, name, row)
    {
        if (json_is_string(json_object_get(row, "reference")))
            expect_crc(name, 1, json_string_value(json_object_get(row, "reference")));
        expect_crc(name, 0, json_string_value(json_object_get(row, "upright")));
    }
    json_decref(expected);
    assert_int_equal(wrong, 0);
}

static int decode(const void *bytes, size_t size, descry_error *err)
{
    descry_picture picture;
    int rc = descry_picture_decode(&picture, bytes, size, "x", &limits, err);
    if (rc)
        assert_null(picture.data);
    descry_picture_free(&picture);
    return rc;
}

static const char *const samples[] = {"rgb.jpg", "progressive.jpg", "cmyk.jpg", "turned6.jpg", "rgb.png", "palette4.png",
                                      "grey-alpha16.png", "turned6.png"};

enum { SAMPLES = sizeof samples / sizeof *samples };

static void truncated_pictures_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = picture_file(samples[i]);
        /* a JPEG may do without its end mark, a PNG without its end, the checksums of its data and the code that ends them */
        size_t end = strstr(samples[i], ".png") ? 12 + 4 + 4 + 2 : 2;
        for (size_t cut = 0; cut + end < file.size; cut++) {
            if (strcmp(samples[i], "progressive.jpg") == 0) /* for which see test_jpeg.c */
                break;
            /* memory of its own, so that a sanitizer sees a read beyond the end */
            char *part = malloc(cut ? cut : 1);
            memcpy(part, file.data, cut);
            descry_error err;
            int rc = decode(part, cut, &err);
            free(part);
            if (rc == 0 || !strstr(err.message, "x: "))
                fail_msg("%s cut to %zu of %zu bytes: %d", samples[i], cut, file.size, rc);
        }
        descry_buf_free(&file);
    }
}

static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = picture_file(samples[i]);
        for (size_t bit = 0; bit < 8 * file.size; bit += 3) {
            file.data[bit / 8] ^= (char)(1 << bit % 8);
            descry_error err;
            decode(file.data, file.size, &err); /* with any result, it returns */
            file.data[bit / 8] ^= (char)(1 << bit % 8);
        }
        descry_buf_free(&file);
    }
}

static void what_is_no_picture_is_refused(void **state)
{
    (void)state;
    descry_error err;
    assert_int_equal(decode("", 0, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "empty"));
    assert_int_equal(decode("hello", 5, &err), DESCRY_ERR_UNSUPPORTED);
    assert_int_equal(decode("\0\0\0\0\0\0\0\0\0\0", 10, &err), DESCRY_ERR_UNSUPPORTED);
    descry_picture picture;
    assert_int_equal(load_picture(&picture, "/nonexistent.jpg", &limits, &err), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(load_picture(&picture, "/", &limits, &err), DESCRY_ERR_IO);
}

static void the_content_tells_the_format(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "/tmp/descry-test-%ld.jpg", (long)getpid());
    descry_buf png = picture_file("rgb.png");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(png.data, 1, png.size, file), png.size);
    fclose(file);
    descry_picture picture;
    descry_error err;
    assert_int_equal(load_picture(&picture, path, &limits, &err), 0);
    assert_int_equal(picture.width, 45);
    unlink(path);
    descry_picture_free(&picture);
    descry_buf_free(&png);
}

static void put_big(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void huge_headers_are_refused_before_memory_is_taken(void **state)
{
    (void)state;
    descry_error err;
    uint8_t png[41] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR";
    memcpy(png + 33, "\0\0\0\nIDAT", 8);
    put_big(png + 16, 60000);
    put_big(png + 20, 60000);
    png[24] = 8, png[25] = 2;
    put_big(png + 29, (uint32_t)crc32(0, png + 12, 17));
    assert_int_equal(decode(png, sizeof png, &err), DESCRY_ERR_LIMIT);
    assert_string_equal(err.message, "x: 60000 x 60000 pixels, more than the limit of 512000000 in all");
    put_big(png + 16, 2000000);
    put_big(png + 29, (uint32_t)crc32(0, png + 12, 17));
    assert_int_equal(decode(png, sizeof png, &err), DESCRY_ERR_LIMIT);
    assert_string_equal(err.message, "x: 2000000 x 60000 pixels, more than the limit of 65500 a side");

    descry_buf jpeg = picture_file("rgb.jpg");
    for (size_t i = 2; i + 9 < jpeg.size; i++)
        if ((uint8_t)jpeg.data[i] == 0xFF && (uint8_t)jpeg.data[i + 1] == 0xC0) {
            memcpy(jpeg.data + i + 5, "\xEA\x60\xEA\x60", 4); /* 60000, 60000 */
            break;
        }
    assert_int_equal(decode(jpeg.data, jpeg.size, &err), DESCRY_ERR_LIMIT);
    assert_non_null(strstr(err.message, "60000 x 60000"));
    descry_buf_free(&jpeg);
}

static void limits_can_be_set(void **state)
{
    (void)state;
    static const descry_limits tight[] = {{44, 1000000, 1000000}, {100, 45 * 31 - 1, 1000000}, {100, 10000, 100}};
    descry_limits enough = {sizeof(descry_limits), 45, 45 * 31, 1000000};
    descry_picture picture;
    descry_error err;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(load_picture(&picture, path_of("rgb.png"), &tight[i], &err), DESCRY_ERR_LIMIT);
    assert_int_equal(load_picture(&picture, path_of("rgb.png"), &enough, &err), 0);
    descry_picture_free(&picture);
}

static void lying_chunks_are_refused(void **state)
{
    (void)state;
    descry_buf png = picture_file("rgb.png");
    descry_error err;
    for (size_t i = 8; i + 12 <= png.size;) {
        uint8_t *length = (uint8_t *)png.data + i, saved[4];
        uint32_t n = (uint32_t)length[0] << 24 | (uint32_t)length[1] << 16 | (uint32_t)length[2] << 8 | length[3];
        memcpy(saved, length, 4);
        static const uint32_t lies[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
        for (size_t k = 0; k < sizeof lies / sizeof *lies; k++)
            if (lies[k] != n) {
                put_big(length, lies[k]);
                assert_int_not_equal(decode(png.data, png.size, &err), 0);
            }
        memcpy(length, saved, 4);
        i += 12 + n;
    }
    assert_int_equal(decode(png.data, png.size, &err), 0);
    descry_buf_free(&png);
}

static void extreme_shapes_take_little_memory(void **state)
{
    (void)state;
    /* 3 x 60000 would be resized to 24 x 480000 pixels: only the crop is computed */
    descry_preprocess p = {.width = SIZE, .height = SIZE};
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    descry_picture picture = {.width = 3, .height = 60000, .mode = DESCRY_MODE_RGB, .orientation = 1, .data = calloc(60000, 9)};
    uint8_t rgb[SIZE * SIZE * 3];
    descry_error err;
    assert_int_equal(descry_preprocess_run(&p, &options, &picture, rgb, &err), 0);
    descry_picture_free(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_gives_open_clips_pixels),
        cmocka_unit_test(truncated_pictures_are_refused),
        cmocka_unit_test(flipped_bits_do_no_harm),
        cmocka_unit_test(what_is_no_picture_is_refused),
        cmocka_unit_test(the_content_tells_the_format),
        cmocka_unit_test(huge_headers_are_refused_before_memory_is_taken),
        cmocka_unit_test(limits_can_be_set),
        cmocka_unit_test(lying_chunks_are_refused),
        cmocka_unit_test(extreme_shapes_take_little_memory),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
