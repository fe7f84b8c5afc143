/* SPDX-License-Identifier: Apache-2.0
 * Parts of pictures, which are to be as if they were files of their own, and previews. */
#include "cmocka_test.h"

#include "image/convert.h"
#include "image/placeholder.h"
#include "image/prepare.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 20, SIZE = 3 * SIDE * SIDE };

static const descry_limits limits = DESCRY_LIMITS_INIT;
static const descry_preprocess small = {.width = SIDE, .height = SIDE, .interpolation = DESCRY_BICUBIC, .fill = 9};
static const descry_preprocess_options plain = {sizeof plain, 0, 13, &limits}, reference = {sizeof reference, 1, 13, &limits};

static void *room(size_t size)
{
    void *memory = malloc(size);
    assert_non_null(memory);
    return memory;
}

static int prepare(const descry_preparation *wanted, const descry_buf *file, uint8_t *rgb, descry_facts *facts)
{
    descry_error err = {0};
    int rc = descry_prepare(wanted, (const uint8_t *)file->data, file->size, "x", rgb, facts, &err);
    if (rc && (err.code != rc || strncmp(err.message, "x: ", 3) != 0))
        fail_msg("%d: \"%s\"", rc, err.message);
    return rc;
}

static void decode_all(const descry_buf *file, descry_picture *picture)
{
    descry_error err = {0};
    check_rc(descry_picture_decode(picture, (const uint8_t *)file->data, file->size, "x", &limits, &err), &err);
}

/* ---- regions ----------------------------------------------------------------------------------------------------- */

/* Turns the whole picture, then takes the part pixel by pixel. */
static void cut(descry_picture *picture, int upright, const int box[4])
{
    size_t pixel = descry_picture_pixel(picture->mode);
    if (upright && picture->orientation > 1) {
        int swap = picture->orientation >= 5, width = picture->width;
        uint8_t *turned = room((size_t)picture->width * (size_t)picture->height * pixel);
        descry_turn_upright(picture->data, pixel, picture->width, picture->height, picture->orientation, turned);
        free(picture->data);
        picture->data = turned;
        picture->width = swap ? picture->height : picture->width;
        picture->height = swap ? width : picture->height;
        picture->orientation = 1;
    }
    uint8_t *part = room((size_t)(box[2] - box[0]) * (size_t)(box[3] - box[1]) * pixel), *to = part;
    for (int y = box[1]; y < box[3]; y++)
        for (int x = box[0]; x < box[2]; x++, to += pixel)
            memcpy(to, picture->data + ((size_t)y * (size_t)picture->width + (size_t)x) * pixel, pixel);
    free(picture->data);
    picture->data = part;
    picture->width = box[2] - box[0];
    picture->height = box[3] - box[1];
}

static void expect_as_cut(const char *name, const descry_buf *file, const descry_preprocess *p,
                          const descry_preprocess_options *options, const int box[4])
{
    uint8_t expected[SIZE], rgb[SIZE];
    descry_picture picture;
    descry_facts facts;
    descry_error err;
    decode_all(file, &picture);
    int stored_width = picture.width, stored_height = picture.height, swap = !options->reference && picture.orientation >= 5;
    double width = swap ? stored_height : stored_width, height = swap ? stored_width : stored_height;
    descry_preparation wanted = {.preprocess = p, .options = options,
                                 .region = {box[0] / width, box[1] / height, box[2] / width, box[3] / height}};
    assert_int_equal(prepare(&wanted, file, rgb, &facts), 0);
    assert_true(facts.width == stored_width && facts.height == stored_height && facts.orientation == picture.orientation);
    assert_int_equal(facts.draft, 0);
    cut(&picture, !options->reference, box);
    check_rc(descry_preprocess_run(p, options, &picture, expected, &err), &err);
    if (memcmp(rgb, expected, SIZE) != 0)
        fail_msg("%s, %s: %d, %d to %d, %d is not as if it were all", name, options->reference ? "reference" : "upright", box[0],
                 box[1], box[2], box[3]);
    descry_facts_free(&facts);
    descry_picture_free(&picture);
}

