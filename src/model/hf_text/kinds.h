/* SPDX-License-Identifier: Apache-2.0
 * Encoders of the transformers library, by the names that open_clip's configurations give them. */
#ifndef DESCRY_MODEL_HF_TEXT_KINDS_H
#define DESCRY_MODEL_HF_TEXT_KINDS_H

typedef enum descry_hf_class { DESCRY_HF_ROBERTA, DESCRY_HF_M2M100, DESCRY_HF_MT5 } descry_hf_class;

typedef struct descry_hf_kind {
    const char *name;
    descry_hf_class class;
    int vocabulary, width, layers, heads, mlp;
} descry_hf_kind;

/* NULL: not one of them. */
const descry_hf_kind *descry_hf_find(const char *name);

#endif
