/* SPDX-License-Identifier: Apache-2.0
 * timm's ViTamin: a convolutional beginning, then a transformer over its last map.  A channels of the stem, W width, T
 * tokens. */
#ifndef DESCRY_MODEL_VITAMIN_VITAMIN_H
#define DESCRY_MODEL_VITAMIN_VITAMIN_H

#include "layers/block.h"
#include "layers/conv.h"
#include "layers/head.h"
#include "model/family.h"
#include "model/vitamin/kinds.h"

enum {
    DESCRY_VITAMIN_BLOCKS = 2 + 4, /* of the two stages */
    DESCRY_VITAMIN_EXPANSION = 4   /* channels inside of one, for each that it gives */
};

/* An inverted bottleneck: 1 x 1, each channel by itself 3 x 3, 1 x 1. */
typedef struct descry_mbconv {
    descry_norm norm;         /* [in] */
    descry_conv expand;       /* in to 4 out */
    descry_depthwise spatial; /* 3 x 3 */
    descry_conv reduce;       /* 4 out to out */
    descry_conv shortcut;     /* in to out; kernel 0: none */
} descry_mbconv;

typedef struct descry_vitamin {
    descry_image_tower tower;
    /* configuration */
    descry_vitamin_kind kind;
    descry_block_config block;
    size_t tokens;               /* T */
    /* weights */
    descry_conv stem[2];         /* 3 x 3, the first with stride 2 */
    descry_norm stem_norm;       /* [A], between them */
    descry_mbconv stages[DESCRY_VITAMIN_BLOCKS];
    descry_norm pool_norm;       /* [2 A] */
    descry_conv pool;            /* 3 x 3, stride 2, to W */
    const float *positions;      /* [T, W] or NULL */
    descry_block *blocks;
    descry_norm norm;            /* [W]: of the mean */
    descry_timm_head head;
} descry_vitamin;

extern const descry_image_family descry_vitamin_family;

int descry_vitamin_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                          float *out, float *tokens, descry_error *err);

#endif