static void regions_are_as_files_of_their_own(void **state)
{
    (void)state;
    static const char *const names[] = {
        "formats/turned1.jpg", "formats/turned2.jpg", "formats/turned3.jpg", "formats/turned4.jpg", "formats/turned5.jpg",
        "formats/turned6.jpg", "formats/turned7.jpg", "formats/turned8.jpg", "pictures/turned6.png", "pictures/grey.png",
        "pictures/rgba.png", "pictures/grey-alpha.png", "pictures/palette.png", "pictures/bilevel.png", "pictures/grey16.png",
        "pictures/cmyk.jpg"};
    static const int boxes[][4] = {{0, 0, 31, 31}, {7, 11, 30, 29}, {5, 3, 6, 31}, {3, 30, 31, 31}, {17, 13, 18, 14}, {1, 0, 31, 17}};
    static const descry_resize_mode modes[] = {DESCRY_SHORTEST, DESCRY_SQUASH, DESCRY_LONGEST};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        descry_buf file = file_of(names[n]);
        for (size_t b = 0; b < sizeof boxes / sizeof *boxes; b++) {
            descry_preprocess p = small;
            p.resize_mode = modes[(n + b) % 3];
            expect_as_cut(names[n], &file, &p, &plain, boxes[b]);
            expect_as_cut(names[n], &file, &p, &reference, boxes[b]);
        }
        descry_buf_free(&file);
    }
}

static void the_whole_is_a_region(void **state)
{
    (void)state;
    static const descry_region wholes[] = {{0, 0, 0, 0}, {0, 0, 1, 1}, {0.003, 0.003, 0.997, 0.997}};
    uint8_t all[SIZE], rgb[SIZE];
    descry_facts facts;
    descry_buf file = file_of("formats/turned6.jpg");
    descry_preparation wanted = {.preprocess = &small, .options = &plain};
    assert_int_equal(prepare(&wanted, &file, all, &facts), 0);
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        wanted.region = wholes[i];
        assert_int_equal(prepare(&wanted, &file, rgb, &facts), 0);
        assert_memory_equal(rgb, all, SIZE);
    }
    descry_buf_free(&file);
}

/* However little it is, there is a pixel: the one at that place. */
static void regions_have_a_pixel(void **state)
{
    (void)state;
    static const struct {
        descry_region region;
        uint8_t pixel;
    } cases[] = {
        {{0, 0, 1e-300, 1e-300}, 0},        {{0.25, 0.5, 0.25000001, 0.5000001}, 9}, {{0.99999, 0.99999, 1, 1}, 15},
        {{0.24, 0, 0.2499999, 0.2}, 0},     {{0.7500001, 0, 0.76, 0.01}, 3},         {{0.5, 0.5, 0.75, 0.75}, 10},
        {{0.45, 0.2, 0.7, 0.3}, 6},
    };
    uint8_t rgb[SIZE];
    descry_facts facts;
    descry_buf file = {0};
    check_rc(descry_buf_append(&file, "P5 4 4 255\n", 11, NULL), NULL);
    for (int i = 0; i < 16; i++)
        check_rc(descry_buf_append(&file, &(uint8_t){(uint8_t)i}, 1, NULL), NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_preparation wanted = {.preprocess = &small, .options = &plain, .region = cases[i].region};
        assert_int_equal(prepare(&wanted, &file, rgb, &facts), 0);
        for (int k = 0; k < SIZE; k++)
            if (rgb[k] != cases[i].pixel)
                fail_msg("case %zu: %d", i, rgb[k]);
    }
    descry_buf_free(&file);
}

