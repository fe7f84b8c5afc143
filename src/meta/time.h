/* SPDX-License-Identifier: Apache-2.0
 * Days of the Gregorian calendar. */
#ifndef DESCRY_META_TIME_H
#define DESCRY_META_TIME_H

#include "descry.h"

enum { DESCRY_MS_SECOND = 1000, DESCRY_MS_MINUTE = 60000, DESCRY_MS_HOUR = 3600000, DESCRY_MS_DAY = 86400000 };

/* Milliseconds from the first moment of 1970 to that of this second; DESCRY_NO_TIME when there is no such day or time
 * (years 1 to 9999; second 60 is the first of the next minute). */
int64_t descry_time_make(int year, int month, int day, int hour, int minute, int second);

#endif
