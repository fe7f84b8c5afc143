/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/rope.h"

#include <math.h>

void descry_make_rope(descry_loader *l, descry_rope *rope, size_t rows, size_t columns, double reference, double offset,
                      bool column_first)
{
    size_t bands = rope->head_dim / 4;
    rope->patches = rows * columns;
    float *angles = descry_load_alloc(l, rope->patches * rope->head_dim, sizeof *angles);
    rope->angles = angles;
    for (size_t p = 0; angles && p < rope->patches; p++) {
        double at[2] = {((double)(p / columns) + offset) / (double)rows * reference,
                        ((double)(p % columns) + offset) / (double)columns * reference};
        for (size_t i = 0; i < 2 * bands; i++) {
            double angle = at[(i < bands) == column_first] * pow(10000, -(double)(i % bands) / (double)bands);
            *angles++ = (float)cos(angle);
            *angles++ = (float)sin(angle);
        }
    }
}

typedef struct rope_job {
    const descry_rope *rope;
    const descry_sequences *s;
    float *qkv;
    size_t width;
} rope_job;

static void turn(float *x, const float *angles, size_t pairs)
{
    for (size_t i = 0; i < pairs; i++, x += 2, angles += 2) {
        float a = x[0], b = x[1];
        x[0] = a * angles[0] - b * angles[1];
        x[1] = b * angles[0] + a * angles[1];
    }
}

static void turn_sequence(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const rope_job *job = arg;
    const descry_rope *rope = job->rope;
    float *row = job->qkv + (job->s->first[i] + rope->skip) * 3 * job->width;
    for (size_t p = 0; p < rope->patches; p++, row += 3 * job->width)
        for (size_t column = 0; column < 2 * job->width; column += rope->head_dim)
            turn(row + column, rope->angles + p * rope->head_dim, rope->head_dim / 2);
}

void descry_run_rope(const descry_engine *engine, const descry_rope *rope, const descry_sequences *s, float *qkv, size_t width)
{
    rope_job job = {rope, s, qkv, width};
    descry_pool_run(engine->pool, s->count, turn_sequence, &job);
}
