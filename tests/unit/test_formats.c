/* SPDX-License-Identifier: Apache-2.0
 * Damaged pictures of the formats beside JPEG and PNG (for which see test_image.c), and telling formats by content and
 * by name.  What a codec library decodes well is not looked at here. */
#include "cmocka_test.h"

#include "picture_fixture.h"

#include "base/file.h"
#include "image/formats.h"
#include "image/picture.h"
#include "meta/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

/* A LeakSanitizer calls it: dav1d 1.0 loses 40 bytes of a picture whose data it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdav1d";
}

static const descry_limits limits = {sizeof(descry_limits), 4096, 1 << 22, 1 << 24};

static int decode_small(const void *bytes, size_t size, descry_error *err)
{
    descry_picture picture;
    int rc = decode_with(&limits, bytes, size, &picture, err);
    descry_picture_free(&picture);
    return rc;
}

static const char *const samples[] = {
    "pictures/lossless.webp", "pictures/lossy-alpha.webp", "pictures/animated.webp", "pictures/palette.gif",
    "pictures/interlaced.gif", "pictures/offset.gif", "pictures/rgb.tif", "pictures/fax4.tif", "pictures/grey16-lzw.tif",
    "pictures/jpeg.tif", "pictures/tiled.tif", "pictures/planes-tiled.tif", "pictures/rgba16-msb.tif", "pictures/big.tif",
    "pictures/palette.tif", "pictures/bits8.bmp", "pictures/rle8.bmp", "pictures/rle4.bmp", "pictures/fields32.bmp",
    "pictures/core24.bmp", "pictures/plain.ppm", "pictures/plain.pbm", "pictures/raw.pbm", "pictures/raw16.pgm",
    "pictures/raw100.ppm", "pictures/rgb.jp2", "pictures/grey16.jp2", "pictures/rgb.j2k", "formats/q80.heic",
    "formats/turned6.heic", "formats/q80.avif", "formats/lossy.jxl", "formats/turned5.jxl", "formats/preview6.dng",
    "formats/sensor6.dng",
};

enum { SAMPLES = sizeof samples / sizeof *samples };

static void whole_pictures_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = file_of(samples[i]);
        descry_error err;
        if (decode_small(file.data, file.size, &err))
            fail_msg("%s: %s", samples[i], err.message);
        descry_buf_free(&file);
    }
}

static void truncated_pictures_are_refused(void **state)
{
    (void)state;
    enum { PARTS = 24 };
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = file_of(samples[i]);
        size_t end = file.size;
        if (strstr(samples[i], "preview")) /* at its end, without which the sensor's data is taken */
            end -= 5800;
        for (size_t part = 0; part < PARTS - 1; part++) {
            descry_error err;
            if (decode_small(file.data, end * part / PARTS, &err) == 0)
                fail_msg("%s cut to %zu of %zu bytes was read", samples[i], end * part / PARTS, file.size);
        }
        for (size_t cut = 0; cut < 64; cut++) { /* in its header */
            descry_error err;
            assert_int_not_equal(decode_small(file.data, cut, &err), 0);
        }
        descry_buf_free(&file);
    }
}

/* With any result, it returns, and without a report of a sanitizer. */
static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = file_of(samples[i]);
        descry_error err;
        size_t bits = 8 * file.size;
        for (size_t bit = 0; bit < bits; bit += bit < 4096 ? 13 : bits / 150 + 1) {
            file.data[bit / 8] ^= (char)(1 << bit % 8);
            decode_small(file.data, file.size, &err);
            file.data[bit / 8] ^= (char)(1 << bit % 8);
        }
        descry_buf_free(&file);
    }
}

static void zeros_and_noise_behind_a_header_do_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = file_of(samples[i]);
        descry_error err;
        for (size_t keep = 12; keep < file.size / 2; keep *= 2) {
            memset(file.data + keep, 0, file.size - keep);
            decode_small(file.data, file.size, &err);
            uint32_t seed = 1;
            for (size_t k = keep; k < file.size; k++)
                file.data[k] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
            decode_small(file.data, file.size, &err);
            descry_buf_free(&file);
            file = file_of(samples[i]);
        }
        descry_buf_free(&file);
    }
}

/* Offsets of a file's declared sizes, and implausible values for them. */
static void lying_sizes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t offset;
        const char *bytes;
        size_t count;
        int rc;
    } lies[] = {
        {"pictures/bits24.bmp", 18, "\xFF\xFF\xFF\x7F", 4, DESCRY_ERR_LIMIT},
        {"pictures/bits24.bmp", 18, "\x00\x00\x00\x80", 4, DESCRY_ERR_FORMAT},
        {"pictures/bits24.bmp", 22, "\x00\x00\x00\x00", 4, DESCRY_ERR_FORMAT},
        {"pictures/bits24.bmp", 22, "\x00\x0F\x00\x00", 4, DESCRY_ERR_FORMAT}, /* more rows than it has */
        {"pictures/rle8.bmp", 22, "\x00\x0F\x00\x00", 4, DESCRY_ERR_FORMAT},
        {"pictures/bits24.bmp", 10, "\xFF\xFF\xFF\xFF", 4, DESCRY_ERR_FORMAT},
        {"pictures/bits8.bmp", 46, "\xFF\xFF\xFF\xFF", 4, DESCRY_ERR_FORMAT}, /* colours */
        {"pictures/palette.gif", 6, "\xFF\xFF\xFF\xFF", 4, DESCRY_ERR_LIMIT},
        {"pictures/rgb.j2k", 8, "\x00\x01\x00\x00", 4, DESCRY_ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        descry_buf file = file_of(lies[i].name);
        descry_error err = {0};
        memcpy(file.data + lies[i].offset, lies[i].bytes, lies[i].count);
        int rc = decode_small(file.data, file.size, &err);
        if (rc != lies[i].rc)
            fail_msg("%s, lie %zu: %d (%s)", lies[i].name, i, rc, err.message);
        descry_buf_free(&file);
    }
}

