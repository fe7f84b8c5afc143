/* SPDX-License-Identifier: Apache-2.0
 * Pictures as towers are given them, and the convolution whose stride is its size: patches, then a matrix. */
#ifndef DESCRY_LAYERS_PATCHES_H
#define DESCRY_LAYERS_PATCHES_H

#include "layers/loader.h"

/* n prepared pictures of one size. */
typedef struct descry_pictures {
    size_t n, width, height;
    const uint8_t *rgb;           /* [n, H, W, 3]; NULL: values */
    const float (*levels)[256];   /* [3]: the normalised value of a byte in each channel */
    const float *values;          /* [n, 3, H, W], normalised */
} descry_pictures;

descry_pictures descry_pictures_part(const descry_pictures *pictures, size_t first, size_t n);

/* A convolution [W, 3, ph, pw] of stride (ph, pw), with `bias` [W] or NULL, as a matrix for rows of patches; or a matrix for
 * patches of whole pixels, [ph, pw, 3].  Patches go row by row over the picture; pixels beyond the last whole one are left
 * out. */
typedef struct descry_patch_conv {
    size_t width, height;  /* pw, ph */
    bool pixels;           /* stored as a matrix for whole pixels */
    descry_linear linear;  /* [W, 3 ph pw] */
} descry_patch_conv;

/* All but `linear` is set by the caller. */
void descry_load_patch_conv(descry_loader *loader, descry_patch_conv *conv, const char *prefix, const char *name,
                            size_t out_width, const float *bias);

size_t descry_patches_of(const descry_patch_conv *conv, size_t width, size_t height); /* in a picture of this size */

/* out [n, patches, W]; room [n, patches, 3 ph pw] to work in. */
void descry_run_patch_conv(const descry_engine *engine, const descry_patch_conv *conv, const descry_pictures *pictures,
                           float *room, float *out);

#endif
