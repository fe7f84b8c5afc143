/* SPDX-License-Identifier: Apache-2.0
 * x + lambda * change -> the nearest pictures, for many lambdas at once. */
#ifndef DESCRY_EVAL_ANALOGY_H
#define DESCRY_EVAL_ANALOGY_H

#include "kern/linear.h"

typedef struct descry_analogy_set {
    const float *images;   /* [pictures, dim] */
    size_t pictures, dim;
    const size_t *start;   /* [n]: indices of pictures */
    const float *changes;  /* [n, dim] */
    size_t n;
} descry_analogy_set;

/* best [count, n, 2]: the two pictures with the highest (images[start] + lambda * change) . picture, the start left out;
 * equal ones in order of index; SIZE_MAX where there is none. */
int descry_analogy_run(const descry_engine *engine, const descry_analogy_set *set, const float *lambdas, size_t count,
                       size_t *best, descry_error *err);

#endif
