/* SPDX-License-Identifier: Apache-2.0
 * NumPy's .npy files, version 1.0. */
#ifndef CMD_NPY_H
#define CMD_NPY_H

#include <stddef.h>
#include <stdio.h>

enum { CMD_NPY_DIMS = 3 };

typedef struct cmd_npy {
    FILE *file;
    const char *path;
    char type[4];               /* "f4", "u1" */
    size_t shape[CMD_NPY_DIMS]; /* the first `dims`; shape[0] grows with what is written */
    size_t dims;
    size_t announced; /* shape[0] in the header */
} cmd_npy;

/* These print an error and return an exit status; `path` must live until the file is closed.  The header is written with
 * shape[0] = 0 and corrected on closing: after an interruption the file is an empty array. */
int cmd_npy_open(cmd_npy *npy, const char *path, const char *type, const size_t *shape, size_t dims);
int cmd_npy_write(cmd_npy *npy, const void *data, size_t n); /* n entries of the first dimension, native byte order */
int cmd_npy_close(cmd_npy *npy);                             /* no effect if it is not open */

#endif
