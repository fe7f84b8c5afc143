/* SPDX-License-Identifier: Apache-2.0 */
#include "model/resnet/resnet.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/attention.h"
#include "layers/trace.h"

#include <stdlib.h>
#include <string.h>

/* Three maps to work in: x is the one that counts. */
typedef struct work {
    const descry_engine *engine;
    descry_maps maps; /* of x */
    float *x, *y, *z;
    descry_error *err;
} work;

static void swap(float **a, float **b)
{
    float *c = *a;
    *a = *b;
    *b = c;
}

/* x = relu(conv(x)) */
static int convolve(work *w, const descry_conv *conv)
{
    int rc = descry_run_conv(w->engine, conv, &w->maps, w->x, DESCRY_ACT_RELU, NULL, w->y, w->err);
    w->maps = descry_conv_size(conv, &w->maps);
    swap(&w->x, &w->y);
    return rc;
}

/* The means of 2 x 2 pixels of `from`, in `to`. */
static descry_maps halve(const work *w, const descry_maps *maps, const float *from, float *to)
{
    descry_run_average(w->engine, maps, 2, 2, 0, from, to);
    return descry_average_size(maps, 2, 2, 0);
}

/* x = relu(shortcut(x) + expand(spatial(reduce(x)))) */
static int run_bottleneck(work *w, const descry_bottleneck *b)
{
    descry_maps in = w->maps, out;
    int rc = descry_run_conv(w->engine, &b->reduce, &in, w->x, DESCRY_ACT_RELU, NULL, w->y, w->err);
    out = descry_conv_size(&b->reduce, &in);
    if (!rc)
        rc = descry_run_conv(w->engine, &b->spatial, &out, w->y, DESCRY_ACT_RELU, NULL, w->z, w->err);
    swap(&w->y, &w->z);
    if (!rc && b->stride == 2) {
        out = halve(w, &out, w->y, w->z);
        swap(&w->y, &w->z);
        in = halve(w, &in, w->x, w->z);
        swap(&w->x, &w->z);
    }
    if (!rc && b->downsample.kernel) {
        rc = descry_run_conv(w->engine, &b->downsample, &in, w->x, DESCRY_ACT_NONE, NULL, w->z, w->err);
        swap(&w->x, &w->z);
    }
    if (!rc)
        rc = descry_run_conv(w->engine, &b->expand, &out, w->y, DESCRY_ACT_NONE, w->x, w->x, w->err);
    w->maps = descry_conv_size(&b->expand, &out);
    if (!rc)
        descry_run_activation(w->engine, &w->maps, DESCRY_ACT_RELU, w->x);
    return rc;
}

/* w->x [n, T, W] -> out [n, E]: attention of the mean to all pixels and itself */
static int pool(work *w, const descry_resnet *v, float *out)
{
    size_t n = w->maps.n, width = v->features, pixels = v->side * v->side, length = 1 + pixels, rows = n * length;
    float *x = descry_alloc_aligned(rows, width * sizeof *x), *qkv = descry_alloc_aligned(rows, 3 * width * sizeof *qkv);
    size_t *first = descry_alloc(2 * n + 1, sizeof *first); /* and n means, which are at 0 */
    int rc = x && qkv && first ? 0 : descry_fail_memory(w->err);
    for (size_t i = 0; i < n && !rc; i++) {
        const float *from = w->x + i * pixels * width;
        float *to = x + i * length * width;
        memcpy(to + width, from, pixels * width * sizeof *to);
        for (size_t c = 0; c < width; c++) {
            double sum = 0;
            for (size_t p = 0; p < pixels; p++)
                sum += (double)from[p * width + c];
            to[c] = (float)(sum / (double)pixels);
        }
        for (size_t j = 0; j < length * width; j++)
            to[j] += v->positions[j];
    }
    if (!rc) {
        for (size_t i = 0; i <= n; i++)
            first[i] = i * length;
        memset(first + n + 1, 0, n * sizeof *first);
        const descry_sequences s = {.count = n, .first = first, .longest = length, .pooled = first + n + 1};
        descry_multiply_into(w->engine, &v->k, x, rows, qkv + width, 3 * width);
        descry_multiply_into(w->engine, &v->v, x, rows, qkv + 2 * width, 3 * width);
        for (size_t i = 0; i < n; i++)
            descry_multiply(w->engine, &v->q, x + i * length * width, 1, qkv + i * length * 3 * width);
        rc = descry_run_self_attention(w->engine, qkv, width, v->heads, &s, NULL, x, w->err);
    }
    if (!rc)
        descry_multiply(w->engine, &v->proj, x, n, out);
    free(x);
    free(qkv);
    free(first);
    return rc;
}

/* Floats of the largest map of a picture: after the stem, or of the first stage. */
static size_t largest(const descry_resnet *v)
{
    size_t area = v->tower.width * v->tower.height;
    return area * 3 > area / 4 * v->width ? area * 3 : area / 4 * v->width;
}

static int encode(const descry_resnet *v, const descry_engine *engine, const descry_pictures *pictures, float *out,
                  descry_error *err)
{
    size_t n = pictures->n, size = largest(v);
    work w = {.engine = engine, .maps = {n, pictures->height, pictures->width, 3}, .err = err,
              .x = descry_alloc_aligned(n, size * sizeof(float)), .y = descry_alloc_aligned(n, size * sizeof(float)),
              .z = descry_alloc_aligned(n, size * sizeof(float))};
    int rc = w.x && w.y && w.z ? 0 : descry_fail_memory(err);
    if (!rc)
        descry_pictures_to_maps(engine, pictures, w.x);
    for (int i = 0; i < 3 && !rc; i++)
        rc = convolve(&w, &v->stem[i]);
    if (!rc) {
        w.maps = halve(&w, &w.maps, w.x, w.y);
        swap(&w.x, &w.y);
        descry_trace_stage(engine, "stem", w.x, descry_map_pixels(&w.maps), w.maps.channels);
    }
    for (size_t s = 0; s < 4 && !rc; s++) {
        for (size_t i = 0; i < v->depths[s] && !rc; i++)
            rc = run_bottleneck(&w, &v->blocks[s][i]);
        if (!rc)
            descry_trace_number(engine, "stage", s, w.x, descry_map_pixels(&w.maps), w.maps.channels);
    }
    if (!rc)
        rc = pool(&w, v, out);
    if (!rc)
        descry_trace_stage(engine, "projected", out, n, v->tower.dim);
    free(w.x);
    free(w.y);
    free(w.z);
    return rc;
}

int descry_resnet_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                         float *out, float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    enum { MOST = 1 << 24 }; /* floats of a map of all pictures of a batch */
    const descry_resnet *v = (const descry_resnet *)tower;
    size_t batch = MOST / largest(v), n = 0;
    int rc = 0;
    for (size_t i = 0; i < pictures->n && !rc; i += n) {
        n = pictures->n - i < batch ? pictures->n - i : batch;
        n = n ? n : 1;
        descry_pictures part = descry_pictures_part(pictures, i, n);
        rc = encode(v, engine, &part, out + i * tower->dim, err);
    }
    return rc;
}
