/* SPDX-License-Identifier: Apache-2.0 */
#include "meta/time.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { DAYS_TO_1970 = 719162 }; /* from 1 January of the year 1 */

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

int64_t descry_time_make(int year, int month, int day, int hour, int minute, int second)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return DESCRY_NO_TIME;
    int before = year - 1; /* whole years */
    int64_t days = (int64_t)before * 365 + before / 4 - before / 100 + before / 400 - DAYS_TO_1970 + day - 1;
    for (int m = 1; m < month; m++)
        days += month_days(year, m);
    return days * DESCRY_MS_DAY + (int64_t)hour * DESCRY_MS_HOUR + (int64_t)minute * DESCRY_MS_MINUTE +
           (int64_t)second * DESCRY_MS_SECOND;
}

/* ---- from a text ------------------------------------------------------------------------------------------------ */

/* `count` digits after the character `lead` (0: none). */
static int read_digits(const char **text, char lead, int count, int *value)
{
    const char *at = *text;
    if (lead && *at++ != lead)
        return 0;
    *value = 0;
    for (int i = 0; i < count; i++, at++) {
        if (*at < '0' || *at > '9')
            return 0;
        *value = *value * 10 + (*at - '0');
    }
    *text = at;
    return 1;
}

int descry_time_period(const char *text, int64_t *begin, int64_t *end, descry_error *err)
{
    int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    const char *at = text;
    int good = read_digits(&at, 0, 4, &year);
    if (good && *at)
        good = read_digits(&at, '-', 2, &month);
    if (good && *at)
        good = read_digits(&at, '-', 2, &day);
    if (good && *at)
        good = (read_digits(&at, 'T', 2, &hour) || read_digits(&at, ' ', 2, &hour)) && read_digits(&at, ':', 2, &minute);
    if (good && *at)
        good = read_digits(&at, ':', 2, &second);
    *begin = good && !*at && second < 60 ? descry_time_make(year, month, day, hour, minute, second) : DESCRY_NO_TIME;
    if (*begin == DESCRY_NO_TIME)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "'%s' is not a date: YYYY, YYYY-MM or YYYY-MM-DD, then THH:MM or "
                           "THH:MM:SS", text);
    const size_t given = strlen(text);
    const int days = given == strlen("YYYY") ? 365 + is_leap(year) : given == strlen("YYYY-MM") ? month_days(year, month) : 1;
    const int64_t length = given <= strlen("YYYY-MM-DD")         ? (int64_t)DESCRY_MS_DAY * days
                           : given == strlen("YYYY-MM-DDTHH:MM") ? DESCRY_MS_MINUTE
                                                                 : DESCRY_MS_SECOND;
    *end = *begin + length;
    return 0;
}

int descry_time_parse(const char *text, int64_t *time, descry_error *err)
{
    int64_t end;
    return descry_time_period(text, time, &end, err);
}

/* ---- to a text -------------------------------------------------------------------------------------------------- */

void descry_time_print(char text[DESCRY_TIME_SIZE], int64_t time, int32_t offset)
{
    text[0] = 0;
    int64_t first = descry_time_make(1, 1, 1, 0, 0, 0), last = descry_time_make(9999, 12, 31, 23, 59, 59) + 999;
    if (time < first || time > last)
        return;
    int64_t rest = (time - first) % DESCRY_MS_DAY, days = (time - first) / DESCRY_MS_DAY;
    int year = 1 + (int)(days / 366), month = 1; /* a lower bound: it is counted up */
    while (year < 9999 && descry_time_make(year + 1, 1, 1, 0, 0, 0) <= time)
        year++;
    int64_t day = (time - rest - descry_time_make(year, 1, 1, 0, 0, 0)) / DESCRY_MS_DAY;
    for (; day >= month_days(year, month); month++)
        day -= month_days(year, month);
    int n = snprintf(text, DESCRY_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, (int)day + 1,
                     (int)(rest / DESCRY_MS_HOUR), (int)(rest / DESCRY_MS_MINUTE % 60),
                     (int)(rest / DESCRY_MS_SECOND % 60));
    if (rest % DESCRY_MS_SECOND)
        n += snprintf(text + n, (size_t)(DESCRY_TIME_SIZE - n), ".%03d", (int)(rest % DESCRY_MS_SECOND));
    if (offset == DESCRY_NO_OFFSET || offset <= -6000 || offset >= 6000)
        return;
    int minutes = offset < 0 ? -offset : offset;
    if (minutes == 0)
        snprintf(text + n, (size_t)(DESCRY_TIME_SIZE - n), "Z");
    else
        snprintf(text + n, (size_t)(DESCRY_TIME_SIZE - n), "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60,
                 minutes % 60);
}
