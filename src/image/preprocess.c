/* SPDX-License-Identifier: Apache-2.0
 * open_clip's transforms: resize, centre crop or pad, RGB; and Immich's, which differ by a pixel here and there. */
#include "image/preprocess.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/convert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Python's round() of n / 2 */
static int half_to_even(int n)
{
    int half = (n - (n & 1)) / 2;
    return n & 1 && half & 1 ? half + 1 : half;
}

/* The size that the whole picture is resized to. */
static int target_size(const descry_preprocess *p, int order, int w, int h, int *width, int *height, descry_error *err)
{
    double a, b;
    if (p->resize_mode == DESCRY_SQUASH) {
        a = p->width, b = p->height;
    } else if (p->resize_mode == DESCRY_SHORTEST && p->width == p->height && order == DESCRY_ORDER_IMMICH) {
        double size = p->width; /* resize_pil of its machine learning service: the quotient is rounded first */
        a = w < h ? size : floor((double)w / h * size);
        b = w < h ? floor((double)h / w * size) : size;
    } else if (p->resize_mode == DESCRY_SHORTEST && p->width == p->height) {
        double size = p->width; /* torchvision: the long side is truncated */
        a = w <= h ? size : floor(size * w / h);
        b = w <= h ? floor(size * h / w) : size;
    } else {
        double x = (double)w / p->width, y = (double)h / p->height;
        double ratio = p->resize_mode == DESCRY_LONGEST ? (x > y ? x : y) : (x < y ? x : y);
        a = nearbyint(w / ratio), b = nearbyint(h / ratio);
    }
    if (!(a >= 1 && b >= 1 && a <= INT32_MAX / 2 && b <= INT32_MAX / 2))
        return descry_fail(err, DESCRY_ERR_LIMIT, "a picture of %d x %d pixels cannot be resized", w, h);
    *width = (int)a;
    *height = (int)b;
    return 0;
}

/* The part of one axis that the crop keeps: from `size` pixels, after resizing, to `wanted`.  *pad: pixels of padding before. */
static void crop_axis(int size, int wanted, int order, int *first, int *length, int *pad)
{
    *pad = size < wanted ? (wanted - size) / 2 : 0;
    *first = size < wanted ? 0 : order == DESCRY_ORDER_IMMICH ? (size - wanted) / 2 : half_to_even(size - wanted);
    *length = size < wanted ? size : wanted;
}

/* The colour of padding: `fill` in every band; with `reference`, of the file's own mode. */
static void fill_colour(const descry_preprocess *p, const descry_picture *picture, int reference, uint8_t rgb[3])
{
    union {
        uint8_t bytes[4];
        uint16_t half;
        int32_t word;
    } pixel = {{p->fill, p->fill, p->fill, p->fill}};
    if (picture->mode == DESCRY_MODE_I16)
        pixel.half = p->fill;
    else if (picture->mode == DESCRY_MODE_I32)
        pixel.word = p->fill;
    descry_picture one = {.width = 1, .height = 1, .mode = picture->mode, .data = pixel.bytes};
    memcpy(one.palette, picture->palette, sizeof one.palette);
    descry_convert_rgb(&one, reference, rgb);
}

static int resize_and_crop(const descry_preprocess *p, const descry_preprocess_options *options,
                           const descry_picture *picture, uint8_t *rgb, descry_error *err)
{
    descry_resample r = {.interpolation = p->interpolation};
    int w = picture->width, h = picture->height, pad_x, pad_y;
    int rc = target_size(p, options->reference, w, h, &r.width, &r.height, err);
    if (rc)
        return rc;
    if (p->width != p->height && p->resize_mode == DESCRY_SHORTEST)
        r.interpolation = DESCRY_BICUBIC; /* open_clip does not pass the setting on in this case */
    crop_axis(r.width, p->width, options->reference, &r.left, &r.box_width, &pad_x);
    crop_axis(r.height, p->height, options->reference, &r.top, &r.box_height, &pad_y);
    r.vertical_first = options->pillow >= 13 && h > r.height && (int64_t)h - r.height > 2 * ((int64_t)w - r.width);
    descry_picture out;
    rc = descry_resample_run(&r, picture, &out, err);
    if (rc)
        return rc;
    if (r.box_width == p->width && r.box_height == p->height) {
        descry_convert_rgb(&out, options->reference, rgb);
    } else {
        uint8_t *part = descry_alloc((size_t)r.box_width * (size_t)r.box_height, 3);
        if (part) {
            descry_convert_rgb(&out, options->reference, part);
            uint8_t colour[3];
            fill_colour(p, &out, options->reference, colour);
            for (size_t i = 0; i < (size_t)p->width * (size_t)p->height; i++)
                memcpy(rgb + 3 * i, colour, 3);
            for (int y = 0; y < r.box_height; y++)
                memcpy(rgb + ((size_t)(y + pad_y) * (size_t)p->width + (size_t)pad_x) * 3,
                       part + (size_t)y * (size_t)r.box_width * 3, (size_t)r.box_width * 3);
        } else
            rc = descry_fail_memory(err);
        free(part);
    }
    descry_picture_free(&out);
    return rc;
}

