/* SPDX-License-Identifier: Apache-2.0
 * Figures: timm 1.0.31, vision_transformer.py, vit_*_siglip_*. */
#include "model/siglip/kinds.h"

#include <stdio.h>
#include <string.h>

static const struct size {
    const char *name;
    int width, layers, heads, mlp;
} sizes[] = {
    {"base", 768, 12, 12, 3072},
    {"large", 1024, 24, 16, 4096},
    {"so400m", 1152, 27, 16, 4304},
    {"giantopt", 1536, 40, 16, 6144},
};

/* With the approximate GELU. */
static const char *const approximate[] = {
    "vit_base_patch32_siglip_256", "vit_large_patch16_siglip_512", "vit_so400m_patch16_siglip_256",
    "vit_so400m_patch16_siglip_384", "vit_so400m_patch16_siglip_512", "vit_giantopt_patch16_siglip_256",
    "vit_giantopt_patch16_siglip_384", NULL};

/* vit_SIZE_patchP_siglip_S */
bool descry_siglip_find(descry_siglip_kind *kind, const char *name)
{
    char text[16];
    int patch, image, end = 0;
    if (!name || sscanf(name, "vit_%15[a-z0-9]_patch%2d_siglip_%3d%n", text, &patch, &image, &end) != 3 || name[end] ||
        patch < 1 || image < patch)
        return false;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct size *s = &sizes[i];
        if (strcmp(s->name, text) != 0)
            continue;
        *kind = (descry_siglip_kind){image, patch, s->width, s->layers, s->heads, s->mlp, false};
        for (const char *const *a = approximate; *a; a++)
            kind->approximate |= strcmp(*a, name) == 0;
        return true;
    }
    return false;
}
