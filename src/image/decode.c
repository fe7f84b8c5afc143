/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "image/codecs.h"
#include "image/formats.h"

static int find_codec(const descry_codec **codec, size_t format, const char *name, descry_error *err)
{
    const descry_codecs *module;
    *codec = format == DESCRY_FORMAT_BMP ? &descry_codec_bmp : format == DESCRY_FORMAT_PNM ? &descry_codec_pnm : NULL;
    if (*codec)
        return 0;
    int rc = descry_codecs_open(&module, name, err);
    if (!rc && !(*codec = module->codecs[format]))
        rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: the codecs of this descry are of another build, without %s", name,
                         descry_format_at(format)->name);
    return rc;
}

/* `enough` NULL: the whole picture or, with `peek`, everything but its pixels. */
static int read_picture(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                        const descry_limits *limits, int peek, const descry_enough *enough, descry_error *err)
{
    descry_picture_begin(picture);
    if (size == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the file is empty", name);
    int rc = DESCRY_ERR_UNSUPPORTED;
    const char *missing = NULL, *package = NULL;
    bool tried = false;
    for (size_t i = 0; rc == DESCRY_ERR_UNSUPPORTED && i < DESCRY_FORMATS; i++) {
        const descry_format *format = descry_format_at(i);
        if (!format->recognises(bytes, size))
            continue;
        if (!descry_codec_library(i)) {
            /* a camera's TIFF is not read as RAW: no picture is better than its thumbnail */
            missing = format->name;
            package = format->package;
            break;
        }
        descry_picture_free(picture);
        descry_picture_begin(picture);
        tried = true;
        const descry_codec *codec;
        rc = find_codec(&codec, i, name, err);
        if (rc)
            break;
        descry_decode *decode = peek && codec->peek ? codec->peek : codec->decode;
        rc = enough && codec->draft ? codec->draft(picture, bytes, size, name, limits, enough, err)
                                    : decode(picture, bytes, size, name, limits, err);
    }
    if (rc)
        descry_picture_free(picture);
    else if (!picture->whole_width) {
        picture->whole_width = picture->width;
        picture->whole_height = picture->height;
    }
    if (missing && rc)
        return descry_fail(err, rc, "%s: %s is not in this build; on Debian, install %s and build again", name, missing,
                           package);
    if (rc && !tried)
        return descry_fail(err, rc, "%s: not a picture in a format that is known", name);
    return rc;
}

int descry_picture_decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                          const descry_limits *limits, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 0, NULL, err);
}

int descry_picture_draft(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                         const descry_limits *limits, const descry_enough *enough, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 0, enough, err);
}

int descry_picture_peek(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                        const descry_limits *limits, descry_error *err)
{
    return read_picture(picture, bytes, size, name, limits, 1, NULL, err);
}

const char *descry_picture_format(size_t index)
{
    for (size_t i = 0; i < DESCRY_FORMATS; i++)
        if (descry_codec_library(i) && index-- == 0)
            return descry_codec_library(i);
    return NULL;
}
