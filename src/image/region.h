/* SPDX-License-Identifier: Apache-2.0
 * A rectangle of a picture (descry_region), in fractions of its width and height, so that it is the same for drafts. */
#ifndef DESCRY_IMAGE_REGION_H
#define DESCRY_IMAGE_REGION_H

#include "image/picture.h"

#include <stdbool.h>

/* DESCRY_ERR_ARGUMENT; `name` begins the message. */
int descry_region_check(const descry_region *region, const char *name, descry_error *err);

bool descry_region_is_whole(const descry_region *region);

/* Crops the pixels to the region.  `upright`: the region is of the upright picture, else of the picture as stored. */
void descry_region_crop(const descry_region *region, bool upright, descry_picture *picture);

/* The size of draft of the whole upright picture whose region is `enough`. */
descry_enough descry_region_enough(const descry_region *region, const descry_enough *enough);

#endif
