/* SPDX-License-Identifier: Apache-2.0
 * Tiny towers by name, in place of the library's tables (kinds.c of the families in src/model): the sizes are those
 * of tools/goldens/make_families.py. */
#include "model/convnext/kinds.h"
#include "model/fastvit/kinds.h"
#include "model/hf_text/kinds.h"
#include "model/timm_vit/kinds.h"
#include "model/vitamin/kinds.h"

#include <stddef.h>
#include <string.h>

enum {
    EVA01 = DESCRY_TIMM_CLASS_TOKEN | DESCRY_TIMM_PATCH_BIAS | DESCRY_TIMM_HEAD,
    PE = DESCRY_TIMM_NORM_PRE | DESCRY_TIMM_QKV_BIAS | DESCRY_TIMM_ROPE | DESCRY_TIMM_COLUMN_FIRST | DESCRY_TIMM_HEAD,
    VIT = DESCRY_TIMM_CLASS_TOKEN | DESCRY_TIMM_QKV_BIAS | DESCRY_TIMM_HEAD,
    SIGLIP = DESCRY_TIMM_PATCH_BIAS | DESCRY_TIMM_QKV_BIAS,
    NAFLEX = SIGLIP | DESCRY_TIMM_TANH | DESCRY_TIMM_NAFLEX
};

static const struct row {
    const char *name;
    descry_timm_vit_kind kind;
} rows[] = {
    {"eva_test", {40, 8, 48, 2, 3, 100, 1e-6f, 0, 0, 0, 0, EVA01}},
    {"eva02_test",
     {40, 8, 48, 2, 3, 100, 1e-6f, 16, 0, 0, 0, EVA01 | DESCRY_TIMM_SPLIT | DESCRY_TIMM_GATED | DESCRY_TIMM_ROPE}},
    {"eva02_after_test", {40, 8, 48, 2, 3, 100, 1e-6f, 0, 0, 0, 0, EVA01 | DESCRY_TIMM_NORM_AFTER}},
    {"pe_test", {40, 8, 48, 2, 4, 100, 1e-5f, 5, 1, 8, 192, PE | DESCRY_TIMM_CLASS_TOKEN}},
    {"pe_bare_test", {40, 8, 48, 2, 4, 100, 1e-5f, 5, 0, 8, 192, PE}},
    {"vit_test", {40, 8, 48, 2, 3, 96, 1e-5f, 0, 0, 0, 0, VIT | DESCRY_TIMM_NORM_PRE}},
    {"vit_mci_test", {48, 16, 48, 2, 3, 96, 1e-6f, 0, 0, 0, 0, VIT | DESCRY_TIMM_CONV_STEM | DESCRY_TIMM_BARE_CLASS}},
    {"vit_test_siglip", {40, 8, 24, 2, 2, 40, 1e-6f, 0, 0, 2, 40, SIGLIP}},
    {"vit_test_siglip_tanh", {40, 8, 24, 2, 2, 40, 1e-6f, 0, 0, 2, 40, SIGLIP | DESCRY_TIMM_TANH}},
    {"naflexvit_test", {40, 8, 24, 2, 2, 40, 1e-6f, 0, 0, 2, 40, NAFLEX}},
};

bool descry_timm_vit_find(descry_timm_vit_kind *kind, const char *name)
{
    for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) {
            *kind = rows[i].kind;
            return true;
        }
    return false;
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

const descry_hf_kind *descry_hf_find(const char *name)
{
    static const descry_hf_kind encoders[] = {{"roberta_test", DESCRY_HF_ROBERTA, 200, 64, 2, 4, 128},
                                              {"m2m_100_test", DESCRY_HF_M2M100, 200, 64, 2, 4, 128},
                                              {"mt5_test", DESCRY_HF_MT5, 200, 64, 2, 4, 96}};
    for (size_t i = 0; name && i < sizeof encoders / sizeof *encoders; i++)
        if (strcmp(encoders[i].name, name) == 0)
            return &encoders[i];
    return NULL;
}

const descry_fastvit_kind *descry_fastvit_find(const char *name)
{
    enum { FIRST = DESCRY_FASTVIT_SCALED_STEM | DESCRY_FASTVIT_SQUEEZE };
    static const descry_fastvit_kind kinds_of_fastvit[] = {
        {"fastvit_test", {1, 2, 1, 2}, 8, 3, FIRST}, {"fastvit_five_test", {1, 1, 1, 1, 2}, 8, 4, DESCRY_FASTVIT_LAYER_NORM}};
    for (size_t i = 0; name && i < 2; i++)
        if (strcmp(kinds_of_fastvit[i].name, name) == 0)
            return &kinds_of_fastvit[i];
    return NULL;
}
