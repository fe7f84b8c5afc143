/* SPDX-License-Identifier: Apache-2.0
 * One coded picture of a HEIF file: the headers of its code stream, and its pixels by libheif, which is given only this
 * picture. */
#ifndef DESCRY_IMAGE_HEIF_CODED_H
#define DESCRY_IMAGE_HEIF_CODED_H

#include "image/heif_file.h"
#include "image/picture.h"

bool descry_heif_is_coded(uint32_t type); /* an item type that is decoded here */

/* The code stream's headers. */
typedef struct descry_heif_stream {
    uint32_t width, height;           /* of the picture */
    uint32_t full_width, full_height; /* that the decoder allocates */
    bool grey;
    size_t bytes;      /* that were parsed */
    unsigned pictures; /* coded in sequence */
} descry_heif_stream;

/* DESCRY_ERR_FORMAT: no header, or headers of different sizes. */
int descry_heif_stream_read(descry_heif_stream *stream, const descry_heif_file *file, const descry_heif_item *item,
                            descry_error *err);

/* Decodes into `picture` with its upper left corner at (x, y), clipped.  L gets luma unconverted; the alpha of RGBA is not
 * changed.  Rejected when the decoded size is not the stream's. */
int descry_heif_decode(const descry_heif_file *file, const descry_heif_item *item, descry_picture *picture, int64_t x,
                       int64_t y, descry_error *err);

#endif
