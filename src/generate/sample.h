/* SPDX-License-Identifier: Apache-2.0
 * One id at a time: the most likely (greedy), or drawn. */
#ifndef DESCRY_GENERATE_SAMPLE_H
#define DESCRY_GENERATE_SAMPLE_H

#include "kern/kernels.h"
#include "generate/selection.h"

/* Chooses an id by its logits [n]: the one candidate. */
void descry_sample_row(descry_selection *s, const descry_kernels *kernels, const float *logits, size_t n);
void descry_sample_step(descry_selection *s);
void descry_sample_result(const descry_selection *s, descry_generated *result);

#endif
