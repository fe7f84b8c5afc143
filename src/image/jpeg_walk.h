/* SPDX-License-Identifier: Apache-2.0
 * The parts of a JPEG file, without decoding them (ITU T.81, annex B). */
#ifndef DESCRY_IMAGE_JPEG_WALK_H
#define DESCRY_IMAGE_JPEG_WALK_H

#include "image/picture.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct descry_jpeg_layout {
    size_t end;      /* of the picture: after its end marker, or after its last scan */
    bool marked;     /* it has an end marker */
    bool covered;    /* its scans cover all components */
    bool arithmetic; /* coding, in whose data a cut cannot be detected */
    unsigned scans;  /* 0: none was found; `end` is then the file's */
    uint64_t coded;  /* bytes of all scans' data */
    uint64_t blocks; /* of 8 x 8 samples, in all components */
    uint64_t visits; /* blocks, summed over all scans */
} descry_jpeg_layout;

void descry_jpeg_walk(descry_jpeg_layout *layout, const uint8_t *bytes, size_t size);

/* Reads metadata, XMP and orientation from the file. */
int descry_jpeg_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size, descry_error *err);

#endif