static void lying_numbers_of_pnm_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int rc;
    } files[] = {
        {"P6 2 2 255 123456789012", 0},
        {"P6 2 2 255 12345678901", DESCRY_ERR_FORMAT},
        {"P6\n2 2\n255\n123456789012", 0},
        {"P6#c\n2#c\n2#c\n255\n123456789012", 0},
        {"P6 99999 2 255 1", DESCRY_ERR_LIMIT},
        {"P6 4000 4000 255 1", DESCRY_ERR_LIMIT},
        {"P6 4000 1000 255 1", DESCRY_ERR_FORMAT},
        {"P6 99999999999999999999 2 255 1", DESCRY_ERR_FORMAT},
        {"P6 2 2 0 123456789012", DESCRY_ERR_FORMAT},
        {"P6 2 2 65536 123456789012123456789012", DESCRY_ERR_FORMAT},
        {"P6 -2 2 255 123456789012", DESCRY_ERR_UNSUPPORTED},
        {"P6 2 -2 255 123456789012", DESCRY_ERR_FORMAT},
        {"P6 2x 2 255 123456789012", DESCRY_ERR_FORMAT},
        {"P6 0 2 255 123456789012", DESCRY_ERR_FORMAT},
        {"P2 2 1 7 1 7", 0},
        {"P2 2 1 7 1 8", DESCRY_ERR_FORMAT},
        {"P2 2 1 7 1", DESCRY_ERR_FORMAT},
        {"P1 2 2 01#x\n10", 0},
        {"P1 2 2 0121", DESCRY_ERR_FORMAT},
        {"P4 9 1 ab", 0},
        {"P4 9 1 a", DESCRY_ERR_FORMAT},
        {"P6", DESCRY_ERR_UNSUPPORTED},
        {"P6 ", DESCRY_ERR_UNSUPPORTED},
        {"P6 1", DESCRY_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        descry_error err = {0};
        int rc = decode_small(files[i].text, strlen(files[i].text), &err);
        if (rc != files[i].rc)
            fail_msg("\"%s\": %d (%s)", files[i].text, rc, err.message);
    }
}

static void limits_hold_for_every_format(void **state)
{
    (void)state;
    static const descry_limits tight = {sizeof(descry_limits), 30, 1000, 1 << 24};
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = file_of(samples[i]);
        descry_picture picture;
        descry_error err = {0};
        int rc = descry_picture_decode(&picture, (const uint8_t *)file.data, file.size, "x", &tight, &err);
        if (rc != DESCRY_ERR_LIMIT || !strstr(err.message, "limit"))
            fail_msg("%s: %d (%s)", samples[i], rc, err.message);
        descry_buf_free(&file);
    }
}

