/* SPDX-License-Identifier: Apache-2.0
 * JPEG files that lack their end or have something else there, that ask for more work than they are worth, what they
 * say of themselves in several segments, and drafts of them. */
#include "cmocka_test.h"

#include "exif_fixture.h"
#include "image/preprocess.h"
#include "picture_fixture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

static const descry_limits limits = DESCRY_LIMITS_INIT;

enum { PLAIN = 0, PROGRESSIVE = 1, RESTARTS = 2, ARITHMETIC = 4, PLANES = 8, GREY = 16, BLANK = 32 };

/* A picture of slopes and noise, as `kind` has it. */
static descry_buf encode(int kind, unsigned width, unsigned height)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr manager;
    unsigned char *out = NULL;
    unsigned long size = 0;
    descry_buf file = {0};
    jpeg_scan_info planes[3];
    jpeg.err = jpeg_std_error(&manager);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &out, &size);
    jpeg.image_width = width;
    jpeg.image_height = height;
    jpeg.input_components = kind & GREY ? 1 : 3;
    jpeg.in_color_space = kind & GREY ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg.optimize_coding = kind & BLANK && !(kind & ARITHMETIC) ? TRUE : FALSE;
    jpeg.arith_code = kind & ARITHMETIC ? TRUE : FALSE;
    if (kind & PROGRESSIVE)
        jpeg_simple_progression(&jpeg);
    if (kind & RESTARTS)
        jpeg.restart_interval = 3;
    if (kind & PLANES) {
        for (int i = 0; i < 3; i++)
            planes[i] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {i}, .Se = 63};
        jpeg.scan_info = planes;
        jpeg.num_scans = 3;
    }
    jpeg_start_compress(&jpeg, TRUE);
    uint8_t *row = calloc(width, 3);
    assert_non_null(row);
    for (uint32_t y = 0, seed = 1; y < height; y++) {
        for (size_t i = 0; i < 3 * (size_t)width && !(kind & BLANK); i++)
            row[i] = (uint8_t)(i + 2 * y + ((seed = seed * 1664525 + 1013904223) >> 26));
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    append(&file, out, size);
    free(out);
    free(row);
    return file;
}

/* What makers, phones and broken copies leave behind a picture. */
enum { NOTHING, SAMSUNG, ANOTHER, VIDEO, NOISE, ZEROS, MARKERS, TRAILERS };

static void append_trailer(descry_buf *file, int kind)
{
    descry_buf other = encode(PLAIN, 64, 64);
    switch (kind) {
    case SAMSUNG: append(file, "\0\0\x01\x0A\x0E\0\0\0Image_UTC_Data1530000000000SEFH\x6B\0\0\0\1\0\0\0SEFT", 51); break;
    case ANOTHER: append(file, other.data, other.size); break;
    case VIDEO:
        append(file, "\0\0\0\x18""ftypmp42\0\0\0\0mp42isom\0\1\0\0mdat", 32);
        append_noise(file, 65536, 7);
        break;
    case NOISE: append_noise(file, 100000, 8); break;
    case ZEROS:
        for (int i = 0; i < 100000; i++)
            append(file, "", 1);
        break;
    case MARKERS: append(file, "\xFF\xC0\xFF\xDA\xFF\xFF\x01\xFF\xD3\xFF\xC4\0\2\xFF", 14); break;
    default: break;
    }
    descry_buf_free(&other);
}

static void without_their_end_they_are_read(void **state)
{
    (void)state;
    static const int kinds[] = {PLAIN, PROGRESSIVE, RESTARTS, PLANES, GREY, GREY | PROGRESSIVE, PROGRESSIVE | RESTARTS,
                                PLANES | RESTARTS};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (int trailer = 0; trailer < TRAILERS; trailer++) {
            char what[64];
            descry_picture whole;
            descry_error err;
            descry_buf file = encode(kinds[i], 150, 90);
            snprintf(what, sizeof what, "kind %d, trailer %d", kinds[i], trailer);
            assert_int_equal(decode_with(&limits, file.data, file.size, &whole, &err), 0);
            size_t size = file.size;
            append_trailer(&file, trailer);
            expect_like(&file, file.size, &whole, what);
            file.size = size - 1; /* half of the end mark */
            append_trailer(&file, trailer == MARKERS ? NOTHING : trailer);
            expect_like(&file, file.size, &whole, what);
            file.size = size - 2;
            append_trailer(&file, trailer);
            expect_like(&file, file.size, &whole, what);
            file.size = size / 2;
            append_trailer(&file, trailer);
            /* noise can hold an end mark, and that which makes a scan complete */
            expect_refused(&file, file.size, DESCRY_ERR_FORMAT, "JPEG", what);
            file.size = size / 2;
            append(&file, "\xFF\xD9", 2);
            if (!(kinds[i] & (PROGRESSIVE | PLANES)))
                expect_refused(&file, file.size, DESCRY_ERR_FORMAT, "truncated JPEG", what);
            descry_picture_free(&whole);
            descry_buf_free(&file);
        }
}

