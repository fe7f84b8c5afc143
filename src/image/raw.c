/* SPDX-License-Identifier: Apache-2.0
 * Camera RAW: the largest embedded preview (raw_preview.c), if it is large enough; else the sensor's data, developed with the
 * camera's white balance by LibRaw, at half size, or by raw_lossy.c. */
#include "base/error.h"
#include "image/codecs.h"
#include "image/formats.h"
#include "image/raw.h"

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

/* ---- checks before LibRaw ---------------------------------------------------------------------------------------- */

/* All entries of a directory lie in the file, and their values; the EXIF directory's, too. */
static bool directory_fits(const descry_tiff *tiff, uint64_t place, bool exif)
{
    enum { EXIF_IFD = 34665 };
    size_t left = place <= tiff->size ? tiff->size - (size_t)place : 0;
    size_t entries = left >= 6 ? descry_format_number(tiff->bytes + place, 2, tiff->big) : 0;
    bool good = entries > 0 && entries <= (left - 6) / 12;
    for (size_t i = 0; good && i < entries; i++) {
        descry_tiff_entry entry = descry_tiff_entry_at(tiff, place, i);
        uint64_t link;
        good = entry.size == 0 || entry.value;
        if (good && !exif && entry.tag == EXIF_IFD && descry_tiff_integer(tiff, &entry, 0, &link))
            good = directory_fits(tiff, link, true);
    }
    return good;
}

/* LibRaw 0.20 reads out of bounds when TIFF directories exceed the file: true when they lie in it, or it has none. */
static bool directories_fit(const uint8_t *bytes, size_t size)
{
    descry_tiff tiff;
    uint64_t places[DESCRY_RAW_DIRECTORIES];
    if (!descry_tiff_open(&tiff, bytes, size))
        return true;
    size_t count = tiff.wide ? 0 : descry_raw_directories(&tiff, places);
    bool good = count > 0 && count < DESCRY_RAW_DIRECTORIES;
    for (size_t i = 0; good && i < count; i++)
        good = directory_fits(&tiff, places[i], false);
    return good;
}

/* ---- the sensor's data ------------------------------------------------------------------------------------------- */

/* LibRaw continues after wrong data; the end of the file is reported by an offset of -1. */
#if LIBRAW_COMPILE_CHECK_VERSION_NOTLESS(0, 21)
static void on_data_error(void *arg, const char *file, const INT64 offset)
#else
static void on_data_error(void *arg, const char *file, const int offset)
#endif
{
    (void)file;
    if (offset < 0)
        *(bool *)arg = true;
}

