/* SPDX-License-Identifier: Apache-2.0
 * Checks of a TIFF's declared sizes against its bytes and our limits, before libtiff allocates or decodes anything. */
#ifndef DESCRY_IMAGE_TIFF_BOUNDS_H
#define DESCRY_IMAGE_TIFF_BOUNDS_H

#include "descry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>

/* The first directory, before libtiff reads it.  *patched: NULL, or a copy of the file in which unneeded tags that
 * libtiff would fail on are renamed; owned. */
int descry_tiff_check_directory(const uint8_t *bytes, size_t size, const char *name, uint8_t **patched, descry_error *err);

/* The strips or tiles, once libtiff has read the directory and the picture's own size was checked; `whole`: strips will
 * be decoded as a whole, not by rows. */
int descry_tiff_check_striles(TIFF *tiff, bool whole, const uint8_t *bytes, size_t size, const char *name,
                              const descry_limits *limits, descry_error *err);

#endif
