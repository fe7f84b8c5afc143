/* SPDX-License-Identifier: Apache-2.0 */
#include "image/codecs.h"

#include "base/memory.h"

#include <libexif/exif-data.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int orientation_of(const uint8_t *exif, size_t size)
{
    ExifData *data = exif_data_new_from_data(exif, (unsigned)size);
    if (!data)
        return 1;
    ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    int value = entry && entry->format == EXIF_FORMAT_SHORT && entry->components >= 1 && entry->size >= 2
                    ? exif_get_short(entry->data, exif_data_get_byte_order(data))
                    : 1;
    exif_data_unref(data);
    return value >= 1 && value <= 8 ? value : 1;
}

int descry_exif_orientation(const uint8_t *exif, size_t size)
{
    static const char mark[6] = "Exif\0";
    if (size < 8 || size > UINT_MAX - sizeof mark)
        return 1;
    if (memcmp(exif, mark, sizeof mark) == 0)
        return orientation_of(exif, size);
    uint8_t *marked = descry_alloc(size + sizeof mark, 1); /* libexif wants the mark */
    if (!marked)
        return 1;
    memcpy(marked, mark, sizeof mark);
    memcpy(marked + sizeof mark, exif, size);
    int orientation = orientation_of(marked, size + sizeof mark);
    free(marked);
    return orientation;
}
