/* SPDX-License-Identifier: Apache-2.0
 * TIFF by libtiff: the first page, in Pillow's modes; rotated upright here, as Pillow does for this format. */
#include "base/error.h"
#include "base/memory.h"
#include "image/convert.h"
#include "image/codecs.h"
#include "image/lab.h"
#include "image/tiff_bounds.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct reader {
    TIFF *tiff;
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    const descry_limits *limits;
    descry_picture *picture;
    char message[200]; /* libtiff's first error */
    uint32_t width, height;
    uint16_t photometric, bits, samples, format, planar, compression, extras, extra; /* extra: type of the first */
    bool alpha, premultiplied, invert;
    uint8_t *buffer; /* a row or tile as it is stored */
    bool lab;
    uint16_t *wide;  /* [height, width, bands] of Lab of 16 bits; or NULL */
    descry_error *err;
} reader;

/* ---- the file, in memory ---------------------------------------------------------------------------------------- */

static tmsize_t fetch(thandle_t handle, void *out, tmsize_t count)
{
    reader *r = (reader *)handle;
    size_t left = r->at < r->size ? r->size - r->at : 0, n = count < 0 ? 0 : (size_t)count;
    n = n < left ? n : left;
    memcpy(out, r->bytes + (n ? r->at : 0), n);
    r->at += n;
    return (tmsize_t)n;
}

static tmsize_t refuse(thandle_t handle, void *data, tmsize_t count)
{
    (void)handle, (void)data, (void)count;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    reader *r = (reader *)handle;
    toff_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? r->at : r->size;
    if (from + offset > INT64_MAX)
        return (toff_t)-1;
    r->at = (size_t)(from + offset);
    return r->at;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return ((reader *)handle)->size;
}

static int map(thandle_t handle, void **base, toff_t *size)
{
    reader *r = (reader *)handle;
    *base = (void *)(uintptr_t)r->bytes; /* libtiff only reads what is mapped */
    *size = r->size;
    return 1;
}

static void unmap(thandle_t handle, void *base, toff_t size)
{
    (void)handle, (void)base, (void)size;
}

static int note_error(TIFF *tiff, void *arg, const char *module, const char *format, va_list values)
{
    reader *r = arg;
    (void)tiff, (void)module;
    if (!r->message[0])
        vsnprintf(r->message, sizeof r->message, format, values);
    return 1; /* handled */
}

static int ignore_warning(TIFF *tiff, void *arg, const char *module, const char *format, va_list values)
{
    (void)tiff, (void)arg, (void)module, (void)format, (void)values;
    return 1;
}

static int fail(reader *r, const char *why)
{
    return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: %s", r->name, r->message[0] ? r->message : why);
}

static int unsupported(reader *r)
{
    return descry_fail(r->err, DESCRY_ERR_UNSUPPORTED,
                       "%s: a TIFF of this kind is not read (compression %u, photometric %u, %u samples of %u bits, format %u)",
                       r->name, r->compression, r->photometric, r->samples, r->bits, r->format);
}

/* ---- tags and modes ----------------------------------------------------------------------------------------------- */

/* Those that Pillow reads, too; the others are rare, and JBIG allocates any size that its own header declares. */
static bool compression_is_read(uint16_t compression)
{
    switch (compression) {
    case COMPRESSION_NONE: case COMPRESSION_CCITTRLE: case COMPRESSION_CCITTFAX3: case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZW: case COMPRESSION_OJPEG: case COMPRESSION_JPEG: case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_CCITTRLEW: case COMPRESSION_PACKBITS: case COMPRESSION_THUNDERSCAN: case COMPRESSION_DEFLATE:
    case COMPRESSION_SGILOG: case COMPRESSION_SGILOG24: case COMPRESSION_LZMA: case COMPRESSION_ZSTD: case COMPRESSION_WEBP:
        return true;
    default:
        return false;
    }
}

