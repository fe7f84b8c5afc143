/* SPDX-License-Identifier: Apache-2.0 */
#include "text/unescape.h"

#include "base/error.h"
#include "text/entities.h"
#include "text/unicode_tables.h"

#include <string.h>

enum { MAX_NAME = 32, MAX_FTFY_NAME = 24 };

/* The entity with this name (ASCII), known to `reader`; -1: none. */
static int find_entity(const char *name, size_t size, int reader)
{
    int low = 0, high = ENTITIES - 1;
    while (low <= high) {
        int middle = (low + high) / 2;
        const char *candidate = entity_names + entity_offsets[middle];
        int order = strncmp(name, candidate, size);
        if (order == 0 && candidate[size])
            order = -1;
        if (order == 0)
            return entity_known_to[middle] & reader ? middle : -1;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return -1;
}

static int put_entity(descry_text *out, int entity, descry_error *err)
{
    int rc = 0;
    for (int i = 0; i < 3 && entity_values[entity][i] && !rc; i++)
        rc = descry_text_put(out, entity_values[entity][i], err);
    return rc;
}

static int is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(uint32_t c)
{
    if (is_digit(c))
        return (int)c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)c - 'a' + 10 : -1;
}

/* A numeric reference, as html.unescape decodes it. */
static int put_number(descry_text *out, uint32_t n, descry_error *err)
{
    if (n == 0 || (n >= 0xD800 && n <= 0xDFFF) || n > 0x10FFFF)
        return descry_text_put(out, 0xFFFD, err);
    if (n == 0x0D)
        return descry_text_put(out, n, err);
    for (size_t i = 0; i < sizeof c1_controls / sizeof *c1_controls; i++)
        if (c1_controls[i].from == n)
            return descry_text_put(out, c1_controls[i].to[0], err);
    if (n == 0x81 || n == 0x8D || n == 0x8F || n == 0x90 || n == 0x9D)
        return descry_text_put(out, n, err);
    int invalid = (n >= 1 && n <= 8) || n == 0x0B || (n >= 0x0E && n <= 0x1F) || (n >= 0x7F && n <= 0x9F) ||
                  (n >= 0xFDD0 && n <= 0xFDEF) || (n & 0xFFFE) == 0xFFFE;
    return invalid ? 0 : descry_text_put(out, n, err);
}

/* Reads "#123;" or "#x1F;" at in[0..size); *used 0: not a number.  The semicolon may be missing. */
static uint32_t read_number(const uint32_t *in, size_t size, size_t *used)
{
    *used = 0;
    int hex = size > 1 && (in[1] | 0x20) == 'x';
    size_t i = hex ? 2 : 1, first = i;
    uint32_t n = 0;
    for (; i < size && (hex ? hex_value(in[i]) >= 0 : is_digit(in[i])); i++)
        if (n <= 0x10FFFF)
            n = n * (hex ? 16 : 10) + (uint32_t)hex_value(in[i]);
    if (i == first)
        return 0;
    *used = i < size && in[i] == ';' ? i + 1 : i;
    return n;
}

static int ends_name(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\f' || c == ' ' || c == '<' || c == '&' || c == '#' || c == ';';
}

/* A named reference at in[0..size), after '&': the longest known name there, with or without ';'.  *used 0: none. */
static int longest_entity(const uint32_t *in, size_t size, size_t *used)
{
    char name[MAX_NAME + 2];
    size_t length = 0;
    while (length < size && length < MAX_NAME && !ends_name(in[length])) {
        name[length] = in[length] < 0x80 ? (char)in[length] : '\x7F'; /* no name has it */
        length++;
    }
    if (length > 0 && length < size && in[length] == ';')
        name[length++] = ';';
    for (; length > 1; length--) {
        int entity = find_entity(name, length, ENTITY_HTML);
        if (entity >= 0) {
            *used = length;
            return entity;
        }
    }
    *used = 0;
    return -1;
}

int descry_unescape_html(descry_text *out, const uint32_t *in, size_t size, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0, used; i < size && !rc; i += used) {
        used = 0;
        if (in[i] == '&' && i + 1 < size && in[i + 1] == '#') {
            uint32_t n = read_number(in + i + 1, size - i - 1, &used);
            if (used)
                rc = put_number(out, n, err);
        } else if (in[i] == '&') {
            int entity = longest_entity(in + i + 1, size - i - 1, &used);
            if (used)
                rc = put_entity(out, entity, err);
        }
        if (!used && !rc)
            rc = descry_text_put(out, in[i], err);
        used++; /* the '&', or the character itself */
    }
    return rc;
}

static int is_alphanumeric(uint32_t c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* One reference for ftfy at in[0] == '&'; *used 0: none there. */
static int ftfy_reference(descry_text *out, const uint32_t *in, size_t size, size_t *used, descry_error *err)
{
    size_t hash = size > 1 && in[1] == '#', i = 1 + hash;
    char name[MAX_FTFY_NAME + 2];
    size_t length = 0;
    *used = 0;
    while (i < size && is_alphanumeric(in[i]) && length < MAX_FTFY_NAME)
        name[length++] = (char)in[i++];
    if (length == 0 || i >= size || in[i] != ';')
        return 0;
    name[length++] = ';';
    size_t whole = i + 1;
    if (hash) {
        size_t consumed;
        uint32_t n = read_number(in + 1, whole - 1, &consumed);
        if (consumed != whole - 1) /* not a number up to the semicolon */
            return 0;
        *used = whole;
        return put_number(out, n, err);
    }
    int entity = find_entity(name, length, ENTITY_FTFY);
    if (entity < 0)
        return 0;
    *used = whole;
    return put_entity(out, entity, err);
}

int descry_unescape_ftfy(descry_text *out, const uint32_t *in, size_t size, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0, used; i < size && !rc; i += used) {
        used = 0;
        if (in[i] == '&')
            rc = ftfy_reference(out, in + i, size - i, &used, err);
        if (!used && !rc) {
            rc = descry_text_put(out, in[i], err);
            used = 1;
        }
    }
    return rc;
}
