/* SPDX-License-Identifier: Apache-2.0
 * The boxes of a JP2: ITU-T T.800, annex I. */
#include "base/error.h"
#include "image/boxes.h"
#include "image/codecs.h"
#include "image/jpeg2000_headers.h"

#include <string.h>

#define TYPE DESCRY_FOURCC

/* OpenJPEG allocates a picture for each column of a palette, up to 255. */
static int check_palette(uint32_t type, const descry_span *body, bool *found, const char *name, descry_error *err)
{
    if (type != TYPE('p', 'c', 'l', 'r'))
        return 0;
    *found = true;
    if (body->size < 3 || body->at[2] <= DESCRY_JPEG2000_COMPONENTS)
        return 0;
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: a JPEG 2000 with a palette of %u components is not read", name,
                       body->at[2]);
}

static int check_boxes(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits, unsigned *halvings,
                       descry_error *err)
{
    descry_span boxes = {bytes, size, false}, outer, inner;
    bool palette = false;
    for (uint32_t type, kind; (type = descry_box_next(&boxes, &outer)) != 0;) {
        if (type == TYPE('j', 'p', '2', 'c')) {
            int rc = descry_jpeg2000_check_stream(outer.at, size - (size_t)(outer.at - bytes), name, limits, halvings, err);
            *halvings = rc || palette ? 0 : *halvings;
            return rc;
        }
        int rc = check_palette(type, &outer, &palette, name, err); /* OpenJPEG reads it here, too */
        while (!rc && type == TYPE('j', 'p', '2', 'h') && (kind = descry_box_next(&outer, &inner)) != 0)
            rc = check_palette(kind, &inner, &palette, name, err);
        if (rc)
            return rc;
    }
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged JPEG 2000: it has no code stream", name);
}

int descry_jpeg2000_check(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits, unsigned *halvings,
                          descry_error *err)
{
    return bytes[0] == 0xFF ? descry_jpeg2000_check_stream(bytes, size, name, limits, halvings, err)
                            : check_boxes(bytes, size, name, limits, halvings, err);
}

/* ---- EXIF and XMP ------------------------------------------------------------------------------------------------- */

enum { ID = 16 };

static bool is_uuid(uint32_t type, const descry_span *body, const void *id)
{
    return type == TYPE('u', 'u', 'i', 'd') && body->size > ID && memcmp(body->at, id, ID) == 0;
}

static void note_exif(descry_picture *picture, uint32_t type, const descry_span *body)
{
    static const uint8_t photoshop[ID] = {0x05, 0x37, 0xCD, 0xAB, 0x9D, 0x0C, 0x44, 0x31,
                                          0xA7, 0x2A, 0xFA, 0x56, 0x1F, 0x2A, 0x11, 0x3E};
    if (is_uuid(type, body, "JpgTiffExif->JP2") || is_uuid(type, body, photoshop))
        descry_picture_add_exif(picture, body->at + ID, body->size - ID);
    else if (type == TYPE('E', 'x', 'i', 'f'))
        descry_picture_add_exif_item(picture, body->at, body->size);
}

void descry_jpeg2000_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    static const uint8_t xmp[ID] = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                    0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
    uint32_t type;
    descry_span body, boxes = {bytes, size, false}, again = boxes;
    if (bytes[0] == 0xFF)
        return;
    while ((type = descry_box_next(&boxes, &body)) != 0)
        note_exif(picture, type, &body);
    while ((type = descry_box_next(&again, &body)) != 0)
        if (is_uuid(type, &body, xmp))
            descry_picture_add_xmp(picture, body.at + ID, body.size - ID);
}
