/* SPDX-License-Identifier: Apache-2.0
 * A picture's metadata from its file's EXIF blocks and XMP packets. */
#include "base/memory.h"
#include "image/codecs.h"
#include "meta/directory.h"
#include "meta/exif.h"
#include "meta/xmp.h"

#include <string.h>

int descry_picture_add_exif(descry_picture *picture, const uint8_t *exif, size_t size)
{
    return descry_exif_fill(&picture->metadata, DESCRY_EXIF_WHOLE, exif, size);
}

int descry_picture_add_exif_item(descry_picture *picture, const uint8_t *item, size_t size)
{
    if (size < 4)
        return 0;
    size_t skip = 4 + ((size_t)item[0] << 24 | (size_t)item[1] << 16 | (size_t)item[2] << 8 | item[3]);
    const size_t places[] = {skip, 4, 0}; /* some writers miscount, or omit the number */
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i] < size && descry_exif_begins(item + places[i], size - places[i]))
            return descry_picture_add_exif(picture, item + places[i], size - places[i]);
    return 0;
}

int descry_picture_add_xmp(descry_picture *picture, const uint8_t *xmp, size_t size)
{
    enum { MOST = 1 << 24 };
    if (size > MOST)
        return 0;
    if (!picture->xmp && size > 0 && (picture->xmp = descry_alloc(size, 1)) != NULL) {
        memcpy(picture->xmp, xmp, size);
        picture->xmp_size = size;
    }
    return descry_xmp_fill(&picture->metadata, (const char *)xmp, size);
}

/* The tag of XMP: Adobe's XMP Specification, part 3, section 2.3 */
int descry_picture_add_tiff(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    enum { XMP = 700 };
    descry_tiff tiff;
    descry_tiff_entry xmp;
    int orientation = descry_picture_add_exif(picture, bytes, size), said = 0;
    if (descry_tiff_open(&tiff, bytes, size) && descry_tiff_find(&tiff, tiff.first, XMP, &xmp))
        said = descry_picture_add_xmp(picture, xmp.value, (size_t)xmp.size);
    return orientation ? orientation : said;
}
