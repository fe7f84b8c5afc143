/* SPDX-License-Identifier: Apache-2.0
 * Files replaced as a whole. */
#ifndef DESCRY_BASE_REPLACE_H
#define DESCRY_BASE_REPLACE_H

#include "descry.h"

#include <sys/stat.h>

/* Gives the file at `path`, which is no link, new content: written beside it, flushed to disk, then renamed over it, so
 * that at any time the whole old or the whole new one is there.  `before` is how it was when it was read, and its
 * permissions, and owner where the system lets us, are kept; NULL: there was none.  DESCRY_ERR_BUSY: it is not so any
 * more. */
int descry_file_replace(const char *path, const void *data, size_t size, const struct stat *before, descry_error *err);

/* 0 when the file at `path` is still what `before` says (NULL: absent), else DESCRY_ERR_BUSY. */
int descry_file_unchanged(const char *path, const struct stat *before, descry_error *err);

#endif
