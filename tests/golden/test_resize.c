/* SPDX-License-Identifier: Apache-2.0
 * Every resize row of openclip-golden.json, which Pillow 13 made, in open_clip's own order (reference), with both
 * orders of the passes; and those of immich.json, in Immich's order. */
#include "cmocka_test.h"

#include "golden.h"
#include "image/preprocess.h"
#include "image/resample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static json_t *resize;

static int load(void **state)
{
    (void)state;
    json_t *goldens = golden_read("openclip-golden.json");
    resize = json_incref(json_object_get(goldens, "resize"));
    json_decref(goldens);
    return resize ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(resize);
    return 0;
}

static int integer(const json_t *row, const char *key)
{
    assert_true(json_is_integer(json_object_get(row, key)));
    return (int)json_integer_value(json_object_get(row, key));
}

static const char *string(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    assert_non_null(text);
    return text;
}

/* The goldens' source pixel of band k. */
static int source(int x, int y, int k)
{
    return (7 * x + 13 * y + 29 * k + x * y % 31 + (x * x + 3 * (k + 1) * y * y) / 17) & 255;
}

static descry_picture make(const char *mode, int w, int h)
{
    static const struct {
        const char *name;
        descry_picture_mode mode;
    } modes[] = {{"RGB", DESCRY_MODE_RGB}, {"L", DESCRY_MODE_L}, {"LA", DESCRY_MODE_LA}, {"RGBA", DESCRY_MODE_RGBA},
                 {"CMYK", DESCRY_MODE_CMYK}, {"P", DESCRY_MODE_P}, {"1", DESCRY_MODE_1}, {"I;16", DESCRY_MODE_I16},
                 {"I", DESCRY_MODE_I32}};
    descry_picture p = {.width = w, .height = h, .orientation = 6, .mode = (descry_picture_mode)99}; /* not rotated */
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].name, mode) == 0)
            p.mode = modes[i].mode;
    assert_true(p.mode != (descry_picture_mode)99);
    int bands = descry_picture_bands(p.mode);
    p.data = malloc((size_t)w * (size_t)h * 4);
    for (int i = 0; i < 256; i++)
        for (int b = 0; b < 3; b++)
            p.palette[3 * i + b] = (uint8_t)((const int[]){i + 7, 3 * i + 7, 5 * i + 7}[b]);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int k = 0; k < bands; k++) {
                int v = source(x, y, k);
                size_t at = ((size_t)y * (size_t)w + (size_t)x) * (size_t)bands + (size_t)k;
                if (p.mode == DESCRY_MODE_I16)
                    ((uint16_t *)(void *)p.data)[at] = (uint16_t)(3 * v);
                else if (p.mode == DESCRY_MODE_I32)
                    ((int32_t *)(void *)p.data)[at] = 2 * v - 100;
                else
                    p.data[at] = (uint8_t)(p.mode == DESCRY_MODE_1 ? (v > 127) * 255 : v);
            }
    return p;
}

static descry_preprocess settings(const json_t *row)
{
    int size = integer(row, "size");
    return (descry_preprocess){
        .width = size, .height = size,
        .interpolation = json_object_get(row, "interp") && strcmp(string(row, "interp"), "bicubic") != 0 ? DESCRY_BILINEAR
                                                                                                    : DESCRY_BICUBIC,
        .resize_mode = strcmp(string(row, "resize_mode"), "squash") == 0 ? DESCRY_SQUASH : DESCRY_SHORTEST};
}

static void expect(const json_t *row, const char *mode, int w, int h, int reference, int pillow, const char *crc)
{
    descry_preprocess p = settings(row);
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.reference = reference;
    options.pillow = pillow;
    descry_picture picture = make(mode, w, h);
    size_t size = (size_t)p.width * (size_t)p.height * 3;
    uint8_t *rgb = malloc(size);
    descry_error err;
    assert_int_equal(descry_preprocess_run(&p, &options, &picture, rgb, &err), 0);
    char got[9];
    snprintf(got, sizeof got, "%08lx", crc32(0, rgb, (uInt)size));
    if (strcmp(got, crc) != 0)
        fail_msg("%s %d x %d, order of Pillow %d: %s, expected %s", mode, picture.width, picture.height, pillow, got, crc);
    free(rgb);
    descry_picture_free(&picture);
}

static void expect_row(const json_t *row, const char *mode, int pillow, const char *crc)
{
    expect(row, mode, integer(row, "src_w"), integer(row, "src_h"), 1, pillow, crc);
}

static void every_mode_and_shape(void **state)
{
    (void)state;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(resize, "rows"), i, row)
    {
        expect_row(row, string(row, "src_mode"), 13, string(row, "rgb_crc32"));
        expect_row(row, string(row, "src_mode"), 12, string(row, "rgb_crc32")); /* these shapes have one order only */
    }
    assert_int_equal(i, 18);
}

static void both_orders_of_the_passes(void **state)
{
    (void)state;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(resize, "pass_order_rows"), i, row)
    {
        expect_row(row, "RGB", 13, string(row, "pillow13_rgb_crc32"));
        expect_row(row, "RGB", 12, string(row, "horizontal_first_rgb_crc32"));
    }
    assert_int_equal(i, 5);
}

static void immichs_order(void **state)
{
    (void)state;
    json_t *rows = golden_read("immich.json"), *row;
    size_t i;
    json_array_foreach(rows, i, row)
        for (int pillow = 12; pillow <= 13; pillow++)
            expect(row, string(row, "mode"), integer(row, "width"), integer(row, "height"), 2, pillow, string(row, "crc32"));
    assert_int_equal(i, 47);
    json_decref(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mode_and_shape),
        cmocka_unit_test(both_orders_of_the_passes),
        cmocka_unit_test(immichs_order),
    };
    return cmocka_run_group_tests_name("resize", tests, load, unload);
}
