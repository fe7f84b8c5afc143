/* SPDX-License-Identifier: Apache-2.0
 * One coded picture of a HEIF file: what its code stream says of itself, and its pixels by libheif, which gets to see
 * nothing but this picture. */
#ifndef DESCRY_IMAGE_HEIF_CODED_H
#define DESCRY_IMAGE_HEIF_CODED_H

#include "image/heif_file.h"
#include "image/picture.h"

bool descry_heif_is_coded(uint32_t type); /* an item of a type that is read here */

/* What the code stream says. */
typedef struct descry_heif_stream {
    uint32_t width, height;           /* of the picture */
    uint32_t full_width, full_height; /* that the decoder takes memory for */
    bool grey;
    size_t bytes;      /* that were parsed */
    unsigned pictures; /* coded one after the other */
} descry_heif_stream;

/* DESCRY_ERR_FORMAT: none is there, or it says several sizes. */
int descry_heif_stream_read(descry_heif_stream *stream, const descry_heif_file *file, const descry_heif_item *item,
                            descry_error *err);

/* Decodes into `picture` with its upper left corner at (x, y), as far as there is room.  Into L goes luma as it is; the
 * alpha of RGBA stays.  The picture is as large as its stream says, or it is refused. */
int descry_heif_decode(const descry_heif_file *file, const descry_heif_item *item, descry_picture *picture, int64_t x,
                       int64_t y, descry_error *err);

#endif
