/* SPDX-License-Identifier: Apache-2.0
 * Tokens that are found in texts by their spelling, before anything else is: tokenizer.json's "added_tokens". */
#ifndef DESCRY_TEXT_ADDED_H
#define DESCRY_TEXT_ADDED_H

#include "text/normalizer.h"
#include "text/vocabulary.h"

typedef struct descry_added_token {
    descry_text spelling; /* normalised, if it is looked for in normalised texts */
    int32_t id;
    bool single_word, left, right, normalized, special; /* left, right: takes the spaces there, too */
} descry_added_token;

typedef struct descry_added {
    descry_added_token *tokens; /* [count], the longest first */
    size_t count;
    bool begins[2][128];        /* by whether it is normalised: whether one begins so, modulo 128 */
    descry_vocabulary names;
} descry_added;

int descry_added_read(descry_added *added, const json_t *list, const descry_normalizer *normalizer, const char *name, descry_error *err);
void descry_added_free(descry_added *added);

/* Cuts a text: `each` is called for what is between such tokens, with NULL, and for each of them. */
int descry_added_find(const descry_added *added, bool normalized, const uint32_t *in, size_t n,
                      int (*each)(void *arg, const descry_added_token *token, size_t begin, size_t end), void *arg);

#endif
