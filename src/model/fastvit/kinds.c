/* SPDX-License-Identifier: Apache-2.0
 * Figures: timm 1.0.31, fastvit.py. */
#include "model/fastvit/kinds.h"

#include <stddef.h>
#include <string.h>

enum { FIRST = DESCRY_FASTVIT_SCALED_STEM | DESCRY_FASTVIT_SQUEEZE, SECOND = DESCRY_FASTVIT_LAYER_NORM };

static const descry_fastvit_kind kinds[] = {
    {"fastvit_mci0", {2, 6, 10, 2}, 64, 3, FIRST},      {"fastvit_mci1", {4, 12, 20, 4}, 64, 3, FIRST},
    {"fastvit_mci2", {4, 12, 24, 4}, 80, 3, FIRST},     {"fastvit_mci3", {2, 12, 24, 4, 2}, 96, 4, SECOND},
    {"fastvit_mci4", {2, 12, 24, 4, 4}, 128, 4, SECOND},
};

const descry_fastvit_kind *descry_fastvit_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
