/* SPDX-License-Identifier: Apache-2.0
 * Folders of systems for deleted files, earlier versions and thumbnails: recycle bins, snapshots, caches. */
#ifndef DESCRY_BASE_ASIDE_H
#define DESCRY_BASE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the folder at `path` (`size` bytes) is one of those, by its name, in any case of letters, as systems differ. */
bool descry_folder_is_aside(const char *path, size_t size);

/* Whether the file at `path` (`size` bytes) is in one of those. */
bool descry_path_is_aside(const char *path, size_t size);

#endif
