/* SPDX-License-Identifier: Apache-2.0
 * Camera RAW by LibRaw: the preview that the camera embedded, when it is large enough; else the sensor's data at half
 * its size, developed with the camera's white balance. */
#include "base/error.h"
#include "image/codecs.h"
#include "image/formats.h"

#include <libraw/libraw.h>
#include <string.h>

enum { ENOUGH = 512 }; /* pixels of a preview's shorter side */

static int fail(const char *name, int code, descry_error *err)
{
    int ours = code == LIBRAW_UNSUFFICIENT_MEMORY ? DESCRY_ERR_MEMORY
             : code == LIBRAW_TOO_BIG             ? DESCRY_ERR_LIMIT
             : code == LIBRAW_FILE_UNSUPPORTED || code == LIBRAW_REQUEST_FOR_NONEXISTENT_IMAGE ? DESCRY_ERR_UNSUPPORTED
                                                                                               : DESCRY_ERR_FORMAT;
    return descry_fail(err, ours, "%s: camera RAW: %s", name, libraw_strerror(code));
}

/* EXIF's name for LibRaw's bits: 1 left to right, 2 upside down, 4 sides exchanged */
static int orientation_of(int flip)
{
    static const int names[] = {1, 2, 4, 3, 5, 8, 6, 7};
    return names[flip & 7];
}

/* A preview without an orientation of its own lies as the sensor does, unless its shape says that it was turned. */
static void turn_preview(const libraw_data_t *raw, descry_picture *preview)
{
    int orientation = orientation_of(raw->sizes.flip);
    bool wide = raw->sizes.width > raw->sizes.height, turned = orientation >= 5 && wide != (preview->width > preview->height);
    if (preview->orientation == 1 && !turned)
        preview->orientation = orientation;
}

static int copy_rgb(descry_picture *picture, const void *data, size_t size, uint64_t width, uint64_t height, int colours,
                    const char *name, const descry_limits *limits, descry_error *err)
{
    if (colours != 1 && colours != 3)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: camera RAW of %d colours", name, colours);
    int rc = descry_picture_check(width, height, name, limits, err);
    if (!rc && width * height * (unsigned)colours > size)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: camera RAW: fewer pixels than it says", name);
    if (!rc)
        rc = descry_picture_create(picture, width, height, colours == 1 ? DESCRY_MODE_L : DESCRY_MODE_RGB, name, limits, err);
    if (!rc)
        memcpy(picture->data, data, (size_t)(width * height * (unsigned)colours));
    return rc;
}

/* ---- what LibRaw must not be given ------------------------------------------------------------------------------- */

enum { SUB_IFDS = 330, EXIF_IFD = 34665, MOST_IFDS = 64 };

typedef struct directories {
    const uint8_t *bytes;
    size_t size;
    bool big;
    uint32_t at[MOST_IFDS];
    size_t count;
} directories;

static bool note_directory(directories *d, uint32_t offset)
{
    if (d->count == MOST_IFDS)
        return false;
    d->at[d->count++] = offset;
    return true;
}

