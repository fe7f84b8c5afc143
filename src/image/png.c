/* SPDX-License-Identifier: Apache-2.0
 * PNG by libpng, in the modes that Pillow gives. */
#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    const descry_limits *limits;
    descry_picture *picture;
    png_bytep *rows;
    descry_error *err;
    int rc;
} reader;

static void fail(png_structp png, png_const_charp message)
{
    reader *r = png_get_error_ptr(png);
    r->rc = descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged PNG: %s", r->name, message);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void fetch(png_structp png, png_bytep out, size_t count)
{
    reader *r = png_get_io_ptr(png);
    if (count > r->size - r->at)
        png_error(png, "truncated");
    memcpy(out, r->bytes + r->at, count);
    r->at += count;
}

/* The mode as Pillow has it; of more than 8 bits, the high byte is taken, except of plain grey. */
static descry_picture_mode choose_mode(reader *r)
{
    int depth = png_get_bit_depth(r->png, r->info), colour = png_get_color_type(r->png, r->info);
    if (depth == 16 && colour == PNG_COLOR_TYPE_GRAY) {
        const uint16_t one = 1;
        if (*(const uint8_t *)&one)
            png_set_swap(r->png); /* little-endian machine */
        return DESCRY_MODE_I16;
    }
    if (depth == 16)
        png_set_strip_16(r->png);
    if (depth < 8 && colour == PNG_COLOR_TYPE_GRAY)
        png_set_expand_gray_1_2_4_to_8(r->png);
    else if (depth < 8)
        png_set_packing(r->png);
    switch (colour) {
    case PNG_COLOR_TYPE_GRAY:
        return depth == 1 ? DESCRY_MODE_1 : DESCRY_MODE_L;
    case PNG_COLOR_TYPE_PALETTE:
        return DESCRY_MODE_P;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        if (depth == 16)
            png_set_gray_to_rgb(r->png); /* Pillow has no 16-bit LA */
        return depth == 16 ? DESCRY_MODE_RGBA : DESCRY_MODE_LA;
    case PNG_COLOR_TYPE_RGB:
        return DESCRY_MODE_RGB;
    default:
        return DESCRY_MODE_RGBA;
    }
}

static void read_palette(reader *r)
{
    png_colorp colours;
    int count;
    if (!png_get_PLTE(r->png, r->info, &colours, &count))
        png_error(r->png, "no palette");
    for (int i = 0; i < count && i < 256; i++) {
        uint8_t *entry = r->picture->palette + 3 * i;
        entry[0] = colours[i].red;
        entry[1] = colours[i].green;
        entry[2] = colours[i].blue;
    }
}

static void read_orientation(reader *r)
{
    png_uint_32 size;
    png_bytep exif;
    if (png_get_eXIf_1(r->png, r->info, &size, &exif)) {
        int orientation = descry_picture_note_exif(r->picture, exif, size);
        r->picture->orientation = orientation ? orientation : 1;
    }
}

static void read_all(reader *r)
{
    png_read_info(r->png, r->info);
    uint32_t width = png_get_image_width(r->png, r->info), height = png_get_image_height(r->png, r->info);
    descry_picture_mode mode = choose_mode(r);
    r->rc = descry_picture_create(r->picture, width, height, mode, r->name, r->limits, r->err);
    if (r->rc)
        return;
    if (mode == DESCRY_MODE_P)
        read_palette(r);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    size_t row = png_get_rowbytes(r->png, r->info);
    if (row != (size_t)width * (size_t)descry_picture_bands(mode) * (mode == DESCRY_MODE_I16 ? 2 : 1))
        png_error(r->png, "unexpected layout");
    r->rows = descry_alloc(height, sizeof *r->rows);
    if (!r->rows) {
        r->rc = descry_fail_memory(r->err);
        return;
    }
    for (uint32_t y = 0; y < height; y++)
        r->rows[y] = r->picture->data + y * row;
    png_read_image(r->png, r->rows);
    png_read_end(r->png, r->info);
    read_orientation(r);
}

/* setjmp in a function of its own: what it must not forget is not local to it */
static void read_guarded(reader *r)
{
    if (setjmp(png_jmpbuf(r->png)))
        return;
    png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours are checked, with a better message */
    png_set_read_fn(r->png, r, fetch);
    read_all(r);
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.bytes = bytes, .size = size, .name = name, .limits = limits, .picture = picture, .err = err};
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, fail, warn);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    if (!r.info) {
        png_destroy_read_struct(&r.png, NULL, NULL);
        return descry_fail_memory(err);
    }
    read_guarded(&r);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    free(r.rows);
    return r.rc;
}

static const char *library(void)
{
    return "PNG (libpng " PNG_LIBPNG_VER_STRING ")";
}

const descry_codec descry_codec_png = {decode, library, NULL};
