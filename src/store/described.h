/* SPDX-License-Identifier: Apache-2.0
 * What a filter asks of a picture's metadata, for engines that find out by looking at them. */
#ifndef DESCRY_STORE_DESCRIBED_H
#define DESCRY_STORE_DESCRIBED_H

#include "store/store.h"

/* Few cameras took many pictures: the last verdict is kept. */
typedef struct descry_described {
    const descry_filter *filter;
    char *part; /* of the camera's name, folded; NULL: any */
    char last[DESCRY_CAMERA_SIZE];
    int verdict;
} descry_described;

/* DESCRY_ERR_ARGUMENT: the camera's name is not UTF-8.  To be freed whatever it returns. */
int descry_described_open(descry_described *wanted, const descry_filter *filter, descry_error *err);
void descry_described_free(descry_described *wanted);

int descry_described_is_asked(const descry_filter *filter); /* 0: nothing of metadata matters (filter may be NULL) */
int descry_described_by_time(const descry_filter *filter);  /* 1: the time does */

int descry_described_camera(descry_described *wanted, const char *name); /* NULL: unknown */
int descry_described_near(const descry_described *wanted, double latitude, double longitude); /* where there is a distance */
double descry_described_degrees(const descry_filter *filter); /* of latitude: farther north or south nothing is near */

#endif
