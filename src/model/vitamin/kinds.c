/* SPDX-License-Identifier: Apache-2.0
 * Figures: timm 1.0.31, vitamin.py. */
#include "model/vitamin/kinds.h"

#include <stddef.h>
#include <string.h>

static const descry_vitamin_kind kinds[] = {
    {"vitamin_small_", 64, 384, 14, 6, true},    {"vitamin_base_", 128, 768, 14, 12, true},
    {"vitamin_large_", 160, 1024, 31, 16, true}, {"vitamin_large2_", 160, 1024, 31, 16, true},
    {"vitamin_xlarge_", 192, 1152, 32, 16, false},
};

const descry_vitamin_kind *descry_vitamin_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].name);
        if (strncmp(kinds[i].name, name, length) == 0 && strspn(name + length, "0123456789") == strlen(name + length))
            return &kinds[i];
    }
    return NULL;
}
