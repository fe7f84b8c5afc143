/* SPDX-License-Identifier: Apache-2.0
 * PNG files that lack their end, that lie about their chunks, and what they say of themselves in text. */
#include "cmocka_test.h"

#include "exif_fixture.h"
#include "picture_fixture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const descry_limits limits = DESCRY_LIMITS_INIT;

static void append_chunk(descry_buf *file, const char *type, const void *bytes, size_t size)
{
    append_big(file, (uint32_t)size, 4);
    append(file, type, 4);
    append(file, bytes, size);
    append_big(file, (uint32_t)crc32_z(crc32_z(0, (const uint8_t *)type, 4), size ? bytes : (const uint8_t *)"", size), 4);
}

static void append_packed(descry_buf *buf, const void *bytes, size_t size)
{
    uLongf room = compressBound(size);
    uint8_t *packed = malloc(room);
    assert_non_null(packed);
    assert_int_equal(compress2(packed, &room, bytes, size, 9), Z_OK);
    append(buf, packed, room);
    free(packed);
}

static void append_header(descry_buf *file, uint32_t width, uint32_t height, const char *kind)
{
    descry_buf header = {0};
    append(file, "\x89PNG\r\n\x1A\n", 8);
    append_big(&header, width, 4);
    append_big(&header, height, 4);
    append(&header, kind, 5); /* depth, colour, 0, 0, interlace */
    append_chunk(file, "IHDR", header.data, header.size);
    descry_buf_free(&header);
}

/* A small grey picture; `before` and `after` are chunks around its data, `parts` how many chunks these are in. */
static descry_buf make(const descry_buf *before, const descry_buf *after, size_t parts)
{
    descry_buf file = {0}, rows = {0}, packed = {0};
    for (uint32_t y = 0; y < 20; y++) {
        append(&rows, "", 1);
        append_noise(&rows, 30, y);
    }
    append_packed(&packed, rows.data, rows.size);
    append_header(&file, 30, 20, "\10\0\0\0\0");
    if (before)
        append(&file, before->data, before->size);
    for (size_t i = 0; i < parts; i++) {
        size_t from = packed.size * i / parts, to = packed.size * (i + 1) / parts;
        append_chunk(&file, "IDAT", packed.data + from, to - from);
    }
    if (after)
        append(&file, after->data, after->size);
    append_chunk(&file, "IEND", "", 0);
    descry_buf_free(&rows);
    descry_buf_free(&packed);
    return file;
}

static size_t end_of_data(const descry_buf *file)
{
    size_t end = 0, at = 8;
    while (at + 12 <= file->size) {
        const uint8_t *b = (const uint8_t *)file->data + at;
        at += 12 + ((size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3]);
        end = memcmp(b + 4, "IDAT", 4) == 0 ? at : end;
    }
    return end;
}

static void without_their_end_they_are_read(void **state)
{
    (void)state;
    static const char *const names[] = {NULL, NULL, "formats/interlaced.png", "pictures/palette4.png", "pictures/rgb.png",
                                        "pictures/bilevel.png"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        descry_buf file = names[i] ? file_of(names[i]) : make(NULL, NULL, i ? 7 : 1);
        descry_picture whole;
        descry_error err;
        size_t size = file.size, data = end_of_data(&file);
        assert_int_equal(decode_with(&limits, file.data, size, &whole, &err), 0);
        for (size_t cut = data - 4 - 4; cut < size; cut++) /* its last checksum, that of its rows */
            expect_like(&file, cut, &whole, names[i] ? names[i] : "made");
        for (size_t cut = 0; cut < data - 4 - 4 - 2; cut++) {
            int rc = decode(file.data, cut, &err);
            if (rc != DESCRY_ERR_FORMAT && rc != (cut > 33 ? DESCRY_ERR_LIMIT : DESCRY_ERR_UNSUPPORTED))
                fail_msg("cut to %zu of %zu bytes: %d", cut, size, rc);
        }
        for (int trailer = 0; trailer < 4; trailer++) {
            descry_buf other = {0};
            append(&other, file.data, trailer & 1 ? data : size); /* without IEND */
            if (trailer < 2)
                append(&other, "\0\0\x01\x0A\x0E\0\0\0Image_UTC_Data1530000000000SEFH\x6B\0\0\0\1\0\0\0SEFT", 51);
            else
                append_noise(&other, 50000, 3);
            expect_like(&other, other.size, &whole, "with a trailer");
            other.size = data / 2;
            append_noise(&other, (size_t)trailer * 10000, 4);
            expect_refused(&other, other.size, DESCRY_ERR_FORMAT, "PNG", "half a picture");
            descry_buf_free(&other);
        }
        descry_buf torn = {0}; /* a trailer where its last checksum was */
        append(&torn, file.data, data - 4);
        append(&torn, "\0\0\x01\x0A\x0E\0\0\0Image_UTC_Data", 22);
        expect_like(&torn, torn.size, &whole, "with a trailer for its checksum");
        descry_buf_free(&torn);
        descry_picture_free(&whole);
        descry_buf_free(&file);
    }
}

