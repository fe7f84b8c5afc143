/* SPDX-License-Identifier: Apache-2.0
 * Formulas: Pillow's convolution resampling (src/libImaging/Resample.c).  Per axis, in double:
 *   scale = in / out, spread = max(scale, 1), support = spread * radius of the kernel, centre = (i + 0.5) * scale,
 *   taps from trunc(centre - support + 0.5) to trunc(centre + support + 0.5), weights kernel((j - centre + 0.5) / spread)
 *   divided by their sum; 8-bit samples use the weights times 2^22, rounded half away from zero. */
#include "image/resample.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FRACTION_BITS = 22 };

/* Integer loops that are faster with wider vectors; the results do not depend on the instruction set. */
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define VECTOR_CLONES
#endif

/* ---- weights ----------------------------------------------------------------------------------------------------- */

/* The taps of outputs first .. end of one axis. */
typedef struct axis {
    int first, end;
    int most;        /* taps at most */
    int *low;        /* [end - first]: first tap */
    int *count;      /* [end - first] */
    double *weights; /* [end - first, most] */
    int32_t *fixed;  /* the same times 2^22 */
} axis;

static double cubic(double x) /* a = -0.5 */
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
}

static double triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

static void axis_free(axis *a)
{
    free(a->low);
    free(a->count);
    free(a->weights);
    free(a->fixed);
    *a = (axis){0};
}

