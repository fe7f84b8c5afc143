/* SPDX-License-Identifier: Apache-2.0
 * What open_clip puts behind a trunk of timm's: "timm_proj". */
#ifndef DESCRY_LAYERS_HEAD_H
#define DESCRY_LAYERS_HEAD_H

#include "layers/loader.h"

typedef struct descry_timm_head {
    bool mlp;                /* "mlp", in place of "linear" */
    descry_linear fc1, proj; /* [2 E, F] and bias, mlp only; [E, F] or [E, 2 E] */
} descry_timm_head;

/* `mlp` is set by the caller.  F features of the trunk, E of the embedding. */
void descry_load_timm_head(descry_loader *loader, descry_timm_head *head, size_t features, size_t dim);

/* x [n, F] -> out [n, E] */
int descry_run_timm_head(const descry_engine *engine, const descry_timm_head *head, const float *x, size_t n, float *out,
                         descry_error *err);

#endif