static bool is_mark(const uint8_t *b)
{
    return b[0] == 0xFF && b[1] != 0 && (b[1] & 0xF8) != 0xD0;
}

/* Cut within a scan a file is refused; between scans, a progressive one is read, as is any when all are there. */
static void cut_within_a_scan_they_are_refused(void **state)
{
    (void)state;
    static const int kinds[] = {PLAIN, PROGRESSIVE, RESTARTS, PLANES, PROGRESSIVE | RESTARTS, ARITHMETIC, GREY | PROGRESSIVE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        descry_buf file = encode(kinds[i], 64, 48);
        const uint8_t *b = (const uint8_t *)file.data;
        size_t data = 0, scans = 0, read = 0; /* data: of the scan that was begun; 0: between scans */
        for (size_t cut = 0; cut < file.size; cut++) {
            if (data && cut > data && is_mark(b + cut))
                data = 0;
            else if (!data && cut >= 14 && (is_mark(b + cut - 8) || is_mark(b + cut - 10) || is_mark(b + cut - 14))) {
                size_t head = b[cut - 7] == 0xDA ? 8 : b[cut - 9] == 0xDA ? 10 : b[cut - 13] == 0xDA ? 14 : 0;
                if (head && b[cut - head] == 0xFF && (size_t)(b[cut - head + 2] << 8 | b[cut - head + 3]) + 2 == head) {
                    data = cut;
                    scans++;
                }
            }
            bool readable = !data && scans >= (kinds[i] & PLANES ? 3 : 1) && !(kinds[i] & ARITHMETIC);
            descry_error err = {0};
            int rc = decode(file.data, cut, &err);
            if ((rc == 0) != readable)
                fail_msg("kind %d cut to %zu of %zu bytes: %d (%s)", kinds[i], cut, file.size, rc, err.message);
            read += rc == 0;
        }
        assert_true(kinds[i] & ARITHMETIC ? read == 0 : kinds[i] & PROGRESSIVE ? scans >= 6 && read > 2 : read == 2);
        descry_buf_free(&file);
    }
}

/* SOF of `width` x `height`, one component, and tables in which 0 codes nothing: `scans` scans of `bytes` bytes each. */
static descry_buf bomb(unsigned frame, unsigned width, unsigned height, int scans, size_t bytes)
{
    descry_buf file = {0};
    append(&file, "\xFF\xD8\xFF\xDB\0\x43\0", 7);
    for (int i = 0; i < 64; i++)
        append_big(&file, 1, 1);
    append_big(&file, 0xFF00 | frame, 2);
    append(&file, "\0\x0B\x08", 3);
    append_big(&file, height, 2);
    append_big(&file, width, 2);
    append(&file, "\1\1\x11\0", 4);
    for (int table = 0; table <= 0x10; table += 0x10) {
        append(&file, "\xFF\xC4\0\x14", 4);
        append_big(&file, (uint32_t)table, 1);
        append(&file, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17);
    }
    for (int i = 0; i < scans; i++) {
        append(&file, "\xFF\xDA\0\x08\1\1\0", 7);
        append(&file, frame == 0xC0 ? "\0\x3F\0" : i ? "\1\x3F\0" : "\0\0\0", 3);
        for (size_t k = 0; k < bytes; k++)
            append(&file, "", 1);
    }
    append(&file, "\xFF\xD9", 2);
    return file;
}

