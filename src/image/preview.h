/* SPDX-License-Identifier: Apache-2.0
 * A small picture of a picture, which every browser shows. */
#ifndef DESCRY_IMAGE_PREVIEW_H
#define DESCRY_IMAGE_PREVIEW_H

#include "image/picture.h"

enum { DESCRY_PREVIEW_MOST = 4096 }; /* pixels of the longer side */

/* A baseline JPEG, upright, RGB, with half as many colours along each side, whose longer side has `side` pixels (1 ..
 * DESCRY_PREVIEW_MOST), or as many as the picture, if that has fewer.  What is transparent lies on white.  Nothing that the
 * picture says of itself is in it.  *jpeg [*size] is for free(); it has at most 3 bytes for each pixel of its blocks of
 * 16 x 16, and 2 KiB.  `picture` may be a draft.  `name` begins messages.  DESCRY_ERR_MEMORY. */
int descry_preview_make(const descry_picture *picture, int side, uint8_t **jpeg, size_t *size, const char *name,
                        descry_error *err);

/* What a draft needs for it: as many pixels.  Of scenes of 12 megapixels at 320 pixels, made of drafts (500 x 375), previews were
 * 47 dB from those of the whole; twice as many pixels would be 50 dB, and take a fifth longer. */
descry_enough descry_preview_enough(int side);

#endif
