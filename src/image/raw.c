/* SPDX-License-Identifier: Apache-2.0
 * Camera RAW by LibRaw: the preview that the camera embedded, when it is large enough; else the sensor's data at half
 * its size, developed with the camera's white balance. */
#include "base/error.h"
#include "image/codecs.h"

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

static int read_preview(libraw_data_t *raw, descry_picture *picture, const char *name, const descry_limits *limits,
                        descry_error *err)
{
    int code = libraw_unpack_thumb(raw);
    if (code)
        return fail(name, code, err);
    const libraw_thumbnail_t *preview = &raw->thumbnail;
    if (!preview->thumb)
        return fail(name, LIBRAW_NO_THUMBNAIL, err);
    int rc = DESCRY_ERR_UNSUPPORTED;
    if (preview->tformat == LIBRAW_THUMBNAIL_JPEG && preview->tlength > 0)
        rc = descry_codec_jpeg.decode(picture, (const uint8_t *)preview->thumb, preview->tlength, name, limits, err);
    else if (preview->tformat == LIBRAW_THUMBNAIL_BITMAP)
        rc = copy_rgb(picture, preview->thumb, preview->tlength, preview->twidth, preview->theight,
                      preview->tcolors ? preview->tcolors : 3, name, limits, err);
    if (!rc)
        turn_preview(raw, picture);
    return rc;
}

/* LibRaw turns the result upright. */
static int develop(libraw_data_t *raw, descry_picture *picture, const char *name, const descry_limits *limits,
                   descry_error *err)
{
    int rc = descry_picture_check(raw->sizes.raw_width, raw->sizes.raw_height, name, limits, err);
    if (rc)
        return rc;
    int code = libraw_unpack(raw);
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

static int read_best(libraw_data_t *raw, descry_picture *picture, const char *name, const descry_limits *limits,
                     descry_error *err)
{
    descry_picture developed = {.orientation = 1};
    int rc = read_preview(raw, picture, name, limits, err), shorter = 0;
    if (!rc)
        shorter = picture->width < picture->height ? picture->width : picture->height;
    if (shorter >= ENOUGH || (shorter > 0 && shorter >= raw->sizes.width / 2 && shorter >= raw->sizes.height / 2))
        return 0;
    int other = develop(raw, &developed, name, limits, rc ? err : NULL);
    if (other) {
        descry_picture_free(&developed);
        return rc ? other : 0; /* a small preview is better than nothing */
    }
    descry_picture_free(picture);
    *picture = developed;
    return 0;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
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
    int code = libraw_open_buffer(raw, (void *)(uintptr_t)bytes, size); /* which it only reads */
    int rc = code ? fail(name, code, err) : read_best(raw, picture, name, limits, err);
    libraw_close(raw);
    return rc;
}

static const char *library(void)
{
    return "camera RAW (LibRaw " DESCRY_WITH_RAW ")";
}

const descry_codec descry_codec_raw = {decode, library};
