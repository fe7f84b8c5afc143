/* SPDX-License-Identifier: Apache-2.0
 * A search in progress: what its two halves share, the terms (search_terms.c) and the results (search.c). */
#ifndef DESCRY_SEARCH_H
#define DESCRY_SEARCH_H

#include "library.h"
#include "query/query.h"

typedef struct descry_search_job {
    descry_library *library;
    descry_store *store;
    descry_model *model; /* or NULL, as long as none is needed */
    const descry_search_options *options;
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
} descry_search_job;

/* The embedding of a term, for descry_query_evaluate; `arg` is the job.  Notes which pictures are named. */
int descry_search_embed(void *arg, const descry_term *term, float *vector, descry_error *err);

#endif
