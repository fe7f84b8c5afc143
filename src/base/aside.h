/* SPDX-License-Identifier: Apache-2.0
 * Folders in which systems put aside what they deleted, earlier states of it, and copies in small: bins and snapshots. */
#ifndef DESCRY_BASE_ASIDE_H
#define DESCRY_BASE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>

/* Is the folder at this path, size bytes of it, one of those, by its name?  Upper and lower case alike, as systems differ. */
bool descry_folder_is_aside(const char *path, size_t size);

/* Is the file at this path, size bytes of it, in one of those? */
bool descry_path_is_aside(const char *path, size_t size);

#endif
