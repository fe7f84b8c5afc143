/* SPDX-License-Identifier: Apache-2.0 */
#include "model/transformer.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void descry_trace_stage(const descry_engine *engine, const char *stage, const float *x, size_t rows, size_t width)
{
    if (engine->trace)
        engine->trace->fn(engine->trace->arg, stage, x, rows, width);
}

/* ---- layer norm ------------------------------------------------------------------------------------------------ */

enum { NORM_ROWS = 16 };

typedef struct norm_job {
    const descry_kernels *kernels;
    const descry_norm *norm;
    const float *x;
    float *out;
    size_t rows, width;
    float eps;
} norm_job;

static void norm_part(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const norm_job *job = arg;
    size_t first = i * NORM_ROWS, rows = job->rows - first < NORM_ROWS ? job->rows - first : NORM_ROWS;
    job->kernels->layer_norm(job->out + first * job->width, job->x + first * job->width, rows, job->width,
                             job->norm->weight, job->norm->bias, job->eps);
}

void descry_run_norm(const descry_engine *engine, const descry_norm *norm, const float *x, size_t rows, size_t width,
                     float eps, float *out)
{
    norm_job job = {engine->kernels, norm, x, out, rows, width, eps};
    descry_pool_run(engine->pool, (rows + NORM_ROWS - 1) / NORM_ROWS, norm_part, &job);
}

/* ---- attention ------------------------------------------------------------------------------------------------- */

typedef struct heads_job {
    const descry_kernels *kernels;
    const descry_sequences *s;
    const float *q, *k, *v;   /* q: of all sequences, or of one for all of them */
    size_t q_stride, kv_stride;
    size_t queries;           /* of each sequence, when q is shared */
    size_t heads, head_dim;
    float *out;
    float *scratch;
    size_t scratch_size;      /* of one worker */
} heads_job;

static void head(void *arg, size_t i, unsigned worker)
{
    const heads_job *job = arg;
    const descry_sequences *s = job->s;
    size_t item = i / job->heads, column = i % job->heads * job->head_dim, width = job->heads * job->head_dim;
    size_t first = s->first[item], keys = s->first[item + 1] - first;
    descry_attention a = {
        .q = job->q + column, .q_stride = job->q_stride, .queries = job->queries,
        .k = job->k + first * job->kv_stride + column, .v = job->v + first * job->kv_stride + column,
        .kv_stride = job->kv_stride, .keys = keys,
        .head_dim = job->head_dim, .scale = 1 / sqrtf((float)job->head_dim),
        .hidden = s->hidden ? s->hidden + first : NULL,
        .out = job->out + item * job->queries * width + column, .out_stride = width,
    };
    if (job->queries == 0 && s->pooled) { /* self-attention of one row: what it sees is an ordinary prefix */
        a.q += (first + s->pooled[item]) * job->q_stride;
        a.queries = 1;
        a.keys = s->causal ? s->pooled[item] + 1 : keys;
        a.out = job->out + item * width + column;
    } else if (job->queries == 0) {
        a.q += first * job->q_stride;
        a.queries = keys;
        a.causal = s->causal;
        a.out = job->out + first * width + column;
    }
    job->kernels->attention(job->kernels, &a, job->scratch + worker * job->scratch_size);
}

static int run_heads(const descry_engine *engine, heads_job *job, descry_error *err)
{
    unsigned threads = descry_pool_threads(engine->pool);
    job->kernels = engine->kernels;
    job->scratch_size = (descry_attention_scratch(engine->kernels, job->s->longest, job->head_dim) + 15) / 16 * 16;
    job->scratch = descry_alloc_aligned(threads, job->scratch_size * sizeof *job->scratch);
    if (!job->scratch)
        return descry_fail_memory(err);
    descry_pool_run(engine->pool, job->s->count * job->heads, head, job);
    free(job->scratch);
    return 0;
}

int descry_run_cross(const descry_engine *engine, const float *q, size_t queries, const float *k, const float *v,
                     size_t width, size_t heads, const descry_sequences *s, float *out, descry_error *err)
{
    heads_job job = {.s = s, .q = q, .k = k, .v = v, .q_stride = width, .kv_stride = width, .queries = queries,
                     .heads = heads, .head_dim = width / heads, .out = out};
    return run_heads(engine, &job, err);
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

/* x [rows, W] -> x [count, W]: the wanted row of each sequence */
static void gather(float *x, const descry_sequences *s, size_t width)
{
    for (size_t i = 0; i < s->count; i++)
        memmove(x + i * width, x + (s->first[i] + s->pooled[i]) * width, width * sizeof *x);
}

/* x = x + ls_1 * Attn(LN_1(x));  x = x + ls_2 * proj(act(fc(LN_2(x)))).  Returns the rows left in x. */
static int run_block(const descry_engine *engine, const descry_block_config *c, const descry_block *b,
                     const descry_sequences *s, float *x, float *normed, float *wide, descry_error *err)
{
    size_t w = (size_t)c->width, rows = s->first[s->count];
    descry_run_norm(engine, &b->ln_1, x, rows, w, c->eps, normed);
    descry_multiply(engine, &b->qkv, normed, rows, wide); /* [rows, 3W] */
    heads_job job = {.s = s, .q = wide, .k = wide + w, .v = wide + 2 * w, .q_stride = 3 * w, .kv_stride = 3 * w,
                     .heads = (size_t)c->heads, .head_dim = w / (size_t)c->heads, .out = normed};
    int rc = run_heads(engine, &job, err);
    if (rc)
        return rc;
    if (s->pooled) {
        gather(x, s, w);
        rows = s->count;
    }
    descry_linear_run(engine, &b->out, normed, rows, DESCRY_ACT_NONE, b->ls_1, x, x);
    descry_run_norm(engine, &b->ln_2, x, rows, w, c->eps, normed);
    descry_linear_run(engine, &b->fc, normed, rows, c->activation, NULL, NULL, wide); /* [rows, M] */
    descry_linear_run(engine, &b->proj, wide, rows, DESCRY_ACT_NONE, b->ls_2, x, x);
    return 0;
}

int descry_run_blocks(const descry_engine *engine, const descry_block_config *c, const descry_block *blocks,
                      const descry_sequences *s, float *x, descry_error *err)
{
    size_t w = (size_t)c->width, rows = s->first[s->count];
    size_t widest = 3 * w > (size_t)c->mlp ? 3 * w : (size_t)c->mlp;
    float *normed = descry_alloc_aligned(rows, w * sizeof *normed);     /* [rows, W] */
    float *wide = descry_alloc_aligned(rows, widest * sizeof *wide);    /* [rows, 3W] or [rows, M] */
    int rc = normed && wide ? 0 : descry_fail_memory(err);
    descry_sequences all = *s;
    all.pooled = NULL;
    for (int i = 0; i < c->layers && !rc; i++) {
        bool pool = s->pooled && i == c->layers - 1;
        /* the trace wants whole stages, so the last block is then computed in full */
        rc = run_block(engine, c, &blocks[i], pool && !engine->trace ? s : &all, x, normed, wide, err);
        if (!rc && engine->trace) {
            char stage[32];
            snprintf(stage, sizeof stage, "block %d", i);
            descry_trace_stage(engine, stage, x, rows, w);
            if (pool)
                gather(x, s, w);
        }
    }
    free(normed);
    free(wide);
    return rc;
}
