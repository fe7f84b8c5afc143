/* SPDX-License-Identifier: Apache-2.0
 * A part of a picture, in fractions of its width and height, which are the same for a picture and its drafts. */
#ifndef DESCRY_IMAGE_REGION_H
#define DESCRY_IMAGE_REGION_H

#include "image/picture.h"

#include <stdbool.h>

/* 0 <= left < right <= 1, 0 <= top < bottom <= 1, of the upright picture; all 0: the whole.  An edge is that between two pixels
 * which is nearest to it: n / width is before pixel n.  At least one pixel is in it. */
typedef struct descry_region {
    double left, top, right, bottom;
} descry_region;

/* DESCRY_ERR_ARGUMENT; `name` begins the message. */
int descry_region_check(const descry_region *region, const char *name, descry_error *err);

bool descry_region_is_whole(const descry_region *region);

/* Leaves of the pixels only those of the region.  `upright`: it is of the upright picture, else of the picture as stored. */
void descry_region_crop(const descry_region *region, bool upright, descry_picture *picture);

/* What is enough of the whole upright picture for `enough` of the region. */
descry_enough descry_region_enough(const descry_region *region, const descry_enough *enough);

#endif
