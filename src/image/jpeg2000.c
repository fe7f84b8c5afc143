/* SPDX-License-Identifier: Apache-2.0
 * JPEG 2000 by OpenJPEG, JP2 files and bare code streams, in the modes that Pillow gives. */
#include "base/error.h"
#include "image/codecs.h"
#include "image/jpeg2000_headers.h"

#include <math.h>
#include <openjpeg.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    char message[200]; /* OpenJPEG's first */
    opj_stream_t *stream;
    opj_codec_t *codec;
    opj_image_t *image;
    descry_error *err;
} reader;

static OPJ_SIZE_T fetch(void *out, OPJ_SIZE_T count, void *arg)
{
    reader *r = arg;
    size_t n = count < r->size - r->at ? count : r->size - r->at;
    if (n == 0)
        return (OPJ_SIZE_T)-1;
    memcpy(out, r->bytes + r->at, n);
    r->at += n;
    return n;
}

static OPJ_OFF_T skip(OPJ_OFF_T count, void *arg)
{
    reader *r = arg;
    if (count < 0 || (uint64_t)count > r->size - r->at)
        return -1;
    r->at += (size_t)count;
    return count;
}

static OPJ_BOOL seek(OPJ_OFF_T offset, void *arg)
{
    reader *r = arg;
    if (offset < 0 || (uint64_t)offset > r->size)
        return OPJ_FALSE;
    r->at = (size_t)offset;
    return OPJ_TRUE;
}

static void note_error(const char *message, void *arg)
{
    reader *r = arg;
    if (!r->message[0])
        snprintf(r->message, sizeof r->message, "%.*s", (int)strcspn(message, "\n"), message);
}

static void ignore(const char *message, void *arg)
{
    (void)message, (void)arg;
}

static int fail(reader *r, const char *why)
{
    return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged JPEG 2000: %s", r->name, r->message[0] ? r->message : why);
}

/* ---- samples ----------------------------------------------------------------------------------------------------- */

/* The sample that covers a pixel, in `bits` bits; as Pillow, rounded when there are more, shifted when fewer. */
static uint32_t sample_at(const opj_image_comp_t *c, size_t x, size_t y, int bits)
{
    x /= c->dx, y /= c->dy;
    x = x < c->w ? x : c->w - 1;
    y = y < c->h ? y : c->h - 1;
    int64_t value = c->data[y * c->w + x], most = ((int64_t)1 << bits) - 1;
    int down = (int)c->prec - bits;
    value += c->sgnd ? (int64_t)1 << (c->prec - 1) : 0;
    value = down > 0 ? (value + ((int64_t)1 << (down - 1))) >> down : value * ((int64_t)1 << -down);
    return (uint32_t)(value < 0 ? 0 : value > most ? most : value);
}

static uint8_t rounded(double value)
{
    return (uint8_t)(value <= 0 ? 0 : value >= 255 ? 255 : value + 0.5);
}

/* Y, Cb, Cr to R, G, B in place: ITU-T T.871 */
static void to_rgb(uint8_t *pixel)
{
    double y = pixel[0], cb = pixel[1] - 128.0, cr = pixel[2] - 128.0;
    pixel[0] = rounded(y + 1.402 * cr);
    pixel[1] = rounded(y - 0.344136286 * cb - 0.714136286 * cr);
    pixel[2] = rounded(y + 1.772 * cb);
}

