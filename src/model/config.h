/* SPDX-License-Identifier: Apache-2.0
 * open_clip_config.json as a struct. */
#ifndef DESCRY_MODEL_CONFIG_H
#define DESCRY_MODEL_CONFIG_H

#include "kern/kernels.h"

#include <stdbool.h>

typedef enum descry_pool_type {
    DESCRY_POOL_TOK,    /* vision: the class token */
    DESCRY_POOL_AVG,    /* vision: the mean of the patch tokens */
    DESCRY_POOL_ARGMAX, /* text: the largest id, which is the end token; the first of equals */
    DESCRY_POOL_LAST,
    DESCRY_POOL_FIRST,
    DESCRY_POOL_EOS     /* text: the first id equal to eos_id, else position 0 */
} descry_pool_type;

/* What every residual attention block of a tower shares. */
typedef struct descry_block_config {
    int width;    /* W */
    int layers;
    int heads;
    int mlp;      /* M: hidden units of the MLP */
    descry_activation activation;
    float eps;    /* of every layer norm of the tower */
    bool layer_scale;
} descry_block_config;

typedef struct descry_vision_config {
    descry_block_config block;
    int image_width, image_height;
    int patch_width, patch_height;
    bool no_ln_pre;
    bool final_ln_after_pool;
    descry_pool_type pool;
    bool attentional_pool; /* CoCa's pooler */
    int pooler_queries, pooler_heads;
} descry_vision_config;

typedef struct descry_text_config {
    descry_block_config block;
    int context_length; /* L */
    int vocab_size;     /* V */
    bool embed_cls;     /* CoCa: a learned class vector after the text, which is the pooled one */
    int pad_id;
    bool causal;
    descry_pool_type pool;
    int eos_id;
    bool project;          /* false: proj_type "none" */
    bool project_bias;     /* a Linear with bias instead of a matrix */
    char *bpe_path;        /* relative to the model's folder; NULL: CLIP's table */
    char *other_tokenizer; /* name of a tokenizer that is not CLIP's; NULL: CLIP's */
} descry_text_config;

/* CoCa's decoder; layers 0: the model has none. */
typedef struct descry_decoder_config {
    descry_block_config block;
} descry_decoder_config;

typedef enum descry_interpolate { DESCRY_INTERPOLATE_BICUBIC, DESCRY_INTERPOLATE_BILINEAR } descry_interpolate;
typedef enum descry_fit { DESCRY_FIT_SHORTEST, DESCRY_FIT_SQUASH, DESCRY_FIT_LONGEST } descry_fit;

typedef struct descry_preprocess_config {
    float mean[3], std[3];
    descry_interpolate interpolation;
    descry_fit resize_mode;
    int fill;
} descry_preprocess_config;

typedef struct descry_model_config {
    int embed_dim;       /* E */
    bool text_prefix;    /* custom_text: the text tower's tensors are under "text." */
    bool has_logit_bias;
    float init_logit_bias;
    descry_vision_config vision;
    descry_text_config text;
    descry_decoder_config decoder;
    descry_preprocess_config preprocess;
} descry_model_config;

/* Parses JSON of the form {"model_cfg": {...}, "preprocess_cfg": {...}}.  `name` is used in messages.
 * DESCRY_ERR_UNSUPPORTED names the key that asks for something this build has not; DESCRY_ERR_FORMAT: not such a file. */
int descry_model_config_parse(descry_model_config *config, const char *json, size_t size, const char *name,
                              descry_error *err);
void descry_model_config_free(descry_model_config *config);

int descry_vision_tokens(const descry_vision_config *vision); /* class token and patches */

#endif
