/* SPDX-License-Identifier: Apache-2.0
 * Which tokenizer a model has. */
#ifndef DESCRY_CLIP_TOKENIZERS_H
#define DESCRY_CLIP_TOKENIZERS_H

#include "model/network.h"
#include "text/tokenizer.h"

/* Whether this build has the kind of tokenizer that a network's configuration asks for. */
bool descry_tokenizer_known(const descry_network *network);

/* The tokenizer of the model in `folder`; NULL, which is no failure, when it is not known: such a model embeds pictures. */
int descry_tokenizer_for(descry_tokenizer **tokenizer, const descry_network *network, const char *folder, descry_error *err);

/* CLIP's own, of no model. */
int descry_tokenizer_clips(descry_tokenizer **tokenizer, descry_error *err);

/* What stands for the tokenizer in the model's recipe. */
const char *descry_tokenizer_digest(const descry_tokenizer *tokenizer);

#endif
