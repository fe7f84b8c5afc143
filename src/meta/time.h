/* SPDX-License-Identifier: Apache-2.0
 * Days of the Gregorian calendar. */
#ifndef DESCRY_META_TIME_H
#define DESCRY_META_TIME_H

#include "descry.h"

enum { DESCRY_MS_SECOND = 1000, DESCRY_MS_MINUTE = 60000, DESCRY_MS_HOUR = 3600000, DESCRY_MS_DAY = 86400000 };

/* Milliseconds from the first moment of 1970 to that of this second; DESCRY_NO_TIME when the date or time does not
 * exist (years 1 to 9999; second 60 is the first of the next minute). */
int64_t descry_time_make(int year, int month, int day, int hour, int minute, int second);

/* The period that a text as for descry_time_parse names, a year, a month, a day, a minute or a second: from *begin on, before
 * *end. */
int descry_time_period(const char *text, int64_t *begin, int64_t *end, descry_error *err);

/* The time in a text by a camera or program, in any of the formats in use: EXIF's "2019:07:21 14:03:59", ISO 8601, and
 * variants of both (time_loose.c).  DESCRY_NO_TIME: none, or it does not exist.  *offset is set to minutes ahead of UTC when
 * the text has a zone, and unchanged otherwise. */
int64_t descry_time_loose(const char *text, int32_t *offset);

/* A zone alone: "+02:00", "+0200", "-3:30", "+5", "Z"; from -12:00 to +14:00.  DESCRY_NO_OFFSET: none. */
int32_t descry_time_zone(const char *text);

#endif
