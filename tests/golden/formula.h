/* SPDX-License-Identifier: Apache-2.0
 * Models filled by a formula, so that tests need no downloads: element i of a tensor is a hash of its name and i. */
#ifndef FORMULA_H
#define FORMULA_H

#include "model/network.h"
#include "model/vit/vit.h"

/* Uniform in [-1, 1): the hash of (name, i). */
double formula_value(const char *name, uint32_t i);

/* How the formula's weights are altered: the tests must notice each of these. */
typedef enum formula_fault {
    FAULT_NONE,
    FAULT_BIAS,      /* one bias vector is zero */
    FAULT_TRANSPOSE, /* patches are embedded with x and y exchanged */
    FAULT_HALF,      /* weights rounded to f16 */
    /* no faults: CoCa's projection to the vocabulary times sqrt(V / W), which makes its logits as large as trained ones;
     * and with the column of the end token 1.05 times that of id 2870, which makes it likely */
    FORMULA_TALKATIVE,
    FORMULA_TALKATIVE_ENDS
} formula_fault;

/* What the formula fills: networks of open_clip's own towers. */
static inline descry_vit *formula_vit(const descry_network *network)
{
    return (descry_vit *)network->image;
}

static inline descry_native_text *formula_text(const descry_network *network)
{
    return (descry_native_text *)network->text;
}

/* A file with the tensors that the parsed network calls for, of the type `dtype`; deleted when the last user closes it.
 * Fails the running test on any error. */
char *formula_file(const descry_network *network, descry_dtype dtype, formula_fault fault);

/* The same with `prefix` before each name, which the values do not depend on; logit_scale and logit_bias have the shape
 * [1] instead of [] when logit_dims is 1. */
char *formula_file_as(const descry_network *network, descry_dtype dtype, const char *prefix, int logit_dims);

/* Loads that file and deletes it. */
void formula_load(descry_network *network, descry_dtype dtype, formula_fault fault);

/* The same with an image tower of another family, or a text tower, whose tensors `image` writes by formula_tensor (`prefix` followed by
 * `rest`, `dims` sizes) and formula_pair (.weight [n] or [n, k] and .bias [n]). */
typedef struct formula_writer formula_writer;
typedef void formula_image(formula_writer *writer, const descry_image_tower *tower);
void formula_tensor(formula_writer *writer, const char *prefix, const char *rest, int dims, size_t a, size_t b, size_t c,
                    size_t d);
void formula_pair(formula_writer *writer, const char *prefix, const char *rest, int dims, size_t n, size_t k);
char *formula_file_with(const descry_network *network, formula_image *image, descry_dtype dtype, formula_fault fault);
void formula_load_with(descry_network *network, formula_image *image, descry_dtype dtype, formula_fault fault);

/* Pictures [n, 3, H, W] of 2 * formula_value("image"); the values are owned by the caller. */
descry_pictures formula_pictures(const descry_network *network, size_t n, formula_fault fault);

/* The image tower's and the text tower's embeddings. */
int formula_encode_pictures(const descry_network *network, const descry_engine *engine, const descry_pictures *pictures,
                            float *out, float *tokens, descry_error *err);
int formula_encode_ids(const descry_network *network, const descry_engine *engine, const int32_t *ids, size_t n, float *out,
                       descry_error *err);

#endif
