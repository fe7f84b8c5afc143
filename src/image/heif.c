/* SPDX-License-Identifier: Apache-2.0
 * HEIC and AVIF by libheif: the primary picture.  libheif turns and mirrors as the file says; an EXIF orientation, which
 * repeats this, is ignored, as the standard (ISO/IEC 23008-12) asks. */
#include "base/error.h"
#include "image/codecs.h"

#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *name, struct heif_error why, descry_error *err)
{
    const char *message = why.message ? why.message : "unknown";
    if (why.code == heif_error_Unsupported_feature || why.code == heif_error_Unsupported_filetype)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED,
                           "%s: libheif: %s (decoders may be packages of their own, such as libheif-plugin-libde265 for "
                           "HEIC and libheif-plugin-dav1d for AVIF)", name, message);
    return descry_fail(err, why.code == heif_error_Memory_allocation_error ? DESCRY_ERR_LIMIT : DESCRY_ERR_FORMAT,
                       "%s: damaged HEIF: %s", name, message);
}

static int copy_pixels(descry_picture *picture, const struct heif_image *image, bool alpha, const char *name,
                       const descry_limits *limits, descry_error *err)
{
    int stride = 0, width = heif_image_get_width(image, heif_channel_interleaved);
    int height = heif_image_get_height(image, heif_channel_interleaved);
    const uint8_t *plane = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    if (width < 0 || height < 0 || !plane)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: no pixels", name);
    int rc = descry_picture_create(picture, (uint64_t)width, (uint64_t)height, alpha ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB,
                                   name, limits, err);
    size_t row = (size_t)width * (alpha ? 4 : 3);
    if (!rc && (stride < 0 || (size_t)stride < row))
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: short rows", name);
    for (int y = 0; y < height && !rc; y++)
        memcpy(picture->data + (size_t)y * row, plane + (size_t)y * (size_t)stride, row);
    return rc;
}

static int read_primary(descry_picture *picture, const struct heif_image_handle *handle, const char *name,
                        const descry_limits *limits, descry_error *err)
{
    int width = heif_image_handle_get_width(handle), height = heif_image_handle_get_height(handle);
    bool alpha = heif_image_handle_has_alpha_channel(handle);
    struct heif_image *image = NULL;
    int rc = descry_picture_check(width < 0 ? 0 : (uint64_t)width, height < 0 ? 0 : (uint64_t)height, name, limits, err);
    if (rc)
        return rc;
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    if (!options)
        return descry_fail_memory(err);
    options->convert_hdr_to_8bit = 1;
    struct heif_error why = heif_decode_image(handle, &image, heif_colorspace_RGB,
                                              alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options);
    heif_decoding_options_free(options);
    if (why.code != heif_error_Ok)
        rc = fail(name, why, err);
    else
        rc = copy_pixels(picture, image, alpha, name, limits, err);
    heif_image_release(image);
    return rc;
}

static void read_exif(descry_picture *picture, const struct heif_image_handle *handle)
{
    heif_item_id id;
    uint8_t item[65536];
    if (heif_image_handle_get_list_of_metadata_block_IDs(handle, "Exif", &id, 1) != 1)
        return;
    size_t size = heif_image_handle_get_metadata_size(handle, id);
    if (size > sizeof item || heif_image_handle_get_metadata(handle, id, item).code != heif_error_Ok)
        return;
    descry_picture_note_exif_item(picture, item, size);
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    struct heif_context *context = heif_context_alloc();
    if (!context)
        return descry_fail_memory(err);
    heif_context_set_maximum_image_size_limit(context, limits->max_side > INT32_MAX ? INT32_MAX : (int)limits->max_side);
    heif_context_set_max_decoding_threads(context, 0); /* pictures are decoded side by side already */
    struct heif_image_handle *handle = NULL;
    struct heif_error why = heif_context_read_from_memory_without_copy(context, bytes, size, NULL);
    if (why.code == heif_error_Ok)
        why = heif_context_get_primary_image_handle(context, &handle);
    int rc = why.code == heif_error_Ok ? read_primary(picture, handle, name, limits, err) : fail(name, why, err);
    if (!rc)
        read_exif(picture, handle);
    heif_image_handle_release(handle);
    heif_context_free(context);
    return rc;
}

static const char *library(void)
{
    return "HEIC, AVIF (libheif " LIBHEIF_VERSION ")";
}

const descry_codec descry_codec_heif = {decode, library};
