/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/norm.h"

#include <math.h>
#include <stdio.h>

enum { NORM_ROWS = 16 };

descry_norm descry_load_norm(descry_loader *l, const char *prefix, const char *name, size_t width)
{
    char weight[64], bias[64];
    snprintf(weight, sizeof weight, "%s.weight", name);
    snprintf(bias, sizeof bias, "%s.bias", name);
    descry_norm norm = {.weight = descry_load_vector(l, prefix, weight, width)};
    norm.bias = descry_load_vector(l, prefix, bias, width);
    return norm;
}

typedef struct norm_job {
    const descry_kernels *kernels;
    const descry_norm *norm;
    const float *x;
    float *out;
    size_t rows, width;
    float eps;
} norm_job;

static void root_mean_square(float *out, const float *x, size_t rows, size_t width, const float *weight, float eps)
{
    for (size_t r = 0; r < rows; r++, x += width, out += width) {
        double squares = 0;
        for (size_t i = 0; i < width; i++)
            squares += (double)x[i] * (double)x[i];
        float scale = (float)(1 / sqrt(squares / (double)width + (double)eps));
        for (size_t i = 0; i < width; i++)
            out[i] = x[i] * scale * weight[i];
    }
}

static void norm_part(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const norm_job *job = arg;
    size_t first = i * NORM_ROWS, rows = job->rows - first < NORM_ROWS ? job->rows - first : NORM_ROWS;
    if (!job->norm->bias) {
        root_mean_square(job->out + first * job->width, job->x + first * job->width, rows, job->width, job->norm->weight,
                         job->eps);
        return;
    }
    job->kernels->layer_norm(job->out + first * job->width, job->x + first * job->width, rows, job->width,
                             job->norm->weight, job->norm->bias, job->eps);
}

void descry_run_norm(const descry_engine *engine, const descry_norm *norm, const float *x, size_t rows, size_t width,
                     float eps, float *out)
{
    norm_job job = {engine->kernels, norm, x, out, rows, width, eps};
    descry_pool_run(engine->pool, (rows + NORM_ROWS - 1) / NORM_ROWS, norm_part, &job);
}
