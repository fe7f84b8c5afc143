/* SPDX-License-Identifier: Apache-2.0
 * Zip archives as torch writes them, by their central directory: where in a map the bytes of each file are, which are
 * stored, not compressed.  libzip does not tell where. */
#ifndef DESCRY_TENSORS_ARCHIVE_H
#define DESCRY_TENSORS_ARCHIVE_H

#include "base/file.h"

typedef struct descry_archive_file {
    const char *name;      /* in the map; no NUL at its end */
    size_t name_size;
    uint64_t header, end;  /* offsets: of the header before its bytes; what these do not reach beyond */
    uint64_t size, packed; /* bytes; in the archive */
    unsigned flags, method;
} descry_archive_file;

typedef struct descry_archive {
    const char *path; /* for errors */
    const descry_map *map;
    descry_archive_file *files; /* [count], by name */
    size_t count;
} descry_archive;

/* DESCRY_ERR_FORMAT: damaged, or two files have one name or overlap.  `path` and `map` must outlive it. */
int descry_archive_open(descry_archive *archive, const descry_map *map, const char *path, descry_error *err);
void descry_archive_close(descry_archive *archive);

const descry_archive_file *descry_archive_find(const descry_archive *archive, const char *name, size_t size); /* or NULL */

/* *bytes [file->size] in the map.  DESCRY_ERR_UNSUPPORTED: compressed or encrypted. */
int descry_archive_bytes(const descry_archive *archive, const descry_archive_file *file, const uint8_t **bytes,
                         descry_error *err);

#endif
