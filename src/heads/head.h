/* SPDX-License-Identifier: Apache-2.0
 * Learned heads: a linear layer for pictures and one for texts, which change a model's embeddings (Couairon et al. 2022,
 * arXiv 2112.03162).  A file is .safetensors with image.weight [d, d], image.bias [d], text.weight, text.bias in F32;
 * its metadata may name the recipe of the model that it was trained for. */
#ifndef DESCRY_HEADS_HEAD_H
#define DESCRY_HEADS_HEAD_H

#include "base/file.h"
#include "kern/linear.h"

enum { DESCRY_HEAD_IMAGE = DESCRY_PICTURES, DESCRY_HEAD_TEXT = DESCRY_TEXTS };

struct descry_head {
    size_t dim;       /* d */
    float *values;    /* weight [d, d] and bias [d] of pictures, then of texts */
    descry_linear linear[2]; /* of pictures and of texts, when packed */
    descry_engine engine;    /* whose kernels they are packed for */
};

size_t descry_head_size(size_t dim); /* floats in values; SIZE_MAX: overflow */

int descry_head_new(descry_head **head, size_t dim, descry_error *err); /* all zero */
void descry_head_free(descry_head **head);

/* Packs the weights after they have changed. */
int descry_head_prepare(descry_head *head, const descry_engine *engine, descry_error *err);

/* out [n, d] = W x + b for each row of x, brought to length 1 if `normalize`.  out may be x.  Prepared heads only. */
int descry_head_apply(const descry_head *head, int kind, const float *x, size_t n, int normalize, float *out,
                      descry_error *err);

int descry_head_is_file(const char *name); /* a path, not a name: it has a slash or ends in .safetensors */

/* The file that `name` means for a model in `folder` (may be NULL, as `recipe`): itself when it is one, else
 * FOLDER/heads/NAME.safetensors, else descry_head_home. */
int descry_head_locate(descry_buf *path, const char *folder, const char *recipe, const char *name, descry_error *err);

/* Where a head of this name is kept: $XDG_DATA_HOME/descry/heads/RECIPE/NAME.safetensors (~/.local/share) */
int descry_head_home(descry_buf *path, const char *recipe, const char *name, descry_error *err);

int descry_head_is_name(const char *name); /* letters, digits, - _ . =, not first a dot */

/* dim, recipe: of the model; 0 and NULL: any.  DESCRY_ERR_ARGUMENT: the head is for another. */
int descry_head_read(descry_head **head, const char *path, size_t dim, const char *recipe, descry_error *err);
int descry_head_write(const descry_head *head, const char *path, const char *recipe, const char *about,
                      descry_error *err);

#endif
