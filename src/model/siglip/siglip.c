/* SPDX-License-Identifier: Apache-2.0 */
#include "model/siglip/siglip.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/trace.h"

#include <stdlib.h>

/* ---- configuration --------------------------------------------------------------------------------------------- */

static bool claims(const descry_keys *vision_cfg)
{
    descry_siglip_kind kind;
    return descry_siglip_find(&kind, descry_keys_see(vision_cfg, "timm_model_name"));
}

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const pools[] = {"map", NULL}, *const projections[] = {"none", NULL};
    static const char *const without_effect[] = {"timm_model_name", "timm_model_pretrained", "timm_drop", "timm_drop_path", "patch_dropout", NULL};
    descry_siglip_kind kind;
    descry_siglip *v = calloc(1, sizeof *v);
    if (!v || !descry_siglip_find(&kind, descry_keys_see(k, "timm_model_name"))) { /* it was found when it was claimed */
        descry_keys_fail_memory(k);
        free(v);
        return NULL;
    }
    if (descry_keys_int(k, "image_size", kind.image, 1, DESCRY_MAX_DIMENSION) != kind.image)
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, "image_size", "not that of timm_model_name");
    descry_keys_name(k, "timm_pool", 0, pools);
    descry_keys_name(k, "timm_proj", 0, projections);
    descry_keys_ignore(k, without_effect);
    if (kind.width != options->dim)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "timm_model_name", "not as wide as embed_dim");
    size_t w = (size_t)kind.width, side = (size_t)(kind.image / kind.patch);
    descry_activation activation = kind.approximate ? DESCRY_ACT_GELU_TANH : DESCRY_ACT_GELU;
    v->tower = (descry_image_tower){.family = &descry_siglip_family, .dim = w, .width = (size_t)kind.image,
                                    .height = (size_t)kind.image};
    v->block = (descry_block_config){.width = kind.width, .layers = kind.layers, .heads = kind.heads, .mlp = kind.mlp,
                                     .activation = activation, .eps = 1e-6f};
    v->conv = (descry_patch_conv){.width = (size_t)kind.patch, .height = (size_t)kind.patch};
    v->patches = side * side;
    v->pooler = (descry_map_pooler){.heads = (size_t)kind.heads, .width = w, .mlp = (size_t)kind.mlp,
                                    .activation = activation, .eps = v->block.eps};
    return &v->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_siglip *v = (descry_siglip *)tower;
    const char *prefix = "visual.trunk.";
    size_t w = tower->dim, one = 1;
    const float *bias = descry_load_vector(l, prefix, "patch_embed.proj.bias", w);
    descry_load_patch_conv(l, &v->conv, prefix, "patch_embed.proj.weight", w, bias);
    v->positions = descry_load_floats(l, descry_load_shaped(l, prefix, "pos_embed", 3, one, v->patches, w));
    v->blocks = descry_load_blocks(l, &v->block, &descry_block_names_timm, "visual.trunk.blocks", false);
    v->norm = descry_load_norm(l, prefix, "norm", w);
    descry_load_map_pooler(l, &v->pooler, "visual.trunk.attn_pool.");
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

/* ---- forward pass ---------------------------------------------------------------------------------------------- */

/* One batch; `patches` is room for all of them. */
static int encode_batch(const descry_siglip *v, const descry_engine *engine, const descry_pictures *pictures, float *patches,
                        float *out, descry_error *err)
{
    size_t n = pictures->n, w = v->tower.dim, rows = n * v->patches;
    float *x = descry_alloc_aligned(rows, w * sizeof *x);
    size_t *first = descry_alloc(n + 1, sizeof *first);
    int rc = x && first ? 0 : descry_fail_memory(err);
    if (!rc) {
        for (size_t i = 0; i <= n; i++)
            first[i] = i * v->patches;
        const descry_sequences s = {.count = n, .first = first, .longest = v->patches};
        descry_run_patch_conv(engine, &v->conv, pictures, patches, x);
        descry_trace_stage(engine, "patches", x, rows, w);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < v->patches * w; j++)
                x[i * v->patches * w + j] += v->positions[j];
        descry_trace_stage(engine, "embedded", x, rows, w);
        rc = descry_run_blocks(engine, &v->block, v->blocks, &s, x, err);
        if (!rc) {
            descry_run_norm(engine, &v->norm, x, rows, w, v->block.eps, x);
            rc = descry_run_map_pooler(engine, &v->pooler, &s, x, out, err);
        }
    }
    if (!rc)
        descry_trace_stage(engine, "projected", out, n, w);
    free(x);
    free(first);
    return rc;
}

static int encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures, float *out,
                  float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    const descry_siglip *v = (const descry_siglip *)tower;
    size_t batch = descry_batch_of(v->patches, pictures->n);
    float *patches = descry_alloc_aligned(batch * v->patches, v->conv.linear.k * sizeof *patches);
    int rc = patches ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < pictures->n && !rc; i += batch) {
        size_t n = pictures->n - i < batch ? pictures->n - i : batch;
        descry_pictures part = descry_pictures_part(pictures, i, n);
        rc = encode_batch(v, engine, &part, patches, out + i * tower->dim, err);
    }
    free(patches);
    return rc;
}

const descry_image_family descry_siglip_family = {
    .name = "SigLIP", .claims = claims, .parse = parse, .load = load, .encode = encode, .free = release};