static int read_tags(reader *r)
{
    uint16_t *kinds = NULL;
    if (!TIFFGetField(r->tiff, TIFFTAG_IMAGEWIDTH, &r->width) || !TIFFGetField(r->tiff, TIFFTAG_IMAGELENGTH, &r->height))
        return fail(r, "it names no size");
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_BITSPERSAMPLE, &r->bits);
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_SAMPLESPERPIXEL, &r->samples);
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_SAMPLEFORMAT, &r->format);
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_PLANARCONFIG, &r->planar);
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_COMPRESSION, &r->compression);
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_EXTRASAMPLES, &r->extras, &kinds);
    if (!TIFFGetField(r->tiff, TIFFTAG_PHOTOMETRIC, &r->photometric))
        r->photometric = r->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISWHITE;
    r->extra = r->extras && kinds ? kinds[0] : 0;
    if (r->samples == 0 || r->bits == 0 || r->planar == 0)
        return fail(r, "it names no samples");
    if (!compression_is_read(r->compression))
        return unsupported(r);
    return descry_picture_check(r->width, r->height, r->name, r->limits, r->err);
}

static bool find_grey_mode(reader *r, descry_picture_mode *mode)
{
    r->invert = r->photometric == PHOTOMETRIC_MINISWHITE;
    r->alpha = r->bits == 8 && r->samples >= 2 && (r->extra == 1 || r->extra == 2);
    r->premultiplied = r->extra == 1;
    bool is_signed = r->format == SAMPLEFORMAT_INT;
    switch (r->bits) {
    case 1:
        *mode = DESCRY_MODE_1;
        return true;
    case 2: case 4: case 8:
        *mode = r->alpha ? DESCRY_MODE_LA : DESCRY_MODE_L;
        return true;
    case 12: case 16:
        *mode = is_signed ? DESCRY_MODE_I32 : DESCRY_MODE_I16;
        r->picture->shift = is_signed ? 7 : (uint8_t)(r->bits - 8);
        return !is_signed || r->bits == 16;
    case 32:
        *mode = DESCRY_MODE_I32;
        r->picture->shift = is_signed ? 23 : 24;
        return true;
    default:
        return false;
    }
}

