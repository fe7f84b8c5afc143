/* SPDX-License-Identifier: Apache-2.0
 * timm's transformers over patches: the image towers of SigLIP, with and without NaFlex, EVA01, EVA02, PE-Core,
 * MobileCLIP-B and -L.  W width, M hidden units of the MLP, T patches, C 1 with a class token and else 0. */
#ifndef DESCRY_MODEL_TIMM_VIT_TIMM_VIT_H
#define DESCRY_MODEL_TIMM_VIT_TIMM_VIT_H

#include "layers/block.h"
#include "layers/conv.h"
#include "layers/pool.h"
#include "model/family.h"
#include "model/timm_vit/kinds.h"

typedef struct descry_timm_vit {
    descry_image_tower tower;
    /* configuration */
    descry_timm_vit_kind kind;
    descry_block_config block;
    size_t patches;               /* T */
    size_t prefix;                /* C */
    /* weights */
    descry_patch_conv conv;       /* W out */
    descry_conv stem[3];          /* in its place: W / 4, W / 4 and W out */
    const float *class_embedding; /* [W] or NULL */
    const float *positions;       /* [C + T, W]; [T, W] when the class token has none */
    descry_norm norm_pre;         /* [W] or none */
    descry_block *blocks;
    descry_norm norm;             /* [W] */
    descry_map_pooler pooler;
    descry_linear head;           /* [E, W] and bias */
} descry_timm_vit;

extern const descry_image_family descry_timm_vit_family;

int descry_timm_vit_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                           float *out, float *tokens, descry_error *err);

#endif
