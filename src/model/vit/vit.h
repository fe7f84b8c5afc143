/* SPDX-License-Identifier: Apache-2.0
 * open_clip's native VisionTransformer, CoCa's included.  T tokens of a picture: the class token and patches. */
#ifndef DESCRY_MODEL_VIT_VIT_H
#define DESCRY_MODEL_VIT_VIT_H

#include "layers/block.h"
#include "layers/pool.h"
#include "model/family.h"

typedef struct descry_vit {
    descry_image_tower tower;
    /* configuration */
    descry_block_config block;
    size_t patches;                /* T - 1 */
    bool no_ln_pre;
    bool final_ln_after_pool;
    bool mean;                     /* of the patch tokens, in place of the class token */
    bool attentional_pool;         /* CoCa's */
    /* weights */
    descry_patch_conv conv;        /* W out */
    const float *class_embedding;  /* [W] */
    const float *positions;        /* [T, W] */
    descry_norm ln_pre;            /* [W] */
    descry_block *blocks;
    descry_pooler pooler;
    descry_norm ln_post;           /* [W], or [E] after the pooler */
    descry_linear proj;            /* [E, W], or [E, E] after the pooler */
} descry_vit;

extern const descry_image_family descry_vit_family;

int descry_vit_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                      float *out, float *tokens, descry_error *err);

#endif
