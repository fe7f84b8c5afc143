/* SPDX-License-Identifier: Apache-2.0
 * NumPy's .npz files: zip archives of .npy arrays, by libzip. */
#ifndef DESCRY_NPZ_NPZ_H
#define DESCRY_NPZ_NPZ_H

#include "npz/npy.h"

/* ---- reading ---------------------------------------------------------------------------------------------------- */

typedef struct descry_npz descry_npz;

int descry_npz_open(descry_npz **npz, const char *path, descry_error *err);
void descry_npz_close(descry_npz **npz);

typedef struct descry_npz_array {
    descry_npy npy;
    char name[256];   /* "FILE: KEY", for messages */
    uint64_t left;    /* bytes of values not read yet */
    void *file;
} descry_npz_array;

/* Opens the array `key` and reads its header.  Its size in the archive must match the header.
 * DESCRY_ERR_NOT_FOUND: no such array; DESCRY_ERR_LIMIT: more than `most` bytes of values, or more than 64 MiB at a compression
 * ratio above 256, which no embeddings reach. */
int descry_npz_array_open(descry_npz_array *array, descry_npz *npz, const char *key, uint64_t most, descry_error *err);
void descry_npz_array_close(descry_npz_array *array);

/* Reads the next `size` bytes of values; after the last ones the archive's checksum is verified. */
int descry_npz_array_read(descry_npz_array *array, void *out, size_t size, descry_error *err);

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* Callback that fills in the next bytes: 1 to `size`; returns their number, or a negative error. */
typedef int64_t (*descry_npz_source)(void *arg, void *out, size_t size, descry_error *err);

typedef struct descry_npz_part {
    const char *key, *type;   /* "features", "<f4" */
    uint64_t shape[2];
    size_t dims, item;        /* bytes of a value */
    descry_npz_source source;
    void *arg;
} descry_npz_part;

/* Writes arrays, uncompressed, each source read once and in order, to a temporary file that is then renamed to `path`. */
int descry_npz_write(const char *path, const descry_npz_part *parts, size_t count, descry_error *err);

#endif
