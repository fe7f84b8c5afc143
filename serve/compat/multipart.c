/* SPDX-License-Identifier: Apache-2.0 */
#include "multipart.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_BOUNDARY = 70, MOST_HEADERS = 16, LONGEST_HEADER = 4096 };

/* What is left to read. */
typedef struct reader {
    const char *at, *end;
} reader;

static size_t left(const reader *r)
{
    return (size_t)(r->end - r->at);
}

static bool skip(reader *r, const char *text, size_t length)
{
    if (left(r) < length || memcmp(r->at, text, length) != 0)
        return false;
    r->at += length;
    return true;
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
}

/* RFC 9110 5.6.2 */
static size_t token(const reader *r)
{
    size_t n = 0;
    while (n < left(r) && r->at[n] > ' ' && r->at[n] < 127 && !strchr("\"(),/:;<=>?@[\\]{}", r->at[n]))
        n++;
    return n;
}

/* The value of a parameter, a token or between quotes; false: it is none. */
static bool value(reader *r, const char **text, size_t *length)
{
    if (!skip(r, "\"", 1)) {
        *text = r->at;
        *length = token(r);
        r->at += *length;
        return *length > 0;
    }
    *text = r->at;
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\' && left(r) > 1)
            r->at++;
        if ((unsigned char)*r->at < ' ' && *r->at != '\t')
            return false;
        r->at++;
    }
    *length = (size_t)(r->at - *text);
    return skip(r, "\"", 1);
}

/* The parameter `name` of a header whose first word is `kind`: false: it is not of that form, or has that parameter twice.
 * *text NULL: it has none. */
static bool parameter(reader r, const char *kind, const char *name, const char **text, size_t *length)
{
    size_t n = strlen(kind);
    *text = NULL;
    *length = 0;
    skip_blanks(&r);
    if (left(&r) < n || strncasecmp(r.at, kind, n) != 0)
        return false;
    r.at += n;
    for (skip_blanks(&r); r.at < r.end; skip_blanks(&r)) {
        const char *found, *key;
        size_t size, key_length;
        if (!skip(&r, ";", 1))
            return false;
        skip_blanks(&r);
        if (r.at == r.end)
            break; /* "multipart/form-data;" */
        key = r.at;
        key_length = token(&r);
        r.at += key_length;
        if (!key_length || !skip(&r, "=", 1) || !value(&r, &found, &size))
            return false;
        if (key_length != strlen(name) || strncasecmp(key, name, key_length) != 0)
            continue;
        if (*text)
            return false;
        *text = found;
        *length = size;
    }
    return true;
}

static bool is_boundary(const char *text, size_t length)
{
    if (length < 1 || length > LONGEST_BOUNDARY || text[length - 1] == ' ')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!text[i] || !strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ", text[i]))
            return false;
    return true;
}

/* The rest of a delimiter's line.  *last: it is the one behind the last field.  False: it is no delimiter. */
static bool end_of_delimiter(reader *r, bool *last)
{
    *last = skip(r, "--", 2);
    skip_blanks(r); /* transport padding */
    return (*last && r->at == r->end) || skip(r, "\r\n", 2);
}

/* A field's headers and the empty line behind them; NULL: its name is known. */
static const char *read_headers(reader *r, serve_part *part)
{
    bool named = false;
    for (int i = 0; !skip(r, "\r\n", 2); i++) {
        const char *end = memchr(r->at, '\r', left(r));
        reader line = {r->at, end ? end : r->end};
        size_t n = token(&line);
        if (!end || left(&line) > LONGEST_HEADER || i == MOST_HEADERS || memchr(line.at, 0, left(&line)) ||
            memchr(line.at, '\n', left(&line)))
            return "the headers of a field are malformed";
        r->at = end;
        const char *name = line.at;
        line.at += n;
        if (!n || !skip(&line, ":", 1) || !skip(r, "\r\n", 2))
            return "the headers of a field are malformed";
        if (n != strlen("Content-Disposition") || strncasecmp(name, "Content-Disposition", n) != 0)
            continue;
        if (named || !parameter(line, "form-data", "name", &part->name, &part->length) || !part->name)
            return "a field has no name";
        named = true;
    }
    return named ? NULL : "a field has no name";
}

/* The data of a field, up to the delimiter, which is CRLF, "--" and the boundary. */
static const char *read_data(reader *r, const char *boundary, size_t length, serve_part *part, bool *last)
{
    part->data = r->at;
    for (const char *cr; (cr = memchr(r->at, '\r', left(r))) != NULL; r->at = cr + 1) {
        reader ahead = {cr, r->end};
        if (!skip(&ahead, "\r\n--", 4) || !skip(&ahead, boundary, length) || !end_of_delimiter(&ahead, last))
            continue;
        part->size = (size_t)(cr - part->data);
        *r = ahead;
        return NULL;
    }
    return "the body ends within a field";
}

const char *serve_multipart(const char *type, const char *body, size_t size, serve_part *parts, size_t room, size_t *count)
{
    const char *boundary, *wrong = NULL;
    size_t length;
    bool last = false;
    reader r = {body, size ? body + size : body};
    *count = 0;
    if (!type || !parameter((reader){type, type + strlen(type)}, "multipart/form-data", "boundary", &boundary, &length))
        return "the type is not multipart/form-data";
    if (!boundary || !is_boundary(boundary, length))
        return "the type names no boundary";
    if (!size)
        return "the body is empty";
    skip(&r, "\r\n", 2); /* an empty preamble */
    if (!skip(&r, "--", 2) || !skip(&r, boundary, length) || !end_of_delimiter(&r, &last))
        return "the body does not begin with the boundary";
    while (!last && !wrong) {
        serve_part part;
        if (*count == room)
            return "there are too many fields";
        wrong = read_headers(&r, &part);
        if (!wrong)
            wrong = read_data(&r, boundary, length, &part, &last);
        if (!wrong)
            parts[(*count)++] = part;
    }
    return !wrong && r.at < r.end ? "something follows the last field" : wrong;
}

const serve_part *serve_part_of(const serve_part *parts, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i].length == strlen(name) && memcmp(parts[i].name, name, parts[i].length) == 0)
            return &parts[i];
    return NULL;
}