/* Zeros in place of the rest are codes, which may make rows enough. */
static void zeros_are_no_rows(void **state)
{
    (void)state;
    descry_buf file = {0}, rows = {0}, packed = {0};
    for (uint32_t y = 0; y < 400; y++) { /* long runs, so that the first code is that of the longest */
        append(&rows, "", 1);
        for (int x = 0; x < 400; x += 50)
            append(&rows, (char[50]){(char)(y / 30 + (uint32_t)x)}, 50);
    }
    append_packed(&packed, rows.data, rows.size);
    append_header(&file, 400, 400, "\10\0\0\0\0");
    size_t begin = file.size + 8;
    append_chunk(&file, "IDAT", packed.data, packed.size);
    append_chunk(&file, "IEND", "", 0);
    for (size_t keep = packed.size / 2; keep < packed.size - 40; keep += packed.size / 50) {
        descry_buf torn = {0};
        append(&torn, file.data, begin + keep);
        append(&torn, (char[20000]){0}, 20000);
        expect_refused(&torn, torn.size, DESCRY_ERR_FORMAT, "PNG", "zeros behind");
        expect_refused(&torn, file.size, DESCRY_ERR_FORMAT, "PNG", "zeros up to its size");
        descry_buf_free(&torn);
    }
    descry_buf_free(&file);
    descry_buf_free(&rows);
    descry_buf_free(&packed);
}

