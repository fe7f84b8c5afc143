/* SPDX-License-Identifier: Apache-2.0
 * Zero-shot classification as in CLIP: a class weight is the mean of its texts' embeddings, each of length 1, normalised to
 * length 1. */
#ifndef DESCRY_LABEL_CLASSIFY_H
#define DESCRY_LABEL_CLASSIFY_H

#include "base/memory.h"

#include <stddef.h>

/* "simple": 7 templates, "openai": 80; NULL: no such set. */
const char *const *descry_template_set(const char *name, size_t *count);

/* Appends the template with each {} replaced.  DESCRY_ERR_ARGUMENT: it has none. */
int descry_template_fill(descry_buf *out, const char *template, const char *label, descry_error *err);

/* weight [dim] of a class from its texts' embeddings [n, dim], each of length 1 */
void descry_class_weight(const float *texts, size_t n, size_t dim, float *weight);

/* scores [n]: cosines -> probabilities [n]: softmax(scale * score), or with a bias sigmoid(scale * score + bias) */
void descry_class_probabilities(const float *scores, size_t n, double scale, double bias, float *probabilities);

#endif
