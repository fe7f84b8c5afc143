/* SPDX-License-Identifier: Apache-2.0 */
#include "model/convnext/convnext.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/pool.h"
#include "layers/trace.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXPANSION = 4, REDUCTION = 32 /* of the picture's size, at the last stage */ };

static bool claims(const descry_keys *vision_cfg)
{
    return descry_convnext_find(descry_keys_see(vision_cfg, "timm_model_name")) != NULL;
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const pools[] = {"", NULL}, *const projections[] = {"linear", "mlp", NULL};
    const descry_convnext_kind *kind = descry_convnext_find(descry_keys_see(k, "timm_model_name"));
    descry_convnext *v = calloc(1, sizeof *v);
    if (!v) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    v->kind = *kind;
    descry_keys_ignore_timm(k);
    descry_keys_name(k, "timm_pool", 0, pools);
    v->head.mlp = descry_keys_name(k, "timm_proj", 0, projections) == 1;
    int image = descry_keys_int(k, "image_size", 224, REDUCTION, 1 << 14);
    v->tower = (descry_image_tower){.family = &descry_convnext_family, .dim = (size_t)options->dim, .width = (size_t)image,
                                    .height = (size_t)image};
    return &v->tower;
}

static size_t width_of(const descry_convnext *v, size_t stage)
{
    return (size_t)v->kind.width << stage;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static void load_block(descry_loader *l, descry_convnext_block *b, const char *prefix, size_t w)
{
    b->conv = (descry_depthwise){.kernel = 7, .stride = 1, .pad = 3, .channels = w};
    descry_load_depthwise(l, &b->conv, prefix, "conv_dw");
    b->norm = descry_load_norm(l, prefix, "norm", w);
    descry_load_linear(l, &b->fc1, prefix, "mlp.fc1", EXPANSION * w, w);
    descry_load_linear(l, &b->fc2, prefix, "mlp.fc2", w, EXPANSION * w);
    b->gamma = descry_load_vector(l, prefix, "gamma", w);
}

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_convnext *v = (descry_convnext *)tower;
    for (size_t s = 0; s < 4; s++) {
        descry_convnext_stage *stage = &v->stages[s];
        size_t w = width_of(v, s), depth = (size_t)v->kind.depths[s];
        char name[64];
        snprintf(name, sizeof name, s ? "visual.trunk.stages.%zu.downsample." : "visual.trunk.stem.", s);
        stage->conv = (descry_conv){.kernel = s ? 2 : 4, .stride = s ? 2 : 4};
        descry_load_conv(l, &stage->conv, name, s ? "1" : "0", s ? w / 2 : 3, w, true);
        stage->norm = descry_load_norm(l, name, s ? "0" : "1", s ? w / 2 : w);
        stage->blocks = descry_load_alloc(l, depth, sizeof *stage->blocks);
        for (size_t i = 0; i < depth && !l->rc; i++) {
            snprintf(name, sizeof name, "visual.trunk.stages.%zu.blocks.%zu.", s, i);
            load_block(l, &stage->blocks[i], name, w);
        }
    }
    v->norm = descry_load_norm(l, "visual.trunk.", "head.norm", width_of(v, 3));
    descry_load_timm_head(l, &v->head, width_of(v, 3), tower->dim);
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

/* ---- forward pass ---------------------------------------------------------------------------------------------- */

/* x += gamma * fc2(gelu(fc1(LN(conv(x))))); y [pixels, D] and wide [pixels, 4 D] are room. */
static void run_block(const descry_engine *engine, const descry_convnext_block *b, const descry_maps *maps, float eps, float *x,
                      float *y, float *wide)
{
    size_t rows = descry_map_pixels(maps);
    descry_run_depthwise(engine, &b->conv, maps, x, y);
    descry_run_norm(engine, &b->norm, y, rows, maps->channels, eps, y);
    descry_linear_run(engine, &b->fc1, y, rows, DESCRY_ACT_GELU, NULL, NULL, wide);
    descry_linear_run(engine, &b->fc2, wide, rows, DESCRY_ACT_NONE, b->gamma, x, x);
}

static int encode_batch(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                        float *out, descry_error *err)
{
    const descry_convnext *v = (const descry_convnext *)tower;
    size_t n = pictures->n, area = v->tower.width * v->tower.height, w = (size_t)v->kind.width;
    size_t size = area * 3 > area / 16 * w ? area * 3 : area / 16 * w; /* of the largest map */
    float *x = descry_alloc_aligned(n, size * sizeof *x), *y = descry_alloc_aligned(n, size * sizeof *y);
    float *wide = descry_alloc_aligned(n, EXPANSION * (area / 16) * w * sizeof *wide);
    descry_maps maps = {n, pictures->height, pictures->width, 3};
    int rc = x && y && wide ? 0 : descry_fail_memory(err);
    if (!rc)
        descry_pictures_to_maps(engine, pictures, x);
    for (size_t s = 0; s < 4 && !rc; s++) {
        const descry_convnext_stage *stage = &v->stages[s];
        if (s > 0)
            descry_run_norm(engine, &stage->norm, x, descry_map_pixels(&maps), maps.channels, v->kind.eps, x);
        rc = descry_run_conv(engine, &stage->conv, &maps, x, DESCRY_ACT_NONE, NULL, y, err);
        maps = descry_conv_size(&stage->conv, &maps);
        float *other = x;
        x = y;
        y = other;
        if (s == 0 && !rc)
            descry_run_norm(engine, &stage->norm, x, descry_map_pixels(&maps), maps.channels, v->kind.eps, x);
        for (int i = 0; i < v->kind.depths[s] && !rc; i++)
            run_block(engine, &stage->blocks[i], &maps, v->kind.eps, x, y, wide);
        if (!rc)
            descry_trace_number(engine, "stage", s, x, descry_map_pixels(&maps), maps.channels);
    }
    if (!rc) {
        descry_pool_mean(x, n, maps.height * maps.width, 0, maps.channels);
        descry_run_norm(engine, &v->norm, x, n, maps.channels, v->kind.eps, x);
        rc = descry_run_timm_head(engine, &v->head, x, n, out, err);
    }
    if (!rc)
        descry_trace_stage(engine, "projected", out, n, v->tower.dim);
    free(x);
    free(y);
    free(wide);
    return rc;
}

static int encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures, float *out,
                  float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    size_t batch = descry_batch_of(tower->width * tower->height / 256, pictures->n);
    return descry_encode_batches(tower, engine, pictures, batch, encode_batch, out, err);
}

const descry_image_family descry_convnext_family = {
    .name = "ConvNeXt", .claims = claims, .parse = parse, .load = load, .encode = encode, .free = release};
