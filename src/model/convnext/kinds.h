/* SPDX-License-Identifier: Apache-2.0
 * The towers of timm's ConvNeXt by name. */
#ifndef DESCRY_MODEL_CONVNEXT_KINDS_H
#define DESCRY_MODEL_CONVNEXT_KINDS_H

typedef struct descry_convnext_kind {
    const char *name;          /* timm_model_name */
    int depths[4], width;      /* of the first stage; each other is twice as wide as the one before */
    float eps;                 /* of every layer norm */
} descry_convnext_kind;

const descry_convnext_kind *descry_convnext_find(const char *name); /* NULL: none of that name, or no name */

#endif
