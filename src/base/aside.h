/* SPDX-License-Identifier: Apache-2.0
 * Folders in which systems put aside what they deleted, earlier states of it, and copies in small: bins and snapshots. */
#ifndef DESCRY_BASE_ASIDE_H
#define DESCRY_BASE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>

/* Is a folder of this name, size bytes of it, one of those?  Upper and lower case alike, as systems differ. */
bool descry_name_is_aside(const char *name, size_t size);

/* Does one of the folders that this path names, size bytes of it, have such a name? */
bool descry_path_is_aside(const char *path, size_t size);

#endif
