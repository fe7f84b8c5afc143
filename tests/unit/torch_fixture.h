/* SPDX-License-Identifier: Apache-2.0
 * Archives and pickles as torch writes them, or with something wrong. */
#ifndef DESCRY_TESTS_TORCH_FIXTURE_H
#define DESCRY_TESTS_TORCH_FIXTURE_H

#include "tensors/tensors.h"

typedef struct torch_entry {
    const char *name;
    const void *bytes;
    size_t size;
    unsigned flags, method;
    int64_t lie;   /* added to both of its sizes in the directory */
    int64_t shift; /* added to its place there */
} torch_entry;

/* The archive, with numbers of 64 bits in the directory and at its end where `wide`. */
void torch_archive(descry_buf *out, const torch_entry *entries, size_t count, bool wide);

/* Appends instructions. */
void torch_op(descry_buf *pickle, const char *bytes, size_t size);
#define TORCH_OP(pickle, bytes) torch_op(pickle, bytes, sizeof(bytes) - 1)
void torch_text(descry_buf *pickle, const char *text);
void torch_number(descry_buf *pickle, int64_t number);
void torch_storage(descry_buf *pickle, const char *type, const char *key, int64_t elements);
void torch_tensor(descry_buf *pickle, const char *type, const char *key, int64_t elements, int64_t offset, int dims,
                  const int64_t *shape, const int64_t *strides);

/* The same tensors, of weights' types, as torch.save would have written them: in {"state_dict": ...} where `nested`. */
void torch_file(descry_buf *out, const descry_tensors *tensors, const char *prefix, bool nested);

#endif
