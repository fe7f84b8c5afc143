/* SPDX-License-Identifier: Apache-2.0
 * The towers of timm's Eva by name. */
#ifndef DESCRY_MODEL_EVA_KINDS_H
#define DESCRY_MODEL_EVA_KINDS_H

enum {
    DESCRY_EVA_CLASS_TOKEN = 1,
    DESCRY_EVA_PATCH_BIAS = 2,
    DESCRY_EVA_SPLIT = 4,      /* queries, keys and values by a matrix each, keys without bias */
    DESCRY_EVA_GATED = 8,      /* SwiGLU, and norms inside of attention and MLP */
    DESCRY_EVA_NORM_AFTER = 16,
    DESCRY_EVA_ROPE = 32,
    DESCRY_EVA_PE = 64         /* norm_pre, a pooler that attends, rotary positions by column first; keys with bias */
};

typedef struct descry_eva_kind {
    const char *name; /* timm_model_name */
    int image, patch, width, layers, heads, mlp;
    float eps;
    double reference, offset; /* of rotary positions: descry_make_rope */
    int flags;
} descry_eva_kind;

const descry_eva_kind *descry_eva_find(const char *name); /* NULL: none of that name, or no name */

#endif
