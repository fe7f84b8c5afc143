/* SPDX-License-Identifier: Apache-2.0 */
#include "search/mapped.h"

#include "base/error.h"
#include "heads/head.h"

#include <stdlib.h>

enum { ROWS = 256 };

int descry_map_query(const descry_head *head, int text, float *vector, descry_error *err)
{
    return head ? descry_head_apply(head, text ? DESCRY_HEAD_TEXT : DESCRY_HEAD_IMAGE, vector, 1, 1, vector, err) : 0;
}

static int by_score(const void *a, const void *b)
{
    const descry_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Scores of a block of hits; what is gone meanwhile, or to be left out, scores below every threshold. */
static int score_block(descry_store *store, const descry_head *head, const descry_recipe *recipe,
                       const descry_nearest *query, descry_hit *hits, size_t n, float *rows, descry_error *err)
{
    size_t dim = (size_t)recipe->dim;
    int found[ROWS], rc = 0;
    for (size_t i = 0; i < n && !rc; i++) {
        float *row = rows + i * dim;
        rc = store->ops->vector(store, recipe, hits[i].content, row, &found[i], err);
        for (size_t j = 0; !rc && !found[i] && j < dim; j++)
            row[j] = 0;
    }
    if (rc)
        return rc;
    descry_unit_rows(rows, n, dim, NULL); /* f16 rounding leaves a length that is 1 only nearly */
    rc = descry_head_apply(head, DESCRY_HEAD_IMAGE, rows, n, 1, rows, err);
    for (size_t i = 0; i < n && !rc; i++) {
        hits[i].score = found[i] ? (float)descry_dot(rows + i * dim, query->vector, dim) : -3;
        for (size_t k = 0; k < query->avoids; k++)
            if (descry_dot(rows + i * dim, query->avoid + k * dim, dim) > (double)query->avoid_above[k])
                hits[i].score = -3;
    }
    return rc;
}

int descry_mapped_nearest(descry_library *library, const descry_head *head, const descry_recipe *recipe,
                          const descry_nearest *query, descry_hit **hits, size_t *count, descry_error *err)
{
    float *rows = descry_alloc(ROWS, (size_t)recipe->dim * sizeof *rows);
    int rc = rows ? descry_library_all(library, recipe, query, hits, count, err) : descry_fail_memory(err);
    size_t good = 0, n = rc ? 0 : *count;
    for (size_t i = 0; i < n && !rc; i += ROWS)
        rc = score_block(library->store, head, recipe, query, *hits + i, n - i < ROWS ? n - i : ROWS, rows, err);
    free(rows);
    if (rc)
        return rc;
    if (n > 0)
        qsort(*hits, n, sizeof **hits, by_score);
    while (good < n && good < query->k && (*hits)[good].score >= query->threshold && (*hits)[good].score > -3)
        good++;
    *count = good;
    return 0;
}
