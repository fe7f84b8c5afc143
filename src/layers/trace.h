/* SPDX-License-Identifier: Apache-2.0
 * Hands the activations after a stage to the engine's trace, if it has one. */
#ifndef DESCRY_LAYERS_TRACE_H
#define DESCRY_LAYERS_TRACE_H

#include "kern/linear.h"

static inline void descry_trace_stage(const descry_engine *engine, const char *stage, const float *x, size_t rows,
                                      size_t width)
{
    if (engine->trace)
        engine->trace->fn(engine->trace->arg, stage, x, rows, width);
}

#endif