/* A copy in RGB or, of grey, in one band, upright. */
static int to_upright(const descry_picture *in, descry_picture *out, descry_error *err)
{
    size_t pixels = (size_t)in->width * (size_t)in->height;
    int swap = in->orientation >= 5, rc = 0;
    bool grey = descry_mode_is_grey(in->mode), same = in->mode == DESCRY_MODE_RGB || in->mode == DESCRY_MODE_L;
    *out = (descry_picture){.width = swap ? in->height : in->width, .height = swap ? in->width : in->height,
                            .mode = grey ? DESCRY_MODE_L : DESCRY_MODE_RGB, .orientation = 1};
    size_t pixel = descry_picture_pixel(out->mode);
    uint8_t *flat = same ? in->data : descry_alloc(pixels, pixel);
    if (!flat)
        return descry_fail_memory(err);
    if (!same && grey)
        descry_convert_grey(in, flat);
    else if (!same)
        descry_convert_rgb(in, 0, flat);
    if (in->orientation <= 1) { /* no second copy */
        out->data = flat;
        return 0;
    }
    out->data = descry_alloc(pixels, pixel);
    if (out->data)
        descry_turn_upright(flat, pixel, in->width, in->height, in->orientation, out->data);
    else
        rc = descry_fail_memory(err);
    if (!same)
        free(flat);
    return rc;
}

/* Makes a picture RGB as Pillow does, whatever its orientation, then resizes it. */
static int run_as_immich(const descry_preprocess *p, const descry_preprocess_options *options, const descry_picture *picture,
                         uint8_t *rgb, descry_error *err)
{
    if (picture->mode == DESCRY_MODE_RGB || picture->mode == DESCRY_MODE_L) /* of which all bands would be equal */
        return resize_and_crop(p, options, picture, rgb, err);
    descry_picture flat = {.width = picture->width, .height = picture->height, .mode = DESCRY_MODE_RGB, .orientation = 1};
    flat.data = descry_alloc((size_t)picture->width * (size_t)picture->height, 3);
    if (!flat.data)
        return descry_fail_memory(err);
    descry_convert_rgb(picture, 1, flat.data);
    int rc = resize_and_crop(p, options, &flat, rgb, err);
    descry_picture_free(&flat);
    return rc;
}

/* Whether it is RGB or grey of one band already, and upright.  Grey need not become RGB before resizing: all bands are equal. */
static bool is_ready(const descry_picture *picture)
{
    return picture->orientation <= 1 && (picture->mode == DESCRY_MODE_RGB || picture->mode == DESCRY_MODE_L);
}

int descry_preprocess_run(const descry_preprocess *p, const descry_preprocess_options *options,
                          const descry_picture *picture, uint8_t *rgb, descry_error *err)
{
    descry_picture upright;
    if (options->reference == DESCRY_ORDER_IMMICH)
        return run_as_immich(p, options, picture, rgb, err);
    if (options->reference || is_ready(picture))
        return resize_and_crop(p, options, picture, rgb, err);
    if (picture->mode == DESCRY_MODE_1 && picture->orientation <= 1) { /* 0 and 255: the same as L */
        upright = *picture;
        upright.mode = DESCRY_MODE_L;
        return resize_and_crop(p, options, &upright, rgb, err);
    }
    int rc = to_upright(picture, &upright, err);
    if (!rc) {
        rc = resize_and_crop(p, options, &upright, rgb, err);
        descry_picture_free(&upright);
    }
    return rc;
}

descry_enough descry_preprocess_enough(const descry_preprocess *p)
{
    return (descry_enough){DESCRY_DRAFT_SIDES * p->width, DESCRY_DRAFT_SIDES * p->height, p->resize_mode == DESCRY_LONGEST};
}

void descry_preprocess_to_tensor(const descry_preprocess *p, const uint8_t *rgb, float *chw)
{
    size_t pixels = (size_t)p->width * (size_t)p->height;
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < pixels; i++)
            *chw++ = ((float)rgb[3 * i + (size_t)c] / 255 - p->mean[c]) / p->std[c];
}
