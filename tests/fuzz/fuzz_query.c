/* SPDX-License-Identifier: Apache-2.0
 * The query language under libFuzzer: whatever the bytes, a query or one line that says where it goes wrong. */
#include "fuzz.h"

#include "query/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 4 };

static int embed(void *arg, const descry_term *term, float *vector, descry_error *err)
{
    (void)arg, (void)err;
    for (size_t d = 0; d < DIM; d++)
        vector[d] = (float)(1 + term->begin % (7 + d)) * (d % 2 ? -1 : 1);
    return 0;
}

static void check_part(const descry_query *query, descry_terms part)
{
    float vector[DIM], shares[DESCRY_QUERY_MAX_TERMS * DIM];
    descry_error err = {0};
    require(part.begin < part.end && part.end <= query->count);
    if (descry_query_evaluate(query, part, DIM, embed, NULL, vector, shares, &err)) {
        require(err.code == DESCRY_ERR_ARGUMENT && err.message[0]);
        return;
    }
    double square = 0;
    for (size_t d = 0; d < DIM; d++)
        square += (double)vector[d] * vector[d];
    require(fabs(square - 1) < 1e-5);
}

/* What is understood is in range; and whatever it is, a search of everything can be narrowed to it. */
static void check_filters(const descry_query *query, const char *text)
{
    const descry_filter *only = &query->only;
    descry_filter whole = DESCRY_FILTER_INIT;
    for (int key = 0; key < DESCRY_QUERY_KEYS; key++)
        require(!query->given[key].value ||
                (query->given[key].begin < query->given[key].end && query->given[key].end <= strlen(text)));
    require(only->after == DESCRY_NO_TIME || only->before == DESCRY_NO_TIME || only->after < only->before);
    require(fabs(only->latitude) <= 90 && fabs(only->longitude) <= 180 && isfinite(only->km) && only->has < 8);
    require(!only->camera || (*only->camera && strlen(only->camera) < strlen(text)));
    require(!query->folder || (*query->folder && strlen(query->folder) < strlen(text)));
    require(descry_query_narrow(query, text, &whole, NULL, NULL) == 0);
}

/* The text without these bytes is the query without this term (SIZE_MAX: with all of them). */
static void check_cut(const descry_query *query, const char *text, size_t begin, size_t end, size_t term)
{
    descry_query rest = {0};
    char *copy = strdup(text);
    require(copy && begin < end && end <= strlen(text));
    memmove(copy + begin, text + end, strlen(text) - end + 1);
    require(descry_query_parse(&rest, copy, NULL, NULL) == 0);
    require(rest.count + (term != SIZE_MAX) == query->count);
    for (size_t i = 0; i < rest.count; i++) {
        const descry_term *was = &query->terms[i + (i >= term)];
        require(rest.terms[i].kind == was->kind && rest.terms[i].weight == was->weight);
        require(strcmp(rest.terms[i].text, was->text) == 0);
    }
    descry_query_free(&rest);
    free(copy);
}

static void check_cuts(const descry_query *query, const char *text)
{
    int split = 0; /* "#1 https in:a \"b" is no text without the filter */
    for (size_t i = 0; i < query->count; i++) {
        split = split || query->terms[i].split;
        if (query->terms[i].cut_begin < query->terms[i].cut_end) {
            require(query->terms[i].cut_begin <= query->terms[i].begin && query->terms[i].cut_end >= query->terms[i].end);
            check_cut(query, text, query->terms[i].cut_begin, query->terms[i].cut_end, i);
        }
    }
    for (int key = 0; key < DESCRY_QUERY_KEYS; key++)
        if (query->given[key].value && !split)
            check_cut(query, text, query->given[key].begin, query->given[key].end, SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    descry_query query = {0};
    descry_error err = {0};
    size_t position = SIZE_MAX;
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = 0;
    int rc = descry_query_parse(&query, text, &position, &err);
    if (rc) {
        require(rc == err.code && (rc == DESCRY_ERR_ARGUMENT || rc == DESCRY_ERR_LIMIT));
        require(position <= strlen(text) && err.message[0] && !strpbrk(err.message, "\n\r"));
    } else {
        require(query.count <= DESCRY_QUERY_MAX_TERMS && query.sum.end <= query.count);
        for (size_t i = 0; i < query.count; i++) {
            require(query.terms[i].begin < query.terms[i].end && query.terms[i].end <= strlen(text));
            require(isfinite(query.terms[i].weight) && strlen(query.terms[i].text) <= strlen(text));
        }
        if (query.count > 0)
            check_part(&query, query.sum);
        for (size_t i = 0; i < query.avoids; i++)
            check_part(&query, query.avoid[i]);
        check_filters(&query, text);
        check_cuts(&query, text);
    }
    descry_query_free(&query);
    const char *rest;
    rc = descry_query_parse_words(&query, text, &rest, NULL, &err);
    require(!rc || rc == DESCRY_ERR_ARGUMENT);
    require(strlen(rest) == strlen(text));
    if (!rc)
        check_filters(&query, text);
    descry_query_free(&query);
    free(text);
    return 0;
}
