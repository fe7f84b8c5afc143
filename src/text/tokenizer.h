/* SPDX-License-Identifier: Apache-2.0
 * open_clip's SimpleTokenizer: cleaning, then CLIP's byte pair encoding. */
#ifndef DESCRY_TEXT_TOKENIZER_H
#define DESCRY_TEXT_TOKENIZER_H

#include "base/memory.h"

typedef struct descry_tokenizer descry_tokenizer;

/* `bpe_path` NULL: CLIP's own 48,894 merges, built in.  Otherwise a gzip file of merges in the same format, read as
 * open_clip reads it.  `name` of a file that is damaged or has ill-formed merges is in the message. */
int descry_tokenizer_open(descry_tokenizer **tokenizer, const char *bpe_path, descry_error *err);
void descry_tokenizer_close(descry_tokenizer **tokenizer);

int descry_tokenizer_vocab_size(const descry_tokenizer *tokenizer); /* 514 + merges */
int descry_tokenizer_start(const descry_tokenizer *tokenizer);      /* vocab_size - 2 */
int descry_tokenizer_end(const descry_tokenizer *tokenizer);        /* vocab_size - 1 */

/* ids [context_length]: start, the text's ids, end, then zeros; cut to fit with the end token last.  *count is the
 * number of ids up to and including the end token.  A literal "<end_of_text>" in the text gives that token, as in
 * open_clip. */
int descry_tokenizer_encode(const descry_tokenizer *tokenizer, const char *text, size_t length, int context_length,
                            int32_t *ids, size_t *count, descry_error *err);

/* Appends what open_clip's decode gives for `count` ids, as UTF-8: ill-formed bytes as U+FFFD, a space after each word,
 * start and end token by name.  Ids outside the vocabulary, which open_clip would fail on, give nothing. */
int descry_tokenizer_decode(const descry_tokenizer *tokenizer, const int32_t *ids, size_t count, descry_buf *out,
                            descry_error *err);

#endif
