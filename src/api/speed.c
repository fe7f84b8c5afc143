/* SPDX-License-Identifier: Apache-2.0
 * How fast this machine multiplies. */
#include "api/handles.h"

#include "base/clock.h"
#include "base/error.h"
#include "descry_dev.h"

#include <stdlib.h>

/* The widening layer of a ViT-B's block, for the patches of a few pictures; few enough that a slow machine is not kept busy for
 * long. */
enum { OUT = 3072, IN = 768, ROWS = 128 };
static const double LEAST_SECONDS = 0.2;

static double measure(const descry_engine *engine, const descry_linear *linear, const float *x, float *y)
{
    descry_multiply(engine, linear, x, ROWS, y); /* with cold caches, and a processor that was asleep */
    double start = descry_clock_now(), seconds;
    size_t runs = 0;
    do {
        descry_multiply(engine, linear, x, ROWS, y);
        runs++;
    } while ((seconds = descry_clock_now() - start) < LEAST_SECONDS);
    return (double)runs * OUT * IN * ROWS / seconds;
}

int descry_measure_speed(descry_context *ctx, double *multiply_adds, descry_error *err)
{
    descry_engine engine = descry_context_engine(ctx);
    descry_linear linear = {0};
    float *weights = malloc((size_t)OUT * IN * sizeof *weights), *x = malloc((size_t)ROWS * IN * sizeof *x);
    float *y = malloc((size_t)ROWS * OUT * sizeof *y);
    int rc = weights && x && y ? 0 : descry_fail_memory(err);
    *multiply_adds = 0;
    for (size_t i = 0; !rc && i < (size_t)OUT * IN; i++)
        weights[i] = 0.01f;
    for (size_t i = 0; !rc && i < (size_t)ROWS * IN; i++)
        x[i] = 1;
    if (!rc)
        rc = descry_linear_open(&engine, &linear, weights, OUT, IN, IN, 1, NULL, err);
    if (!rc)
        *multiply_adds = measure(&engine, &linear, x, y);
    descry_linear_close(&linear);
    free(weights);
    free(x);
    free(y);
    return rc;
}
