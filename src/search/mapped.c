/* SPDX-License-Identifier: Apache-2.0 */
#include "search/mapped.h"

#include "base/error.h"
#include "base/watch.h"
#include "heads/head.h"

#include <stdlib.h>

enum { ROWS = 256 };

int descry_map_query(const descry_head *head, int text, float *vector, descry_error *err)
{
    return head ? descry_head_apply(head, text ? DESCRY_HEAD_TEXT : DESCRY_HEAD_IMAGE, vector, 1, 1, vector, err) : 0;
}

static int compare_scores(const void *a, const void *b)
{
    const descry_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Scores a block of hits; excluded ones get -3, below every threshold. */
static int score_block(descry_store *store, const descry_head *head, const descry_recipe *recipe,
                       const descry_nearest *query, descry_hit *hits, size_t n, float *rows, descry_error *err)
{
    size_t dim = (size_t)recipe->dim;
    int64_t contents[ROWS];
    int found[ROWS];
    for (size_t i = 0; i < n; i++)
        contents[i] = hits[i].content;
    int rc = store->ops->vectors(store, recipe, contents, n, rows, found, err);
    if (rc)
        return rc;
    descry_unit_rows(rows, n, dim, NULL); /* after rounding to f16 the length is only nearly 1 */
    rc = descry_head_apply(head, DESCRY_HEAD_IMAGE, rows, n, 1, rows, err);
    for (size_t i = 0; i < n && !rc; i++) {
        hits[i].score = found[i] ? (float)descry_dot(rows + i * dim, query->vector, dim) : -3;
        for (size_t k = 0; k < query->avoids; k++)
            if (descry_dot(rows + i * dim, query->avoid + k * dim, dim) > (double)query->avoid_above[k])
                hits[i].score = -3;
    }
    return rc;
}

static int is_excluded(const descry_nearest *query, int64_t content)
{
    for (size_t i = 0; i < query->excludes; i++)
        if (query->exclude[i] == content)
            return 1;
    return 0;
}

/* Scores all items of the list that `query` does not exclude. */
static int score_list(descry_store *store, const descry_head *head, const descry_recipe *recipe,
                      const descry_nearest *query, const int *cancel, descry_list *list, size_t *count,
                      descry_error *err)
{
    size_t n = 0;
    float *rows = descry_alloc(ROWS, (size_t)recipe->dim * sizeof *rows);
    int rc = rows ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < list->count; i++)
        if (!is_excluded(query, list->items[i].content))
            list->items[n++] = list->items[i];
    for (size_t i = 0; i < n && !rc && !(rc = descry_watch_cancelled(cancel, err)); i += ROWS)
        rc = score_block(store, head, recipe, query, list->items + i, n - i < ROWS ? n - i : ROWS, rows, err);
    free(rows);
    *count = n;
    return rc;
}

int descry_mapped_nearest(descry_store *store, const descry_head *head, const descry_recipe *recipe,
                          const descry_nearest *query, const int *cancel, descry_hit **hits, size_t *count,
                          descry_error *err)
{
    descry_list list = {.filter = query->filter, .recipe = recipe->id};
    size_t matches = 0, n = 0;
    int rc = store->ops->list(store, &list, err);
    if (!rc)
        rc = score_list(store, head, recipe, query, cancel, &list, &n, err);
    if (!rc) {
        *hits = list.items;
        list.items = NULL;
    }
    store->ops->unlist(store, &list);
    if (rc)
        return rc;
    if (n > 0)
        qsort(*hits, n, sizeof **hits, compare_scores);
    while (matches < n && matches < query->k && (*hits)[matches].score >= query->threshold && (*hits)[matches].score > -3)
        matches++;
    *count = matches;
    return 0;
}
