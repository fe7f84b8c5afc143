/* SPDX-License-Identifier: Apache-2.0
 * What the pickle of a torch file may name, and what it makes of it: storages, which are files of the archive, and tensors,
 * which are views of storages. */
#ifndef DESCRY_TENSORS_TORCH_VALUES_H
#define DESCRY_TENSORS_TORCH_VALUES_H

#include "tensors/archive.h"
#include "tensors/pickle.h"
#include "tensors/tensors.h"

enum { TORCH_STORAGE = DESCRY_PICKLE_OWN, TORCH_TENSOR };

typedef struct torch_type {
    int dtype;   /* descry_dtype, or -1 */
    size_t size; /* of an element */
    bool is_f64;
} torch_type;

typedef struct torch_storage {
    const torch_type *type;
    const uint8_t *data; /* in the map */
    size_t elements;
} torch_storage;

/* Every element lies within the storage. */
typedef struct torch_tensor {
    const torch_storage *storage;
    size_t offset; /* in elements, as the strides are */
    int dims;
    size_t shape[DESCRY_MAX_DIMS], strides[DESCRY_MAX_DIMS];
    size_t elements;
} torch_tensor;

/* What its pickle's `arg` points to. */
typedef struct torch_file {
    descry_archive archive;
    const char *prefix; /* of the names in the archive, with the slash; no NUL at its end */
    size_t prefix_size;
    descry_arena arena; /* for storages and tensors */
} torch_file;

extern const descry_pickle_rules descry_torch_rules;

/* `name` below the prefix, one of the archive's files; NULL: there is none. */
const descry_archive_file *descry_torch_find(const torch_file *file, const char *name, size_t size);

#endif
