/* SPDX-License-Identifier: Apache-2.0
 * timm's ConvNeXt.  D width of a stage. */
#ifndef DESCRY_MODEL_CONVNEXT_CONVNEXT_H
#define DESCRY_MODEL_CONVNEXT_CONVNEXT_H

#include "layers/conv.h"
#include "layers/head.h"
#include "layers/norm.h"
#include "model/convnext/kinds.h"
#include "model/family.h"

typedef struct descry_convnext_block {
    descry_depthwise conv;  /* 7 x 7 */
    descry_norm norm;       /* [D] */
    descry_linear fc1, fc2; /* [4 D, D], [D, 4 D] */
    const float *gamma;     /* [D] */
} descry_convnext_block;

typedef struct descry_convnext_stage {
    descry_norm norm;       /* of the first stage after the convolution, of the others before it */
    descry_conv conv;       /* 4 x 4 or 2 x 2, as far apart */
    descry_convnext_block *blocks;
} descry_convnext_stage;

typedef struct descry_convnext {
    descry_image_tower tower;
    descry_convnext_kind kind;
    descry_convnext_stage stages[4];
    descry_norm norm;       /* of the mean of all pixels */
    descry_timm_head head;
} descry_convnext;

extern const descry_image_family descry_convnext_family;

#endif
