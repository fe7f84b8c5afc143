/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/conv.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 1 << 20, /* floats: of the rows that are multiplied at once */
    UNFOLD = 32     /* pixels of a task */
};

size_t descry_map_pixels(const descry_maps *m)
{
    return m->n * m->height * m->width;
}

/* ---- loading --------------------------------------------------------------------------------------------------- */

void descry_load_kernels(descry_loader *l, descry_conv *conv, const descry_tensor *t, size_t in, size_t out, const float *bias)
{
    size_t area = conv->kernel * conv->kernel;
    descry_load_rows(l, &conv->linear, t, 0, out, area * in, bias);
    conv->linear.k_stride = area; /* rows have all channels of a pixel together, the file has all pixels of a channel */
    conv->linear.group = in;
    conv->linear.group_stride = 1;
}

void descry_load_conv(descry_loader *l, descry_conv *conv, const char *prefix, const char *name, size_t in, size_t out,
                      bool bias)
{
    char full[128];
    snprintf(full, sizeof full, "%s.weight", name);
    descry_tensor *t = descry_load_shaped(l, prefix, full, 4, out, in, conv->kernel, conv->kernel);
    snprintf(full, sizeof full, "%s.bias", name);
    descry_load_kernels(l, conv, t, in, out, bias ? descry_load_vector(l, prefix, full, out) : NULL);
}

double *descry_load_norm_factors(descry_loader *l, const char *prefix, const char *name, size_t n)
{
    static const char *const parts[] = {"weight", "bias", "running_mean", "running_var"};
    const float *values[4];
    char full[128];
    for (size_t i = 0; i < 4; i++) {
        snprintf(full, sizeof full, "%s.%s", name, parts[i]);
        values[i] = descry_load_vector(l, prefix, full, n);
    }
    snprintf(full, sizeof full, "%s.num_batches_tracked", name);
    descry_load_ignore(l, prefix, full);
    double *factors = l->rc ? NULL : descry_alloc(n, 2 * sizeof *factors);
    if (!factors && !l->rc)
        l->rc = descry_fail_memory(l->err);
    for (size_t i = 0; factors && i < n; i++) {
        factors[i] = (double)values[0][i] / sqrt((double)values[3][i] + 1e-5);
        factors[n + i] = (double)values[1][i] - (double)values[2][i] * factors[i];
    }
    return factors;
}

/* Those factors in f32: times, then plus; NULL after an error. */
static const float *load_batch_norm(descry_loader *l, const char *prefix, const char *name, size_t n)
{
    double *factors = descry_load_norm_factors(l, prefix, name, n);
    float *rounded = descry_load_alloc(l, 2 * n, sizeof *rounded);
    for (size_t i = 0; rounded && i < 2 * n; i++)
        rounded[i] = (float)factors[i];
    free(factors);
    return rounded;
}

void descry_load_batch_norm(descry_loader *l, descry_conv *conv, const char *prefix, const char *name)
{
    conv->linear.scale = load_batch_norm(l, prefix, name, conv->linear.n);
    conv->linear.bias = conv->linear.scale ? conv->linear.scale + conv->linear.n : NULL;
}

/* ---- running --------------------------------------------------------------------------------------------------- */

descry_maps descry_conv_size(const descry_conv *c, const descry_maps *in)
{
    return (descry_maps){in->n, (in->height + 2 * c->pad - c->kernel) / c->stride + 1,
                         (in->width + 2 * c->pad - c->kernel) / c->stride + 1, c->linear.n};
}

typedef struct unfold_job {
    const descry_conv *conv;
    const descry_maps *in;
    descry_maps out;
    const float *x;
    float *rows;
    size_t first, count; /* pixels of out */
} unfold_job;

/* The pixels under the kernel at one pixel of the output: rows [kernel, kernel, in]. */
static void unfold_pixel(const unfold_job *job, size_t i)
{
    const descry_conv *c = job->conv;
    const descry_maps *in = job->in;
    size_t at = job->first + i, left = at % job->out.width * c->stride, top = at / job->out.width % job->out.height * c->stride;
    const float *map = job->x + at / (job->out.width * job->out.height) * in->height * in->width * in->channels;
    float *row = job->rows + i * c->linear.k;
    for (size_t y = top; y < top + c->kernel; y++)
        for (size_t x = left; x < left + c->kernel; x++, row += in->channels)
            if (y < c->pad || y - c->pad >= in->height || x < c->pad || x - c->pad >= in->width)
                memset(row, 0, in->channels * sizeof *row);
            else
                memcpy(row, map + ((y - c->pad) * in->width + x - c->pad) * in->channels, in->channels * sizeof *row);
}

