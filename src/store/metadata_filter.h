/* SPDX-License-Identifier: Apache-2.0
 * The part of a filter that is about metadata (time, camera, place) and captions, for engines that evaluate it row by row. */
#ifndef DESCRY_STORE_METADATA_FILTER_H
#define DESCRY_STORE_METADATA_FILTER_H

#include "store/store.h"

/* Caches the result for the last camera: most pictures are by a few. */
typedef struct descry_metadata_filter {
    const descry_filter *filter;
    char *part; /* substring of the camera's name, case-folded; NULL: any */
    char last[DESCRY_CAMERA_SIZE];
    int matches; /* `last` does */
} descry_metadata_filter;

/* DESCRY_ERR_ARGUMENT: the camera's name is not UTF-8.  To be freed in any case. */
int descry_metadata_filter_open(descry_metadata_filter *wanted, const descry_filter *filter, descry_error *err);
void descry_metadata_filter_free(descry_metadata_filter *wanted);

int descry_metadata_filter_is_set(const descry_filter *filter);  /* 0: no condition on metadata (filter may be NULL) */
int descry_metadata_filter_by_time(const descry_filter *filter); /* 1: one on the time, if only that it is known */

int descry_metadata_filter_camera(descry_metadata_filter *wanted, const char *name); /* NULL: unknown */
int descry_metadata_filter_near(const descry_metadata_filter *wanted, double latitude, double longitude); /* only with filter->km >= 0 */
double descry_metadata_filter_degrees(const descry_filter *filter); /* of latitude that `km` spans: prefilter for an index on it */

#endif
