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
    size_t announced; /* shape[0] that the header says */
} cmd_npy;

/* These return an exit status, having said what is wrong; `path` must live until the file is closed.  The file is
 * made with shape[0] = 0, which closing corrects: a file whose writer was stopped is an empty array. */
int cmd_npy_open(cmd_npy *npy, const char *path, const char *type, const size_t *shape, size_t dims);
int cmd_npy_write(cmd_npy *npy, const void *data, size_t n); /* n of the first dimension, native byte order */
int cmd_npy_close(cmd_npy *npy);                             /* of one that was never opened: nothing */

#endif
