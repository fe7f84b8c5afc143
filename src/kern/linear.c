/* SPDX-License-Identifier: Apache-2.0 */
#include "kern/linear.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

int descry_pack_right(const descry_engine *engine, descry_packed *packed, const float *source, size_t k, size_t n,
                      size_t k_stride, size_t n_stride, descry_error *err)
{
    size_t size = descry_packed_size(engine->kernels, n, k);
    *packed = (descry_packed){size == SIZE_MAX ? NULL : descry_alloc_aligned(size ? size : 1, sizeof(float)), n, k};
    if (!packed->data)
        return descry_fail_memory(err);
    descry_pack(engine->kernels, packed->data, source, DESCRY_F32, n, k, n_stride, k_stride, 0,
                descry_panels(engine->kernels, n));
    return 0;
}

void descry_packed_free(descry_packed *packed)
{
    free(packed->data);
    *packed = (descry_packed){0};
}

typedef struct product {
    const descry_kernels *kernels;
    descry_gemm gemm;
    size_t panels, parts;
} product;

static void multiply_part(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const product *p = arg;
    p->kernels->gemm(&p->gemm, i * p->panels / p->parts, (i + 1) * p->panels / p->parts);
}

void descry_multiply(const descry_engine *engine, const descry_packed *b, const float *a, size_t m, const float *bias,
                     float *c)
{
    product p = {.kernels = engine->kernels,
                 .gemm = {.m = m, .n = b->n, .k = b->k, .a = a, .lda = b->k, .b = b->data, .b_type = DESCRY_F32,
                          .bias = bias, .c = c, .ldc = b->n},
                 .panels = descry_panels(engine->kernels, b->n)};
    size_t parts = 4 * (size_t)descry_pool_threads(engine->pool);
    p.parts = parts < p.panels ? parts : p.panels;
    if (m > 0)
        descry_pool_run(engine->pool, p.parts, multiply_part, &p);
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
