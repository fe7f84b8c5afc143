/* SPDX-License-Identifier: Apache-2.0 */
#include "store/metadata_filter.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unistr.h>

#define EARTH_KM 6371.0088 /* mean radius: Moritz, Geodetic Reference System 1980, R1 */
#define RADIANS  0.017453292519943295

/* The haversine formula: half the chord of the angle between two places, squared, is
 * sin(dlat / 2)^2 + cos(lat1) cos(lat2) sin(dlon / 2)^2 (R. W. Sinnott, Virtues of the Haversine, Sky & Telescope 68,
 * 1984).  Degrees to kilometres. */
static double distance(double lat1, double lon1, double lat2, double lon2)
{
    double a = sin((lat2 - lat1) * RADIANS / 2), b = sin((lon2 - lon1) * RADIANS / 2);
    double h = a * a + cos(lat1 * RADIANS) * cos(lat2 * RADIANS) * b * b;
    return 2 * EARTH_KM * asin(fmin(1, sqrt(h)));
}

/* Unicode's full case folding; NULL: not UTF-8, or out of memory. */
static char *fold(const char *text)
{
    size_t size = strlen(text) + 1;
    if (u8_check((const uint8_t *)text, size))
        return NULL;
    return (char *)u8_casefold((const uint8_t *)text, size, NULL, NULL, NULL, &size);
}

int descry_metadata_filter_by_time(const descry_filter *filter)
{
    return filter->after != DESCRY_NO_TIME || filter->before != DESCRY_NO_TIME || (filter->has & DESCRY_HAS_DATE);
}

int descry_metadata_filter_is_set(const descry_filter *filter)
{
    return filter && (descry_metadata_filter_by_time(filter) || filter->camera || filter->km >= 0 || filter->has);
}

int descry_metadata_filter_open(descry_metadata_filter *wanted, const descry_filter *filter, descry_error *err)
{
    *wanted = (descry_metadata_filter){.filter = filter};
    if (filter->camera && !(wanted->part = fold(filter->camera)))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "the camera's name is not UTF-8");
    return 0;
}

void descry_metadata_filter_free(descry_metadata_filter *wanted)
{
    free(wanted->part);
    *wanted = (descry_metadata_filter){0};
}

int descry_metadata_filter_camera(descry_metadata_filter *wanted, const char *name)
{
    if (!wanted->part)
        return 1;
    if (!name)
        return 0;
    if (*wanted->last && strcmp(wanted->last, name) == 0)
        return wanted->matches;
    char *folded = fold(name);
    wanted->matches = folded && strstr(folded, wanted->part);
    free(folded);
    wanted->last[0] = 0;
    if (strlen(name) < sizeof wanted->last)
        memcpy(wanted->last, name, strlen(name) + 1);
    return wanted->matches;
}

int descry_metadata_filter_near(const descry_metadata_filter *wanted, double latitude, double longitude)
{
    const descry_filter *filter = wanted->filter;
    return distance(filter->latitude, filter->longitude, latitude, longitude) <= filter->km;
}

double descry_metadata_filter_degrees(const descry_filter *filter)
{
    return filter->km / EARTH_KM / RADIANS + 1e-6;
}
