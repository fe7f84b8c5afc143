/* SPDX-License-Identifier: Apache-2.0 */
#include "decoders/bounds.h"

#include "image/formats.h"

enum { MiB = 1 << 20, BASE = 100 * MiB, PIXELS_A_SECOND = 1000000, WAITING = 4, BYTES_A_BYTE = 64 /* of XMP, as a tree */ };

/* Bytes a pixel, of the pixels as decoded, as made upright RGB, and of what the codec keeps meanwhile. */
static const unsigned bytes_a_pixel[DESCRY_FORMATS] = {
    [DESCRY_FORMAT_JPEG] = 20, /* coefficients of all scans */
    [DESCRY_FORMAT_PNG] = 20,
    [DESCRY_FORMAT_WEBP] = 20,
    [DESCRY_FORMAT_GIF] = 12,
    [DESCRY_FORMAT_RAW] = 48, /* four samples of 16 bits, and as many while colours are interpolated */
    [DESCRY_FORMAT_TIFF] = 32,
    [DESCRY_FORMAT_HEIF] = 40,
    [DESCRY_FORMAT_JXL] = 80, /* samples are floats */
    [DESCRY_FORMAT_JPEG2000] = 64,
    [DESCRY_FORMAT_BMP] = 12,
    [DESCRY_FORMAT_PNM] = 20,
};

uint64_t descry_bound_data(size_t format, uint64_t pixels, uint64_t size)
{
    if (format >= DESCRY_FORMATS)
        return BASE + BYTES_A_BYTE * size;
    return BASE + bytes_a_pixel[format] * pixels + 2 * size;
}

unsigned descry_bound_processor(uint64_t pixels, unsigned least)
{
    return least + (pixels > DESCRY_FREE_PIXELS ? (unsigned)((pixels - DESCRY_FREE_PIXELS) / PIXELS_A_SECOND) : 0);
}

unsigned descry_bound_clock(uint64_t pixels, unsigned least)
{
    return WAITING * descry_bound_processor(pixels, least);
}
