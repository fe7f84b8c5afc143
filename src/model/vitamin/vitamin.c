/* SPDX-License-Identifier: Apache-2.0 */
#include "model/vitamin/vitamin.h"

#include "layers/positions.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATCH = 16, FIRST_STAGE = 2 /* blocks */ };

static bool claims(const descry_keys *vision_cfg)
{
    return descry_vitamin_find(descry_keys_see(vision_cfg, "timm_model_name")) != NULL;
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const pools[] = {"", NULL}, *const projections[] = {"linear", "mlp", NULL};
    const descry_vitamin_kind *kind = descry_vitamin_find(descry_keys_see(k, "timm_model_name"));
    descry_vitamin *v = calloc(1, sizeof *v);
    if (!v) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    v->kind = *kind;
    descry_keys_ignore_timm(k);
    descry_keys_name(k, "timm_pool", 0, pools);
    v->head.mlp = descry_keys_name(k, "timm_proj", 0, projections) == 1;
    int image = descry_keys_int(k, "image_size", 224, PATCH, 1 << 13);
    size_t side = (size_t)image / PATCH;
    if (image % PATCH != 0)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "image_size", "no multiple of 16");
    v->tower = (descry_image_tower){.family = &descry_vitamin_family, .dim = (size_t)options->dim, .width = (size_t)image,
                                    .height = (size_t)image};
    v->block = (descry_block_config){.width = kind->width, .layers = kind->layers, .heads = kind->heads, .mlp = 2 * kind->width,
                                     .activation = DESCRY_ACT_GELU, .eps = 1e-6f};
    v->tokens = side * side;
    return &v->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static void load_mbconv(descry_loader *l, descry_mbconv *b, const char *prefix, size_t in, size_t out, size_t stride)
{
    size_t middle = DESCRY_VITAMIN_EXPANSION * out;
    b->norm = descry_load_norm(l, prefix, "pre_norm", in);
    b->expand = (descry_conv){.kernel = 1, .stride = 1};
    descry_load_conv(l, &b->expand, prefix, "conv1_1x1", in, middle, true);
    b->spatial = (descry_depthwise){.kernel = 3, .stride = stride, .pad = 1, .channels = middle};
    descry_load_depthwise(l, &b->spatial, prefix, "conv2_kxk");
    b->reduce = (descry_conv){.kernel = 1, .stride = 1};
    descry_load_conv(l, &b->reduce, prefix, "conv3_1x1", middle, out, true);
    if (in != out) {
        b->shortcut = (descry_conv){.kernel = 1, .stride = 1};
        descry_load_conv(l, &b->shortcut, prefix, "shortcut.expand", in, out, true);
    }
}

static void load_block(descry_loader *l, descry_block *b, const char *prefix, size_t w, size_t m)
{
    b->ln_1 = descry_load_norm(l, prefix, "norm1", w);
    descry_load_linear(l, &b->qkv, prefix, "attn.qkv", 3 * w, w);
    descry_load_linear(l, &b->out, prefix, "attn.proj", w, w);
    b->ln_2 = descry_load_norm(l, prefix, "norm2", w);
    b->mlp_in_norm = descry_load_norm(l, prefix, "mlp.norm", w);
    descry_load_linear(l, &b->gate, prefix, "mlp.w0", m, w);
    descry_load_linear(l, &b->fc, prefix, "mlp.w1", m, w);
    descry_load_linear(l, &b->proj, prefix, "mlp.w2", w, m);
}

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_vitamin *v = (descry_vitamin *)tower;
    const char *prefix = "visual.trunk.", *stem = "visual.trunk.patch_embed.backbone.stem.";
    size_t a = (size_t)v->kind.stem, w = (size_t)v->kind.width;
    char name[96];
    v->stem[0] = (descry_conv){.kernel = 3, .stride = 2, .pad = 1};
    v->stem[1] = (descry_conv){.kernel = 3, .stride = 1, .pad = 1};
    descry_load_conv(l, &v->stem[0], stem, "conv1", 3, a, true);
    v->stem_norm = descry_load_norm(l, stem, "norm1", a);
    descry_load_conv(l, &v->stem[1], stem, "conv2", a, a, true);
    for (int i = 0; i < DESCRY_VITAMIN_BLOCKS; i++) {
        int stage = i >= FIRST_STAGE, block = stage ? i - FIRST_STAGE : i;
        size_t out = stage ? 2 * a : a, in = stage && block > 0 ? out : a;
        snprintf(name, sizeof name, "visual.trunk.patch_embed.backbone.stages.%d.%d.", stage, block);
        load_mbconv(l, &v->stages[i], name, in, out, block == 0 ? 2 : 1);
    }
    v->pool_norm = descry_load_norm(l, prefix, "patch_embed.backbone.pool.norm", 2 * a);
    v->pool = (descry_conv){.kernel = 3, .stride = 2, .pad = 1};
    descry_load_conv(l, &v->pool, prefix, "patch_embed.backbone.pool.proj", 2 * a, w, true);
    if (v->kind.positions)
        v->positions = descry_load_grid_positions(l, prefix, "pos_embed", 3, 0, tower->height / PATCH, tower->width / PATCH, w);
    v->blocks = descry_load_alloc(l, (size_t)v->kind.layers, sizeof *v->blocks);
    for (int i = 0; i < v->kind.layers && !l->rc; i++) {
        snprintf(name, sizeof name, "visual.trunk.blocks.%d.", i);
        load_block(l, &v->blocks[i], name, w, (size_t)v->block.mlp);
    }
    v->norm = descry_load_norm(l, prefix, "fc_norm", w);
    descry_load_timm_head(l, &v->head, w, tower->dim);
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

const descry_image_family descry_vitamin_family = {
    .name = "ViTamin", .claims = claims, .parse = parse, .load = load, .encode = descry_vitamin_encode, .free = release};
