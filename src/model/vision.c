/* SPDX-License-Identifier: Apache-2.0
 * The image tower: open_clip's native VisionTransformer. */
#include "model/towers.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* x [n, T, W] = [class_embedding; patches] + positions, patches [n, T - 1, W] */
static void embed(float *x, const descry_vision_weights *v, const float *patches, size_t n, size_t tokens, size_t w)
{
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < tokens; t++) {
            const float *from = t ? patches + (i * (tokens - 1) + t - 1) * w : v->class_embedding;
            for (size_t c = 0; c < w; c++)
                x[(i * tokens + t) * w + c] = from[c] + v->positions[t * w + c];
        }
}

/* The mean of the patch tokens: x [n, T, W] -> x [n, W] */
static void average(float *x, size_t n, size_t tokens, size_t w)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < w; c++) {
            double sum = 0;
            for (size_t t = 1; t < tokens; t++)
                sum += (double)x[(i * tokens + t) * w + c];
            x[i * w + c] = (float)(sum / (double)(tokens - 1));
        }
}

/* CoCa.  The first of the pooler's outputs is the picture's, the others are for the decoder; `queries` 1: only the first
 * is computed.  x [n T, W] -> out [n, queries, E] */
static int pool_by_attention(const descry_engine *engine, const descry_model_config *config, const descry_pooler *p,
                             const descry_sequences *s, size_t queries, float *x, float *out, descry_error *err)
{
    size_t e = (size_t)config->embed_dim, w = (size_t)config->vision.block.width, rows = s->first[s->count];
    const float eps = 1e-5f; /* open_clip builds the pooler without norm_kwargs */
    float *q = descry_alloc_aligned(2 * queries, e * sizeof *q), *kv = descry_alloc_aligned(2 * rows, e * sizeof *kv);
    float *mixed = descry_alloc_aligned(s->count, queries * e * sizeof *mixed);
    int rc = q && kv && mixed ? 0 : descry_fail_memory(err);
    if (!rc) {
        descry_run_norm(engine, &p->ln_q, p->query, queries, e, eps, q + queries * e);
        descry_multiply(engine, &p->q, q + queries * e, queries, q);
        descry_run_norm(engine, &p->ln_k, x, rows, w, eps, x);
        descry_multiply(engine, &p->k, x, rows, kv);
        descry_multiply(engine, &p->v, x, rows, kv + rows * e);
        rc = descry_run_cross(engine, q, queries, kv, kv + rows * e, e, (size_t)config->vision.pooler_heads, s, mixed, err);
    }
    if (!rc)
        descry_multiply(engine, &p->out, mixed, s->count * queries, out);
    free(q);
    free(kv);
    free(mixed);
    return rc;
}

/* from [n, rows, w] -> first [n, w], the first of each; rest [n, rows - 1, w] or NULL, the others */
static void part(const float *from, size_t n, size_t rows, size_t w, float *first, float *rest)
{
    for (size_t i = 0; i < n; i++, from += rows * w) {
        memcpy(first + i * w, from, w * sizeof *from);
        if (rest)
            memcpy(rest + i * (rows - 1) * w, from + w, (rows - 1) * w * sizeof *from);
    }
}

static int pool_for_coca(const descry_engine *engine, const descry_model_config *config, const descry_vision_weights *v,
                         const descry_sequences *s, float *x, float *pooled, float *tokens, descry_error *err)
{
    size_t e = (size_t)config->embed_dim, queries = tokens ? (size_t)config->vision.pooler_queries : 1;
    float *all = tokens ? descry_alloc_aligned(s->count * queries, e * sizeof *all) : pooled;
    int rc = all ? pool_by_attention(engine, config, &v->pooler, s, queries, x, all, err) : descry_fail_memory(err);
    if (!rc)
        descry_run_norm(engine, &v->ln_post, all, s->count * queries, e, config->vision.block.eps, all);
    if (!rc && tokens)
        part(all, s->count, queries, e, pooled, tokens);
    if (tokens)
        free(all);
    return rc;
}

