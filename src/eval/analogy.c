/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/analogy.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 64 };

/* A block of rows.  Products with the start and with the change are computed once: the score is linear in lambda. */
typedef struct block {
    const descry_analogy_set *set;
    const float *lambdas;
    size_t count, first;
    const float *from, *along; /* [ROWS, pictures] */
    size_t *best;
} block;

static void find_best(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    const block *b = arg;
    size_t row = index / b->count, lambda_index = index % b->count, n = b->set->pictures, query = b->first + row;
    const float *from = b->from + row * n, *along = b->along + row * n;
    size_t start = b->set->start[query], *best = b->best + (lambda_index * b->set->n + query) * 2;
    float top[2] = {0, 0}, lambda = b->lambdas[lambda_index];
    best[0] = best[1] = SIZE_MAX;
    for (size_t j = 0; j < n; j++) {
        float score = from[j] + lambda * along[j];
        if (j == start || (best[1] != SIZE_MAX && !(score > top[1])))
            continue;
        int first = best[0] == SIZE_MAX || score > top[0];
        if (first) {
            best[1] = best[0];
            top[1] = top[0];
        }
        best[!first] = j;
        top[!first] = score;
    }
}

int descry_analogy_run(const descry_engine *engine, const descry_analogy_set *set, const float *lambdas, size_t count,
                       size_t *best, descry_error *err)
{
    size_t dim = set->dim;
    descry_linear pictures;
    int rc = descry_linear_open(engine, &pictures, set->images, set->pictures, dim, dim, 1, NULL, err);
    if (rc)
        return rc;
    float *rows = descry_alloc(ROWS, dim * sizeof *rows);
    float *from = descry_alloc(ROWS, set->pictures * sizeof *from);
    float *along = descry_alloc(ROWS, set->pictures * sizeof *along);
    if (!rows || !from || !along)
        rc = descry_fail_memory(err);
    for (size_t i = 0; i < set->n && !rc; i += ROWS) {
        size_t n = set->n - i < ROWS ? set->n - i : ROWS;
        for (size_t j = 0; j < n; j++)
            memcpy(rows + j * dim, set->images + set->start[i + j] * dim, dim * sizeof *rows);
        descry_multiply(engine, &pictures, rows, n, from);
        descry_multiply(engine, &pictures, set->changes + i * dim, n, along);
        block b = {set, lambdas, count, i, from, along, best};
        descry_pool_run(engine->pool, n * count, find_best, &b);
    }
    free(rows);
    free(from);
    free(along);
    descry_linear_close(&pictures);
    return rc;
}
