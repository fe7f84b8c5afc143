/* SPDX-License-Identifier: Apache-2.0 */
#include "kern/linear.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct packing {
    const descry_kernels *kernels;
    const descry_linear *linear;
} packing;

static void pack_panel(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const packing *p = arg;
    const descry_linear *l = p->linear;
    const descry_matrix b = {l->source, l->type, l->n, l->k, l->n_stride, l->k_stride, l->group, l->group_stride};
    descry_pack(p->kernels, l->packed_type, l->packed, &b, i, i + 1);
}

void descry_linear_pack(const descry_engine *engine, descry_linear *linear, void *room)
{
    packing p = {engine->kernels, linear};
    linear->packed = room;
    descry_pool_run(engine->pool, descry_panels(engine->kernels, linear->packed_type, linear->n), pack_panel, &p);
}

int descry_linear_open(const descry_engine *engine, descry_linear *linear, const float *source, size_t n, size_t k,
                       size_t n_stride, size_t k_stride, const float *bias, descry_error *err)
{
    size_t size = descry_packed_size(engine->kernels, DESCRY_F32, n, k);
    void *room = size == SIZE_MAX ? NULL : descry_alloc_aligned(size ? size : 1, sizeof(float));
    *linear = (descry_linear){.n = n, .k = k, .type = DESCRY_F32, .packed_type = DESCRY_F32, .source = source,
                              .n_stride = n_stride, .k_stride = k_stride, .bias = bias};
    if (!room)
        return descry_fail_memory(err);
    descry_linear_pack(engine, linear, room);
    return 0;
}

void descry_linear_close(descry_linear *linear)
{
    free(linear->packed);
    *linear = (descry_linear){0};
}

typedef struct multiplication {
    const descry_product *product;
    descry_gemm gemm;
    size_t panels, parts;
} multiplication;

static void multiply_part(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const multiplication *p = arg;
    p->product->run(&p->gemm, i * p->panels / p->parts, (i + 1) * p->panels / p->parts);
}

static void run(const descry_engine *engine, const descry_linear *linear, const float *x, size_t rows,
                descry_activation activation, const float *gamma, const float *residual, float *out, size_t stride)
{
    multiplication p = {.product = &engine->kernels->gemm[linear->packed_type],
                        .gemm = {.m = rows, .n = linear->n, .k = linear->k, .a = x, .lda = linear->k, .a_type = DESCRY_F32,
                                 .b = linear->packed, .b_type = linear->packed_type, .b_scale = linear->scale, .bias = linear->bias,
                                 .activation = activation, .gamma = gamma, .residual = residual, .c = out,
                                 .ldc = stride},
                        .panels = descry_panels(engine->kernels, linear->packed_type, linear->n)};
    /* runs of panels, since each prefetches the next; several per thread, to balance the load */
    unsigned threads = descry_pool_threads(engine->pool);
    size_t parts = threads == 1 ? 1 : 4 * (size_t)threads;
    p.parts = parts < p.panels ? parts : p.panels;
    if (rows > 0)
        descry_pool_run(engine->pool, p.parts, multiply_part, &p);
}

void descry_linear_run(const descry_engine *engine, const descry_linear *linear, const float *x, size_t rows,
                       descry_activation activation, const float *gamma, const float *residual, float *out)
{
    run(engine, linear, x, rows, activation, gamma, residual, out, linear->n);
}

void descry_multiply_into(const descry_engine *engine, const descry_linear *linear, const float *x, size_t rows, float *out,
                          size_t stride)
{
    run(engine, linear, x, rows, DESCRY_ACT_NONE, NULL, NULL, out, stride);
}

void descry_multiply(const descry_engine *engine, const descry_linear *linear, const float *x, size_t rows, float *out)
{
    descry_linear_run(engine, linear, x, rows, DESCRY_ACT_NONE, NULL, NULL, out);
}

double descry_dot(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

void descry_unit_rows(float *x, size_t n, size_t dim, float *lengths)
{
    for (size_t i = 0; i < n; i++, x += dim) {
        double length = sqrt(descry_dot(x, x, dim));
        length = length > 1e-12 ? length : 1e-12;
        for (size_t j = 0; j < dim; j++)
            x[j] = (float)((double)x[j] / length);
        if (lengths)
            lengths[i] = (float)length;
    }
}
