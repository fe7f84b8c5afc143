/* SPDX-License-Identifier: Apache-2.0
 * timm's VisionTransformer with registers in place of a class token, and the mean of the patches: a family that the
 * library does not have, added here as any other would be. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "layers/block.h"
#include "model/family.h"

typedef struct registers_vit {
    descry_image_tower tower;
    /* configuration */
    descry_block_config block;
    size_t registers, patches;  /* R, T */
    /* weights */
    descry_patch_conv conv;     /* [W, 3, p, p] and bias */
    const float *register_rows; /* [R, W] */
    const float *positions;     /* [T, W]: of the patches only */
    descry_block *blocks;
    descry_norm fc_norm;        /* after the mean */
    descry_linear head;         /* [E, W] and bias */
} registers_vit;

extern const descry_image_family registers_family;

#endif
