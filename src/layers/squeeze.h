/* SPDX-License-Identifier: Apache-2.0
 * Squeeze and excitation: each channel of a map times a factor between 0 and 1, which depends on the means of all channels. */
#ifndef DESCRY_LAYERS_SQUEEZE_H
#define DESCRY_LAYERS_SQUEEZE_H

#include "layers/conv.h"

typedef struct descry_squeeze {
    descry_conv fc1, fc2; /* [R, C], [C, R], 1 x 1 */
} descry_squeeze;

/* `name`.fc1 and .fc2, R `reduced` channels. */
void descry_load_squeeze(descry_loader *loader, descry_squeeze *squeeze, const char *prefix, const char *name, size_t channels,
                         size_t reduced);

/* x *= sigmoid(fc2(relu(fc1(mean of x)))) */
int descry_run_squeeze(const descry_engine *engine, const descry_squeeze *squeeze, const descry_maps *maps, float *x,
                       descry_error *err);

#endif
