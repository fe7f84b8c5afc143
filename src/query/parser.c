/* SPDX-License-Identifier: Apache-2.0
 * Recursive descent, as deep as brackets are nested. */
#include "query/filters.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct parser {
    descry_query *query;
    descry_lexer lexer;
    size_t depth;
    size_t end;   /* of the token before the current one, filters aside */
    int filtered; /* filters stand before the current token */
} parser;

static int parse_sum(parser *p, double weight, descry_error *err);

static int fail_at(const parser *p, size_t at, descry_error *err, const char *message)
{
    return descry_lexer_fail(&p->lexer, DESCRY_ERR_ARGUMENT, at, err, "%s", message);
}

static int limit_at(const parser *p, size_t at, descry_error *err, const char *message, int most)
{
    return descry_lexer_fail(&p->lexer, DESCRY_ERR_LIMIT, at, err, "%s: at most %d", message, most);
}

static int is_operator(descry_token_kind kind)
{
    return kind == DESCRY_TOKEN_PLUS || kind == DESCRY_TOKEN_MINUS || kind == DESCRY_TOKEN_TIMES;
}

/* To the next token that is no filter: filters stand anywhere outside brackets, except beside an operator. */
static int next(parser *p, descry_error *err)
{
    static const char BESIDE[] = "a filter stands beside terms, not at an operator (a text that begins so is put in quotes)";
    const descry_token_kind before = p->lexer.token.kind;
    size_t last = 0;
    p->end = p->lexer.token.end;
    int rc = descry_lexer_next(&p->lexer, err);
    for (p->filtered = 0; !rc && p->lexer.token.kind == DESCRY_TOKEN_FILTER; p->filtered = 1) {
        last = p->lexer.token.begin;
        if (p->depth > 0)
            return fail_at(p, last, err, DESCRY_FILTER_OUTSIDE);
        if (is_operator(before) || before == DESCRY_TOKEN_NOT)
            return fail_at(p, last, err, BESIDE);
        rc = descry_query_add_filter(p->query, &p->lexer, err);
        if (!rc)
            rc = descry_lexer_next(&p->lexer, err);
    }
    return !rc && p->filtered && is_operator(p->lexer.token.kind) ? fail_at(p, last, err, BESIDE) : rc;
}

/* ---- terms ----------------------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* RFC 8089: file:/path, file:///path, file://localhost/path; decoded in place to the path.  Returns the error, NULL: none. */
static const char *decode_file_url(char *text)
{
    char *from = text + strlen("file:"), *to = text;
    if (strncmp(from, "//localhost/", 12) == 0)
        from += 11;
    else if (strncmp(from, "///", 3) == 0)
        from += 2;
    if (from[0] != '/' || from[1] == '/')
        return "a file: URL names a whole path on this machine, as file:///home/me/cat.jpg";
    while (*from) {
        int high = *from == '%' ? hex_digit(from[1]) : -1, low = high >= 0 ? hex_digit(from[2]) : -1;
        if (low >= 0 && high + low == 0)
            return "a path has no NUL";
        *to++ = low >= 0 ? (char)(16 * high + low) : *from;
        from += low >= 0 ? 3 : 1;
    }
    *to = 0;
    return NULL;
}

/* A mistake at a byte of an id's text, which has no escapes. */
static int fail_in(const parser *p, const descry_term *term, const char *at, descry_error *err, const char *message)
{
    size_t quote = p->lexer.text[term->begin] == '"';
    return fail_at(p, term->begin + quote + (size_t)(at - term->text), err, message);
}

/* "[left,top,right,bottom]", with blanks around numbers. */
static int set_part(const parser *p, const char *bracket, descry_term *term, descry_error *err)
{
    static const char EDGES[] = "a part of a picture is [left,top,right,bottom]";
    double edges[4];
    const char *at = bracket;
    for (int i = 0; i < 4; i++) {
        const char *number = at + 1;
        number += strspn(number, " \t");
        at = number + strcspn(number, ",]");
        if (!*at)
            return fail_in(p, term, bracket, err, "this bracket is never closed");
        size_t size = (size_t)(at - number);
        while (size > 0 && descry_query_is_space(number[size - 1]))
            size--;
        if (!descry_query_number(number, size, &edges[i]) || !(edges[i] >= 0 && edges[i] <= 1))
            return fail_in(p, term, number, err, "an edge of a part of a picture is a number from 0 to 1");
        if (*at != (i < 3 ? ',' : ']'))
            return fail_in(p, term, at, err, EDGES);
    }
    if (!(edges[0] < edges[2] && edges[1] < edges[3]))
        return fail_in(p, term, bracket, err, "nothing is in this part of a picture: it is [left,top,right,bottom]");
    at++;
    at += strspn(at, " \t");
    if (*at)
        return fail_in(p, term, at, err, "an operator is missing before this");
    term->part = (descry_region){edges[0], edges[1], edges[2], edges[3]};
    return 0;
}

