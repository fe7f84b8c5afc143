/* SPDX-License-Identifier: Apache-2.0
 * timm's FastViT as MobileCLIP-S has it: convolutions of each channel by itself and MLPs, then attention on the last maps.  C
 * channels of a stage, M hidden units of its MLPs. */
#ifndef DESCRY_MODEL_FASTVIT_FASTVIT_H
#define DESCRY_MODEL_FASTVIT_FASTVIT_H

#include "layers/conv.h"
#include "layers/norm.h"
#include "layers/squeeze.h"
#include "model/family.h"
#include "model/fastvit/kinds.h"

typedef struct descry_fastvit_block {
    descry_depthwise mixer;     /* 3 x 3; kernel 0: attention in its place */
    descry_depthwise pixel_norm; /* batch norm; kernel 0: layer norm in its place */
    descry_norm norm;           /* [C] */
    descry_linear qkv, proj;    /* [3 C, C] without bias, [C, C] */
    const float *gamma_1;       /* [C] */
    descry_depthwise conv;      /* 7 x 7 */
    descry_conv fc1, fc2;       /* C to M, M to C */
    const float *gamma_2;       /* [C] */
} descry_fastvit_block;

typedef struct descry_fastvit_stage {
    descry_depthwise reduce;    /* 7 x 7, stride 2, two maps of each channel; kernel 0: the stage begins with its blocks */
    descry_squeeze squeeze;     /* C to C / 4; kernels 0: none */
    descry_conv mix;            /* C to C */
    descry_depthwise positions; /* 7 x 7; kernel 0: none */
    descry_fastvit_block *blocks;
} descry_fastvit_stage;

typedef struct descry_fastvit {
    descry_image_tower tower;
    descry_fastvit_kind kind;
    descry_conv stem_in;        /* 3 x 3, stride 2, 3 to C */
    descry_depthwise stem_mid;  /* 3 x 3, stride 2 */
    descry_conv stem_out;       /* 1 x 1 */
    descry_fastvit_stage stages[DESCRY_FASTVIT_STAGES];
    descry_depthwise last;      /* 3 x 3, two maps of each channel */
    descry_squeeze squeeze;     /* 2 C to C / 8 */
    descry_linear head;         /* [E, 2 C] and bias */
} descry_fastvit;

extern const descry_image_family descry_fastvit_family;

int descry_fastvit_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                          float *out, float *tokens, descry_error *err);

#endif
