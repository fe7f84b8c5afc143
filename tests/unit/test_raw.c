/* SPDX-License-Identifier: Apache-2.0
 * Camera RAW: which JPEG of a file is its preview, lossy DNG, and what files that are not TIFFs say of their picture.
 * tools/goldens/make_odd_raw.py made the files: previews are green, thumbnails blue, what is no preview red. */
#include "cmocka_test.h"

#include "picture_fixture.h"

#include "base/error.h"
#include "base/file.h"
#include "image/picture.h"
#include "image/raw.h"
#include "meta/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const descry_limits limits = {sizeof(descry_limits), 4096, 1 << 22, 1 << 26};

static descry_picture open_picture(const char *name)
{
    descry_buf file = file_of(name);
    descry_picture picture;
    descry_error err;
    if (decode_with(&limits, file.data, file.size, &picture, &err))
        fail_msg("%s: %s", name, err.message);
    descry_buf_free(&file);
    return picture;
}

static char colour_of(const descry_picture *picture)
{
    const uint8_t *rgb = picture->data;
    if (picture->mode != DESCRY_MODE_RGB)
        return '?';
    return rgb[0] > 150 ? 'r' : rgb[1] > 150 ? 'g' : rgb[2] > 150 ? 'b' : '?';
}

static void previews_are_told_from_other_jpegs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        char colour;
    } files[] = {
        {"lossy-and-preview.dng", 'g'}, {"cfa-and-preview.dng", 'g'}, {"linear-and-preview.dng", 'g'},
        {"no-lengths-and-preview.dng", 'g'}, {"mask-and-preview.dng", 'g'}, {"strips-and-preview.dng", 'g'},
        {"broken-and-preview.dng", 'g'}, {"thumbnail-only.dng", 'b'}, {"four-components.dng", 'b'}, {"canon.cr3", 'g'},
        {"canon-full.cr3", 'g'}, {"fuji.raf", 'g'}, {"fuji-small.raf", 'b'}, {"minolta.mrw", 'g'},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[64];
        snprintf(name, sizeof name, "raw/%s", files[i].name);
        descry_picture picture = open_picture(name);
        if (colour_of(&picture) != files[i].colour)
            fail_msg("%s is %c", name, colour_of(&picture));
        descry_picture_free(&picture);
    }
}

/* A thumbnail is there, but too small. */
static void lossy_dng_is_developed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *like;
    } files[] = {
        {"raw/table.dng", "formats/scene.png"}, {"raw/strip.dng", "formats/scene.png"},
        {"raw/polynomial.dng", "formats/scene.png"}, {"raw/balance.dng", "formats/scene.png"},
        {"raw/grey.dng", "formats/grey.png"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        descry_picture picture = open_picture(files[i].name), like = open_picture(files[i].like);
        assert_int_equal(picture.width, like.width);
        assert_int_equal(picture.height, like.height);
        assert_int_equal(picture.mode, like.mode);
        size_t count = (size_t)like.width * (size_t)like.height * (size_t)descry_picture_bands(like.mode);
        double sum = 0;
        for (size_t k = 0; k < count; k++)
            sum += abs(picture.data[k] - like.data[k]);
        if (sum > 3 * (double)count)
            fail_msg("%s: %.2f levels off", files[i].name, sum / (double)count);
        descry_picture_free(&picture);
        descry_picture_free(&like);
    }
}

static void files_that_are_no_tiff_say_when_and_where(void **state)
{
    (void)state;
    static const char *const names[] = {"raw/canon.cr3", "raw/canon-full.cr3", "raw/fuji.raf", "raw/fuji-small.raf",
                                        "raw/minolta.mrw"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[DESCRY_TIME_SIZE];
        descry_picture picture = open_picture(names[i]);
        descry_time_print(text, picture.metadata.taken, picture.metadata.taken_offset);
        if (strcmp(text, "2019-07-21T14:03:59+02:00") != 0 || strcmp(picture.metadata.camera, "NIKON D90") != 0)
            fail_msg("%s: taken \"%s\" by \"%s\"", names[i], text, picture.metadata.camera);
        assert_float_equal(picture.metadata.latitude, 48.137, 1e-6);
        assert_float_equal(picture.metadata.longitude, 11.575, 1e-6);
        assert_int_equal(picture.orientation, 6);
        descry_picture_free(&picture);
    }
}