static void copy_samples(const opj_image_t *image, descry_picture *p)
{
    size_t bands = (size_t)descry_picture_bands(p->mode), width = (size_t)p->width;
    const opj_image_comp_t *c = image->comps;
    bool ycc = bands >= 3 && p->mode != DESCRY_MODE_CMYK &&
               (image->color_space == OPJ_CLRSPC_SYCC || image->color_space == OPJ_CLRSPC_EYCC ||
                (image->color_space != OPJ_CLRSPC_SRGB && (c[1].dx > c[0].dx || c[1].dy > c[0].dy)));
    for (size_t y = 0; y < (size_t)p->height; y++)
        for (size_t x = 0; x < width; x++) {
            size_t at = y * width + x;
            if (p->mode == DESCRY_MODE_I16) {
                ((uint16_t *)(void *)p->data)[at] = (uint16_t)sample_at(c, x, y, 16);
                continue;
            }
            for (size_t b = 0; b < bands; b++)
                p->data[at * bands + b] = (uint8_t)sample_at(&c[b], x, y, 8);
            if (ycc)
                to_rgb(p->data + at * bands);
        }
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static int check_components(reader *r)
{
    for (OPJ_UINT32 i = 0; i < r->image->numcomps; i++) {
        const opj_image_comp_t *c = &r->image->comps[i];
        if (!c->data || c->w == 0 || c->h == 0 || c->dx == 0 || c->dy == 0 || c->prec == 0 || c->prec > 31)
            return fail(r, "a component without samples");
    }
    return 0;
}

static int read_image(reader *r, descry_picture *picture, const descry_limits *limits)
{
    static const descry_picture_mode modes[] = {DESCRY_MODE_L, DESCRY_MODE_LA, DESCRY_MODE_RGB, DESCRY_MODE_RGBA};
    if (!opj_read_header(r->stream, r->codec, &r->image))
        return fail(r, "its header is wrong or incomplete");
    const opj_image_t *image = r->image;
    if (image->x1 <= image->x0 || image->y1 <= image->y0 || image->numcomps == 0 || image->numcomps > DESCRY_JPEG2000_COMPONENTS)
        return fail(r, "no size, or another than its header says");
    uint32_t width = image->x1 - image->x0, height = image->y1 - image->y0;
    int rc = descry_picture_check(width, height, r->name, limits, r->err);
    if (rc)
        return rc;
    if (!opj_decode(r->codec, r->stream, r->image) || !opj_end_decompress(r->codec, r->stream))
        return fail(r, "truncated");
    if (image->numcomps == 0 || image->numcomps > DESCRY_JPEG2000_COMPONENTS) /* a palette may have made more of them */
        return fail(r, "too many components");
    rc = check_components(r);
    if (rc)
        return rc;
    descry_picture_mode mode = modes[image->numcomps - 1];
    if (image->numcomps == 1 && image->comps[0].prec > 8)
        mode = DESCRY_MODE_I16;
    else if (image->numcomps == 4 && image->color_space == OPJ_CLRSPC_CMYK)
        mode = DESCRY_MODE_CMYK;
    rc = descry_picture_create(picture, width, height, mode, r->name, limits, r->err);
    if (!rc)
        copy_samples(image, picture);
    return rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.bytes = bytes, .size = size, .name = name, .err = err};
    opj_dparameters_t parameters;
    int rc = DESCRY_IN_FRONT(descry_jpeg2000_check(bytes, size, name, limits, err));
    if (rc)
        return rc;
    opj_set_default_decoder_parameters(&parameters);
    r.stream = opj_stream_create(OPJ_J2K_STREAM_CHUNK_SIZE, OPJ_TRUE);
    r.codec = opj_create_decompress(bytes[0] == 0xFF ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
    rc = r.stream && r.codec ? 0 : descry_fail_memory(err);
    if (!rc) {
        opj_stream_set_read_function(r.stream, fetch);
        opj_stream_set_skip_function(r.stream, skip);
        opj_stream_set_seek_function(r.stream, seek);
        opj_stream_set_user_data(r.stream, &r, NULL);
        opj_stream_set_user_data_length(r.stream, size);
        opj_set_error_handler(r.codec, note_error, &r);
        opj_set_warning_handler(r.codec, ignore, NULL);
        opj_set_info_handler(r.codec, ignore, NULL);
        if (opj_setup_decoder(r.codec, &parameters) && opj_decoder_set_strict_mode(r.codec, OPJ_TRUE))
            rc = read_image(&r, picture, limits);
        else
            rc = descry_fail_memory(err);
    }
    opj_image_destroy(r.image);
    opj_destroy_codec(r.codec);
    opj_stream_destroy(r.stream);
    if (!rc)
        descry_jpeg2000_note_metadata(picture, bytes, size); /* not how to turn it: nobody turns these */
    return rc;
}

const descry_codec descry_codec_jpeg2000 = {.decode = decode};
