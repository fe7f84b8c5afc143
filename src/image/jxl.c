/* SPDX-License-Identifier: Apache-2.0
 * JPEG XL by libjxl: the first frame, turned upright by libjxl (the orientation is part of the code stream; EXIF only
 * repeats it), in 8 bits.  Boxes: ISO/IEC 18181-2. */
#include "base/error.h"
#include "base/memory.h"
#include "image/boxes.h"
#include "image/codecs.h"
#include "image/formats.h"

#include <jxl/decode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    JxlDecoder *decoder;
    descry_picture *picture;
    JxlPixelFormat format;
    bool converts; /* the pixels are not stored in the profile's colour space */
    const char *name;
    const descry_limits *limits;
    descry_error *err;
} reader;

static int fail(reader *r, const char *why)
{
    return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged JPEG XL: %s", r->name, why);
}

/* ---- the cost of decoding ---------------------------------------------------------------------------------------- */

/* A picture is composed of layers, frames of duration 0; each may be larger than it, and take a few bytes.  Extra channels of
 * any kind are decoded, too, at up to 20 bytes a pixel. */
static int count_layers(reader *r, JxlDecoder *decoder)
{
    enum { MOST_EXTRA = 8, EACH = 1 << 14, FREE = 1 << 26, TIMES = 8 };
    JxlBasicInfo info = {0};
    JxlFrameHeader frame;
    for (uint64_t pixels = 0;;)
        switch (JxlDecoderProcessInput(decoder)) {
        case JXL_DEC_BASIC_INFO:
            if (JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS)
                return fail(r, "no header");
            int rc = descry_picture_check(info.xsize, info.ysize, r->name, r->limits, r->err);
            if (rc)
                return rc;
            if (info.num_extra_channels > MOST_EXTRA)
                return descry_fail(r->err, DESCRY_ERR_UNSUPPORTED, "%s: a JPEG XL of %u extra channels is not read", r->name,
                                   (unsigned)info.num_extra_channels);
            break;
        case JXL_DEC_FRAME:
            if (JxlDecoderGetFrameHeader(decoder, &frame) != JXL_DEC_SUCCESS)
                return fail(r, "no frame");
            pixels += (uint64_t)frame.layer_info.xsize * frame.layer_info.ysize + EACH;
            if (pixels > TIMES * (uint64_t)info.xsize * info.ysize + FREE)
                return descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: JPEG XL of layers with many more pixels than the picture has",
                                   r->name);
            if (frame.duration > 0 || frame.is_last)
                return 0;
            break;
        default: /* the end, or an error, which read_frame will report */
            return 0;
        }
}

static int check(reader *r, const uint8_t *bytes, size_t size)
{
    JxlDecoder *decoder = JxlDecoderCreate(NULL);
    if (!decoder)
        return descry_fail_memory(r->err);
    int rc = 0;
    if (JxlDecoderSubscribeEvents(decoder, JXL_DEC_BASIC_INFO | JXL_DEC_FRAME) != JXL_DEC_SUCCESS ||
        JxlDecoderSetCoalescing(decoder, JXL_FALSE) != JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(decoder, bytes, size) != JXL_DEC_SUCCESS)
        rc = fail(r, "no decoder");
    JxlDecoderCloseInput(decoder);
    rc = rc ? rc : count_layers(r, decoder);
    JxlDecoderDestroy(decoder);
    return rc;
}

/* ---- the picture ------------------------------------------------------------------------------------------------- */

