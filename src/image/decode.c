/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/formats.h"
#include "meta/directory.h"
#include "meta/exif.h"
#include "meta/xmp.h"

#include <stdlib.h>
#include <string.h>

/* What this build reads; NULL: not. */
static const descry_codec *const codecs[DESCRY_FORMATS] = {
    [DESCRY_FORMAT_JPEG] = &descry_codec_jpeg,
    [DESCRY_FORMAT_PNG] = &descry_codec_png,
    [DESCRY_FORMAT_BMP] = &descry_codec_bmp,
    [DESCRY_FORMAT_PNM] = &descry_codec_pnm,
#ifdef DESCRY_WITH_WEBP
    [DESCRY_FORMAT_WEBP] = &descry_codec_webp,
#endif
#ifdef DESCRY_WITH_GIF
    [DESCRY_FORMAT_GIF] = &descry_codec_gif,
#endif
#ifdef DESCRY_WITH_RAW
    [DESCRY_FORMAT_RAW] = &descry_codec_raw,
#endif
#ifdef DESCRY_WITH_TIFF
    [DESCRY_FORMAT_TIFF] = &descry_codec_tiff,
#endif
#ifdef DESCRY_WITH_HEIF
    [DESCRY_FORMAT_HEIF] = &descry_codec_heif,
#endif
#ifdef DESCRY_WITH_JXL
    [DESCRY_FORMAT_JXL] = &descry_codec_jxl,
#endif
#ifdef DESCRY_WITH_JPEG2000
    [DESCRY_FORMAT_JPEG2000] = &descry_codec_jpeg2000,
#endif
};

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

int descry_picture_note_exif(descry_picture *picture, const uint8_t *exif, size_t size)
{
    return descry_exif_fill(&picture->metadata, DESCRY_EXIF_WHOLE, exif, size);
}

int descry_picture_note_exif_item(descry_picture *picture, const uint8_t *item, size_t size)
{
    if (size < 4)
        return 0;
    size_t skip = 4 + ((size_t)item[0] << 24 | (size_t)item[1] << 16 | (size_t)item[2] << 8 | item[3]);
    const size_t places[] = {skip, 4, 0}; /* some writers miscount, or leave the number out */
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i] < size && descry_exif_begins(item + places[i], size - places[i]))
            return descry_picture_note_exif(picture, item + places[i], size - places[i]);
    return 0;
}

int descry_picture_note_xmp(descry_picture *picture, const uint8_t *xmp, size_t size)
{
    enum { MOST = 1 << 24 };
    if (size > MOST)
        return 0;
    if (!picture->xmp && size > 0 && (picture->xmp = descry_alloc(size, 1)) != NULL) {
        memcpy(picture->xmp, xmp, size);
        picture->xmp_size = size;
    }
    return descry_xmp_fill(&picture->metadata, (const char *)xmp, size);
}

/* Its tag: Adobe's XMP Specification, part 3, section 2.3 */
int descry_picture_note_tiff(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    enum { XMP = 700 };
    descry_tiff tiff;
    descry_tiff_entry xmp;
    int orientation = descry_picture_note_exif(picture, bytes, size), said = 0;
    if (descry_tiff_open(&tiff, bytes, size) && descry_tiff_find(&tiff, tiff.first, XMP, &xmp))
        said = descry_picture_note_xmp(picture, xmp.value, (size_t)xmp.size);
    return orientation ? orientation : said;
}

void descry_picture_begin(descry_picture *picture)
{
    *picture = (descry_picture){.orientation = 1};
    descry_metadata_clear(&picture->metadata);
}

/* `enough` NULL: the whole, and with `peek` all but the pixels. */
static int read_picture(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                        const descry_limits *limits, int peek, const descry_enough *enough, descry_error *err)
{
    descry_picture_begin(picture);
    if (size == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the file is empty", name);
    int rc = DESCRY_ERR_UNSUPPORTED;
    const char *missing = NULL, *package = NULL;
    bool tried = false;
    for (size_t i = 0; rc == DESCRY_ERR_UNSUPPORTED && i < DESCRY_FORMATS; i++) {
        const descry_format *format = descry_format_at(i);
        if (!format->recognises(bytes, size))
            continue;
        if (!codecs[i]) {
            /* a TIFF made by a camera stays one for its user: better no picture than its thumbnail */
            missing = format->name;
            package = format->package;
            break;
        }
        descry_picture_free(picture);
        descry_picture_begin(picture);
        tried = true;
        descry_decode *decode = peek && codecs[i]->peek ? codecs[i]->peek : codecs[i]->decode;
        rc = enough && codecs[i]->draft ? codecs[i]->draft(picture, bytes, size, name, limits, enough, err)
                                        : decode(picture, bytes, size, name, limits, err);
    }
    if (rc)
        descry_picture_free(picture);
    else if (!picture->whole_width) {
        picture->whole_width = picture->width;
        picture->whole_height = picture->height;
    }
    if (missing && rc)
        return descry_fail(err, rc, "%s: %s is not in this build; on Debian, install %s and build again", name, missing,
                           package);
    if (rc && !tried)
        return descry_fail(err, rc, "%s: not a picture in a format that is known", name);
    return rc;
}

int descry_picture_decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                          const descry_limits *limits, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 0, NULL, err);
}

int descry_picture_draft(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                         const descry_limits *limits, const descry_enough *enough, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 0, enough, err);
}

int descry_picture_peek(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                        const descry_limits *limits, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 1, NULL, err);
}

int descry_picture_load(descry_picture *picture, const char *path, const descry_limits *limits, descry_error *err)
{
    descry_picture_begin(picture);
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
    free(picture->xmp);
    *picture = (descry_picture){0};
}

const char *descry_picture_format(size_t index)
{
    for (size_t i = 0; i < DESCRY_FORMATS; i++)
        if (codecs[i] && index-- == 0)
            return codecs[i]->library();
    return NULL;
}
