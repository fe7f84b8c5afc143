/* SPDX-License-Identifier: Apache-2.0
 * Figures: timm 1.0.31, eva.py, vision_transformer.py, vision_transformer_hybrid.py, naflexvit.py. */
#include "model/timm_vit/kinds.h"

#include <stdio.h>
#include <string.h>

enum {
    EVA01 = DESCRY_TIMM_CLASS_TOKEN | DESCRY_TIMM_PATCH_BIAS | DESCRY_TIMM_HEAD,
    EVA02 = EVA01 | DESCRY_TIMM_SPLIT | DESCRY_TIMM_GATED | DESCRY_TIMM_ROPE,
    PE_BARE = DESCRY_TIMM_NORM_PRE | DESCRY_TIMM_QKV_BIAS | DESCRY_TIMM_ROPE | DESCRY_TIMM_COLUMN_FIRST | DESCRY_TIMM_HEAD,
    PE = PE_BARE | DESCRY_TIMM_CLASS_TOKEN,
    VIT = DESCRY_TIMM_CLASS_TOKEN | DESCRY_TIMM_QKV_BIAS | DESCRY_TIMM_HEAD,
    SIGLIP = DESCRY_TIMM_PATCH_BIAS | DESCRY_TIMM_QKV_BIAS,
    NAFLEX = SIGLIP | DESCRY_TIMM_TANH | DESCRY_TIMM_NAFLEX
};

static const struct row {
    const char *name;
    descry_timm_vit_kind kind;
} rows[] = {
    {"eva_giant_patch14_224", {224, 14, 1408, 40, 16, 6144, 1e-6f, 0, 0, 0, 0, EVA01}},
    {"eva02_base_patch16_clip_224", {224, 16, 768, 12, 12, 2048, 1e-6f, 16, 0, 0, 0, EVA02}},
    {"eva02_large_patch14_clip_224", {224, 14, 1024, 24, 16, 2730, 1e-6f, 16, 0, 0, 0, EVA02}},
    {"eva02_large_patch14_clip_336", {336, 14, 1024, 24, 16, 2730, 1e-6f, 16, 0, 0, 0, EVA02}},
    {"eva02_enormous_patch14_clip_224",
     {224, 14, 1792, 64, 16, 15360, 1e-6f, 0, 0, 0, 0, EVA01 | DESCRY_TIMM_NORM_AFTER}},
    {"vit_pe_core_tiny_patch16_384", {384, 16, 192, 12, 3, 768, 1e-5f, 24, 1, 8, 4 * 192, PE}},
    {"vit_pe_core_small_patch16_384", {384, 16, 384, 12, 6, 1536, 1e-5f, 24, 1, 8, 4 * 384, PE}},
    {"vit_pe_core_base_patch16_224", {224, 16, 768, 12, 12, 3072, 1e-5f, 14, 1, 8, 4 * 768, PE}},
    {"vit_pe_core_large_patch14_336", {336, 14, 1024, 24, 16, 4096, 1e-5f, 24, 1, 8, 4 * 1024, PE}},
    {"vit_pe_core_gigantic_patch14_448", {448, 14, 1536, 50, 16, 8960, 1e-5f, 32, 0, 8, 4 * 1536, PE_BARE}},
    {"vit_large_patch14_clip_224", {224, 14, 1024, 24, 16, 4096, 1e-5f, 0, 0, 0, 0, VIT | DESCRY_TIMM_NORM_PRE}},
    {"vit_base_mci_224",
     {224, 16, 768, 12, 12, 3072, 1e-6f, 0, 0, 0, 0, VIT | DESCRY_TIMM_CONV_STEM | DESCRY_TIMM_BARE_CLASS}},
    {"naflexvit_base_patch16_siglip", {384, 16, 768, 12, 12, 3072, 1e-6f, 0, 0, 12, 3072, NAFLEX}},
    {"naflexvit_so400m_patch16_siglip", {384, 16, 1152, 27, 16, 4304, 1e-6f, 0, 0, 16, 4304, NAFLEX}},
};

static const struct size {
    const char *name;
    int width, layers, heads, mlp;
} siglip_sizes[] = {
    {"base", 768, 12, 12, 3072},
    {"large", 1024, 24, 16, 4096},
    {"so400m", 1152, 27, 16, 4304},
    {"giantopt", 1536, 40, 16, 6144},
};

/* With the approximate GELU. */
static const char *const siglip_tanh[] = {
    "vit_base_patch32_siglip_256", "vit_large_patch16_siglip_512", "vit_so400m_patch16_siglip_256",
    "vit_so400m_patch16_siglip_384", "vit_so400m_patch16_siglip_512", "vit_giantopt_patch16_siglip_256",
    "vit_giantopt_patch16_siglip_384", NULL};

/* vit_SIZE_patchP_siglip_S */
static bool find_siglip(descry_timm_vit_kind *kind, const char *name)
{
    char text[16];
    int patch, image, end = 0;
    if (sscanf(name, "vit_%15[a-z0-9]_patch%2d_siglip_%3d%n", text, &patch, &image, &end) != 3 || name[end] || patch < 1 ||
        image < patch)
        return false;
    for (size_t i = 0; i < sizeof siglip_sizes / sizeof *siglip_sizes; i++) {
        const struct size *s = &siglip_sizes[i];
        if (strcmp(s->name, text) != 0)
            continue;
        *kind = (descry_timm_vit_kind){image, patch, s->width, s->layers, s->heads, s->mlp, 1e-6f, 0, 0, s->heads, s->mlp, SIGLIP};
        for (const char *const *t = siglip_tanh; *t; t++)
            kind->flags |= strcmp(*t, name) == 0 ? DESCRY_TIMM_TANH : 0;
        return true;
    }
    return false;
}

bool descry_timm_vit_find(descry_timm_vit_kind *kind, const char *name)
{
    for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) {
            *kind = rows[i].kind;
            return true;
        }
    return name && find_siglip(kind, name);
}
