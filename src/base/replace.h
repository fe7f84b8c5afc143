/* SPDX-License-Identifier: Apache-2.0
 * Files replaced as a whole. */
#ifndef DESCRY_BASE_REPLACE_H
#define DESCRY_BASE_REPLACE_H

#include "descry.h"

#include <sys/stat.h>

/* Replaces the content of the file at `path`, which must not be a link: written beside it, flushed to disk, then renamed
 * over it, so that at any time either the whole old or the whole new content is there.  `before`: its stat when it was read;
 * permissions, and the owner where the system permits, are kept; NULL: it was absent.  DESCRY_ERR_BUSY: changed since. */
int descry_file_replace(const char *path, const void *data, size_t size, const struct stat *before, descry_error *err);

/* 0 when the file at `path` is still what `before` says (NULL: absent), else DESCRY_ERR_BUSY. */
int descry_file_unchanged(const char *path, const struct stat *before, descry_error *err);

#endif
