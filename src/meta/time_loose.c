/* SPDX-License-Identifier: Apache-2.0
 * Times as they are really written.  Exif 2.32, section 4.6.5: "2019:07:21 14:03:59", and blanks for what is not known;
 * cameras and programs also write other separators, blanks for leading zeros, single digits, hour 24, no seconds, no
 * time, fractions, halves of the day and zones. */
#include "meta/time.h"

#include <string.h>

enum { FIRST_ZONE = -12 * 60, LAST_ZONE = 14 * 60, COLUMNS = 19 };

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(const char **text)
{
    while (**text == ' ')
        ++*text;
}

/* A number of `least` to `most` digits. */
static int read_digits(const char **text, int least, int most, int *value)
{
    const char *at = *text;
    *value = 0;
    while (at - *text < most && is_digit(*at))
        *value = *value * 10 + (*at++ - '0');
    if (at - *text < least)
        return 0;
    *text = at;
    return 1;
}

static int take_separator(const char **text, const char *any)
{
    if (!**text || !strchr(any, **text))
        return 0;
    ++*text;
    return 1;
}

/* A separator, perhaps blanks, one or two digits. */
static int take_part(const char **text, const char *separators, int *value)
{
    const char *at = *text;
    if (!take_separator(&at, separators))
        return 0;
    skip_blanks(&at);
    if (!read_digits(&at, 1, 2, value))
        return 0;
    *text = at;
    return 1;
}

/* ---- zones ------------------------------------------------------------------------------------------------------ */

static int32_t take_zone(const char **text)
{
    const char *at = *text;
    int hours, minutes = 0, negative = *at == '-';
    if (*at == 'Z') {
        ++*text;
        return 0;
    }
    if ((*at != '+' && !negative) || (at++, !read_digits(&at, 1, 2, &hours)))
        return DESCRY_NO_OFFSET;
    if (*at == ':' || is_digit(*at)) {
        at += *at == ':';
        if (!read_digits(&at, 2, 2, &minutes) || minutes > 59)
            return DESCRY_NO_OFFSET;
    }
    int32_t zone = hours * 60 + minutes;
    zone = negative ? -zone : zone;
    if (is_digit(*at) || zone < FIRST_ZONE || zone > LAST_ZONE)
        return DESCRY_NO_OFFSET;
    *text = at;
    return zone;
}

int32_t descry_time_zone(const char *text)
{
    skip_blanks(&text);
    int32_t zone = take_zone(&text);
    skip_blanks(&text);
    return *text ? DESCRY_NO_OFFSET : zone;
}

/* ---- times ------------------------------------------------------------------------------------------------------ */

/* "2019: 7:21   : 3:59": in Exif's own columns, every blank of a number is a zero.  False: it has other columns. */
static int fill_columns(const char *text, char filled[COLUMNS + 1])
{
    static const char shape[] = "dddd:dd:dd dd:dd:dd";
    size_t size = strnlen(text, COLUMNS);
    memset(filled, ' ', COLUMNS); /* blanks at its end may have been cut off */
    memcpy(filled, text, size);
    filled[COLUMNS] = 0;
    if (size < COLUMNS - 2)
        return 0;
    for (size_t i = COLUMNS; i-- > 0;) {
        if (shape[i] != 'd' ? filled[i] != shape[i] : !is_digit(filled[i]) && filled[i] != ' ')
            return 0;
        if (shape[i] != 'd' || filled[i] != ' ')
            continue;
        if (i > 0 && is_digit(filled[i - 1])) /* a blank behind a digit */
            return 0;
        filled[i] = '0';
    }
    return 1;
}

/* "AM", "p.m.": hour 12 is the first of each half.  False: neither. */
static int take_half(const char **text, int *hour)
{
    const char *at = *text;
    int later = *at == 'p' || *at == 'P';
    if (!later && *at != 'a' && *at != 'A')
        return 0;
    at += at[1] == '.' ? 2 : 1;
    if (*at != 'm' && *at != 'M')
        return 0;
    *text = at + (at[1] == '.' ? 2 : 1);
    if (*hour <= 12)
        *hour = *hour % 12 + 12 * later;
    return 1;
}

/* Digits of the fraction of a second */
static int take_milliseconds(const char **text)
{
    int value = 0, scale = 100;
    for (; is_digit(**text); ++*text, scale /= 10)
        value += (**text - '0') * scale;
    return value;
}

int64_t descry_time_loose(const char *text, int32_t *offset)
{
    int year, month, day, hour = 0, minute = 0, second = 0, milliseconds = 0;
    int32_t zone = DESCRY_NO_OFFSET;
    char filled[COLUMNS + 1];
    const char *at = text, *rest = NULL;
    skip_blanks(&at);
    if (fill_columns(at, filled) && !is_digit(at[strnlen(at, COLUMNS)])) {
        rest = at + strnlen(at, COLUMNS);
        at = filled;
    }
    if (!read_digits(&at, 4, 4, &year) || !take_part(&at, ":-/.", &month) || !take_part(&at, ":-/.", &day) || is_digit(*at))
        return DESCRY_NO_TIME;
    const char *date_end = at;
    if (take_part(&at, " T:", &hour) || (at = date_end, skip_blanks(&at), 0)) {
        if (!take_part(&at, ":.", &minute) || is_digit(*at))
            return DESCRY_NO_TIME;
        if (take_part(&at, ":.", &second) && is_digit(*at))
            return DESCRY_NO_TIME;
        at = rest ? rest : at;
        if (take_separator(&at, ".,"))
            milliseconds = take_milliseconds(&at);
        skip_blanks(&at);
        if (take_half(&at, &hour))
            skip_blanks(&at);
        zone = take_zone(&at);
    } else if (*at)
        return DESCRY_NO_TIME;
    int64_t next_day = hour == 24 ? DESCRY_MS_DAY : 0, time = descry_time_make(year, month, day, hour % 24, minute, second);
    if (hour > 24 || time == DESCRY_NO_TIME)
        return DESCRY_NO_TIME;
    if (zone != DESCRY_NO_OFFSET)
        *offset = zone;
    return time + next_day + milliseconds;
}
