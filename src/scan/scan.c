/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

enum { BLOCK = 256 };

/* ---- the best k ------------------------------------------------------------------------------------------------ */

static int worse(descry_scored a, descry_scored b)
{
    return a.score < b.score || (a.score == b.score && a.id > b.id);
}

static void sink(descry_scored *heap, size_t count, size_t at)
{
    descry_scored item = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && worse(heap[child + 1], heap[child]))
            child++;
        if (!worse(heap[child], item))
            break;
        heap[at] = heap[child];
    }
    heap[at] = item;
}

int descry_top_add(descry_top *top, float score, int64_t id, descry_error *err)
{
    descry_scored item = {score, id};
    if (top->count == top->k) {
        if (top->k > 0 && worse(top->items[0], item)) {
            top->items[0] = item;
            sink(top->items, top->count, 0);
        }
        return 0;
    }
    if (top->count == top->capacity) { /* k may be far more than there is to find */
        size_t capacity = top->capacity ? 2 * top->capacity : 16;
        descry_scored *items = descry_realloc(top->items, capacity, sizeof *items);
        if (!items)
            return descry_fail_memory(err);
        top->items = items;
        top->capacity = capacity;
    }
    size_t at = top->count++;
    for (size_t parent; at > 0 && worse(item, top->items[parent = (at - 1) / 2]); at = parent)
        top->items[at] = top->items[parent];
    top->items[at] = item;
    return 0;
}

static int best_first(const void *a, const void *b)
{
    return worse(*(const descry_scored *)a, *(const descry_scored *)b) ? 1 : -1;
}

void descry_top_finish(descry_top *top)
{
    if (top->count > 1)
        qsort(top->items, top->count, sizeof *top->items, best_first);
}

void descry_top_free(descry_top *top)
{
    free(top->items);
    *top = (descry_top){0};
}

/* ---- a block --------------------------------------------------------------------------------------------------- */

static int is_avoided(const descry_scan_query *query, const void *row)
{
    for (size_t i = 0; i < query->avoids; i++) {
        float score;
        query->kernels->dot[query->codec->dot](row, 1, query->dim, query->avoid + i * query->dim, &score);
        if (score > query->avoid_above[i])
            return 1;
    }
    return 0;
}

int descry_scan_block(const descry_scan_query *query, const int64_t *ids, const void *rows, size_t n, descry_top *top,
                      descry_error *err)
{
    float scores[BLOCK];
    const size_t size = query->codec->size(query->dim);
    for (size_t begin = 0; begin < n; begin += BLOCK) {
        size_t count = n - begin < BLOCK ? n - begin : BLOCK;
        const char *block = (const char *)rows + begin * size;
        query->kernels->dot[query->codec->dot](block, count, query->dim, query->vector, scores);
        for (size_t i = 0; i < count; i++) {
            int64_t id = ids[begin + i];
            if (!(scores[i] >= query->threshold))
                continue;
            if (top->count == top->k && (top->k == 0 || !worse(top->items[0], (descry_scored){scores[i], id})))
                continue;
            if (query->accept && !query->accept(query->arg, id))
                continue;
            if (query->avoids > 0 && is_avoided(query, block + i * size))
                continue;
            int rc = descry_top_add(top, scores[i], id, err);
            if (rc)
                return rc;
        }
    }
    return 0;
}
