/* SPDX-License-Identifier: Apache-2.0
 * Picture files below a folder.
 *
 * A file is taken for a picture by the ending of its name, one of those that picture files have; what it really is, its
 * content decides when it is read.  A file whose name has no ending at all is taken when it begins as a picture does.
 * Hidden files and folders (a leading dot), bins and snapshots (base/aside.h) are passed over, unless they are asked for;
 * `root` itself may be one.  Links are followed, links to folders after all else, and no folder is entered twice.  Order:
 * by name, bytewise. */
#ifndef DESCRY_PICTURES_WALK_H
#define DESCRY_PICTURES_WALK_H

#include "descry.h"

#include <sys/stat.h>

typedef struct descry_walk {
    const char *const *exclude; /* as in descry_index_options */
    size_t excludes;
    int (*file)(void *arg, const char *path, const struct stat *st); /* a non-zero return stops the walk */
    /* a part that could not be read; may be NULL */
    void (*failure)(void *arg, const char *path, const descry_error *err);
    void *arg;
    const char *ending; /* files of this one instead of pictures, in either case; NULL: pictures */
    int include_hidden; /* also what is hidden, bins and snapshots */
    int sniff;          /* also files with other endings that begin as pictures do */
    /* a library, which with the files that belong to it is not even opened: closing would take SQLite's locks from one that
     * is open here; NULL: none */
    const char *library;
    /* a file that is not taken for a picture, by its name; not of hidden and excluded ones; a non-zero return stops; may be
     * NULL */
    int (*other)(void *arg, const char *name);
} descry_walk;

/* `root` is absolute, unless nothing is excluded.  Returns 0, what `file` or `other` returned, or the error that kept it from reading `root` itself. */
int descry_walk_run(const descry_walk *walk, const char *root, descry_error *err);

/* Does a walk pass over the folder at `path`, of which the root takes `size` bytes, unless what is hidden is asked for? */
int descry_walk_hides(const char *path, size_t size);

#endif
