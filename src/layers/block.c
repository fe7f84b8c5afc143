/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/block.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const descry_block_names descry_block_names_open_clip = {
    .ln_1 = "ln_1", .qkv_weight = "attn.in_proj_weight", .qkv_bias = "attn.in_proj_bias", .out = "attn.out_proj",
    .ln_2 = "ln_2", .fc = "mlp.c_fc", .proj = "mlp.c_proj", .ls_1 = "ls_1.gamma", .ls_2 = "ls_2.gamma"};

static void load_block(descry_loader *l, descry_block *b, const descry_block_config *c, const descry_block_names *names,
                       const char *prefix, bool cross)
{
    size_t w = (size_t)c->width, m = (size_t)c->mlp;
    b->ln_1 = descry_load_norm(l, prefix, names->ln_1, w);
    if (cross)
        b->ln_1_kv = descry_load_norm(l, prefix, "ln_1_kv", w);
    const descry_tensor *qkv = descry_load_shaped(l, prefix, names->qkv_weight, 2, 3 * w, w);
    const float *bias = descry_load_vector(l, prefix, names->qkv_bias, 3 * w);
    descry_load_rows(l, &b->qkv, qkv, 0, cross ? w : 3 * w, w, bias);
    if (cross)
        descry_load_rows(l, &b->kv, qkv, w, 2 * w, w, bias ? bias + w : NULL);
    descry_load_linear(l, &b->out, prefix, names->out, w, w);
    b->ln_2 = descry_load_norm(l, prefix, names->ln_2, w);
    descry_load_linear(l, &b->fc, prefix, names->fc, m, w);
    descry_load_linear(l, &b->proj, prefix, names->proj, w, m);
    if (c->layer_scale) {
        b->ls_1 = descry_load_vector(l, prefix, names->ls_1, w);
        b->ls_2 = descry_load_vector(l, prefix, names->ls_2, w);
    }
}

descry_block *descry_load_blocks(descry_loader *l, const descry_block_config *c, const descry_block_names *names,
                                 const char *prefix, bool cross)
{
    descry_block *blocks = descry_load_alloc(l, (size_t)c->layers, sizeof *blocks);
    for (int i = 0; i < c->layers && !l->rc; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s.%d.", prefix, i);
        load_block(l, &blocks[i], c, names, name, cross);
    }
    return blocks;
}

/* x [rows, W] -> x [count, W]: the wanted row of each sequence */
static void gather(float *x, const descry_sequences *s, size_t width)
{
    for (size_t i = 0; i < s->count; i++)
        memmove(x + i * width, x + (s->first[i] + s->pooled[i]) * width, width * sizeof *x);
}

static void add(float *x, const float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] += y[i];
}

/* x [rows, W] = x + scale * linear(in), with the norm where it belongs; wide [rows, W] is room for that of a branch. */
static void add_branch(const descry_engine *engine, const descry_block_config *c, const descry_linear *linear,
                       const float *scale, const descry_norm *norm, const float *in, float *x, size_t rows, float *wide)
{
    size_t w = (size_t)c->width;
    if (c->place != DESCRY_NORM_BRANCH) {
        descry_linear_run(engine, linear, in, rows, DESCRY_ACT_NONE, scale, x, x);
        if (c->place == DESCRY_NORM_SUM)
            descry_run_norm(engine, norm, x, rows, w, c->eps, x);
        return;
    }
    descry_multiply(engine, linear, in, rows, wide);
    descry_run_norm(engine, norm, wide, rows, w, c->eps, wide);
    add(x, wide, rows * w);
}

/* The input of a branch: LN(x) in `normed`, or x itself. */
static const float *before_branch(const descry_engine *engine, const descry_block_config *c, const descry_norm *norm,
                                  const float *x, size_t rows, float *normed)
{
    if (c->place != DESCRY_NORM_BEFORE)
        return x;
    descry_run_norm(engine, norm, x, rows, (size_t)c->width, c->eps, normed);
    return normed;
}