/* False: no mode for its samples; libtiff's own conversion to RGB may be able to read it. */
static bool find_mode(reader *r, descry_picture_mode *mode)
{
    if (r->format != SAMPLEFORMAT_UINT && r->format != SAMPLEFORMAT_INT && r->format != SAMPLEFORMAT_VOID)
        return false;
    bool wide = r->bits == 8 || r->bits == 16;
    switch (r->photometric) {
    case PHOTOMETRIC_MINISWHITE: case PHOTOMETRIC_MINISBLACK:
        return find_grey_mode(r, mode);
    case PHOTOMETRIC_PALETTE:
        *mode = DESCRY_MODE_P;
        return r->bits == 1 || r->bits == 2 || r->bits == 4 || r->bits == 8;
    case PHOTOMETRIC_RGB:
        r->alpha = r->samples >= 4 && (r->extra == 1 || r->extra == 2 || r->extra == 999 || !r->extras);
        r->premultiplied = r->extra == 1;
        *mode = r->alpha ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB;
        return wide && r->samples >= 3;
    case PHOTOMETRIC_CIELAB: case PHOTOMETRIC_ICCLAB: case PHOTOMETRIC_ITULAB:
        r->lab = true;
        *mode = r->samples - r->extras >= 3 ? DESCRY_MODE_RGB : DESCRY_MODE_L;
        return wide && r->extras < r->samples;
    case PHOTOMETRIC_SEPARATED:
        *mode = DESCRY_MODE_CMYK;
        return wide && r->samples >= 4;
    case PHOTOMETRIC_YCBCR:
        if (r->samples == 1 && r->bits == 8)
            return find_grey_mode(r, mode);
        *mode = DESCRY_MODE_RGB;
        return r->compression == COMPRESSION_JPEG && r->planar == PLANARCONFIG_CONTIG && r->bits == 8 && r->samples == 3 &&
               TIFFSetField(r->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    default:
        return false;
    }
}

/* 16 bits a colour; 8 in some files */
static int read_palette(reader *r)
{
    uint16_t *colours[3];
    if (!TIFFGetField(r->tiff, TIFFTAG_COLORMAP, &colours[0], &colours[1], &colours[2]))
        return fail(r, "it has no palette");
    size_t count = (size_t)1 << r->bits;
    int shift = 0;
    for (size_t i = 0; i < 3 * count; i++)
        shift = colours[i % 3][i / 3] > 255 ? 8 : shift;
    for (size_t i = 0; i < 3 * count; i++)
        r->picture->palette[i] = (uint8_t)(colours[i % 3][i / 3] >> shift);
    return 0;
}

/* TIFF 6.0, section 23; Adobe's TIFF Technical Note 4 (ICCLab); ITU-T T.42 (ITULab) */
static int convert_lab(reader *r)
{
    descry_lab lab = {.l = r->bits == 8 ? 100.0 / 255 : 100.0 / 65535, .scale = {1, 1}};
    descry_picture *p = r->picture;
    switch (r->photometric) {
    case PHOTOMETRIC_CIELAB:
        lab.twos = r->bits;
        break;
    case PHOTOMETRIC_ICCLAB:
        lab.zero[0] = lab.zero[1] = 128;
        lab.l = r->bits == 8 ? lab.l : 100.0 / 65280;
        break;
    default:
        lab.scale[0] = 170.0 / 255, lab.scale[1] = 200.0 / 255;
        lab.zero[0] = 128, lab.zero[1] = 96;
        if (r->bits == 16)
            lab.scale[0] *= 256 / 257.0, lab.scale[1] *= 256 / 257.0; /* 65535 for 255 */
    }
    for (int i = 0; i < 2 && r->bits == 16; i++)
        lab.scale[i] /= 256, lab.zero[i] *= 256;
    int rc = descry_lab_to_srgb(&lab, r->wide, (size_t)r->width * r->height, (size_t)descry_picture_bands(p->mode), p->data);
    return rc ? descry_fail_memory(r->err) : 0;
}

/* ---- samples ---------------------------------------------------------------------------------------------------- */

static uint32_t sample_at(const reader *r, const uint8_t *in, size_t i)
{
    uint16_t half;
    uint32_t word;
    switch (r->bits) {
    case 8:
        return in[i];
    case 12:
        in += i / 2 * 3;
        return i & 1 ? (uint32_t)(in[1] & 15) << 8 | in[2] : (uint32_t)in[0] << 4 | in[1] >> 4;
    case 16:
        memcpy(&half, in + 2 * i, 2);
        return half;
    case 32:
        memcpy(&word, in + 4 * i, 4);
        return word;
    default: /* 1, 2, 4 */
        return (uint32_t)in[i * r->bits / 8] >> (8 - r->bits - i * r->bits % 8) & ((1u << r->bits) - 1);
    }
}

static void put_sample(const reader *r, size_t at, uint32_t value)
{
    descry_picture *p = r->picture;
    static const uint8_t spread[] = {0, 255, 85, 0, 17};
    if (r->wide) {
        r->wide[at] = (uint16_t)value;
        return;
    }
    switch (p->mode) {
    case DESCRY_MODE_I16:
        ((uint16_t *)(void *)p->data)[at] = (uint16_t)(r->invert ? (1u << r->bits) - 1 - value : value);
        break;
    case DESCRY_MODE_I32:
        if (r->bits == 16)
            value = (uint32_t)(int32_t)(int16_t)value;
        ((uint32_t *)(void *)p->data)[at] = r->invert ? ~value : value;
        break;
    case DESCRY_MODE_P:
        p->data[at] = (uint8_t)value;
        break;
    default:
        value = r->bits == 16 ? value >> 8 : r->bits < 8 ? value * spread[r->bits] : value;
        p->data[at] = (uint8_t)(r->invert && at % (size_t)descry_picture_bands(p->mode) == 0 ? 255 - value : value);
    }
}

/* `count` pixels of row y from x on: all bands, or one when stored in planes. */
static void put_row(const reader *r, uint32_t x, uint32_t y, uint32_t count, int plane, const uint8_t *in)
{
    size_t bands = (size_t)descry_picture_bands(r->picture->mode), to = ((size_t)y * r->width + x) * bands;
    if (r->picture->mode == DESCRY_MODE_1 && (plane >= 0 || r->samples == 1)) { /* fast: pages may be huge */
        uint8_t invert = r->invert ? 0xFF : 0;
        for (size_t i = 0; i < count; i++)
            r->picture->data[to + i] = (uint8_t)((in[i / 8] >> (7 - i % 8) & 1 ? 0xFF : 0) ^ invert);
    } else if (plane >= 0) {
        for (size_t i = 0; i < count; i++)
            put_sample(r, to + i * bands + (size_t)plane, sample_at(r, in, i));
    } else if (r->bits == 8 && r->samples == bands && !r->invert) {
        memcpy(r->picture->data + to, in, count * bands);
    } else {
        for (size_t i = 0; i < count; i++)
            for (size_t b = 0; b < bands; b++)
                put_sample(r, to + i * bands + b, sample_at(r, in, i * r->samples + b));
    }
}

static int read_rows(reader *r, int plane)
{
    uint64_t row = ((uint64_t)r->width * (plane < 0 ? r->samples : 1) * r->bits + 7) / 8, size = TIFFScanlineSize64(r->tiff);
    if (size < row || size / 16 > row)
        return fail(r, "its rows have another length");
    r->buffer = descry_alloc((size_t)size, 1);
    if (!r->buffer)
        return descry_fail_memory(r->err);
    for (uint32_t y = 0; y < r->height; y++) {
        if (TIFFReadScanline(r->tiff, r->buffer, y, (uint16_t)(plane < 0 ? 0 : plane)) != 1)
            return fail(r, "truncated");
        put_row(r, 0, y, r->width, plane, r->buffer);
    }
    return 0;
}

static int read_tiles(reader *r, int plane)
{
    uint32_t width = 0, height = 0;
    if (!TIFFGetField(r->tiff, TIFFTAG_TILEWIDTH, &width) || !TIFFGetField(r->tiff, TIFFTAG_TILELENGTH, &height) ||
        width == 0 || height == 0)
        return fail(r, "it names no size of tiles");
    uint64_t row = ((uint64_t)width * (plane < 0 ? r->samples : 1) * r->bits + 7) / 8, size = TIFFTileSize64(r->tiff);
    if (size < row * height || size / 16 > row * height || size > INT64_MAX / 2)
        return fail(r, "its tiles have another size");
    r->buffer = descry_alloc((size_t)size, 1);
    if (!r->buffer)
        return descry_fail_memory(r->err);
    for (uint32_t y = 0; y < r->height; y += height) {
        for (uint32_t x = 0; x < r->width; x += width) {
            uint32_t tile = TIFFComputeTile(r->tiff, x, y, 0, (uint16_t)(plane < 0 ? 0 : plane));
            if (TIFFReadEncodedTile(r->tiff, tile, r->buffer, (tmsize_t)size) != (tmsize_t)size)
                return fail(r, "truncated");
            uint32_t columns = r->width - x < width ? r->width - x : width;
            for (uint32_t k = 0; k < height && k < r->height - y; k++)
                put_row(r, x, y + k, columns, plane, r->buffer + k * row);
            if (r->width - x <= width)
                break;
        }
        if (r->height - y <= height)
            break;
    }
    return 0;
}

static int read_samples(reader *r)
{
    int planes = descry_picture_bands(r->picture->mode), rc = 0;
    bool apart = r->planar == PLANARCONFIG_SEPARATE && r->samples > 1;
    for (int plane = apart ? 0 : -1; !rc && plane < (apart ? planes : 0); plane++) {
        rc = TIFFIsTiled(r->tiff) ? read_tiles(r, plane) : read_rows(r, plane);
        free(r->buffer);
        r->buffer = NULL;
    }
    return rc;
}

/* Unpremultiplies colours, as Pillow does. */
static void divide_by_alpha(descry_picture *p)
{
    size_t bands = (size_t)descry_picture_bands(p->mode), count = (size_t)p->width * (size_t)p->height;
    for (uint8_t *at = p->data, *end = at + count * bands; at < end; at += bands)
        for (size_t b = 0; b + 1 < bands && at[bands - 1] != 255; b++) {
            unsigned alpha = at[bands - 1], value = alpha ? at[b] * 255u / alpha : 0;
            at[b] = (uint8_t)(value > 255 ? 255 : value);
        }
}

/* By libtiff's conversion to RGB: YCbCr, LogLuv. */
static int read_converted(reader *r)
{
    char why[1024] = "";
    TIFFRGBAImage image;
    if (r->format == SAMPLEFORMAT_IEEEFP && r->photometric < PHOTOMETRIC_LOGL)
        return unsupported(r);
    if (!TIFFRGBAImageOK(r->tiff, why) || !TIFFRGBAImageBegin(&image, r->tiff, 1, why))
        return unsupported(r);
    image.req_orientation = image.orientation = ORIENTATION_TOPLEFT; /* rotated later, by make_upright */
    int rc = descry_picture_create(r->picture, r->width, r->height, DESCRY_MODE_RGB, r->name, r->limits, r->err);
    size_t pixels = (size_t)r->width * r->height;
    uint32_t *raster = rc ? NULL : descry_alloc(pixels, sizeof *raster);
    if (!rc && !raster)
        rc = descry_fail_memory(r->err);
    if (!rc && !TIFFRGBAImageGet(&image, raster, r->width, r->height))
        rc = fail(r, "its pixels cannot be decoded");
    for (size_t i = 0; i < pixels && !rc; i++) {
        r->picture->data[3 * i] = (uint8_t)TIFFGetR(raster[i]);
        r->picture->data[3 * i + 1] = (uint8_t)TIFFGetG(raster[i]);
        r->picture->data[3 * i + 2] = (uint8_t)TIFFGetB(raster[i]);
    }
    free(raster);
    TIFFRGBAImageEnd(&image);
    return rc;
}

static int make_upright(reader *r)
{
    descry_picture *p = r->picture;
    uint16_t orientation = 1;
    if (!TIFFGetField(r->tiff, TIFFTAG_ORIENTATION, &orientation) || orientation < 2 || orientation > 8)
        return 0;
    size_t pixel = descry_picture_pixel(p->mode);
    uint8_t *turned = descry_alloc((size_t)p->width * (size_t)p->height, pixel);
    if (!turned)
        return descry_fail_memory(r->err);
    descry_turn_upright(p->data, pixel, p->width, p->height, orientation, turned);
    free(p->data);
    p->data = turned;
    if (orientation >= 5) {
        int width = p->width;
        p->width = p->height;
        p->height = width;
    }
    return 0;
}

static int read_as_stored(reader *r, descry_picture_mode mode)
{
    descry_picture *p = r->picture;
    int rc = descry_picture_create(p, r->width, r->height, mode, r->name, r->limits, r->err);
    if (!rc && mode == DESCRY_MODE_P)
        rc = read_palette(r);
    if (!rc && r->lab && r->bits == 16) {
        r->wide = descry_alloc((size_t)r->width * r->height, 2 * descry_picture_pixel(mode));
        rc = r->wide ? 0 : descry_fail_memory(r->err);
    }
    rc = rc ? rc : read_samples(r);
    if (!rc && r->alpha && r->premultiplied)
        divide_by_alpha(p);
    return !rc && r->lab ? convert_lab(r) : rc;
}

static int read_all(reader *r)
{
    descry_picture_mode mode;
    int rc = read_tags(r);
    if (rc)
        return rc;
    bool converted = !find_mode(r, &mode);
    rc = DESCRY_PRECHECK(descry_tiff_check_striles(r->tiff, converted, r->bytes, r->size, r->name, r->limits, r->err));
    if (!rc)
        rc = converted ? read_converted(r) : read_as_stored(r, mode);
    return rc ? rc : make_upright(r);
}

/* After descry_tiff_check_directory */
static int read_file(reader *r)
{
    const descry_limits *limits = r->limits;
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return descry_fail_memory(r->err);
    uint64_t most = limits->max_pixels < (1u << 24) ? 1u << 26 : limits->max_pixels > INT64_MAX / 8 ? INT64_MAX : limits->max_pixels * 4;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)most);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, r);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, r);
    r->tiff = TIFFClientOpenExt("", "r", (thandle_t)r, fetch, refuse, seek, close_nothing, size_of, map, unmap, options);
    TIFFOpenOptionsFree(options);
    if (!r->tiff)
        return fail(r, "its header is wrong");
    r->message[0] = '\0'; /* of an unneeded tag */
    int rc = read_all(r);
    free(r->buffer);
    free(r->wide);
    TIFFClose(r->tiff);
    return rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    uint8_t *patched = NULL;
    int rc = DESCRY_PRECHECK(descry_tiff_check_directory(bytes, size, name, &patched, err));
    if (!rc) {
        reader r = {.bytes = patched ? patched : bytes, .size = size, .name = name, .limits = limits, .picture = picture, .err = err};
        rc = read_file(&r);
    }
    free(patched);
    if (!rc)
        descry_picture_add_tiff(picture, bytes, size);
    return rc;
}

const descry_codec descry_codec_tiff = {.decode = decode};
