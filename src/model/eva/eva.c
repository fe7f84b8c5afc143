/* SPDX-License-Identifier: Apache-2.0 */
#include "model/eva/eva.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOLER_HEADS = 8, POOLER_MLP = 4 }; /* of PE-Core in every size; times W */

static bool claims(const descry_keys *vision_cfg)
{
    return descry_eva_find(descry_keys_see(vision_cfg, "timm_model_name")) != NULL;
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const token[] = {"token", NULL}, *const map[] = {"map", NULL};
    static const char *const without_effect[] = {"timm_model_name", "timm_model_pretrained", "timm_proj", "timm_drop",
                                                 "timm_drop_path", "patch_dropout", NULL};
    const descry_eva_kind *kind = descry_eva_find(descry_keys_see(k, "timm_model_name"));
    descry_eva *v = calloc(1, sizeof *v);
    if (!v) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    if (descry_keys_have(k, "timm_proj"))
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, "timm_proj", "only null is supported with this tower");
    descry_keys_ignore(k, without_effect);
    descry_keys_name(k, "timm_pool", 0, kind->flags & DESCRY_EVA_PE ? map : token);
    if (descry_keys_int(k, "image_size", kind->image, 1, DESCRY_MAX_DIMENSION) != kind->image)
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, "image_size", "not that of timm_model_name");
    size_t w = (size_t)kind->width, side = (size_t)(kind->image / kind->patch);
    v->kind = kind;
    v->tower = (descry_image_tower){.family = &descry_eva_family, .dim = (size_t)options->dim,
                                    .width = (size_t)kind->image, .height = (size_t)kind->image};
    v->block = (descry_block_config){.width = kind->width, .layers = kind->layers, .heads = kind->heads, .mlp = kind->mlp,
                                     .activation = kind->flags & DESCRY_EVA_GATED ? DESCRY_ACT_SILU : DESCRY_ACT_GELU,
                                     .eps = kind->eps, .norm_after = kind->flags & DESCRY_EVA_NORM_AFTER};
    v->conv = (descry_patch_conv){.width = (size_t)kind->patch, .height = (size_t)kind->patch};
    v->patches = side * side;
    v->prefix = kind->flags & DESCRY_EVA_CLASS_TOKEN ? 1 : 0;
    v->pooler = (descry_map_pooler){.heads = POOLER_HEADS, .width = w, .mlp = POOLER_MLP * w, .activation = DESCRY_ACT_GELU,
                                    .eps = kind->eps};
    return &v->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

/* [q_bias, 0, v_bias] */
static const float *load_biases(descry_loader *l, const char *prefix, size_t w)
{
    const float *q = descry_load_vector(l, prefix, "attn.q_bias", w), *v = descry_load_vector(l, prefix, "attn.v_bias", w);
    float *all = descry_load_alloc(l, 3 * w, sizeof *all);
    if (all) {
        memcpy(all, q, w * sizeof *all);
        memcpy(all + 2 * w, v, w * sizeof *all);
    }
    return all;
}

static void load_block(descry_loader *l, const descry_eva *v, descry_block *b, const char *prefix)
{
    size_t w = (size_t)v->block.width, m = (size_t)v->block.mlp;
    int flags = v->kind->flags;
    b->ln_1 = descry_load_norm(l, prefix, "norm1", w);
    if (flags & DESCRY_EVA_SPLIT) {
        descry_load_linear(l, &b->q, prefix, "attn.q_proj", w, w);
        descry_load_rows(l, &b->k, descry_load_shaped(l, prefix, "attn.k_proj.weight", 2, w, w), 0, w, w, NULL);
        descry_load_linear(l, &b->v, prefix, "attn.v_proj", w, w);
    } else {
        const float *bias = flags & DESCRY_EVA_PE ? descry_load_vector(l, prefix, "attn.qkv.bias", 3 * w) : load_biases(l, prefix, w);
        descry_load_rows(l, &b->qkv, descry_load_shaped(l, prefix, "attn.qkv.weight", 2, 3 * w, w), 0, 3 * w, w, bias);
    }
    if (flags & DESCRY_EVA_GATED)
        b->attn_norm = descry_load_norm(l, prefix, "attn.norm", w);
    descry_load_linear(l, &b->out, prefix, "attn.proj", w, w);
    b->ln_2 = descry_load_norm(l, prefix, "norm2", w);
    if (flags & DESCRY_EVA_GATED) {
        descry_load_linear(l, &b->gate, prefix, "mlp.fc1_g", m, w);
        descry_load_linear(l, &b->fc, prefix, "mlp.fc1_x", m, w);
        b->mlp_norm = descry_load_norm(l, prefix, "mlp.norm", m);
    } else {
        descry_load_linear(l, &b->fc, prefix, "mlp.fc1", m, w);
    }
    descry_load_linear(l, &b->proj, prefix, "mlp.fc2", w, m);
}

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_eva *v = (descry_eva *)tower;
    const char *prefix = "visual.trunk.";
    size_t w = (size_t)v->block.width, one = 1, side = tower->width / v->conv.width;
    int flags = v->kind->flags;
    const float *bias = flags & DESCRY_EVA_PATCH_BIAS ? descry_load_vector(l, prefix, "patch_embed.proj.bias", w) : NULL;
    descry_load_patch_conv(l, &v->conv, prefix, "patch_embed.proj.weight", w, bias);
    if (v->prefix)
        v->class_embedding = descry_load_floats(l, descry_load_shaped(l, prefix, "cls_token", 3, one, one, w));
    v->positions = descry_load_floats(l, descry_load_shaped(l, prefix, "pos_embed", 3, one, v->prefix + v->patches, w));
    if (flags & DESCRY_EVA_PE)
        v->norm_pre = descry_load_norm(l, prefix, "norm_pre", w);
    if (flags & DESCRY_EVA_ROPE) {
        v->block.rope = (descry_rope){.skip = v->prefix, .head_dim = w / (size_t)v->block.heads};
        descry_make_rope(l, &v->block.rope, side, side, v->kind->reference, v->kind->offset, flags & DESCRY_EVA_PE);
    }
    v->blocks = descry_load_alloc(l, (size_t)v->block.layers, sizeof *v->blocks);
    for (int i = 0; i < v->block.layers && !l->rc; i++) {
        char name[64];
        snprintf(name, sizeof name, "%sblocks.%d.", prefix, i);
        load_block(l, v, &v->blocks[i], name);
    }
    v->norm = descry_load_norm(l, prefix, "norm", w);
    if (flags & DESCRY_EVA_PE)
        descry_load_map_pooler(l, &v->pooler, "visual.trunk.attn_pool.");
    descry_load_linear(l, &v->head, prefix, "head", tower->dim, w);
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

const descry_image_family descry_eva_family = {
    .name = "Eva", .claims = claims, .parse = parse, .load = load, .encode = descry_eva_encode, .free = release};
