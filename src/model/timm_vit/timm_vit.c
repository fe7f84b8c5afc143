/* SPDX-License-Identifier: Apache-2.0 */
#include "model/timm_vit/timm_vit.h"

#include "layers/positions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE = 16 }; /* rows and columns of NaFlex's positions, whatever the size of its pictures */

static bool claims(const descry_keys *vision_cfg)
{
    descry_timm_vit_kind kind;
    return descry_timm_vit_find(&kind, descry_keys_see(vision_cfg, "timm_model_name"));
}

static bool is(const descry_timm_vit *v, int flag)
{
    return (v->kind.flags & flag) != 0;
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static void configure(descry_timm_vit *v, size_t side)
{
    const descry_timm_vit_kind *k = &v->kind;
    descry_activation gelu = is(v, DESCRY_TIMM_TANH) ? DESCRY_ACT_GELU_TANH : DESCRY_ACT_GELU;
    v->block = (descry_block_config){.width = k->width, .layers = k->layers, .heads = k->heads, .mlp = k->mlp,
                                     .activation = is(v, DESCRY_TIMM_GATED) ? DESCRY_ACT_SILU : gelu, .eps = k->eps,
                                     .place = is(v, DESCRY_TIMM_NORM_AFTER) ? DESCRY_NORM_BRANCH : DESCRY_NORM_BEFORE};
    v->conv = (descry_patch_conv){.width = (size_t)k->patch, .height = (size_t)k->patch,
                                  .pixels = is(v, DESCRY_TIMM_NAFLEX)};
    v->patches = side * side;
    v->prefix = is(v, DESCRY_TIMM_CLASS_TOKEN) ? 1 : 0;
    v->pooler = (descry_map_pooler){.heads = (size_t)k->map_heads, .width = (size_t)k->width, .mlp = (size_t)k->map_mlp,
                                    .activation = gelu, .eps = k->eps};
}

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const token[] = {"token", NULL}, *const map[] = {"map", NULL}, *const none[] = {"none", NULL};
    static const char *const projections[] = {"timm_proj", NULL};
    descry_timm_vit *v = calloc(1, sizeof *v);
    if (!v || !descry_timm_vit_find(&v->kind, descry_keys_see(k, "timm_model_name"))) { /* found when it was claimed */
        descry_keys_fail_memory(k);
        free(v);
        return NULL;
    }
    int image = descry_keys_int(k, "image_size", v->kind.image, v->kind.patch, 1 << 14);
    configure(v, (size_t)(image / v->kind.patch));
    descry_keys_ignore_timm(k);
    if (is(v, DESCRY_TIMM_NAFLEX)) { /* timm's does not leave out what is beyond the last whole patch, but fails */
        static const char *const of_pictures_that_keep_their_shape[] = {"image_seq_len", NULL};
        descry_keys_ignore(k, of_pictures_that_keep_their_shape);
        if (image % v->kind.patch != 0)
            descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, "image_size", "not a whole number of patches");
    }
    descry_keys_name(k, "timm_pool", 0, v->kind.map_heads ? map : token);
    if (!is(v, DESCRY_TIMM_HEAD))
        descry_keys_name(k, "timm_proj", 0, none);
    else
        descry_keys_refuse_set(k, projections, "only null is supported with this tower");
    if (!is(v, DESCRY_TIMM_HEAD) && v->kind.width != options->dim)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "timm_model_name", "not as wide as embed_dim");
    v->tower = (descry_image_tower){.family = &descry_timm_vit_family, .dim = (size_t)options->dim,
                                    .width = (size_t)image, .height = (size_t)image};
    return &v->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

/* MobileCLIP's: two convolutions with batch norm, one with bias. */
static void load_stem(descry_loader *l, descry_timm_vit *v, size_t w)
{
    const char *prefix = "visual.trunk.patch_embed.backbone.";
    for (int i = 0; i < 3; i++) {
        char name[16];
        v->stem[i] = (descry_conv){.kernel = i == 0 ? 4 : 2, .stride = i == 0 ? 4 : 2};
        snprintf(name, sizeof name, "%d.conv", i);
        descry_load_conv(l, &v->stem[i], prefix, name, i == 0 ? 3 : w / 4, i < 2 ? w / 4 : w, i == 2);
        snprintf(name, sizeof name, "%d.bn", i);
        if (i < 2)
            descry_load_batch_norm(l, &v->stem[i], prefix, name);
    }
}

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

