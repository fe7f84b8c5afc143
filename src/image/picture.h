/* SPDX-License-Identifier: Apache-2.0
 * A decoded picture, in the mode (Pillow's term) that its file has. */
#ifndef DESCRY_IMAGE_PICTURE_H
#define DESCRY_IMAGE_PICTURE_H

#include "descry.h"

/* Pillow's names.  One byte a sample, interleaved, except I16 and I32; MODE_1 holds 0 or 255, MODE_P palette indices. */
typedef enum descry_picture_mode {
    DESCRY_MODE_1,
    DESCRY_MODE_L,
    DESCRY_MODE_LA,
    DESCRY_MODE_P,
    DESCRY_MODE_RGB,
    DESCRY_MODE_RGBA,
    DESCRY_MODE_CMYK, /* 255: full ink, as in Pillow, after undoing Adobe's inversion */
    DESCRY_MODE_I16,  /* uint16_t */
    DESCRY_MODE_I32   /* int32_t */
} descry_picture_mode;

typedef struct descry_picture {
    int width, height;         /* pixels, as stored, before any rotation */
    int whole_width, whole_height; /* of the file; different only of a draft */
    descry_picture_mode mode;
    int orientation;           /* EXIF: 1 (upright) .. 8 */
    uint8_t *data;             /* [height, width, bands], rows without padding; owned */
    uint8_t palette[256 * 3];  /* MODE_P: RGB; entries beyond the file's are 0 */
    uint8_t shift;             /* I16, I32: right shift to 8 bits; 0: by 8; 24: unsigned I32 */
    descry_metadata metadata;  /* from EXIF, else from XMP */
    uint8_t *xmp;              /* [xmp_size] its first XMP packet; owned; or NULL */
    size_t xmp_size;
} descry_picture;

/* Decodes `size` bytes of any supported format, detected by content.  `name` is used in messages only.
 * DESCRY_ERR_FORMAT: damaged or truncated; DESCRY_ERR_UNSUPPORTED: of a kind or in a
 * format that this build does not read; DESCRY_ERR_LIMIT: dimensions beyond `limits`, checked before memory is taken. */
int descry_picture_decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                          const descry_limits *limits, descry_error *err);

/* The smallest acceptable size of a draft, upright: along both sides or, with `either`, along one of them. */
typedef struct descry_enough {
    int width, height; /* 0: the whole */
    int either;
} descry_enough;

/* The same, but where that is much faster (JPEG, WebP, JPEG 2000) at a half, a quarter or an eighth of the size along each
 * side, the smallest that is enough: a draft (Pillow's term).  Everything else is that of the whole. */
int descry_picture_draft(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                         const descry_limits *limits, const descry_enough *enough, descry_error *err);

/* The same for everything but the pixels: `data` may be NULL, and damaged pixels may go unnoticed.  Much faster where the
 * codec supports it. */
int descry_picture_peek(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                        const descry_limits *limits, descry_error *err);

void descry_picture_free(descry_picture *picture);

int descry_picture_bands(descry_picture_mode mode);    /* samples in a pixel */
size_t descry_picture_pixel(descry_picture_mode mode); /* bytes of a pixel */
const char *descry_picture_format(size_t index);       /* "JPEG (libjpeg-turbo 2.1.5)", ...; NULL after the last */

#endif
