/* SPDX-License-Identifier: Apache-2.0 */
#include "model/timm_vit/timm_vit.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/trace.h"

#include <stdlib.h>
#include <string.h>

/* MobileCLIP's patches: pictures -> out [n, T, W]; a [n, H, W, 3] and b are room. */
static int run_stem(const descry_timm_vit *v, const descry_engine *engine, const descry_pictures *pictures, float *a, float *b,
                    float *out, descry_error *err)
{
    descry_maps maps = {pictures->n, pictures->height, pictures->width, 3};
    int rc = 0;
    descry_pictures_to_maps(engine, pictures, a);
    for (int i = 0; i < 3 && !rc; i++) {
        float *to = i == 0 ? b : i == 1 ? a : out;
        rc = descry_run_conv(engine, &v->stem[i], &maps, i == 1 ? b : a, i < 2 ? DESCRY_ACT_GELU : DESCRY_ACT_NONE, NULL, to, err);
        maps = descry_conv_size(&v->stem[i], &maps);
    }
    return rc;
}

/* x [n, C + T, W] = [class_embedding; patches] + positions */
static void embed(float *x, const descry_timm_vit *v, const float *patches, size_t n)
{
    size_t w = (size_t)v->block.width, tokens = v->prefix + v->patches;
    size_t bare = v->kind.flags & DESCRY_TIMM_BARE_CLASS ? v->prefix : 0; /* rows without a position */
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < tokens; t++, x += w) {
            const float *from = t < v->prefix ? v->class_embedding : patches + (i * v->patches + t - v->prefix) * w;
            const float *position = t < bare ? NULL : v->positions + (t - bare) * w;
            for (size_t c = 0; c < w; c++)
                x[c] = position ? from[c] + position[c] : from[c];
        }
}

/* One batch; `room` is for the pixels of its patches, in the order of the convolution. */
static int encode(const descry_timm_vit *v, const descry_engine *engine, const descry_pictures *pictures, float *room,
                  float *out, descry_error *err)
{
    size_t n = pictures->n, w = (size_t)v->block.width, length = v->prefix + v->patches, rows = n * length;
    float *x = descry_alloc_aligned(rows, w * sizeof *x), *other = descry_alloc_aligned(rows, w * sizeof *other);
    size_t *first = descry_alloc(2 * n + 1, sizeof *first); /* and n class tokens, which are at 0 */
    int rc = x && other && first ? 0 : descry_fail_memory(err);
    bool maps = v->kind.map_heads > 0;
    if (!rc && v->kind.flags & DESCRY_TIMM_CONV_STEM)
        rc = run_stem(v, engine, pictures, room, room + n * pictures->width * pictures->height * 3, other, err);
    else if (!rc)
        descry_run_patch_conv(engine, &v->conv, pictures, room, other);
    if (!rc) {
        for (size_t i = 0; i <= n; i++)
            first[i] = i * length;
        memset(first + n + 1, 0, n * sizeof *first);
        const descry_sequences s = {.count = n, .first = first, .longest = length, .pooled = maps ? NULL : first + n + 1};
        descry_trace_stage(engine, "patches", other, n * v->patches, w);
        embed(x, v, other, n);
        if (v->norm_pre.weight)
            descry_run_norm(engine, &v->norm_pre, x, rows, w, v->block.eps, x);
        descry_trace_stage(engine, "embedded", x, rows, w);
        rc = descry_run_blocks(engine, &v->block, v->blocks, &s, x, err);
        if (!rc)
            descry_run_norm(engine, &v->norm, x, maps ? rows : n, w, v->block.eps, x);
        if (!rc && maps)
            rc = descry_run_map_pooler(engine, &v->pooler, &s, x, v->head.n ? other : out, err);
        if (!rc && v->head.n)
            descry_multiply(engine, &v->head, maps ? other : x, n, out);
    }
    if (!rc)
        descry_trace_stage(engine, "projected", out, n, v->tower.dim);
    free(x);
    free(other);
    free(first);
    return rc;
}

int descry_timm_vit_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                           float *out, float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    const descry_timm_vit *v = (const descry_timm_vit *)tower;
    size_t batch = descry_batch_of(v->prefix + v->patches, pictures->n), patch = 3 * v->conv.width * v->conv.height;
    size_t floats = v->kind.flags & DESCRY_TIMM_CONV_STEM ? tower->width * tower->height * 3 + v->patches * 4 * (size_t)v->kind.width
                                                          : v->patches * patch; /* of a picture: see run_stem */
    float *room = descry_alloc_aligned(batch, floats * sizeof *room);
    int rc = room ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < pictures->n && !rc; i += batch) {
        size_t n = pictures->n - i < batch ? pictures->n - i : batch;
        descry_pictures part = descry_pictures_part(pictures, i, n);
        rc = encode(v, engine, &part, room, out + i * tower->dim, err);
    }
    free(room);
    return rc;
}
