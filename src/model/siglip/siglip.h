/* SPDX-License-Identifier: Apache-2.0
 * SigLIP's image towers, timm's VisionTransformer without a class token and with a pooler that attends.  W width, T
 * patches; the embedding is W wide. */
#ifndef DESCRY_MODEL_SIGLIP_SIGLIP_H
#define DESCRY_MODEL_SIGLIP_SIGLIP_H

#include "layers/block.h"
#include "layers/pool.h"
#include "model/family.h"
#include "model/siglip/kinds.h"

typedef struct descry_siglip {
    descry_image_tower tower;
    /* configuration */
    descry_block_config block;
    size_t patches;            /* T */
    /* weights */
    descry_patch_conv conv;    /* W out, and bias */
    const float *positions;    /* [T, W] */
    descry_block *blocks;
    descry_norm norm;          /* [W] */
    descry_map_pooler pooler;
} descry_siglip;

extern const descry_image_family descry_siglip_family;

#endif
