/* SPDX-License-Identifier: Apache-2.0
 * The query language of docs/query.md: text -> filters, and terms with weights -> a vector of length 1.
 *
 * Parsing is independent of models: terms are embedded by a callback.  Brackets and weights are multiplied out while parsing,
 * since any query is a weighted sum of terms:
 *
 *     query      = normalise(sum of weight * normalise(term))
 *     exclusion  = the same for what follows a NOT */
#ifndef DESCRY_QUERY_QUERY_H
#define DESCRY_QUERY_QUERY_H

#include "base/memory.h"
#include "descry.h"

#include <stdint.h>

enum {
    DESCRY_QUERY_MAX_SIZE = 1 << 16, /* bytes */
    DESCRY_QUERY_MAX_TERMS = 64,
    DESCRY_QUERY_MAX_DEPTH = 32,   /* brackets within brackets */
    DESCRY_QUERY_MAX_WEIGHT = 1000 /* absolute, as written */
};

typedef enum descry_term_kind {
    DESCRY_TERM_TEXT,
    DESCRY_TERM_FILE, /* a path that begins with ./ ../ / or ~/ */
    DESCRY_TERM_URL,  /* http:// or https:// */
    DESCRY_TERM_ID,   /* #17, #17[left,top,right,bottom] */
    DESCRY_TERM_VECTOR /* what was a text and is a name that the caller gave to a vector: never made by parsing */
} descry_term_kind;

typedef struct descry_term {
    descry_term_kind kind;
    double weight;
    char *text;        /* without quotes; a file: URL as its path */
    int64_t id;        /* of DESCRY_TERM_ID; of DESCRY_TERM_VECTOR which one */
    size_t begin, end; /* bytes of the query as written */
    size_t cut_begin, cut_end; /* the query without these bytes is the same without this term; equal: there is no such part */
    int split;         /* a filter stands within these bytes, which is no part of the text */
    descry_region part; /* of DESCRY_TERM_ID; all 0: the whole picture */
} descry_term;

/* Terms [begin, end) of a query. */
typedef struct descry_terms {
    size_t begin, end;
} descry_terms;

typedef enum descry_query_key {
    DESCRY_KEY_DATE,
    DESCRY_KEY_CAMERA,
    DESCRY_KEY_NEAR,
    DESCRY_KEY_IN,
    DESCRY_KEY_HAS,
    DESCRY_KEY_ALBUM,
    DESCRY_QUERY_KEYS
} descry_query_key;

/* A filter as written. */
typedef struct descry_query_given {
    size_t begin, end; /* bytes of the query */
    const char *value; /* without quotes; NULL: there is none */
} descry_query_given;

typedef struct descry_query {
    descry_term *terms; /* in the order of the text */
    size_t count, capacity;
    descry_terms sum;    /* the query without its exclusions; empty: of filters alone, or blank */
    descry_terms *avoid; /* one for each NOT */
    size_t avoids;
    descry_filter only;  /* what its filters say, but in: */
    const char *folder;  /* in: as written */
    descry_query_given given[DESCRY_QUERY_KEYS];
    descry_arena arena;
} descry_query;

/* Parses a query.  DESCRY_ERR_ARGUMENT: a syntax error, DESCRY_ERR_LIMIT: too long, too deep, too many terms; *position (may
 * be NULL) is then the byte of the error, and the message has it in characters from 1.  Time and memory
 * are linear in the length.  *query (all zero before) is to be freed in any case. */
int descry_query_parse(descry_query *query, const char *text, size_t *position, descry_error *err);
/* The same for words to look for, a query without a grammar: only filters are read.  *rest, in the query's arena: the text with
 * blanks in their place. */
int descry_query_parse_words(descry_query *query, const char *text, const char **rest, size_t *position, descry_error *err);
void descry_query_free(descry_query *query);

int descry_query_has_filters(const descry_query *query);
int descry_query_has_other_filters(const descry_query *query, descry_query_key key); /* than one of this key */

/* Reports an error at the query's filter of this key, as parsing does. */
int descry_query_fail_at_filter(const descry_query *query, const char *text, descry_query_key key, int code, descry_error *err,
                                const char *message);
const char *descry_query_key_name(descry_query_key key);

/* Adds the query's filters to *filter, the options', which then points into the query.  DESCRY_ERR_ARGUMENT: both say the same
 * thing; *position as above. */
int descry_query_narrow(const descry_query *query, const char *text, descry_filter *filter, size_t *position,
                        descry_error *err);

/* Computes the embedding [dim] of a term; its norm may be anything but 0. */
typedef int (*descry_query_embed)(void *arg, const descry_term *term, float *vector, descry_error *err);

/* vector [dim] of length 1 for the terms of `part`; shares float [count of terms, dim], may be NULL: the summand of
 * each term, so that their sum is `vector`.  DESCRY_ERR_ARGUMENT when the terms cancel each other out;
 * DESCRY_ERR_NUMERIC when an embedding is zero or not finite. */
int descry_query_evaluate(const descry_query *query, descry_terms part, size_t dim, descry_query_embed embed, void *arg,
                          float *vector, float *shares, descry_error *err);

#endif
