/* SPDX-License-Identifier: Apache-2.0
 * Metadata of camera RAW files: TIFF-based ones as any TIFF, Canon's CR3 in boxes, Minolta's MRW in a block.  (Fujifilm's RAF
 * has them in its preview only.)
 *
 * CR3: github.com/lclevy/canon_cr3; MRW: dalibor.cz/software/minolta-raw-mrw-file-format. */
#include "image/boxes.h"
#include "image/codecs.h"
#include "image/formats.h"
#include "image/raw.h"
#include "meta/exif.h"

#include <string.h>

/* Each part of EXIF is a TIFF of its own. */
static int read_canon(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    static const struct {
        uint32_t type;
        descry_exif_part first;
    } parts[] = {{DESCRY_FOURCC('C', 'M', 'T', '1'), DESCRY_EXIF_WHOLE}, {DESCRY_FOURCC('C', 'M', 'T', '2'), DESCRY_EXIF_SUB},
                 {DESCRY_FOURCC('C', 'M', 'T', '4'), DESCRY_EXIF_GPS}};
    static const char canon[] = "\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
    int orientation = 0;
    descry_span movie, own, part;
    if (!descry_box_find((descry_span){bytes, size, false}, DESCRY_FOURCC('m', 'o', 'o', 'v'), &movie) ||
        !descry_box_find_uuid(movie, canon, &own))
        return 0;
    for (size_t i = sizeof parts / sizeof *parts; i-- > 0;) /* the time of IFD0, CMT1, is the last resort */
        if (descry_box_find(own, parts[i].type, &part)) {
            int said = descry_exif_fill(&picture->metadata, parts[i].first, part.at, part.size);
            orientation = i == 0 ? said : 0;
        }
    return orientation;
}

/* "\0MRM", the size of all blocks; blocks of a name, a size and that many bytes. */
static int read_minolta(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    for (size_t at = 8; size - at >= 8;) {
        size_t length = descry_format_number(bytes + at + 4, 4, true), left = size - at - 8;
        if (memcmp(bytes + at, "\0TTW", 4) == 0)
            return descry_picture_add_exif(picture, bytes + at + 8, length < left ? length : left);
        if (length >= left)
            break;
        at += 8 + length;
    }
    return 0;
}

int descry_raw_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    if (size >= 16 && memcmp(bytes + 4, "ftyp", 4) == 0)
        return read_canon(picture, bytes, size);
    if (size >= 16 && memcmp(bytes, "\0MRM", 4) == 0)
        return read_minolta(picture, bytes, size);
    return descry_picture_add_tiff(picture, bytes, size);
}