static int set_id(const parser *p, descry_term *term, descry_error *err)
{
    const char *digit = term->text + 1;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        if (__builtin_mul_overflow(term->id, 10, &term->id) ||
            __builtin_add_overflow(term->id, *digit - '0', &term->id))
            return fail_at(p, term->begin, err, "no picture has such a number");
    return *digit ? set_part(p, digit, term, err) : 0;
}

static int classify(const parser *p, descry_term *term, descry_error *err)
{
    const char *mistake = NULL;
    size_t size = strlen(term->text);
    if (!descry_is_picture_term(term->text, size))
        return 0;
    if (term->text[0] == '#') {
        term->kind = DESCRY_TERM_ID;
        return set_id(p, term, err);
    }
    term->kind = DESCRY_TERM_FILE;
    if (strncmp(term->text, "http", 4) == 0) {
        term->kind = DESCRY_TERM_URL;
        for (size_t i = 0; i < size && !mistake; i++)
            if (descry_query_is_space(term->text[i]))
                mistake = "a URL has no spaces: is an operator missing?";
    } else if (strncmp(term->text, "file:", 5) == 0)
        mistake = decode_file_url(term->text);
    return mistake ? fail_at(p, term->begin, err, mistake) : 0;
}

/* A term's text, without quotes, escapes and trailing spaces. */
static int copy_term(const parser *p, const descry_token *token, descry_term *term, descry_error *err)
{
    char *text = descry_lexer_text(&p->lexer, token->begin, token->end, token->quoted, &p->query->arena);
    if (!text)
        return descry_fail_memory(err);
    *term = (descry_term){.kind = DESCRY_TERM_TEXT, .text = text, .begin = token->begin, .end = token->end};
    size_t blank = 0;
    while (descry_query_is_space(term->text[blank]))
        blank++;
    if (!term->text[blank])
        return fail_at(p, token->begin, err, "an empty term");
    return classify(p, term, err);
}

/* A plain text goes on behind filters: "a beach date:2019 at noon". */
static int continue_text(parser *p, descry_term *term, descry_error *err)
{
    const descry_token *token = &p->lexer.token;
    const char *more = p->lexer.text + token->begin;
    size_t size = token->end - token->begin, had = strlen(term->text);
    if (descry_is_picture_term(more, size))
        return fail_at(p, token->begin, err, "an operator is missing before this");
    char *text = descry_arena_alloc(&p->query->arena, had + size + 2, 1);
    if (!text)
        return descry_fail_memory(err);
    memcpy(text, term->text, had);
    text[had] = ' ';
    memcpy(text + had + 1, more, size);
    text[had + 1 + size] = 0;
    term->text = text;
    term->end = token->end;
    term->split = 1;
    return next(p, err);
}

static int add_term(parser *p, double weight, descry_error *err)
{
    descry_query *query = p->query;
    if (query->count == DESCRY_QUERY_MAX_TERMS)
        return limit_at(p, p->lexer.token.begin, err, "too many terms", DESCRY_QUERY_MAX_TERMS);
    if (query->count == query->capacity) {
        size_t capacity = query->capacity ? 2 * query->capacity : 4;
        descry_term *terms = descry_realloc(query->terms, capacity, sizeof *terms);
        if (!terms)
            return descry_fail_memory(err);
        query->terms = terms;
        query->capacity = capacity;
    }
    descry_term *term = &query->terms[query->count];
    const int plain = !p->lexer.token.quoted;
    int rc = copy_term(p, &p->lexer.token, term, err);
    if (rc)
        return rc;
    term->weight = weight;
    query->count++;
    rc = next(p, err);
    while (!rc && p->filtered && plain && term->kind == DESCRY_TERM_TEXT && !p->lexer.token.quoted &&
           (p->lexer.token.kind == DESCRY_TOKEN_TERM || p->lexer.token.kind == DESCRY_TOKEN_NUMBER))
        rc = continue_text(p, term, err);
    return rc;
}

/* ---- the grammar ----------------------------------------------------------------------------------------------- */

