/* SPDX-License-Identifier: Apache-2.0
 * Conversion to RGB and to upright. */
#ifndef DESCRY_IMAGE_CONVERT_H
#define DESCRY_IMAGE_CONVERT_H

#include "image/picture.h"

#include <stdbool.h>

/* rgb [height, width, 3] of any mode.  Alpha is dropped, not blended, as Pillow's convert("RGB") does.  Grey of
 * more than 8 bits: its highest 8, or, with `reference`, clipped at 255 as by Pillow. */
void descry_convert_rgb(const descry_picture *picture, int reference, uint8_t *rgb);

/* Grey: every colour is the same. */
bool descry_mode_is_grey(descry_picture_mode mode);

bool descry_mode_has_alpha(descry_picture_mode mode);

/* rgb [height, width, 3] of any mode, blended over white by alpha. */
void descry_convert_flat(const descry_picture *picture, uint8_t *rgb);

/* grey [height, width] of a grey mode: one band of descry_convert_rgb without `reference`. */
void descry_convert_grey(const descry_picture *picture, uint8_t *grey);

/* in [height, width], `pixel` (1 .. 4) bytes each, turned upright by EXIF orientation `orientation`: out [height, width],
 * or [width, height] for the orientations 5 to 8, which exchange the sides. */
void descry_turn_upright(const uint8_t *in, size_t pixel, int width, int height, int orientation, uint8_t *out);

#endif
