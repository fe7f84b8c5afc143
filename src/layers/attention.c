/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/attention.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct heads_job {
    const descry_kernels *kernels;
    const descry_sequences *s;
    const float *q, *k, *v;   /* q: of all sequences, or of one for all of them */
    size_t q_stride, kv_stride;
    size_t queries;           /* of each sequence, when q is shared */
    size_t heads, head_dim;
    const descry_distances *distances; /* NULL: none */
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
    if (job->distances && job->distances->bias) {
        size_t reach = job->distances->reach;
        a.scale = 1;
        a.distances = job->distances->bias + i % job->heads * (2 * reach - 1) + reach - 1;
    }
    if (job->queries == 0 && s->pooled) { /* self-attention of one row: what it sees is an ordinary prefix */
        a.q += (first + s->pooled[item]) * job->q_stride;
        a.distances = a.distances ? a.distances - s->pooled[item] : NULL;
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

int descry_run_self_attention(const descry_engine *engine, const float *qkv, size_t width, size_t heads,
                              const descry_sequences *s, const descry_distances *distances, float *out, descry_error *err)
{
    heads_job job = {.s = s, .q = qkv, .k = qkv + width, .v = qkv + 2 * width, .q_stride = 3 * width,
                     .kv_stride = 3 * width, .heads = heads, .head_dim = width / heads, .distances = distances,
                     .out = out};
    return run_heads(engine, &job, err);
}

int descry_run_cross_attention(const descry_engine *engine, const float *q, size_t queries, const float *k, const float *v,
                               size_t kv_stride, size_t width, size_t heads, const descry_sequences *s, float *out,
                               descry_error *err)
{
    heads_job job = {.s = s, .q = q, .k = k, .v = v, .q_stride = width, .kv_stride = kv_stride, .queries = queries,
                     .heads = heads, .head_dim = width / heads, .out = out};
    return run_heads(engine, &job, err);
}