static void set_taps(axis *a, int i, int in, double scale, double spread, double support, double (*kernel)(double))
{
    double centre = (i + 0.5) * scale, inverse = 1 / spread, sum = 0;
    int low = (int)(centre - support + 0.5), high = (int)(centre + support + 0.5);
    low = low > 0 ? low : 0;
    high = high < in ? high : in;
    double *weights = a->weights + (size_t)(i - a->first) * (size_t)a->most;
    int32_t *fixed = a->fixed + (size_t)(i - a->first) * (size_t)a->most;
    for (int j = 0; j < high - low; j++)
        sum += weights[j] = kernel((j + low - centre + 0.5) * inverse);
    for (int j = 0; j < high - low; j++) {
        if (sum != 0)
            weights[j] /= sum;
        double scaled = weights[j] * (1 << FRACTION_BITS);
        fixed[j] = (int32_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    a->low[i - a->first] = low;
    a->count[i - a->first] = high - low;
}

static int axis_make(axis *a, int in, int out, int first, int end, descry_interpolation interpolation, descry_error *err)
{
    double scale = (double)in / out, spread = scale > 1 ? scale : 1;
    double support = spread * (interpolation == DESCRY_BICUBIC ? 2 : 1);
    size_t n = (size_t)(end - first);
    *a = (axis){.first = first, .end = end, .most = (int)ceil(support) * 2 + 1};
    a->low = descry_alloc(n, sizeof *a->low);
    a->count = descry_alloc(n, sizeof *a->count);
    a->weights = descry_alloc(n, (size_t)a->most * sizeof *a->weights);
    a->fixed = descry_alloc(n, (size_t)a->most * sizeof *a->fixed);
    if (!a->low || !a->count || !a->weights || !a->fixed) {
        axis_free(a);
        return descry_fail_memory(err);
    }
    for (int i = first; i < end; i++)
        set_taps(a, i, in, scale, spread, support, interpolation == DESCRY_BICUBIC ? cubic : triangle);
    return 0;
}

/* The range of inputs that outputs first .. end depend on. */
static void axis_reach(const axis *a, int *low, int *high)
{
    *low = a->low[0];
    *high = 0;
    for (int i = 0; i < a->end - a->first; i++) {
        *low = a->low[i] < *low ? a->low[i] : *low;
        *high = a->low[i] + a->count[i] > *high ? a->low[i] + a->count[i] : *high;
    }
}

/* ---- passes over 8-bit samples ----------------------------------------------------------------------------------- */

/* A rectangle of samples, `bands` to a pixel, whose upper left corner is (x0, y0) of the whole picture. */
typedef struct plane {
    void *data;
    int x0, y0, width, height, bands;
} plane;

static inline uint8_t clip8(int32_t sum)
{
    sum >>= FRACTION_BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* One output row: sums over taps of whole rows. */
VECTOR_CLONES
static void vertical_row(uint8_t *out, const uint8_t *in, size_t stride, size_t n, const int32_t *weights, int taps,
                         int32_t *sums)
{
    for (size_t x = 0; x < n; x++)
        sums[x] = 1 << (FRACTION_BITS - 1);
    for (int j = 0; j < taps; j++, in += stride) {
        int32_t w = weights[j];
        for (size_t x = 0; x < n; x++)
            sums[x] += in[x] * w;
    }
    for (size_t x = 0; x < n; x++)
        out[x] = clip8(sums[x]);
}

/* One sample: a sum over consecutive values. */
VECTOR_CLONES
static int32_t weigh(const int32_t *values, const int32_t *weights, int taps)
{
    int32_t sum = 0;
    for (int j = 0; j < taps; j++)
        sum += values[j] * weights[j];
    return sum;
}

VECTOR_CLONES
static void spread_band(int32_t *out, const uint8_t *in, int n, int bands)
{
    for (int x = 0; x < n; x++)
        out[x] = in[x * bands];
}

/* line: [width] */
static void horizontal_row(uint8_t *out, const uint8_t *in, const plane *from, const axis *a, int32_t *line)
{
    int low, high;
    axis_reach(a, &low, &high);
    for (int b = 0; b < from->bands; b++) {
        spread_band(line, in + (low - from->x0) * from->bands + b, high - low, from->bands);
        for (int i = 0; i < a->end - a->first; i++) {
            int32_t sum = weigh(line + a->low[i] - low, a->fixed + (size_t)i * (size_t)a->most, a->count[i]);
            out[i * from->bands + b] = clip8(sum + (1 << (FRACTION_BITS - 1)));
        }
    }
}

static int plane_make(plane *p, int x0, int y0, int width, int height, int bands, size_t sample, descry_error *err)
{
    *p = (plane){NULL, x0, y0, width, height, bands};
    p->data = descry_alloc((size_t)width * (size_t)height, (size_t)bands * sample);
    return p->data ? 0 : descry_fail_memory(err);
}

/* Rows y .. y + height of `from` -> out [height, end - first] */
static int horizontal_8(plane *out, const plane *from, const axis *a, int y, int height, descry_error *err)
{
    int rc = plane_make(out, a->first, y, a->end - a->first, height, from->bands, 1, err);
    int32_t *line = descry_alloc((size_t)from->width, sizeof *line);
    if (!rc && !line)
        rc = descry_fail_memory(err);
    for (int i = 0; !rc && i < height; i++)
        horizontal_row((uint8_t *)out->data + (size_t)i * (size_t)out->width * (size_t)out->bands,
                       (const uint8_t *)from->data + (size_t)(y + i - from->y0) * (size_t)from->width * (size_t)from->bands,
                       from, a, line);
    free(line);
    return rc;
}

/* Columns x .. x + width of `from` -> out [end - first, width] */
static int vertical_8(plane *out, const plane *from, const axis *a, int x, int width, descry_error *err)
{
    size_t n = (size_t)width * (size_t)from->bands, stride = (size_t)from->width * (size_t)from->bands;
    int rc = plane_make(out, x, a->first, width, a->end - a->first, from->bands, 1, err);
    int32_t *sums = descry_alloc(n, sizeof *sums);
    if (!rc && !sums)
        rc = descry_fail_memory(err);
    for (int i = 0; !rc && i < a->end - a->first; i++)
        vertical_row((uint8_t *)out->data + (size_t)i * n,
                     (const uint8_t *)from->data + (size_t)(a->low[i] - from->y0) * stride +
                         (size_t)(x - from->x0) * (size_t)from->bands,
                     stride, n, a->fixed + (size_t)i * (size_t)a->most, a->count[i], sums);
    free(sums);
    return rc;
}

/* ---- passes over 16- and 32-bit grey: in double, each rounded half away from zero ---------------------------------- */

static int resample_wide(plane *out, const plane *from, const axis *a, int across, int start, int length, int sixteen,
                         descry_error *err)
{
    int n = a->end - a->first;
    int rc = across ? plane_make(out, a->first, start, n, length, 1, 4, err)
                    : plane_make(out, start, a->first, length, n, 1, 4, err);
    for (int y = 0; !rc && y < out->height; y++)
        for (int x = 0; x < out->width; x++) {
            int i = across ? x : y;
            double sum = 0;
            for (int j = 0; j < a->count[i]; j++) {
                int row = across ? y + out->y0 : a->low[i] + j, column = across ? a->low[i] + j : x + out->x0;
                sum += ((const int32_t *)from->data)[(size_t)(row - from->y0) * (size_t)from->width + (size_t)(column - from->x0)] *
                       a->weights[(size_t)i * (size_t)a->most + (size_t)j];
            }
            double rounded = sum >= 0 ? floor(sum + 0.5) : -floor(0.5 - sum);
            double low = sixteen ? 0 : INT32_MIN, high = sixteen ? 65535 : INT32_MAX;
            ((int32_t *)out->data)[(size_t)y * (size_t)out->width + (size_t)x] =
                (int32_t)(rounded < low ? low : rounded > high ? high : rounded);
        }
    return rc;
}

/* ---- both passes --------------------------------------------------------------------------------------------------- */

typedef struct job {
    const descry_resample *r;
    int resample_wide, sixteen; /* samples of 32 bits; with values of 16 */
} job;

static int pass(const job *j, plane *out, const plane *from, const axis *a, int across, int start, int length,
                descry_error *err)
{
    if (j->resample_wide)
        return resample_wide(out, from, a, across, start, length, j->sixteen, err);
    return across ? horizontal_8(out, from, a, start, length, err) : vertical_8(out, from, a, start, length, err);
}

/* The box of `from` itself, for an axis that is not resampled. */
static int crop(const job *j, plane *out, const plane *from, int x, int y, int width, int height, descry_error *err)
{
    size_t pixel = (size_t)from->bands * (j->resample_wide ? 4 : 1);
    int rc = plane_make(out, x, y, width, height, from->bands, j->resample_wide ? 4 : 1, err);
    for (int i = 0; !rc && i < height; i++)
        memcpy((char *)out->data + (size_t)i * (size_t)width * pixel,
               (const char *)from->data + ((size_t)(y + i - from->y0) * (size_t)from->width + (size_t)(x - from->x0)) * pixel,
               (size_t)width * pixel);
    return rc;
}

/* One axis: `out` gets [start, start + length) of the other axis, in coordinates of `from`. */
static int one_axis(const job *j, plane *out, const plane *from, const axis *a, int across, int start, int length,
                    int box_start, int box_length, descry_error *err)
{
    if (a->low)
        return pass(j, out, from, a, across, start, length, err);
    return across ? crop(j, out, from, box_start, start, box_length, length, err)
                  : crop(j, out, from, start, box_start, length, box_length, err);
}

static int run(const job *j, plane *out, const plane *from, descry_error *err)
{
    const descry_resample *r = j->r;
    axis across = {0}, down = {0};
    plane middle = {0};
    int rc = 0;
    if (r->width != from->width)
        rc = axis_make(&across, from->width, r->width, r->left, r->left + r->box_width, r->interpolation, err);
    if (!rc && r->height != from->height)
        rc = axis_make(&down, from->height, r->height, r->top, r->top + r->box_height, r->interpolation, err);
    int x0 = r->left, x1 = r->left + r->box_width, y0 = r->top, y1 = r->top + r->box_height;
    if (!rc && r->vertical_first) {
        if (across.low)
            axis_reach(&across, &x0, &x1);
        rc = one_axis(j, &middle, from, &down, 0, x0, x1 - x0, r->top, r->box_height, err);
        if (!rc)
            rc = one_axis(j, out, &middle, &across, 1, r->top, r->box_height, r->left, r->box_width, err);
    } else if (!rc) {
        if (down.low)
            axis_reach(&down, &y0, &y1);
        rc = one_axis(j, &middle, from, &across, 1, y0, y1 - y0, r->left, r->box_width, err);
        if (!rc)
            rc = one_axis(j, out, &middle, &down, 0, r->left, r->box_width, r->top, r->box_height, err);
    }
    free(middle.data);
    axis_free(&across);
    axis_free(&down);
    return rc;
}

/* ---- modes --------------------------------------------------------------------------------------------------------- */

/* Nearest inputs of one axis.  Pillow steps along the axis by adding, so rounding errors accumulate in the same way here. */
static void nearest_axis(int *at, int in, int out, int first, int count)
{
    double step = (double)in / out, x = step * 0.5;
    for (int i = 0; i < first + count; i++, x += step)
        if (i >= first)
            at[i - first] = (int)x < in ? (int)x : in - 1;
}

static int nearest(const descry_resample *r, const descry_picture *in, uint8_t *out, descry_error *err)
{
    int *columns = descry_alloc((size_t)r->box_width + (size_t)r->box_height, sizeof *columns);
    if (!columns)
        return descry_fail_memory(err);
    int *rows = columns + r->box_width;
    nearest_axis(columns, in->width, r->width, r->left, r->box_width);
    nearest_axis(rows, in->height, r->height, r->top, r->box_height);
    for (int y = 0; y < r->box_height; y++)
        for (int x = 0; x < r->box_width; x++)
            *out++ = in->data[(size_t)rows[y] * (size_t)in->width + (size_t)columns[x]];
    free(columns);
    return 0;
}

static uint8_t multiply_255(uint8_t a, uint8_t b) /* a b / 255, rounded */
{
    unsigned t = (unsigned)a * b + 128;
    return (uint8_t)(((t >> 8) + t) >> 8);
}

static void premultiply(uint8_t *out, const uint8_t *in, size_t pixels, int bands)
{
    for (size_t i = 0; i < pixels; i++, in += bands, out += bands) {
        for (int b = 0; b < bands - 1; b++)
            out[b] = multiply_255(in[b], in[bands - 1]);
        out[bands - 1] = in[bands - 1];
    }
}

static void unpremultiply(uint8_t *data, size_t pixels, int bands)
{
    for (size_t i = 0; i < pixels; i++, data += bands) {
        unsigned alpha = data[bands - 1];
        for (int b = 0; b < bands - 1 && alpha != 0 && alpha != 255; b++) {
            unsigned value = 255u * data[b] / alpha;
            data[b] = (uint8_t)(value > 255 ? 255 : value);
        }
    }
}

/* Widened or premultiplied copies of the samples, where the mode needs them. */
static int prepare(const descry_picture *in, size_t pixels, void **copy, descry_error *err)
{
    int bands = descry_picture_bands(in->mode);
    if (in->mode == DESCRY_MODE_LA || in->mode == DESCRY_MODE_RGBA) {
        *copy = descry_alloc(pixels, (size_t)bands);
        if (*copy)
            premultiply(*copy, in->data, pixels, bands);
    } else if (in->mode == DESCRY_MODE_I16) {
        int32_t *wider = *copy = descry_alloc(pixels, sizeof *wider);
        for (size_t i = 0; wider && i < pixels; i++)
            wider[i] = ((const uint16_t *)(const void *)in->data)[i];
    } else
        return 0;
    return *copy ? 0 : descry_fail_memory(err);
}

int descry_resample_run(const descry_resample *r, const descry_picture *in, descry_picture *out, descry_error *err)
{
    *out = (descry_picture){.width = r->box_width, .height = r->box_height, .mode = in->mode,
                            .orientation = in->orientation};
    memcpy(out->palette, in->palette, sizeof out->palette);
    size_t box = (size_t)r->box_width * (size_t)r->box_height;
    if (in->mode == DESCRY_MODE_1 || in->mode == DESCRY_MODE_P) {
        out->data = descry_alloc(box, 1);
        int rc = out->data ? nearest(r, in, out->data, err) : descry_fail_memory(err);
        if (rc)
            descry_picture_free(out);
        return rc;
    }
    int same = r->width == in->width && r->height == in->height; /* then Pillow does not change the colours either */
    void *copy = NULL;
    int rc = same && in->mode != DESCRY_MODE_I16 ? 0 : prepare(in, (size_t)in->width * (size_t)in->height, &copy, err);
    int bands = descry_picture_bands(in->mode);
    plane from = {copy ? copy : in->data, 0, 0, in->width, in->height, bands}, to = {0};
    job j = {r, in->mode == DESCRY_MODE_I16 || in->mode == DESCRY_MODE_I32, in->mode == DESCRY_MODE_I16};
    if (!rc)
        rc = run(&j, &to, &from, err);
    free(copy);
    if (rc) {
        free(to.data);
        return rc;
    }
    out->data = to.data;
    if (!same && (in->mode == DESCRY_MODE_LA || in->mode == DESCRY_MODE_RGBA))
        unpremultiply(out->data, box, bands);
    for (size_t i = 0; in->mode == DESCRY_MODE_I16 && i < box; i++) /* in place: reads stay ahead of writes */
        ((uint16_t *)(void *)out->data)[i] = (uint16_t)((const int32_t *)to.data)[i];
    return 0;
}
