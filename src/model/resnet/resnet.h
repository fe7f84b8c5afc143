/* SPDX-License-Identifier: Apache-2.0
 * open_clip's ModifiedResNet, the convolutional towers of OpenAI's CLIP: three convolutions at the beginning, averages in
 * place of strides, attention in place of the mean at the end. */
#ifndef DESCRY_MODEL_RESNET_RESNET_H
#define DESCRY_MODEL_RESNET_RESNET_H

#include "layers/conv.h"
#include "model/family.h"

typedef struct descry_bottleneck {
    size_t stride;                           /* 1 or 2 */
    descry_conv reduce, spatial, expand;     /* 1 x 1, 3 x 3, 1 x 1, each with its batch norm */
    descry_conv downsample;                  /* 1 x 1; kernel 0: none */
} descry_bottleneck;

typedef struct descry_resnet {
    descry_image_tower tower;
    /* configuration */
    size_t width, depths[4], heads, features; /* features W: channels of the last stage, 32 width */
    size_t side;                              /* pixels of the last map, in a row: T = side * side */
    /* weights */
    descry_conv stem[3];
    descry_bottleneck *blocks[4];
    const float *positions;                   /* [1 + T, W]: the mean comes first */
    descry_linear q, k, v;                    /* [W, W] */
    descry_linear proj;                       /* [E, W] and bias */
} descry_resnet;

extern const descry_image_family descry_resnet_family;

int descry_resnet_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                         float *out, float *tokens, descry_error *err);

#endif