static void work_is_bounded_by_bytes(void **state)
{
    (void)state;
    static const struct {
        unsigned frame, width, height;
        int scans;
        size_t bytes, padding;
        int code;
        const char *message;
    } bombs[] = {
        {0xC2, 65500, 7800, 100, 1, 0, DESCRY_ERR_LIMIT, "limit"},         /* empty scans over half a gigapixel */
        {0xC2, 65500, 7800, 499, 1, 0, DESCRY_ERR_LIMIT, "limit"},
        {0xC2, 65500, 7800, 499, 1, 600000, DESCRY_ERR_LIMIT, "limit"},    /* bytes that belong to no scan do not count */
        {0xC2, 65500, 7800, 400, 2000, 0, DESCRY_ERR_LIMIT, "too few"},    /* enough for its pixels, but not for its scans */
        {0xCA, 65500, 7800, 400, 2000, 0, DESCRY_ERR_LIMIT, "too few"},    /* arithmetic coding */
        {0xCA, 65500, 7800, 2, 1, 0, DESCRY_ERR_LIMIT, "limit"},
        {0xC0, 65500, 7800, 1, 1, 0, DESCRY_ERR_LIMIT, "limit"},
        {0xC0, 60000, 60000, 1, 1, 0, DESCRY_ERR_LIMIT, "60000 x 60000"},
        {0xC2, 16, 16, 501, 1, 0, DESCRY_ERR_LIMIT, "500 scans"},
        {0xC0, 800, 800, 1, 700, 0, DESCRY_ERR_FORMAT, "truncated"},       /* two bits for each block are 2500 bytes */
        {0xC3, 16, 16, 1, 100, 0, DESCRY_ERR_UNSUPPORTED, "unsupported kind of JPEG"},
    };
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        char what[32];
        descry_buf file = bomb(bombs[i].frame, bombs[i].width, bombs[i].height, bombs[i].scans, bombs[i].bytes);
        append_noise(&file, bombs[i].padding, 1);
        snprintf(what, sizeof what, "bomb %zu", i);
        expect_refused(&file, file.size, bombs[i].code, bombs[i].message, what);
        descry_buf_free(&file);
    }
}

/* The emptiest that encoders make. */
static void blank_pictures_are_read(void **state)
{
    (void)state;
    static const int kinds[] = {PLAIN, PROGRESSIVE, GREY, GREY | PROGRESSIVE, PLANES, ARITHMETIC, RESTARTS};
    static const descry_limits few = {sizeof(descry_limits), 65500, 512000000, 1 << 30, 10}, any = {sizeof(descry_limits), 65500, 512000000, 1 << 30, 0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        descry_error err;
        descry_picture picture;
        descry_buf file = encode(kinds[i] | BLANK, 2000, 1500);
        if (decode(file.data, file.size, &err) && !(kinds[i] & ARITHMETIC))
            fail_msg("kind %d, %zu bytes: %s", kinds[i], file.size, err.message);
        assert_int_equal(decode_with(&few, file.data, file.size, &picture, &err), DESCRY_ERR_LIMIT);
        assert_non_null(strstr(err.message, "a byte"));
        assert_int_equal(decode_with(&any, file.data, file.size, &picture, &err), 0);
        descry_picture_free(&picture);
        descry_buf_free(&file);
    }
}

/* `file` with these bytes as a segment behind its first marker, and any further. */
static void insert_app1(descry_buf *file, size_t *at, const char *head, size_t head_size, const void *bytes, size_t size)
{
    descry_buf made = {0};
    append(&made, file->data, *at);
    append(&made, "\xFF\xE1", 2);
    append_big(&made, (uint32_t)(2 + head_size + size), 2);
    append(&made, head, head_size);
    append(&made, bytes, size);
    size_t end = made.size;
    append(&made, file->data + *at, file->size - *at);
    descry_buf_free(file);
    *file = made;
    *at = end;
}

static void exif_goes_on_in_further_segments(void **state)
{
    (void)state;
    static const char mark[] = "Exif\0";
    for (int big = 0; big < 2; big++)
        for (int other = 0; other < 2; other++) {
            static uint8_t block[200000];
            exif e = {.big = big};
            exif_text(&e, EXIF_SUB, 0x9003, "2019:07:21 14:03:59");
            exif_make(&e, 0);
            /* the first directory, then much, then that of EXIF: the offsets stand at known places */
            memset(block, 0, sizeof block);
            memcpy(block, e.bytes, e.size);
            size_t far = 150000, sub = 0;
            uint8_t *entry = block + 10; /* one entry: EXIF's place */
            for (int i = 0; i < 4; i++)
                sub |= (size_t)entry[8 + i] << 8 * (big ? 3 - i : i);
            assert_true(sub > 0 && sub + 30 < e.size);
            memcpy(block + far, block + sub, e.size - sub);
            memset(block + sub, 0, e.size - sub);
            for (int i = 0; i < 4; i++) {
                entry[8 + i] = (uint8_t)(far >> 8 * (big ? 3 - i : i));
                size_t text = 0;
                for (int k = 0; k < 4; k++)
                    text |= (size_t)block[far + 10 + (size_t)k] << 8 * (big ? 3 - k : k);
                if (i == 3) /* the text moves, too */
                    for (int k = 0; k < 4; k++)
                        block[far + 10 + (size_t)k] = (uint8_t)((text - sub + far) >> 8 * (big ? 3 - k : k));
            }
            descry_buf file = encode(PLAIN, 32, 32);
            size_t at = 2;
            for (size_t from = 0; from < sizeof block; from += 65000) {
                size_t n = sizeof block - from < 65000 ? sizeof block - from : 65000;
                insert_app1(&file, &at, mark, 6, block + from, n);
                if (other) /* another segment between */
                    insert_app1(&file, &at, "http://example.org/", 20, "x", 1);
            }
            expect_said(&file, 1, "2019-07-21T14:03:59", "EXIF in four segments");
            descry_buf_free(&file);
        }
}

