/* SPDX-License-Identifier: Apache-2.0
 * Models of SentencePiece, which repositories without a tokenizer.json have: "spiece.model" and the like. */
#ifndef DESCRY_TEXT_SENTENCEPIECE_H
#define DESCRY_TEXT_SENTENCEPIECE_H

#include "base/memory.h"

#include <jansson.h>

/* *file = the tokenizer.json that Hugging Face's transformers makes of the model whose content `bytes` is.  `config`, the
 * object in tokenizer_config.json, names the class that does, else the name of the file does; it is completed by what that
 * class has as defaults.  DESCRY_ERR_UNSUPPORTED names a class, or a kind of model, that is not known. */
int descry_sentencepiece_convert(json_t **file, json_t *config, const descry_buf *bytes, const char *name, descry_error *err);

#endif
