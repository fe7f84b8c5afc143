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

void descry_run_mlp(const descry_engine *engine, const descry_block_config *c, const descry_block *b, float *x, size_t rows,
                    float *normed, float *wide)
{
    descry_run_norm(engine, &b->ln_2, x, rows, (size_t)c->width, c->eps, normed);
    descry_linear_run(engine, &b->fc, normed, rows, c->activation, NULL, NULL, wide); /* [rows, M] */
    descry_linear_run(engine, &b->proj, wide, rows, DESCRY_ACT_NONE, b->ls_2, x, x);
}

/* x = x + ls_1 * Attn(LN_1(x));  x = x + ls_2 * proj(act(fc(LN_2(x)))).  Returns the rows left in x. */
static int run_block(const descry_engine *engine, const descry_block_config *c, const descry_block *b,
                     const descry_sequences *s, float *x, float *normed, float *wide, descry_error *err)
{
    size_t w = (size_t)c->width, rows = s->first[s->count];
    descry_run_norm(engine, &b->ln_1, x, rows, w, c->eps, normed);
    descry_multiply(engine, &b->qkv, normed, rows, wide); /* [rows, 3W] */
    int rc = descry_run_self_attention(engine, wide, w, (size_t)c->heads, s, normed, err);
    if (rc)
        return rc;
    if (s->pooled) {
        gather(x, s, w);
        rows = s->count;
    }
    descry_linear_run(engine, &b->out, normed, rows, DESCRY_ACT_NONE, b->ls_1, x, x);
    descry_run_mlp(engine, c, b, x, rows, normed, wide);
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
        /* a trace shows whole stages: the last block is then computed for all rows */
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
