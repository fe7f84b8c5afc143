/* SPDX-License-Identifier: Apache-2.0
 * The filters of a query: key:value to a descry_filter. */
#include "query/filters.h"

#include "base/error.h"
#include "meta/time.h"

#include <math.h>
#include <string.h>
#include <unistr.h>

static const char *const KEYS[DESCRY_QUERY_KEYS] = {"date", "camera", "near", "in", "has", "album"};

descry_query_key descry_query_key_of(const char *text, size_t size)
{
    int key = 0;
    for (; key < DESCRY_QUERY_KEYS; key++) {
        size_t n = strlen(KEYS[key]);
        if (size > n && text[n] == ':' && memcmp(text, KEYS[key], n) == 0)
            break;
    }
    return (descry_query_key)key;
}

size_t descry_query_key_size(descry_query_key key)
{
    return strlen(KEYS[key]) + 1;
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

/* A filter while it is read: `value` is that of the current token, without quotes, from byte `at` of the query on. */
typedef struct reader {
    const descry_lexer *lexer;
    descry_query *query;
    const char *value;
    size_t at;
} reader;

static int fail_at(const reader *r, const char *place, descry_error *err, const char *message)
{
    return descry_lexer_fail(r->lexer, DESCRY_ERR_ARGUMENT, r->at + (size_t)(place - r->value), err,
                             "%s (a text that begins so is put in quotes)", message);
}

/* The period that the characters [from, to) name. */
static int read_period(const reader *r, const char *from, const char *to, int64_t *begin, int64_t *end, descry_error *err)
{
    char text[DESCRY_TIME_SIZE] = "";
    if ((size_t)(to - from) < sizeof text)
        memcpy(text, from, (size_t)(to - from));
    if (descry_time_period(text, begin, end, NULL))
        return fail_at(r, from, err, "this is no date: YYYY, YYYY-MM or YYYY-MM-DD, the last also with THH:MM or THH:MM:SS");
    return 0;
}

/* "2019", "2019-06..2019-08", "2019..", "..2019": from the first moment of the one to the last of the other. */
static int read_date(const reader *r, descry_error *err)
{
    const char *dots = strstr(r->value, ".."), *end = r->value + strlen(r->value);
    int64_t begin = DESCRY_NO_TIME, behind = DESCRY_NO_TIME, unused;
    if (dots && end == r->value + 2)
        return fail_at(r, r->value, err, "a date is missing before the dots, or after them");
    int rc = dots ? 0 : read_period(r, r->value, end, &begin, &behind, err);
    if (!rc && dots && dots > r->value)
        rc = read_period(r, r->value, dots, &begin, &unused, err);
    if (!rc && dots && dots + 2 < end)
        rc = read_period(r, dots + 2, end, &unused, &behind, err);
    if (!rc && behind != DESCRY_NO_TIME && behind <= begin)
        rc = fail_at(r, dots + 2, err, "this is before the date that it begins with");
    r->query->only.after = begin;
    r->query->only.before = behind;
    return rc;
}

/* Coordinates come with more digits than descry_query_number takes: those of a fraction behind the 15th are dropped. */
static int read_coordinate(const char *text, size_t size, double *number)
{
    size_t digits = 0, kept = 0;
    int point = 0;
    for (size_t i = 0; i < size; i++) {
        digits += text[i] >= '0' && text[i] <= '9';
        point = point || text[i] == '.';
        if (point && digits > 15 && (text[i] < '0' || text[i] > '9'))
            return 0;
        kept = point && digits > 15 ? kept : i + 1;
    }
    return descry_query_number(text, kept, number);
}

static int read_near(const reader *r, descry_error *err)
{
    static const double most[] = {90, 180, 1e9};
    double values[3];
    const char *at = r->value;
    for (int i = 0; i < 3; i++) {
        at += strspn(at, " ");
        size_t size = strcspn(at, ",");
        if (!read_coordinate(at, size, &values[i]) || !(fabs(values[i]) <= most[i]) || (i == 2 && values[i] < 0) ||
            at[size] != (i < 2 ? ',' : 0))
            return fail_at(r, at, err, "LAT,LON,KM are wanted: degrees from -90 to 90, from -180 to 180, and kilometres");
        at += size + (i < 2);
    }
    r->query->only.latitude = values[0];
    r->query->only.longitude = values[1];
    r->query->only.km = values[2];
    return 0;
}

/* "caption", or several with commas between them */
static int read_has(const reader *r, descry_error *err)
{
    static const struct {
        const char *name;
        uint64_t bit;
    } things[] = {{"caption", DESCRY_HAS_CAPTION}, {"place", DESCRY_HAS_PLACE}, {"date", DESCRY_HAS_DATE}};
    for (const char *at = r->value;; at++) {
        size_t size = strcspn(at, ","), i = 0;
        while (i < 3 && (strlen(things[i].name) != size || memcmp(things[i].name, at, size) != 0))
            i++;
        if (i == 3)
            return fail_at(r, at, err, "what pictures can have: caption, place, date");
        r->query->only.has |= things[i].bit;
        at += size;
        if (!*at)
            return 0;
    }
}

static int read_name(const reader *r, const char **name, const char *message, descry_error *err)
{
    const uint8_t *wrong = u8_check((const uint8_t *)r->value, strlen(r->value));
    *name = r->value;
    return wrong ? fail_at(r, (const char *)wrong, err, message) : 0;
}

int descry_query_add_filter(descry_query *query, const descry_lexer *lexer, descry_error *err)
{
    const descry_token *token = &lexer->token;
    const char *key = KEYS[token->key];
    descry_query_given *given = &query->given[token->key];
    if (given->value)
        return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, token->begin, err, "%s: is given twice", key);
    size_t begin = token->begin + descry_query_key_size(token->key);
    const char *value = descry_lexer_text(lexer, begin, token->end, token->quoted, &query->arena);
    if (!value)
        return descry_fail_memory(err);
    *given = (descry_query_given){token->begin, token->end, value};
    reader r = {lexer, query, value, begin + (token->quoted != 0)};
    if (!*value)
        return descry_lexer_fail(lexer, DESCRY_ERR_ARGUMENT, begin, err,
                                 "nothing stands after %s: (a text that begins so is put in quotes)", key);
    switch (token->key) {
    case DESCRY_KEY_DATE:
        return read_date(&r, err);
    case DESCRY_KEY_NEAR:
        return read_near(&r, err);
    case DESCRY_KEY_HAS:
        return read_has(&r, err);
    case DESCRY_KEY_CAMERA:
        return read_name(&r, &query->only.camera, "the camera's name is not UTF-8", err);
    case DESCRY_KEY_ALBUM:
        return read_name(&r, &query->only.album, "the album's name is not UTF-8", err);
    case DESCRY_KEY_IN:
        query->folder = value;
        return 0;
    case DESCRY_QUERY_KEYS:
        break;
    }
    return 0;
}