static void what_is_no_region_is_refused(void **state)
{
    (void)state;
    static const descry_region bad[] = {
        {NAN, 0, 1, 1}, {0, NAN, 1, 1}, {0, 0, NAN, 1}, {0, 0, 1, NAN}, {-INFINITY, 0, 1, 1}, {0, 0, INFINITY, 1},
        {-0.1, 0, 1, 1}, {0, 0, 1.01, 1}, {0, -1e-9, 1, 1}, {0, 0, 1, 1.000001}, {0.5, 0, 0.5, 1}, {0.6, 0, 0.5, 1},
        {0, 0.5, 1, 0.5}, {0, 0.6, 1, 0.5}, {0, 0, 1, 0}, {0, 0, 0, 1}, {1, 1, 1, 1}, {0.1, 0.1, 0, 0},
    };
    uint8_t rgb[SIZE];
    descry_facts facts;
    descry_buf file = file_of("formats/turned6.jpg");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (int pixels = 0; pixels < 2; pixels++) {
            descry_preparation wanted = {.preprocess = pixels ? &small : NULL, .options = &plain, .region = bad[i]};
            if (prepare(&wanted, &file, rgb, &facts) != DESCRY_ERR_ARGUMENT)
                fail_msg("region %zu was taken", i);
        }
    descry_buf_free(&file);
}

static double apart(const uint8_t *a, const uint8_t *b, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += abs(a[i] - b[i]);
    return sum / (double)size;
}

/* As a picture is not like itself upside down. */
static void expect_alike(const char *name, const uint8_t *a, const uint8_t *b, size_t size, double most)
{
    double contrast = 0;
    for (size_t i = 0; i < size; i++)
        contrast += abs(a[i] - b[size - 1 - i]);
    if (apart(a, b, size) > most || contrast / (double)size < 4 * most)
        fail_msg("%s: %g apart, of %g", name, apart(a, b, size), contrast / (double)size);
}

/* As small a draft as has enough pixels of the region. */
static void drafts_have_enough_of_a_region(void **state)
{
    (void)state;
    static const struct {
        descry_region region;
        int parts;
    } cases[] = {{{0, 0, 0, 0}, 8}, {{0.1, 0.2, 0.9, 0.95}, 8}, {{0.25, 0.25, 0.75, 0.75}, 4}, {{0.5, 0, 0.85, 1}, 4},
                 {{0.4, 0.4, 0.6, 0.6}, 2}, {{0.7, 0.1, 0.8, 0.2}, 1}};
    descry_buf file = file_of("large.jpg");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_preprocess p = small;
        p.resize_mode = DESCRY_SQUASH;
        descry_preparation wanted = {.preprocess = &p, .options = &plain, .draft = 1, .region = cases[i].region};
        uint8_t rgb[SIZE], of_draft[SIZE], of_whole[SIZE];
        descry_facts facts;
        descry_picture draft;
        descry_error err;
        assert_int_equal(prepare(&wanted, &file, rgb, &facts), 0);
        assert_int_equal(facts.draft, cases[i].parts > 1);
        assert_int_equal(facts.width, 512);
        descry_enough enough = {512 / cases[i].parts, 512 / cases[i].parts, 0};
        check_rc(descry_picture_draft(&draft, (const uint8_t *)file.data, file.size, "x", &limits, &enough, &err), &err);
        assert_int_equal(draft.width, enough.width);
        descry_region_crop(&wanted.region, true, &draft);
        check_rc(descry_preprocess_run(&p, &plain, &draft, of_draft, &err), &err);
        assert_memory_equal(rgb, of_draft, SIZE);
        descry_picture_free(&draft);
        wanted.draft = 0;
        assert_int_equal(prepare(&wanted, &file, of_whole, &facts), 0);
        expect_alike("large.jpg", rgb, of_whole, SIZE, 6);
    }
    descry_buf_free(&file);
}

/* ---- placeholders ------------------------------------------------------------------------------------------------ */

