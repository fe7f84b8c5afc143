/* SPDX-License-Identifier: Apache-2.0
 * A picture's metadata from EXIF. */
#ifndef DESCRY_META_EXIF_H
#define DESCRY_META_EXIF_H

#include "descry.h"

#include <stdbool.h>

/* Sets every field to unknown. */
void descry_metadata_clear(descry_metadata *metadata);

/* Which directory comes first in a block.  CR3 has one block for each. */
typedef enum descry_exif_part { DESCRY_EXIF_WHOLE, DESCRY_EXIF_SUB, DESCRY_EXIF_GPS } descry_exif_part;

/* Whether an EXIF block begins here. */
bool descry_exif_begins(const uint8_t *exif, size_t size);

/* Fills fields that are still unknown from an EXIF block, which begins with "Exif\0\0" or directly with its TIFF header, or
 * from a TIFF or BigTIFF file; directories and values may lie anywhere in it.  What is absent, implausible or damaged stays
 * unknown.  Returns the orientation, 1 .. 8; 0: none.
 *
 * Time: DateTimeOriginal, else DateTimeDigitized, else DateTime, each with its own SubSecTime and OffsetTime.
 * Camera: Make and Model; Make is left out when Model begins with its first word.
 * Title: ImageDescription, else XPTitle, unless it is boilerplate (meta/title.h).
 * Place: GPSLatitude and GPSLongitude with their references; not exactly 0, 0, which cameras write without a fix.
 * All as cameras and programs write it in practice: in either directory, and in any type that can hold it. */
int descry_exif_fill(descry_metadata *metadata, descry_exif_part first, const uint8_t *exif, size_t size);

#endif
