/* SPDX-License-Identifier: Apache-2.0
 * Byte pair encoding of one piece: the symbols as a linked list, and the pairs that can merge in a heap by rank, then
 * place: what the reference does by searching the whole piece for its lowest pair, without its quadratic time. */
#ifndef DESCRY_TEXT_MERGING_H
#define DESCRY_TEXT_MERGING_H

#include "base/memory.h"

#include <stdint.h>

typedef struct descry_symbol {
    uint32_t id;
    int32_t previous, next; /* -1: none */
    uint32_t version;       /* grows when the symbol changes: pairs in the heap may be stale */
} descry_symbol;

typedef struct descry_merging {
    int (*rank)(const void *table, uint32_t left, uint32_t right, uint32_t *merged); /* -1: the two do not merge */
    const void *table;
    descry_symbol *symbols; /* after a run a list that begins at 0 */
    struct descry_mergeable *heap;
    size_t count, pairs, capacity;
} descry_merging;

int descry_merging_begin(descry_merging *m, size_t most, descry_error *err); /* a new piece, of so many symbols at most */
void descry_merging_put(descry_merging *m, uint32_t id);
void descry_merging_run(descry_merging *m);
void descry_merging_free(descry_merging *m);

#endif
