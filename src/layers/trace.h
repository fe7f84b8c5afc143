/* SPDX-License-Identifier: Apache-2.0
 * Hands the activations after a stage to the engine's trace, if it has one. */
#ifndef DESCRY_LAYERS_TRACE_H
#define DESCRY_LAYERS_TRACE_H

#include "kern/linear.h"

#include <stdio.h>

static inline void descry_trace_stage(const descry_engine *engine, const char *stage, const float *x, size_t rows,
                                      size_t width)
{
    if (engine->trace)
        engine->trace->fn(engine->trace->arg, stage, x, rows, width);
}

/* Of several such stages number n, from 0 on: "block 3". */
static inline void descry_trace_number(const descry_engine *engine, const char *stage, size_t n, const float *x, size_t rows,
                                       size_t width)
{
    char name[32];
    if (!engine->trace)
        return;
    snprintf(name, sizeof name, "%s %zu", stage, n);
    descry_trace_stage(engine, name, x, rows, width);
}

#endif