/* x [n, T, W] after ln_pre -> pooled [n, W or E], before the projection; tokens: as of
 * descry_encode_patches_for_decoder, or NULL */
static int run_and_pool(const descry_engine *engine, const descry_model_config *config, const descry_vision_weights *v,
                        const descry_sequences *s, float *x, float *pooled, float *tokens, descry_error *err)
{
    const descry_vision_config *c = &config->vision;
    size_t w = (size_t)c->block.width, n = s->count;
    int rc = descry_run_blocks(engine, &c->block, v->blocks, s, x, err);
    if (rc)
        return rc;
    if (c->attentional_pool)
        return pool_for_coca(engine, config, v, s, x, pooled, tokens, err);
    if (!c->final_ln_after_pool)
        descry_run_norm(engine, &v->ln_post, x, s->pooled ? n : s->first[n], w, c->block.eps, x);
    if (tokens)
        part(x, n, s->longest, w, pooled, tokens);
    if (c->pool == DESCRY_POOL_AVG)
        average(x, n, s->longest, w);
    else if (tokens)
        memcpy(x, pooled, n * w * sizeof *x);
    if (c->final_ln_after_pool)
        descry_run_norm(engine, &v->ln_post, x, n, w, c->block.eps, pooled);
    else
        memcpy(pooled, x, n * w * sizeof *x);
    return 0;
}

size_t descry_picture_tokens(const descry_vision_config *v)
{
    return (size_t)(v->attentional_pool ? v->pooler_queries : descry_vision_tokens(v)) - 1;
}

size_t descry_picture_width(const descry_model_config *config)
{
    return (size_t)(config->vision.attentional_pool ? config->embed_dim : config->vision.block.width);
}

int descry_encode_patches(const descry_engine *engine, const descry_model_config *config, const descry_vision_weights *v,
                          const float *patches, size_t n, float *out, descry_error *err)
{
    return descry_encode_patches_for_decoder(engine, config, v, patches, n, out, NULL, err);
}

int descry_encode_patches_for_decoder(const descry_engine *engine, const descry_model_config *config,
                                      const descry_vision_weights *v, const float *patches, size_t n, float *out,
                                      float *tokens, descry_error *err)
{
    const descry_vision_config *c = &config->vision;
    size_t w = (size_t)c->block.width, e = (size_t)config->embed_dim, length = (size_t)descry_vision_tokens(c);
    size_t rows = n * length, pooled_width = c->attentional_pool ? e : w;
    float *x = descry_alloc_aligned(rows, w * sizeof *x);
    float *embedded = descry_alloc_aligned(rows, w * sizeof *embedded);
    float *pooled = descry_alloc_aligned(n, pooled_width * sizeof *pooled);
    size_t *first = descry_alloc(2 * n + 1, sizeof *first); /* and n class tokens, which are at 0 */
    int rc = x && embedded && pooled && first ? 0 : descry_fail_memory(err);
    if (!rc) {
        for (size_t i = 0; i <= n; i++)
            first[i] = i * length;
        memset(first + n + 1, 0, n * sizeof *first);
        bool one_row = c->pool == DESCRY_POOL_TOK && !c->attentional_pool && !tokens;
        descry_sequences s = {.count = n, .first = first, .longest = length, .pooled = one_row ? first + n + 1 : NULL};

        descry_multiply(engine, &v->patch, patches, n * (length - 1), x);
        descry_trace_stage(engine, "patches", x, n * (length - 1), w);
        embed(embedded, v, x, n, length, w);
        if (v->ln_pre.weight)
            descry_run_norm(engine, &v->ln_pre, embedded, rows, w, c->block.eps, x);
        else
            memcpy(x, embedded, rows * w * sizeof *x);
        descry_trace_stage(engine, "embedded", x, rows, w);
        rc = run_and_pool(engine, config, v, &s, x, pooled, tokens, err);
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
