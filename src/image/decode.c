/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/file.h"
#include "image/codecs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const descry_codec *const codecs[] = {&descry_codec_jpeg, &descry_codec_png};

enum { CODECS = sizeof codecs / sizeof *codecs };

int descry_picture_bands(descry_picture_mode mode)
{
    static const int bands[] = {[DESCRY_MODE_1] = 1, [DESCRY_MODE_L] = 1, [DESCRY_MODE_LA] = 2, [DESCRY_MODE_P] = 1,
                                [DESCRY_MODE_RGB] = 3, [DESCRY_MODE_RGBA] = 4, [DESCRY_MODE_CMYK] = 4,
                                [DESCRY_MODE_I16] = 1, [DESCRY_MODE_I32] = 1};
    return bands[mode];
}

static size_t sample_size(descry_picture_mode mode)
{
    return mode == DESCRY_MODE_I16 ? 2 : mode == DESCRY_MODE_I32 ? 4 : 1;
}

int descry_picture_create(descry_picture *picture, uint64_t width, uint64_t height, descry_picture_mode mode,
                          const char *name, const descry_limits *limits, descry_error *err)
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
    size_t pixel = (size_t)descry_picture_bands(mode) * sample_size(mode);
    picture->data = descry_alloc(width * height, pixel);
    if (!picture->data)
        return descry_fail(err, DESCRY_ERR_MEMORY, "%s: out of memory for %llu x %llu pixels", name,
                           (unsigned long long)width, (unsigned long long)height);
    picture->width = (int)width;
    picture->height = (int)height;
    picture->mode = mode;
    return 0;
}

void descry_picture_keep_exif(descry_picture *picture, const uint8_t *exif, size_t size)
{
    free(picture->exif);
    picture->exif = size ? descry_alloc(size, 1) : NULL;
    picture->exif_size = picture->exif ? size : 0;
    if (picture->exif)
        memcpy(picture->exif, exif, size);
}

static int read_picture(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                        const descry_limits *limits, int peek, descry_error *err)
{
    *picture = (descry_picture){.orientation = 1};
    if (size == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the file is empty", name);
    for (size_t i = 0; i < CODECS; i++)
        if (codecs[i]->recognises(bytes, size)) {
            descry_decode *decode = peek && codecs[i]->peek ? codecs[i]->peek : codecs[i]->decode;
            int rc = decode(picture, bytes, size, name, limits, err);
            if (rc)
                descry_picture_free(picture);
            return rc;
        }
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: not a picture in a format that this build reads", name);
}

int descry_picture_decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                          const descry_limits *limits, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 0, err);
}

int descry_picture_peek(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                        const descry_limits *limits, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 1, err);
}

int descry_picture_load(descry_picture *picture, const char *path, const descry_limits *limits, descry_error *err)
{
    *picture = (descry_picture){.orientation = 1};
    descry_buf file = {0};
    int rc = descry_file_read(&file, path, limits->max_bytes, err);
    if (!rc)
        rc = descry_picture_decode(picture, (const uint8_t *)file.data, file.size, path, limits, err);
    descry_buf_free(&file);
    return rc;
}

void descry_picture_free(descry_picture *picture)
{
    free(picture->data);
    free(picture->exif);
    *picture = (descry_picture){0};
}

const char *descry_picture_format(size_t index)
{
    return index < CODECS ? codecs[index]->library() : NULL;
}
