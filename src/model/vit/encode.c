/* SPDX-License-Identifier: Apache-2.0 */
#include "model/vit/vit.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/trace.h"

#include <stdlib.h>
#include <string.h>

/* x [n, T, W] = [class_embedding; patches] + positions, patches [n, T - 1, W] */
static void embed(float *x, const descry_vit *v, const float *patches, size_t n, size_t tokens, size_t w)
{
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < tokens; t++) {
            const float *from = t ? patches + (i * (tokens - 1) + t - 1) * w : v->class_embedding;
            for (size_t c = 0; c < w; c++)
                x[(i * tokens + t) * w + c] = from[c] + v->positions[t * w + c];
        }
}

/* CoCa: the first of the pooler's outputs is the picture's, the others are for the decoder; without `tokens` only the
 * first is computed. */
static int pool_by_attention(const descry_engine *engine, const descry_vit *v, const descry_sequences *s, float *x,
                             float *pooled, float *tokens, descry_error *err)
{
    size_t e = v->tower.dim, queries = tokens ? v->pooler.queries : 1;
    float *all = tokens ? descry_alloc_aligned(s->count * queries, e * sizeof *all) : pooled;
    int rc = all ? descry_run_pooler(engine, &v->pooler, s, queries, x, all, err) : descry_fail_memory(err);
    if (!rc)
        descry_run_norm(engine, &v->ln_post, all, s->count * queries, e, v->block.eps, all);
    if (!rc && tokens)
        descry_pool_first(all, s->count, queries, e, pooled, tokens);
    if (tokens)
        free(all);
    return rc;
}

/* x [n, T, W] after the blocks, or [n, W] with s->pooled -> pooled [n, W or E], before the projection */
static int pool(const descry_engine *engine, const descry_vit *v, const descry_sequences *s, float *x, float *pooled,
                float *tokens, descry_error *err)
{
    size_t w = (size_t)v->block.width, n = s->count;
    if (v->attentional_pool)
        return pool_by_attention(engine, v, s, x, pooled, tokens, err);
    if (!v->final_ln_after_pool)
        descry_run_norm(engine, &v->ln_post, x, s->pooled ? n : s->first[n], w, v->block.eps, x);
    if (tokens)
        descry_pool_first(x, n, s->longest, w, pooled, tokens);
    if (v->mean)
        descry_pool_mean(x, n, s->longest, 1, w);
    else if (tokens)
        memcpy(x, pooled, n * w * sizeof *x);
    if (v->final_ln_after_pool)
        descry_run_norm(engine, &v->ln_post, x, n, w, v->block.eps, pooled);
    else
        memcpy(pooled, x, n * w * sizeof *x);
    return 0;
}

/* One batch; `patches` is room for all of them. */
static int encode(const descry_vit *v, const descry_engine *engine, const descry_pictures *pictures, float *patches,
                  float *out, float *tokens, descry_error *err)
{
    size_t n = pictures->n, w = (size_t)v->block.width, e = v->tower.dim, length = v->patches + 1, rows = n * length;
    size_t pooled_width = v->attentional_pool ? e : w;
    float *x = descry_alloc_aligned(rows, w * sizeof *x);
    float *embedded = descry_alloc_aligned(rows, w * sizeof *embedded);
    float *pooled = descry_alloc_aligned(n, pooled_width * sizeof *pooled);
    size_t *first = descry_alloc(2 * n + 1, sizeof *first); /* and n class tokens, which are at 0 */
    int rc = x && embedded && pooled && first ? 0 : descry_fail_memory(err);
    if (!rc) {
        for (size_t i = 0; i <= n; i++)
            first[i] = i * length;
        memset(first + n + 1, 0, n * sizeof *first);
        bool one_row = !v->mean && !v->attentional_pool && !tokens;
        descry_sequences s = {.count = n, .first = first, .longest = length, .pooled = one_row ? first + n + 1 : NULL};

        descry_run_patch_conv(engine, &v->conv, pictures, patches, x);
        descry_trace_stage(engine, "patches", x, n * (length - 1), w);
        embed(embedded, v, x, n, length, w);
        if (v->ln_pre.weight)
            descry_run_norm(engine, &v->ln_pre, embedded, rows, w, v->block.eps, x);
        else
            memcpy(x, embedded, rows * w * sizeof *x);
        descry_trace_stage(engine, "embedded", x, rows, w);
        rc = descry_run_blocks(engine, &v->block, v->blocks, &s, x, err);
        if (!rc)
            rc = pool(engine, v, &s, x, pooled, tokens, err);
    }
    if (!rc) {
        descry_trace_stage(engine, "pooled", pooled, n, pooled_width);
        descry_multiply(engine, &v->proj, pooled, n, out);
        descry_trace_stage(engine, "projected", out, n, e);
    }
    free(x);
    free(embedded);
    free(pooled);
    free(first);
    return rc;
}

int descry_vit_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                      float *out, float *tokens, descry_error *err)
{
    const descry_vit *v = (const descry_vit *)tower;
    size_t batch = descry_batch_of(v->patches + 1, pictures->n);
    float *patches = descry_alloc_aligned(batch * v->patches, v->conv.linear.k * sizeof *patches);
    int rc = patches ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < pictures->n && !rc; i += batch) {
        size_t n = pictures->n - i < batch ? pictures->n - i : batch;
        descry_pictures part = descry_pictures_part(pictures, i, n);
        rc = encode(v, engine, &part, patches, out + i * tower->dim,
                    tokens ? tokens + i * tower->tokens * tower->token_width : NULL, err);
    }
    free(patches);
    return rc;
}
