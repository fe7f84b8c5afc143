/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/simat.h"

#include "base/error.h"
#include "eval/analogy.h"
#include "eval/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 3 };

typedef struct change {
    size_t picture;         /* the start, by dataset_id */
    size_t value, target;   /* words */
    size_t caption;         /* the wanted one: column of the Oscar matrix */
    double weight;          /* 1 / sqrt(norm2) */
    int field, test;
} change;

struct descry_simat {
    size_t pictures, captions;
    descry_array oscar;     /* [pictures, captions] */
    change *changes;
    size_t count;
    descry_arena arena;
    const char **words;     /* in order of first appearance */
    size_t word_count;
};

/* ---- reading --------------------------------------------------------------------------------------------------- */

typedef struct region {
    const char *id;
    size_t picture;
} region;

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const region *)a)->id, ((const region *)b)->id);
}

/* triplets.csv: which picture a region is.  Pictures are numbered 0 .. rows - 1 by dataset_id, each once. */
static int read_regions(const descry_table *t, region *regions, descry_error *err)
{
    size_t id, number;
    int rc = descry_table_column(t, "region_id", &id, err);
    if (!rc)
        rc = descry_table_column(t, "dataset_id", &number, err);
    uint8_t *seen = rc ? NULL : calloc(t->rows ? t->rows : 1, 1);
    if (!rc && !seen)
        rc = descry_fail_memory(err);
    for (size_t i = 0; i < t->rows && !rc; i++) {
        regions[i].id = descry_table_cell(t, i, id);
        rc = descry_table_index(t, i, number, t->rows, &regions[i].picture, err);
        if (!rc && seen[regions[i].picture]++)
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: dataset_id %zu appears twice", t->path, regions[i].picture);
    }
    free(seen);
    if (rc)
        return rc;
    qsort(regions, t->rows, sizeof *regions, compare_ids);
    for (size_t i = 1; i < t->rows; i++)
        if (strcmp(regions[i - 1].id, regions[i].id) == 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: region_id %s appears twice", t->path, regions[i].id);
    return 0;
}

/* The number of a word; there are a few hundred at most. */
static int word_index(descry_simat *s, const char *word, size_t *index, descry_error *err)
{
    for (*index = 0; *index < s->word_count; ++*index)
        if (strcmp(s->words[*index], word) == 0)
            return 0;
    const char **words = descry_realloc(s->words, s->word_count + 1, sizeof *words);
    if (!words)
        return descry_fail_memory(err);
    s->words = words;
    words[s->word_count] = descry_arena_strdup(&s->arena, word);
    return words[s->word_count++] ? 0 : descry_fail_memory(err);
}

enum { REGION, FIELD, VALUE, TARGET, CAPTION, NORM2, IS_TEST, COLUMNS };

static int find_columns(const descry_table *t, size_t columns[COLUMNS], descry_error *err)
{
    static const char *const names[] = {"region_id", "field", "value", "target", "target_ids", "norm2", "is_test"};
    int rc = 0;
    for (int i = 0; i < COLUMNS && !rc; i++)
        rc = descry_table_column(t, names[i], &columns[i], err);
    return rc;
}

/* A cell that is one of `count` words: *number is its index. */
static int parse_choice(const descry_table *t, size_t row, size_t column, const char *const *words, int count, int *number,
                        descry_error *err)
{
    const char *cell = descry_table_cell(t, row, column);
    for (*number = 0; *number < count; ++*number)
        if (strcmp(cell, words[*number]) == 0)
            return 0;
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: row %zu: \"%.40s\" is not %s", t->path, row + 2, cell,
                       count == 2 ? "True or False" : "subj, rel or obj");
}

static int read_change(descry_simat *s, const descry_table *t, size_t row, const size_t *columns, const region *regions,
                       change *out, descry_error *err)
{
    static const char *const fields[] = {"subj", "rel", "obj"}, *const truths[] = {"False", "True"};
    region key = {.id = descry_table_cell(t, row, columns[REGION])};
    const region *found = bsearch(&key, regions, s->pictures, sizeof *regions, compare_ids);
    double norm2 = 1;
    if (!found)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: row %zu: region %s is not in triplets.csv", t->path, row + 2,
                           key.id);
    out->picture = found->picture;
    int rc = parse_choice(t, row, columns[FIELD], fields, FIELDS, &out->field, err);
    if (!rc)
        rc = parse_choice(t, row, columns[IS_TEST], truths, 2, &out->test, err);
    if (!rc)
        rc = word_index(s, descry_table_cell(t, row, columns[VALUE]), &out->value, err);
    if (!rc)
        rc = word_index(s, descry_table_cell(t, row, columns[TARGET]), &out->target, err);
    if (!rc)
        rc = descry_table_index(t, row, columns[CAPTION], s->captions, &out->caption, err);
    if (!rc)
        rc = descry_table_positive(t, row, columns[NORM2], &norm2, err);
    out->weight = 1 / sqrt(norm2);
    return rc;
}

static int read_changes(descry_simat *s, const descry_table *t, const region *regions, descry_error *err)
{
    size_t columns[COLUMNS];
    int rc = find_columns(t, columns, err);
    if (!rc && !(s->changes = descry_alloc(t->rows ? t->rows : 1, sizeof *s->changes)))
        rc = descry_fail_memory(err);
    for (; s->count < t->rows && !rc; s->count++)
        rc = read_change(s, t, s->count, columns, regions, &s->changes[s->count], err);
    return rc;
}

