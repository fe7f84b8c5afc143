/* SPDX-License-Identifier: Apache-2.0
 * Search with a learned head: stored vectors are without it, and are mapped during the search. */
#ifndef DESCRY_SEARCH_MAPPED_H
#define DESCRY_SEARCH_MAPPED_H

#include "library/library.h"

/* Applies the head to the vector of a picture or (`text` 1) of a text; head NULL: no change. */
int descry_map_query(const descry_head *head, int text, float *vector, descry_error *err);

/* As the store's `nearest`, with the head applied to every stored vector, all of which are read.  Stops when *cancel (may be
 * NULL) is not 0. */
int descry_mapped_nearest(descry_store *store, const descry_head *head, const descry_recipe *recipe,
                          const descry_nearest *query, const int *cancel, descry_hit **hits, size_t *count,
                          descry_error *err);

#endif
