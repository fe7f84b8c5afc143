/* SPDX-License-Identifier: Apache-2.0
 * Rules: ftfy 6.3 (fix_text with its defaults), Python's html.unescape and str.lower. */
#include "text/clean.h"

#include "base/error.h"
#include "text/classes.h"
#include "text/mojibake.h"
#include "text/unescape.h"
#include "text/unicode_tables.h"

#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>
#include <unictype.h>

enum { MAX_SEGMENT = 1000000, MAX_EFFORT = 4096 * 4096 };

/* ---- ftfy's steps on a segment --------------------------------------------------------------------------------------- */

static const uint32_t *find_replacement(const replacement *table, size_t count, uint32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table[middle].from < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && table[low].from == c ? table[low].to : NULL;
}

#define FIND(table, c) find_replacement(table, sizeof table / sizeof *table, c)

/* Steps that replace one character by others: windows-1252 for C1 controls, ligatures, widths, straight quotes.  Each
 * takes the output of the step before. */
static int put_replaced(descry_text *out, uint32_t c, int step, descry_error *err)
{
    const uint32_t *to = step == 0 ? FIND(c1_controls, c) : step == 1 ? FIND(ligatures, c) : FIND(widths, c);
    int rc = 0;
    if (step == 3) {
        if (c >= 0x201C && c <= 0x201F)
            c = '"';
        else if (c == 0x02BC || (c >= 0x2018 && c <= 0x201B))
            c = '\'';
        return descry_text_put(out, c, err);
    }
    if (!to)
        return put_replaced(out, c, step + 1, err);
    for (int i = 0; i < 3 && to[i] && !rc; i++)
        rc = put_replaced(out, to[i], step + 1, err);
    return rc;
}

/* Line breaks, terminal escapes, control characters; in place. */
static void fix_controls(descry_text *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->size; i++) {
        uint32_t c = text->data[i];
        if (c == '\r' && i + 1 < text->size && text->data[i + 1] == '\n')
            continue;
        if (c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85)
            c = '\n';
        text->data[n++] = c;
    }
    text->size = n;
    n = 0;
    for (size_t i = 0; i < text->size; i++) {
        uint32_t c = text->data[i];
        if (c == 0x1B && i + 1 < text->size && text->data[i + 1] == '[') {
            size_t j = i + 2;
            while (j < text->size && (text->data[j] == ';' || uc_is_property_decimal_digit(text->data[j])))
                j++;
            if (j < text->size && ((text->data[j] | 0x20) >= 'a' && (text->data[j] | 0x20) <= 'z')) {
                i = j;
                continue;
            }
        }
        text->data[n++] = c;
    }
    text->size = n;
    n = 0;
    for (size_t i = 0; i < text->size; i++)
        if (!DESCRY_IN_RANGES(controls, text->data[i]))
            text->data[n++] = text->data[i];
    text->size = n;
}

static int normalise(descry_text *text, descry_error *err)
{
    size_t size;
    if (text->size == 0)
        return 0;
    uint32_t *data = u32_normalize(UNINORM_NFC, text->data, text->size, NULL, &size);
    if (!data)
        return descry_fail_memory(err);
    free(text->data);
    *text = (descry_text){data, size, size};
    return 0;
}

/* Repeats ftfy's steps until they change nothing. */
static int fix_segment(descry_text *segment, int entities, descry_effort *effort, descry_error *err)
{
    int rc = 0, stable = 0;
    while (!rc && !stable) {
        descry_text before = {0}, next = {0};
        rc = descry_effort_spend(effort, segment->size, err);
        if (!rc)
            rc = descry_text_put_all(&before, segment->data, segment->size, err);
        if (!rc && entities) {
            rc = descry_unescape_ftfy(&next, segment->data, segment->size, err);
            if (!rc)
                descry_text_take(segment, &next);
        }
        if (!rc)
            rc = descry_text_repair(segment, effort, err);
        for (size_t i = 0; i < segment->size && !rc; i++)
            rc = put_replaced(&next, segment->data[i], 0, err);
        if (!rc) {
            descry_text_take(segment, &next);
            fix_controls(segment);
            rc = normalise(segment, err);
        }
        stable = !rc && descry_text_same(segment, &before);
        descry_text_free(&before);
        descry_text_free(&next);
    }
    return rc;
}

/* ftfy.fix_text */
static int fix_text(descry_text *text, descry_error *err)
{
    descry_effort effort = {16 * text->size + MAX_EFFORT};
    descry_text out = {0};
    int rc = 0, entities = 1;
    for (size_t at = 0; at < text->size && !rc;) {
        size_t end = at;
        while (end < text->size && end - at < MAX_SEGMENT && text->data[end] != '\n')
            end++;
        if (end < text->size && end - at < MAX_SEGMENT)
            end++; /* the newline is part of it */
        descry_text segment = {0};
        rc = descry_text_put_all(&segment, text->data + at, end - at, err);
        for (size_t i = 0; i < segment.size && entities; i++)
            entities = segment.data[i] != '<'; /* it may be HTML: entities are kept from here on */
        if (!rc)
            rc = fix_segment(&segment, entities, &effort, err);
        if (!rc)
            rc = descry_text_put_all(&out, segment.data, segment.size, err);
        descry_text_free(&segment);
        at = end;
    }
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    return rc;
}

/* ---- after ftfy ---------------------------------------------------------------------------------------------------- */

/* Python's html.unescape */
static int unescape_html(descry_text *text, descry_error *err)
{
    descry_text out = {0};
    int rc = descry_unescape_html(&out, text->data, text->size, err);
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    return rc;
}

/* Runs of whitespace become one space; none at the ends. */
static void collapse_spaces(descry_text *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->size; i++)
        if (!descry_is_space(text->data[i])) {
            if (n > 0 && descry_is_space(text->data[i - 1]))
                text->data[n++] = ' ';
            text->data[n++] = text->data[i];
        }
    text->size = n;
}

static int lower_case(descry_text *text, descry_error *err)
{
    size_t size;
    if (text->size == 0)
        return 0;
    uint32_t *data = u32_tolower(text->data, text->size, NULL, NULL, NULL, &size);
    if (!data)
        return descry_fail_memory(err);
    free(text->data);
    *text = (descry_text){data, size, size};
    return 0;
}

/* Fast path for most queries: before lower-casing, no step would change anything in them but the spaces. */
static int is_plain(const descry_text *text)
{
    for (size_t i = 0; i < text->size; i++)
        if (text->data[i] < 0x20 || text->data[i] > 0x7E || text->data[i] == '&')
            return 0;
    return 1;
}

/* The end of open_clip's canonicalize_text: no ASCII punctuation, an underscore is a space. */
static void drop_punctuation(descry_text *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->size; i++) {
        uint32_t c = text->data[i];
        if (c > 0x20 && c < 0x7F && c != '_' && !descry_is_letter(c) && !descry_is_number(c))
            continue;
        text->data[n++] = c == '_' ? ' ' : c;
    }
    text->size = n;
}

int descry_text_clean(descry_text *text, descry_cleaning cleaning, descry_error *err)
{
    int rc = 0;
    if (!is_plain(text)) {
        rc = fix_text(text, err);
        for (int i = 0; i < 2 && !rc; i++)
            rc = unescape_html(text, err);
    }
    if (!rc && cleaning == DESCRY_CLEAN_CANONICALIZE)
        drop_punctuation(text);
    if (!rc)
        collapse_spaces(text);
    return rc || cleaning == DESCRY_CLEAN_WHITESPACE ? rc : lower_case(text, err);
}
