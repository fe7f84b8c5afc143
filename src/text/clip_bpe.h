/* SPDX-License-Identifier: Apache-2.0
 * open_clip's SimpleTokenizer: cleaning, then CLIP's byte pair encoding.  Ids: 512 byte symbols, the merges, the start and
 * the end token; padding is 0.  A literal "<end_of_text>" in a text gives that token, as in open_clip; decoding gives
 * ill-formed bytes as U+FFFD, a space after each word, start and end token by name. */
#ifndef DESCRY_TEXT_CLIP_BPE_H
#define DESCRY_TEXT_CLIP_BPE_H

#include "text/tokenizer.h"

/* `path` NULL: CLIP's own 48,894 merges, built in, whose digest is "clip".  Otherwise a gzip file of merges in the same
 * format, read as open_clip reads it.  The name of a file that is damaged or has ill-formed merges is in the message. */
int descry_clip_bpe_open(descry_tokenizer **tokenizer, const char *path, descry_error *err);

#endif
