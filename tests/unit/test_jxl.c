/* SPDX-License-Identifier: Apache-2.0
 * JPEG XL: colours of profiles that libjxl has no name for, boxes wherever they are.  Made by
 * tools/goldens/make_odd_jxl.py. */
#include "cmocka_test.h"

#include "picture_fixture.h"

#include "base/error.h"
#include "base/file.h"
#include "image/picture.h"
#include "meta/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const descry_limits limits = {sizeof(descry_limits), 4096, 1 << 22, 1 << 24};

static descry_picture picture_of(const descry_buf *file)
{
    descry_picture picture;
    descry_error err;
    if (decode_with(&limits, file->data, file->size, &picture, &err))
        fail_msg("%s", err.message);
    return picture;
}

static descry_picture open_picture(const char *name)
{
    descry_buf file = file_of(name);
    descry_picture picture = picture_of(&file);
    descry_buf_free(&file);
    return picture;
}

/* The mean absolute difference of the colours; grey counts as RGB. */
static double difference(const descry_picture *a, const descry_picture *b)
{
    int of_a = descry_picture_bands(a->mode), of_b = descry_picture_bands(b->mode);
    size_t pixels = (size_t)a->width * (size_t)a->height;
    double sum = 0;
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    for (size_t i = 0; i < pixels; i++)
        for (int c = 0; c < 3; c++)
            sum += abs(a->data[i * (size_t)of_a + (of_a < 3 ? 0u : (unsigned)c)] -
                       b->data[i * (size_t)of_b + (of_b < 3 ? 0u : (unsigned)c)]);
    return sum / (3.0 * (double)pixels);
}

static void colours_of_any_profile_are_srgb(void **state)
{
    (void)state;
    static const struct {
        const char *name, *like;
        double most;
    } files[] = {
        {"jxl/adobe.jxl", "formats/scene.png", 4.5}, {"jxl/wide.jxl", "formats/scene.png", 4.5},
        {"jxl/alpha.jxl", "formats/scene.png", 4.5}, {"jxl/grey.jxl", "formats/grey.png", 2},
        {"jxl/lossless.jxl", "jxl/lossless.png", 0}, /* which has the profile's colours: it is ignored */
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        descry_picture picture = open_picture(files[i].name), like = open_picture(files[i].like);
        double mean = difference(&picture, &like);
        if (mean > files[i].most)
            fail_msg("%s: %.2f levels from %s", files[i].name, mean, files[i].like);
        descry_picture_free(&picture);
        descry_picture_free(&like);
    }
}

/* ---- boxes ------------------------------------------------------------------------------------------------------- */

enum { TO_THE_END = 0, LONG = 1, EXACT = 2 }; /* the declared size of a box */

static void append_box(descry_buf *to, const char *type, int kind, const void *inner, const void *data, size_t size)
{
    size_t whole = 8 + (kind == LONG ? 8 : 0) + (inner ? 4 : 0) + size;
    uint32_t says = kind == EXACT ? (uint32_t)whole : (uint32_t)kind;
    uint8_t head[16] = {(uint8_t)(says >> 24), (uint8_t)(says >> 16), (uint8_t)(says >> 8), (uint8_t)says};
    memcpy(head + 4, type, 4);
    for (int i = 0; i < 8; i++)
        head[8 + i] = (uint8_t)((uint64_t)whole >> (56 - 8 * i));
    append(to, head, kind == LONG ? 16 : 8);
    if (inner)
        append(to, inner, 4);
    append(to, data, size);
}

/* A file with boxes, but without metadata. */
static descry_buf bare(void)
{
    static const uint8_t beginning[] = "\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14" "ftypjxl \0\0\0\0jxl ";
    descry_buf file = {0}, stream = file_of("formats/lossy.jxl");
    append(&file, beginning, sizeof beginning - 1);
    append_box(&file, "jxlc", EXACT, NULL, stream.data, stream.size);
    descry_buf_free(&stream);
    return file;
}

static void assert_dated(descry_buf *file, const char *expected)
{
    char text[DESCRY_TIME_SIZE];
    descry_picture picture = picture_of(file);
    descry_time_print(text, picture.metadata.taken, picture.metadata.taken_offset);
    assert_string_equal(text, expected);
    descry_picture_free(&picture);
    descry_buf_free(file);
}

static const char taken[] = "2019-07-21T14:03:59+02:00";

static void packed_boxes_are_read_wherever_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *type, *file;
    } boxes[] = {{"Exif", "jxl/exif.br"}, {"Exif", "jxl/exif-large.br"}, {"xml ", "jxl/xmp.br"}};
    descry_buf file = bare();
    assert_dated(&file, "");
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
        for (int kind = 0; kind < 6; kind++) {
            if (kind >= 3 && i == 2)
                continue; /* the XMP of the second, which is less */
            descry_buf packed = file_of(boxes[i].file);
            file = bare();
            if (kind >= 3) { /* behind another */
                descry_buf xmp = file_of("jxl/xmp.br");
                append_box(&file, "brob", EXACT, "xml ", xmp.data, xmp.size);
                descry_buf_free(&xmp);
            }
            append_box(&file, "brob", kind % 3, boxes[i].type, packed.data, packed.size);
            assert_dated(&file, taken);
            descry_buf_free(&packed);
        }
}

