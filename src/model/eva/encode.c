/* SPDX-License-Identifier: Apache-2.0 */
#include "model/eva/eva.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/trace.h"

#include <stdlib.h>
#include <string.h>

/* x [n, C + T, W] = [class_embedding; patches] + positions */
static void embed(float *x, const descry_eva *v, const float *patches, size_t n)
{
    size_t w = (size_t)v->block.width, tokens = v->prefix + v->patches;
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < tokens; t++, x += w) {
            const float *from = t < v->prefix ? v->class_embedding : patches + (i * v->patches + t - v->prefix) * w;
            for (size_t c = 0; c < w; c++)
                x[c] = from[c] + v->positions[t * w + c];
        }
}

/* One batch; `room` is for all of its patches. */
static int encode(const descry_eva *v, const descry_engine *engine, const descry_pictures *pictures, float *room, float *out,
                  descry_error *err)
{
    size_t n = pictures->n, w = (size_t)v->block.width, length = v->prefix + v->patches, rows = n * length;
    float *x = descry_alloc_aligned(rows, w * sizeof *x), *other = descry_alloc_aligned(rows, w * sizeof *other);
    size_t *first = descry_alloc(2 * n + 1, sizeof *first); /* and n class tokens, which are at 0 */
    int rc = x && other && first ? 0 : descry_fail_memory(err);
    if (!rc) {
        bool pools = v->pooler.latent != NULL;
        for (size_t i = 0; i <= n; i++)
            first[i] = i * length;
        memset(first + n + 1, 0, n * sizeof *first);
        const descry_sequences s = {.count = n, .first = first, .longest = length, .pooled = pools ? NULL : first + n + 1};
        descry_run_patch_conv(engine, &v->conv, pictures, room, other);
        descry_trace_stage(engine, "patches", other, n * v->patches, w);
        embed(x, v, other, n);
        if (v->norm_pre.weight)
            descry_run_norm(engine, &v->norm_pre, x, rows, w, v->block.eps, x);
        descry_trace_stage(engine, "embedded", x, rows, w);
        rc = descry_run_blocks(engine, &v->block, v->blocks, &s, x, err);
        if (!rc)
            descry_run_norm(engine, &v->norm, x, pools ? rows : n, w, v->block.eps, x);
        if (!rc && pools)
            rc = descry_run_map_pooler(engine, &v->pooler, &s, x, other, err);
        if (!rc)
            descry_multiply(engine, &v->head, pools ? other : x, n, out);
    }
    if (!rc)
        descry_trace_stage(engine, "projected", out, n, v->tower.dim);
    free(x);
    free(other);
    free(first);
    return rc;
}

int descry_eva_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures, float *out,
                      float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    const descry_eva *v = (const descry_eva *)tower;
    size_t batch = descry_batch_of(v->prefix + v->patches, pictures->n);
    float *room = descry_alloc_aligned(batch * v->patches, v->conv.linear.k * sizeof *room);
    int rc = room ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < pictures->n && !rc; i += batch) {
        size_t n = pictures->n - i < batch ? pictures->n - i : batch;
        descry_pictures part = descry_pictures_part(pictures, i, n);
        rc = encode(v, engine, &part, room, out + i * tower->dim, err);
    }
    free(room);
    return rc;
}
