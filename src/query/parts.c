/* SPDX-License-Identifier: Apache-2.0
 * What is understood of a query, part by part: for those who show it, or change it. */
#include "query/query.h"

#include "base/error.h"
#include "base/options.h"

#include <stdlib.h>
#include <string.h>

/* Parses the text as a search of this ranking does; *words: of a search by words what is left without its filters, else NULL. */
static int parse(descry_query *query, const char *text, descry_ranking ranking, const char **words, size_t *position,
                 descry_error *err)
{
    *words = NULL;
    return ranking == DESCRY_RANKING_WORDS ? descry_query_parse_words(query, text, words, position, err)
                                           : descry_query_parse(query, text, position, err);
}

int descry_query_check(const char *text, descry_ranking ranking, const descry_filter *filter, size_t *position,
                       descry_error *err)
{
    descry_query query = {0};
    descry_filter whole = DESCRY_FILTER_INIT;
    const char *words;
    int rc = parse(&query, text, ranking, &words, position, err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&whole, filter, err);
    if (!rc)
        rc = descry_query_narrow(&query, text, &whole, position, err);
    descry_query_free(&query);
    return rc;
}

/* ---- parts ----------------------------------------------------------------------------------------------------- */

typedef struct parts {
    descry_query_part *items;
    size_t count;
} parts;

static void add_term(parts *to, const descry_term *term, size_t exclusion)
{
    static const descry_query_kind kinds[] = {[DESCRY_TERM_TEXT] = DESCRY_QUERY_TEXT, [DESCRY_TERM_FILE] = DESCRY_QUERY_FILE,
                                              [DESCRY_TERM_URL] = DESCRY_QUERY_URL, [DESCRY_TERM_ID] = DESCRY_QUERY_ID};
    to->items[to->count++] =
        (descry_query_part){.kind = kinds[term->kind], .text = term->text, .begin = term->begin, .end = term->end,
                            .cut_begin = term->cut_begin, .cut_end = term->cut_end, .weight = term->weight,
                            .exclusion = exclusion, .id = term->kind == DESCRY_TERM_ID ? term->id : 0};
}

static void add_filters(parts *to, const descry_query *query)
{
    for (int key = 0; key < DESCRY_QUERY_KEYS; key++) {
        const descry_query_given *given = &query->given[key];
        if (given->value)
            to->items[to->count++] = (descry_query_part){
                .kind = DESCRY_QUERY_FILTER, .text = given->value, .begin = given->begin, .end = given->end,
                .cut_begin = given->begin, .cut_end = given->end, .weight = 1, .key = descry_query_key_name((descry_query_key)key)};
    }
}

static int compare(const void *a, const void *b)
{
    const descry_query_part *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

/* The words between the filters, which are parts already. */
static int add_words(parts *to, descry_query *query, const char *text, descry_error *err)
{
    const size_t filters = to->count, size = strlen(text);
    for (size_t i = 0; i <= filters; i++) {
        size_t begin = i > 0 ? to->items[i - 1].end : 0, end = i < filters ? to->items[i].begin : size;
        while (begin < end && strchr(" \t\n\v\f\r", text[begin]))
            begin++;
        while (begin < end && strchr(" \t\n\v\f\r", text[end - 1]))
            end--;
        char *copy = begin < end ? descry_arena_alloc(&query->arena, end - begin + 1, 1) : NULL;
        if (begin == end)
            continue;
        if (!copy)
            return descry_fail_memory(err);
        memcpy(copy, text + begin, end - begin);
        copy[end - begin] = 0;
        to->items[to->count++] = (descry_query_part){.kind = DESCRY_QUERY_TEXT, .text = copy, .begin = begin, .end = end,
                                                     .cut_begin = begin, .cut_end = end, .weight = 1};
    }
    return 0;
}

/* All of a query; to->items to be released with free. */
static int collect(parts *to, descry_query *query, const char *text, int by_words, descry_error *err)
{
    to->items = descry_alloc(query->count + 2 * DESCRY_QUERY_KEYS + 1, sizeof *to->items);
    if (!to->items)
        return descry_fail_memory(err);
    add_filters(to, query);
    qsort(to->items, to->count, sizeof *to->items, compare);
    int rc = by_words ? add_words(to, query, text, err) : 0;
    for (size_t i = query->sum.begin; i < query->sum.end; i++)
        add_term(to, &query->terms[i], 0);
    for (size_t i = 0; i < query->avoids; i++)
        for (size_t j = query->avoid[i].begin; j < query->avoid[i].end; j++)
            add_term(to, &query->terms[j], i + 1);
    qsort(to->items, to->count, sizeof *to->items, compare);
    return rc;
}

int descry_query_parts(const char *text, descry_ranking ranking, descry_query_part_callback each, void *arg, size_t *position,
                       descry_error *err)
{
    descry_query query = {0};
    parts all = {0};
    const char *words;
    int rc = parse(&query, text, ranking, &words, position, err);
    if (!rc)
        rc = collect(&all, &query, text, words != NULL, err);
    for (size_t i = 0; i < all.count && !rc; i++)
        if (each(arg, &all.items[i]))
            break;
    free(all.items);
    descry_query_free(&query);
    return rc;
}
