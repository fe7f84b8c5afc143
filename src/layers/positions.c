/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/positions.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double cubic(double x)
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
}

static double linear(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

static const struct filter {
    double (*at)(double);
    double support;
} filters[] = {[DESCRY_RESIZE_CUBIC] = {cubic, 2}, [DESCRY_RESIZE_LINEAR] = {linear, 1}};

/* One axis: out [out_count] from in [in_count], `outer` times, outer_in and outer_out apart; each element is `width` floats,
 * stride_in and stride_out apart. */
static void resample(const struct filter *filter, float *out, size_t out_count, const float *in, size_t in_count, size_t outer,
                     size_t outer_in, size_t outer_out, size_t stride_in, size_t stride_out, size_t width)
{
    double scale = (double)in_count / (double)out_count, spread = scale > 1 ? scale : 1, support = filter->support * spread;
    for (size_t i = 0; i < out_count; i++) {
        double centre = scale * ((double)i + 0.5), total = 0;
        long low = (long)(centre - support + 0.5), high = (long)(centre + support + 0.5);
        low = low > 0 ? low : 0;
        high = high < (long)in_count ? high : (long)in_count;
        for (long j = low; j < high; j++)
            total += filter->at(((double)j - centre + 0.5) / spread);
        for (size_t o = 0; o < outer; o++) {
            float *to = out + o * outer_out + i * stride_out;
            memset(to, 0, width * sizeof *to);
            for (long j = low; j < high; j++) {
                float k = (float)(filter->at(((double)j - centre + 0.5) / spread) / total);
                const float *from = in + o * outer_in + (size_t)j * stride_in;
                for (size_t x = 0; x < width; x++)
                    to[x] += k * from[x];
            }
        }
    }
}

int descry_resize_grid(descry_resize resize, float *out, size_t before, size_t rows, size_t columns, const float *in,
                       size_t in_rows, size_t width)
{
    const struct filter *filter = &filters[resize];
    size_t side = in_rows > before ? (size_t)lround(sqrt((double)(in_rows - before))) : 0;
    if (side == 0 || side * side + before != in_rows)
        return 0;
    float *half = descry_alloc(side * columns, width * sizeof *half); /* [side, columns, width] */
    if (!half)
        return DESCRY_ERR_MEMORY;
    memcpy(out, in, before * width * sizeof *out);
    resample(filter, half, columns, in + before * width, side, side, side * width, columns * width, width, width, width);
    resample(filter, out + before * width, rows, half, side, columns, width, width, columns * width, columns * width, width);
    free(half);
    return 1;
}

void descry_resize_line(float *out, size_t rows, const float *in, size_t in_rows, size_t width)
{
    for (size_t i = 0; i < rows; i++) {
        float at = ((float)i + 0.5f) * (float)in_rows / (float)rows - 0.5f;
        at = at > 0 ? at : 0;
        size_t low = (size_t)at, high = low + 1 < in_rows ? low + 1 : in_rows - 1;
        if (low >= in_rows)
            low = in_rows - 1;
        float part = at - (float)low;
        for (size_t x = 0; x < width; x++)
            out[i * width + x] = (1 - part) * in[low * width + x] + part * in[high * width + x];
    }
}

/* ---- loading --------------------------------------------------------------------------------------------------- */

/* Of [rows, width] or, with dims 3, [1, rows, width]; 0: it has another form or width. */
static size_t rows_of(const descry_tensor *t, int dims, size_t width)
{
    bool formed = t && t->dims == dims && t->shape[dims - 1] == width && (dims == 2 || t->shape[0] == 1);
    return formed ? t->shape[dims - 2] : 0;
}

static void misshapen(descry_loader *l, const descry_tensor *t, int dims, size_t rows, size_t width)
{
    char expected[DESCRY_SHAPE_TEXT];
    const size_t shape[] = {1, rows, width};
    descry_load_misshapen(l, t, descry_shape_text(expected, shape + 3 - dims, dims));
}

const float *descry_load_grid_positions(descry_loader *l, const char *prefix, const char *name, int dims, size_t before,
                                        size_t rows, size_t columns, size_t width)
{
    const descry_tensor *t = descry_load_tensor(l, prefix, name);
    const float *stored = descry_load_floats(l, t);
    size_t tokens = before + rows * columns, count = rows_of(t, dims, width);
    if (!stored || count == tokens)
        return stored;
    float *resized = descry_load_alloc(l, tokens * width, sizeof *resized);
    if (!resized)
        return NULL;
    int done = descry_resize_grid(DESCRY_RESIZE_CUBIC, resized, before, rows, columns, stored, count, width);
    if (done == 0)
        misshapen(l, t, dims, tokens, width);
    else if (done < 0)
        l->rc = descry_fail_memory(l->err);
    else
        descry_log_write(l->log, DESCRY_LOG_INFO, "%s: positions resized from %zu to %zu", l->file->path, count, tokens);
    return resized;
}

const float *descry_load_table_positions(descry_loader *l, const char *prefix, const char *name, size_t side, size_t rows,
                                         size_t columns, size_t width)
{
    const float *stored = descry_load_floats(l, descry_load_shaped(l, prefix, name, 4, (size_t)1, side, side, width));
    if (!stored || (rows == side && columns == side))
        return stored;
    float *resized = descry_load_alloc(l, rows * columns * width, sizeof *resized);
    if (resized && descry_resize_grid(DESCRY_RESIZE_LINEAR, resized, 0, rows, columns, stored, side * side, width) < 0)
        l->rc = descry_fail_memory(l->err);
    return resized;
}

const float *descry_load_line_positions(descry_loader *l, const char *prefix, const char *name, size_t rows, size_t width)
{
    const descry_tensor *t = descry_load_tensor(l, prefix, name);
    const float *stored = descry_load_floats(l, t);
    size_t count = rows_of(t, 2, width);
    if (!stored || count == rows)
        return stored;
    float *resized = descry_load_alloc(l, rows * width, sizeof *resized);
    if (!resized)
        return NULL;
    if (count == 0)
        misshapen(l, t, 2, rows, width);
    else
        descry_resize_line(resized, rows, stored, count, width);
    return resized;
}
