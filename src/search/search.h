/* SPDX-License-Identifier: Apache-2.0
 * A search in progress: what its parts share, the terms (terms.c), words (words.c) and the results (search.c). */
#ifndef DESCRY_SEARCH_SEARCH_H
#define DESCRY_SEARCH_SEARCH_H

#include "base/options.h"
#include "library/library.h"
#include "query/query.h"

typedef struct descry_search_job {
    descry_library *library;
    descry_store *store;
    descry_model *model; /* or NULL, as long as none is needed */
    const descry_search_options *options;
    descry_reading reading;
    descry_net_options net;
    descry_recipe recipe;
    const char *recipe_digest, *recipe_name; /* of the recipe when no model was given */
    descry_arena arena;
    descry_query query;
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
 * options->k, to be freed with free, and job->ranks. */
int descry_search_merge(descry_search_job *job, const descry_hit *near, size_t nears, descry_hit **hits, size_t *count,
                        descry_error *err);

#endif
