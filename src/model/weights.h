/* SPDX-License-Identifier: Apache-2.0
 * A model's weights: which tensors there are, their shapes, and their packed forms.  W width, E embed_dim, M hidden units
 * of the MLP, T tokens of a picture, L context length, V vocabulary, p patch. */
#ifndef DESCRY_MODEL_WEIGHTS_H
#define DESCRY_MODEL_WEIGHTS_H

#include "base/log.h"
#include "kern/linear.h"
#include "model/config.h"
#include "tensors/tensors.h"

typedef struct descry_norm {
    const float *weight, *bias; /* NULL: the layer is not there */
} descry_norm;

typedef struct descry_block {
    descry_norm ln_1, ln_2;
    descry_norm ln_1_kv;      /* decoder's cross-attention only */
    descry_linear qkv;        /* [3W, W]; of a cross-attention [W, W], the queries */
    descry_linear kv;         /* cross-attention: [2W, W], for what is looked at */
    descry_linear out;        /* [W, W] */
    descry_linear fc, proj;   /* [M, W], [W, M] */
    const float *ls_1, *ls_2; /* [W] or NULL */
} descry_block;

/* CoCa's attentional pooler. */
typedef struct descry_pooler {
    const float *query;       /* [queries, E] */
    descry_norm ln_q, ln_k;   /* [E], [W] */
    descry_linear q, k, v;    /* [E, E], [E, W], [E, W] */
    descry_linear out;        /* [E, E] */
} descry_pooler;

typedef struct descry_vision_weights {
    descry_linear patch;           /* [W, 3 p p] */
    const float *class_embedding;  /* [W] */
    const float *positions;        /* [T, W] */
    descry_norm ln_pre;
    descry_block *blocks;
    descry_pooler pooler;
    descry_norm ln_post;
    descry_linear proj;            /* [E, W], or [E, E] after the pooler */
} descry_vision_weights;

typedef struct descry_text_weights {
    const descry_tensor *tokens;   /* [V, W], in the file's type */
    const float *positions;        /* [L, W]; one more row with embed_cls */
    const float *class_embedding;  /* [W] or NULL */
    descry_block *blocks;
    descry_norm ln_final;
    descry_linear proj;            /* [E, W]; n 0: none */
} descry_text_weights;

typedef struct descry_decoder_weights {
    descry_block *blocks, *cross;
    descry_norm ln_final;
    descry_linear proj;            /* [V, W] */
} descry_decoder_weights;

typedef struct descry_weights {
    descry_tensors file;
    descry_arena arena, packed; /* packed: the matrices, together, so that small ones lie in huge pages, too */
    descry_vision_weights vision;
    descry_text_weights text;
    descry_decoder_weights decoder;
    float logit_scale, logit_bias; /* as stored: the scale's logarithm */
    uint64_t parameters;
    bool bf16; /* what is stored in f32 is rounded when it is packed: matrices that vectors are multiplied by, nothing
                  else; to be set before anything is prepared */
} descry_weights;

/* Maps `path` and finds every tensor that `config` calls for.  Strict: a tensor that is missing, left over or misshapen is
 * an error that names it, with the expected and the found shape (open_clip's load_state_dict does the same).  Keys are
 * renamed as open_clip does: a "module." prefix dropped, a top-level text tower moved under "text.". */
int descry_weights_open(descry_weights *weights, const descry_model_config *config, const char *path,
                        const descry_log *log, descry_error *err);
void descry_weights_close(descry_weights *weights);

/* Whether `bf16` makes a difference: some matrix is stored in f32. */
bool descry_weights_any_f32(descry_weights *weights, const descry_model_config *config);

/* Pack what a tower needs; done once, by the first call. */
int descry_weights_prepare_vision(descry_weights *weights, const descry_model_config *config,
                                  const descry_engine *engine, descry_error *err);
int descry_weights_prepare_text(descry_weights *weights, const descry_model_config *config,
                                  const descry_engine *engine, descry_error *err);
/* The text tower's and the decoder's. */
int descry_weights_prepare_decoder(descry_weights *weights, const descry_model_config *config,
                                  const descry_engine *engine, descry_error *err);

#endif
