/* SPDX-License-Identifier: Apache-2.0
 * To RGB, and upright. */
#ifndef DESCRY_IMAGE_CONVERT_H
#define DESCRY_IMAGE_CONVERT_H

#include "image/picture.h"

/* rgb [height, width, 3] of any mode.  Alpha is dropped, not blended, as Pillow's convert("RGB") does.  16-bit grey:
 * its high byte, or, with `reference`, clipped at 255 as Pillow has it. */
void descry_convert_rgb(const descry_picture *picture, int reference, uint8_t *rgb);

/* rgb [height, width, 3] turned upright by EXIF orientation `orientation`: out [height, width, 3], or [width, height, 3]
 * for the orientations 5 to 8, which exchange the sides. */
void descry_turn_upright(const uint8_t *rgb, int width, int height, int orientation, uint8_t *out);

#endif
