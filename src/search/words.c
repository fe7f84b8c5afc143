/* SPDX-License-Identifier: Apache-2.0
 * Full-text search, and hybrid search by words and vectors. */
#include "search/search.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

enum {
    MAX_WORDS = 64,
    DEPTH = DESCRY_SEARCH_DEPTH,
    RRF_K = 60 /* k of reciprocal rank fusion: Cormack, Clarke, Buettcher, SIGIR 2009 */
};

/* ---- words ----------------------------------------------------------------------------------------------------- */

typedef struct words {
    const char *items[MAX_WORDS];
    size_t count;
} words;

/* Decodes the character at NUL-terminated `text`; returns its size in bytes. */
static size_t next_char(const char *text, ucs4_t *c)
{
    int size = u8_mbtouc(c, (const uint8_t *)text, strnlen(text, 4));
    return size > 0 ? (size_t)size : 1;
}

/* Whether a word has a letter or digit: others are not in the index. */
static int is_searchable(const char *word)
{
    for (ucs4_t c; *word;) {
        word += next_char(word, &c);
        if (c != 0xFFFD && uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N))
            return 1;
    }
    return 0;
}

/* Splits a text at white space; the words are allocated in the arena. */
static int split_words(words *to, const char *text, descry_arena *arena, descry_error *err)
{
    char *copy = descry_arena_strdup(arena, text);
    if (!copy)
        return descry_fail_memory(err);
    while (*copy) {
        char *word = copy;
        size_t size = 0;
        ucs4_t c;
        while (*copy && (size = next_char(copy, &c), !uc_is_property_white_space(c))) /* U+3000, too */
            copy += size;
        if (*copy) {
            *copy = 0;
            copy += size;
        }
        if (!is_searchable(word))
            continue;
        if (to->count == MAX_WORDS)
            return descry_fail(err, DESCRY_ERR_LIMIT, "more than %d words to look for", MAX_WORDS);
        to->items[to->count++] = word;
    }
    return 0;
}

/* Names of vectors are no words. */
static void leave_vectors(const descry_search_job *job, words *terms)
{
    size_t kept = 0;
    for (size_t i = 0; i < terms->count; i++) {
        size_t j = 0;
        while (j < job->how.vector_count && strcmp(job->vectors[j].name, terms->items[i]) != 0)
            j++;
        if (j == job->how.vector_count)
            terms->items[kept++] = terms->items[i];
    }
    terms->count = kept;
}

static int check_words(const words *terms, descry_error *err)
{
    return terms->count > 0 ? 0
                         : descry_fail(err, DESCRY_ERR_ARGUMENT,
                                       "no word to look for: one with a letter or a digit in it is needed");
}

/* NOT is an operator in other rankings: it is refused rather than searched for. */
static int refuse_not(const words *terms, descry_error *err)
{
    for (size_t i = 0; i < terms->count; i++)
        if (strcmp(terms->items[i], "NOT") == 0)
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "NOT is for searches by vectors alone; the word is \"not\"");
    return 0;
}

static int search_words(descry_search_job *job, const words *terms, int any, size_t k, descry_hit **hits, size_t *count,
               descry_error *err)
{
    descry_words query = {terms->items, terms->count, any, k, &job->filter};
    return job->store->ops->words(job->store, &query, hits, count, err);
}

int descry_search_by_words(descry_search_job *job, descry_hit **hits, size_t *count, descry_error *err)
{
    words terms = {.count = 0};
    int rc = split_words(&terms, job->words, &job->arena, err);
    leave_vectors(job, &terms);
    if (!rc)
        rc = refuse_not(&terms, err);
    if (!rc)
        rc = check_words(&terms, err);
    return rc ? rc : search_words(job, &terms, 0, job->how.k, hits, count, err);
}

/* ---- hybrid ---------------------------------------------------------------------------------------------------- */

int descry_search_check_hybrid(const descry_query *query, descry_error *err)
{
    return query->avoids == 0 ? 0
                              : descry_fail(err, DESCRY_ERR_ARGUMENT,
                                            "NOT and a hybrid search do not go together: words leave out nothing");
}

/* A hit of the merged ranking. */
typedef struct merged {
    descry_hit hit;
    uint64_t ranks[2]; /* by vectors, by words; 0: not in that ranking */
    double score;
} merged;

static int compare_scores(const void *a, const void *b)
{
    const merged *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->hit.id > y->hit.id) - (x->hit.id < y->hit.id);
}

static int is_named(const descry_search_job *job, int64_t content)
{
    for (size_t i = 0; i < job->named_count; i++)
        if (job->named[i] == content)
            return 1;
    return 0;
}

/* Adds the first DEPTH hits of a ranking: score = sum over rankings of 1 / (RRF_K + rank). */
static void add_ranking(const descry_search_job *job, merged *all, size_t *count, const descry_hit *hits, size_t n, int ranking)
{
    uint64_t rank = 0;
    for (size_t i = 0; i < n && rank < DEPTH; i++) {
        size_t at = 0;
        if (is_named(job, hits[i].content))
            continue;
        while (at < *count && all[at].hit.content != hits[i].content)
            at++;
        if (at == *count)
            all[(*count)++] = (merged){.hit = hits[i]};
        all[at].ranks[ranking] = ++rank;
        all[at].score += 1.0 / (double)(RRF_K + rank);
    }
}

int descry_search_merge(descry_search_job *job, const descry_hit *near, size_t nears, descry_hit **hits, size_t *count,
                        descry_error *err)
{
    words terms = {.count = 0};
    descry_hit *found = NULL;
    merged *all = descry_alloc(2 * (size_t)DEPTH, sizeof *all);
    size_t n = 0, total = 0;
    int rc = all ? 0 : descry_fail_memory(err);
    for (size_t i = job->query.sum.begin; i < job->query.sum.end && !rc; i++)
        if (job->query.terms[i].kind == DESCRY_TERM_TEXT && job->query.terms[i].weight > 0)
            rc = split_words(&terms, job->query.terms[i].text, &job->arena, err);
    if (!rc)
        rc = check_words(&terms, err);
    if (!rc)
        rc = search_words(job, &terms, 1, DEPTH + job->named_count, &found, &n, err);
    if (!rc) {
        add_ranking(job, all, &total, near, nears, 0);
        add_ranking(job, all, &total, found, n, 1);
        qsort(all, total, sizeof *all, compare_scores);
        *count = total < job->how.k ? total : job->how.k;
        *hits = descry_alloc(*count, sizeof **hits);
        job->ranks = descry_arena_alloc(&job->arena, *count, sizeof *job->ranks);
        rc = *hits && job->ranks ? 0 : descry_fail_memory(err);
    }
    for (size_t i = 0; i < *count && !rc; i++) {
        (*hits)[i] = (descry_hit){(float)all[i].score, all[i].hit.id, all[i].hit.content};
        memcpy(job->ranks[i], all[i].ranks, sizeof *job->ranks);
    }
    free(found);
    free(all);
    return rc;
}