static void endings_name_pictures(void **state)
{
    (void)state;
    static const char *const yes[] = {"jpg", "JPEG", "png", "Webp", "gif", "tif", "TIFF", "bmp", "pnm", "ppm", "heic", "avif",
                                      "jxl", "jp2", "dng", "NEF", "cr2", "x3f", "3fr"};
    static const char *const no[] = {"", "txt", "jp", "jpg2", "mov", "pdf", "jpg jpeg", " "};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(descry_format_ending(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(descry_format_ending(no[i]));
}

static void beginnings_tell_pictures(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = file_of(samples[i]);
        assert_true(descry_format_begins((const uint8_t *)file.data, DESCRY_FORMAT_HEAD));
        descry_buf_free(&file);
    }
    static const char *const no[] = {"Plain text", "P7 1 1", "P5 is the first word of a text", "BMW drivers and so on, a text of some length", "P1", "GIF88a",
                                     "    ftypmp42mp42isom", "RIFF....WAVE"};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(descry_format_begins((const uint8_t *)no[i], strlen(no[i])));
}

/* A TIFF that a camera made is its RAW file; any other is not, whatever tags it has. */
static void raw_files_are_told_from_tiff(void **state)
{
    (void)state;
    const descry_format *raw = descry_format_at(DESCRY_FORMAT_RAW);
    for (size_t i = 0; i < SAMPLES; i++) {
        descry_buf file = file_of(samples[i]);
        assert_int_equal(raw->recognises((const uint8_t *)file.data, file.size), strstr(samples[i], ".dng") != NULL);
        descry_buf_free(&file);
    }
    static const char *const heads[] = {"II*\0\x10\0\0\0CR\x02\0....", "MM\0*\0\0\0\x08MMMM....", "IIRO\x08\0\0\0........",
                                        "IIU\0\x18\0\0\0........", "FUJIFILMCCD-RAW 0201", "\0\0\0\030ftypcrx \0\0\0\1....."};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        assert_true(raw->recognises((const uint8_t *)heads[i], 16));
}

/* Found by fuzzing: LibRaw 0.20 reads beyond the file where a directory does. */
static void raw_directories_beyond_the_file_are_refused(void **state)
{
    (void)state;
    descry_error err;
    descry_buf file = file_of("pictures/beyond.dng");
    assert_int_equal(decode_small(file.data, file.size, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "directories"));
    descry_buf_free(&file);
}

/* As exiftool wrote it into each of them. */
static void every_format_says_when_and_where(void **state)
{
    (void)state;
    static const char *const endings[] = {"jpg", "png", "webp", "heic", "avif", "jxl", "tif", "dng"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[40], text[DESCRY_TIME_SIZE];
        snprintf(name, sizeof name, "formats/dated.%s", endings[i]);
        descry_buf file = file_of(name);
        descry_picture picture;
        descry_metadata said;
        descry_error err;
        if (descry_picture_decode(&picture, (const uint8_t *)file.data, file.size, name, &limits, &err))
            fail_msg("%s", err.message);
        said = picture.metadata;
        descry_time_print(text, said.taken, said.taken_offset);
        if (strcmp(text, "2019-07-21T14:03:59+02:00") != 0 || strcmp(said.camera, "NIKON D90") != 0)
            fail_msg("%s: taken \"%s\" by \"%s\"", name, text, said.camera);
        assert_float_equal(said.latitude, 48.137, 1e-6);
        assert_float_equal(said.longitude, 11.575, 1e-6);
        descry_picture_free(&picture);
        descry_buf_free(&file);
    }
}

/* As libtiff writes a picture by default: the directories behind the pixels, and that of EXIF behind all. */
static void tiff_directories_behind_the_pixels_are_read(void **state)
{
    (void)state;
    static const char *const modes[] = {"w", "wb", "w8"}; /* in both byte orders, BigTIFF */
    enum { SIDE = 300 };
    static uint8_t row[3 * SIDE];
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        char path[] = "/tmp/descry-test-XXXXXX";
        int fd = mkstemp(path);
        TIFF *tiff = fd < 0 ? NULL : TIFFFdOpen(fd, path, modes[i]);
        uint64_t place = 0;
        assert_non_null(tiff);
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, SIDE);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, SIDE);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 1);
        TIFFSetField(tiff, TIFFTAG_MAKE, "NIKON CORPORATION");
        TIFFSetField(tiff, TIFFTAG_MODEL, "NIKON D90");
        for (uint32_t y = 0; y < SIDE; y++)
            assert_int_equal(TIFFWriteScanline(tiff, row, y, 0), 1);
        assert_int_equal(TIFFWriteDirectory(tiff), 1);
        TIFFCreateEXIFDirectory(tiff);
        TIFFSetField(tiff, EXIFTAG_DATETIMEORIGINAL, "2019:07:21 14:03:59");
        TIFFSetField(tiff, EXIFTAG_OFFSETTIMEORIGINAL, "+02:00");
        assert_int_equal(TIFFWriteCustomDirectory(tiff, &place), 1);
        TIFFSetDirectory(tiff, 0);
        TIFFSetField(tiff, TIFFTAG_EXIFIFD, place);
        assert_int_equal(TIFFRewriteDirectory(tiff), 1);
        TIFFClose(tiff);
        descry_picture picture;
        descry_metadata said;
        descry_error err;
        char text[DESCRY_TIME_SIZE];
        assert_true(place > 3 * SIDE * SIDE);
        if (load_picture(&picture, path, &limits, &err))
            fail_msg("%s", err.message);
        said = picture.metadata;
        descry_time_print(text, said.taken, said.taken_offset);
        assert_string_equal(text, "2019-07-21T14:03:59+02:00");
        assert_string_equal(said.camera, "NIKON D90");
        descry_picture_free(&picture);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_pictures_are_read),
        cmocka_unit_test(truncated_pictures_are_refused),
        cmocka_unit_test(flipped_bits_do_no_harm),
        cmocka_unit_test(zeros_and_noise_behind_a_header_do_no_harm),
        cmocka_unit_test(lying_sizes_are_refused),
        cmocka_unit_test(lying_numbers_of_pnm_are_refused),
        cmocka_unit_test(limits_hold_for_every_format),
        cmocka_unit_test(endings_name_pictures),
        cmocka_unit_test(beginnings_tell_pictures),
        cmocka_unit_test(raw_files_are_told_from_tiff),
        cmocka_unit_test(raw_directories_beyond_the_file_are_refused),
        cmocka_unit_test(every_format_says_when_and_where),
        cmocka_unit_test(tiff_directories_behind_the_pixels_are_read),
    };
    return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
