/* SPDX-License-Identifier: Apache-2.0
 * The loss of a batch and its gradient. */
#include "heads/adapt.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int descry_adapt_room_open(descry_adapt_room *room, const descry_engine *engine, size_t most, size_t dim,
                           descry_error *err)
{
    *room = (descry_adapt_room){.engine = engine, .most = most, .dim = dim};
    for (int side = 0; side < 2; side++) {
        room->side[side] = descry_alloc(most, dim * sizeof(float));
        room->back[side] = descry_alloc(most, dim * sizeof(float));
        room->length[side] = descry_alloc(most, sizeof(float));
    }
    room->logits = descry_alloc(most, most * sizeof(float));
    room->turned = descry_alloc(most, most * sizeof(float));
    room->spare = descry_alloc(most, dim * sizeof(float));
    if (room->side[0] && room->side[1] && room->back[0] && room->back[1] && room->length[0] && room->length[1] &&
        room->logits && room->turned && room->spare)
        return 0;
    descry_adapt_room_close(room);
    return descry_fail_memory(err);
}

void descry_adapt_room_close(descry_adapt_room *room)
{
    for (int side = 0; side < 2; side++) {
        free(room->side[side]);
        free(room->back[side]);
        free(room->length[side]);
    }
    free(room->logits);
    free(room->turned);
    free(room->spare);
    *room = (descry_adapt_room){0};
}

static void transpose(float *out, const float *in, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            out[j * rows + i] = in[i * columns + j];
}

/* c [m, n] = a [m, k] B [k, n]; the strides of b may transpose it */
static int product(const descry_adapt_room *room, const float *a, size_t m, const float *b, size_t k, size_t n,
                   size_t k_stride, size_t n_stride, float *c, descry_error *err)
{
    descry_linear right;
    int rc = descry_linear_open(room->engine, &right, b, n, k, n_stride, k_stride, NULL, err);
    if (!rc)
        descry_multiply(room->engine, &right, a, m, c);
    descry_linear_close(&right);
    return rc;
}

/* ---- cross-entropy --------------------------------------------------------------------------------------------- */

/* Of one row of logits: adds scale * (softmax - one-hot label) to g, returns -log softmax of the label. */
static double cross_entropy(const float *row, size_t n, size_t label, double scale, float *g, size_t g_stride)
{
    double top = -INFINITY, sum = 0;
    for (size_t j = 0; j < n; j++)
        top = row[j] > top ? (double)row[j] : top;
    for (size_t j = 0; j < n; j++)
        sum += exp((double)row[j] - top);
    for (size_t j = 0; g && j < n; j++)
        g[j * g_stride] += (float)(scale * (exp((double)row[j] - top) / sum - (j == label)));
    return log(sum) + top - (double)row[label];
}

/* Loss of logits [n, n], which are divided by tau already; with `wanted`, d loss / d logits replaces them. */
static int symmetric_loss(descry_adapt_room *room, size_t n, int wanted, double *loss, descry_error *err)
{
    float *g = wanted ? calloc(n, n * sizeof *g) : NULL;
    if (wanted && !g)
        return descry_fail_memory(err);
    double rows = 0, columns = 0, scale = 0.5 / (double)n;
    transpose(room->turned, room->logits, n, n);
    for (size_t i = 0; i < n; i++) {
        rows += cross_entropy(room->logits + i * n, n, i, scale, g ? g + i * n : NULL, 1);
        columns += cross_entropy(room->turned + i * n, n, i, scale, g ? g + i : NULL, n);
    }
    *loss = (rows + columns) * scale;
    if (g)
        memcpy(room->logits, g, n * n * sizeof *g);
    free(g);
    return 0;
}

/* ---- backward pass --------------------------------------------------------------------------------------------- */

/* Through u = p / |p|: dp = (du - u (u . du)) / |p|; then to the layer's weight and bias: dW = dp^T x, db = sum dp. */
static int back_through_layer(descry_adapt_room *room, int side, const float *x, size_t n, double tau, float *gradient,
                              descry_error *err)
{
    size_t d = room->dim;
    float *bias = gradient + d * d;
    memset(bias, 0, d * sizeof *bias);
    for (size_t i = 0; i < n; i++) {
        const float *u = room->side[side] + i * d;
        float *du = room->back[side] + i * d;
        double along = descry_dot(u, du, d), over = 1 / (tau * (double)room->length[side][i]);
        for (size_t j = 0; j < d; j++) {
            du[j] = (float)(((double)du[j] - along * (double)u[j]) * over);
            bias[j] += du[j];
        }
    }
    transpose(room->spare, room->back[side], n, d);
    return product(room, room->spare, d, x, n, d, d, 1, gradient, err);
}

int descry_adapt_loss(descry_adapt_room *room, descry_head *head, const float *x, const float *y, size_t n, double tau,
                      float *gradient, double *loss, descry_error *err)
{
    const float *in[2] = {x, y};
    size_t d = room->dim;
    int rc = descry_head_prepare(head, room->engine, err);
    if (rc)
        return rc;
    for (int side = 0; side < 2; side++) {
        descry_multiply(room->engine, &head->linear[side], in[side], n, room->side[side]);
        descry_unit_rows(room->side[side], n, d, room->length[side]);
    }
    rc = product(room, room->side[0], n, room->side[1], d, n, 1, d, room->logits, err);
    for (size_t i = 0; i < n * n && !rc; i++)
        room->logits[i] = (float)((double)room->logits[i] / tau);
    if (!rc)
        rc = symmetric_loss(room, n, gradient != NULL, loss, err);
    if (!rc && !isfinite(*loss))
        rc = descry_fail(err, DESCRY_ERR_NUMERIC, "the loss is not finite");
    if (rc || !gradient)
        return rc;
    /* logits is now G, their gradient: dU = G V / tau, dV = G^T U / tau; back_through_layer divides by tau */
    rc = product(room, room->logits, n, room->side[1], n, d, d, 1, room->back[0], err);
    transpose(room->turned, room->logits, n, n);
    if (!rc)
        rc = product(room, room->turned, n, room->side[0], n, d, d, 1, room->back[1], err);
    for (int side = 0; side < 2 && !rc; side++)
        rc = back_through_layer(room, side, in[side], n, tau, gradient + (size_t)side * (d * d + d), err);
    return rc;
}
