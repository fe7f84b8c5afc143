/* SPDX-License-Identifier: Apache-2.0
 * State of a search, shared by term embedding (terms.c), smart albums (albums.c), full-text search (words.c), ranking (search.c) and results
 * (results.c). */
#ifndef DESCRY_SEARCH_SEARCH_H
#define DESCRY_SEARCH_SEARCH_H

#include "base/options.h"
#include "library/library.h"
#include "query/query.h"

/* What scores mean in this library. */
typedef struct descry_search_meaning {
    descry_calibration calibration; /* version 0: unknown */
    int known;                      /* 1: matches have a strength */
} descry_search_meaning;

typedef struct descry_search_job {
    descry_library *library;
    descry_store *store;
    descry_model *model; /* NULL until one is needed */
    descry_search_options how; /* k: offset included */
    descry_reading reading;
    descry_net_options net;
    const char *text;          /* the query, of a smart album its own; NULL for descry_search_vector */
    descry_query query;        /* parsed */
    const char *words;         /* of a search by words: the query without its filters, in the query's arena */
    descry_filter filter;      /* the options' and the query's, with paths as the library has them, in `arena` */
    descry_named_vector *vectors; /* [how.vector_count] */
    const float *given_vector; /* [given_dim]: of descry_search_vector, until it is copied */
    size_t given_dim;
    descry_search_meaning meaning;
    descry_recipe recipe;
    const char *recipe_digest, *recipe_name; /* of the recipe, if the caller gave no model */
    descry_arena arena;
    float *vector;                         /* [dim] of the query, of length 1 */
    float *shares;                         /* [terms, dim]: each term's part of it; NULL: without `explain` */
    float *avoid;                          /* [avoids, dim]: operands of NOT */
    float *avoid_above;                    /* [avoids] */
    int64_t named[DESCRY_QUERY_MAX_TERMS]; /* contents that the query names */
    size_t named_count;
    uint64_t (*ranks)[2]; /* [hits] of a hybrid search: rank by vectors, by words; 0: not among the first */
} descry_search_job;

/* The embedding of a term, for descry_query_evaluate; `arg` is the job.  Adds the contents of pictures to `named`. */
int descry_search_embed(void *arg, const descry_term *term, float *vector, descry_error *err);

enum { DESCRY_SEARCH_DEPTH = 1000 }; /* hits of each ranking that are merged */

/* Pictures with all words of job->words, best first; *hits to be freed with free. */
int descry_search_by_words(descry_search_job *job, descry_hit **hits, size_t *count, descry_error *err);

/* Sets *whole to a path of a query, with $HOME for a ~ before its first slash. */
int descry_search_expand(const char *path, descry_buf *whole, descry_error *err);

int descry_search_is_filters(const descry_search_job *job); /* the parsed query has filters and nothing else, or is blank */

/* A parsed query that is a smart album becomes that album's query, parsed by `parse`.  DESCRY_ERR_NOT_FOUND,
 * DESCRY_ERR_ARGUMENT: no such album; a smart one beside other things, or within another. */
int descry_search_album(descry_search_job *job, int (*parse)(descry_search_job *job, descry_error *err), descry_error *err);

int descry_search_check_hybrid(const descry_query *query, descry_error *err); /* DESCRY_ERR_ARGUMENT: it has NOT */

/* Merges the nearest DESCRY_SEARCH_DEPTH with the pictures that have any word of the query: sets *hits, at most how.k, to be
 * freed with free, and job->ranks. */
int descry_search_merge(descry_search_job *job, const descry_hit *near, size_t nears, descry_hit **hits, size_t *count,
                        descry_error *err);

/* Empty results, which own *job, for the caller to fill in. */
int descry_results_open(descry_results **results, descry_search_job **job, descry_error *err);

/* Passes the hits [count], which the results own from now on.  If the search has failed, rc is its error and is returned. */
int descry_results_fill(descry_results *results, descry_hit *hits, size_t count, int rc, descry_error *err);

#endif