/* A picture of 8 x 8 pixels, of four bytes each, of which each part has two by two: colours of RGBA, all in one row of parts. */
static void placeholders_are_means(void **state)
{
    (void)state;
    uint8_t pixels[8 * 8 * 4], rgb[DESCRY_PLACEHOLDER_SIZE];
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 8; x++) {
            uint8_t *p = pixels + 4 * (8 * y + x);
            int part = y / 2 * 4 + x / 2, odd = (x ^ y) & 1;
            p[0] = (uint8_t)(part * 10 + (odd ? 7 : 0));
            p[1] = (uint8_t)(255 - part);
            p[2] = 100;
            p[3] = (uint8_t)(part < 8 ? 255 : part == 8 ? 0 : 128);
        }
    for (int orientation = 1; orientation <= 8; orientation++) {
        descry_picture picture = {.width = 8, .height = 8, .mode = DESCRY_MODE_RGBA, .orientation = orientation, .data = pixels};
        uint8_t expected[DESCRY_PLACEHOLDER_SIZE], stored[DESCRY_PLACEHOLDER_SIZE];
        for (int part = 0; part < 16; part++) {
            double alpha = part < 8 ? 1 : part == 8 ? 0 : 128 / 255.0;
            const double colours[3] = {part * 10 + 3.5, 255 - part, 100};
            for (int b = 0; b < 3; b++)
                stored[3 * part + b] = (uint8_t)(colours[b] * alpha + 255 * (1 - alpha) + 0.5);
        }
        descry_turn_upright(stored, 3, 4, 4, orientation, expected);
        descry_placeholder_make(&picture, rgb);
        for (int i = 0; i < DESCRY_PLACEHOLDER_SIZE; i++)
            assert_true(abs(rgb[i] - expected[i]) <= 1);
    }
}

/* Larger ones by 16 x 16 pixels of each part, smaller ones by what there is. */
static void placeholders_are_of_every_size_and_mode(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {3, 1}, {1, 700}, {5, 3}, {1000, 777}};
    for (int mode = DESCRY_MODE_1; mode <= DESCRY_MODE_I32; mode++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            descry_picture picture = {.width = sizes[i][0], .height = sizes[i][1], .mode = (descry_picture_mode)mode, .orientation = 7};
            size_t bytes = (size_t)picture.width * (size_t)picture.height * descry_picture_pixel(picture.mode);
            uint8_t expected[3], rgb[DESCRY_PLACEHOLDER_SIZE];
            picture.data = room(bytes);
            memset(picture.data, mode == DESCRY_MODE_1 ? 255 : 90, bytes);
            memset(picture.palette, 33, sizeof picture.palette);
            descry_picture one = picture;
            one.width = one.height = 1;
            descry_convert_flat(&one, expected);
            descry_placeholder_make(&picture, rgb);
            for (int b = 0; b < DESCRY_PLACEHOLDER_SIZE; b++)
                assert_int_equal(rgb[b], expected[b % 3]);
            free(picture.data);
        }
}

static void placeholders_come_with_pixels_and_previews(void **state)
{
    (void)state;
    descry_buf file = file_of("formats/turned6.jpg");
    uint8_t rgb[SIZE];
    descry_facts facts;
    for (int i = 0; i < 4; i++) {
        descry_preparation wanted = {.preprocess = i & 1 ? &small : NULL, .options = &plain, .preview = i & 2 ? 20 : 0,
                                     .region = {0, 0, 0.1, 0.1}};
        assert_int_equal(prepare(&wanted, &file, rgb, &facts), 0);
        assert_int_equal(facts.has_placeholder, i > 0);
        descry_facts_free(&facts);
    }
    descry_buf_free(&file);
}

/* ---- previews ---------------------------------------------------------------------------------------------------- */

/* A JPEG of three components, of which two are halved, and of nothing else. */
static void expect_sound(const uint8_t *jpeg, size_t size, descry_picture *picture)
{
    descry_error err;
    check_rc(descry_picture_decode(picture, jpeg, size, "preview", &limits, &err), &err);
    assert_memory_equal(jpeg, "\xFF\xD8\xFF\xE0", 4);
    assert_int_equal(picture->mode, DESCRY_MODE_RGB);
    int found = 0;
    for (size_t at = 2; at + 4 < size && jpeg[at + 1] != 0xDA; at += 2 + (size_t)(jpeg[at + 2] << 8 | jpeg[at + 3])) {
        assert_false(jpeg[at + 1] > 0xE0 && jpeg[at + 1] <= 0xFE);
        if (jpeg[at + 1] == 0xC0) {
            assert_true(jpeg[at + 9] == 3 && jpeg[at + 11] == 0x22 && jpeg[at + 14] == 0x11 && jpeg[at + 17] == 0x11);
            found++;
        }
    }
    assert_int_equal(found, 1);
    size_t across = ((size_t)picture->width + 15) / 16, down = ((size_t)picture->height + 15) / 16;
    assert_true(size <= across * down * 256 * 3 + 2048);
}

