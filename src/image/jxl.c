/* SPDX-License-Identifier: Apache-2.0
 * JPEG XL by libjxl: the first frame, turned upright by libjxl (the orientation is part of the code stream; EXIF only
 * repeats it), in 8 bits. */
#include "base/error.h"
#include "image/codecs.h"

#include <jxl/decode.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    JxlDecoder *decoder;
    descry_picture *picture;
    JxlPixelFormat format;
    uint8_t exif[65536]; /* of the box being read */
    bool in_exif;
    const char *name;
    const descry_limits *limits;
    descry_error *err;
} reader;

static int fail(reader *r, const char *why)
{
    return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged JPEG XL: %s", r->name, why);
}

static int begin(reader *r)
{
    JxlBasicInfo info;
    if (JxlDecoderGetBasicInfo(r->decoder, &info) != JXL_DEC_SUCCESS)
        return fail(r, "no header");
    bool alpha = info.alpha_bits > 0, grey = info.num_color_channels == 1;
    r->format = (JxlPixelFormat){(grey ? 1u : 3u) + alpha, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    descry_picture_mode mode = grey ? alpha ? DESCRY_MODE_LA : DESCRY_MODE_L : alpha ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB;
    if (r->picture->data)
        return fail(r, "two headers");
    return descry_picture_create(r->picture, info.xsize, info.ysize, mode, r->name, r->limits, r->err);
}

static int give_memory(reader *r)
{
    size_t size, have;
    descry_picture *p = r->picture;
    if (!p->data || JxlDecoderImageOutBufferSize(r->decoder, &r->format, &size) != JXL_DEC_SUCCESS)
        return fail(r, "no size");
    have = (size_t)p->width * (size_t)p->height * descry_picture_pixel(p->mode);
    if (size != have || JxlDecoderSetImageOutBuffer(r->decoder, &r->format, p->data, have) != JXL_DEC_SUCCESS)
        return fail(r, "another size than its header says");
    return 0;
}

static void end_box(reader *r)
{
    if (!r->in_exif)
        return;
    size_t left = JxlDecoderReleaseBoxBuffer(r->decoder);
    descry_picture_note_exif_item(r->picture, r->exif, sizeof r->exif - left);
    r->in_exif = false;
}

static void begin_box(reader *r)
{
    JxlBoxType type;
    end_box(r);
    if (JxlDecoderGetBoxType(r->decoder, type, JXL_TRUE) == JXL_DEC_SUCCESS && memcmp(type, "Exif", 4) == 0)
        r->in_exif = JxlDecoderSetBoxBuffer(r->decoder, r->exif, sizeof r->exif) == JXL_DEC_SUCCESS;
}

static int read_frame(reader *r, const uint8_t *bytes, size_t size)
{
    if (JxlDecoderSubscribeEvents(r->decoder, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE | JXL_DEC_BOX) != JXL_DEC_SUCCESS ||
        JxlDecoderSetUnpremultiplyAlpha(r->decoder, JXL_TRUE) != JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(r->decoder, bytes, size) != JXL_DEC_SUCCESS)
        return fail(r, "no decoder");
    JxlDecoderCloseInput(r->decoder);
    JxlDecoderSetDecompressBoxes(r->decoder, JXL_TRUE); /* a libjxl without Brotli leaves them unread */
    int rc = 0;
    while (!rc)
        switch (JxlDecoderProcessInput(r->decoder)) {
        case JXL_DEC_BASIC_INFO:
            rc = begin(r);
            break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            rc = give_memory(r);
            break;
        case JXL_DEC_BOX:
            begin_box(r);
            break;
        case JXL_DEC_BOX_NEED_MORE_OUTPUT: /* longer than any EXIF: without it */
            JxlDecoderReleaseBoxBuffer(r->decoder);
            r->in_exif = false;
            break;
        case JXL_DEC_FULL_IMAGE: /* what follows are further frames */
            end_box(r);
            return 0;
        case JXL_DEC_NEED_MORE_INPUT:
            return fail(r, "truncated");
        case JXL_DEC_SUCCESS:
            return fail(r, "no picture");
        default:
            return fail(r, "it cannot be decoded");
        }
    return rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.picture = picture, .name = name, .limits = limits, .err = err};
    r.decoder = JxlDecoderCreate(NULL);
    if (!r.decoder)
        return descry_fail_memory(err);
    int rc = read_frame(&r, bytes, size);
    JxlDecoderDestroy(r.decoder);
    return rc;
}

static const char *library(void)
{
    return "JPEG XL (libjxl " DESCRY_WITH_JXL ")";
}

const descry_codec descry_codec_jxl = {decode, library};
