/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_test.h"

#include "picture_fixture.h"

#include "base/file.h"
#include "meta/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void append(descry_buf *buf, const void *bytes, size_t size)
{
    assert_int_equal(descry_buf_append(buf, bytes, size, NULL), 0);
}

void append_big(descry_buf *buf, uint32_t number, int bytes)
{
    while (bytes-- > 0) {
        uint8_t byte = (uint8_t)(number >> 8 * bytes);
        append(buf, &byte, 1);
    }
}

void append_noise(descry_buf *buf, size_t size, uint32_t seed)
{
    while (size-- > 0)
        append_big(buf, (seed = seed * 1664525 + 1013904223) >> 24, 1);
}

int decode_with(const descry_limits *limits, const void *bytes, size_t size, descry_picture *picture, descry_error *err)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size)
        memcpy(copy, bytes, size);
    int rc = descry_picture_decode(picture, copy, size, "x", limits, err);
    free(copy);
    if (rc) {
        assert_null(picture->data);
        if (strncmp(err->message, "x: ", 3) != 0 || strchr(err->message, '\n'))
            fail_msg("the message is \"%s\"", err->message);
    }
    return rc;
}

int decode(const void *bytes, size_t size, descry_error *err)
{
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    descry_picture picture;
    int rc = decode_with(&limits, bytes, size, &picture, err);
    descry_picture_free(&picture);
    return rc;
}

void expect_refused(const descry_buf *file, size_t size, int code, const char *message, const char *what)
{
    descry_error err = {0};
    int rc = decode(file->data, size, &err);
    if (rc != code || !strstr(err.message, message))
        fail_msg("%s (%zu bytes): %d (%s)", what, size, rc, err.message);
}

void expect_like(const descry_buf *file, size_t size, const descry_picture *like, const char *what)
{
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    descry_picture picture;
    descry_error err;
    if (decode_with(&limits, file->data, size, &picture, &err))
        fail_msg("%s (%zu bytes): %s", what, size, err.message);
    assert_int_equal(picture.width, like->width);
    assert_int_equal(picture.height, like->height);
    assert_int_equal(picture.mode, like->mode);
    size_t bytes = (size_t)like->width * (size_t)like->height * (size_t)descry_picture_bands(like->mode);
    if (memcmp(picture.data, like->data, bytes) != 0)
        fail_msg("%s (%zu bytes): other pixels", what, size);
    descry_picture_free(&picture);
}

void expect_said(const descry_buf *file, int orientation, const char *taken, const char *what)
{
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    char text[DESCRY_TIME_SIZE] = "";
    descry_picture picture;
    descry_error err;
    if (decode_with(&limits, file->data, file->size, &picture, &err))
        fail_msg("%s: %s", what, err.message);
    descry_time_print(text, picture.metadata.taken, picture.metadata.taken_offset);
    if (picture.orientation != orientation || strcmp(text, taken) != 0)
        fail_msg("%s: orientation %d, taken \"%s\"", what, picture.orientation, text);
    descry_picture_free(&picture);
}

void append_xmp(descry_buf *buf, int orientation, const char *date)
{
    assert_int_equal(descry_buf_printf(buf, NULL,
                                       "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
                                       "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
                                       "rdf:about='' xmlns:tiff='http://ns.adobe.com/tiff/1.0/' "
                                       "xmlns:exif='http://ns.adobe.com/exif/1.0/' tiff:Orientation='%d' "
                                       "exif:DateTimeOriginal='%s'/></rdf:RDF></x:xmpmeta><?xpacket end='w'?>",
                                       orientation, date),
                     0);
}
