/* SPDX-License-Identifier: Apache-2.0
 * Pillow's resampling, bit for bit, computing only a box of the result. */
#ifndef DESCRY_IMAGE_RESAMPLE_H
#define DESCRY_IMAGE_RESAMPLE_H

#include "image/picture.h"

typedef enum descry_interpolation { DESCRY_BICUBIC, DESCRY_BILINEAR } descry_interpolation;

/* Resizes `in` to width x height pixels and keeps the box left .. left + box_width, top .. top + box_height of the
 * result: out, in the same mode, box_width x box_height; owned by the caller.  Modes 1 and P take the nearest pixel;
 * with alpha, colours are weighted by it.  `vertical_first` is the order of the two passes, each of which rounds.
 * An axis whose size does not change is not resampled. */
typedef struct descry_resample {
    int width, height;
    int left, top, box_width, box_height;
    descry_interpolation interpolation;
    int vertical_first;
} descry_resample;

int descry_resample_run(const descry_resample *resample, const descry_picture *in, descry_picture *out,
                        descry_error *err);

#endif
