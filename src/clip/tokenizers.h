/* SPDX-License-Identifier: Apache-2.0
 * Chooses the tokenizer of a model. */
#ifndef DESCRY_CLIP_TOKENIZERS_H
#define DESCRY_CLIP_TOKENIZERS_H

#include "model/network.h"
#include "text/tokenizer.h"

/* Whether captions can be written with a network's tokenizer: with CLIP's, whose ids they begin with and are padded by. */
bool descry_tokenizer_writes(const descry_network *network);

/* The tokenizer of the model in `folder`; NULL, which is no failure, when its files are not there or this build has not what
 * they ask for: such a model embeds pictures. */
int descry_tokenizer_for(descry_tokenizer **tokenizer, const descry_network *network, const char *folder, descry_error *err);

/* Fails with the reason why there is none, and `what` the model is good for without. */
int descry_tokenizer_missing(const descry_network *network, const char *folder, const char *name, const char *what, descry_error *err);

/* *source = "hf-hub:org/name", the repository that has the tokenizer of the model in `folder`, installed or not; of size 0:
 * it is CLIP's or the folder's own, or the configuration cannot be read.  The only error is DESCRY_ERR_MEMORY. */
int descry_tokenizer_source(descry_buf *source, const char *folder, const char *name, descry_error *err);

/* 1: the cache has it, of the repository "org/name"; 0: not; or an error. */
int descry_tokenizer_is_installed(const char *name, descry_error *err);

/* CLIP's own, of no model. */
int descry_tokenizer_clips(descry_tokenizer **tokenizer, descry_error *err);

/* The tokenizer's digest for the model's recipe. */
const char *descry_tokenizer_digest(const descry_tokenizer *tokenizer);

#endif
