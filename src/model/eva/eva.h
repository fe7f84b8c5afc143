/* SPDX-License-Identifier: Apache-2.0
 * timm's Eva: the image towers of EVA01, EVA02 and PE-Core.  W width, M hidden units of the MLP, T patches, C 1 with a class
 * token and else 0. */
#ifndef DESCRY_MODEL_EVA_EVA_H
#define DESCRY_MODEL_EVA_EVA_H

#include "layers/block.h"
#include "layers/pool.h"
#include "model/eva/kinds.h"
#include "model/family.h"

typedef struct descry_eva {
    descry_image_tower tower;
    /* configuration */
    const descry_eva_kind *kind;
    descry_block_config block;
    size_t patches;               /* T */
    size_t prefix;                /* C */
    /* weights */
    descry_patch_conv conv;       /* W out */
    const float *class_embedding; /* [W] or NULL */
    const float *positions;       /* [C + T, W] */
    descry_norm norm_pre;         /* [W] or none */
    descry_block *blocks;
    descry_norm norm;             /* [W] */
    descry_map_pooler pooler;     /* PE-Core */
    descry_linear head;           /* [E, W] and bias */
} descry_eva;

extern const descry_image_family descry_eva_family;

int descry_eva_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures, float *out,
                      float *tokens, descry_error *err);

#endif