/* libpng takes the memory that a chunk names, or unpacks it. */
static void lying_lengths_are_refused(void **state)
{
    (void)state;
    static const char types[][5] = {"sPLT", "zTXt", "tEXt", "iTXt", "pCAL", "iCCP", "eXIf", "hIST", "sCAL", "tRNS", "PLTE",
                                    "prVt", "CrIt", "IDAT"};
    static const uint32_t lies[] = {5000, 0x7FFFFFF0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    descry_buf plain = make(NULL, NULL, 1);
    descry_picture whole;
    descry_error err;
    assert_int_equal(decode_with(&limits, plain.data, plain.size, &whole, &err), 0);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (size_t k = 0; k < sizeof lies / sizeof *lies; k++) {
            descry_buf lie = {0};
            append_big(&lie, lies[k], 4);
            append(&lie, types[i], 4);
            append(&lie, "Make\0\0\0\0\0\0\0", 11);
            descry_buf before = make(&lie, NULL, 1), after = make(NULL, &lie, 1);
            expect_refused(&before, before.size, DESCRY_ERR_FORMAT, "PNG", types[i]);
            if (types[i][0] & 32) /* of no use for its pixels, which are there */
                expect_like(&after, after.size, &whole, types[i]);
            descry_buf_free(&before);
            descry_buf_free(&after);
            descry_buf_free(&lie);
        }
    descry_picture_free(&whole);
    descry_buf_free(&plain);
}

static void texts_that_unpack_to_much_are_passed_over(void **state)
{
    (void)state;
    enum { UNPACKED = 8 << 20, COUNT = 20 };
    static const char *const keywords[] = {"Comment", "Raw profile type exif", "XML:com.adobe.xmp"};
    uint8_t *zeros = calloc(1, UNPACKED);
    assert_non_null(zeros);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        descry_buf text = {0}, chunks = {0};
        append(&text, keywords[i], strlen(keywords[i]) + 1);
        append(&text, i == 2 ? "\1\0\0" : "", i == 2 ? 4 : 1);
        append_packed(&text, zeros, UNPACKED);
        for (int k = 0; k < COUNT; k++)
            append_chunk(&chunks, i == 2 ? "iTXt" : "zTXt", text.data, text.size);
        append_chunk(&chunks, "eXIf", "MM\0*\0\0\0\10\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 26);
        descry_buf file = make(&chunks, NULL, 1);
        expect_said(&file, 6, "", keywords[i]);
        descry_buf_free(&file);
        descry_buf_free(&chunks);
        descry_buf_free(&text);
    }
    free(zeros);
}

enum { TEXT, PACKED, INTERNATIONAL, INTERNATIONAL_PACKED, WAYS };

static void append_text(descry_buf *file, int way, const char *keyword, const void *bytes, size_t size)
{
    static const char *const types[WAYS] = {"tEXt", "zTXt", "iTXt", "iTXt"};
    descry_buf text = {0};
    append(&text, keyword, strlen(keyword) + 1);
    if (way >= INTERNATIONAL) {
        append(&text, way == INTERNATIONAL_PACKED ? "\1\0" : "\0\0", 2);
        append(&text, "de\0Rohprofil", 13); /* language, keyword in it */
    } else if (way == PACKED)
        append(&text, "", 1);
    if (way == PACKED || way == INTERNATIONAL_PACKED)
        append_packed(&text, bytes, size);
    else
        append(&text, bytes, size);
    append_chunk(file, types[way], text.data, text.size);
    descry_buf_free(&text);
}

/* As ImageMagick prints it, 36 bytes a line. */
static void append_profile(descry_buf *file, int way, const char *name, const char *head, size_t head_size, const void *bytes,
                           size_t size)
{
    descry_buf hex = {0}, all = {0};
    char keyword[64];
    append(&all, head, head_size);
    append(&all, bytes, size);
    assert_int_equal(descry_buf_printf(&hex, NULL, "\n%s\n%8zu\n", name, all.size), 0);
    for (size_t i = 0; i < all.size; i++)
        assert_int_equal(descry_buf_printf(&hex, NULL, "%02x%s", (uint8_t)all.data[i], i % 36 == 35 ? "\n" : ""), 0);
    append(&hex, "\n", 1);
    snprintf(keyword, sizeof keyword, "Raw profile type %s", name);
    append_text(file, way, keyword, hex.data, hex.size);
    descry_buf_free(&hex);
    descry_buf_free(&all);
}

static exif exif_of(int orientation, const char *date)
{
    exif e = {0};
    uint8_t value[2] = {(uint8_t)orientation, 0};
    if (orientation)
        exif_value(&e, EXIF_MAIN, 0x112, 3, 1, value, 2);
    exif_text(&e, EXIF_SUB, 0x9003, date);
    exif_make(&e, 0);
    return e;
}

static const char exif_mark[] = "Exif\0", xmp_mark[] = "http://ns.adobe.com/xap/1.0/"; /* and a NUL each */

static void exif_in_text_is_read(void **state)
{
    (void)state;
    exif e = exif_of(8, "2019:07:21 14:03:59");
    for (int way = 0; way < WAYS; way++)
        for (int where = 0; where < 2; where++)
            for (int kind = 0; kind < 3; kind++) {
                descry_buf chunk = {0};
                append_profile(&chunk, way, kind ? "exif" : "APP1", exif_mark, kind < 2 ? 6 : 0, e.bytes, e.size);
                descry_buf file = where ? make(NULL, &chunk, 1) : make(&chunk, NULL, 1);
                expect_said(&file, 8, "2019-07-21T14:03:59", kind ? "exif" : "APP1");
                descry_buf_free(&file);
                descry_buf_free(&chunk);
            }
}

static void xmp_is_read(void **state)
{
    (void)state;
    if (!WITH_XMP)
        skip();
    descry_buf packet = {0};
    append_xmp(&packet, 5, "2015-01-02T03:04:05");
    for (int way = 0; way < WAYS; way++)
        for (int kind = 0; kind < 3; kind++) {
            descry_buf chunk = {0};
            if (kind == 0)
                append_text(&chunk, way, "XML:com.adobe.xmp", packet.data, packet.size);
            else
                append_profile(&chunk, way, kind == 1 ? "xmp" : "APP1", xmp_mark, kind == 1 ? 0 : sizeof xmp_mark, packet.data,
                               packet.size);
            descry_buf file = make(NULL, &chunk, 2);
            expect_said(&file, 5, "2015-01-02T03:04:05", kind ? "a profile of XMP" : "XMP");
            descry_buf_free(&file);
            descry_buf_free(&chunk);
        }
    descry_buf_free(&packet);
}

/* eXIf, then EXIF in text, then XMP, wherever they stand. */
static void the_better_source_counts(void **state)
{
    (void)state;
    if (!WITH_XMP)
        skip();
    descry_buf packet = {0}, chunks = {0};
    exif text = exif_of(8, "2012:02:02 02:02:02"), own = exif_of(3, "2013:03:03 03:03:03"), dateless = exif_of(0, "");
    append_xmp(&packet, 5, "2015-01-02T03:04:05");
    append_text(&chunks, TEXT, "XML:com.adobe.xmp", packet.data, packet.size);
    append_chunk(&chunks, "eXIf", dateless.bytes, dateless.size);
    descry_buf file = make(&chunks, NULL, 1);
    expect_said(&file, 5, "2015-01-02T03:04:05", "nothing but XMP");
    descry_buf_free(&file);
    append_profile(&chunks, PACKED, "exif", exif_mark, 6, text.bytes, text.size);
    file = make(&chunks, NULL, 1);
    expect_said(&file, 8, "2012-02-02T02:02:02", "text before XMP");
    descry_buf_free(&file);
    append_chunk(&chunks, "eXIf", own.bytes, own.size);
    file = make(&chunks, NULL, 1);
    expect_said(&file, 3, "2013-03-03T03:03:03", "eXIf before text");
    descry_buf_free(&file);
    descry_buf_free(&packet);
    descry_buf_free(&chunks);
}

/* 200 KB, with its first directory at the end, in each of its ways. */
static void large_exif_is_read(void **state)
{
    (void)state;
    enum { AWAY = 200000 };
    static uint8_t block[AWAY + 26] = "MM\0*\0\3\x0D\x40";
    memcpy(block + AWAY, "\0\1\1\x12\0\3\0\0\0\1\0\7\0\0\0\0\0\0", 18);
    for (int kind = 0; kind < 3; kind++) {
        descry_buf chunk = {0};
        if (kind == 0)
            append_chunk(&chunk, "eXIf", block, sizeof block);
        else
            append_profile(&chunk, kind == 1 ? TEXT : PACKED, "exif", exif_mark, 6, block, sizeof block);
        descry_buf file = make(&chunk, NULL, 1);
        expect_said(&file, 7, "", "large EXIF");
        descry_buf_free(&file);
        descry_buf_free(&chunk);
    }
}

static void damaged_profiles_do_no_harm(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "exif", "\nexif\n", "\nexif\n99999999999999999999999999\n45", "\nexif\n8\n4", "\nexif\n4\nzz",
                                        "\nexif\n0\n", "\nexif\n6\n457869660000", "\nexif\n14\n457869660000\n4d4d002a00000008"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int way = 0; way < WAYS; way++) {
            descry_buf chunk = {0};
            append_text(&chunk, way, "Raw profile type APP1", texts[i], strlen(texts[i]));
            append_text(&chunk, way, "Raw profile type xmp", texts[i], strlen(texts[i]));
            append_text(&chunk, way, "XML:com.adobe.xmp", texts[i], strlen(texts[i]));
            append_chunk(&chunk, "iTXt", "XML:com.adobe.xmp\0\1", 19);
            append_chunk(&chunk, "zTXt", "XML:com.adobe.xmp\0", 18);
            append_chunk(&chunk, "iTXt", "XML:com.adobe.xmp\0\0\0xx", 22);
            descry_buf file = make(&chunk, NULL, 1);
            expect_said(&file, 1, "", texts[i]);
            descry_buf_free(&file);
            descry_buf_free(&chunk);
        }
}

