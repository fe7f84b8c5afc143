/* SPDX-License-Identifier: Apache-2.0 */
#include "image/convert.h"

#include <string.h>

static void grey(uint8_t *rgb, uint8_t value)
{
    rgb[0] = rgb[1] = rgb[2] = value;
}

/* as Pillow: (255 - K) - (255 - K) * ink / 255 */
static void cmyk(uint8_t *rgb, const uint8_t *in)
{
    unsigned white = 255u - in[3];
    for (int b = 0; b < 3; b++) {
        unsigned t = in[b] * white + 128;
        rgb[b] = (uint8_t)(white - (((t >> 8) + t) >> 8));
    }
}

static uint8_t clip(int32_t value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static uint8_t high_bits(int32_t value, uint8_t shift)
{
    return shift == 24 ? (uint8_t)((uint32_t)value >> 24) : value < 0 ? 0 : clip(value >> shift);
}

bool descry_mode_is_grey(descry_picture_mode mode)
{
    return mode == DESCRY_MODE_1 || mode == DESCRY_MODE_L || mode == DESCRY_MODE_LA || mode == DESCRY_MODE_I16 ||
           mode == DESCRY_MODE_I32;
}

static uint8_t grey_of(const descry_picture *p, size_t i)
{
    switch (p->mode) {
    case DESCRY_MODE_I16:
        return clip(((const uint16_t *)(const void *)p->data)[i] >> (p->shift ? p->shift : 8));
    case DESCRY_MODE_I32:
        return high_bits(((const int32_t *)(const void *)p->data)[i], p->shift);
    default:
        return p->data[i * (size_t)descry_picture_bands(p->mode)];
    }
}

void descry_convert_grey(const descry_picture *p, uint8_t *out)
{
    size_t pixels = (size_t)p->width * (size_t)p->height;
    for (size_t i = 0; i < pixels; i++)
        out[i] = grey_of(p, i);
}

void descry_convert_rgb(const descry_picture *p, int reference, uint8_t *rgb)
{
    size_t pixels = (size_t)p->width * (size_t)p->height;
    int bands = descry_picture_bands(p->mode);
    const uint8_t *in = p->data;
    const uint16_t *in16 = (const uint16_t *)(const void *)p->data;
    const int32_t *in32 = (const int32_t *)(const void *)p->data;
    if (p->mode == DESCRY_MODE_RGB) {
        memcpy(rgb, in, pixels * 3);
        return;
    }
    for (size_t i = 0; i < pixels; i++, rgb += 3, in += bands)
        switch (p->mode) {
        case DESCRY_MODE_P:
            memcpy(rgb, p->palette + 3 * *in, 3);
            break;
        case DESCRY_MODE_RGBA:
            memcpy(rgb, in, 3);
            break;
        case DESCRY_MODE_CMYK:
            cmyk(rgb, in);
            break;
        case DESCRY_MODE_I16:
            grey(rgb, reference ? clip(in16[i]) : grey_of(p, i));
            break;
        case DESCRY_MODE_I32:
            grey(rgb, reference ? clip(in32[i]) : grey_of(p, i));
            break;
        default:
            grey(rgb, *in);
        }
}

bool descry_mode_has_alpha(descry_picture_mode mode)
{
    return mode == DESCRY_MODE_LA || mode == DESCRY_MODE_RGBA;
}

void descry_convert_flat(const descry_picture *p, uint8_t *rgb)
{
    size_t bands = (size_t)descry_picture_bands(p->mode), colours = bands < 3 ? 1 : 3;
    const uint8_t *pixel = p->data;
    if (!descry_mode_has_alpha(p->mode)) {
        descry_convert_rgb(p, 0, rgb);
        return;
    }
    for (size_t i = 0; i < (size_t)p->width * (size_t)p->height; i++, pixel += bands, rgb += 3)
        for (size_t b = 0; b < 3; b++) {
            unsigned alpha = pixel[bands - 1];
            rgb[b] = (uint8_t)((pixel[b % colours] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
}

static inline void turn(const uint8_t *in, ptrdiff_t size, int width, int height, int orientation, uint8_t *out)
{
    /* input offsets of the output's first pixel, and to the pixel right of and below each */
    ptrdiff_t w = width, h = height, right = 1, down = w, first = 0;
    int swap = orientation >= 5;
    switch (orientation) {
    case 2: right = -1, down = w, first = w - 1; break;           /* mirrored */
    case 3: right = -1, down = -w, first = w * h - 1; break;      /* rotated by 180 degrees */
    case 4: right = 1, down = -w, first = w * (h - 1); break;     /* upside down, mirrored */
    case 5: right = w, down = 1, first = 0; break;                /* transposed */
    case 6: right = -w, down = 1, first = w * (h - 1); break;     /* to be rotated clockwise */
    case 7: right = -w, down = -1, first = w * h - 1; break;
    case 8: right = w, down = -1, first = w - 1; break;           /* to be rotated counterclockwise */
    default: break;
    }
    ptrdiff_t columns = swap ? h : w, rows = swap ? w : h;
    enum { TILE = 32 }; /* both sides stay in cache */
    for (ptrdiff_t y0 = 0; y0 < rows; y0 += TILE)
        for (ptrdiff_t x0 = 0; x0 < columns; x0 += TILE)
            for (ptrdiff_t y = y0; y < rows && y < y0 + TILE; y++)
                for (ptrdiff_t x = x0; x < columns && x < x0 + TILE; x++)
                    memcpy(out + size * (y * columns + x), in + size * (first + y * down + x * right), (size_t)size);
}

void descry_turn_upright(const uint8_t *in, size_t pixel, int width, int height, int orientation, uint8_t *out)
{
    switch (pixel) { /* constants, so that no pixel is copied by a call */
    case 1: turn(in, 1, width, height, orientation, out); break;
    case 2: turn(in, 2, width, height, orientation, out); break;
    case 3: turn(in, 3, width, height, orientation, out); break;
    default: turn(in, 4, width, height, orientation, out); break;
    }
}
