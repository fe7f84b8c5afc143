/* SPDX-License-Identifier: Apache-2.0
 * From the tensors of a file to the vectors and matrices of layers, strictly: a tensor that is missing or misshapen is an
 * error that names it.  The first error sticks to the loader; after it every read gives nothing. */
#ifndef DESCRY_LAYERS_LOADER_H
#define DESCRY_LAYERS_LOADER_H

#include "base/log.h"
#include "kern/linear.h"
#include "tensors/tensors.h"

/* The linear layers of a tower, in the order in which they were loaded: those that have to be packed before it runs. */
typedef struct descry_linears {
    struct descry_linear_item {
        descry_linear *linear;
        struct descry_linear_item *next;
    } *first, **end; /* end: where the next one goes; NULL: none yet */
} descry_linears;

typedef struct descry_loader {
    descry_tensors *file;
    descry_arena *arena;     /* what is loaded lives as long as it */
    descry_linears *linears; /* of the tower that is being loaded: linear layers add themselves */
    uint64_t parameters;     /* elements of all tensors that were found */
    const descry_log *log;
    int rc;
    descry_error *err;
} descry_loader;

/* The tensor called `prefix` followed by `name`; NULL after an error. */
descry_tensor *descry_load_tensor(descry_loader *loader, const char *prefix, const char *name);

/* The same of the shape given, `dims` sizes of type size_t. */
descry_tensor *descry_load_shaped(descry_loader *loader, const char *prefix, const char *name, int dims, ...);

/* A tensor that may be there and has no effect, of any type. */
void descry_load_ignore(descry_loader *loader, const char *prefix, const char *name);

/* Fails with what shape the tensor has and which ones were `expected`. */
void descry_load_misshapen(descry_loader *loader, const descry_tensor *tensor, const char *expected);

float *descry_load_floats(descry_loader *loader, const descry_tensor *tensor);    /* [elements] */
const float *descry_load_vector(descry_loader *loader, const char *prefix, const char *name, size_t n); /* [n] */
float descry_load_scalar(descry_loader *loader, const char *name);                /* stored as [] or [1] */
void *descry_load_alloc(descry_loader *loader, size_t n, size_t size);            /* zeroed, of the arena */

/* Linear layers must stay where they are: it is their addresses that are registered.
 * rows:   y = rows first .. first + n of the tensor [*, k] times x, + bias [n] (NULL: none)
 * linear: y = `name`.weight [n, k] x + `name`.bias [n]
 * matrix: y = x P, P [k, n], as open_clip's bare parameters are used */
void descry_load_rows(descry_loader *loader, descry_linear *linear, const descry_tensor *tensor, size_t first, size_t n,
                      size_t k, const float *bias);
void descry_load_linear(descry_loader *loader, descry_linear *linear, const char *prefix, const char *name, size_t n,
                        size_t k);
void descry_load_matrix(descry_loader *loader, descry_linear *linear, const char *prefix, const char *name, size_t k,
                        size_t n);

/* A tensor that nothing has asked for is an error that names it. */
void descry_load_refuse_rest(descry_loader *loader);

/* Packs what is not packed yet, into `room`; matrices stored in f32 are rounded with `bf16`.  Pages of `file` are given
 * back after each matrix. */
int descry_linears_pack(const descry_linears *linears, const descry_engine *engine, bool bf16, descry_arena *room,
                        const descry_tensors *file, descry_error *err);
bool descry_linears_any_f32(const descry_linears *linears); /* whether `bf16` makes a difference */

#endif
