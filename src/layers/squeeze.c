/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/squeeze.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 16 }; /* channels of a task */

void descry_load_squeeze(descry_loader *l, descry_squeeze *s, const char *prefix, const char *name, size_t channels,
                         size_t reduced)
{
    char full[64];
    s->fc1 = s->fc2 = (descry_conv){.kernel = 1, .stride = 1};
    snprintf(full, sizeof full, "%s.fc1", name);
    descry_load_conv(l, &s->fc1, prefix, full, channels, reduced, true);
    snprintf(full, sizeof full, "%s.fc2", name);
    descry_load_conv(l, &s->fc2, prefix, full, reduced, channels, true);
}

typedef struct squeeze_job {
    const descry_maps *maps;
    size_t parts; /* of a picture */
    float *x, *factors;
} squeeze_job;

static void mean_part(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const squeeze_job *job = arg;
    size_t n = job->maps->channels, pixels = job->maps->height * job->maps->width, first = i % job->parts * COLUMNS;
    const float *x = job->x + i / job->parts * pixels * n;
    double sums[COLUMNS] = {0};
    size_t count = n - first < COLUMNS ? n - first : COLUMNS;
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < count; c++)
            sums[c] += (double)x[p * n + first + c];
    for (size_t c = 0; c < count; c++)
        job->factors[i / job->parts * n + first + c] = (float)(sums[c] / (double)pixels);
}

static void scale_row(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const squeeze_job *job = arg;
    size_t n = job->maps->channels;
    const float *factors = job->factors + i / job->maps->height * n;
    float *x = job->x + i * job->maps->width * n;
    for (size_t p = 0; p < job->maps->width; p++, x += n)
        for (size_t c = 0; c < n; c++)
            x[c] *= factors[c];
}

int descry_run_squeeze(const descry_engine *engine, const descry_squeeze *s, const descry_maps *maps, float *x,
                       descry_error *err)
{
    size_t n = maps->n * maps->channels;
    squeeze_job job = {maps, (maps->channels + COLUMNS - 1) / COLUMNS, x, descry_alloc_aligned(n, sizeof(float))};
    float *hidden = descry_alloc_aligned(maps->n, s->fc1.linear.n * sizeof *hidden);
    int rc = job.factors && hidden ? 0 : descry_fail_memory(err);
    if (!rc) {
        descry_pool_run(engine->pool, maps->n * job.parts, mean_part, &job);
        descry_linear_run(engine, &s->fc1.linear, job.factors, maps->n, DESCRY_ACT_RELU, NULL, NULL, hidden);
        descry_multiply(engine, &s->fc2.linear, hidden, maps->n, job.factors);
        for (size_t i = 0; i < n; i++)
            job.factors[i] = 1 / (1 + expf(-job.factors[i]));
        descry_pool_run(engine->pool, maps->n * maps->height, scale_row, &job);
    }
    free(job.factors);
    free(hidden);
    return rc;
}