/* The error for a token where a term is expected. */
static int missing_term(const parser *p, descry_error *err)
{
    const descry_token *token = &p->lexer.token;
    switch (token->kind) {
    case DESCRY_TOKEN_END:
        return fail_at(p, token->begin, err, "a term is missing at the end");
    case DESCRY_TOKEN_CLOSE:
        return fail_at(p, token->begin, err,
                       p->depth ? "a term is missing before this bracket" : "this bracket was never opened");
    case DESCRY_TOKEN_NOT:
        return fail_at(p, token->begin, err,
                       p->query->count ? "NOT follows a whole query, outside brackets"
                                       : "something to look for is missing before NOT (or \"NOT\" is meant)");
    default:
        return fail_at(p, token->begin, err, "a term is missing before this operator");
    }
}

/* primary = term | "(" sum ")" */
static int parse_primary(parser *p, double weight, descry_error *err)
{
    size_t open = p->lexer.token.begin;
    if (p->lexer.token.kind == DESCRY_TOKEN_TERM || p->lexer.token.kind == DESCRY_TOKEN_NUMBER)
        return add_term(p, weight, err);
    if (p->lexer.token.kind != DESCRY_TOKEN_OPEN)
        return missing_term(p, err);
    if (p->depth == DESCRY_QUERY_MAX_DEPTH)
        return limit_at(p, open, err, "brackets too deep", DESCRY_QUERY_MAX_DEPTH);
    p->depth++;
    int rc = next(p, err);
    if (!rc)
        rc = parse_sum(p, weight, err);
    if (!rc && p->lexer.token.kind == DESCRY_TOKEN_NOT)
        rc = missing_term(p, err);
    else if (!rc && p->lexer.token.kind == DESCRY_TOKEN_END)
        rc = fail_at(p, open, err, "this bracket is never closed");
    else if (!rc && p->lexer.token.kind != DESCRY_TOKEN_CLOSE)
        rc = fail_at(p, p->lexer.token.begin, err, "an operator is missing before this");
    p->depth--;
    return rc ? rc : next(p, err);
}

static int use_weight(const parser *p, const descry_token *token, double *weight, descry_error *err)
{
    if (fabs(token->number) > DESCRY_QUERY_MAX_WEIGHT)
        return limit_at(p, token->begin, err, "too large a weight", DESCRY_QUERY_MAX_WEIGHT);
    *weight *= token->number;
    return 0;
}

/* product = number "*" product | primary { "*" number }.  A loop: many weights in a row do not recurse. */
static int parse_product(parser *p, double weight, descry_error *err)
{
    size_t first = p->query->count;
    int rc = 0;
    while (!rc && p->lexer.token.kind == DESCRY_TOKEN_NUMBER) {
        const descry_token number = p->lexer.token;
        descry_lexer ahead = p->lexer; /* a number not followed by * is a text: lexed again only then */
        rc = descry_lexer_next(&ahead, err);
        if (rc || ahead.token.kind != DESCRY_TOKEN_TIMES)
            break;
        p->lexer = ahead;
        rc = use_weight(p, &number, &weight, err);
        if (!rc)
            rc = next(p, err);
    }
    if (!rc)
        rc = parse_primary(p, weight, err);
    double behind = 1;
    while (!rc && p->lexer.token.kind == DESCRY_TOKEN_TIMES) {
        size_t at = p->lexer.token.begin;
        rc = next(p, err);
        if (!rc && p->lexer.token.kind == DESCRY_TOKEN_END)
            rc = missing_term(p, err);
        else if (!rc && p->lexer.token.kind != DESCRY_TOKEN_NUMBER)
            rc = fail_at(p, at, err, "one side of * has to be a number, as in 1.5 * \"dog\"");
        if (!rc)
            rc = use_weight(p, &p->lexer.token, &behind, err);
        if (!rc)
            rc = next(p, err);
    }
    for (size_t i = first; i < p->query->count && behind != 1; i++)
        p->query->terms[i].weight *= behind;
    return rc;
}

static void set_cut(const parser *p, size_t n, size_t begin, size_t end)
{
    descry_term *term = &p->query->terms[n];
    term->cut_begin = begin;
    term->cut_end = term->split ? begin : end; /* not with the filter within */
}

/* sum = product { ( "+" | "-" ) product }.  A product of one term can be cut out with the sign before it, or, the first, after
 * it, unless what follows is subtracted; the only one is cut out with the brackets around it. */