/* DIR/name */
static const char *join_path(descry_buf *path, const char *folder, const char *name, descry_error *err, int *rc)
{
    path->size = 0;
    if (!*rc)
        *rc = descry_buf_printf(path, err, "%s/%s", folder, name);
    return path->data;
}

static int open_folder(descry_simat *s, const char *folder, descry_error *err)
{
    descry_buf path = {0};
    descry_table triplets = {0}, changes = {0};
    descry_lines captions = {0};
    region *regions = NULL;
    int rc = 0;
    const char *name = join_path(&path, folder, "triplets.csv", err, &rc);
    if (!rc)
        rc = descry_table_read(&triplets, name, err);
    if (!rc && !(regions = descry_alloc(triplets.rows ? triplets.rows : 1, sizeof *regions)))
        rc = descry_fail_memory(err);
    if (!rc)
        rc = read_regions(&triplets, regions, err);
    name = join_path(&path, folder, "captions.txt", err, &rc);
    if (!rc)
        rc = descry_lines_read(&captions, name, err);
    s->pictures = triplets.rows;
    s->captions = captions.count;
    name = join_path(&path, folder, "transfos.csv", err, &rc);
    if (!rc)
        rc = descry_table_read(&changes, name, err);
    if (!rc)
        rc = read_changes(s, &changes, regions, err);
    name = join_path(&path, folder, "oscar.npy", err, &rc);
    if (!rc)
        rc = descry_array_read(&s->oscar, name, err);
    if (!rc && (s->oscar.dims != 2 || s->oscar.shape[0] != s->pictures || s->oscar.shape[1] != s->captions))
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: not %zu pictures by %zu captions", name, s->pictures, s->captions);
    for (size_t i = 0; !rc && i < s->pictures * s->captions; i++)
        if (!isfinite(s->oscar.values[i]))
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: row %zu, counted from 0, is not finite", name, i / s->captions);
    descry_buf_free(&path);
    descry_table_free(&triplets);
    descry_table_free(&changes);
    descry_lines_free(&captions);
    free(regions);
    return rc;
}

int descry_simat_open(descry_simat **out, const char *folder, descry_error *err)
{
    *out = NULL;
    descry_simat *s = calloc(1, sizeof *s);
    int rc = s ? open_folder(s, folder, err) : descry_fail_memory(err);
    if (rc)
        descry_simat_close(&s);
    *out = s;
    return rc;
}

void descry_simat_close(descry_simat **simat)
{
    if (!simat || !*simat)
        return;
    descry_array_free(&(*simat)->oscar);
    descry_arena_free(&(*simat)->arena);
    free((*simat)->changes);
    free((*simat)->words);
    free(*simat);
    *simat = NULL;
}

size_t descry_simat_pictures(const descry_simat *s)
{
    return s->pictures;
}

size_t descry_simat_words(const descry_simat *s)
{
    return s->word_count;
}

const char *descry_simat_word(const descry_simat *s, size_t i)
{
    return i < s->word_count ? s->words[i] : NULL;
}

size_t descry_simat_rows(const descry_simat *s, int test)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        n += s->changes[i].test == !!test;
    return n;
}

/* ---- scoring --------------------------------------------------------------------------------------------------- */

static void score(const descry_simat *s, const size_t *rows, size_t n, const size_t *best, descry_simat_score *out)
{
    double right[FIELDS] = {0}, weight[FIELDS] = {0}, all_right = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        const change *c = &s->changes[rows[i]];
        size_t found = best[2 * i];
        int correct = found != SIZE_MAX && s->oscar.values[found * s->captions + c->caption] > 0.5f;
        right[c->field] += correct ? c->weight : 0;
        weight[c->field] += c->weight;
        all_right += correct ? c->weight : 0;
        all += c->weight;
    }
    out->score = all > 0 ? 100 * all_right / all : 0;
    for (int f = 0; f < FIELDS; f++)
        out->field[f] = weight[f] > 0 ? 100 * right[f] / weight[f] : 0;
}

int descry_simat_score_all(const descry_simat *s, const descry_engine *engine, const float *images, const float *words,
                           size_t dim, int test, const float *lambdas, size_t count, descry_simat_score *scores,
                           descry_error *err)
{
    size_t n = descry_simat_rows(s, test), at = 0, cells;
    if (__builtin_mul_overflow(2 * n, count, &cells))
        return descry_fail_memory(err);
    size_t *rows = descry_alloc(n ? n : 1, sizeof *rows), *start = descry_alloc(n ? n : 1, sizeof *start);
    size_t *best = descry_alloc(cells ? cells : 1, sizeof *best);
    float *changes = descry_alloc(n ? n : 1, dim * sizeof *changes);
    int rc = rows && start && best && changes ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < s->count && !rc; i++) {
        const change *c = &s->changes[i];
        if (c->test != !!test)
            continue;
        rows[at] = i;
        start[at] = c->picture;
        for (size_t j = 0; j < dim; j++)
            changes[at * dim + j] = words[c->target * dim + j] - words[c->value * dim + j];
        at++;
    }
    descry_analogy_set set = {images, s->pictures, dim, start, changes, n};
    if (!rc)
        rc = descry_analogy_run(engine, &set, lambdas, count, best, err);
    for (size_t i = 0; i < count && !rc; i++) {
        scores[i].lambda = lambdas[i];
        score(s, rows, n, best + i * n * 2, &scores[i]);
    }
    free(rows);
    free(start);
    free(best);
    free(changes);
    return rc;
}
