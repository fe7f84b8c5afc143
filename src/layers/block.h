/* SPDX-License-Identifier: Apache-2.0
 * The residual attention block of open_clip's transformers, and stacks of them.  W width, M hidden units of the MLP. */
#ifndef DESCRY_LAYERS_BLOCK_H
#define DESCRY_LAYERS_BLOCK_H

#include "layers/attention.h"
#include "layers/norm.h"
#include "layers/rope.h"

/* Where the norm of a branch f is. */
typedef enum descry_norm_place {
    DESCRY_NORM_BEFORE, /* x + f(LN(x)) */
    DESCRY_NORM_BRANCH, /* x + LN(f(x)) */
    DESCRY_NORM_SUM     /* LN(x + f(x)) */
} descry_norm_place;

/* What every block of a stack shares. */
typedef struct descry_block_config {
    int width;    /* W */
    int layers;
    int heads;
    int mlp;      /* M */
    descry_activation activation;
    float eps;    /* of every layer norm of the tower */
    bool layer_scale;
    descry_norm_place place;
    descry_rope rope;           /* angles NULL: none */
    descry_distances distances; /* bias NULL: none */
} descry_block_config;

typedef struct descry_block {
    descry_norm ln_1, ln_2;
    descry_norm ln_1_kv;      /* decoder's cross-attention only */
    descry_linear qkv;        /* [3W, W]; of a cross-attention [W, W], the queries; n 0: three apart */
    descry_linear q, k, v;    /* [W, W] each */
    descry_linear kv;         /* cross-attention: [2W, W], for the keys and values */
    descry_linear out;        /* [W, W] */
    descry_norm attn_norm;    /* [W]: of what `out` is given; NULL: none */
    descry_linear fc, proj;   /* [M, W], [W, M] */
    descry_norm mlp_in_norm;  /* [W]: a second one, after ln_2; NULL: none */
    descry_linear gate;       /* [M, W]: act(gate(x)) * fc(x) in place of act(fc(x)); n 0: none */
    descry_norm mlp_norm;     /* [M]: of what `proj` is given; NULL: none */
    const float *ls_1, *ls_2; /* [W] or NULL */
} descry_block;

/* How a block's tensors are called. */
typedef struct descry_block_names {
    const char *ln_1, *qkv_weight, *qkv_bias, *out, *ln_2, *fc, *proj, *ls_1, *ls_2;
} descry_block_names;

extern const descry_block_names descry_block_names_open_clip; /* those of its own towers */

/* Blocks `prefix`.0. to `prefix`.(layers - 1).; NULL after an error.  `cross`: of a cross-attention, in which "ln_1_kv" is
 * the norm of the keys' and values' input. */
descry_block *descry_load_blocks(descry_loader *loader, const descry_block_config *config, const descry_block_names *names,
                                 const char *prefix, bool cross);

/* Runs `layers` blocks over x [rows, W] in place.  With s->pooled, the last block is computed for those rows only, and
 * x holds them, [count, W], afterwards. */
int descry_run_blocks(const descry_engine *engine, const descry_block_config *config, const descry_block *blocks,
                      const descry_sequences *s, float *x, descry_error *err);

/* x [rows, W] += ls_2 * proj(act(fc(LN_2(x)))); normed [rows, W] and wide [rows, M] are room to work in, of twice that with
 * a gate. */
void descry_run_mlp(const descry_engine *engine, const descry_block_config *config, const descry_block *block, float *x,
                    size_t rows, float *normed, float *wide);

#endif
