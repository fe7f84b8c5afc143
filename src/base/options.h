/* SPDX-License-Identifier: Apache-2.0
 * Structs that a caller makes, of the size that its version of the header has. */
#ifndef DESCRY_BASE_OPTIONS_H
#define DESCRY_BASE_OPTIONS_H

#include "descry.h"

/* *full, of `size` bytes and filled with the defaults, takes what *given has; `given` NULL: nothing.  What an older caller
 * does not have stays as it is; what only a newer one has must be zero (as Linux does it: copy_struct_from_user). */
int descry_options_take(void *full, size_t size, const void *given, descry_error *err);

#define DESCRY_TAKE(full, given, err) descry_options_take(full, sizeof *(full), given, err)

/* Both at once: `whole` is options whose limits are `limits`. */
typedef struct descry_reading {
    descry_preprocess_options options;
    descry_limits limits;
} descry_reading;

int descry_reading_take(descry_reading *whole, const descry_preprocess_options *given, descry_error *err);

/* The other way: *given (may be NULL) is filled as far as its size goes. */
void descry_options_give(void *given, const void *full, size_t size);

#define DESCRY_GIVE(given, full) descry_options_give(given, full, sizeof *(full))

/* DESCRY_ERR_ARGUMENT when no version has a struct of this size; NULL is good. */
int descry_options_check(const void *given, descry_error *err);

#endif
