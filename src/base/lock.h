/* SPDX-License-Identifier: Apache-2.0
 * Files that only one process at a time may hold. */
#ifndef DESCRY_BASE_LOCK_H
#define DESCRY_BASE_LOCK_H

#include "descry.h"

/* Opens the file at `path`, made when absent, and locks it until *fd is closed or the process ends, however it ends.
 * DESCRY_ERR_BUSY at once when another holds it; DESCRY_ERR_IO, and nothing is written, when what is there is a link, has
 * another name besides, belongs to another user or is no file.  The holder may unlink or rename the file while it holds it. */
int descry_lock_take(int *fd, const char *path, descry_error *err);

/* The same, but always a new file, with `mode`: what a killed process left there, or anyone put there, is unlinked and
 * never written to.  DESCRY_ERR_BUSY when another holds that. */
int descry_lock_new(int *fd, const char *path, unsigned mode, descry_error *err);

#endif
