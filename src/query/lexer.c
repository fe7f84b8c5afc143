/* SPDX-License-Identifier: Apache-2.0 */
#include "query/lexer.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---------------------------------------------------------------------------------------------------- */

int descry_lexer_fail(const descry_lexer *lexer, int code, size_t at, descry_error *err, const char *format, ...)
{
    char what[300];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    size_t characters = 1; /* UTF-8: count the bytes that are no continuation bytes */
    for (size_t i = 0; i < at; i++)
        characters += ((unsigned char)lexer->text[i] & 0xC0) != 0x80;
    if (lexer->position)
        *lexer->position = at;
    return descry_fail(err, code, "the query, character %zu: %s", characters, what);
}

/* ---- characters ------------------------------------------------------------------------------------------------ */

int descry_query_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The end of the text, or a space: operators must be surrounded by these. */
static int is_gap(const descry_lexer *lexer, size_t at)
{
    return at >= lexer->size || descry_query_is_space(lexer->text[at]);
}

static int begins(const char *text, size_t size, const char *start)
{
    size_t n = strlen(start);
    return size >= n && memcmp(text, start, n) == 0;
}

/* "#17", or what begins with "#17[": a part of it. */
static int is_id(const char *text, size_t size)
{
    size_t i = 1;
    while (i < size && text[i] >= '0' && text[i] <= '9')
        i++;
    return i > 1 && text[0] == '#' && (i == size || text[i] == '[');
}

int descry_is_picture_term(const char *text, size_t size)
{
    static const char *const starts[] = {"./", "../", "/", "~/", "http://", "https://", "file:"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (begins(text, size, starts[i]))
            return 1;
    return is_id(text, size);
}

/* A decimal number: sign, digits, point, digits.  Not strtod, which depends on the locale and accepts "inf" and "0x1p3".
 * Up to 15 digits, so that the quotient below is the nearest double. */
int descry_query_number(const char *text, size_t size, double *number)
{
    double value = 0, scale = 1;
    size_t i = size > 0 && (text[0] == '-' || text[0] == '+'), digits = 0;
    int point = 0;
    for (; i < size; i++) {
        if (text[i] == '.' && !point) {
            point = 1;
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || ++digits > 15)
            return 0;
        value = 10 * value + (text[i] - '0');
        scale *= point ? 10 : 1;
    }
    *number = (text[0] == '-' ? -value : value) / scale;
    return digits > 0;
}

/* ---- tokens ---------------------------------------------------------------------------------------------------- */

/* The operator spelled by the word [at, end). */
static descry_token_kind operator_of(const char *text, size_t at, size_t end)
{
    if (end - at == 3 && memcmp(text + at, "NOT", 3) == 0)
        return DESCRY_TOKEN_NOT;
    if (end - at != 1)
        return DESCRY_TOKEN_TERM;
    return text[at] == '+'   ? DESCRY_TOKEN_PLUS
           : text[at] == '-' ? DESCRY_TOKEN_MINUS
           : text[at] == '*' ? DESCRY_TOKEN_TIMES
                             : DESCRY_TOKEN_TERM;
}

/* The end of the "..." at byte `at`, with \" and \\ inside. */
static int quote_end(const descry_lexer *lexer, size_t begin, size_t *end, descry_error *err)
{
    const char *text = lexer->text;
    size_t at = begin + 1;
    while (at < lexer->size && text[at] != '"')
        at += text[at] == '\\' && at + 1 < lexer->size && (text[at + 1] == '"' || text[at + 1] == '\\') ? 2 : 1;
    if (at >= lexer->size)
        return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, begin, err, "this quote is never closed");
    *end = ++at;
    if (!is_gap(lexer, at) && text[at] != ')')
        return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, at, err, "a space is missing after the quoted term");
    return 0;
}

static int quoted_term(descry_lexer *lexer, descry_error *err)
{
    size_t end, begin = lexer->at;
    int rc = quote_end(lexer, begin, &end, err);
    if (rc)
        return rc;
    lexer->token = (descry_token){DESCRY_TOKEN_TERM, begin, end, 1, 0, 0};
    lexer->at = end;
    return 0;
}

/* key:value or key:"value".  Without quotes the value goes up to a space, or a bracket that it did not open. */
static int filter(descry_lexer *lexer, descry_query_key key, descry_error *err)
{
    const char *text = lexer->text;
    size_t begin = lexer->at, end = begin + descry_query_key_size(key), open = 0;
    int quoted = end < lexer->size && text[end] == '"', rc = quoted ? quote_end(lexer, end, &end, err) : 0;
    for (; !quoted && !is_gap(lexer, end) && (text[end] != ')' || open > 0); end++)
        open = text[end] == '(' ? open + 1 : text[end] == ')' ? open - 1 : open;
    lexer->token = (descry_token){DESCRY_TOKEN_FILTER, begin, end, quoted, 0, key};
    lexer->at = end;
    return rc;
}

static descry_query_key key_at(const descry_lexer *lexer, size_t at)
{
    return descry_query_key_of(lexer->text + at, lexer->size - at);
}

