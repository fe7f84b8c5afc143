/* SPDX-License-Identifier: Apache-2.0
 * libheif decodes one coded picture at a time, from a file made here that contains nothing else: its handling of references,
 * derived pictures and transformations depends on its version, and not all of it is safe. */
#include "image/heif_coded.h"

#include "base/error.h"
#include "base/memory.h"

#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>

bool descry_heif_is_coded(uint32_t type)
{
    return type == DESCRY_FOURCC('h', 'v', 'c', '1') || type == DESCRY_FOURCC('h', 'e', 'v', '1') ||
           type == DESCRY_FOURCC('a', 'v', '0', '1');
}

static int fail(const char *name, struct heif_error why, descry_error *err)
{
    const char *message = why.message && *why.message ? why.message : "no reason is given";
    if (why.code == heif_error_Unsupported_feature || why.code == heif_error_Unsupported_filetype)
        return descry_fail(
            err, DESCRY_ERR_UNSUPPORTED,
            "%s: libheif: %s (decoders may be packages of their own, such as libheif-plugin-libde265 for "
            "HEIC and libheif-plugin-dav1d for AVIF)",
            name, message);
    if (why.code == heif_error_Memory_allocation_error)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: libheif: %s", name, message);
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the decoder of HEIF refuses its data: %s", name, message);
}

/* ---- the file of one picture ------------------------------------------------------------------------------------ */

