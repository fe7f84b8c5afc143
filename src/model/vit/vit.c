/* SPDX-License-Identifier: Apache-2.0 */
#include "model/vit/vit.h"

#include "layers/positions.h"

#include <stdlib.h>

static bool claims(const descry_keys *vision_cfg)
{
    (void)vision_cfg;
    return true;
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static void parse_size(descry_vit *v, descry_keys *k)
{
    int pw, ph, w, h;
    descry_keys_size(k, "patch_size", 16, &pw, &ph);
    descry_keys_size(k, "image_size", 224, &w, &h);
    v->tower.width = (size_t)w;
    v->tower.height = (size_t)h;
    v->conv = (descry_patch_conv){.width = (size_t)pw, .height = (size_t)ph};
    v->patches = descry_patches_of(&v->conv, v->tower.width, v->tower.height);
    if (w < pw || h < ph || v->patches >= DESCRY_MAX_DIMENSION)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "image_size", "out of range for this patch_size");
}

static void parse_pool(descry_vit *v, descry_keys *k)
{
    static const char *const pools[] = {"tok", "avg", NULL};
    v->no_ln_pre = descry_keys_bool(k, "no_ln_pre", false);
    v->final_ln_after_pool = descry_keys_bool(k, "final_ln_after_pool", false);
    v->mean = descry_keys_name(k, "pool_type", 0, pools) == 1;
    v->attentional_pool = descry_keys_bool(k, "attentional_pool", false);
    v->pooler = (descry_pooler){.queries = (size_t)descry_keys_int(k, "attn_pooler_queries", 256, 1, 1 << 16),
                                .heads = (size_t)descry_keys_int(k, "attn_pooler_heads", 8, 1, DESCRY_MAX_DIMENSION),
                                .dim = v->tower.dim, .width = (size_t)v->block.width};
    if (v->attentional_pool)
        descry_keys_check_heads(k, "attn_pooler_heads", (int)v->tower.dim, (int)v->pooler.heads);
    v->tower.tokens = (v->attentional_pool ? v->pooler.queries : v->patches + 1) - 1;
    v->tower.token_width = v->attentional_pool ? v->tower.dim : (size_t)v->block.width;
}

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const positions[] = {"learnable", "sin_cos_2d", NULL}; /* both are stored with the weights */
    descry_vit *v = calloc(1, sizeof *v);
    if (!v) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    v->tower.family = &descry_vit_family;
    v->tower.dim = (size_t)options->dim;
    descry_keys_refuse_extras(k);
    descry_keys_block(k, &v->block, 768, options->quick_gelu);
    v->block.heads = v->block.width / descry_keys_int(k, "head_width", 64, 1, DESCRY_MAX_DIMENSION);
    descry_keys_check_heads(k, "head_width", v->block.width, v->block.heads);
    parse_size(v, k);
    parse_pool(v, k);
    descry_keys_name(k, "pos_embed_type", 0, positions);
    descry_keys_bool(k, "output_tokens", false);
    return &v->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_vit *v = (descry_vit *)tower;
    const char *prefix = "visual.";
    size_t w = (size_t)v->block.width, e = tower->dim, pooled = v->attentional_pool ? e : w;
    descry_load_patch_conv(l, &v->conv, prefix, "conv1.weight", w, NULL);
    v->class_embedding = descry_load_vector(l, prefix, "class_embedding", w);
    v->positions = descry_load_grid_positions(l, prefix, "positional_embedding", 2, 1, tower->height / v->conv.height,
                                              tower->width / v->conv.width, w);
    if (!v->no_ln_pre)
        v->ln_pre = descry_load_norm(l, prefix, "ln_pre", w);
    v->blocks = descry_load_blocks(l, &v->block, &descry_block_names_open_clip, "visual.transformer.resblocks", false);
    if (v->attentional_pool)
        descry_load_pooler(l, &v->pooler, "visual.attn_pool.");
    v->ln_post = descry_load_norm(l, prefix, "ln_post", pooled);
    descry_load_matrix(l, &v->proj, prefix, "proj", pooled, e);
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

const descry_image_family descry_vit_family = {
    .name = "ViT", .claims = claims, .parse = parse, .load = load, .encode = descry_vit_encode, .free = release};