void descry_run_mlp(const descry_engine *engine, const descry_block_config *c, const descry_block *b, float *x, size_t rows,
                    float *normed, float *wide)
{
    size_t m = (size_t)c->mlp;
    const float *in = before_branch(engine, c, &b->ln_2, x, rows, normed);
    if (b->mlp_in_norm.weight) {
        descry_run_norm(engine, &b->mlp_in_norm, in, rows, (size_t)c->width, c->eps, normed);
        in = normed;
    }
    if (b->gate.n) {
        float *gate = wide + rows * m;
        descry_multiply(engine, &b->fc, in, rows, wide);
        descry_linear_run(engine, &b->gate, in, rows, c->activation, NULL, NULL, gate);
        for (size_t i = 0; i < rows * m; i++)
            wide[i] *= gate[i];
    } else {
        descry_linear_run(engine, &b->fc, in, rows, c->activation, NULL, NULL, wide); /* [rows, M] */
    }
    if (b->mlp_norm.weight)
        descry_run_norm(engine, &b->mlp_norm, wide, rows, m, c->eps, wide);
    add_branch(engine, c, &b->proj, b->ls_2, &b->ln_2, wide, x, rows, normed);
}

static void project_qkv(const descry_engine *engine, const descry_block *b, const float *in, size_t rows, size_t w, float *qkv)
{
    if (b->qkv.n) {
        descry_multiply(engine, &b->qkv, in, rows, qkv);
        return;
    }
    descry_multiply_into(engine, &b->q, in, rows, qkv, 3 * w);
    descry_multiply_into(engine, &b->k, in, rows, qkv + w, 3 * w);
    descry_multiply_into(engine, &b->v, in, rows, qkv + 2 * w, 3 * w);
}

/* x = x + ls_1 * Attn(LN_1(x));  x = x + ls_2 * proj(act(fc(LN_2(x)))), with the variants that descry_block names. */
static int run_block(const descry_engine *engine, const descry_block_config *c, const descry_block *b,
                     const descry_sequences *s, float *x, float *normed, float *wide, descry_error *err)
{
    size_t w = (size_t)c->width, rows = s->first[s->count];
    project_qkv(engine, b, before_branch(engine, c, &b->ln_1, x, rows, normed), rows, w, wide); /* [rows, 3W] */
    if (c->rope.angles)
        descry_run_rope(engine, &c->rope, s, wide, w);
    int rc = descry_run_self_attention(engine, wide, w, (size_t)c->heads, s, &c->distances, normed, err);
    if (rc)
        return rc;
    if (s->pooled) {
        gather(x, s, w);
        rows = s->count;
    }
    if (b->attn_norm.weight)
        descry_run_norm(engine, &b->attn_norm, normed, rows, w, c->eps, normed);
    add_branch(engine, c, &b->out, b->ls_1, &b->ln_1, normed, x, rows, wide);
    descry_run_mlp(engine, c, b, x, rows, normed, wide);
    return 0;
}

int descry_run_blocks(const descry_engine *engine, const descry_block_config *c, const descry_block *blocks,
                      const descry_sequences *s, float *x, descry_error *err)
{
    size_t w = (size_t)c->width, rows = s->first[s->count];
    size_t mlp = (blocks[0].gate.n ? 2 : 1) * (size_t)c->mlp, widest = 3 * w > mlp ? 3 * w : mlp;
    float *normed = descry_alloc_aligned(rows, w * sizeof *normed);     /* [rows, W] */
    float *wide = descry_alloc_aligned(rows, widest * sizeof *wide);    /* [rows, 3W], or [rows, M], with a gate [rows, 2M] */
    int rc = normed && wide ? 0 : descry_fail_memory(err);
    descry_sequences all = *s;
    all.pooled = NULL;
    for (int i = 0; i < c->layers && !rc; i++) {
        bool pool = s->pooled && i == c->layers - 1;
        /* a trace shows whole stages: the last block is then computed for all rows */
        rc = run_block(engine, c, &blocks[i], pool && !engine->trace ? s : &all, x, normed, wide, err);
        if (!rc && engine->trace) {
            descry_trace_number(engine, "block", (size_t)i, x, rows, w);
            if (pool)
                gather(x, s, w);
        }
    }
    free(normed);
    free(wide);
    return rc;
}