static int append_number(descry_buf *out, uint64_t value, size_t bytes, descry_error *err)
{
    uint8_t number[8];
    for (size_t i = 0; i < bytes; i++)
        number[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    return descry_buf_append(out, number, bytes, err);
}

/* A box: its type, and its body in up to two parts. */
static int put_box(descry_buf *out, const char *type, const void *body, size_t size, const void *more, size_t more_size,
                   descry_error *err)
{
    int rc = append_number(out, 8 + (uint64_t)size + more_size, 4, err);
    rc = rc ? rc : descry_buf_append(out, type, 4, err);
    rc = rc ? rc : descry_buf_append(out, body, size, err);
    return rc ? rc : descry_buf_append(out, more, more_size, err);
}

static int put_properties(descry_buf *iprp, const descry_heif_item *item, const descry_heif_stream *stream, bool luma,
                          descry_error *err)
{
    /* unspecified colours, full range: alpha must not be converted */
    static const uint8_t full[11] = {'n', 'c', 'l', 'x', 0, 2, 0, 2, 0, 2, 0x80};
    static const uint8_t whose[] = {0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 3, 0x81, 2, 3};
    descry_buf ipco = {0}, ispe = {0};
    bool av1 = item->type == DESCRY_FOURCC('a', 'v', '0', '1');
    const void *colour = luma ? full : item->colour.at;
    size_t size = luma ? sizeof full : item->colour.size;
    int rc = append_number(&ispe, 0, 4, err);
    rc = rc ? rc : append_number(&ispe, stream->width, 4, err);
    rc = rc ? rc : append_number(&ispe, stream->height, 4, err);
    rc = rc ? rc : put_box(&ipco, av1 ? "av1C" : "hvcC", item->config.at, item->config.size, "", 0, err);
    rc = rc ? rc : put_box(&ipco, "ispe", ispe.data, ispe.size, "", 0, err);
    rc = rc ? rc : size ? put_box(&ipco, "colr", colour, size, "", 0, err) : put_box(&ipco, "free", "", 0, "", 0, err);
    rc = rc ? rc : put_box(iprp, "ipco", ipco.data, ipco.size, "", 0, err);
    rc = rc ? rc : put_box(iprp, "ipma", whose, sizeof whose, "", 0, err);
    descry_buf_free(&ipco);
    descry_buf_free(&ispe);
    return rc;
}

/* The data, with lengths of 4 bytes before HEVC's units, which libheif assumes. */
static int put_data(descry_buf *out, const descry_heif_item *item, descry_span data, descry_error *err)
{
    size_t length = item->config.size > 21 ? (item->config.at[21] & 3u) + 1 : 4;
    if (item->type == DESCRY_FOURCC('a', 'v', '0', '1') || length == 4)
        return descry_buf_append(out, data.at, data.size, err);
    int rc = 0;
    while (!rc && data.size) {
        descry_span unit = descry_span_part(&data, (size_t)descry_span_number(&data, length));
        rc = append_number(out, unit.size, 4, err);
        rc = rc || !unit.size ? rc : descry_buf_append(out, unit.at, unit.size, err);
    }
    return rc;
}

static int write_file(descry_buf *out, const descry_heif_item *item, const descry_heif_stream *stream, descry_span data,
                      bool luma, descry_error *err)
{
    static const uint8_t hdlr[25] = {0, 0, 0, 0, 0, 0, 0, 0, 'p', 'i', 'c', 't'}, pitm[6] = {[5] = 1};
    bool av1 = item->type == DESCRY_FOURCC('a', 'v', '0', '1');
    const char *type = av1 ? "av01" : "hvc1";
    uint8_t infe[] = {2, 0, 0, 0, 0, 1, 0, 0, (uint8_t)type[0], (uint8_t)type[1], (uint8_t)type[2], (uint8_t)type[3],
                      0};
    descry_buf meta = {0}, iinf = {0}, iprp = {0}, iloc = {0}, mdat = {0};
    static const uint8_t places[] = {0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, one[6] = {[5] = 1};
    int rc = put_box(&iinf, "infe", infe, sizeof infe, "", 0, err);
    rc = rc ? rc : put_properties(&iprp, item, stream, luma, err);
    rc = rc ? rc : append_number(&meta, 0, 4, err);
    rc = rc ? rc : put_box(&meta, "hdlr", hdlr, sizeof hdlr, "", 0, err);
    rc = rc ? rc : put_box(&meta, "pitm", pitm, sizeof pitm, "", 0, err);
    rc = rc ? rc : put_box(&meta, "iinf", one, sizeof one, iinf.data, iinf.size, err);
    rc = rc ? rc : put_box(&meta, "iprp", iprp.data, iprp.size, "", 0, err);
    /* ftyp 24, meta 8 and iloc 8 + sizeof places + 8, mdat 8 */
    uint64_t start = 24 + 8 + meta.size + 8 + sizeof places + 8 + 8;
    rc = rc ? rc : put_data(&mdat, item, data, err);
    rc = rc ? rc : append_number(&iloc, start, 4, err);
    rc = rc ? rc : append_number(&iloc, mdat.size, 4, err);
    rc = rc ? rc : put_box(&meta, "iloc", places, sizeof places, iloc.data, iloc.size, err);
    rc = rc ? rc : put_box(out, "ftyp", av1 ? "avif\0\0\0\0mif1avif" : "heic\0\0\0\0mif1heic", 16, "", 0, err);
    rc = rc ? rc : put_box(out, "meta", meta.data, meta.size, "", 0, err);
    rc = rc ? rc : put_box(out, "mdat", "", 0, mdat.data, mdat.size, err);
    descry_buf_free(&meta);
    descry_buf_free(&iinf);
    descry_buf_free(&iprp);
    descry_buf_free(&iloc);
    descry_buf_free(&mdat);
    return rc;
}

/* ---- pixels ----------------------------------------------------------------------------------------------------- */

/* One plane into one band, or three; `limited`: from 16 .. 235 to 0 .. 255, as Pillow and libavif do. */
static void copy_plane(descry_picture *picture, int64_t x0, int64_t y0, const uint8_t *plane, int64_t stride,
                       int64_t width, int64_t height, int depth, bool limited, int band, int bands)
{
    size_t pixel = (size_t)descry_picture_bands(picture->mode);
    int64_t left = x0 < 0 ? -x0 : 0, right = width < picture->width - x0 ? width : picture->width - x0;
    int shift = depth - 8;
    int64_t black = 16 << shift, range = 219 << shift, most = (1 << depth) - 1;
    for (int64_t y = y0 < 0 ? -y0 : 0; y < height && y < picture->height - y0; y++) {
        const uint8_t *in = plane + y * stride;
        uint8_t *out = picture->data + (size_t)((y0 + y) * picture->width + x0 + left) * pixel + band;
        for (int64_t x = left; x < right; x++, out += pixel) {
            uint16_t wide;
            int64_t value = in[shift ? 2 * x : x];
            if (shift) {
                memcpy(&wide, in + 2 * x, 2);
                value = wide;
            }
            if (limited) {
                value = ((value - black) * most + range / 2) / range;
                value = value < 0 ? 0 : value > most ? most : value;
            }
            for (int b = 0; b < bands; b++)
                out[b] = (uint8_t)(value >> shift);
        }
    }
}

static int copy_picture(descry_picture *picture, int64_t x, int64_t y, const struct heif_image *image,
                        const descry_heif_stream *stream, const char *name, descry_error *err)
{
    static const enum heif_channel colours[] = {heif_channel_R, heif_channel_G, heif_channel_B};
    bool grey = stream->grey, luma = picture->mode == DESCRY_MODE_L, limited = false;
    struct heif_color_profile_nclx *profile = NULL;
    if (grey && !luma && heif_image_get_nclx_color_profile(image, &profile).code == heif_error_Ok)
        limited = !profile->full_range_flag;
    heif_nclx_color_profile_free(profile);
    for (int c = 0; c < (grey || luma ? 1 : 3); c++) {
        enum heif_channel channel = grey ? heif_channel_Y : colours[c];
        int stride = 0, depth = heif_image_get_bits_per_pixel_range(image, channel);
        int64_t width = heif_image_get_width(image, channel), height = heif_image_get_height(image, channel);
        const uint8_t *plane = heif_image_get_plane_readonly(image, channel, &stride);
        if (!plane || width != stream->width || height != stream->height || depth < 8 || depth > 16 ||
            stride < width * (depth > 8 ? 2 : 1))
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: a picture of another size than it says",
                               name);
        copy_plane(picture, x, y, plane, stride, width, height, depth, limited, c, grey && !luma ? 3 : 1);
    }
    return 0;
}

static int decode_image(struct heif_context *context, const descry_buf *bytes, bool grey, struct heif_image **image,
                        const char *name, descry_error *err)
{
    struct heif_image_handle *handle = NULL;
    heif_context_set_max_decoding_threads(context, 0);             /* pictures are decoded in parallel already */
    heif_context_set_maximum_image_size_limit(context, INT32_MAX); /* checked already */
    struct heif_error why = heif_context_read_from_memory_without_copy(context, bytes->data, bytes->size, NULL);
    if (why.code == heif_error_Ok)
        why = heif_context_get_primary_image_handle(context, &handle);
    if (why.code == heif_error_Ok)
        why = heif_decode_image(handle, image, grey ? heif_colorspace_monochrome : heif_colorspace_RGB,
                                grey ? heif_chroma_monochrome : heif_chroma_444, NULL);
    heif_image_handle_release(handle);
    return why.code == heif_error_Ok ? 0 : fail(name, why, err);
}

int descry_heif_decode(const descry_heif_file *file, const descry_heif_item *item, descry_picture *picture, int64_t x,
                       int64_t y, descry_error *err)
{
    descry_heif_stream stream;
    descry_span data = {0};
    uint8_t *owned = NULL;
    descry_buf bytes = {0};
    struct heif_image *image = NULL;
    int rc = descry_heif_stream_read(&stream, file, item, err);
    rc = rc ? rc : descry_heif_data(file, item, &data, &owned, err);
    rc = rc ? rc : write_file(&bytes, item, &stream, data, picture->mode == DESCRY_MODE_L, err);
    free(owned);
    struct heif_context *context = rc ? NULL : heif_context_alloc();
    if (!rc && !context)
        rc = descry_fail_memory(err);
    rc = rc ? rc : decode_image(context, &bytes, stream.grey, &image, file->name, err);
    heif_context_free(context);
    descry_buf_free(&bytes);
    rc = rc ? rc : copy_picture(picture, x, y, image, &stream, file->name, err);
    heif_image_release(image);
    return rc;
}
