/* SPDX-License-Identifier: Apache-2.0
 * What a picture says of itself. */
#ifndef DESCRY_META_EXIF_H
#define DESCRY_META_EXIF_H

#include "descry.h"

/* Reads an EXIF block, which begins with "Exif\0\0" or directly with its TIFF header; size 0: there is none.  What is
 * not there, not sensible or damaged is unknown.
 *
 * Time: DateTimeOriginal, else DateTimeDigitized, else DateTime, each with its own SubSecTime and OffsetTime.
 * Camera: Make and Model; Make is left out when Model begins with its first word.
 * Title: ImageDescription, else XPTitle.
 * Place: GPSLatitude and GPSLongitude with their references; not exactly 0, 0, which is what is written without a fix. */
void descry_exif_read(descry_metadata *metadata, const uint8_t *exif, size_t size);

#endif
