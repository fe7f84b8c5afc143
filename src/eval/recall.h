/* SPDX-License-Identifier: Apache-2.0
 * Retrieval: does the right one come first, in both directions? */
#ifndef DESCRY_EVAL_RECALL_H
#define DESCRY_EVAL_RECALL_H

#include "descry_dev.h"
#include "kern/linear.h"

/* The rank of the best right answer, from 1: scores equal to its own rank before it when their index is lower.  A query
 * counts for recall@k when that rank is at most k. */
int descry_recall_measure(const descry_engine *engine, const float *images, size_t pictures, const float *texts,
                          const size_t *owner, size_t count, size_t dim, descry_recall *recall, descry_error *err);

#endif
