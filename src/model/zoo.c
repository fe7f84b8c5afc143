/* SPDX-License-Identifier: Apache-2.0
 * Figures: open_clip 3.3.0, src/open_clip/model_configs; names of weights: src/open_clip/pretrained.py. */
#include "model/zoo.h"

#include "base/error.h"

#include <string.h>

enum { QUICK_GELU = 1, CLIPA = 2, LAYER_SCALE = 4, COCA = 8 };

static const struct row {
    const char *name;
    int embed_dim, image_size, patch_size, layers, width, head_width;
    double mlp_ratio;
    int text_width, text_layers;
    int flags;
} zoo[] = {
    {"ViT-B-16", 512, 224, 16, 12, 768, 64, 4, 512, 12, 0},
    {"ViT-B-16-plus", 640, 224, 16, 12, 896, 64, 4, 640, 12, 0},
    {"ViT-B-16-plus-240", 640, 240, 16, 12, 896, 64, 4, 640, 12, 0},
    {"ViT-B-16-quickgelu", 512, 224, 16, 12, 768, 64, 4, 512, 12, QUICK_GELU},
    {"ViT-B-32", 512, 224, 32, 12, 768, 64, 4, 512, 12, 0},
    {"ViT-B-32-256", 512, 256, 32, 12, 768, 64, 4, 512, 12, 0},
    {"ViT-B-32-plus-256", 640, 256, 32, 12, 896, 64, 4, 640, 12, 0},
    {"ViT-B-32-quickgelu", 512, 224, 32, 12, 768, 64, 4, 512, 12, QUICK_GELU},
    {"ViT-H-14", 1024, 224, 14, 32, 1280, 80, 4, 1024, 24, 0},
    {"ViT-H-14-378", 1024, 378, 14, 32, 1280, 80, 4, 1024, 24, 0},
    {"ViT-H-14-378-quickgelu", 1024, 378, 14, 32, 1280, 80, 4, 1024, 24, QUICK_GELU},
    {"ViT-H-14-CLIPA", 1024, 224, 14, 32, 1280, 80, 4, 1024, 24, CLIPA},
    {"ViT-H-14-CLIPA-336", 1024, 336, 14, 32, 1280, 80, 4, 1024, 24, CLIPA},
    {"ViT-H-14-quickgelu", 1024, 224, 14, 32, 1280, 80, 4, 1024, 24, QUICK_GELU},
    {"ViT-H-16", 1024, 224, 16, 32, 1280, 80, 4, 1024, 24, 0},
    {"ViT-L-14", 768, 224, 14, 24, 1024, 64, 4, 768, 12, 0},
    {"ViT-L-14-280", 768, 280, 14, 24, 1024, 64, 4, 768, 12, 0},
    {"ViT-L-14-336", 768, 336, 14, 24, 1024, 64, 4, 768, 12, 0},
    {"ViT-L-14-336-quickgelu", 768, 336, 14, 24, 1024, 64, 4, 768, 12, QUICK_GELU},
    {"ViT-L-14-CLIPA", 768, 224, 14, 24, 1024, 64, 4, 768, 12, CLIPA},
    {"ViT-L-14-CLIPA-336", 768, 336, 14, 24, 1024, 64, 4, 768, 12, CLIPA},
    {"ViT-L-14-quickgelu", 768, 224, 14, 24, 1024, 64, 4, 768, 12, QUICK_GELU},
    {"ViT-L-16", 768, 224, 16, 24, 1024, 64, 4, 768, 12, 0},
    {"ViT-L-16-320", 768, 320, 16, 24, 1024, 64, 4, 768, 12, 0},
    {"ViT-M-16", 512, 224, 16, 12, 512, 64, 4, 512, 12, 0},
    {"ViT-M-16-alt", 384, 224, 16, 12, 512, 64, 4, 384, 12, LAYER_SCALE},
    {"ViT-M-32", 512, 224, 32, 12, 512, 64, 4, 512, 12, 0},
    {"ViT-M-32-alt", 384, 224, 32, 12, 512, 64, 4, 384, 12, 0},
    {"ViT-S-16", 384, 224, 16, 12, 384, 64, 4, 384, 12, 0},
    {"ViT-S-16-alt", 256, 224, 16, 12, 384, 64, 4, 256, 10, 0},
    {"ViT-S-32", 384, 224, 32, 12, 384, 64, 4, 384, 12, 0},
    {"ViT-S-32-alt", 256, 224, 32, 12, 384, 64, 4, 256, 10, 0},
    {"ViT-bigG-14", 1280, 224, 14, 48, 1664, 104, 4.9231, 1280, 32, 0},
    {"ViT-bigG-14-CLIPA", 1280, 224, 14, 48, 1664, 104, 4.9231, 1280, 32, CLIPA},
    {"ViT-bigG-14-CLIPA-336", 1280, 336, 14, 48, 1664, 104, 4.9231, 1280, 32, CLIPA},
    {"ViT-bigG-14-quickgelu", 1280, 224, 14, 48, 1664, 104, 4.9231, 1280, 32, QUICK_GELU},
    {"ViT-e-14", 1280, 224, 14, 56, 1792, 112, 8.5715, 1280, 36, 0},
    {"ViT-g-14", 1024, 224, 14, 40, 1408, 88, 4.3637, 1024, 24, 0},
    {"coca_ViT-B-32", 512, 224, 32, 12, 768, 64, 4, 512, 12, COCA},
    {"coca_ViT-L-14", 768, 224, 14, 24, 1024, 64, 4, 768, 12, COCA},
};

