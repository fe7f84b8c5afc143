/* SPDX-License-Identifier: Apache-2.0
 * Previews: small JPEGs that every browser shows. */
#ifndef DESCRY_IMAGE_PREVIEW_H
#define DESCRY_IMAGE_PREVIEW_H

#include "image/picture.h"

enum { DESCRY_PREVIEW_MOST = 4096 }; /* pixels of the longer side */

/* A baseline JPEG, upright, RGB, 4:2:0, whose longer side has `side` pixels (1 .. DESCRY_PREVIEW_MOST), or as many as the
 * picture, if that has fewer.  Transparency is blended over white; no metadata.  *jpeg [*size] is to be freed with free; it has
 * at most 3 bytes for each pixel of its blocks of 16 x 16, plus 2 KiB.  `picture` may be a draft.  `name` begins messages.
 * DESCRY_ERR_MEMORY. */
int descry_preview_make(const descry_picture *picture, int side, uint8_t **jpeg, size_t *size, const char *name,
                        descry_error *err);

/* The size of a draft for it: as many pixels.  For scenes of 12 megapixels at 320 pixels, previews made from drafts (500 x 375)
 * have a PSNR of 47 dB; drafts of twice the size would have 50 dB and take a fifth longer. */
descry_enough descry_preview_enough(int side);

#endif
