/* SPDX-License-Identifier: Apache-2.0
 * NumPy's arrays as floats; descry_array_read and descry_array_read_npz (descry_dev.h) read them from files. */
#ifndef DESCRY_NPZ_ARRAY_H
#define DESCRY_NPZ_ARRAY_H

#include "descry_dev.h"

/* A .npy file in memory.  DESCRY_ERR_FORMAT: not such an array, or of another size than its header says;
 * DESCRY_ERR_UNSUPPORTED: other values than floats, in Fortran order, or of more than 4 dimensions. */
int descry_array_parse(descry_array *array, const void *data, size_t size, const char *name, descry_error *err);

#endif
