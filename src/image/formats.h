/* SPDX-License-Identifier: Apache-2.0
 * The formats of pictures: detected by content, suggested by file name extensions. */
#ifndef DESCRY_IMAGE_FORMATS_H
#define DESCRY_IMAGE_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In order of detection: RAW before TIFF, on which many RAW formats are based. */
enum {
    DESCRY_FORMAT_JPEG,
    DESCRY_FORMAT_PNG,
    DESCRY_FORMAT_WEBP,
    DESCRY_FORMAT_GIF,
    DESCRY_FORMAT_RAW,
    DESCRY_FORMAT_TIFF,
    DESCRY_FORMAT_HEIF,
    DESCRY_FORMAT_JXL,
    DESCRY_FORMAT_JPEG2000,
    DESCRY_FORMAT_BMP,
    DESCRY_FORMAT_PNM,
    DESCRY_FORMATS
};

typedef struct descry_format {
    const char *name;
    const char *package; /* Debian's, with the library for this format; NULL: none needed */
    const char *endings; /* file name extensions in lower case, separated by spaces */
    bool (*recognises)(const uint8_t *bytes, size_t size);
} descry_format;

enum { DESCRY_FORMAT_HEAD = 64 }; /* bytes needed to detect a format */

const descry_format *descry_format_at(size_t index); /* NULL after the last */
bool descry_format_begins(const uint8_t *bytes, size_t size);
bool descry_format_ending(const char *ending); /* whether an extension, such as "jpg" in any case, is a picture's */

/* The first `count` bytes as a number, in either byte order. */
uint32_t descry_format_number(const uint8_t *bytes, int count, bool big);

#endif
