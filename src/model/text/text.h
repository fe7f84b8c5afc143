/* SPDX-License-Identifier: Apache-2.0
 * open_clip's native TextTransformer, CoCa's included. */
#ifndef DESCRY_MODEL_TEXT_TEXT_H
#define DESCRY_MODEL_TEXT_TEXT_H

#include "layers/block.h"
#include "model/family.h"

typedef enum descry_text_pool {
    DESCRY_POOL_ARGMAX, /* the largest id, which is the end token; the first of equals */
    DESCRY_POOL_LAST,
    DESCRY_POOL_FIRST,
    DESCRY_POOL_EOS     /* the first id equal to eos_id, else position 0 */
} descry_text_pool;

typedef struct descry_native_text {
    descry_text_tower tower;
    /* configuration */
    const char *prefix;            /* "" or "text." */
    descry_block_config block;
    bool embed_cls;                /* CoCa: a learned class vector after the text, which is the pooled one */
    int pad_id;
    bool causal;
    descry_text_pool pool;
    int eos_id;
    bool project;                  /* false: proj_type "none" */
    bool project_bias;             /* a Linear with bias instead of a matrix */
    /* weights */
    const descry_tensor *tokens;   /* [V, W], in the file's type */
    const float *positions;        /* [L, W]; one more row with embed_cls */
    const float *class_embedding;  /* [W] or NULL */
    descry_block *blocks;
    descry_norm ln_final;
    descry_linear proj;            /* [E, W]; n 0: none */
} descry_native_text;

extern const descry_text_family descry_native_text_family;

/* Positions that cannot reach the pooled one are not computed. */
int descry_native_text_encode(const descry_text_tower *tower, const descry_engine *engine, const int32_t *ids, size_t n,
                              float *out, descry_error *err);

#endif
