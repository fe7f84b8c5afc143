/* SPDX-License-Identifier: Apache-2.0
 * The towers of timm's ViTamin by name. */
#ifndef DESCRY_MODEL_VITAMIN_KINDS_H
#define DESCRY_MODEL_VITAMIN_KINDS_H

#include <stdbool.h>

typedef struct descry_vitamin_kind {
    const char *name; /* timm_model_name without the image size: "vitamin_large_" */
    int stem;         /* channels of the stem and the first stage; the second has twice as many */
    int width, layers, heads;
    bool positions;   /* a table of them */
} descry_vitamin_kind;

const descry_vitamin_kind *descry_vitamin_find(const char *name); /* NULL: none of that name, or no name */

#endif
