/* SPDX-License-Identifier: Apache-2.0
 * Inside the query language: its filters. */
#ifndef DESCRY_QUERY_FILTERS_H
#define DESCRY_QUERY_FILTERS_H

#include "query/lexer.h"

/* Reads the lexer's current token, a filter, into query->only. */
int descry_query_add_filter(descry_query *query, const descry_lexer *lexer, descry_error *err);

#endif
