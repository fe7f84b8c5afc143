/* SPDX-License-Identifier: Apache-2.0 */
#include "model/fastvit/fastvit.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/attention.h"
#include "layers/pool.h"
#include "layers/trace.h"

#include <stdlib.h>

enum { HEAD = 32 /* channels of each */ };

/* The map x, and room for what comes of it. */
typedef struct work {
    const descry_engine *engine;
    descry_maps maps;
    float *x, *y, *wide; /* wide: M channels, or more */
    size_t *first;       /* [n + 1] */
    descry_error *err;
} work;

static void swap(work *w)
{
    float *x = w->x;
    w->x = w->y;
    w->y = x;
}

/* ---- convolutions ---------------------------------------------------------------------------------------------- */

/* x = gelu(conv(x)) */
static int convolve(work *w, const descry_conv *c)
{
    int rc = descry_run_conv(w->engine, c, &w->maps, w->x, DESCRY_ACT_GELU, NULL, w->y, w->err);
    w->maps = descry_conv_size(c, &w->maps);
    swap(w);
    return rc;
}

/* x = conv(x), each channel by itself */
static void filter(work *w, const descry_depthwise *c)
{
    descry_run_depthwise(w->engine, c, &w->maps, w->x, w->y);
    w->maps = descry_depthwise_size(c, &w->maps);
    swap(w);
}

/* The same with two maps of each channel, which stay side by side. */
static void filter_twice(work *w, const descry_depthwise *c)
{
    descry_repeat_channels(w->engine, &w->maps, 2, w->x, w->wide);
    w->maps.channels *= 2;
    descry_run_depthwise(w->engine, c, &w->maps, w->wide, w->x);
    w->maps = descry_depthwise_size(c, &w->maps);
}

static void activate(work *w)
{
    descry_run_activation(w->engine, &w->maps, DESCRY_ACT_GELU, w->x);
}

static int run_stem(work *w, const descry_fastvit *v, const descry_pictures *pictures)
{
    descry_pictures_to_maps(w->engine, pictures, w->x);
    int rc = convolve(w, &v->stem_in);
    if (rc)
        return rc;
    filter(w, &v->stem_mid);
    activate(w);
    return convolve(w, &v->stem_out);
}

static int run_reduce(work *w, const descry_fastvit_stage *stage)
{
    int rc = 0;
    filter_twice(w, &stage->reduce);
    if (stage->squeeze.fc1.kernel)
        rc = descry_run_squeeze(w->engine, &stage->squeeze, &w->maps, w->x, w->err);
    activate(w);
    return rc ? rc : convolve(w, &stage->mix);
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

/* x += gamma_1 * proj(attention(qkv(norm(x)))), between all pixels of a picture */
static int run_attention(work *w, const descry_fastvit_block *b)
{
    size_t pixels = w->maps.height * w->maps.width, c = w->maps.channels, rows = descry_map_pixels(&w->maps);
    const float eps = 1e-5f;
    for (size_t i = 0; i <= w->maps.n; i++)
        w->first[i] = i * pixels;
    const descry_sequences s = {.count = w->maps.n, .first = w->first, .longest = pixels};
    if (b->pixel_norm.kernel)
        descry_run_depthwise(w->engine, &b->pixel_norm, &w->maps, w->x, w->y);
    else
        descry_run_norm(w->engine, &b->norm, w->x, rows, c, eps, w->y);
    descry_multiply(w->engine, &b->qkv, w->y, rows, w->wide);
    int rc = descry_run_self_attention(w->engine, w->wide, c, c / HEAD, &s, NULL, w->y, w->err);
    if (!rc)
        descry_linear_run(w->engine, &b->proj, w->y, rows, DESCRY_ACT_NONE, b->gamma_1, w->x, w->x);
    return rc;
}

/* x += gamma_2 * fc2(gelu(fc1(conv(x)))) */
static void run_mlp(work *w, const descry_fastvit_block *b)
{
    size_t rows = descry_map_pixels(&w->maps);
    descry_run_depthwise(w->engine, &b->conv, &w->maps, w->x, w->y);
    descry_linear_run(w->engine, &b->fc1.linear, w->y, rows, DESCRY_ACT_GELU, NULL, NULL, w->wide);
    descry_linear_run(w->engine, &b->fc2.linear, w->wide, rows, DESCRY_ACT_NONE, b->gamma_2, w->x, w->x);
}

static int run_stage(work *w, const descry_fastvit_stage *stage, size_t depth)
{
    int rc = stage->reduce.kernel ? run_reduce(w, stage) : 0;
    if (!rc && stage->positions.kernel)
        filter(w, &stage->positions);
    for (size_t i = 0; i < depth && !rc; i++) {
        const descry_fastvit_block *b = &stage->blocks[i];
        if (b->mixer.kernel)
            filter(w, &b->mixer);
        else
            rc = run_attention(w, b);
        if (!rc)
            run_mlp(w, b);
    }
    return rc;
}

/* ---- the tower ------------------------------------------------------------------------------------------------- */

static int run(work *w, const descry_fastvit *v, const descry_pictures *pictures, float *out)
{
    int rc = run_stem(w, v, pictures);
    if (!rc)
        descry_trace_stage(w->engine, "stem", w->x, descry_map_pixels(&w->maps), w->maps.channels);
    for (size_t s = 0; s < DESCRY_FASTVIT_STAGES && v->kind.depths[s] > 0 && !rc; s++) {
        rc = run_stage(w, &v->stages[s], (size_t)v->kind.depths[s]);
        if (!rc)
            descry_trace_number(w->engine, "stage", s, w->x, descry_map_pixels(&w->maps), w->maps.channels);
    }
    if (rc)
        return rc;
    filter_twice(w, &v->last);
    rc = descry_run_squeeze(w->engine, &v->squeeze, &w->maps, w->x, w->err);
    if (rc)
        return rc;
    activate(w);
    descry_pool_mean(w->x, w->maps.n, w->maps.height * w->maps.width, 0, w->maps.channels);
    descry_multiply(w->engine, &v->head, w->x, w->maps.n, out);
    descry_trace_stage(w->engine, "projected", out, w->maps.n, v->tower.dim);
    return 0;
}

/* The largest maps are the first ones: no stage has more activations than the first, in pictures that are not smaller than
 * fastvit.c takes them. */
static int encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures, float *out,
                  descry_error *err)
{
    const descry_fastvit *v = (const descry_fastvit *)tower;
    size_t n = pictures->n, c = (size_t)v->kind.width, side = v->tower.width, half = (side + 1) / 2, quarter = (half + 1) / 2;
    size_t size = side * side * 3 > half * half * c ? side * side * 3 : half * half * c;
    work w = {.engine = engine, .maps = {n, pictures->height, pictures->width, 3}, .err = err,
              .x = descry_alloc_aligned(n, size * sizeof(float)), .y = descry_alloc_aligned(n, size * sizeof(float)),
              .wide = descry_alloc_aligned(n, quarter * quarter * (size_t)v->kind.expansion * c * sizeof(float)),
              .first = descry_alloc(n + 1, sizeof(size_t))};
    int rc = w.x && w.y && w.wide && w.first ? run(&w, v, pictures, out) : descry_fail_memory(err);
    free(w.x);
    free(w.y);
    free(w.wide);
    free(w.first);
    return rc;
}

int descry_fastvit_encode(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                          float *out, float *tokens, descry_error *err)
{
    (void)tokens; /* it has none for a decoder */
    size_t batch = descry_batch_of(tower->width * tower->height / 256, pictures->n);
    return descry_encode_batches(tower, engine, pictures, batch, encode, out, err);
}