static void load_block(descry_loader *l, const descry_timm_vit *v, descry_block *b, const char *prefix)
{
    size_t w = (size_t)v->block.width, m = (size_t)v->block.mlp;
    b->ln_1 = descry_load_norm(l, prefix, "norm1", w);
    if (is(v, DESCRY_TIMM_SPLIT)) {
        descry_load_linear(l, &b->q, prefix, "attn.q_proj", w, w);
        descry_load_rows(l, &b->k, descry_load_shaped(l, prefix, "attn.k_proj.weight", 2, w, w), 0, w, w, NULL);
        descry_load_linear(l, &b->v, prefix, "attn.v_proj", w, w);
    } else {
        const float *bias = is(v, DESCRY_TIMM_QKV_BIAS) ? descry_load_vector(l, prefix, "attn.qkv.bias", 3 * w)
                                                        : load_biases(l, prefix, w);
        descry_load_rows(l, &b->qkv, descry_load_shaped(l, prefix, "attn.qkv.weight", 2, 3 * w, w), 0, 3 * w, w, bias);
    }
    if (is(v, DESCRY_TIMM_GATED))
        b->attn_norm = descry_load_norm(l, prefix, "attn.norm", w);
    descry_load_linear(l, &b->out, prefix, "attn.proj", w, w);
    b->ln_2 = descry_load_norm(l, prefix, "norm2", w);
    if (is(v, DESCRY_TIMM_GATED)) {
        descry_load_linear(l, &b->gate, prefix, "mlp.fc1_g", m, w);
        descry_load_linear(l, &b->fc, prefix, "mlp.fc1_x", m, w);
        b->mlp_norm = descry_load_norm(l, prefix, "mlp.norm", m);
    } else {
        descry_load_linear(l, &b->fc, prefix, "mlp.fc1", m, w);
    }
    descry_load_linear(l, &b->proj, prefix, "mlp.fc2", w, m);
}

static void load_patches(descry_loader *l, descry_timm_vit *v, const char *prefix, size_t w)
{
    const float *bias = is(v, DESCRY_TIMM_PATCH_BIAS) ? descry_load_vector(l, prefix, "proj.bias", w) : NULL;
    descry_load_patch_conv(l, &v->conv, prefix, "proj.weight", w, bias);
}

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_timm_vit *v = (descry_timm_vit *)tower;
    const char *prefix = "visual.trunk.";
    size_t w = (size_t)v->block.width, one = 1, side = tower->width / v->conv.width;
    bool naflex = is(v, DESCRY_TIMM_NAFLEX);
    if (is(v, DESCRY_TIMM_CONV_STEM))
        load_stem(l, v, w);
    else
        load_patches(l, v, naflex ? "visual.trunk.embeds." : "visual.trunk.patch_embed.", w);
    if (v->prefix)
        v->class_embedding = descry_load_floats(l, descry_load_shaped(l, prefix, "cls_token", 3, one, one, w));
    size_t placed = is(v, DESCRY_TIMM_BARE_CLASS) ? 0 : v->prefix;
    v->positions = naflex ? descry_load_table_positions(l, prefix, "embeds.pos_embed", TABLE, side, side, w)
                          : descry_load_grid_positions(l, prefix, "pos_embed", 3, placed, side, side, w);
    if (is(v, DESCRY_TIMM_NORM_PRE))
        v->norm_pre = descry_load_norm(l, prefix, "norm_pre", w);
    if (is(v, DESCRY_TIMM_ROPE)) {
        v->block.rope = (descry_rope){.skip = v->prefix, .head_dim = w / (size_t)v->block.heads};
        descry_make_rope(l, &v->block.rope, side, side, v->kind.reference, v->kind.offset, is(v, DESCRY_TIMM_COLUMN_FIRST));
    }
    v->blocks = descry_load_alloc(l, (size_t)v->block.layers, sizeof *v->blocks);
    for (int i = 0; i < v->block.layers && !l->rc; i++) {
        char name[64];
        snprintf(name, sizeof name, "%sblocks.%d.", prefix, i);
        load_block(l, v, &v->blocks[i], name);
    }
    v->norm = descry_load_norm(l, prefix, "norm", w);
    if (v->kind.map_heads)
        descry_load_map_pooler(l, &v->pooler, "visual.trunk.attn_pool.");
    if (is(v, DESCRY_TIMM_HEAD))
        descry_load_linear(l, &v->head, prefix, "head", tower->dim, w);
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

const descry_image_family descry_timm_vit_family = {
    .name = "timm ViT", .claims = claims, .parse = parse, .load = load, .encode = descry_timm_vit_encode, .free = release};
