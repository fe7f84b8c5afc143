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

/* The first chunk of this kind; NULL: none.  libwebp's own search believes the flags in VP8X, which some programs do not
 * set, and finds none in a file without VP8X. */
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
    int orientation = exif ? descry_picture_note_exif(picture, exif, length) : 0;
    const uint8_t *xmp = find_chunk(bytes, size, "XMP ", &length);
    int said = xmp ? descry_picture_note_xmp(picture, xmp, length) : 0;
    orientation = orientation ? orientation : said;
    picture->orientation = orientation ? orientation : 1;
}

static int read_frame(descry_picture *picture, const WebPIterator *frame, const char *name, descry_error *err)
{
    size_t pixel = descry_picture_pixel(picture->mode), stride = (size_t)picture->width * pixel;
    if (frame->x_offset < 0 || frame->y_offset < 0 || frame->width > picture->width - frame->x_offset ||
        frame->height > picture->height - frame->y_offset)
        return damaged(name, "a frame outside of its canvas", err);
    if (frame->width < picture->width || frame->height < picture->height)
        memset(picture->data, 0, stride * (size_t)picture->height);
    size_t first = (size_t)frame->y_offset * stride + (size_t)frame->x_offset * pixel;
    uint8_t *out = picture->data + first;
    size_t room = stride * (size_t)picture->height - first;
    uint8_t *done = picture->mode == DESCRY_MODE_RGBA
                        ? WebPDecodeRGBAInto(frame->fragment.bytes, frame->fragment.size, out, room, (int)stride)
                        : WebPDecodeRGBInto(frame->fragment.bytes, frame->fragment.size, out, room, (int)stride);
    return done ? 0 : damaged(name, "its pixels cannot be decoded", err);
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    WebPBitstreamFeatures features;
    WebPData data = {bytes, size};
    WebPIterator frame;
    if (WebPGetFeatures(bytes, size, &features) != VP8_STATUS_OK)
        return damaged(name, "its header is wrong or incomplete", err);
    WebPDemuxer *demux = WebPDemux(&data); /* NULL also when truncated */
    if (!demux)
        return damaged(name, "it is truncated or its parts do not fit", err);
    int rc = descry_picture_create(picture, WebPDemuxGetI(demux, WEBP_FF_CANVAS_WIDTH),
                                   WebPDemuxGetI(demux, WEBP_FF_CANVAS_HEIGHT),
                                   features.has_alpha ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB, name, limits, err);
    if (!rc) {
        read_metadata(picture, bytes, size);
        if (WebPDemuxGetFrame(demux, 1, &frame)) {
            rc = read_frame(picture, &frame, name, err);
            WebPDemuxReleaseIterator(&frame);
        } else
            rc = damaged(name, "it has no picture", err);
    }
    WebPDemuxDelete(demux);
    return rc;
}

const descry_codec descry_codec_webp = {.decode = decode};