static void preview_of(const descry_buf *file, int side, descry_picture *preview)
{
    descry_facts facts;
    const descry_preparation wanted = {.options = &plain, .preview = side};
    assert_int_equal(prepare(&wanted, file, NULL, &facts), 0);
    assert_non_null(facts.preview);
    assert_int_equal(facts.draft, 0);
    expect_sound(facts.preview, facts.preview_size, preview);
    descry_facts_free(&facts);
    assert_true(!facts.preview && facts.preview_size == 0);
}

static void previews_are_upright_and_say_nothing(void **state)
{
    (void)state;
    descry_buf upright = file_of("formats/scene.png");
    descry_picture expected, preview;
    preview_of(&upright, 100, &expected);
    assert_true(expected.width == 100 && expected.height == 75);
    for (int i = 1; i <= 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "formats/turned%d.jpg", i);
        descry_buf file = file_of(name);
        preview_of(&file, 100, &preview);
        assert_true(preview.width == 100 && preview.height == 75 && preview.orientation == 1);
        expect_alike(name, preview.data, expected.data, 100 * 75 * 3, 6);
        descry_picture_free(&preview);
        descry_buf_free(&file);
    }
    descry_picture_free(&expected);
    descry_buf_free(&upright);
}

static void previews_are_never_larger(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int side, width, height;
    } cases[] = {{"formats/scene.png", 129, 128, 96}, {"formats/scene.png", 128, 128, 96}, {"formats/scene.png", 127, 127, 95},
                 {"formats/turned5.jpg", 4096, 128, 96}, {"formats/scene.png", 1, 1, 1}, {"pictures/rgba.png", 320, 45, 31},
                 {"large.jpg", 64, 64, 64}, {"large.jpg", 65, 65, 65}, {"large.jpg", 511, 511, 511}, {"pictures/narrow.png", 2, 0, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_buf file = file_of(cases[i].name);
        descry_picture preview;
        preview_of(&file, cases[i].side, &preview);
        if ((cases[i].width && preview.width != cases[i].width) || preview.height != cases[i].height)
            fail_msg("case %zu: %d x %d", i, preview.width, preview.height);
        descry_picture_free(&preview);
        descry_buf_free(&file);
    }
}

/* As that takes a third of the time.  The longer side decides how small a one is enough. */
static void previews_are_made_of_drafts(void **state)
{
    (void)state;
    static const struct {
        int side, width;
    } cases[] = {{16, 16}, {17, 32}, {32, 32}, {64, 64}, {65, 128}};
    descry_buf file = file_of("formats/turned6.jpg"); /* 128 x 96, upright */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_preparation wanted = {.options = &plain, .preview = cases[i].side};
        descry_enough enough = descry_preview_enough(cases[i].side);
        descry_facts facts;
        descry_picture draft;
        descry_error err;
        uint8_t *jpeg;
        size_t size;
        check_rc(descry_picture_draft(&draft, (const uint8_t *)file.data, file.size, "x", &limits, &enough, &err), &err);
        assert_true(draft.height == cases[i].width && draft.width == cases[i].width / 4 * 3);
        check_rc(descry_preview_make(&draft, cases[i].side, &jpeg, &size, "x", &err), &err);
        assert_int_equal(prepare(&wanted, &file, NULL, &facts), 0);
        assert_int_equal(facts.preview_size, size);
        assert_memory_equal(facts.preview, jpeg, size);
        free(jpeg);
        descry_facts_free(&facts);
        descry_picture_free(&draft);
    }
    descry_buf_free(&file);
}