static void unfold(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const unfold_job *job = arg;
    for (size_t p = i * UNFOLD; p < (i + 1) * UNFOLD && p < job->count; p++)
        unfold_pixel(job, p);
}

int descry_run_conv(const descry_engine *engine, const descry_conv *c, const descry_maps *in, const float *x,
                    descry_activation activation, const float *residual, float *out, descry_error *err)
{
    unfold_job job = {.conv = c, .in = in, .out = descry_conv_size(c, in), .x = x};
    size_t pixels = descry_map_pixels(&job.out), n = c->linear.n, most = ROOM / c->linear.k;
    if (c->kernel == 1 && c->stride == 1) {
        descry_linear_run(engine, &c->linear, x, pixels, activation, NULL, residual, out);
        return 0;
    }
    most = most < pixels ? most : pixels;
    most = most ? most : 1;
    if (!(job.rows = descry_alloc_aligned(most, c->linear.k * sizeof *job.rows)))
        return descry_fail_memory(err);
    for (; job.first < pixels; job.first += most) {
        job.count = pixels - job.first < most ? pixels - job.first : most;
        descry_pool_run(engine->pool, (job.count + UNFOLD - 1) / UNFOLD, unfold, &job);
        descry_linear_run(engine, &c->linear, job.rows, job.count, activation, NULL, residual ? residual + job.first * n : NULL,
                          out + job.first * n);
    }
    free(job.rows);
    return 0;
}

/* ---- each channel by itself ------------------------------------------------------------------------------------ */

enum { MAX_TAPS = 49 };

void descry_load_depthwise(descry_loader *l, descry_depthwise *conv, const char *prefix, const char *name)
{
    size_t taps = conv->kernel * conv->kernel, channels = conv->channels, one = 1;
    char full[128];
    snprintf(full, sizeof full, "%s.weight", name);
    const float *stored = descry_load_floats(l, descry_load_shaped(l, prefix, full, 4, channels, one, conv->kernel, conv->kernel));
    snprintf(full, sizeof full, "%s.bias", name);
    conv->bias = descry_load_vector(l, prefix, full, channels);
    float *weight = descry_load_alloc(l, taps * channels, sizeof *weight);
    for (size_t c = 0; weight && c < channels; c++)
        for (size_t t = 0; t < taps; t++)
            weight[t * channels + c] = stored[c * taps + t];
    conv->weight = weight;
}

void descry_load_pixel_norm(descry_loader *l, descry_depthwise *conv, const char *prefix, const char *name,
                            size_t channels)
{
    *conv = (descry_depthwise){.kernel = 1, .stride = 1, .channels = channels};
    conv->weight = load_batch_norm(l, prefix, name, channels);
    conv->bias = conv->weight ? conv->weight + channels : NULL;
}

descry_maps descry_depthwise_size(const descry_depthwise *c, const descry_maps *in)
{
    return (descry_maps){in->n, (in->height + 2 * c->pad - c->kernel) / c->stride + 1,
                         (in->width + 2 * c->pad - c->kernel) / c->stride + 1, c->channels};
}

typedef struct depthwise_job {
    const descry_kernels *kernels;
    const descry_depthwise *conv;
    const descry_maps *in;
    descry_maps out;
    const float *x;
    float *to;
} depthwise_job;

static void depthwise_row(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const depthwise_job *job = arg;
    const descry_depthwise *c = job->conv;
    const descry_maps *in = job->in;
    const float *map = job->x + i / job->out.height * in->height * in->width * in->channels, *taps[MAX_TAPS];
    size_t top = i % job->out.height * c->stride;
    float *out = job->to + i * job->out.width * c->channels;
    for (size_t column = 0; column < job->out.width; column++, out += c->channels) {
        size_t left = column * c->stride, count = 0;
        for (size_t y = top; y < top + c->kernel; y++)
            for (size_t x = left; x < left + c->kernel; x++)
                taps[count++] = y < c->pad || y - c->pad >= in->height || x < c->pad || x - c->pad >= in->width
                                    ? NULL
                                    : map + ((y - c->pad) * in->width + x - c->pad) * in->channels;
        job->kernels->weigh(out, c->bias, taps, c->weight, count, c->channels);
    }
}

