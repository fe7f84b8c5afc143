/* SPDX-License-Identifier: Apache-2.0
 * Layer norm, and the root mean square norm without bias. */
#ifndef DESCRY_LAYERS_NORM_H
#define DESCRY_LAYERS_NORM_H

#include "layers/loader.h"

typedef struct descry_norm {
    const float *weight; /* [width]; NULL: the layer is not there */
    const float *bias;   /* [width]; NULL: x / sqrt(mean of x^2 + eps) * weight in place of what is below */
} descry_norm;

/* `name`.weight and `name`.bias [width] */
descry_norm descry_load_norm(descry_loader *loader, const char *prefix, const char *name, size_t width);

/* out [rows, width] = (x - mean) / sqrt(variance + eps) * weight + bias of each row of x; out may be x. */
void descry_run_norm(const descry_engine *engine, const descry_norm *norm, const float *x, size_t rows, size_t width,
                     float eps, float *out);

#endif