const char *descry_query_key_name(descry_query_key key)
{
    return KEYS[key];
}

int descry_query_has_other_filters(const descry_query *query, descry_query_key key)
{
    for (int other = 0; other < DESCRY_QUERY_KEYS; other++)
        if (query->given[other].value && other != (int)key)
            return 1;
    return 0;
}

int descry_query_has_filters(const descry_query *query)
{
    return descry_query_has_other_filters(query, DESCRY_QUERY_KEYS);
}

int descry_query_fail_at_filter(const descry_query *query, const char *text, descry_query_key key, int code, descry_error *err,
                                const char *message)
{
    const descry_lexer lexer = {.text = text};
    return descry_lexer_fail(&lexer, code, query->given[key].begin, err, "%s", message);
}

/* ---- with the options ------------------------------------------------------------------------------------------ */

/* Whether options say what a filter of this key would say. */
static int says_the_same(descry_query_key key, const descry_filter *filter)
{
    switch (key) {
    case DESCRY_KEY_DATE:
        return filter->after != DESCRY_NO_TIME || filter->before != DESCRY_NO_TIME;
    case DESCRY_KEY_CAMERA:
        return filter->camera != NULL;
    case DESCRY_KEY_NEAR:
        return filter->km >= 0;
    case DESCRY_KEY_IN:
        return filter->unders > 0;
    case DESCRY_KEY_ALBUM:
        return filter->album != NULL;
    case DESCRY_KEY_HAS:
    case DESCRY_QUERY_KEYS:
        break;
    }
    return 0;
}

int descry_query_narrow(const descry_query *query, const char *text, descry_filter *filter, size_t *position,
                        descry_error *err)
{
    const descry_lexer lexer = {.text = text, .position = position};
    const descry_filter *only = &query->only;
    for (int key = 0; key < DESCRY_QUERY_KEYS; key++)
        if (query->given[key].value && says_the_same((descry_query_key)key, filter))
            return descry_lexer_fail(&lexer, DESCRY_ERR_ARGUMENT, query->given[key].begin, err,
                                     "%s: is in the options, too, where one is enough", KEYS[key]);
    if (query->given[DESCRY_KEY_DATE].value) {
        filter->after = only->after;
        filter->before = only->before;
    }
    if (query->given[DESCRY_KEY_CAMERA].value)
        filter->camera = only->camera;
    if (query->given[DESCRY_KEY_ALBUM].value)
        filter->album = only->album;
    if (query->given[DESCRY_KEY_NEAR].value) {
        filter->latitude = only->latitude;
        filter->longitude = only->longitude;
        filter->km = only->km;
    }
    if (query->given[DESCRY_KEY_IN].value) {
        filter->under = &query->folder;
        filter->unders = 1;
    }
    filter->has |= only->has;
    return 0;
}
