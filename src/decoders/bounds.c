/* SPDX-License-Identifier: Apache-2.0 */
#include "decoders/bounds.h"

#include "image/formats.h"

enum {
    MiB = 1 << 20,
    BASE = 100 * MiB,
    PIXELS_PER_SECOND = 1000000,
    CLOCK_FACTOR = 4,   /* elapsed time / CPU time: the machine may be busy */
    BYTES_PER_BYTE = 64 /* of an XMP packet, for its tree */
};

/* Bytes per pixel: the decoded pixels, the upright RGB copy, and the codec's own buffers. */
static const unsigned bytes_per_pixel[DESCRY_FORMATS] = {
    [DESCRY_FORMAT_JPEG] = 20, /* coefficients of all scans */
    [DESCRY_FORMAT_PNG] = 20,
    [DESCRY_FORMAT_WEBP] = 20,
    [DESCRY_FORMAT_GIF] = 12,
    [DESCRY_FORMAT_RAW] = 48, /* four 16-bit samples, and as many for demosaicing */
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
        return BASE + BYTES_PER_BYTE * size;
    return BASE + bytes_per_pixel[format] * pixels + 2 * size;
}

unsigned descry_bound_processor(uint64_t pixels, unsigned least)
{
    return least + (pixels > DESCRY_FREE_PIXELS ? (unsigned)((pixels - DESCRY_FREE_PIXELS) / PIXELS_PER_SECOND) : 0);
}

unsigned descry_bound_clock(uint64_t pixels, unsigned least)
{
    return CLOCK_FACTOR * descry_bound_processor(pixels, least);
}