static void plain_boxes_behind_the_stream_are_read(void **state)
{
    (void)state;
    descry_buf dated = file_of("formats/dated.jxl"), file;
    const char *exif = NULL;
    for (size_t i = 0; !exif && i + 8 < dated.size; i++)
        if (memcmp(dated.data + i, "Exif\0\0\0\0", 8) == 0)
            exif = dated.data + i + 4;
    assert_non_null(exif);
    size_t size = dated.size - (size_t)(exif - dated.data); /* and what follows, which a reader of TIFF does not mind */
    for (int kind = 0; kind < 3; kind++) {
        file = bare();
        append_box(&file, "free", EXACT, NULL, "x", 1);
        append_box(&file, "Exif", kind, NULL, exif, size);
        assert_dated(&file, taken);
    }
    static const char offsets[][5] = {"\0\0\0\4", "\0\0\xFF\0", "\xFF\xFF\xFF\xFF"}; /* where no header is */
    for (size_t i = 0; i < 4; i++) {
        descry_buf block = {0};
        assert_int_equal(descry_buf_append(&block, i < 3 ? offsets[i] : "", i < 3 ? 4 : 0, NULL), 0);
        assert_int_equal(descry_buf_append(&block, exif + 4, size - 4, NULL), 0);
        file = bare();
        append_box(&file, "Exif", EXACT, NULL, block.data, block.size);
        assert_dated(&file, taken);
        descry_buf_free(&block);
    }
    uint8_t *large = calloc(1, 300000); /* longer than a JPEG could hold */
    assert_non_null(large);
    memcpy(large, exif, size);
    file = bare();
    append_box(&file, "Exif", EXACT, NULL, large, 300000);
    assert_dated(&file, taken);
    free(large);
    descry_buf_free(&dated);
}

/* Thirty times 300 MB, of which no more than a bounded part is unpacked; what else the file says is found. */
static void bombs_do_not_go_off(void **state)
{
    (void)state;
    descry_buf file = bare(), bomb = file_of("jxl/bomb.br"), xmp = file_of("jxl/xmp.br");
    for (int i = 0; i < 30; i++)
        append_box(&file, "brob", EXACT, i ? "Exif" : "xml ", bomb.data, bomb.size);
    append_box(&file, "brob", EXACT, "xml ", xmp.data, xmp.size);
    assert_dated(&file, taken);
    descry_buf_free(&bomb);
    descry_buf_free(&xmp);
}

/* By tools/goldens/make_jxl_bombs.c */
static void layers_and_channels_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *name, *why;
        int rc;
    } rows[] = {{"jxl/bad-layer.jxl", "layers", DESCRY_ERR_LIMIT}, {"jxl/bad-channels.jxl", "9 extra channels", DESCRY_ERR_UNSUPPORTED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        descry_buf file = file_of(rows[i].name);
        descry_picture picture;
        descry_error err;
        assert_int_equal(descry_picture_decode(&picture, (const uint8_t *)file.data, file.size, "a file", &limits, &err), rows[i].rc);
        assert_non_null(strstr(err.message, rows[i].why));
        descry_buf_free(&file);
    }
}

static void damaged_boxes_do_no_harm(void **state)
{
    (void)state;
    descry_buf packed = file_of("jxl/exif.br");
    for (size_t cut = 0; cut <= packed.size; cut++) {
        descry_buf file = bare();
        descry_picture picture;
        append_box(&file, "brob", EXACT, "Exif", packed.data, cut);
        file.data[file.size - 1] ^= 0x10;
        picture = picture_of(&file);
        descry_picture_free(&picture);
        descry_buf_free(&file);
    }
    static const char *const ends[] = {"\0\0\0\1Exif", "\0\0\0\7Exif....", "\0\0\0\1brobExif....", "\0\0\0\x0C" "brobExif",
                                       "\0\0\0\x09" "brobE", "\0\0\0", "\xFF\xFF\xFF\xFF" "Exif\0\0\0\0MM"};
    static const size_t sizes[] = {8, 12, 16, 12, 9, 3, 14};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        descry_buf file = bare();
        append(&file, ends[i], sizes[i]);
        assert_dated(&file, "");
    }
    descry_buf_free(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_of_any_profile_are_srgb),
        cmocka_unit_test(packed_boxes_are_read_wherever_they_are),
        cmocka_unit_test(plain_boxes_behind_the_stream_are_read),
        cmocka_unit_test(bombs_do_not_go_off),
        cmocka_unit_test(layers_and_channels_are_bounded),
        cmocka_unit_test(damaged_boxes_do_no_harm),
    };
    return cmocka_run_group_tests_name("jxl", tests, NULL, NULL);
}