/* The first directory, moved to the end, with one entry more. */
static void xmp_says_when(void **state)
{
    (void)state;
    static const char packet[] =
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        "xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:DateTimeOriginal='2019-07-21T14:03:59'/></rdf:RDF>";
    descry_buf file = file_of("raw/cfa-and-preview.dng");
    uint8_t *head = (uint8_t *)file.data;
    size_t from = head[4] | (size_t)head[5] << 8, count = head[from], packet_at = file.size, size = sizeof packet - 1;
    assert_int_equal(descry_buf_append(&file, packet, size, NULL), 0);
    size_t at = file.size;
    uint8_t directory[600] = {(uint8_t)(count + 1)}, xmp[] = {700 & 255, 700 >> 8, 1, 0, (uint8_t)size, (uint8_t)(size >> 8), 0, 0,
        (uint8_t)packet_at, (uint8_t)(packet_at >> 8), (uint8_t)(packet_at >> 16), 0};
    assert_true(2 + 12 * (count + 1) + 4 <= sizeof directory);
    memcpy(directory + 2, file.data + from + 2, 12 * count);
    memcpy(directory + 2 + 12 * count, xmp, sizeof xmp);
    assert_int_equal(descry_buf_append(&file, directory, 2 + 12 * (count + 1) + 4, NULL), 0);
    for (int i = 0; i < 4; i++)
        file.data[4 + i] = (char)(at >> 8 * i);
    descry_picture picture;
    descry_error err;
    char text[DESCRY_TIME_SIZE];
    if (decode_with(&limits, file.data, file.size, &picture, &err))
        fail_msg("%s", err.message);
    descry_time_print(text, picture.metadata.taken, picture.metadata.taken_offset);
    assert_string_equal(text, WITH_XMP ? "2019-07-21T14:03:59" : "");
    assert_int_equal(colour_of(&picture), 'g');
    descry_picture_free(&picture);
    descry_buf_free(&file);
}

/* Eight million bytes of beginnings, whose headers run into each other, of one chain and of two: a search that follows each
 * of them takes hours.  What is behind is found. */
static void search_is_linear(void **state)
{
    (void)state;
    enum { SIZE = 8 << 20 };
    static const struct {
        const char *bytes;
        size_t size;
    } parts[] = {{"\xFF\xE1\0\4\xFF\xD8", 6},
                 {"\xFF\xD8\xFF\xE1\0\x0C" "\xFF\xD8\xFF\xE2\0\x0C", 12},
                 {"\xFF\xD8\xFF\xFF\xFF\xFF", 6}};
    descry_buf camera = file_of("raw/fuji.raf");
    uint8_t *bytes = malloc(SIZE + camera.size);
    assert_non_null(bytes);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        descry_raw_previews found;
        descry_error err;
        for (size_t i = 0; i < SIZE; i++)
            bytes[i] = (uint8_t)parts[p].bytes[i % parts[p].size];
        memset(bytes + SIZE - 64, 0, 64);
        memcpy(bytes + SIZE, camera.data, camera.size);
        assert_int_equal(descry_raw_find_previews(&found, bytes, SIZE + camera.size, &err), 0);
        assert_int_equal(found.list[0].width, 640);
        assert_int_equal(found.list[0].height, 520);
    }
    free(bytes);
    descry_buf_free(&camera);
}

static void the_largest_are_kept_in_order(void **state)
{
    (void)state;
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0};
    enum { COUNT = 40 };
    uint8_t bytes[COUNT * sizeof jpeg + 16] = {0};
    descry_raw_previews found;
    descry_error err;
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(bytes + i * sizeof jpeg, jpeg, sizeof jpeg);
        bytes[i * sizeof jpeg + 8] = (uint8_t)(1 + i * 7 % COUNT);
        bytes[i * sizeof jpeg + 10] = 1;
    }
    assert_int_equal(descry_raw_find_previews(&found, bytes, sizeof bytes, &err), 0);
    assert_int_equal(found.count, DESCRY_RAW_PREVIEWS);
    for (size_t i = 0; i < found.count; i++)
        assert_int_equal(found.list[i].height, COUNT - i);
}

/* With any result, it returns, and without a report of a sanitizer. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    static const char *const names[] = {"raw/table.dng", "raw/polynomial.dng", "raw/balance.dng", "raw/lossy-and-preview.dng",
                                        "raw/canon.cr3", "raw/fuji-small.raf", "raw/minolta.mrw"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        descry_buf file = file_of(names[i]);
        descry_picture picture;
        descry_error err;
        for (size_t bit = 0; bit < 8 * file.size; bit += bit < 8 * 1400 ? 11 : file.size) {
            file.data[bit / 8] ^= (char)(1 << bit % 8);
            decode_with(&limits, file.data, file.size, &picture, &err);
            descry_picture_free(&picture);
            file.data[bit / 8] ^= (char)(1 << bit % 8);
        }
        for (size_t part = 0; part < 40; part++) {
            decode_with(&limits, file.data, file.size * part / 40, &picture, &err);
            descry_picture_free(&picture);
        }
        descry_buf_free(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(previews_are_told_from_other_jpegs),
        cmocka_unit_test(lossy_dng_is_developed),
        cmocka_unit_test(files_that_are_no_tiff_say_when_and_where),
        cmocka_unit_test(xmp_says_when),
        cmocka_unit_test(search_is_linear),
        cmocka_unit_test(the_largest_are_kept_in_order),
        cmocka_unit_test(damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests_name("raw", tests, NULL, NULL);
}
