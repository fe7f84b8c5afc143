/* SPDX-License-Identifier: Apache-2.0
 * Nearest vectors by exact comparison: scores of rows against an f32 query, and the best k of them.
 *
 * Hits are in a total order (score descending, then id ascending) and each row is scored by itself, so results do not
 * depend on how rows are split over blocks and threads. */
#ifndef DESCRY_SCAN_SCAN_H
#define DESCRY_SCAN_SCAN_H

#include "scan/codec.h"

typedef struct descry_scored {
    float score;
    int64_t id;
} descry_scored;

/* The best k seen so far.  All zero but `k` is empty. */
typedef struct descry_top {
    descry_scored *items; /* a heap, the worst first, until descry_top_finish */
    size_t count, capacity, k;
} descry_top;

int descry_top_add(descry_top *top, float score, int64_t id, descry_error *err);
void descry_top_finish(descry_top *top); /* best first */
void descry_top_free(descry_top *top);

typedef struct descry_scan_query {
    const float *vector; /* [dim] */
    size_t dim, k;
    float threshold;     /* scores below it, and scores that are not numbers, are dropped */
    const descry_row_codec *codec;
    const descry_kernels *kernels;
    int (*accept)(const void *arg, int64_t id); /* NULL: every row; called from several threads */
    const void *arg;
    const float *avoid;       /* [avoids, dim]: a row whose score with avoid i exceeds avoid_above[i] is dropped */
    const float *avoid_above; /* [avoids] */
    size_t avoids;
} descry_scan_query;

/* Adds the n rows of a block, as the query's codec wrote them, one after the other. */
int descry_scan_block(const descry_scan_query *query, const int64_t *ids, const void *rows, size_t n,
                      descry_top *top, descry_error *err);

#endif
