/* SPDX-License-Identifier: Apache-2.0
 * Figures: timm 1.0.31, eva.py. */
#include "model/eva/kinds.h"

#include <stddef.h>
#include <string.h>

static const descry_eva_kind kinds[] = {
    {"eva_giant_patch14_224", 224, 14, 1408, 40, 16, 6144, 1e-6f, 0, 0,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS},
    {"eva02_base_patch16_clip_224", 224, 16, 768, 12, 12, 2048, 1e-6f, 16, 0,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS | DESCRY_EVA_SPLIT | DESCRY_EVA_GATED | DESCRY_EVA_ROPE},
    {"eva02_large_patch14_clip_224", 224, 14, 1024, 24, 16, 2730, 1e-6f, 16, 0,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS | DESCRY_EVA_SPLIT | DESCRY_EVA_GATED | DESCRY_EVA_ROPE},
    {"eva02_large_patch14_clip_336", 336, 14, 1024, 24, 16, 2730, 1e-6f, 16, 0,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS | DESCRY_EVA_SPLIT | DESCRY_EVA_GATED | DESCRY_EVA_ROPE},
    {"eva02_enormous_patch14_clip_224", 224, 14, 1792, 64, 16, 15360, 1e-6f, 0, 0,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_PATCH_BIAS | DESCRY_EVA_NORM_AFTER},
    {"vit_pe_core_tiny_patch16_384", 384, 16, 192, 12, 3, 768, 1e-5f, 24, 1,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_ROPE | DESCRY_EVA_PE},
    {"vit_pe_core_small_patch16_384", 384, 16, 384, 12, 6, 1536, 1e-5f, 24, 1,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_ROPE | DESCRY_EVA_PE},
    {"vit_pe_core_base_patch16_224", 224, 16, 768, 12, 12, 3072, 1e-5f, 14, 1,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_ROPE | DESCRY_EVA_PE},
    {"vit_pe_core_large_patch14_336", 336, 14, 1024, 24, 16, 4096, 1e-5f, 24, 1,
     DESCRY_EVA_CLASS_TOKEN | DESCRY_EVA_ROPE | DESCRY_EVA_PE},
    {"vit_pe_core_gigantic_patch14_448", 448, 14, 1536, 50, 16, 8960, 1e-5f, 32, 0,
     DESCRY_EVA_ROPE | DESCRY_EVA_PE},
};

const descry_eva_kind *descry_eva_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

