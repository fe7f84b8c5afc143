/* SPDX-License-Identifier: Apache-2.0
 * Figures: timm 1.0.31, convnext.py. */
#include "model/convnext/kinds.h"

#include <stddef.h>
#include <string.h>

static const descry_convnext_kind kinds[] = {
    {"convnext_tiny", {3, 3, 9, 3}, 96, 1e-6f},     {"convnext_small", {3, 3, 27, 3}, 96, 1e-6f},
    {"convnext_base", {3, 3, 27, 3}, 128, 1e-6f},   {"convnext_large", {3, 3, 27, 3}, 192, 1e-6f},
    {"convnext_xlarge", {3, 3, 27, 3}, 256, 1e-6f}, {"convnext_xxlarge", {3, 4, 30, 3}, 384, 1e-5f},
};

const descry_convnext_kind *descry_convnext_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
