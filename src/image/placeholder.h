/* SPDX-License-Identifier: Apache-2.0
 * A few colours of a picture, to be shown where it will be. */
#ifndef DESCRY_IMAGE_PLACEHOLDER_H
#define DESCRY_IMAGE_PLACEHOLDER_H

#include "image/picture.h"

/* rgb [4, 4, 3] as descry_entry describes it.  The mean of a part is that of 16 x 16 of its pixels, evenly spaced, which takes
 * the same short time of any picture.  `picture` may be a draft. */
void descry_placeholder_make(const descry_picture *picture, uint8_t rgb[DESCRY_PLACEHOLDER_SIZE]);

#endif
