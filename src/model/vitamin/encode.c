/* SPDX-License-Identifier: Apache-2.0 */
#include "model/vitamin/vitamin.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/pool.h"
#include "layers/trace.h"

#include <stdlib.h>

/* *x = shortcut(x) + reduce(gelu(spatial(gelu(expand(LN(x)))))).  *y is room for such a map, wide and narrow for the inner maps
 * before and after the middle convolution; *x and *y may be exchanged. */
static int run_mbconv(const descry_engine *engine, const descry_mbconv *b, descry_maps *maps, float eps, float **x, float **y,
                      float *wide, float *narrow, descry_error *err)
{
    descry_maps in = *maps, middle = descry_conv_size(&b->expand, &in), out = descry_depthwise_size(&b->spatial, &middle);
    const float *shortcut = *x;
    float *spare = *y;
    descry_run_norm(engine, &b->norm, *x, descry_map_pixels(&in), in.channels, eps, spare);
    int rc = descry_run_conv(engine, &b->expand, &in, spare, DESCRY_ACT_GELU, NULL, wide, err);
    if (rc)
        return rc;
    descry_run_depthwise(engine, &b->spatial, &middle, wide, narrow);
    descry_run_activation(engine, &out, DESCRY_ACT_GELU, narrow);
    if (b->spatial.stride == 2) {
        descry_run_average(engine, &in, 3, 2, 1, *x, spare);
        shortcut = spare;
        in = descry_average_size(&in, 3, 2, 1);
    }
    if (b->shortcut.kernel) { /* *x is free now: it was averaged */
        rc = descry_run_conv(engine, &b->shortcut, &in, shortcut, DESCRY_ACT_NONE, NULL, *x, err);
        shortcut = *x;
    }
    float *to = shortcut == spare ? *x : spare;
    if (!rc)
        rc = descry_run_conv(engine, &b->reduce, &out, narrow, DESCRY_ACT_NONE, shortcut, to, err);
    if (to != *x) {
        *y = *x;
        *x = to;
    }
    *maps = descry_conv_size(&b->reduce, &out);
    return rc;
}

/* pictures -> x [n, T, W], the tokens without positions; *tokens is one of the two rooms */
static int run_backbone(const descry_vitamin *v, const descry_engine *engine, const descry_pictures *pictures, float *room[4],
                        float **tokens, descry_error *err)
{
    descry_maps maps = {pictures->n, pictures->height, pictures->width, 3};
    float *x = room[0], *y = room[1], eps = v->block.eps;
    descry_pictures_to_maps(engine, pictures, y);
    int rc = descry_run_conv(engine, &v->stem[0], &maps, y, DESCRY_ACT_NONE, NULL, x, err);
    maps = descry_conv_size(&v->stem[0], &maps);
    if (!rc) {
        descry_run_norm(engine, &v->stem_norm, x, descry_map_pixels(&maps), maps.channels, eps, x);
        descry_run_activation(engine, &maps, DESCRY_ACT_GELU, x);
        rc = descry_run_conv(engine, &v->stem[1], &maps, x, DESCRY_ACT_NONE, NULL, y, err);
        float *other = x;
        x = y;
        y = other;
    }
    for (size_t i = 0; i < DESCRY_VITAMIN_BLOCKS && !rc; i++) {
        rc = run_mbconv(engine, &v->stages[i], &maps, eps, &x, &y, room[2], room[3], err);
        if (!rc)
            descry_trace_number(engine, "convolutions", i, x, descry_map_pixels(&maps), maps.channels);
    }
    if (!rc) {
        descry_run_norm(engine, &v->pool_norm, x, descry_map_pixels(&maps), maps.channels, eps, x);
        rc = descry_run_conv(engine, &v->pool, &maps, x, DESCRY_ACT_NONE, NULL, y, err);
    }
    *tokens = y;
    return rc;
}

static int run_transformer(const descry_vitamin *v, const descry_engine *engine, size_t n, float *x, float *out,
                           descry_error *err)
{
    size_t w = (size_t)v->kind.width;
    size_t *first = descry_alloc(n + 1, sizeof *first);
    if (!first)
        return descry_fail_memory(err);
    for (size_t i = 0; i <= n; i++)
        first[i] = i * v->tokens;
    const descry_sequences s = {.count = n, .first = first, .longest = v->tokens};
    for (size_t i = 0; v->positions && i < n; i++)
        for (size_t j = 0; j < v->tokens * w; j++)
            x[i * v->tokens * w + j] += v->positions[j];
    descry_trace_stage(engine, "embedded", x, n * v->tokens, w);
    int rc = descry_run_blocks(engine, &v->block, v->blocks, &s, x, err);
    if (!rc) {
        descry_pool_mean(x, n, v->tokens, 0, w);
        descry_run_norm(engine, &v->norm, x, n, w, v->block.eps, x);
        rc = descry_run_timm_head(engine, &v->head, x, n, out, err);
    }
    free(first);
    return rc;
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures, float *out,
                  descry_error *err)
{
    const descry_vitamin *v = (const descry_vitamin *)tower;
    size_t n = pictures->n, a = (size_t)v->kind.stem, w = (size_t)v->kind.width, area = v->tower.width * v->tower.height;
    size_t map = largest(largest(area * 3, area / 4 * a), v->tokens * w); /* after the stem at half the size */
    /* inner maps have four times the channels of what comes out: the first block's expands at half the size */
    float *room[4] = {descry_alloc_aligned(n, map * sizeof(float)), descry_alloc_aligned(n, map * sizeof(float)),
                      descry_alloc_aligned(n, DESCRY_VITAMIN_EXPANSION * (area / 4) * a * sizeof(float)),
                      descry_alloc_aligned(n, DESCRY_VITAMIN_EXPANSION * (area / 16) * a * sizeof(float))};
    float *tokens = NULL;
    int rc = room[0] && room[1] && room[2] && room[3] ? 0 : descry_fail_memory(err);
    if (!rc)
        rc = run_backbone(v, engine, pictures, room, &tokens, err);
    if (!rc)
        rc = run_transformer(v, engine, n, tokens, out, err);
    if (!rc)
        descry_trace_stage(engine, "projected", out, n, v->tower.dim);
    for (int i = 0; i < 4; i++)
        free(room[i]);
    return rc;
}

int descry_vitamin_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                          float *out, float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    const descry_vitamin *v = (const descry_vitamin *)tower;
    return descry_encode_batches(tower, engine, pictures, descry_batch_of(v->tokens, pictures->n), encode, out, err);
}