static int begin(reader *r)
{
    JxlBasicInfo info;
    if (JxlDecoderGetBasicInfo(r->decoder, &info) != JXL_DEC_SUCCESS)
        return fail(r, "no header");
    bool alpha = info.alpha_bits > 0, grey = info.num_color_channels == 1;
    r->format = (JxlPixelFormat){(grey ? 1u : 3u) + alpha, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    r->converts = !info.uses_original_profile;
    descry_picture_mode mode = grey ? alpha ? DESCRY_MODE_LA : DESCRY_MODE_L : alpha ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB;
    if (r->picture->data)
        return fail(r, "two headers");
    return descry_picture_create(r->picture, info.xsize, info.ysize, mode, r->name, r->limits, r->err);
}

/* libjxl converts to the profile's colour space if it is an enumerated one; for an ICC profile it outputs linear light, unless
 * sRGB is requested. */
static void choose_colours(reader *r)
{
    JxlColorEncoding colours;
    bool named = JxlDecoderGetColorAsEncodedProfile(r->decoder, NULL, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &colours) ==
                 JXL_DEC_SUCCESS;
    if (!r->converts || (named && colours.transfer_function != JXL_TRANSFER_FUNCTION_LINEAR))
        return;
    colours = (JxlColorEncoding){.color_space = r->format.num_channels < 3 ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB,
                                 .white_point = JXL_WHITE_POINT_D65,
                                 .primaries = JXL_PRIMARIES_SRGB,
                                 .transfer_function = JXL_TRANSFER_FUNCTION_SRGB,
                                 .rendering_intent = JXL_RENDERING_INTENT_PERCEPTUAL};
    JxlDecoderSetPreferredColorProfile(r->decoder, &colours);
}

static int set_output(reader *r)
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

static int read_frame(reader *r, const uint8_t *bytes, size_t size)
{
    int events = JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE;
    if (JxlDecoderSubscribeEvents(r->decoder, events) != JXL_DEC_SUCCESS ||
        JxlDecoderSetUnpremultiplyAlpha(r->decoder, JXL_TRUE) != JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(r->decoder, bytes, size) != JXL_DEC_SUCCESS)
        return fail(r, "no decoder");
    JxlDecoderCloseInput(r->decoder);
    int rc = 0;
    while (!rc)
        switch (JxlDecoderProcessInput(r->decoder)) {
        case JXL_DEC_BASIC_INFO:
            rc = begin(r);
            break;
        case JXL_DEC_COLOR_ENCODING:
            choose_colours(r);
            break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            rc = set_output(r);
            break;
        case JXL_DEC_FULL_IMAGE: /* further frames are ignored */
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

/* ---- metadata ---------------------------------------------------------------------------------------------------- */

enum { MOST_UNPACKED = 64 << 20 }; /* bytes, of all boxes of a type together */

static void add_metadata(descry_picture *picture, bool exif, const uint8_t *data, size_t size)
{
    if (exif)
        descry_picture_add_exif_item(picture, data, size);
    else
        descry_picture_add_xmp(picture, data, size);
}

/* Doubles the buffer, up to `most`; false: at the limit, or out of memory. */
static bool grow(uint8_t **out, size_t *room, size_t most)
{
    size_t more = *room == 0 ? 65536 : *room > most / 2 ? most : *room * 2;
    uint8_t *larger = more > most || more == *room ? NULL : realloc(*out, more);
    if (!larger)
        return false;
    *out = larger;
    *room = more;
    return true;
}

/* Decompresses a box (of at least 4 bytes) with libjxl, to at most `most` bytes, owned by the caller; NULL: none.  libjxl is
 * given a file that contains only this box. */
static uint8_t *unpack(const descry_span *packed, size_t most, size_t *size)
{
    *size = 0;
    uint8_t head[45] = "\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14" "ftypjxl \0\0\0\0jxl ....brob....";
    if (packed->size > UINT32_MAX - 8)
        return NULL;
    for (int i = 0; i < 4; i++) {
        head[32 + i] = (uint8_t)((packed->size + 8) >> (24 - 8 * i));
        head[40 + i] = packed->at[i];
    }
    JxlDecoder *decoder = JxlDecoderCreate(NULL);
    uint8_t *out = NULL;
    size_t room = 0;
    bool going = decoder && JxlDecoderSubscribeEvents(decoder, JXL_DEC_BOX) == JXL_DEC_SUCCESS &&
                 JxlDecoderSetDecompressBoxes(decoder, JXL_TRUE) == JXL_DEC_SUCCESS && /* fails without Brotli */
                 JxlDecoderSetInput(decoder, head, sizeof head - 1) == JXL_DEC_SUCCESS;
    bool begun = false, ours = false;
    while (going) {
        JxlDecoderStatus status = JxlDecoderProcessInput(decoder);
        JxlBoxType type;
        if (status == JXL_DEC_NEED_MORE_INPUT && !begun) {
            going = JxlDecoderReleaseInput(decoder) == 0 &&
                    JxlDecoderSetInput(decoder, packed->at + 4, packed->size - 4) == JXL_DEC_SUCCESS;
            begun = true;
        } else if (status == JXL_DEC_BOX) {
            ours = JxlDecoderGetBoxType(decoder, type, JXL_FALSE) == JXL_DEC_SUCCESS && memcmp(type, "brob", 4) == 0;
            going = !ours || (grow(&out, &room, most) && JxlDecoderSetBoxBuffer(decoder, out, room) == JXL_DEC_SUCCESS);
        } else { /* at the limit, or at the end of the box or an error */
            *size = ours ? room - JxlDecoderReleaseBoxBuffer(decoder) : 0;
            going = ours && status == JXL_DEC_BOX_NEED_MORE_OUTPUT && grow(&out, &room, most) &&
                    JxlDecoderSetBoxBuffer(decoder, out + *size, room - *size) == JXL_DEC_SUCCESS;
        }
    }
    if (decoder)
        JxlDecoderDestroy(decoder);
    return out;
}

/* Boxes of one type, compressed or not, anywhere: libjxl itself would decode all frames to reach the last ones. */
static void read_boxes(descry_picture *picture, uint32_t type, const uint8_t *bytes, size_t size)
{
    size_t most = MOST_UNPACKED;
    descry_span boxes = {bytes, size, false}, body;
    for (uint32_t each; (each = descry_box_next(&boxes, &body)) != 0;) {
        descry_span rest = body;
        bool exif = type == DESCRY_FOURCC('E', 'x', 'i', 'f');
        if (each == type)
            add_metadata(picture, exif, body.at, body.size);
        if (each != DESCRY_FOURCC('b', 'r', 'o', 'b') || descry_span_number(&rest, 4) != type)
            continue;
        size_t unpacked;
        uint8_t *data = unpack(&body, most, &unpacked);
        if (data)
            add_metadata(picture, exif, data, unpacked);
        most -= unpacked;
        free(data);
    }
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.picture = picture, .name = name, .limits = limits, .err = err};
    int rc = DESCRY_PRECHECK(check(&r, bytes, size));
    if (rc)
        return rc;
    r.decoder = JxlDecoderCreate(NULL);
    if (!r.decoder)
        return descry_fail_memory(err);
    rc = read_frame(&r, bytes, size);
    JxlDecoderDestroy(r.decoder);
    if (rc || bytes[0] == 0xFF) /* no boxes: a bare code stream */
        return rc;
    read_boxes(picture, DESCRY_FOURCC('E', 'x', 'i', 'f'), bytes, size);
    read_boxes(picture, DESCRY_FOURCC('x', 'm', 'l', ' '), bytes, size);
    return 0;
}

const descry_codec descry_codec_jxl = {.decode = decode};
