/* SPDX-License-Identifier: Apache-2.0
 * WebP by libwebp; of an animation the first frame, on its canvas, which is transparent black elsewhere. */
#include "base/error.h"
#include "image/codecs.h"
#include "image/formats.h"

#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

static int damaged(const char *name, const char *why, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged WebP: %s", name, why);
}

/* The first chunk of this kind; NULL: none.  libwebp's own search relies on the flags in VP8X, which some programs do not set,
 * and finds none in a file without VP8X. */
static const uint8_t *find_chunk(const uint8_t *bytes, size_t size, const char *kind, size_t *length)
{
    enum { RIFF = 12, HEAD = 8 };
    for (size_t at = RIFF; at <= size && size - at >= HEAD;) {
        size_t left = size - at - HEAD;
        *length = descry_format_number(bytes + at + 4, 4, false);
        if (*length > left)
            break;
        if (memcmp(bytes + at, kind, 4) == 0)
            return bytes + at + HEAD;
        at += HEAD + *length + *length % 2;
    }
    return NULL;
}

static void read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    size_t length;
    const uint8_t *exif = find_chunk(bytes, size, "EXIF", &length);
    int orientation = exif ? descry_picture_add_exif(picture, exif, length) : 0;
    const uint8_t *xmp = find_chunk(bytes, size, "XMP ", &length);
    int said = xmp ? descry_picture_add_xmp(picture, xmp, length) : 0;
    orientation = orientation ? orientation : said;
    picture->orientation = orientation ? orientation : 1;
}

/* A draft is scaled by libwebp, before it converts to RGB, which is faster. */
static int read_frame(descry_picture *picture, const WebPIterator *frame, const char *name, descry_error *err)
{
    size_t pixel = descry_picture_pixel(picture->mode), stride = (size_t)picture->width * pixel;
    size_t first = 0, room = stride * (size_t)picture->height;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this build is for another version of libwebp", name);
    if (picture->width < picture->whole_width || picture->height < picture->whole_height) {
        config.options.use_scaling = 1;
        config.options.scaled_width = picture->width;
        config.options.scaled_height = picture->height;
    } else if (frame->width < picture->width || frame->height < picture->height) {
        memset(picture->data, 0, room);
        first = (size_t)frame->y_offset * stride + (size_t)frame->x_offset * pixel;
    }
    config.output.colorspace = picture->mode == DESCRY_MODE_RGBA ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = (WebPRGBABuffer){.rgba = picture->data + first, .stride = (int)stride, .size = room - first};
    return WebPDecode(frame->fragment.bytes, frame->fragment.size, &config) == VP8_STATUS_OK
               ? 0
               : damaged(name, "its pixels cannot be decoded", err);
}

static int read_first(descry_picture *picture, const WebPIterator *frame, uint64_t width, uint64_t height, bool alpha,
                      const char *name, const descry_limits *limits, const descry_enough *enough, descry_error *err)
{
    if (frame->x_offset < 0 || frame->y_offset < 0 || (uint64_t)frame->x_offset + (uint64_t)frame->width > width ||
        (uint64_t)frame->y_offset + (uint64_t)frame->height > height)
        return damaged(name, "a frame outside of its canvas", err);
    /* when scaling, libwebp turns transparent pixels black: no drafts with alpha */
    bool scales = !alpha && (uint64_t)frame->width == width && (uint64_t)frame->height == height;
    unsigned eighths = enough && scales ? (unsigned)descry_picture_eighths(picture, width, height, enough) : 8;
    int rc = descry_picture_create(picture, (width * eighths + 7) / 8, (height * eighths + 7) / 8,
                                   alpha ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB, name, limits, err);
    picture->whole_width = (int)width;
    picture->whole_height = (int)height;
    return rc ? rc : read_frame(picture, frame, name, err);
}

static int draft(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                 const descry_limits *limits, const descry_enough *enough, descry_error *err)
{
    WebPBitstreamFeatures features;
    WebPData data = {bytes, size};
    WebPIterator frame;
    if (WebPGetFeatures(bytes, size, &features) != VP8_STATUS_OK)
        return damaged(name, "its header is wrong or incomplete", err);
    WebPDemuxer *demux = WebPDemux(&data); /* NULL also when truncated */
    if (!demux)
        return damaged(name, "it is truncated or its parts do not fit", err);
    uint64_t width = WebPDemuxGetI(demux, WEBP_FF_CANVAS_WIDTH), height = WebPDemuxGetI(demux, WEBP_FF_CANVAS_HEIGHT);
    int rc = descry_picture_check(width, height, name, limits, err);
    if (!rc) {
        read_metadata(picture, bytes, size);
        if (WebPDemuxGetFrame(demux, 1, &frame)) {
            rc = read_first(picture, &frame, width, height, features.has_alpha, name, limits, enough, err);
            WebPDemuxReleaseIterator(&frame);
        } else
            rc = damaged(name, "it has no picture", err);
    }
    WebPDemuxDelete(demux);
    return rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    return draft(picture, bytes, size, name, limits, NULL, err);
}

const descry_codec descry_codec_webp = {decode, NULL, draft};
