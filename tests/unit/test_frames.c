/* SPDX-License-Identifier: Apache-2.0
 * GIF files of more pixels than they can tell, what WebP files say of themselves, and drafts of them. */
#include "cmocka_test.h"

#include "image/preprocess.h"
#include "picture_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append_little(descry_buf *buf, uint32_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        append_big(buf, number >> 8 * i & 255, 1);
}

typedef struct codes {
    descry_buf bytes;
    uint32_t bits;
    int count;
} codes;

static void append_code(codes *c, unsigned code, int width)
{
    c->bits |= code << c->count;
    for (c->count += width; c->count >= 8; c->count -= 8, c->bits >>= 8)
        append_little(&c->bytes, c->bits & 255, 1);
}

/* Nothing but colour 0, in as few codes as LZW can: each string is that before and one more, and the table is kept. */
static descry_buf blank_gif(unsigned width, unsigned height, size_t pixels)
{
    descry_buf file = {0};
    codes c = {.bits = 0};
    int bits = 3;
    append(&file, "GIF89a", 6);
    append_little(&file, width, 2);
    append_little(&file, height, 2);
    append(&file, "\x80\0\0\xFF\xFF\xFF\0\0\0,\0\0\0\0", 14);
    append_little(&file, width, 2);
    append_little(&file, height, 2);
    append(&file, "\0\2", 2); /* codes of 2 bits, and clear 4, end 5 */
    append_code(&c, 4, bits);
    enum { LONGEST = 4095 - 4 }; /* n > 1 pixels are string n + 4 */
    unsigned next = 5;           /* the string that the coming code makes known; the first makes none */
    for (size_t done = 0, n = 0; done < pixels; done += n) {
        n = n < LONGEST ? n + 1 : n;
        n = n < pixels - done ? n : pixels - done;
        if (next >= 1u << bits && bits < 12)
            bits++;
        append_code(&c, n == 1 ? 0 : (unsigned)n + 4, bits);
        next++;
    }
    append_code(&c, 5, bits);
    append_code(&c, 0, 7);
    for (size_t at = 0; at < c.bytes.size; at += 255) {
        size_t n = c.bytes.size - at < 255 ? c.bytes.size - at : 255;
        append_little(&file, (uint32_t)n, 1);
        append(&file, c.bytes.data + at, n);
    }
    append(&file, "\0;", 2);
    descry_buf_free(&c.bytes);
    return file;
}

static void pixels_are_bounded_by_bytes(void **state)
{
    (void)state;
    static const descry_limits limits = DESCRY_LIMITS_INIT, few = {sizeof(descry_limits), 65500, 512000000, 1 << 30, 10}, any = {sizeof(descry_limits), 65500, 512000000, 1 << 30, 0};
    enum { WIDTH = 8000, HEIGHT = 6000 };
    descry_picture picture;
    descry_error err;
    descry_buf file = blank_gif(WIDTH, HEIGHT, (size_t)WIDTH * HEIGHT);
    assert_true(file.size < (size_t)WIDTH * HEIGHT / 2000); /* as dense as it gets */
    if (decode_with(&limits, file.data, file.size, &picture, &err))
        fail_msg("%s", err.message);
    assert_int_equal(picture.data[0] | picture.data[(size_t)WIDTH * HEIGHT - 1], 0);
    descry_picture_free(&picture);
    assert_int_equal(decode_with(&any, file.data, file.size, &picture, &err), 0);
    descry_picture_free(&picture);
    assert_int_equal(decode_with(&few, file.data, file.size, &picture, &err), DESCRY_ERR_LIMIT);
    descry_buf_free(&file);
    static const uint8_t sides[][2] = {{6, 8}, {24, 26}}; /* the screen's, the picture's */
    for (size_t i = 0; i < 2; i++) {
        file = blank_gif(20, 20, 400);
        memcpy(file.data + sides[i][0], "\xF0\x55\xF0\x55", 4); /* 22000 each */
        expect_refused(&file, file.size, DESCRY_ERR_LIMIT, "a byte", i ? "a picture" : "a screen");
        descry_buf_free(&file);
    }
}

static void append_chunk(descry_buf *file, const char *type, const void *bytes, size_t size)
{
    append(file, type, 4);
    append_little(file, (uint32_t)size, 4);
    append(file, bytes, size);
    append(file, "", size & 1);
}

/* A WebP of the samples, with these chunks. */
static descry_buf webp(const descry_buf *exif, const descry_buf *xmp)
{
    descry_buf plain = file_of("pictures/lossless.webp"), body = {0}, file = {0};
    uint8_t head[10] = {(uint8_t)((exif ? 8 : 0) | (xmp ? 4 : 0))};
    const uint8_t *b = (const uint8_t *)plain.data; /* RIFF, size, WEBP, VP8L, size, its signature, width - 1 and height - 1 */
    uint32_t sides = (uint32_t)b[21] | (uint32_t)b[22] << 8 | (uint32_t)b[23] << 16 | (uint32_t)b[24] << 24;
    assert_memory_equal(b + 12, "VP8L", 4);
    head[4] = sides & 255, head[5] = sides >> 8 & 63;
    head[7] = sides >> 14 & 255, head[8] = sides >> 22 & 63;
    append(&body, "WEBP", 4);
    append_chunk(&body, "VP8X", head, sizeof head);
    append(&body, plain.data + 12, plain.size - 12);
    if (exif)
        append_chunk(&body, "EXIF", exif->data, exif->size);
    if (xmp)
        append_chunk(&body, "XMP ", xmp->data, xmp->size);
    append_chunk(&file, "RIFF", body.data, body.size);
    descry_buf_free(&plain);
    descry_buf_free(&body);
    return file;
}

