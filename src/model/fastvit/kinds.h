/* SPDX-License-Identifier: Apache-2.0
 * The towers of timm's FastViT that MobileCLIP has, by name. */
#ifndef DESCRY_MODEL_FASTVIT_KINDS_H
#define DESCRY_MODEL_FASTVIT_KINDS_H

enum {
    DESCRY_FASTVIT_STAGES = 5,                /* at most */
    DESCRY_FASTVIT_SCALED_STEM = 1 << 0,      /* its first two convolutions have a 1 x 1 branch */
    DESCRY_FASTVIT_SQUEEZE = 1 << 1,          /* squeeze and excitation between the stages, before the third and the fourth */
    DESCRY_FASTVIT_LAYER_NORM = 1 << 2        /* before attention, in place of batch norm */
};

typedef struct descry_fastvit_kind {
    const char *name;                         /* timm_model_name */
    int depths[DESCRY_FASTVIT_STAGES];        /* 0: no such stage */
    int width;                                /* of the first stage; each other is twice as wide as the one before */
    int expansion;                            /* of the MLPs */
    int flags;
} descry_fastvit_kind;

const descry_fastvit_kind *descry_fastvit_find(const char *name); /* NULL: none of that name, or no name */

#endif
