/* SPDX-License-Identifier: Apache-2.0 */
#include "model/text/text.h"

#include "layers/positions.h"

#include <stdio.h>
#include <stdlib.h>

static bool claims(const descry_keys *text_cfg)
{
    (void)text_cfg;
    return true;
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static descry_text_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const pools[] = {"argmax", "last", "first", "eos", NULL};
    static const char *const projections[] = {"linear", "none", NULL};
    descry_native_text *t = calloc(1, sizeof *t);
    if (!t) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    t->tower.family = &descry_native_text_family;
    t->tower.dim = (size_t)options->dim;
    t->prefix = options->prefix;
    descry_keys_refuse_extras(k);
    t->tower.context_length = (size_t)descry_keys_int(k, "context_length", 77, 2, 1 << 16);
    t->tower.vocab_size = (size_t)descry_keys_int(k, "vocab_size", 49408, 3, 1 << 24);
    descry_keys_block(k, &t->block, 512, options->quick_gelu);
    t->block.heads = descry_keys_int(k, "heads", 8, 1, DESCRY_MAX_DIMENSION);
    descry_keys_check_heads(k, "heads", t->block.width, t->block.heads);
    t->embed_cls = descry_keys_bool(k, "embed_cls", false);
    t->pad_id = descry_keys_int(k, "pad_id", 0, 0, 1 << 24);
    t->causal = !descry_keys_bool(k, "no_causal_mask", false);
    t->pool = (descry_text_pool)descry_keys_name(k, "pool_type", 0, pools);
    t->eos_id = descry_keys_int(k, "eos_id", 2, 0, 1 << 24);
    t->project = descry_keys_name(k, "proj_type", 0, projections) == 0;
    t->project_bias = descry_keys_bool(k, "proj_bias", false);
    descry_keys_bool(k, "output_tokens", false);
    descry_keys_bool(k, "final_ln_after_pool", false); /* has no effect in open_clip's text tower */
    if (t->embed_cls && !t->causal)
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, "no_causal_mask", "not supported together with embed_cls");
    if (!t->project && t->block.width != options->dim)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "proj_type", "\"none\" needs a width equal to embed_dim");
    return &t->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static void load(descry_text_tower *tower, descry_loader *l)
{
    descry_native_text *t = (descry_native_text *)tower;
    const char *prefix = t->prefix;
    size_t w = (size_t)t->block.width;
    char blocks[64];
    snprintf(blocks, sizeof blocks, "%stransformer.resblocks", prefix);
    t->tokens = descry_load_shaped(l, prefix, "token_embedding.weight", 2, tower->vocab_size, w);
    t->positions = descry_load_line_positions(l, prefix, "positional_embedding", tower->context_length + t->embed_cls, w);
    if (t->embed_cls)
        t->class_embedding = descry_load_vector(l, prefix, "cls_emb", w);
    t->blocks = descry_load_blocks(l, &t->block, &descry_block_names_open_clip, blocks, false);
    t->ln_final = descry_load_norm(l, prefix, "ln_final", w);
    if (t->project && t->project_bias)
        descry_load_linear(l, &t->proj, prefix, "text_projection", tower->dim, w);
    else if (t->project)
        descry_load_matrix(l, &t->proj, prefix, "text_projection", w, tower->dim);
}

static void release(descry_text_tower *tower)
{
    free(tower);
}

const descry_text_family descry_native_text_family = {
    .name = "TextTransformer", .claims = claims, .parse = parse, .load = load, .encode = descry_native_text_encode,
    .free = release};
