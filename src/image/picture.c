/* SPDX-License-Identifier: Apache-2.0
 * Functions of pictures that both the library and the module of codecs contain. */
#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "meta/exif.h"

#include <stdlib.h>

int descry_picture_bands(descry_picture_mode mode)
{
    static const int bands[] = {[DESCRY_MODE_1] = 1, [DESCRY_MODE_L] = 1, [DESCRY_MODE_LA] = 2, [DESCRY_MODE_P] = 1,
                                [DESCRY_MODE_RGB] = 3, [DESCRY_MODE_RGBA] = 4, [DESCRY_MODE_CMYK] = 4,
                                [DESCRY_MODE_I16] = 1, [DESCRY_MODE_I32] = 1};
    return bands[mode];
}

size_t descry_picture_pixel(descry_picture_mode mode)
{
    return (size_t)descry_picture_bands(mode) * (mode == DESCRY_MODE_I16 ? 2 : mode == DESCRY_MODE_I32 ? 4 : 1);
}

int descry_picture_check(uint64_t width, uint64_t height, const char *name, const descry_limits *limits,
                         descry_error *err)
{
    if (width == 0 || height == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: a picture of %llu x %llu pixels", name,
                           (unsigned long long)width, (unsigned long long)height);
    if (width > limits->max_side || height > limits->max_side || width > INT32_MAX || height > INT32_MAX)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %llu x %llu pixels, more than the limit of %lu a side", name,
                           (unsigned long long)width, (unsigned long long)height, (unsigned long)limits->max_side);
    if (width * height > limits->max_pixels)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %llu x %llu pixels, more than the limit of %llu in all", name,
                           (unsigned long long)width, (unsigned long long)height,
                           (unsigned long long)limits->max_pixels);
    const descry_declared_limits *declared = (const void *)limits;
    if (limits->size == sizeof *declared && declared->declare(declared->arg, width, height))
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %llu x %llu pixels are not wanted", name, (unsigned long long)width,
                           (unsigned long long)height);
    return 0;
}

int descry_picture_check_density(uint64_t width, uint64_t height, uint64_t coded, uint32_t most, const char *name,
                                 const descry_limits *limits, descry_error *err)
{
    uint64_t limit = limits->max_pixels_per_byte < most ? limits->max_pixels_per_byte : most;
    if (limit == 0 || width * height / limit <= coded)
        return 0;
    return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %llu x %llu pixels in %llu bytes, more than the limit of %llu a byte", name,
                       (unsigned long long)width, (unsigned long long)height, (unsigned long long)coded,
                       (unsigned long long)limit);
}

int descry_picture_create(descry_picture *picture, uint64_t width, uint64_t height, descry_picture_mode mode,
                          const char *name, const descry_limits *limits, descry_error *err)
{
    int rc = descry_picture_check(width, height, name, limits, err);
    if (rc)
        return rc;
    picture->data = descry_alloc(width * height, descry_picture_pixel(mode));
    if (!picture->data)
        return descry_fail(err, DESCRY_ERR_MEMORY, "%s: out of memory for %llu x %llu pixels", name,
                           (unsigned long long)width, (unsigned long long)height);
    picture->width = (int)width;
    picture->height = (int)height;
    picture->mode = mode;
    return 0;
}

int descry_picture_eighths(const descry_picture *picture, uint64_t width, uint64_t height, const descry_enough *enough)
{
    bool turned = picture->orientation >= 5;
    uint64_t across = (uint64_t)(turned ? enough->height : enough->width), down = (uint64_t)(turned ? enough->width : enough->height);
    int eighths = across && down ? 1 : 8;
    for (; eighths < 8; eighths *= 2) {
        bool wide = width * (uint64_t)eighths / 8 >= across, high = height * (uint64_t)eighths / 8 >= down;
        if (enough->either ? wide || high : wide && high)
            break;
    }
    return eighths;
}

void descry_picture_begin(descry_picture *picture)
{
    *picture = (descry_picture){.orientation = 1};
    descry_metadata_clear(&picture->metadata);
}

void descry_picture_free(descry_picture *picture)
{
    free(picture->data);
    free(picture->xmp);
    *picture = (descry_picture){0};
}
