/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/head.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

void descry_load_timm_head(descry_loader *l, descry_timm_head *head, size_t features, size_t dim)
{
    const char *prefix = "visual.head.";
    if (!head->mlp) {
        descry_load_rows(l, &head->proj, descry_load_shaped(l, prefix, "proj.weight", 2, dim, features), 0, dim, features, NULL);
        return;
    }
    descry_load_linear(l, &head->fc1, prefix, "mlp.fc1", 2 * dim, features);
    descry_load_rows(l, &head->proj, descry_load_shaped(l, prefix, "mlp.fc2.weight", 2, dim, 2 * dim), 0, dim, 2 * dim, NULL);
}

int descry_run_timm_head(const descry_engine *engine, const descry_timm_head *head, const float *x, size_t n, float *out,
                         descry_error *err)
{
    if (!head->mlp) {
        descry_multiply(engine, &head->proj, x, n, out);
        return 0;
    }
    float *hidden = descry_alloc_aligned(n, head->fc1.n * sizeof *hidden);
    if (!hidden)
        return descry_fail_memory(err);
    descry_linear_run(engine, &head->fc1, x, n, DESCRY_ACT_GELU, NULL, NULL, hidden);
    descry_multiply(engine, &head->proj, hidden, n, out);
    free(hidden);
    return 0;
}