void descry_run_depthwise(const descry_engine *engine, const descry_depthwise *conv, const descry_maps *in, const float *x,
                          float *out)
{
    depthwise_job job = {engine->kernels, conv, in, descry_depthwise_size(conv, in), x, out};
    descry_pool_run(engine->pool, in->n * job.out.height, depthwise_row, &job);
}

typedef struct repeat_job {
    const descry_maps *in;
    size_t times;
    const float *x;
    float *out;
} repeat_job;

static void repeat_row(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const repeat_job *job = arg;
    size_t n = job->in->width * job->in->channels;
    const float *x = job->x + i * n;
    float *out = job->out + i * n * job->times;
    for (size_t c = 0; c < n; c++)
        for (size_t t = 0; t < job->times; t++)
            *out++ = x[c];
}

void descry_repeat_channels(const descry_engine *engine, const descry_maps *in, size_t times, const float *x, float *out)
{
    repeat_job job = {in, times, x, out};
    descry_pool_run(engine->pool, in->n * in->height, repeat_row, &job);
}

/* ---- averages, pictures ---------------------------------------------------------------------------------------- */

typedef struct average_job {
    const descry_maps *in;
    descry_maps out;
    size_t size, stride, pad;
    const float *x;
    float *to;
} average_job;

static size_t at_least(size_t n, size_t least)
{
    return n > least ? n - least : 0;
}

static void average_row(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const average_job *job = arg;
    const descry_maps *in = job->in;
    size_t channels = in->channels, top = i % job->out.height * job->stride;
    size_t y0 = at_least(top, job->pad), y1 = top + job->size - job->pad;
    const float *map = job->x + i / job->out.height * in->height * in->width * channels;
    float *out = job->to + i * job->out.width * channels;
    y1 = y1 < in->height ? y1 : in->height;
    for (size_t column = 0; column < job->out.width; column++, out += channels) {
        size_t x0 = at_least(column * job->stride, job->pad), x1 = column * job->stride + job->size - job->pad;
        x1 = x1 < in->width ? x1 : in->width;
        memset(out, 0, channels * sizeof *out);
        for (size_t y = y0; y < y1; y++)
            for (size_t x = x0; x < x1; x++)
                for (size_t c = 0; c < channels; c++)
                    out[c] += map[(y * in->width + x) * channels + c];
        float scale = 1 / (float)((y1 - y0) * (x1 - x0));
        for (size_t c = 0; c < channels; c++)
            out[c] *= scale;
    }
}

descry_maps descry_average_size(const descry_maps *in, size_t size, size_t stride, size_t pad)
{
    return (descry_maps){in->n, (in->height + 2 * pad - size) / stride + 1, (in->width + 2 * pad - size) / stride + 1,
                         in->channels};
}

void descry_run_average(const descry_engine *engine, const descry_maps *in, size_t size, size_t stride, size_t pad,
                        const float *x, float *out)
{
    average_job job = {in, descry_average_size(in, size, stride, pad), size, stride, pad, x, out};
    descry_pool_run(engine->pool, in->n * job.out.height, average_row, &job);
}

typedef struct activation_job {
    const descry_kernels *kernels;
    descry_activation activation;
    float *x;
    size_t row;
} activation_job;

static void activate_row(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const activation_job *job = arg;
    job->kernels->activate(job->x + i * job->row, job->row, job->activation);
}

void descry_run_activation(const descry_engine *engine, const descry_maps *m, descry_activation activation, float *x)
{
    activation_job job = {engine->kernels, activation, x, m->width * m->channels};
    descry_pool_run(engine->pool, m->n * m->height, activate_row, &job);
}

typedef struct spread_job {
    const descry_pictures *in;
    float *out;
} spread_job;

static void spread_row(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const spread_job *job = arg;
    const descry_pictures *in = job->in;
    size_t w = in->width, area = w * in->height, picture = i / in->height, row = i % in->height;
    float *out = job->out + i * w * 3;
    for (size_t x = 0; x < w; x++)
        for (size_t c = 0; c < 3; c++)
            *out++ = in->rgb ? in->levels[c][in->rgb[(i * w + x) * 3 + c]]
                             : in->values[(picture * 3 + c) * area + row * w + x];
}

void descry_pictures_to_maps(const descry_engine *engine, const descry_pictures *pictures, float *out)
{
    spread_job job = {pictures, out};
    descry_pool_run(engine->pool, pictures->n * pictures->height, spread_row, &job);
}
