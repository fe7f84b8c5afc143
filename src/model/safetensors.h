/* SPDX-License-Identifier: Apache-2.0
 * A .safetensors file, memory-mapped.  Format: 8 bytes little-endian n, n bytes of JSON {name: {dtype, shape,
 * data_offsets}}, then the data, without gaps or overlaps. */
#ifndef DESCRY_MODEL_SAFETENSORS_H
#define DESCRY_MODEL_SAFETENSORS_H

#include "base/file.h"
#include "base/memory.h"
#include "kern/kernels.h"

#include <stdbool.h>

enum { DESCRY_MAX_DIMS = 8, DESCRY_SHAPE_TEXT = 128 };

typedef struct descry_tensor {
    const char *name;
    const void *data;     /* in the map; not necessarily aligned */
    int dtype;            /* descry_dtype, or -1 for a type that weights do not have */
    int dims;
    size_t shape[DESCRY_MAX_DIMS];
    size_t elements;
    bool used;            /* for the strict loader */
} descry_tensor;

typedef struct descry_safetensors {
    descry_map map;
    descry_arena arena;
    descry_tensor *tensors; /* [count], by name */
    size_t count;
    const char *path;
} descry_safetensors;

/* DESCRY_ERR_FORMAT names the tensor and what is wrong with it. */
int descry_safetensors_open(descry_safetensors *file, const char *path, descry_error *err);
void descry_safetensors_close(descry_safetensors *file);

/* Gives tensor names their final form (names from file->arena) and restores the order.
 * DESCRY_ERR_FORMAT: two tensors have one name. */
int descry_safetensors_sort(descry_safetensors *file, descry_error *err);

descry_tensor *descry_safetensors_find(const descry_safetensors *file, const char *name); /* NULL: none */

/* "[2, 3]" */
const char *descry_shape_text(char text[DESCRY_SHAPE_TEXT], const size_t *shape, int dims);

#endif