/* As many rows of nothing as deflate can hold in a byte are read; more are refused before memory is taken. */
static void pixels_are_bounded_by_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        size_t bits;
    } kinds[] = {{"\1\0\0\0\0", 1}, {"\10\2\0\0\0", 24}, {"\20\6\0\0\0", 64}};
    static const descry_limits few = {sizeof(descry_limits), 65500, 512000000, 1 << 30, 10}, any = {sizeof(descry_limits), 65500, 512000000, 1 << 30, 0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        enum { WIDTH = 2000, HEIGHT = 1500 };
        size_t size = HEIGHT * (1 + WIDTH * kinds[i].bits / 8);
        uint8_t *rows = calloc(1, size);
        descry_buf file = {0}, packed = {0};
        descry_picture picture;
        descry_error err;
        assert_non_null(rows);
        append_packed(&packed, rows, size);
        append_header(&file, WIDTH, HEIGHT, kinds[i].kind);
        append_chunk(&file, "IDAT", packed.data, packed.size);
        append_chunk(&file, "IEND", "", 0);
        assert_int_equal(decode(file.data, file.size, &err), 0);
        assert_int_equal(decode_with(&any, file.data, file.size, &picture, &err), 0);
        descry_picture_free(&picture);
        assert_int_equal(decode_with(&few, file.data, file.size, &picture, &err), DESCRY_ERR_LIMIT);
        file.size = 0;
        append_header(&file, 16 * WIDTH, 10 * HEIGHT, kinds[i].kind);
        append_chunk(&file, "IDAT", packed.data, packed.size);
        append_chunk(&file, "IEND", "", 0);
        append_noise(&file, 100000, 5); /* not data of its pixels */
        expect_refused(&file, file.size, DESCRY_ERR_LIMIT, "a byte", "a large header");
        descry_buf_free(&file);
        descry_buf_free(&packed);
        free(rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_their_end_they_are_read),
        cmocka_unit_test(zeros_are_no_rows),
        cmocka_unit_test(lying_lengths_are_refused),
        cmocka_unit_test(texts_that_unpack_to_much_are_passed_over),
        cmocka_unit_test(exif_in_text_is_read),
        cmocka_unit_test(xmp_is_read),
        cmocka_unit_test(the_better_source_counts),
        cmocka_unit_test(large_exif_is_read),
        cmocka_unit_test(damaged_profiles_do_no_harm),
        cmocka_unit_test(pixels_are_bounded_by_bytes),
    };
    return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
