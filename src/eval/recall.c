/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/recall.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

enum { ROWS = 64 };

/* A block of queries against all answers. */
typedef struct block {
    const float *scores;    /* [rows, answers] */
    size_t answers, first;
    const size_t *owner;    /* of texts */
    int text_queries;       /* queries are texts, answers pictures; else the other way */
    size_t *ranks;          /* [queries] */
} block;

static int is_right(const block *b, size_t query, size_t answer)
{
    return b->text_queries ? b->owner[query] == answer : b->owner[answer] == query;
}

static void rank(void *arg, size_t row, unsigned worker)
{
    (void)worker;
    const block *b = arg;
    const float *scores = b->scores + row * b->answers;
    size_t right = SIZE_MAX, before = 0;
    for (size_t j = 0; j < b->answers; j++)
        if (is_right(b, b->first + row, j) && (right == SIZE_MAX || scores[j] > scores[right]))
            right = j;
    for (size_t j = 0; j < b->answers && right != SIZE_MAX; j++)
        before += scores[j] > scores[right] || (scores[j] == scores[right] && j < right);
    b->ranks[b->first + row] = right == SIZE_MAX ? SIZE_MAX : before + 1;
}

static int compare_ranks(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

/* One direction.  Queries that have no right answer (a picture without a caption) are left out. */
static int measure(const descry_engine *engine, const float *queries, size_t n, const float *answers, size_t m,
                   size_t dim, const size_t *owner, int text_queries, double recall[3], double *median, descry_error *err)
{
    static const size_t at[] = {1, 5, 10};
    descry_linear right;
    float *scores = descry_alloc(ROWS, m * sizeof *scores);
    size_t *ranks = descry_alloc(n, sizeof *ranks), known = 0;
    int rc = descry_linear_open(engine, &right, answers, m, dim, dim, 1, NULL, err);
    if (!rc && (!scores || !ranks))
        rc = descry_fail_memory(err);
    for (size_t i = 0; i < n && !rc; i += ROWS) {
        size_t rows = n - i < ROWS ? n - i : ROWS;
        block b = {scores, m, i, owner, text_queries, ranks};
        descry_multiply(engine, &right, queries + i * dim, rows, scores);
        descry_pool_run(engine->pool, rows, rank, &b);
    }
    if (!rc) {
        qsort(ranks, n, sizeof *ranks, compare_ranks);
        while (known < n && ranks[known] != SIZE_MAX)
            known++;
        for (int k = 0; k < 3; k++) {
            size_t good = 0;
            while (good < known && ranks[good] <= at[k])
                good++;
            recall[k] = known ? (double)good / (double)known : 0;
        }
        *median = known ? ((double)ranks[(known - 1) / 2] + (double)ranks[known / 2]) / 2 : 0;
    }
    descry_linear_close(&right);
    free(scores);
    free(ranks);
    return rc;
}

int descry_recall_measure(const descry_engine *engine, const float *images, size_t pictures, const float *texts,
                          const size_t *owner, size_t count, size_t dim, descry_recall *recall, descry_error *err)
{
    *recall = (descry_recall){0};
    if (pictures == 0 || count == 0)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "no pictures with captions");
    for (size_t i = 0; i < count; i++)
        if (owner[i] >= pictures)
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "caption %zu belongs to no picture", i);
    int rc = measure(engine, texts, count, images, pictures, dim, owner, 1, recall->text_to_image,
                     &recall->median_rank[0], err);
    if (!rc)
        rc = measure(engine, images, pictures, texts, count, dim, owner, 0, recall->image_to_text,
                     &recall->median_rank[1], err);
    return rc;
}