static const descry_pretrained pretrained[] = {
    {"coca_ViT-B-32/laion2b_s13b_b90k", "hf-hub:laion/CoCa-ViT-B-32-laion2B-s13B-b90k", 1},
    {"coca_ViT-B-32/mscoco_finetuned_laion2b_s13b_b90k",
     "hf-hub:laion/mscoco_finetuned_CoCa-ViT-B-32-laion2B-s13B-b90k", 1},
    {"coca_ViT-L-14/laion2b_s13b_b90k", "hf-hub:laion/CoCa-ViT-L-14-laion2B-s13B-b90k", 1},
    {"coca_ViT-L-14/mscoco_finetuned_laion2b_s13b_b90k",
     "hf-hub:laion/mscoco_finetuned_CoCa-ViT-L-14-laion2B-s13B-b90k", 1},
};

const char *descry_zoo_name(size_t index)
{
    return index < sizeof zoo / sizeof *zoo ? zoo[index].name : NULL;
}

const descry_pretrained *descry_zoo_pretrained(size_t index)
{
    return index < sizeof pretrained / sizeof *pretrained ? &pretrained[index] : NULL;
}

/* What CoCa's configurations have beside the towers' figures, texts of L = 76 with a class vector behind them. */
static int write_coca(descry_buf *json, const struct row *r, descry_error *err)
{
    return descry_buf_printf(
        json, err,
        "{\"model_cfg\": {\"embed_dim\": %d, \"custom_text\": true, "
        "\"vision_cfg\": {\"image_size\": %d, \"layers\": %d, \"width\": %d, \"patch_size\": %d, "
        "\"attentional_pool\": true, \"attn_pooler_heads\": 8, \"output_tokens\": true}, "
        "\"text_cfg\": {\"context_length\": 76, \"vocab_size\": 49408, \"width\": %d, \"heads\": %d, \"layers\": %d, "
        "\"embed_cls\": true, \"output_tokens\": true}, "
        "\"multimodal_cfg\": {\"context_length\": 76, \"vocab_size\": 49408, \"width\": %d, \"heads\": %d, "
        "\"layers\": %d, \"attn_pooler_heads\": %d}}, \"preprocess_cfg\": {}}\n",
        r->embed_dim, r->image_size, r->layers, r->width, r->patch_size, r->text_width, r->text_width / 64,
        r->text_layers, r->text_width, r->text_width / 64, r->text_layers, r->text_width / 64);
}

static int write_config(descry_buf *json, const struct row *r, descry_error *err)
{
    int clipa = r->flags & CLIPA;
    return descry_buf_printf(
        json, err,
        "{\"model_cfg\": {\"embed_dim\": %d, \"quick_gelu\": %s, "
        "\"vision_cfg\": {\"image_size\": %d, \"layers\": %d, \"width\": %d, \"head_width\": %d, \"mlp_ratio\": %g, "
        "\"patch_size\": %d%s%s}, "
        "\"text_cfg\": {\"context_length\": %d, \"vocab_size\": %d, \"width\": %d, \"heads\": %d, \"layers\": %d%s}}, "
        "\"preprocess_cfg\": {%s}}\n",
        r->embed_dim, r->flags & QUICK_GELU ? "true" : "false", r->image_size, r->layers, r->width, r->head_width,
        r->mlp_ratio, r->patch_size, r->flags & LAYER_SCALE ? ", \"ls_init_value\": 0.0001" : "",
        clipa ? ", \"no_ln_pre\": true, \"pool_type\": \"avg\", \"final_ln_after_pool\": true" : "", clipa ? 32 : 77,
        clipa ? 32000 : 49408, r->text_width, r->text_width / 64, r->text_layers,
        clipa ? ", \"hf_tokenizer_name\": \"bert-base-uncased\", \"tokenizer_kwargs\": {\"strip_sep_token\": true}, "
                "\"pool_type\": \"last\", \"no_causal_mask\": true"
              : "",
        clipa ? "\"mean\": [0.485, 0.456, 0.406], \"std\": [0.229, 0.224, 0.225], \"interpolation\": \"bilinear\", "
                "\"resize_mode\": \"squash\""
              : "");
}

int descry_zoo_config(descry_buf *json, const char *name, descry_error *err)
{
    for (size_t i = 0; i < sizeof zoo / sizeof *zoo; i++)
        if (strcmp(zoo[i].name, name) == 0)
            return zoo[i].flags & COCA ? write_coca(json, &zoo[i], err) : write_config(json, &zoo[i], err);
    return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: not an architecture that this build knows", name);
}
