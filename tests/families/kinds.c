/* SPDX-License-Identifier: Apache-2.0
 * Tiny towers by name, in place of the library's tables (kinds.c of the families in src/model): the sizes are those
 * of tools/goldens/make_families.py. */
#include "model/convnext/kinds.h"
#include "model/eva/kinds.h"
#include "model/siglip/kinds.h"
#include "model/vitamin/kinds.h"

#include <stddef.h>
#include <string.h>

static const descry_eva_kind kinds[] = {
    {"eva_test", 40, 8, 48, 2, 3, 100, 1e-6f, 0, 0, DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS},
    {"eva02_test", 40, 8, 48, 2, 3, 100, 1e-6f, 16, 0,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS | DESCRY_EVA_SPLIT | DESCRY_EVA_GATED | DESCRY_EVA_ROPE},
    {"eva02_after_test", 40, 8, 48, 2, 3, 100, 1e-6f, 0, 0,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS | DESCRY_EVA_NORM_AFTER},
    {"pe_test", 40, 8, 48, 2, 4, 100, 1e-5f, 5, 1, DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_ROPE | DESCRY_EVA_PE},
    {"pe_bare_test", 40, 8, 48, 2, 4, 100, 1e-5f, 5, 0, DESCRY_EVA_ROPE | DESCRY_EVA_PE},
};

const descry_eva_kind *descry_eva_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

bool descry_siglip_find(descry_siglip_kind *kind, const char *name)
{
    bool tanh = name && strcmp(name, "vit_test_siglip_tanh") == 0;
    *kind = (descry_siglip_kind){40, 8, 24, 2, 2, 40, tanh};
    return tanh || (name && strcmp(name, "vit_test_siglip") == 0);
}

const descry_convnext_kind *descry_convnext_find(const char *name)
{
    static const descry_convnext_kind convnext = {"convnext_test", {1, 2, 1, 1}, 12, 1e-6f};
    return name && strcmp(name, convnext.name) == 0 ? &convnext : NULL;
}

const descry_vitamin_kind *descry_vitamin_find(const char *name)
{
    static const descry_vitamin_kind kinds_of_vitamin[] = {{"vitamin_test", 8, 48, 2, 3, true}, {"vitamin_bare_test", 8, 48, 2, 3, false}};
    for (size_t i = 0; name && i < 2; i++)
        if (strcmp(kinds_of_vitamin[i].name, name) == 0)
            return &kinds_of_vitamin[i];
    return NULL;
}
