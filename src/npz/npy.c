/* SPDX-License-Identifier: Apache-2.0 */
#include "npz/npy.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { MAX_HEADER = 10000 }; /* numpy's own limit for what it did not write itself */

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* Magic, version 1.0, length of the rest, a Python dictionary, spaces, a line feed. */
size_t descry_npy_header(char header[DESCRY_NPY_HEADER], const char *type, const uint64_t *shape, size_t dims)
{
    enum { PREFIX = 10 };
    static const char magic[] = "\x93NUMPY\x01";
    char text[DESCRY_NPY_HEADER + 1];
    int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
    for (size_t i = 0; i < dims && n < (int)sizeof text; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%llu", i ? ", " : "", (unsigned long long)shape[i]);
    if (n < (int)sizeof text)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s), }", dims == 1 ? "," : "");
    if (n > DESCRY_NPY_HEADER - PREFIX - 1)
        return 0;
    memcpy(header, magic, sizeof magic); /* its NUL is the minor version */
    header[8] = DESCRY_NPY_HEADER - PREFIX;
    header[9] = 0;
    memset(header + PREFIX, ' ', DESCRY_NPY_HEADER - PREFIX);
    memcpy(header + PREFIX, text, (size_t)n);
    header[DESCRY_NPY_HEADER - 1] = '\n';
    return DESCRY_NPY_HEADER;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int bad(const char *name, const char *what, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a .npy array: %s", name, what);
}

int descry_npy_start(const uint8_t *bytes, size_t size, size_t *header, const char *name, descry_error *err)
{
    *header = 0;
    if (size < DESCRY_NPY_START || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return bad(name, "it does not begin like one", err);
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: .npy version %d.%d", name, bytes[6], bytes[7]);
    size_t length = (size_t)bytes[8] | (size_t)bytes[9] << 8, prefix = 10;
    if (bytes[6] > 1) {
        length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
        prefix = 12;
    }
    if (length > MAX_HEADER)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: a .npy header of %zu bytes", name, length);
    *header = prefix + length;
    return *header < DESCRY_NPY_START ? bad(name, "its header is cut off", err) : 0;
}

typedef struct text {
    const char *at, *end;
} text;

static void skip(text *t)
{
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\n' || *t->at == '\t' || *t->at == '\r'))
        t->at++;
}

static int skip_char(text *t, char c)
{
    skip(t);
    if (t->at == t->end || *t->at != c)
        return 0;
    t->at++;
    return 1;
}

static int peek(text *t)
{
    skip(t);
    return t->at < t->end ? (unsigned char)*t->at : 0;
}

/* A quoted text without escapes. */
static int take_text(text *t, char *out, size_t room)
{
    char quote = (char)peek(t);
    size_t n = 0;
    if ((quote != '\'' && quote != '"') || !skip_char(t, quote))
        return 0;
    for (; t->at < t->end && *t->at != quote; t->at++) {
        if (*t->at == '\\' || n + 1 >= room)
            return 0;
        out[n++] = *t->at;
    }
    out[n] = 0;
    return skip_char(t, quote);
}

/* Decimal digits; an L may follow, as Python 2 wrote it. */
static int take_number(text *t, uint64_t *number)
{
    const char *start;
    skip(t);
    *number = 0;
    for (start = t->at; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(*t->at - '0'), number))
            return 0;
    if (t->at == start)
        return 0;
    if (t->at < t->end && *t->at == 'L')
        t->at++;
    return 1;
}

static int take_word(text *t, const char *word)
{
    size_t size = strlen(word);
    skip(t);
    if ((size_t)(t->end - t->at) < size || memcmp(t->at, word, size) != 0)
        return 0;
    t->at += size;
    return 1;
}

/* "(3, 512)", "(3,)", "()" */
static int take_shape(text *t, descry_npy *npy)
{
    int comma = 1;
    if (!skip_char(t, '('))
        return 0;
    for (npy->dims = 0; peek(t) != ')'; npy->dims++) {
        if (!comma || npy->dims == DESCRY_NPY_DIMS || !take_number(t, &npy->shape[npy->dims]))
            return 0;
        comma = skip_char(t, ',');
    }
    return skip_char(t, ')') && (npy->dims != 1 || comma);
}

/* "<f4", "|S12", "<U30" */
static int read_type(descry_npy *npy, const char *type, const char *name, descry_error *err)
{
    text t = {type, type + strlen(type)};
    char order = (char)peek(&t);
    uint64_t number = 0;
    int good = order && strchr("<>=|", order) && skip_char(&t, order);
    npy->type = good ? (char)peek(&t) : 0;
    good = npy->type && skip_char(&t, npy->type) && take_number(&t, &number) && t.at == t.end;
    if (npy->type == 'O')
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: an array of Python objects, which is never unpacked", name);
    if (good && npy->type == 'f')
        good = (number == 2 || number == 4 || number == 8) && order != '|';
    else
        good = good && (npy->type == 'U' || npy->type == 'S') && number > 0;
    if (good && npy->type == 'U')
        good = !__builtin_mul_overflow(number, 4, &number);
    if (!good)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: an array of type '%s'", name, type);
    npy->item = number;
    npy->big = order == '>';
    return 0;
}

static int count_bytes(descry_npy *npy, const char *name, descry_error *err)
{
    npy->bytes = npy->item;
    for (size_t i = 0; i < npy->dims; i++)
        if (__builtin_mul_overflow(npy->bytes, npy->shape[i], &npy->bytes) || npy->bytes > INT64_MAX)
            return bad(name, "its shape is impossible", err);
    return 0;
}

int descry_npy_parse(descry_npy *npy, const uint8_t *header, size_t size, const char *name, descry_error *err)
{
    char key[32], type[64];
    size_t all;
    int seen = 0, rc = descry_npy_start(header, size, &all, name, err);
    *npy = (descry_npy){0};
    if (rc || all != size)
        return rc ? rc : bad(name, "its header is cut off", err);
    text t = {(const char *)header + (header[6] > 1 ? 12 : 10), (const char *)header + size};
    int good = skip_char(&t, '{'), comma = 1;
    while (good && peek(&t) != '}') {
        good = comma && take_text(&t, key, sizeof key) && skip_char(&t, ':');
        int which = strcmp(key, "descr") == 0 ? 1 : strcmp(key, "fortran_order") == 0 ? 2 : 4;
        if (!good)
            break;
        good = (which != 4 || strcmp(key, "shape") == 0) && !(seen & which);
        seen |= which;
        if (good && which == 1 && peek(&t) == '[')
            return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: an array of records", name);
        if (good && which == 1)
            good = take_text(&t, type, sizeof type);
        else if (good && which == 2)
            good = (npy->fortran = take_word(&t, "True")) || take_word(&t, "False");
        else if (good)
            good = take_shape(&t, npy);
        comma = good && skip_char(&t, ',');
    }
    good = good && seen == 7 && skip_char(&t, '}') && peek(&t) == 0 && t.at == t.end;
    if (!good)
        return bad(name, "its header cannot be read", err);
    rc = read_type(npy, type, name, err);
    return rc ? rc : count_bytes(npy, name, err);
}