/* A picture of one colour in each mode; what is transparent, and has another colour below, is in front of white. */
static void previews_are_of_every_mode(void **state)
{
    (void)state;
    enum { W = 40, H = 24 };
    static const uint16_t half = 0x8000;
    static const int32_t word = 0x40 << 4;
    static const struct {
        descry_picture_mode mode;
        const void *pixel;
        uint8_t shift, rgb[3];
    } cases[] = {
        {DESCRY_MODE_1, "\xFF", 0, {255, 255, 255}},
        {DESCRY_MODE_L, "\x50", 0, {0x50, 0x50, 0x50}},
        {DESCRY_MODE_LA, "\x50\0", 0, {255, 255, 255}},
        {DESCRY_MODE_LA, "\x50\xFF", 0, {0x50, 0x50, 0x50}},
        {DESCRY_MODE_LA, "\0\x80", 0, {127, 127, 127}},
        {DESCRY_MODE_P, "\3", 0, {10, 200, 30}},
        {DESCRY_MODE_RGB, "\xC8\x64\x32", 0, {0xC8, 0x64, 0x32}},
        {DESCRY_MODE_RGBA, "\xC8\x64\x32\xFF", 0, {0xC8, 0x64, 0x32}},
        {DESCRY_MODE_RGBA, "\xC8\x64\x32\0", 0, {255, 255, 255}},
        {DESCRY_MODE_RGBA, "\0\0\xFF\x33", 0, {204, 204, 255}},
        {DESCRY_MODE_CMYK, "\0\0\xFF\0", 0, {255, 255, 0}},
        {DESCRY_MODE_CMYK, "\0\0\0\xFF", 0, {0, 0, 0}},
        {DESCRY_MODE_I16, &half, 0, {0x80, 0x80, 0x80}},
        {DESCRY_MODE_I32, &word, 4, {0x40, 0x40, 0x40}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int side = 10; side <= 80; side += 70) {
            size_t pixel = descry_picture_pixel(cases[i].mode), size;
            descry_picture picture = {.width = W, .height = H, .whole_width = W, .whole_height = H, .mode = cases[i].mode,
                                      .orientation = 6, .shift = cases[i].shift, .data = room(W * H * pixel)}, preview;
            descry_error err;
            uint8_t *jpeg;
            memcpy(picture.palette + 9, "\x0A\xC8\x1E", 3);
            for (size_t k = 0; k < W * H; k++)
                memcpy(picture.data + k * pixel, cases[i].pixel, pixel);
            check_rc(descry_preview_make(&picture, side, &jpeg, &size, "x", &err), &err);
            expect_sound(jpeg, size, &preview);
            assert_true(preview.width == (side < W ? side * H / W : H) && preview.height == (side < W ? side : W));
            for (size_t k = 0; k < (size_t)preview.width * (size_t)preview.height * 3; k++)
                if (abs(preview.data[k] - cases[i].rgb[k % 3]) > 3)
                    fail_msg("case %zu: %d at %zu", i, preview.data[k], k);
            free(jpeg);
            descry_picture_free(&picture);
            descry_picture_free(&preview);
        }
}

/* Of files of each kind, as their pixels are made upright RGB elsewhere. */
static void previews_look_like_the_picture(void **state)
{
    (void)state;
    static const char *const names[] = {"formats/scene.png", "formats/palette.png", "formats/grey.png", "formats/grey16.png",
                                        "formats/cmyk.jpg", "formats/rgb16.png", "formats/scene.bmp", "formats/progressive.jpg"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        descry_buf file = file_of(names[n]);
        descry_picture picture, preview;
        decode_all(&file, &picture);
        size_t size = (size_t)picture.width * (size_t)picture.height * 3;
        uint8_t *rgb = room(size);
        descry_convert_rgb(&picture, 0, rgb);
        preview_of(&file, 128, &preview);
        assert_true(preview.width == picture.width && preview.height == picture.height);
        expect_alike(names[n], preview.data, rgb, size, 6);
        free(rgb);
        descry_picture_free(&picture);
        descry_picture_free(&preview);
        descry_buf_free(&file);
    }
}

/* What is wanted besides stays as it is; a preview is of the whole, also of what is too large for it. */
static void previews_come_with_pixels(void **state)
{
    (void)state;
    uint8_t alone[SIZE], rgb[SIZE];
    descry_facts facts;
    descry_picture preview;
    descry_buf file = file_of("large.jpg");
    for (int draft = 0; draft < 2; draft++) {
        descry_preparation wanted = {.preprocess = &small, .options = &plain, .draft = draft, .region = {0.5, 0.5, 1, 1}};
        assert_int_equal(prepare(&wanted, &file, alone, &facts), 0);
        assert_null(facts.preview);
        wanted.preview = 100;
        assert_int_equal(prepare(&wanted, &file, rgb, &facts), 0);
        assert_int_equal(facts.draft, draft);
        assert_memory_equal(rgb, alone, SIZE);
        expect_sound(facts.preview, facts.preview_size, &preview);
        assert_true(preview.width == 100 && preview.height == 100);
        descry_picture_free(&preview);
        descry_facts_free(&facts);
        wanted.preview = 300; /* of a draft there would be too few pixels */
        assert_int_equal(prepare(&wanted, &file, rgb, &facts), 0);
        assert_int_equal(facts.draft, 0);
        descry_facts_free(&facts);
    }
    descry_buf_free(&file);
}

static void noise_fits_into_what_is_promised(void **state)
{
    (void)state;
    enum { W = 700, H = 333 };
    descry_picture picture = {.width = W, .height = H, .whole_width = W, .whole_height = H, .mode = DESCRY_MODE_RGB,
                              .orientation = 1, .data = room(W * H * 3)}, preview;
    descry_error err;
    uint8_t *jpeg;
    size_t size;
    for (uint32_t i = 0, seed = 1; i < W * H * 3; i++)
        picture.data[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 31) * 255;
    check_rc(descry_preview_make(&picture, W, &jpeg, &size, "x", &err), &err);
    assert_true(size > 1 << 17);
    expect_sound(jpeg, size, &preview);
    free(jpeg);
    descry_picture_free(&picture);
    descry_picture_free(&preview);
}

static void what_is_no_preview_is_refused(void **state)
{
    (void)state;
    static const int bad[] = {-1, DESCRY_PREVIEW_MOST + 1, INT32_MIN, INT32_MAX};
    descry_facts facts;
    descry_buf file = file_of("large.jpg");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        descry_preparation wanted = {.options = &plain, .preview = bad[i]};
        assert_int_equal(prepare(&wanted, &file, NULL, &facts), DESCRY_ERR_ARGUMENT);
    }
    file.size /= 2;
    descry_preparation wanted = {.options = &plain, .preview = 64};
    assert_int_equal(prepare(&wanted, &file, NULL, &facts), DESCRY_ERR_FORMAT);
    assert_null(facts.preview);
    descry_buf_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_are_as_files_of_their_own),
        cmocka_unit_test(the_whole_is_a_region),
        cmocka_unit_test(regions_have_a_pixel),
        cmocka_unit_test(what_is_no_region_is_refused),
        cmocka_unit_test(drafts_have_enough_of_a_region),
        cmocka_unit_test(placeholders_are_means),
        cmocka_unit_test(placeholders_are_of_every_size_and_mode),
        cmocka_unit_test(placeholders_come_with_pixels_and_previews),
        cmocka_unit_test(previews_are_upright_and_say_nothing),
        cmocka_unit_test(previews_are_never_larger),
        cmocka_unit_test(previews_are_made_of_drafts),
        cmocka_unit_test(previews_are_of_every_mode),
        cmocka_unit_test(previews_look_like_the_picture),
        cmocka_unit_test(previews_come_with_pixels),
        cmocka_unit_test(noise_fits_into_what_is_promised),
        cmocka_unit_test(what_is_no_preview_is_refused),
    };
    return cmocka_run_group_tests_name("prepare", tests, NULL, NULL);
}
