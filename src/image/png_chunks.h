/* SPDX-License-Identifier: Apache-2.0
 * The chunks of a PNG file, and its metadata. */
#ifndef DESCRY_IMAGE_PNG_CHUNKS_H
#define DESCRY_IMAGE_PNG_CHUNKS_H

#include "image/picture.h"

#include <stdbool.h>
#include <stddef.h>

enum { DESCRY_PNG_SIGNATURE = 8 };

typedef struct descry_png_chunk {
    const uint8_t *type; /* four letters, preceded by four bytes of length */
    const uint8_t *data;
    size_t size;         /* of the data present in the file */
    bool whole;          /* its checksum is present, too */
} descry_png_chunk;

typedef struct descry_png_chunks {
    const uint8_t *bytes;
    size_t size, at;
} descry_png_chunks;

descry_png_chunks descry_png_open(const uint8_t *bytes, size_t size);

/* False: no further chunk.  One that exceeds the file is truncated, and the last. */
bool descry_png_next(descry_png_chunks *chunks, descry_png_chunk *chunk);
bool descry_png_is(const descry_png_chunk *chunk, const char *type);

/* Checks that the critical chunks lie in the file; *coded: bytes of pixel data.  The end of the file may be missing, or
 * replaced by something else. */
int descry_png_check(const uint8_t *bytes, size_t size, uint64_t *coded, const char *name, descry_error *err);

/* Reads metadata, XMP and orientation from the file. */
void descry_png_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size);

#endif
