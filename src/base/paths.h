/* SPDX-License-Identifier: Apache-2.0
 * Paths as the library keeps them: bytes, absolute, without ".", ".." and doubled or trailing slashes. */
#ifndef DESCRY_BASE_PATHS_H
#define DESCRY_BASE_PATHS_H

#include "base/memory.h"

/* Appends the absolute form of `path`, by its text alone. */
int descry_path_absolute(descry_buf *out, const char *path, descry_error *err);

/* The same with symbolic links followed, as far as the path exists. */
int descry_path_real(descry_buf *out, const char *path, descry_error *err);

/* The same, but the last component, which need not exist, is kept even if it is a link. */
int descry_path_real_folder(descry_buf *out, const char *path, descry_error *err);

int descry_path_is_below(const char *path, const char *folder); /* 1: equal, or inside */

/* Appends $VARIABLE (XDG_DATA_HOME, XDG_CACHE_HOME), else the folder `below` $HOME; relative ones are to be ignored: XDG
 * Base Directory Specification.  DESCRY_ERR_NOT_FOUND: neither is set, without a message. */
int descry_path_xdg(descry_buf *path, const char *variable, const char *below, descry_error *err);

int descry_path_make_folders(const char *path, descry_error *err); /* those that lead to `path` */

#endif