static void webp_says_it_in_exif_or_xmp(void **state)
{
    (void)state;
    enum { AWAY = 200000 };
    static uint8_t block[AWAY + 26] = "MM\0*\0\3\x0D\x40"; /* its directory at the end */
    memcpy(block + AWAY, "\0\1\1\x12\0\3\0\0\0\1\0\7\0\0\0\0\0\0", 18);
    descry_buf xmp = {0}, exif = {0};
    append_xmp(&xmp, 5, "2015-01-02T03:04:05");
    append(&exif, block, sizeof block);
    for (int i = 0; i < (WITH_XMP ? 4 : 2); i++) {
        descry_buf file = webp(i & 1 ? &exif : NULL, i & 2 ? &xmp : NULL);
        expect_said(&file, i & 1 ? 7 : i & 2 ? 5 : 1, i & 2 ? "2015-01-02T03:04:05" : "", "WebP");
        file.data[20] = 0; /* as some programs leave the flags of what there is */
        expect_said(&file, i & 1 ? 7 : i & 2 ? 5 : 1, i & 2 ? "2015-01-02T03:04:05" : "", "WebP without flags");
        descry_buf_free(&file);
    }
    descry_buf_free(&xmp);
    descry_buf_free(&exif);
}

/* ---- drafts ------------------------------------------------------------------------------------------------------ */

static void draft_of(const char *name, const descry_enough *enough, descry_picture *picture)
{
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    descry_error err;
    descry_buf file = file_of(name);
    if (descry_picture_draft(picture, (const uint8_t *)file.data, file.size, "x", &limits, enough, &err))
        fail_msg("%s: %s", name, err.message);
    descry_buf_free(&file);
}

static void webp_drafts_look_like_the_whole(void **state)
{
    (void)state;
    enum { SIDE = 24, NEAR = 4, SIZE = 3 * SIDE * SIDE };
    static const char *const names[] = {"q85", "lossless", "turned1", "turned2", "turned3", "turned4", "turned5", "turned6",
                                        "turned7", "turned8"};
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    static const descry_preprocess p = {.width = SIDE, .height = SIDE, .interpolation = DESCRY_BICUBIC};
    static const descry_enough all = {0};
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.limits = &limits;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        char name[64];
        descry_enough enough = descry_preprocess_enough(&p);
        descry_picture whole, draft;
        descry_error err;
        uint8_t a[SIZE], b[SIZE];
        int apart = 0, contrast = 0;
        snprintf(name, sizeof name, "formats/%s.webp", names[n]);
        draft_of(name, &all, &whole);
        draft_of(name, &enough, &draft);
        assert_true(2 * draft.width == whole.width && 2 * draft.height == whole.height);
        assert_true(draft.whole_width == whole.width && draft.whole_height == whole.height);
        assert_int_equal(draft.orientation, whole.orientation);
        assert_int_equal(descry_preprocess_run(&p, &options, &whole, a, &err), 0);
        assert_int_equal(descry_preprocess_run(&p, &options, &draft, b, &err), 0);
        for (int i = 0; i < SIZE; i++) {
            apart += abs(a[i] - b[i]);
            contrast += abs(a[i] - a[SIZE - 1 - i]);
        }
        if (apart > NEAR * SIZE || contrast < 4 * apart)
            fail_msg("%s: %g apart, of %g", name, (double)apart / SIZE, (double)contrast / SIZE);
        descry_picture_free(&whole);
        descry_picture_free(&draft);
    }
}

/* What lies below what is transparent counts, and a frame has its place on a canvas. */
static void webp_with_alpha_or_frames_has_no_drafts(void **state)
{
    (void)state;
    static const char *const names[] = {"pictures/lossy-alpha.webp", "pictures/lossless-alpha.webp", "pictures/animated.webp"};
    static const descry_enough enough = {2, 2, 0};
    descry_picture picture;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        draft_of(names[n], &enough, &picture);
        assert_true(picture.width == 45 && picture.height == 31 && picture.whole_width == 45 && picture.whole_height == 31);
        descry_picture_free(&picture);
    }
    draft_of("pictures/lossy.webp", &enough, &picture);
    assert_true(picture.width == 6 && picture.height == 4);
    descry_picture_free(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_bounded_by_bytes),
        cmocka_unit_test(webp_says_it_in_exif_or_xmp),
        cmocka_unit_test(webp_drafts_look_like_the_whole),
        cmocka_unit_test(webp_with_alpha_or_frames_has_no_drafts),
    };
    return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
