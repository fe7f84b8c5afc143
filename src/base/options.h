/* SPDX-License-Identifier: Apache-2.0
 * Versioned structs made by a caller: their size is that of the caller's version of the header. */
#ifndef DESCRY_BASE_OPTIONS_H
#define DESCRY_BASE_OPTIONS_H

#include "descry.h"

/* Copies *given (may be NULL) over *full, which has `size` bytes and holds the defaults.  Members that an older caller lacks
 * keep their defaults; those that only a newer one has must be zero (as in Linux's copy_struct_from_user). */
int descry_options_copy(void *full, size_t size, const void *given, descry_error *err);

#define DESCRY_COPY_OPTIONS(full, given, err) descry_options_copy(full, sizeof *(full), given, err)

/* Preprocessing options with their limits and region: options.limits points to `limits`, options.region is NULL. */
typedef struct descry_reading {
    descry_preprocess_options options;
    descry_limits limits;
    descry_region region; /* all 0: the whole */
} descry_reading;

int descry_reading_copy(descry_reading *whole, const descry_preprocess_options *given, descry_error *err);

/* The same for many pictures: DESCRY_ERR_ARGUMENT if a region is given. */
int descry_reading_copy_whole(descry_reading *whole, const descry_preprocess_options *given, descry_error *err);

/* Copies *full back to *given (may be NULL), up to the size of the caller's struct. */
void descry_options_copy_back(void *given, const void *full, size_t size);

#define DESCRY_COPY_BACK(given, full) descry_options_copy_back(given, full, sizeof *(full))

/* DESCRY_ERR_ARGUMENT if no version has a struct of this size; NULL is valid. */
int descry_options_check(const void *given, descry_error *err);

#endif
