/* SPDX-License-Identifier: Apache-2.0
 * Filling descry_error. */
#ifndef DESCRY_BASE_ERROR_H
#define DESCRY_BASE_ERROR_H

#include "descry.h"

/* Fills *err (may be NULL) with `code` and a formatted message, cut to fit at a character boundary, control characters
 * replaced so that it stays one line.  Returns `code`. */
int descry_fail(descry_error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with ": " and the text of `error_number` (an errno value) appended; the code is DESCRY_ERR_MEMORY for
 * ENOMEM, DESCRY_ERR_NOT_FOUND for ENOENT and DESCRY_ERR_IO otherwise. */
int descry_fail_errno(descry_error *err, int error_number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int descry_fail_memory(descry_error *err); /* DESCRY_ERR_MEMORY, "out of memory" */

#endif