/* The value of an entry lies in the file; directories that it names are noted. */
static bool entry_fits(directories *d, const uint8_t *entry)
{
    static const uint8_t widths[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    uint32_t tag = descry_format_number(entry, 2, d->big), type = descry_format_number(entry + 2, 2, d->big);
    uint32_t count = descry_format_number(entry + 4, 4, d->big);
    uint64_t bytes = type < sizeof widths ? (uint64_t)widths[type] * count : 0;
    uint32_t at = descry_format_number(entry + 8, 4, d->big);
    bool good = bytes <= 4 || (at <= d->size && bytes <= d->size - at);
    if (good && tag == EXIF_IFD && count == 1)
        good = note_directory(d, at);
    for (uint32_t i = 0; good && tag == SUB_IFDS && (type == 4 || type == 13) && i < count; i++)
        good = note_directory(d, count == 1 ? at : descry_format_number(d->bytes + at + 4 * (size_t)i, 4, d->big));
    return good;
}

/* LibRaw 0.20 reads beyond a file whose TIFF directories do not lie in it: true when they do, or it has none. */
static bool directories_fit(const uint8_t *bytes, size_t size)
{
    directories d = {.bytes = bytes, .size = size};
    if (size < 8 || (memcmp(bytes, "II*", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0))
        return true;
    d.big = bytes[0] == 'M';
    bool good = note_directory(&d, descry_format_number(bytes + 4, 4, d.big));
    for (size_t i = 0; good && i < d.count; i++) {
        uint32_t at = d.at[i];
        size_t entries = at <= size && size - at >= 6 ? descry_format_number(bytes + at, 2, d.big) : 0;
        good = entries > 0 && entries <= (size - at - 6) / 12;
        for (size_t k = 0; good && k < entries; k++)
            good = entry_fits(&d, bytes + at + 2 + 12 * k);
        uint32_t next = good ? descry_format_number(bytes + at + 2 + 12 * entries, 4, d.big) : 0;
        if (next)
            good = note_directory(&d, next);
    }
    return good;
}

/* ---- the preview ------------------------------------------------------------------------------------------------- */

/* Pixels of the JPEG that begins here, 0 when none does that libjpeg decodes: sensor data may be JPEG, too, of the
 * lossless kind.  Source: ITU-T T.81, B.2. */
static uint64_t jpeg_pixels(const uint8_t *bytes, size_t size)
{
    for (size_t at = 2; size - at >= 9 && bytes[at] == 0xFF;) {
        uint8_t marker = bytes[at + 1];
        size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (marker >= 0xC0 && marker <= 0xC2)
            return ((uint64_t)bytes[at + 5] << 8 | bytes[at + 6]) * ((uint64_t)bytes[at + 7] << 8 | bytes[at + 8]);
        bool other = (marker >= 0xC3 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) ||
                     (marker >= 0xD0 && marker <= 0xDA);
        if (other || marker < 0xC0 || length < 2 || length + 2 > size - at)
            break;
        at += length + 2;
    }
    return 0;
}

/* The largest JPEG in the file.  It is found by its first bytes rather than by libraw_unpack_thumb(), which in LibRaw
 * 0.20 writes beyond its memory when a damaged file lies about the length of a preview. */
static int read_preview(const libraw_data_t *raw, descry_picture *picture, const uint8_t *bytes, size_t size,
                        const char *name, const descry_limits *limits, descry_error *err)
{
    uint64_t most = 0;
    size_t best = 0;
    for (size_t at = 0; size - at >= 16; at++) {
        const uint8_t *found = memchr(bytes + at, 0xFF, size - 15 - at);
        if (!found)
            break;
        at = (size_t)(found - bytes);
        if (found[1] != 0xD8 || found[2] != 0xFF)
            continue;
        uint64_t pixels = jpeg_pixels(found, size - at);
        if (pixels > most) {
            most = pixels;
            best = at;
        }
    }
    if (most == 0)
        return fail(name, LIBRAW_NO_THUMBNAIL, err);
    int rc = descry_codec_jpeg.decode(picture, bytes + best, size - best, name, limits, err);
    if (!rc)
        turn_preview(raw, picture);
    return rc;
}

/* ---- the sensor's data ------------------------------------------------------------------------------------------- */

/* LibRaw carries on where data is wrong; that it ended is told by an offset of -1. */
#if LIBRAW_COMPILE_CHECK_VERSION_NOTLESS(0, 21)
static void note_end(void *arg, const char *file, const INT64 offset)
#else
static void note_end(void *arg, const char *file, const int offset)
#endif
{
    (void)file;
    if (offset < 0)
        *(bool *)arg = true;
}

/* LibRaw turns the result upright. */
static int develop(libraw_data_t *raw, descry_picture *picture, const char *name, const descry_limits *limits,
                   descry_error *err)
{
    int rc = descry_picture_check(raw->sizes.raw_width, raw->sizes.raw_height, name, limits, err);
    if (rc)
        return rc;
    bool ended = false;
    libraw_set_dataerror_handler(raw, note_end, &ended);
    int code = libraw_unpack(raw);
    libraw_set_dataerror_handler(raw, NULL, NULL);
    if (ended)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: truncated camera RAW", name);
    if (!code)
        code = libraw_dcraw_process(raw);
    libraw_processed_image_t *image = code ? NULL : libraw_dcraw_make_mem_image(raw, &code);
    if (!image)
        return fail(name, code ? code : LIBRAW_UNSUFFICIENT_MEMORY, err);
    if (image->type == LIBRAW_IMAGE_BITMAP && image->bits == 8)
        rc = copy_rgb(picture, image->data, image->data_size, image->width, image->height, image->colors, name, limits, err);
    else
        rc = fail(name, LIBRAW_UNSPECIFIED_ERROR, err);
    libraw_dcraw_clear_mem(image);
    return rc;
}

static int read_best(libraw_data_t *raw, descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                     const descry_limits *limits, descry_error *err)
{
    descry_picture developed;
    descry_error why;
    descry_picture_begin(&developed);
    int rc = read_preview(raw, picture, bytes, size, name, limits, err), shorter = 0;
    if (!rc)
        shorter = picture->width < picture->height ? picture->width : picture->height;
    else {
        descry_picture_free(picture);
        descry_picture_begin(picture);
    }
    developed.metadata = picture->metadata;
    if (shorter >= ENOUGH || (shorter > 0 && shorter >= raw->sizes.width / 2 && shorter >= raw->sizes.height / 2))
        return 0;
    int other = develop(raw, &developed, name, limits, &why);
    if (other) {
        descry_picture_free(&developed);
        return rc ? descry_fail(err, other, "%s", why.message) : 0; /* a small preview is better than nothing */
    }
    descry_picture_free(picture);
    *picture = developed;
    return 0;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    if (!directories_fit(bytes, size))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged camera RAW: its directories do not lie in the file", name);
    libraw_data_t *raw = libraw_init(LIBRAW_OPIONS_NO_MEMERR_CALLBACK | LIBRAW_OPIONS_NO_DATAERR_CALLBACK);
    if (!raw)
        return descry_fail_memory(err);
    uint64_t megabytes = (limits->max_pixels >> 20) * 8 + 64;
#if LIBRAW_COMPILE_CHECK_VERSION_NOTLESS(0, 21)
    raw->rawparams.max_raw_memory_mb = megabytes > 1u << 20 ? 1u << 20 : (unsigned)megabytes;
#else
    raw->params.max_raw_memory_mb = megabytes > 1u << 20 ? 1u << 20 : (unsigned)megabytes;
#endif
    raw->params.half_size = 1;
    raw->params.use_camera_wb = 1;
    raw->params.output_bps = 8;
    raw->params.gamm[0] = 1 / 2.4; /* sRGB's curve (IEC 61966-2-1), LibRaw's own is BT.709's */
    raw->params.gamm[1] = 12.92;
    int code = libraw_open_buffer(raw, (void *)(uintptr_t)bytes, size); /* which it only reads */
    int rc = code ? fail(name, code, err) : read_best(raw, picture, bytes, size, name, limits, err);
    if (!rc)
        descry_picture_note_exif(picture, bytes, size);
    libraw_close(raw);
    return rc;
}

static const char *library(void)
{
    return "camera RAW (LibRaw " DESCRY_WITH_RAW ")";
}

const descry_codec descry_codec_raw = {decode, library};
