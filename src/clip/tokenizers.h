/* SPDX-License-Identifier: Apache-2.0
 * Chooses the tokenizer of a model. */
#ifndef DESCRY_CLIP_TOKENIZERS_H
#define DESCRY_CLIP_TOKENIZERS_H

#include "model/network.h"
#include "text/tokenizer.h"

/* Whether this build supports the kind of tokenizer in the configuration. */
bool descry_tokenizer_known(const descry_network *network);

/* The tokenizer of the model in `folder`; NULL, without an error, if it is not supported: such a model embeds only pictures. */
int descry_tokenizer_for(descry_tokenizer **tokenizer, const descry_network *network, const char *folder, descry_error *err);

/* CLIP's own, without a model. */
int descry_tokenizer_clips(descry_tokenizer **tokenizer, descry_error *err);

/* The tokenizer's digest for the model's recipe. */
const char *descry_tokenizer_digest(const descry_tokenizer *tokenizer);

#endif
