/* SPDX-License-Identifier: Apache-2.0
 * Formula: timm 1.0, vision_transformer.py, with class_token False, no_embed_class True and global_pool "avg". */
#include "registers.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/pool.h"

#include <stdlib.h>
#include <string.h>

static const descry_block_names timm_names = {
    .ln_1 = "norm1", .qkv_weight = "attn.qkv.weight", .qkv_bias = "attn.qkv.bias", .out = "attn.proj", .ln_2 = "norm2",
    .fc = "mlp.fc1", .proj = "mlp.fc2"};

static bool claims(const descry_keys *vision_cfg)
{
    return descry_keys_have(vision_cfg, "registers");
}

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    registers_vit *v = calloc(1, sizeof *v);
    if (!v) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    int image = descry_keys_int(k, "image_size", 224, 1, 4096), patch = descry_keys_int(k, "patch_size", 16, 1, 4096);
    descry_keys_block(k, &v->block, 384, options->quick_gelu);
    v->block.heads = descry_keys_int(k, "heads", 6, 1, DESCRY_MAX_DIMENSION);
    v->block.eps = 1e-6f;
    descry_keys_check_heads(k, "heads", v->block.width, v->block.heads);
    v->registers = (size_t)descry_keys_int(k, "registers", 4, 1, 64);
    v->conv = (descry_patch_conv){.width = (size_t)patch, .height = (size_t)patch};
    v->tower = (descry_image_tower){.family = &registers_family, .dim = (size_t)options->dim, .width = (size_t)image,
                                    .height = (size_t)image};
    v->patches = descry_patches_of(&v->conv, v->tower.width, v->tower.height);
    if (v->patches == 0)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "image_size", "smaller than a patch");
    return &v->tower;
}

static void load(descry_image_tower *tower, descry_loader *l)
{
    registers_vit *v = (registers_vit *)tower;
    const char *prefix = "visual.trunk.";
    size_t w = (size_t)v->block.width, one = 1;
    v->register_rows = descry_load_floats(l, descry_load_shaped(l, prefix, "reg_token", 3, one, v->registers, w));
    v->positions = descry_load_floats(l, descry_load_shaped(l, prefix, "pos_embed", 3, one, v->patches, w));
    descry_load_patch_conv(l, &v->conv, prefix, "patch_embed.proj.weight", w,
                           descry_load_vector(l, prefix, "patch_embed.proj.bias", w));
    v->blocks = descry_load_blocks(l, &v->block, &timm_names, "visual.trunk.blocks", false);
    v->fc_norm = descry_load_norm(l, prefix, "fc_norm", w);
    descry_load_linear(l, &v->head, prefix, "head", tower->dim, w);
}

/* x [n, R + T, W] = [registers; patches + positions] */
static void embed(float *x, const registers_vit *v, const float *patches, size_t n)
{
    size_t w = (size_t)v->block.width;
    for (size_t i = 0; i < n; i++) {
        memcpy(x, v->register_rows, v->registers * w * sizeof *x);
        x += v->registers * w;
        for (size_t j = 0; j < v->patches * w; j++)
            *x++ = *patches++ + v->positions[j];
    }
}

static int encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                  float *out, float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    const registers_vit *v = (const registers_vit *)tower;
    size_t n = pictures->n, w = (size_t)v->block.width, rows = v->registers + v->patches;
    float *room = descry_alloc_aligned(n * v->patches, v->conv.linear.k * sizeof *room);
    float *patches = descry_alloc_aligned(n * v->patches, w * sizeof *patches);
    float *x = descry_alloc_aligned(n * rows, w * sizeof *x);
    size_t *first = descry_alloc(n + 1, sizeof *first);
    int rc = room && patches && x && first ? 0 : descry_fail_memory(err);
    if (!rc) {
        for (size_t i = 0; i <= n; i++)
            first[i] = i * rows;
        descry_run_patch_conv(engine, &v->conv, pictures, room, patches);
        embed(x, v, patches, n);
        const descry_sequences s = {.count = n, .first = first, .longest = rows};
        rc = descry_run_blocks(engine, &v->block, v->blocks, &s, x, err);
    }
    if (!rc) {
        descry_pool_mean(x, n, rows, v->registers, w);
        descry_run_norm(engine, &v->fc_norm, x, n, w, v->block.eps, x);
        descry_multiply(engine, &v->head, x, n, out);
    }
    free(room);
    free(patches);
    free(x);
    free(first);
    return rc;
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

const descry_image_family registers_family = {
    .name = "registers", .claims = claims, .parse = parse, .load = load, .encode = encode, .free = release};
