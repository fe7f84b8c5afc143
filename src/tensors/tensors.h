/* SPDX-License-Identifier: Apache-2.0
 * A file of named tensors, memory-mapped, whatever its format: a reader for each. */
#ifndef DESCRY_TENSORS_TENSORS_H
#define DESCRY_TENSORS_TENSORS_H

#include "base/file.h"
#include "base/memory.h"
#include "kern/kernels.h"

#include <stdbool.h>

enum { DESCRY_MAX_DIMS = 8, DESCRY_SHAPE_TEXT = 128 };

typedef struct descry_tensor {
    const char *name;
    const void *data;     /* in the map or the arena; not necessarily aligned; row-major, without gaps */
    int dtype;            /* descry_dtype, or -1 for a type that weights do not have */
    int dims;
    size_t shape[DESCRY_MAX_DIMS];
    size_t elements;
    bool used;            /* for the strict loader */
} descry_tensor;

typedef struct descry_tensors {
    descry_map map;
    descry_arena arena;
    descry_tensor *tensors; /* [count], by name */
    size_t count;
    const char *path;
} descry_tensors;

/* A format.  `read` fills tensors and count from the map, with memory of the arena; every tensor's data lies within the
 * map, unless it had to be converted. DESCRY_ERR_FORMAT names the tensor and what is wrong with it. */
typedef struct descry_tensor_reader {
    const char *name;
    bool (*claims)(const uint8_t *bytes, size_t size); /* whether a file that begins so is of this format */
    int (*read)(descry_tensors *tensors, descry_error *err);
} descry_tensor_reader;

/* 8 bytes little-endian n, n bytes of JSON {name: {dtype, shape, data_offsets}}, then the data, without gaps or overlaps. */
extern const descry_tensor_reader descry_safetensors;

/* What torch.save and torch.jit.save write.  Tensors may share data; those that are transposed or f64 are copied. */
extern const descry_tensor_reader descry_torch;

int descry_tensors_open(descry_tensors *tensors, const char *path, descry_error *err); /* by the reader that claims it */
int descry_tensors_open_as(descry_tensors *tensors, const descry_tensor_reader *reader, const char *path,
                           descry_error *err);
void descry_tensors_close(descry_tensors *tensors);

/* Restores the order after names were changed (to names from tensors->arena).  DESCRY_ERR_FORMAT: two tensors have one
 * name. */
int descry_tensors_sort(descry_tensors *tensors, descry_error *err);

descry_tensor *descry_tensors_find(const descry_tensors *tensors, const char *name); /* NULL: none */

/* "[2, 3]" */
const char *descry_shape_text(char text[DESCRY_SHAPE_TEXT], const size_t *shape, int dims);

#endif
