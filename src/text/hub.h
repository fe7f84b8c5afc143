/* SPDX-License-Identifier: Apache-2.0
 * Tokenizers as Hugging Face's library saves them, in a tokenizer.json, or as it makes them of SentencePiece's files, used as
 * open_clip's HFTokenizer does: cleaning, special tokens around, cut to fit, padded on the right. */
#ifndef DESCRY_TEXT_HUB_H
#define DESCRY_TEXT_HUB_H

#include "text/clean.h"
#include "text/tokenizer.h"

/* What open_clip's configuration says. */
typedef struct descry_hub_use {
    descry_cleaning cleaning;
    bool strip_sep; /* the separator becomes id 0 */
} descry_hub_use;

int descry_hub_tokenizer_is_in(const char *folder, descry_error *err); /* 1: it is, 0: not, or an error */

/* Reads tokenizer.json in `folder`, or a model of SentencePiece, and which token pads from tokenizer_config.json, if that is
 * there.  DESCRY_ERR_UNSUPPORTED names the part of it that this build has not; start and end are -1 when texts are not put
 * between such tokens. */
int descry_hub_tokenizer_open(descry_tokenizer **tokenizer, const char *folder, descry_hub_use use, descry_error *err);

/* The same from the bytes of the two files; of the second, none.  `name` is used in messages, and says by its end whether the
 * first is a model of SentencePiece, and which. */
int descry_hub_tokenizer_parse(descry_tokenizer **tokenizer, const descry_buf *file, const descry_buf *config, descry_hub_use use,
                               const char *name, descry_error *err);

#endif