static int parse_sum(parser *p, double weight, descry_error *err)
{
    const size_t first = p->query->count, begin = p->lexer.token.begin;
    size_t products = 1, second = 0;
    int rc = parse_product(p, weight, err);
    const int is_term = p->query->count == first + 1;
    for (; !rc && (p->lexer.token.kind == DESCRY_TOKEN_PLUS || p->lexer.token.kind == DESCRY_TOKEN_MINUS); products++) {
        const descry_token sign = p->lexer.token;
        const size_t term = p->query->count;
        rc = next(p, err);
        if (!rc && products == 1 && sign.kind == DESCRY_TOKEN_PLUS)
            second = p->lexer.token.begin;
        if (!rc)
            rc = parse_product(p, sign.kind == DESCRY_TOKEN_MINUS ? -weight : weight, err);
        if (!rc && p->query->count == term + 1)
            set_cut(p, term, sign.begin, p->end);
    }
    if (!rc && is_term && second > 0)
        set_cut(p, first, begin, second);
    return rc;
}

/* Products of weights may neither exceed the limit nor be infinite. */
static int check_weights(const parser *p, descry_error *err)
{
    for (size_t i = 0; i < p->query->count; i++)
        if (!(fabs(p->query->terms[i].weight) <= 1e9))
            return descry_lexer_fail(&p->lexer, DESCRY_ERR_LIMIT, p->query->terms[i].begin, err,
                                     "too large a weight, all together");
    return 0;
}

/* query = [ sum { "NOT" primary } ], filters around and within left out */
static int parse_query(parser *p, descry_error *err)
{
    descry_query *query = p->query;
    int rc = next(p, err);
    const size_t start = p->lexer.token.begin;
    if (!rc && p->lexer.token.kind == DESCRY_TOKEN_END)
        return 0;
    if (!rc)
        rc = parse_sum(p, 1, err);
    query->sum = (descry_terms){0, query->count};
    if (!rc && p->lexer.token.kind == DESCRY_TOKEN_END && query->count == 1)
        set_cut(p, 0, start, p->end);
    while (!rc && p->lexer.token.kind == DESCRY_TOKEN_NOT) {
        const size_t begin = query->count, at = p->lexer.token.begin;
        rc = next(p, err);
        if (!rc && p->lexer.token.kind == DESCRY_TOKEN_NOT)
            rc = fail_at(p, p->lexer.token.begin, err, "what is to be left out? NOT follows NOT");
        if (!rc)
            rc = parse_primary(p, 1, err);
        descry_terms *avoid = rc ? NULL : descry_realloc(query->avoid, query->avoids + 1, sizeof *avoid);
        if (!rc && !avoid)
            rc = descry_fail_memory(err);
        if (rc)
            break;
        if (query->count == begin + 1)
            set_cut(p, begin, at, p->end);
        query->avoid = avoid;
        query->avoid[query->avoids++] = (descry_terms){begin, query->count};
    }
    const descry_token *token = &p->lexer.token;
    if (rc || token->kind == DESCRY_TOKEN_END)
        return rc ? rc : check_weights(p, err);
    if (token->kind == DESCRY_TOKEN_CLOSE)
        return fail_at(p, token->begin, err, "this bracket was never opened");
    if (query->avoids > 0 && token->kind < DESCRY_TOKEN_NOT)
        return fail_at(p, token->begin, err, "after NOT come one term, or several in brackets");
    return fail_at(p, token->begin, err, "an operator is missing before this");
}

int descry_query_parse(descry_query *query, const char *text, size_t *position, descry_error *err)
{
    parser p = {.query = query, .lexer = {.text = text, .size = strlen(text), .position = position}};
    query->only = (descry_filter)DESCRY_FILTER_INIT;
    if (position)
        *position = 0;
    if (p.lexer.size > DESCRY_QUERY_MAX_SIZE)
        return limit_at(&p, DESCRY_QUERY_MAX_SIZE, err, "the query is too long, in bytes", DESCRY_QUERY_MAX_SIZE);
    return parse_query(&p, err);
}

int descry_query_parse_words(descry_query *query, const char *text, const char **rest, size_t *position, descry_error *err)
{
    descry_lexer lexer = {.text = text, .size = strlen(text), .position = position};
    char *words = descry_arena_strdup(&query->arena, text);
    query->only = (descry_filter)DESCRY_FILTER_INIT;
    *rest = words;
    if (position)
        *position = 0;
    int rc = words ? descry_lexer_next_filter(&lexer, err) : descry_fail_memory(err);
    while (!rc && lexer.token.kind == DESCRY_TOKEN_FILTER) {
        memset(words + lexer.token.begin, ' ', lexer.token.end - lexer.token.begin);
        rc = descry_query_add_filter(query, &lexer, err);
        if (!rc)
            rc = descry_lexer_next_filter(&lexer, err);
    }
    return rc;
}

void descry_query_free(descry_query *query)
{
    free(query->terms);
    free(query->avoid);
    descry_arena_free(&query->arena);
    *query = (descry_query){0};
}
