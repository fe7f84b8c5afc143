/* SPDX-License-Identifier: Apache-2.0 */
#include "model/hf_text/hf_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "text.transformer.";

/* What the towers of a class have in common.  Names of linear layers and norms without ".weight", ".bias". */
typedef struct traits {
    int32_t pad_id;
    int most; /* ids of a text */
    float eps;
    descry_activation activation;
    descry_norm_place place;
    bool bias; /* of linear layers; norms without are root mean square norms */
    const char *tokens, *ln_embedded, *ln_final;
    const char *blocks, *q, *k, *v, *out, *ln_1, *gate, *fc, *proj, *ln_2;
} traits;

static const traits classes[] = {
    [DESCRY_HF_ROBERTA] = {
        1, 512, 1e-5f, DESCRY_ACT_GELU, DESCRY_NORM_SUM, true,
        "embeddings.word_embeddings", "embeddings.LayerNorm", NULL,
        "encoder.layer", "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
        "attention.output.LayerNorm", NULL, "intermediate.dense", "output.dense", "output.LayerNorm"},
    [DESCRY_HF_M2M100] = {
        1, 1024, 1e-5f, DESCRY_ACT_RELU, DESCRY_NORM_BEFORE, true,
        "embed_tokens", NULL, "layer_norm",
        "layers", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj",
        "self_attn_layer_norm", NULL, "fc1", "fc2", "final_layer_norm"},
    [DESCRY_HF_MT5] = {
        0, 1024, 1e-6f, DESCRY_ACT_GELU_TANH, DESCRY_NORM_BEFORE, false,
        "embed_tokens", NULL, "final_layer_norm",
        "block", "layer.0.SelfAttention.q", "layer.0.SelfAttention.k", "layer.0.SelfAttention.v", "layer.0.SelfAttention.o",
        "layer.0.layer_norm", "layer.1.DenseReluDense.wi_0", "layer.1.DenseReluDense.wi_1", "layer.1.DenseReluDense.wo",
        "layer.1.layer_norm"},
};

/* ---- configuration --------------------------------------------------------------------------------------------- */

static bool claims(const descry_keys *text_cfg)
{
    return descry_hf_find(descry_keys_see(text_cfg, "hf_model_name")) != NULL;
}

/* A name; null, which open_clip has mean something else than an absent key, is none. */
static int take_name(descry_keys *k, const char *key, const char *const *names)
{
    if (json_is_null(json_object_get(k->object, key)))
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, key, "null is not supported");
    return descry_keys_name(k, key, 0, names);
}

static descry_text_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const poolers[] = {"mean_pooler", "cls_pooler", NULL}, *const projections[] = {"mlp", "linear", NULL};
    static const char *const without_effect[] = {"hf_model_name", "hf_model_pretrained", "width", NULL};
    static const char *const others[] = {"output_tokens", NULL};
    descry_hf_text *t = calloc(1, sizeof *t);
    if (!t || !(t->kind = descry_hf_find(descry_keys_see(k, "hf_model_name")))) { /* found when it was claimed */
        descry_keys_fail_memory(k);
        free(t);
        return NULL;
    }
    const descry_hf_kind *kind = t->kind;
    const traits *c = &classes[kind->class];
    descry_keys_ignore(k, without_effect);
    descry_keys_refuse_set(k, others, "not supported with this tower");
    t->block = (descry_block_config){.width = kind->width, .layers = kind->layers, .heads = kind->heads, .mlp = kind->mlp,
                                     .activation = c->activation, .eps = c->eps, .place = c->place};
    t->pad_id = c->pad_id;
    t->scale = kind->class == DESCRY_HF_M2M100 ? sqrtf((float)kind->width) : 1;
    t->first = take_name(k, "hf_pooler_type", poolers) == 1;
    t->mlp = take_name(k, "hf_proj_type", projections) == 0;
    if (t->first && kind->class == DESCRY_HF_ROBERTA)
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, "hf_pooler_type", "only mean_pooler is supported with this tower");
    t->tower = (descry_text_tower){.family = &descry_hf_text_family, .dim = (size_t)options->dim,
                                   .context_length = (size_t)descry_keys_int(k, "context_length", 77, 2, c->most),
                                   .vocab_size = (size_t)kind->vocabulary};
    return &t->tower;
}

/* ---- positions ------------------------------------------------------------------------------------------------- */

/* RoBERTa's: rows behind that of padding, and the one type that tokens have.  [L, W] */
static const float *load_positions(descry_loader *l, const descry_hf_text *t, size_t length, size_t w)
{
    size_t stored = 514, one = 1, skip = (size_t)t->pad_id + 1;
    float *rows = descry_load_floats(l, descry_load_shaped(l, prefix, "embeddings.position_embeddings.weight", 2, stored, w));
    const float *type = descry_load_floats(l, descry_load_shaped(l, prefix, "embeddings.token_type_embeddings.weight", 2, one,
                                                                 w));
    for (size_t i = 0; rows && type && i < length; i++)
        for (size_t c = 0; c < w; c++)
            rows[(skip + i) * w + c] += type[c];
    return rows ? rows + skip * w : NULL;
}

