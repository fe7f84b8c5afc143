/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/pool.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void descry_pool_mean(float *x, size_t n, size_t rows, size_t first, size_t width)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < width; c++) {
            double sum = 0;
            for (size_t t = first; t < rows; t++)
                sum += (double)x[(i * rows + t) * width + c];
            x[i * width + c] = (float)(sum / (double)(rows - first));
        }
}

void descry_pool_mean_of(float *x, const descry_sequences *s, size_t width)
{
    for (size_t i = 0; i < s->count; i++)
        for (size_t c = 0; c < width; c++) {
            double sum = 0;
            size_t count = 0;
            for (size_t t = s->first[i]; t < s->first[i + 1]; t++) {
                bool seen = !(s->hidden && s->hidden[t]);
                sum += seen ? (double)x[t * width + c] : 0;
                count += seen;
            }
            x[i * width + c] = (float)(sum / (double)count);
        }
}

void descry_pool_first(const float *x, size_t n, size_t rows, size_t width, float *first, float *rest)
{
    for (size_t i = 0; i < n; i++, x += rows * width) {
        memcpy(first + i * width, x, width * sizeof *x);
        if (rest)
            memcpy(rest + i * (rows - 1) * width, x + width, (rows - 1) * width * sizeof *x);
    }
}

void descry_load_pooler(descry_loader *l, descry_pooler *p, const char *prefix)
{
    size_t e = p->dim, w = p->width;
    p->query = descry_load_floats(l, descry_load_shaped(l, prefix, "query", 2, p->queries, e));
    p->ln_q = descry_load_norm(l, prefix, "ln_q", e);
    p->ln_k = descry_load_norm(l, prefix, "ln_k", w);
    const float *bias = descry_load_vector(l, prefix, "attn.in_proj_bias", 3 * e);
    const float *k_bias = bias ? bias + e : NULL, *v_bias = bias ? bias + 2 * e : NULL;
    if (w == e) { /* torch stores the three as one when their shapes agree */
        const descry_tensor *t = descry_load_shaped(l, prefix, "attn.in_proj_weight", 2, 3 * e, e);
        descry_load_rows(l, &p->q, t, 0, e, e, bias);
        descry_load_rows(l, &p->k, t, e, e, e, k_bias);
        descry_load_rows(l, &p->v, t, 2 * e, e, e, v_bias);
    } else {
        descry_load_rows(l, &p->q, descry_load_shaped(l, prefix, "attn.q_proj_weight", 2, e, e), 0, e, e, bias);
        descry_load_rows(l, &p->k, descry_load_shaped(l, prefix, "attn.k_proj_weight", 2, e, w), 0, e, w, k_bias);
        descry_load_rows(l, &p->v, descry_load_shaped(l, prefix, "attn.v_proj_weight", 2, e, w), 0, e, w, v_bias);
    }
    descry_load_linear(l, &p->out, prefix, "attn.out_proj", e, e);
}

int descry_run_pooler(const descry_engine *engine, const descry_pooler *p, const descry_sequences *s, size_t queries,
                      float *x, float *out, descry_error *err)
{
    size_t e = p->dim, rows = s->first[s->count];
    const float eps = 1e-5f; /* open_clip builds the pooler without norm_kwargs */
    float *q = descry_alloc_aligned(2 * queries, e * sizeof *q), *kv = descry_alloc_aligned(2 * rows, e * sizeof *kv);
    float *mixed = descry_alloc_aligned(s->count, queries * e * sizeof *mixed);
    int rc = q && kv && mixed ? 0 : descry_fail_memory(err);
    if (!rc) {
        descry_run_norm(engine, &p->ln_q, p->query, queries, e, eps, q + queries * e);
        descry_multiply(engine, &p->q, q + queries * e, queries, q);
        descry_run_norm(engine, &p->ln_k, x, rows, p->width, eps, x);
        descry_multiply(engine, &p->k, x, rows, kv);
        descry_multiply(engine, &p->v, x, rows, kv + rows * e);
        rc = descry_run_cross_attention(engine, q, queries, kv, kv + rows * e, e, e, p->heads, s, mixed, err);
    }
    if (!rc)
        descry_multiply(engine, &p->out, mixed, s->count * queries, out);
    free(q);
    free(kv);
    free(mixed);
    return rc;
}

void descry_load_map_pooler(descry_loader *l, descry_map_pooler *p, const char *prefix)
{
    size_t w = p->width, one = 1;
    p->latent = descry_load_floats(l, descry_load_shaped(l, prefix, "latent", 3, one, one, w));
    descry_load_linear(l, &p->q, prefix, "q", w, w);
    descry_load_linear(l, &p->kv, prefix, "kv", 2 * w, w);
    descry_load_linear(l, &p->proj, prefix, "proj", w, w);
    p->norm = descry_load_norm(l, prefix, "norm", w);
    descry_load_linear(l, &p->fc1, prefix, "mlp.fc1", p->mlp, w);
    descry_load_linear(l, &p->fc2, prefix, "mlp.fc2", w, p->mlp);
}

int descry_run_map_pooler(const descry_engine *engine, const descry_map_pooler *p, const descry_sequences *s,
                          const float *x, float *out, descry_error *err)
{
    size_t w = p->width, rows = s->first[s->count], n = s->count;
    float *q = descry_alloc_aligned(1, w * sizeof *q), *kv = descry_alloc_aligned(rows, 2 * w * sizeof *kv);
    float *mixed = descry_alloc_aligned(n, w * sizeof *mixed), *hidden = descry_alloc_aligned(n, p->mlp * sizeof *hidden);
    int rc = q && kv && mixed && hidden ? 0 : descry_fail_memory(err);
    if (!rc) {
        descry_multiply(engine, &p->q, p->latent, 1, q);
        descry_multiply(engine, &p->kv, x, rows, kv);
        rc = descry_run_cross_attention(engine, q, 1, kv, kv + w, 2 * w, w, p->heads, s, mixed, err);
    }
    if (!rc) {
        descry_multiply(engine, &p->proj, mixed, n, out);
        descry_run_norm(engine, &p->norm, out, n, w, p->eps, mixed);
        descry_linear_run(engine, &p->fc1, mixed, n, p->activation, NULL, NULL, hidden);
        descry_linear_run(engine, &p->fc2, hidden, n, DESCRY_ACT_NONE, NULL, out, out);
    }
    free(q);
    free(kv);
    free(mixed);
    free(hidden);
    return rc;
}