/* ---- drafts ------------------------------------------------------------------------------------------------------ */

static void orient(descry_buf *file, int orientation)
{
    exif e = {0};
    uint8_t value[2] = {(uint8_t)orientation, 0};
    size_t at = 2;
    exif_value(&e, EXIF_MAIN, 0x112, 3, 1, value, 2);
    exif_make(&e, 0);
    insert_app1(file, &at, "Exif\0", 6, e.bytes, e.size);
}

static void draft_of(const descry_buf *file, const descry_enough *enough, descry_picture *picture)
{
    descry_error err;
    if (descry_picture_draft(picture, (const uint8_t *)file->data, file->size, "x", &limits, enough, &err))
        fail_msg("%s", err.message);
}

static void drafts_are_the_least_that_is_enough(void **state)
{
    (void)state;
    static const struct {
        unsigned width, height;
        int orientation;
        descry_enough enough;
        int parts; /* the whole is so many times as wide and high */
    } cases[] = {
        {640, 480, 1, {60, 60, 0}, 8},   {640, 480, 1, {61, 61, 0}, 4},   {640, 480, 1, {120, 120, 0}, 4},
        {640, 480, 1, {121, 121, 0}, 2}, {640, 480, 1, {240, 240, 0}, 2}, {640, 480, 1, {241, 241, 0}, 1},
        {640, 480, 1, {480, 480, 0}, 1}, {640, 480, 1, {9000, 9000, 0}, 1}, {640, 480, 1, {0, 0, 0}, 1},
        {639, 479, 1, {60, 60, 0}, 4},   {645, 487, 1, {60, 60, 0}, 8},   {480, 640, 1, {60, 60, 0}, 8},
        /* a tower's picture that is no square; which side is which */
        {640, 480, 1, {80, 60, 0}, 8},   {640, 480, 1, {60, 80, 0}, 4},   {640, 480, 6, {60, 80, 0}, 8},
        {640, 480, 8, {80, 60, 0}, 4},   {640, 480, 3, {80, 60, 0}, 8},   {640, 480, 3, {81, 60, 0}, 4},
        /* either side */
        {640, 480, 1, {80, 80, 1}, 8},   {640, 480, 1, {81, 81, 1}, 4},   {480, 640, 1, {80, 80, 1}, 8},
        {640, 480, 5, {81, 80, 1}, 8},   {9, 7, 1, {1, 1, 0}, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_picture picture;
        int parts = cases[i].parts;
        descry_buf file = encode(PLAIN, cases[i].width, cases[i].height);
        orient(&file, cases[i].orientation);
        draft_of(&file, &cases[i].enough, &picture);
        if (picture.width != ((int)cases[i].width + parts - 1) / parts || picture.height != ((int)cases[i].height + parts - 1) / parts)
            fail_msg("case %zu: %d x %d", i, picture.width, picture.height);
        assert_int_equal(picture.whole_width, cases[i].width);
        assert_int_equal(picture.whole_height, cases[i].height);
        assert_int_equal(picture.orientation, cases[i].orientation);
        descry_picture_free(&picture);
        descry_buf_free(&file);
    }
}

static void drafts_look_like_the_whole(void **state)
{
    (void)state;
    enum { SIDE = 48, NEAR = 4, SIZE = 3 * SIDE * SIDE };
    static const int kinds[] = {PLAIN, PROGRESSIVE, GREY, PLANES, ARITHMETIC};
    static const descry_resize_mode modes[] = {DESCRY_SHORTEST, DESCRY_SQUASH, DESCRY_LONGEST};
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.limits = &limits;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
            for (int orientation = 1; orientation <= 8; orientation++) {
                descry_preprocess p = {.width = SIDE, .height = SIDE, .interpolation = DESCRY_BICUBIC, .resize_mode = modes[m]};
                descry_enough enough = descry_preprocess_enough(&p);
                descry_picture whole, draft;
                descry_error err;
                uint8_t a[SIZE], b[SIZE];
                int apart = 0, contrast = 0;
                descry_buf file = encode(kinds[k], 500, 400);
                orient(&file, orientation);
                assert_int_equal(decode_with(&limits, file.data, file.size, &whole, &err), 0);
                draft_of(&file, &enough, &draft);
                assert_true(whole.width == 500 && whole.whole_width == 500 && draft.width == 125 && draft.height == 100);
                assert_int_equal(draft.mode, whole.mode);
                assert_int_equal(descry_preprocess_run(&p, &options, &whole, a, &err), 0);
                assert_int_equal(descry_preprocess_run(&p, &options, &draft, b, &err), 0);
                for (int i = 0; i < SIZE; i++) {
                    apart += abs(a[i] - b[i]);
                    contrast += abs(a[i] - a[SIZE - 1 - i]);
                }
                if (apart > NEAR * SIZE || contrast < 4 * apart)
                    fail_msg("kind %d, mode %zu, orientation %d: %g apart, of %g", kinds[k], m, orientation,
                             (double)apart / SIZE, (double)contrast / SIZE);
                descry_picture_free(&whole);
                descry_picture_free(&draft);
                descry_buf_free(&file);
            }
}

/* Neither the limits nor what is missing are another matter. */
static void drafts_are_refused_like_the_whole(void **state)
{
    (void)state;
    static const descry_enough enough = {8, 8, 0};
    descry_limits few = limits;
    descry_picture picture;
    descry_error err;
    descry_buf file = encode(PLAIN, 320, 240);
    few.max_side = 319;
    assert_int_equal(descry_picture_draft(&picture, (const uint8_t *)file.data, file.size, "x", &few, &enough, &err), DESCRY_ERR_LIMIT);
    assert_null(picture.data);
    for (size_t size = 0; size < file.size - 2; size += 97)
        if (!descry_picture_draft(&picture, (const uint8_t *)file.data, size, "x", &limits, &enough, &err))
            fail_msg("read from %zu of %zu bytes", size, file.size);
    descry_buf_free(&file);
}

/* A format that has none. */
static void other_drafts_are_the_whole(void **state)
{
    (void)state;
    static const descry_enough enough = {1, 1, 0};
    descry_picture picture;
    descry_buf file = {0};
    append(&file, "P5 16 8 255\n", 12);
    append_noise(&file, 128, 1);
    draft_of(&file, &enough, &picture);
    assert_true(picture.width == 16 && picture.height == 8 && picture.whole_width == 16 && picture.whole_height == 8);
    descry_picture_free(&picture);
    descry_buf_free(&file);
}

static void exif_goes_before_xmp(void **state)
{
    (void)state;
    if (!WITH_XMP)
        skip();
    static const char head[] = "http://ns.adobe.com/xap/1.0/";
    descry_buf packet = {0}, file = encode(PLAIN, 32, 32);
    size_t at = 2;
    append_xmp(&packet, 6, "2011-01-02T03:04:05");
    insert_app1(&file, &at, head, sizeof head, packet.data, packet.size);
    expect_said(&file, 6, "2011-01-02T03:04:05", "XMP alone");
    exif e = {0};
    uint8_t three[2] = {3, 0};
    exif_value(&e, EXIF_MAIN, 0x112, 3, 1, three, 2);
    exif_make(&e, 0);
    insert_app1(&file, &at, "Exif\0", 6, e.bytes, e.size);
    expect_said(&file, 3, "2011-01-02T03:04:05", "EXIF's orientation, XMP's date");
    descry_buf_free(&packet);
    descry_buf_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_their_end_they_are_read),
        cmocka_unit_test(cut_within_a_scan_they_are_refused),
        cmocka_unit_test(work_is_bounded_by_bytes),
        cmocka_unit_test(blank_pictures_are_read),
        cmocka_unit_test(exif_goes_on_in_further_segments),
        cmocka_unit_test(exif_goes_before_xmp),
        cmocka_unit_test(drafts_are_the_least_that_is_enough),
        cmocka_unit_test(drafts_look_like_the_whole),
        cmocka_unit_test(drafts_are_refused_like_the_whole),
        cmocka_unit_test(other_drafts_are_the_whole),
    };
    return cmocka_run_group_tests_name("jpeg", tests, NULL, NULL);
}
