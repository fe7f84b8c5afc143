/* SPDX-License-Identifier: Apache-2.0
 * The boxes of a JP2: ITU-T T.800, annex I. */
#include "base/error.h"
#include "image/codecs.h"
#include "image/jpeg2000_headers.h"

#include <string.h>

typedef struct box {
    uint32_t type;
    const uint8_t *content;
    size_t size; /* of the content; what lies in the file of it */
} box;

#define TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static uint32_t word(const uint8_t *at)
{
    return TYPE(at[0], at[1], at[2], at[3]);
}

/* The box at *at, which becomes the place of the next; false: there is none, or it is damaged. */
static bool next_box(const uint8_t *bytes, size_t size, size_t *at, box *out)
{
    if (*at > size || size - *at < 8)
        return false;
    size_t left = size - *at, head = 8;
    uint64_t length = word(bytes + *at);
    out->type = word(bytes + *at + 4);
    if (length == 1) {
        if (left < 16)
            return false;
        head = 16;
        length = (uint64_t)word(bytes + *at + 8) << 32 | word(bytes + *at + 12);
    } else if (length == 0) { /* up to the end */
        length = left;
    }
    if (length < head)
        return false;
    length = length < left ? length : left;
    out->content = bytes + *at + head;
    out->size = (size_t)length - head;
    *at += (size_t)length;
    return true;
}

/* OpenJPEG takes memory for a picture of each of its columns, up to 255. */
static int check_palette(const box *b, const char *name, descry_error *err)
{
    if (b->type != TYPE('p', 'c', 'l', 'r') || b->size < 3 || b->content[2] <= DESCRY_JPEG2000_COMPONENTS)
        return 0;
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: a JPEG 2000 with a palette of %u components is not read", name,
                       b->content[2]);
}

static int check_boxes(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits, descry_error *err)
{
    box outer, inner;
    for (size_t at = 0; next_box(bytes, size, &at, &outer);) {
        if (outer.type == TYPE('j', 'p', '2', 'c'))
            return descry_jpeg2000_check_stream(outer.content, size - (size_t)(outer.content - bytes), name, limits, err);
        int rc = check_palette(&outer, name, err); /* OpenJPEG takes it from here, too */
        for (size_t k = 0; !rc && outer.type == TYPE('j', 'p', '2', 'h') && next_box(outer.content, outer.size, &k, &inner);)
            rc = check_palette(&inner, name, err);
        if (rc)
            return rc;
    }
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged JPEG 2000: it has no code stream", name);
}

int descry_jpeg2000_check(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits, descry_error *err)
{
    return bytes[0] == 0xFF ? descry_jpeg2000_check_stream(bytes, size, name, limits, err)
                            : check_boxes(bytes, size, name, limits, err);
}

/* ---- EXIF and XMP ------------------------------------------------------------------------------------------------- */

enum { ID = 16 };

static bool is_uuid(const box *b, const void *id)
{
    return b->type == TYPE('u', 'u', 'i', 'd') && b->size > ID && memcmp(b->content, id, ID) == 0;
}

static void note_exif(descry_picture *picture, const box *b)
{
    static const uint8_t photoshop[ID] = {0x05, 0x37, 0xCD, 0xAB, 0x9D, 0x0C, 0x44, 0x31,
                                          0xA7, 0x2A, 0xFA, 0x56, 0x1F, 0x2A, 0x11, 0x3E};
    if (is_uuid(b, "JpgTiffExif->JP2") || is_uuid(b, photoshop))
        descry_picture_note_exif(picture, b->content + ID, b->size - ID);
    else if (b->type == TYPE('E', 'x', 'i', 'f'))
        descry_picture_note_exif_item(picture, b->content, b->size);
}

void descry_jpeg2000_note_metadata(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    static const uint8_t xmp[ID] = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                    0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
    box b;
    if (bytes[0] == 0xFF)
        return;
    for (size_t at = 0; next_box(bytes, size, &at, &b);)
        note_exif(picture, &b);
    for (size_t at = 0; next_box(bytes, size, &at, &b);)
        if (is_uuid(&b, xmp))
            descry_picture_note_xmp(picture, b.content + ID, b.size - ID);
}