/* M2M100's sinusoids, computed in float as transformers does: sines in the first half of a row, cosines in the other. */
static const float *make_positions(descry_loader *l, const descry_hf_text *t, size_t length, size_t w)
{
    size_t half = w / 2;
    float *rows = descry_load_alloc(l, length * w, sizeof *rows), step = (float)-(log(10000) / (double)(half - 1));
    for (size_t i = 0; rows && i < length; i++)
        for (size_t c = 0; c < half; c++) {
            float frequency = (float)exp((double)((float)c * step));
            float angle = (float)(i + (size_t)t->pad_id + 1) * frequency;
            rows[i * w + c] = (float)sin((double)angle);
            rows[i * w + half + c] = (float)cos((double)angle);
        }
    return rows;
}

/* T5's buckets of distances, from query to key: 0 .. 7 one each, then wider ones, 16 more for keys behind the query. */
static size_t bucket_of(long distance)
{
    static const long wide[] = {8, 12, 16, 23, 32, 46, 64, 91}; /* 8 * 16^(i / 8), rounded up */
    size_t side = distance > 0 ? 16 : 0, i = 0;
    distance = labs(distance);
    if (distance < wide[0])
        return side + (size_t)distance;
    while (i + 1 < sizeof wide / sizeof *wide && distance >= wide[i + 1])
        i++;
    return side + 8 + i;
}

static descry_distances load_distances(descry_loader *l, size_t reach, size_t heads)
{
    size_t buckets = 32, all = 2 * reach - 1;
    const float *table = descry_load_floats(l, descry_load_shaped(
        l, prefix, "block.0.layer.0.SelfAttention.relative_attention_bias.weight", 2, buckets, heads));
    float *bias = descry_load_alloc(l, heads * all, sizeof *bias);
    for (size_t h = 0; table && bias && h < heads; h++)
        for (size_t d = 0; d < all; d++)
            bias[h * all + d] = table[bucket_of((long)d - (long)(reach - 1)) * heads + h];
    return (descry_distances){bias, reach};
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static void load_linear(descry_loader *l, descry_linear *linear, const char *before, const char *name, size_t n, size_t k,
                        bool bias)
{
    char weight[64];
    snprintf(weight, sizeof weight, "%s.weight", name);
    if (bias)
        descry_load_linear(l, linear, before, name, n, k);
    else
        descry_load_rows(l, linear, descry_load_shaped(l, before, weight, 2, n, k), 0, n, k, NULL);
}

static descry_norm load_norm(descry_loader *l, const char *before, const char *name, size_t w, bool bias)
{
    char weight[64];
    snprintf(weight, sizeof weight, "%s.weight", name);
    return bias ? descry_load_norm(l, before, name, w) : (descry_norm){.weight = descry_load_vector(l, before, weight, w)};
}

static void load_block(descry_loader *l, const descry_block_config *block, const traits *c, descry_block *b, int i)
{
    size_t w = (size_t)block->width, m = (size_t)block->mlp;
    char before[64];
    snprintf(before, sizeof before, "%s%s.%d.", prefix, c->blocks, i);
    load_linear(l, &b->q, before, c->q, w, w, c->bias);
    load_linear(l, &b->k, before, c->k, w, w, c->bias);
    load_linear(l, &b->v, before, c->v, w, w, c->bias);
    load_linear(l, &b->out, before, c->out, w, w, c->bias);
    b->ln_1 = load_norm(l, before, c->ln_1, w, c->bias);
    if (c->gate)
        load_linear(l, &b->gate, before, c->gate, m, w, c->bias);
    load_linear(l, &b->fc, before, c->fc, m, w, c->bias);
    load_linear(l, &b->proj, before, c->proj, w, m, c->bias);
    b->ln_2 = load_norm(l, before, c->ln_2, w, c->bias);
}

static void load_projection(descry_loader *l, descry_hf_text *t, size_t w)
{
    size_t e = t->tower.dim, h = (w + e) / 2;
    if (t->mlp) {
        load_linear(l, &t->hidden, "text.proj.", "0", h, w, false);
        load_linear(l, &t->proj, "text.proj.", "2", e, h, false);
    } else {
        load_linear(l, &t->proj, "text.", "proj", e, w, false);
    }
}

static void load(descry_text_tower *tower, descry_loader *l)
{
    descry_hf_text *t = (descry_hf_text *)tower;
    const traits *c = &classes[t->kind->class];
    size_t w = (size_t)t->block.width, length = tower->context_length;
    char tokens[64];
    snprintf(tokens, sizeof tokens, "%s.weight", c->tokens);
    t->tokens = descry_load_shaped(l, prefix, tokens, 2, tower->vocab_size, w);
    if (t->kind->class == DESCRY_HF_ROBERTA)
        t->positions = load_positions(l, t, length, w);
    else if (t->kind->class == DESCRY_HF_M2M100)
        t->positions = make_positions(l, t, length, w);
    else
        t->block.distances = load_distances(l, length, (size_t)t->block.heads);
    if (c->ln_embedded)
        t->ln_embedded = load_norm(l, prefix, c->ln_embedded, w, c->bias);
    t->blocks = descry_load_alloc(l, (size_t)t->block.layers, sizeof *t->blocks);
    for (int i = 0; i < t->block.layers && !l->rc; i++)
        load_block(l, &t->block, c, &t->blocks[i], i);
    if (c->ln_final)
        t->ln_final = load_norm(l, prefix, c->ln_final, w, c->bias);
    load_projection(l, t, w);
    descry_load_ignore(l, prefix, "embed_positions.weights"); /* of older versions of transformers, which stored sinusoids */
}

static void release(descry_text_tower *tower)
{
    free(tower);
}

const descry_text_family descry_hf_text_family = {
    .name = "HFTextEncoder", .claims = claims, .parse = parse, .load = load, .encode = descry_hf_text_encode, .free = release};
