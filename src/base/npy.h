/* SPDX-License-Identifier: Apache-2.0
 * NumPy's .npy arrays, read strictly: numpy/lib/format.py, versions 1.0 to 3.0, C order, little-endian numbers. */
#ifndef DESCRY_BASE_NPY_H
#define DESCRY_BASE_NPY_H

#include "descry.h"

#include <stddef.h>

enum { DESCRY_NPY_DIMS = 4 };

typedef struct descry_npy {
    float *values; /* [count], converted; freed with descry_npy_free */
    size_t dims, shape[DESCRY_NPY_DIMS], count;
} descry_npy;

/* Float16, float32, float64, bool and whole numbers become float.  `name` is for messages.
 * DESCRY_ERR_FORMAT: not such an array, or its size is not what its heading says; DESCRY_ERR_UNSUPPORTED: of other
 * elements, in Fortran order, or of more than DESCRY_NPY_DIMS dimensions. */
int descry_npy_parse(descry_npy *array, const void *data, size_t size, const char *name, descry_error *err);
int descry_npy_read(descry_npy *array, const char *path, descry_error *err);
void descry_npy_free(descry_npy *array);

#endif