/* The end of the word that begins at `at`.  Brackets that a word opens are closed in it or in a later word of the same term:
 * *open counts them; the first unopened one ends the word.  A word that begins with a quote extends to the next one;
 * *no_quote: there is no next one. */
static size_t word_end(const descry_lexer *lexer, size_t at, size_t *open, size_t *bracket, int *no_quote)
{
    const char *text = lexer->text;
    if (text[at] == '"' && !*no_quote) {
        const char *close = memchr(text + at + 1, '"', lexer->size - at - 1);
        *no_quote = !close;
        at = close ? (size_t)(close - text) + 1 : at;
    }
    for (; !is_gap(lexer, at); at++) {
        if (text[at] == '(' && (*open)++ == 0)
            *bracket = at;
        else if (text[at] == ')' && *open == 0)
            break;
        else if (text[at] == ')')
            --*open;
    }
    return at;
}

/* Words up to the next operator or filter, spaces between them included. */
static int plain_term(descry_lexer *lexer, descry_error *err)
{
    const char *text = lexer->text;
    size_t begin = lexer->at, end = begin, at = begin, open = 0, bracket = 0, words = 0;
    int no_quote = 0, picture = 0;
    while (at < lexer->size) {
        if (words > 0 && key_at(lexer, at) != DESCRY_QUERY_KEYS) {
            if (open > 0)
                return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, at, err, DESCRY_FILTER_OUTSIDE);
            break;
        }
        size_t stop = word_end(lexer, at, &open, &bracket, &no_quote);
        if (operator_of(text, at, stop) != DESCRY_TOKEN_TERM)
            break;
        if (picture && text[at] == '"')
            return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, at, err, "an operator is missing before this");
        picture = picture || (words == 0 && stop > at && descry_is_picture_term(text + at, stop - at));
        words += stop > at;
        end = stop > at ? stop : end;
        if (!is_gap(lexer, stop)) /* a bracket of the query, not of the term */
            break;
        for (at = stop; at < lexer->size && descry_query_is_space(text[at]); at++)
            ;
    }
    if (open > 0)
        return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, bracket, err,
                                 "this bracket is never closed (operators stand between spaces; a text can be put in "
                                 "quotes)");
    lexer->token = (descry_token){DESCRY_TOKEN_TERM, begin, end, 0, 0, 0};
    if (words == 1 && descry_query_number(text + begin, end - begin, &lexer->token.number))
        lexer->token.kind = DESCRY_TOKEN_NUMBER;
    lexer->at = end;
    return 0;
}

int descry_lexer_next(descry_lexer *lexer, descry_error *err)
{
    const char *text = lexer->text;
    while (lexer->at < lexer->size && descry_query_is_space(text[lexer->at]))
        lexer->at++;
    size_t at = lexer->at, end = at;
    lexer->token = (descry_token){DESCRY_TOKEN_END, at, at, 0, 0, 0};
    if (at == lexer->size)
        return 0;
    if (text[at] == '(' || text[at] == ')') {
        lexer->token = (descry_token){text[at] == '(' ? DESCRY_TOKEN_OPEN : DESCRY_TOKEN_CLOSE, at, at + 1, 0, 0, 0};
        lexer->at++;
        if (text[at] == ')' && !is_gap(lexer, at + 1) && text[at + 1] != ')')
            return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, at + 1, err, "a space is missing after the bracket");
        return 0;
    }
    if (text[at] == '"')
        return quoted_term(lexer, err);
    descry_query_key key = key_at(lexer, at);
    if (key != DESCRY_QUERY_KEYS)
        return filter(lexer, key, err);
    while (!is_gap(lexer, end) && text[end] != ')' && end - at < 4)
        end++;
    descry_token_kind kind = operator_of(text, at, end);
    if (kind == DESCRY_TOKEN_TERM)
        return plain_term(lexer, err);
    lexer->token = (descry_token){kind, at, end, 0, 0, 0};
    lexer->at = end;
    return 0;
}

int descry_lexer_next_filter(descry_lexer *lexer, descry_error *err)
{
    const char *text = lexer->text;
    lexer->token = (descry_token){DESCRY_TOKEN_END, lexer->size, lexer->size, 0, 0, 0};
    while (lexer->at < lexer->size) {
        const size_t at = lexer->at;
        if (descry_query_is_space(text[at])) {
            lexer->at++;
            continue;
        }
        descry_query_key key = key_at(lexer, at);
        if (key != DESCRY_QUERY_KEYS)
            return filter(lexer, key, err);
        const char *close = text[at] == '"' ? memchr(text + at + 1, '"', lexer->size - at - 1) : NULL;
        lexer->at = close ? (size_t)(close - text) + 1 : at;
        while (!is_gap(lexer, lexer->at))
            lexer->at++;
    }
    return 0;
}

char *descry_lexer_text(const descry_lexer *lexer, size_t begin, size_t end, int quoted, descry_arena *arena)
{
    const char *text = lexer->text;
    char *copy = descry_arena_alloc(arena, end - begin + 1, 1), *to = copy;
    if (!copy)
        return NULL;
    for (size_t at = begin + (quoted != 0); at < end - (quoted != 0); at++) {
        at += quoted && text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\\');
        *to++ = text[at];
    }
    *to = 0;
    return copy;
}
