/* SPDX-License-Identifier: Apache-2.0
 * What a camera RAW file says of its picture: a TIFF says it as any other, Canon's CR3 in boxes, Minolta's MRW in a block.
 * (Fujifilm's RAF says it in its preview only.)
 *
 * CR3: ISO/IEC 14496-12, section 4.2, and github.com/lclevy/canon_cr3; MRW: dalibor.cz/software/minolta-raw-mrw-file-format. */
#include "image/codecs.h"
#include "image/formats.h"
#include "image/raw.h"
#include "meta/exif.h"

#include <string.h>

/* The contents of the first box of a type ("uuid": and with this UUID, which is not part of them); false: none. */
static bool find_box(const uint8_t **data, size_t *left, const char type[4], const char *uuid)
{
    const uint8_t *at = *data;
    size_t size = *left;
    while (size >= 8) {
        size_t header = 8, skip = uuid ? 16 : 0;
        uint64_t length = descry_format_number(at, 4, true);
        if (length == 1 && size >= 16) {
            header = 16;
            length = (uint64_t)descry_format_number(at + 8, 4, true) << 32 | descry_format_number(at + 12, 4, true);
        }
        if (length == 0 || length > size)
            length = size;
        if (length < header)
            break;
        if (memcmp(at + 4, type, 4) == 0 && length >= header + skip && (!uuid || memcmp(at + header, uuid, 16) == 0)) {
            *data = at + header + skip;
            *left = (size_t)length - header - skip;
            return true;
        }
        at += length;
        size -= (size_t)length;
    }
    return false;
}

/* Each part of EXIF is a TIFF of its own. */
static int note_canon(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    static const struct {
        const char *type;
        descry_exif_part first;
    } parts[] = {{"CMT1", DESCRY_EXIF_WHOLE}, {"CMT2", DESCRY_EXIF_SUB}, {"CMT4", DESCRY_EXIF_GPS}};
    static const char canon[] = "\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
    int orientation = 0;
    if (!find_box(&bytes, &size, "moov", NULL) || !find_box(&bytes, &size, "uuid", canon))
        return 0;
    for (size_t i = sizeof parts / sizeof *parts; i-- > 0;) { /* the time of IFD0, CMT1, is the last resort */
        const uint8_t *part = bytes;
        size_t part_size = size;
        if (find_box(&part, &part_size, parts[i].type, NULL)) {
            int said = descry_exif_fill(&picture->metadata, parts[i].first, part, part_size);
            orientation = i == 0 ? said : 0;
        }
    }
    return orientation;
}

/* "\0MRM", the size of all blocks; blocks of a name, a size and that many bytes. */
static int note_minolta(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    for (size_t at = 8; size - at >= 8;) {
        size_t length = descry_format_number(bytes + at + 4, 4, true), left = size - at - 8;
        if (memcmp(bytes + at, "\0TTW", 4) == 0)
            return descry_picture_note_exif(picture, bytes + at + 8, length < left ? length : left);
        if (length >= left)
            break;
        at += 8 + length;
    }
    return 0;
}

int descry_raw_note(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    if (size >= 16 && memcmp(bytes + 4, "ftyp", 4) == 0)
        return note_canon(picture, bytes, size);
    if (size >= 16 && memcmp(bytes, "\0MRM", 4) == 0)
        return note_minolta(picture, bytes, size);
    return descry_picture_note_tiff(picture, bytes, size);
}
