/* SPDX-License-Identifier: Apache-2.0
 * Searching with a learned head: the vectors of a library are stored without it and mapped when they are compared. */
#ifndef DESCRY_SEARCH_MAPPED_H
#define DESCRY_SEARCH_MAPPED_H

#include "library/library.h"

/* The vector of a query, of a picture or (`text` 1) of a text, through the head; NULL: as it is. */
int descry_map_query(const descry_head *head, int text, float *vector, descry_error *err);

/* What the store's `nearest` gives, with every stored vector mapped by the head.  Reads each of them, until *cancel (may be
 * NULL) is not 0. */
int descry_mapped_nearest(descry_store *store, const descry_head *head, const descry_recipe *recipe,
                          const descry_nearest *query, const int *cancel, descry_hit **hits, size_t *count,
                          descry_error *err);

#endif
