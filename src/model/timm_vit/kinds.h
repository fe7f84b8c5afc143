/* SPDX-License-Identifier: Apache-2.0
 * timm's transformers over patches, by name. */
#ifndef DESCRY_MODEL_TIMM_VIT_KINDS_H
#define DESCRY_MODEL_TIMM_VIT_KINDS_H

#include <stdbool.h>

enum {
    DESCRY_TIMM_CLASS_TOKEN = 1 << 0,
    DESCRY_TIMM_BARE_CLASS = 1 << 1,   /* the class token has no position */
    DESCRY_TIMM_CONV_STEM = 1 << 2,    /* MobileCLIP's: patches by three convolutions, 4 x 4, 2 x 2, 2 x 2 */
    DESCRY_TIMM_PATCH_BIAS = 1 << 3,
    DESCRY_TIMM_NORM_PRE = 1 << 4,
    DESCRY_TIMM_QKV_BIAS = 1 << 5,     /* one bias of queries, keys and values; else of queries and values only */
    DESCRY_TIMM_SPLIT = 1 << 6,        /* queries, keys and values by a matrix each */
    DESCRY_TIMM_GATED = 1 << 7,        /* SwiGLU, and norms inside of attention and MLP */
    DESCRY_TIMM_NORM_AFTER = 1 << 8,
    DESCRY_TIMM_TANH = 1 << 9,         /* GELU by tanh */
    DESCRY_TIMM_ROPE = 1 << 10,
    DESCRY_TIMM_COLUMN_FIRST = 1 << 11, /* of rotary positions */
    DESCRY_TIMM_HEAD = 1 << 12,        /* a linear layer to the embedding; else it is the pooled row */
    DESCRY_TIMM_NAFLEX = 1 << 13       /* patches of whole pixels, positions from a table of 16 x 16 */
};

typedef struct descry_timm_vit_kind {
    int image, patch, width, layers, heads, mlp;
    float eps;
    double reference, offset; /* of rotary positions: descry_make_rope */
    int map_heads, map_mlp;   /* of a pooler that attends; 0: the class token is pooled */
    int flags;
} descry_timm_vit_kind;

bool descry_timm_vit_find(descry_timm_vit_kind *kind, const char *name); /* false: none of that timm_model_name, or no name */

#endif
