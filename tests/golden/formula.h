/* SPDX-License-Identifier: Apache-2.0
 * Models filled by a formula, so that tests need no downloads: element i of a tensor is a hash of its name and i. */
#ifndef FORMULA_H
#define FORMULA_H

#include "model/weights.h"

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

/* A file with the tensors that `config` calls for, of the type `dtype`; deleted when the last user closes it.
 * Fails the running test on any error. */
char *formula_file(const descry_model_config *config, descry_dtype dtype, formula_fault fault);

/* The same with `prefix` before each name, which the values do not depend on; logit_scale and logit_bias have the shape
 * [1] instead of [] when logit_dims is 1. */
char *formula_file_as(const descry_model_config *config, descry_dtype dtype, const char *prefix, int logit_dims);

/* Opens that file and deletes it. */
void formula_open(descry_weights *weights, const descry_model_config *config, descry_dtype dtype, formula_fault fault);

/* Pictures [n, 3, H, W] of 2 * formula_value("image"), cut into patches [n, patches, 3 p p]; owned by the caller. */
float *formula_patches(const descry_vision_config *config, size_t n, formula_fault fault);

#endif
