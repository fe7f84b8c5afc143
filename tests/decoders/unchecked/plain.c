/* SPDX-License-Identifier: Apache-2.0
 * In place of src/image/linked.c, in a worker without the checks in front of its codecs.  What descry's own PNG and HEIF code
 * does not show to libpng and libheif at all, the codecs here do: the whole file, as most programs would. */
#include "image/codecs.h"

#include "base/error.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#ifdef DESCRY_WITH_HEIF
#include <libheif/heif.h>
#endif

typedef struct reader {
    const uint8_t *bytes;
    size_t left;
    png_bytep *rows;
} reader;

static void fetch(png_structp png, png_bytep out, size_t count)
{
    reader *r = png_get_io_ptr(png);
    if (count > r->left)
        png_error(png, "truncated");
    memcpy(out, r->bytes, count);
    r->bytes += count;
    r->left -= count;
}

/* setjmp in a function of its own: what it must not forget is not local to it */
static int read_png(png_structp png, png_infop info, reader *r, descry_picture *picture, const char *name, const descry_limits *limits,
                    descry_error *err)
{
    if (setjmp(png_jmpbuf(png)))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged PNG", name);
    png_set_read_fn(png, r, fetch);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png, 0); /* 0: as much as it asks for */
    png_set_chunk_cache_max(png, 0);
    png_read_info(png, info);
    int rc = descry_picture_create(picture, png_get_image_width(png, info), png_get_image_height(png, info), DESCRY_MODE_RGB, name,
                                   limits, err);
    if (rc)
        return rc;
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    r->rows = calloc((size_t)picture->height, sizeof *r->rows);
    if (!r->rows)
        return descry_fail_memory(err);
    for (size_t y = 0; y < (size_t)picture->height; y++)
        r->rows[y] = picture->data + y * 3 * (size_t)picture->width;
    png_read_image(png, r->rows);
    png_read_end(png, info);
    return 0;
}

static int decode_png(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits,
                      descry_error *err)
{
    reader r = {.bytes = bytes, .left = size};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int rc = info ? read_png(png, info, &r, picture, name, limits, err) : descry_fail_memory(err);
    png_destroy_read_struct(&png, &info, NULL);
    free(r.rows);
    return rc;
}

#ifdef DESCRY_WITH_HEIF
static int decode_heif(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits,
                       descry_error *err)
{
    struct heif_context *context = heif_context_alloc();
    struct heif_image_handle *handle = NULL;
    struct heif_image *image = NULL;
    int rc = 0, stride = 0;
    if (!context)
        return descry_fail_memory(err);
    struct heif_error e = heif_context_read_from_memory_without_copy(context, bytes, size, NULL);
    if (e.code == heif_error_Ok)
        e = heif_context_get_primary_image_handle(context, &handle);
    if (e.code == heif_error_Ok)
        rc = descry_picture_check((uint64_t)heif_image_handle_get_width(handle), (uint64_t)heif_image_handle_get_height(handle), name,
                                  limits, err);
    if (e.code == heif_error_Ok && !rc)
        e = heif_decode_image(handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGB, NULL);
    if (e.code != heif_error_Ok)
        rc = descry_fail(err, e.code == heif_error_Memory_allocation_error ? DESCRY_ERR_MEMORY : DESCRY_ERR_FORMAT, "%s: HEIF: %s",
                         name, e.message);
    const uint8_t *rows = rc ? NULL : heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    if (!rc)
        rc = descry_picture_create(picture, (uint64_t)heif_image_get_width(image, heif_channel_interleaved),
                                   (uint64_t)heif_image_get_height(image, heif_channel_interleaved), DESCRY_MODE_RGB, name, limits, err);
    for (size_t y = 0; !rc && y < (size_t)picture->height; y++)
        memcpy(picture->data + y * 3 * (size_t)picture->width, rows + y * (size_t)stride, 3 * (size_t)picture->width);
    heif_image_release(image);
    heif_image_handle_release(handle);
    heif_context_free(context);
    return rc;
}
#endif

int descry_codecs_open(const descry_codecs **codecs, const char *name, descry_error *err)
{
    static const descry_codec png = {.decode = decode_png};
    static descry_codecs table;
    (void)name, (void)err;
    table = descry_codecs_table;
    table.codecs[DESCRY_FORMAT_PNG] = &png;
#ifdef DESCRY_WITH_HEIF
    static const descry_codec heif = {.decode = decode_heif};
    table.codecs[DESCRY_FORMAT_HEIF] = &heif;
#endif
    *codecs = &table;
    return 0;
}
