/* SPDX-License-Identifier: Apache-2.0
 * A query as tokens. */
#ifndef DESCRY_QUERY_LEXER_H
#define DESCRY_QUERY_LEXER_H

#include "query/query.h"

typedef enum descry_token_kind {
    DESCRY_TOKEN_END,
    DESCRY_TOKEN_PLUS,
    DESCRY_TOKEN_MINUS,
    DESCRY_TOKEN_TIMES,
    DESCRY_TOKEN_NOT,
    DESCRY_TOKEN_OPEN,
    DESCRY_TOKEN_CLOSE,
    DESCRY_TOKEN_FILTER, /* key:value */
    DESCRY_TOKEN_NUMBER, /* a plain term that is a number: a weight or a text, as the parser sees it */
    DESCRY_TOKEN_TERM
} descry_token_kind;

typedef struct descry_token {
    descry_token_kind kind;
    size_t begin, end; /* bytes of the query */
    int quoted;        /* of a term: begin and end are those of the quotes; of a filter: its value is */
    double number;
    descry_query_key key;
} descry_token;

typedef struct descry_lexer {
    const char *text;
    size_t size, at;
    size_t *position;   /* of the first error */
    descry_token token; /* the current one */
} descry_lexer;

int descry_lexer_next(descry_lexer *lexer, descry_error *err); /* to the next token */

#define DESCRY_FILTER_OUTSIDE "a filter stands outside brackets (a text that begins so is put in quotes)"

/* Reports an error at byte `at`. */
int descry_lexer_fail(const descry_lexer *lexer, int code, size_t at, descry_error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

int descry_query_is_space(char c);

/* The number that a text is; 0: it is none. */
int descry_query_number(const char *text, size_t size, double *number);

/* The bytes [begin, end) without quotes and escapes, in the arena; NULL: no memory. */
char *descry_lexer_text(const descry_lexer *lexer, size_t begin, size_t end, int quoted, descry_arena *arena);

/* The key that the text begins with, with its colon; DESCRY_QUERY_KEYS: none. */
descry_query_key descry_query_key_of(const char *text, size_t size);
size_t descry_query_key_size(descry_query_key key); /* with the colon */

/* To the next filter, or the end: all else is words. */
int descry_lexer_next_filter(descry_lexer *lexer, descry_error *err);

/* 1: `text` is a picture, not words: begins with ./ ../ / ~/ http:// https:// file: or is # and digits. */
int descry_is_picture_term(const char *text, size_t size);

#endif
