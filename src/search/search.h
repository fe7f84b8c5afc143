/* SPDX-License-Identifier: Apache-2.0
 * A search in progress: what its parts share: the terms (terms.c), words (words.c), which are found (search.c) and the
 * results (results.c). */
#ifndef DESCRY_SEARCH_SEARCH_H
#define DESCRY_SEARCH_SEARCH_H

#include "base/options.h"
#include "library/library.h"
#include "query/query.h"

/* What scores mean. */
typedef struct descry_search_meaning {
    descry_calibration calibration; /* version 0: unknown */
    int known;                      /* 1: matches have a strength */
} descry_search_meaning;

typedef struct descry_search_job {
    descry_library *library;
    descry_store *store;
    descry_model *model; /* or NULL, as long as none is needed */
    descry_search_options how; /* k: matches in all, those before the offset included */
    descry_reading reading;
    descry_net_options net;
    const char *text;          /* the query, and what is made of it */
    descry_query query;
    const float *given;        /* or a vector [given_dim], while it is searched for */
    size_t given_dim;
    descry_search_meaning of;
    descry_recipe recipe;
    const char *recipe_digest, *recipe_name; /* of the recipe when no model was given */
    descry_arena arena;
    float *vector;                         /* [dim] of what is looked for, of length 1 */
    float *shares;                         /* [terms, dim], NULL: not to be explained */
    float *avoid;                          /* [avoids, dim] */
    float *avoid_above;                    /* [avoids] */
    int64_t named[DESCRY_QUERY_MAX_TERMS]; /* contents that the query names */
    size_t named_count;
    uint64_t (*ranks)[2]; /* of a hybrid search, [hits]: among vectors, among words; 0: not among the first */
} descry_search_job;

/* The embedding of a term, for descry_query_evaluate; `arg` is the job.  Notes which pictures are named. */
int descry_search_embed(void *arg, const descry_term *term, float *vector, descry_error *err);

enum { DESCRY_SEARCH_DEPTH = 1000 }; /* so many of each ranking are merged */

/* What has all the words of `text`, best first; *hits to be freed with free. */
int descry_search_by_words(descry_search_job *job, const char *text, descry_hit **hits, size_t *count,
                           descry_error *err);

int descry_search_check_hybrid(const descry_query *query, descry_error *err); /* whether it can be searched for so */

/* Merges the nearest, DESCRY_SEARCH_DEPTH of them, with what has any of the words of the query: *hits, at most
 * how.k, to be freed with free, and job->ranks. */
int descry_search_merge(descry_search_job *job, const descry_hit *near, size_t nears, descry_hit **hits, size_t *count,
                        descry_error *err);

/* Results without any yet; *job, which is theirs, is to be filled. */
int descry_results_open(descry_results **results, descry_search_job **job, descry_error *err);

/* Takes the hits [count], which become theirs, unless the search has failed: rc, which is returned then. */
int descry_results_fill(descry_results *results, descry_hit *hits, size_t count, int rc, descry_error *err);

#endif
