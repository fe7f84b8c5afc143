/* SPDX-License-Identifier: Apache-2.0
 * From texts to ids and back, whatever the kind of tokenizer.  The kinds are in clip_bpe.h and hub.h. */
#ifndef DESCRY_TEXT_TOKENIZER_H
#define DESCRY_TEXT_TOKENIZER_H

#include "base/file.h"

#include <stdbool.h>

typedef struct descry_tokenizer descry_tokenizer;

/* The operations of a kind, as the functions below. */
typedef struct descry_tokenizer_kind {
    const char *name;
    /* ids [0, *count) only, *count <= room: the rest is padded by descry_tokenizer_encode */
    int (*encode)(const descry_tokenizer *tokenizer, const char *text, size_t length, size_t room, int32_t *ids,
                  size_t *count, descry_error *err);
    int (*decode)(const descry_tokenizer *tokenizer, const int32_t *ids, size_t count, descry_buf *out, descry_error *err);
    void (*close)(descry_tokenizer *tokenizer); /* releases it, too */
} descry_tokenizer_kind;

/* Any number of threads may use one.  A kind's own struct begins with this. */
struct descry_tokenizer {
    const descry_tokenizer_kind *kind;
    int vocab_size; /* ids are below */
    int start, end, pad;
    bool pads_left; /* in the rows that towers are given */
    char digest[DESCRY_SHA256_HEX]; /* identifies it in a model's recipe: SHA-256 of its files, or a name if it has none */
};

/* ids [context_length]: start, the text's ids, end, then pad; cut to fit with the end token last.  *count is the number of
 * ids up to and including the end token. */
int descry_tokenizer_encode(const descry_tokenizer *tokenizer, const char *text, size_t length, int context_length,
                            int32_t *ids, size_t *count, descry_error *err);

/* The row [context_length] that a text tower is given, as open_clip's tokenizers return it: the same, or with its padding in
 * front. */
int descry_tokenizer_encode_row(const descry_tokenizer *tokenizer, const char *text, size_t length, int context_length,
                                int32_t *ids, descry_error *err);

/* Appends what open_clip's decode returns for `count` ids, as UTF-8.  Ids outside the vocabulary, on which open_clip would
 * fail, are skipped. */
int descry_tokenizer_decode(const descry_tokenizer *tokenizer, const int32_t *ids, size_t count, descry_buf *out,
                            descry_error *err);

void descry_tokenizer_close(descry_tokenizer **tokenizer);

#endif
