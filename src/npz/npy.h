/* SPDX-License-Identifier: Apache-2.0
 * Headers of NumPy's .npy files, as specified in numpy/lib/format.py. */
#ifndef DESCRY_NPZ_NPY_H
#define DESCRY_NPZ_NPY_H

#include "descry_dev.h"

enum { DESCRY_NPY_START = 12, DESCRY_NPY_DIMS = 8 };

typedef struct descry_npy {
    char type;         /* 'f': float of 2, 4 or 8 bytes; 'U': UCS-4 text; 'S': bytes */
    int big;           /* big-endian */
    int fortran;       /* the first index varies fastest */
    uint64_t item;     /* bytes of one value, 1 or more */
    size_t dims;
    uint64_t shape[DESCRY_NPY_DIMS];
    uint64_t bytes;    /* of all values */
} descry_npy;

/* Sets *header to the size of the whole header, from the first DESCRY_NPY_START bytes of a file, or fewer if it is shorter.
 * `name` is for messages. */
int descry_npy_start(const uint8_t *bytes, size_t size, size_t *header, const char *name, descry_error *err);

/* Parses the whole header.  DESCRY_ERR_FORMAT: damaged; DESCRY_ERR_UNSUPPORTED: of another type. */
int descry_npy_parse(descry_npy *npy, const uint8_t *header, size_t size, const char *name, descry_error *err);

#endif
