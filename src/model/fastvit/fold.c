/* SPDX-License-Identifier: Apache-2.0 */
#include "model/fastvit/fold.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

static void *room(descry_loader *l, size_t n, size_t size)
{
    void *memory = l->rc ? NULL : descry_alloc(n, size);
    if (!memory && !l->rc)
        l->rc = descry_fail_memory(l->err);
    return memory;
}

descry_fold descry_fold_open(descry_loader *l, size_t out, size_t in, size_t side)
{
    descry_fold f = {l, out, in, side, room(l, out * in * side * side, sizeof(double)), room(l, out, sizeof(double))};
    for (size_t i = 0; f.weight && i < out * in * side * side; i++)
        f.weight[i] = 0;
    for (size_t i = 0; f.bias && i < out; i++)
        f.bias[i] = 0;
    return f;
}

/* ---- branches -------------------------------------------------------------------------------------------------- */

/* weight += times * the tensor [out, in, side, side], at the centre; times [out] or NULL: 1 */
static void add_kernel(descry_fold *f, const char *prefix, const char *name, size_t side, const double *times)
{
    descry_loader *l = f->loader;
    const descry_tensor *t = descry_load_shaped(l, prefix, name, 4, f->out, f->in, side, side);
    float *values = t ? room(l, t->elements, sizeof *values) : NULL;
    if (values) {
        size_t area = side * side, edge = (f->side - side) / 2;
        descry_to_f32(values, t->data, (descry_dtype)t->dtype, t->elements);
        for (size_t i = 0; i < f->out * f->in; i++)
            for (size_t tap = 0; tap < area; tap++)
                f->weight[(i * f->side + tap / side + edge) * f->side + tap % side + edge] +=
                    (times ? times[i / f->in] : 1) * (double)values[i * area + tap];
    }
    free(values);
}

void descry_fold_branch(descry_fold *f, const char *prefix, const char *name, size_t side)
{
    char full[64];
    snprintf(full, sizeof full, "%s.bn", name);
    double *norm = descry_load_norm_factors(f->loader, prefix, full, f->out);
    snprintf(full, sizeof full, "%s.conv.weight", name);
    if (norm)
        add_kernel(f, prefix, full, side, norm);
    for (size_t i = 0; norm && i < f->out; i++)
        f->bias[i] += norm[f->out + i];
    free(norm);
}

/* Output i sees input i: by itself, or as the i-th of all. */
static double *centre(descry_fold *f, size_t i)
{
    size_t area = f->side * f->side;
    return &f->weight[(i * f->in + i % f->in) * area + area / 2];
}

void descry_fold_norm(descry_fold *f, const char *prefix, const char *name, double sign)
{
    double *norm = descry_load_norm_factors(f->loader, prefix, name, f->out);
    for (size_t i = 0; norm && i < f->out; i++) {
        *centre(f, i) += sign * norm[i];
        f->bias[i] += sign * norm[f->out + i];
    }
    free(norm);
}

void descry_fold_stored(descry_fold *f, const char *prefix, const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "%s.weight", name);
    add_kernel(f, prefix, full, f->side, NULL);
    snprintf(full, sizeof full, "%s.bias", name);
    const float *bias = descry_load_vector(f->loader, prefix, full, f->out);
    for (size_t i = 0; bias && i < f->out; i++)
        f->bias[i] += (double)bias[i];
}

void descry_fold_scale(descry_fold *f, const float *gamma)
{
    size_t size = f->in * f->side * f->side;
    for (size_t i = 0; !f->loader->rc && i < f->out; i++) {
        for (size_t j = 0; j < size; j++)
            f->weight[i * size + j] *= (double)gamma[i];
        f->bias[i] *= (double)gamma[i];
    }
}

void descry_fold_input(descry_fold *f)
{
    for (size_t i = 0; !f->loader->rc && i < f->out; i++)
        *centre(f, i) += 1;
}

/* ---- the sum --------------------------------------------------------------------------------------------------- */

/* The bias, rounded; of the weights place [out * in, area] goes to [area, out * in] if `by_tap`. */
static float *close(descry_fold *f, bool by_tap, const float **bias)
{
    descry_loader *l = f->loader;
    size_t area = f->side * f->side, rows = f->out * f->in;
    float *weight = descry_load_alloc(l, rows * area, sizeof *weight), *sums = descry_load_alloc(l, f->out, sizeof *sums);
    for (size_t i = 0; !l->rc && i < rows * area; i++)
        weight[by_tap ? i % area * rows + i / area : i] = (float)f->weight[i];
    for (size_t i = 0; !l->rc && i < f->out; i++)
        sums[i] = (float)f->bias[i];
    *bias = sums;
    free(f->weight);
    free(f->bias);
    f->weight = f->bias = NULL;
    return weight;
}

void descry_fold_into_conv(descry_fold *f, descry_conv *conv)
{
    const float *bias;
    const descry_tensor folded = {.data = close(f, false, &bias), .dtype = DESCRY_F32};
    if (!f->loader->rc)
        descry_load_kernels(f->loader, conv, &folded, f->in, f->out, bias);
}

void descry_fold_into_depthwise(descry_fold *f, descry_depthwise *conv)
{
    conv->weight = close(f, true, &conv->bias);
}