/* LibRaw rotates the result upright.  Its decoder of lossy DNG is not used: see raw_lossy.c. */
static int develop_by_libraw(libraw_data_t *raw, descry_picture *picture, const char *name, const descry_limits *limits,
                             descry_error *err)
{
    libraw_decoder_info_t decoder = {0};
    int rc = descry_picture_check(raw->sizes.raw_width, raw->sizes.raw_height, name, limits, err);
    if (rc)
        return rc;
    libraw_get_decoder_info(raw, &decoder);
    if (decoder.decoder_name && strncmp(decoder.decoder_name, "lossy_dng", 9) == 0)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: camera RAW: a kind of lossy DNG that is not read", name);
    bool ended = false;
    libraw_set_dataerror_handler(raw, on_data_error, &ended);
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

/* ---- preview or sensor data -------------------------------------------------------------------------------------- */

typedef struct file {
    const uint8_t *bytes;
    size_t size;
    const char *name;
    const descry_limits *limits;
    libraw_data_t *raw; /* NULL: LibRaw cannot open it, */
    int closed;         /* with this error code, */
    descry_error why;   /* and this message */
    int orientation;    /* of the sensor, by the file's metadata; 0: unknown */
    descry_raw_previews previews;
} file;

/* A preview without an orientation of its own has the sensor's, unless its aspect shows that it was rotated already. */
static void turn_preview(const file *f, descry_picture *preview)
{
    int orientation = f->raw ? orientation_of(f->raw->sizes.flip) : f->orientation;
    bool wide = !f->raw || f->raw->sizes.width > f->raw->sizes.height;
    bool turned = orientation >= 5 && wide != (preview->width > preview->height);
    if (preview->orientation == 1 && orientation > 0 && !turned)
        preview->orientation = orientation;
}

/* Large enough to display, or as large as the developed picture would be. */
static bool is_large(const file *f, const descry_raw_preview *preview)
{
    uint32_t shorter = preview->width < preview->height ? preview->width : preview->height;
    uint64_t width = f->previews.width, height = f->previews.height;
    if (f->raw && f->raw->sizes.width > width)
        width = f->raw->sizes.width;
    if (f->raw && f->raw->sizes.height > height)
        height = f->raw->sizes.height;
    return shorter >= ENOUGH || (width > 0 && shorter >= width / 2 && shorter >= height / 2);
}

static int read_preview(const file *f, descry_picture *picture, const descry_raw_preview *preview, descry_error *err)
{
    descry_picture found;
    descry_picture_begin(&found);
    found.metadata = picture->metadata;
    int rc = descry_codec_jpeg.decode(&found, f->bytes + preview->at, f->size - preview->at, f->name, f->limits, err);
    if (rc) {
        descry_picture_free(&found);
        return rc;
    }
    turn_preview(f, &found);
    descry_picture_free(picture);
    *picture = found;
    return 0;
}

/* Metadata of the largest preview, whether or not it is used: some files have them there only. */
static void note_preview(const file *f, descry_picture *picture)
{
    descry_picture look;
    descry_error ignored;
    descry_picture_begin(&look);
    if (f->previews.count > 0)
        descry_codec_jpeg.peek(&look, f->bytes + f->previews.list[0].at, f->size - f->previews.list[0].at, f->name, f->limits,
                               &ignored);
    picture->metadata = look.metadata;
    descry_picture_free(&look);
}

static int develop(const file *f, descry_picture *picture, descry_error *err)
{
    int rc = descry_raw_develop_lossy(picture, f->bytes, f->size, f->name, f->limits, err);
    if (!rc)
        picture->orientation = f->orientation > 0 ? f->orientation : 1;
    if (rc != DESCRY_ERR_UNSUPPORTED)
        return rc;
    return f->raw ? develop_by_libraw(f->raw, picture, f->name, f->limits, err)
                  : descry_fail(err, f->closed, "%s", f->why.message);
}

/* The largest preview that is large enough and intact; else the sensor's data; else, as a last resort, a small preview. */
static int read_best(const file *f, descry_picture *picture, descry_error *err)
{
    for (size_t i = 0; i < f->previews.count; i++)
        if (is_large(f, &f->previews.list[i]) && read_preview(f, picture, &f->previews.list[i], err) == 0)
            return 0;
    descry_picture developed;
    descry_picture_begin(&developed);
    developed.metadata = picture->metadata;
    int rc = develop(f, &developed, err);
    if (!rc) {
        descry_picture_free(picture);
        *picture = developed;
        return 0;
    }
    descry_picture_free(&developed);
    bool tiff = f->size >= 4 && (memcmp(f->bytes, "II*", 4) == 0 || memcmp(f->bytes, "MM\0*", 4) == 0);
    if (tiff && !f->raw && rc == DESCRY_ERR_UNSUPPORTED) /* libtiff may read it */
        return rc;
    descry_error ignored;
    for (size_t i = 0; rc && i < f->previews.count; i++)
        if (!is_large(f, &f->previews.list[i]) && read_preview(f, picture, &f->previews.list[i], &ignored) == 0)
            rc = 0;
    return rc;
}

static int open_by_libraw(file *f)
{
    if (DESCRY_PRECHECK(!directories_fit(f->bytes, f->size)))
        return descry_fail(&f->why, DESCRY_ERR_FORMAT, "%s: damaged camera RAW: its directories do not lie in the file",
                           f->name);
    f->raw = libraw_init(LIBRAW_OPIONS_NO_MEMERR_CALLBACK | LIBRAW_OPIONS_NO_DATAERR_CALLBACK);
    if (!f->raw)
        return descry_fail_memory(&f->why);
    uint64_t megabytes = (f->limits->max_pixels >> 20) * 8 + 64;
#if LIBRAW_COMPILE_CHECK_VERSION_NOTLESS(0, 21)
    f->raw->rawparams.max_raw_memory_mb = megabytes > 1u << 20 ? 1u << 20 : (unsigned)megabytes;
#else
    f->raw->params.max_raw_memory_mb = megabytes > 1u << 20 ? 1u << 20 : (unsigned)megabytes;
#endif
    f->raw->params.half_size = 1;
    f->raw->params.use_camera_wb = 1;
    f->raw->params.output_bps = 8;
    f->raw->params.gamm[0] = 1 / 2.4; /* sRGB's curve (IEC 61966-2-1), LibRaw's own is BT.709's */
    f->raw->params.gamm[1] = 12.92;
    int code = libraw_open_buffer(f->raw, (void *)(uintptr_t)f->bytes, f->size); /* which it only reads */
    if (!code)
        return 0;
    libraw_close(f->raw);
    f->raw = NULL;
    return fail(f->name, code, &f->why);
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    file f = {.bytes = bytes, .size = size, .name = name, .limits = limits};
    int rc = descry_raw_find_previews(&f.previews, bytes, size, err);
    if (rc)
        return rc;
    f.closed = open_by_libraw(&f);
    if (f.closed == DESCRY_ERR_MEMORY)
        return descry_fail(err, f.closed, "%s", f.why.message);
    note_preview(&f, picture);
    f.orientation = descry_raw_read_metadata(picture, bytes, size);
    rc = read_best(&f, picture, err);
    if (f.raw)
        libraw_close(f.raw);
    return rc;
}

const descry_codec descry_codec_raw = {.decode = decode};
