/* SPDX-License-Identifier: Apache-2.0
 * The boxes of ISO media files, which HEIF, AVIF, JPEG XL, JPEG 2000 and CR3 are made of: ISO/IEC 14496-12, section 4.2. */
#ifndef DESCRY_IMAGE_BOXES_H
#define DESCRY_IMAGE_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DESCRY_FOURCC(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* A cursor over bytes; reading past the end sets `ended`, and returns 0 from then on. */
typedef struct descry_span {
    const uint8_t *at;
    size_t size;
    bool ended;
} descry_span;

uint64_t descry_span_number(descry_span *span, size_t bytes); /* the next number of 0 .. 8 bytes, big-endian */
descry_span descry_span_part(descry_span *span, size_t size); /* the next bytes */

/* The next box: its type, and *body.  0: no more. */
uint32_t descry_box_next(descry_span *boxes, descry_span *body);
/* The first box of this type among them; false: none. */
bool descry_box_find(descry_span boxes, uint32_t type, descry_span *body);
/* The same for "uuid" and this UUID [16], which is not part of the body. */
bool descry_box_find_uuid(descry_span boxes, const void *uuid, descry_span *body);

#endif
