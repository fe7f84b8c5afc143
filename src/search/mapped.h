/* SPDX-License-Identifier: Apache-2.0
 * Searching with a learned head: the vectors of a library are stored without it and mapped when they are compared. */
#ifndef DESCRY_SEARCH_MAPPED_H
#define DESCRY_SEARCH_MAPPED_H

#include "library/library.h"

int descry_mapped(const descry_model *model); /* 1: there is a model, with a head */

/* The vector of a query, of a picture or (`text` 1) of a text, through the model's head; no model or head: as it is. */
int descry_map_query(const descry_model *model, int text, float *vector, descry_error *err);

/* What the store's `nearest` gives, with every stored vector mapped by the model's head.  Reads each of them. */
int descry_mapped_nearest(descry_library *library, const descry_model *model, const descry_recipe *recipe,
                          const descry_nearest *query, descry_hit **hits, size_t *count, descry_error *err);

#endif
