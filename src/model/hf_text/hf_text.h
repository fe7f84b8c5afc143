/* SPDX-License-Identifier: Apache-2.0
 * Text towers of the transformers library, as open_clip's HFTextEncoder uses them: the encoders of RoBERTa and XLM-R, of NLLB
 * (M2M100) and of mT5.  Padding is neither attended to nor pooled: rows of the other ids are enough. */
#ifndef DESCRY_MODEL_HF_TEXT_HF_TEXT_H
#define DESCRY_MODEL_HF_TEXT_HF_TEXT_H

#include "layers/block.h"
#include "model/family.h"
#include "model/hf_text/kinds.h"

typedef struct descry_hf_text {
    descry_text_tower tower;
    /* configuration */
    const descry_hf_kind *kind;
    descry_block_config block;
    int32_t pad_id;
    float scale;                 /* of rows of `tokens` */
    bool first;                  /* the first row is pooled, in place of the mean of all */
    bool mlp;                    /* of the projection */
    /* weights */
    const descry_tensor *tokens; /* [V, W], in the file's type */
    const float *positions;      /* [L, W], by the number of ids before that are not padding; NULL: none */
    descry_norm ln_embedded;     /* [W], or none */
    descry_block *blocks;
    descry_norm ln_final;        /* [W], or none */
    descry_linear hidden, proj;  /* [H, W], with mlp only; [E, W] or [E, H] */
} descry_hf_text;

extern const descry_text_family descry_hf_text_family;

int descry_hf_text_encode(const descry_text_tower *tower, const descry_engine *engine, const int32_t *ids, size_t n, float *out,
                          descry_error *err);

#endif
