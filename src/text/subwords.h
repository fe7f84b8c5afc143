/* SPDX-License-Identifier: Apache-2.0
 * From pieces of a text to ids by a learned vocabulary: what tokenizer.json calls its model. */
#ifndef DESCRY_TEXT_SUBWORDS_H
#define DESCRY_TEXT_SUBWORDS_H

#include "text/vocabulary.h"

#include <jansson.h>

typedef struct descry_ids {
    int32_t *data;
    size_t size, capacity;
} descry_ids;

int descry_ids_put(descry_ids *ids, int32_t id, descry_error *err);
void descry_ids_free(descry_ids *ids);

/* Any number of threads may use one.  A kind's own struct begins with this. */
typedef struct descry_subwords descry_subwords;
struct descry_subwords {
    /* Appends the ids of a piece, UTF-8 [size > 0]. */
    int (*encode)(const descry_subwords *subwords, const char *piece, size_t size, descry_ids *ids, descry_error *err);
    void (*close)(descry_subwords *subwords); /* releases it, too */
    descry_vocabulary vocabulary;
    int32_t unknown;       /* -1: there is none */
    const char *continues; /* begins tokens that go on with a word, "##"; NULL: spaces begin words */
};

/* From the object "model" of the file `name`, by its "type". */
int descry_subwords_read(descry_subwords **subwords, const json_t *model, const char *name, descry_error *err);
void descry_subwords_close(descry_subwords **subwords);

/* The kinds, each from its object. */
int descry_unigram_read(descry_subwords **subwords, const json_t *model, const char *name, descry_error *err);
int descry_bpe_read(descry_subwords **subwords, const json_t *model, const char *name, descry_error *err);
int descry_wordpiece_read(descry_subwords **subwords, const json_t *model, const char *name, descry_error *err);

/* What they share: a vocabulary {"token": id, ...}. */
int descry_subwords_vocabulary(descry_subwords *subwords, const json_t *vocabulary, const char *name, descry_error *err);

/* The id that the string at `key` spells; -1: null or absent. */
int descry_subwords_token(const descry_subwords *subwords, const json_t *model, const char *key, int32_t *id, const char *name,
                          descry_error *err);

#endif
