/* SPDX-License-Identifier: Apache-2.0
 * Recursive listing of picture files.
 *
 * A file is treated as a picture by its file name extension; the decoder decides by content later.  A file without extension
 * is treated as a picture if it begins with a picture format's signature.  Hidden files and folders (a leading dot), trash and
 * snapshots (base/aside.h) are skipped unless requested; `root` itself may be one.  Symbolic links are followed, those to
 * folders last, and no folder is visited twice.  Order: by name, bytewise. */
#ifndef DESCRY_PICTURES_WALK_H
#define DESCRY_PICTURES_WALK_H

#include "descry.h"

#include <sys/stat.h>

typedef struct descry_walk {
    const char *const *exclude; /* as in descry_index_options */
    size_t excludes;
    int (*file)(void *arg, const char *path, const struct stat *st); /* a non-zero return stops the walk */
    /* a file or folder that could not be read; may be NULL */
    void (*failure)(void *arg, const char *path, const descry_error *err);
    void *arg;
    const char *ending; /* lists files with this extension, ignoring case; NULL: pictures */
    int include_hidden; /* also hidden files and folders, trash and snapshots */
    int sniff;          /* also files with other extensions that begin with a picture's signature */
    /* path of a library, which is not opened, nor the files that belong to it: close() would drop the POSIX locks that SQLite
     * holds on it in this process; NULL: none */
    const char *library;
    /* name of a file that is not treated as a picture, except hidden and excluded ones; a non-zero return stops; may be
     * NULL */
    int (*other)(void *arg, const char *name);
} descry_walk;

/* `root` must be absolute if there are exclude patterns.  Returns 0, the result of `file` or `other`, or the error of reading
 * `root` itself. */
int descry_walk_run(const descry_walk *walk, const char *root, descry_error *err);

/* Whether a walk without include_hidden skips the folder at `path`, whose first `size` bytes are the root. */
int descry_walk_hides(const char *path, size_t size);

#endif
