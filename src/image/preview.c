/* SPDX-License-Identifier: Apache-2.0 */
#include "image/preview.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/convert.h"
#include "image/resample.h"

#include <stdlib.h>
#include <string.h>

/* The size of the preview, as stored, before any rotation. */
static void choose_size(const descry_picture *picture, int side, descry_resample *to)
{
    int64_t width = picture->whole_width, height = picture->whole_height, longer = width > height ? width : height;
    int64_t most = longer < side ? longer : side;
    int64_t across = (width * most + longer / 2) / longer, down = (height * most + longer / 2) / longer;
    to->width = to->box_width = across > 0 ? (int)across : 1;
    to->height = to->box_height = down > 0 ? (int)down : 1;
}

/* Palette indices, CMYK and samples of more than 8 bits are converted before resizing. */
static int to_resizable(const descry_picture *in, descry_picture *out, descry_error *err)
{
    *out = *in;
    out->xmp = NULL;
    out->mode = descry_mode_is_grey(in->mode) ? DESCRY_MODE_L : DESCRY_MODE_RGB;
    out->data = descry_alloc((size_t)in->width * (size_t)in->height, descry_picture_pixel(out->mode));
    if (!out->data)
        return descry_fail_memory(err);
    if (out->mode == DESCRY_MODE_L)
        descry_convert_grey(in, out->data);
    else
        descry_convert_rgb(in, 0, out->data);
    return 0;
}

/* out: the picture at that size, in RGB, L, RGBA or LA, not yet upright. */
static int resize(const descry_picture *picture, const descry_resample *to, descry_picture *out, descry_error *err)
{
    descry_picture plain = *picture;
    bool bilevel = picture->mode == DESCRY_MODE_1; /* 0 and 255: the same as L */
    if (bilevel)
        plain.mode = DESCRY_MODE_L;
    if (bilevel || descry_mode_has_alpha(picture->mode) || picture->mode == DESCRY_MODE_L ||
        picture->mode == DESCRY_MODE_RGB)
        return descry_resample_run(to, &plain, out, err);
    int rc = to_resizable(picture, &plain, err);
    if (rc)
        return rc;
    rc = descry_resample_run(to, &plain, out, err);
    free(plain.data);
    return rc;
}

static int write_jpeg(const descry_picture *small, uint8_t **jpeg, size_t *size, const char *name, descry_error *err)
{
    const descry_codecs *codecs;
    int rc = descry_codecs_open(&codecs, name, err);
    if (rc)
        return rc;
    size_t pixels = (size_t)small->width * (size_t)small->height;
    uint8_t *flat = descry_alloc(pixels, 3), *upright = descry_alloc(pixels, 3);
    if (flat && upright) {
        bool swap = small->orientation >= 5;
        descry_convert_flat(small, flat);
        descry_turn_upright(flat, 3, small->width, small->height, small->orientation, upright);
        rc = codecs->encode_jpeg(upright, swap ? small->height : small->width, swap ? small->width : small->height, jpeg, size, name,
                                 err);
    } else
        rc = descry_fail(err, DESCRY_ERR_MEMORY, "%s: out of memory for its preview", name);
    free(flat);
    free(upright);
    return rc;
}

int descry_preview_make(const descry_picture *picture, int side, uint8_t **jpeg, size_t *size, const char *name,
                        descry_error *err)
{
    descry_resample to = {.interpolation = DESCRY_BICUBIC};
    descry_picture small;
    descry_error why;
    choose_size(picture, side, &to);
    int rc = resize(picture, &to, &small, &why);
    if (rc)
        return descry_fail(err, rc, "%s: %s", name, why.message);
    rc = write_jpeg(&small, jpeg, size, name, err);
    descry_picture_free(&small);
    return rc;
}

descry_enough descry_preview_enough(int side)
{
    return (descry_enough){side, side, 1};
}
