/* SPDX-License-Identifier: Apache-2.0
 * WebP by libwebp; of an animation the first frame, on its canvas, which is transparent black elsewhere. */
#include "base/error.h"
#include "image/codecs.h"

#include <stdio.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

static int damaged(const char *name, const char *why, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged WebP: %s", name, why);
}

static void read_metadata(descry_picture *picture, WebPDemuxer *demux)
{
    WebPChunkIterator chunk;
    int orientation = 0;
    if (WebPDemuxGetChunk(demux, "EXIF", 1, &chunk)) {
        orientation = descry_picture_note_exif(picture, chunk.chunk.bytes, chunk.chunk.size);
        WebPDemuxReleaseChunkIterator(&chunk);
    }
    if (WebPDemuxGetChunk(demux, "XMP ", 1, &chunk)) {
        int said = descry_picture_note_xmp(picture, chunk.chunk.bytes, chunk.chunk.size);
        orientation = orientation ? orientation : said;
        WebPDemuxReleaseChunkIterator(&chunk);
    }
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
        read_metadata(picture, demux);
        if (WebPDemuxGetFrame(demux, 1, &frame)) {
            rc = read_frame(picture, &frame, name, err);
            WebPDemuxReleaseIterator(&frame);
        } else
            rc = damaged(name, "it has no picture", err);
    }
    WebPDemuxDelete(demux);
    return rc;
}

static const char *library(void)
{
    return "WebP (libwebp " DESCRY_WITH_WEBP ")";
}

const descry_codec descry_codec_webp = {decode, library};
