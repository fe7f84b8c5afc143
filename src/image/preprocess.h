/* SPDX-License-Identifier: Apache-2.0
 * From a decoded picture to the pixels of an image tower, as open_clip's transforms and Pillow do it. */
#ifndef DESCRY_IMAGE_PREPROCESS_H
#define DESCRY_IMAGE_PREPROCESS_H

#include "image/resample.h"

typedef enum descry_resize_mode { DESCRY_SHORTEST, DESCRY_SQUASH, DESCRY_LONGEST } descry_resize_mode;

/* A model's preprocess_cfg, complete. */
typedef struct descry_preprocess {
    int width, height; /* of the tower's picture */
    descry_interpolation interpolation;
    descry_resize_mode resize_mode;
    uint8_t fill;      /* padding of a picture that does not fill the crop (longest) */
    float mean[3], std[3];
} descry_preprocess;

enum { DESCRY_ORDER_IMMICH = 2 }; /* of options->reference */

/* rgb [height, width, 3] (of `preprocess`) from `picture`.  By default the picture is rotated upright and made RGB
 * first; with options->reference resized and cropped in its own mode and made RGB at the end, or made RGB, resized and cropped
 * as by Immich.
 * DESCRY_ERR_MEMORY; DESCRY_ERR_LIMIT when the resized picture would exceed the limits. */
int descry_preprocess_run(const descry_preprocess *preprocess, const descry_preprocess_options *options,
                          const descry_picture *picture, uint8_t *rgb, descry_error *err);

/* The size of a draft whose preprocessed pixels are nearly those of the whole picture: DESCRY_DRAFT_SIDES times the tower's
 * side that determines the resize.  Effect on embeddings: docs/library.md. */
enum { DESCRY_DRAFT_SIDES = 2 };
descry_enough descry_preprocess_enough(const descry_preprocess *preprocess);

/* (rgb / 255 - mean) / std in float, rgb [height, width, 3] -> chw [3, height, width]. */
void descry_preprocess_to_tensor(const descry_preprocess *preprocess, const uint8_t *rgb, float *chw);

#endif
