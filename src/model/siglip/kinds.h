/* SPDX-License-Identifier: Apache-2.0
 * SigLIP's image towers in timm, by name. */
#ifndef DESCRY_MODEL_SIGLIP_KINDS_H
#define DESCRY_MODEL_SIGLIP_KINDS_H

#include <stdbool.h>

typedef struct descry_siglip_kind {
    int image, patch, width, layers, heads, mlp;
    bool approximate; /* GELU by tanh */
} descry_siglip_kind;

bool descry_siglip_find(descry_siglip_kind *kind, const char *name); /* false: none of that timm_model_name, or no name */

#endif
