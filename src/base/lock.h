/* SPDX-License-Identifier: Apache-2.0
 * Lock files: only one process at a time may hold one. */
#ifndef DESCRY_BASE_LOCK_H
#define DESCRY_BASE_LOCK_H

#include "descry.h"

/* Opens the file at `path`, made when absent, and locks it until *fd is closed or the process ends, however it ends.
 * DESCRY_ERR_BUSY at once when another holds it; DESCRY_ERR_IO, and nothing is written, when it is a symbolic link, has
 * several hard links, belongs to another user or is no regular file.  The holder may unlink or rename it while it holds it. */
int descry_lock_take(int *fd, const char *path, descry_error *err);

/* The same, but always a new file, with `mode`: whatever is at `path`, say a killed process's, is unlinked and never written
 * to.  DESCRY_ERR_BUSY when another process holds that. */
int descry_lock_new(int *fd, const char *path, unsigned mode, descry_error *err);

#endif
