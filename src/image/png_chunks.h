/* SPDX-License-Identifier: Apache-2.0
 * The chunks of a PNG file, and what it says of itself in them. */
#ifndef DESCRY_IMAGE_PNG_CHUNKS_H
#define DESCRY_IMAGE_PNG_CHUNKS_H

#include "image/picture.h"

#include <stdbool.h>
#include <stddef.h>

enum { DESCRY_PNG_SIGNATURE = 8 };

typedef struct descry_png_chunk {
    const uint8_t *type; /* four letters; its length stands in the four bytes before */
    const uint8_t *data;
    size_t size;         /* no more than there is */
    bool whole;          /* with its checksum */
} descry_png_chunk;

typedef struct descry_png_chunks {
    const uint8_t *bytes;
    size_t size, at;
} descry_png_chunks;

descry_png_chunks descry_png_open(const uint8_t *bytes, size_t size);

/* False: no further chunk.  One that is longer than the file is the last, cut at its end. */
bool descry_png_next(descry_png_chunks *chunks, descry_png_chunk *chunk);
bool descry_png_is(const descry_png_chunk *chunk, const char *type);

/* Whether the chunks, as far as pixels depend on them, lie in the file; `coded` is how many bytes of pixels there are.  A
 * file may lack its end, and have something else there. */
int descry_png_check(const uint8_t *bytes, size_t size, uint64_t *coded, const char *name, descry_error *err);

/* Takes what the file says of itself: metadata, XMP, orientation. */
void descry_png_note(descry_picture *picture, const uint8_t *bytes, size_t size);

#endif
