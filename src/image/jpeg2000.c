/* SPDX-License-Identifier: Apache-2.0
 * JPEG 2000 by OpenJPEG, JP2 files and bare code streams, in Pillow's modes. */
#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/jpeg2000_headers.h"

#include <math.h>
#include <openjpeg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    char message[200]; /* OpenJPEG's first error */
    opj_stream_t *stream;
    opj_codec_t *codec;
    opj_image_t *image;
    unsigned halvings;           /* that the file allows */
    const descry_enough *enough; /* NULL: all pixels */
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

/* The sample that covers a pixel, in `bits` bits; as in Pillow, rounded when there are more, shifted when fewer. */
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

static uint32_t divide_up(uint32_t value, uint32_t by) /* rounded up */
{
    return value / by + (value % by != 0);
}

/* The length of one axis at a resolution of 1 / 2^halvings: ITU-T T.800, (B-2) and (B-15). */
static uint32_t length_at(uint32_t from, uint32_t to, uint32_t every, unsigned halvings)
{
    uint32_t by = (uint32_t)1 << halvings;
    return divide_up(divide_up(to, every), by) - divide_up(divide_up(from, every), by);
}

/* How often to halve the sides: as often as the draft allows, while no component vanishes; not at all for samples of few bits,
 * since rounding at each size would turn grey into black or white. */
static unsigned choose_halvings(const reader *r, const descry_picture *picture)
{
    enum { FEWEST_BITS = 8 };
    const opj_image_t *image = r->image;
    unsigned halvings = 0, eighths = 8;
    if (r->enough)
        eighths = (unsigned)descry_picture_eighths(picture, image->x1 - image->x0, image->y1 - image->y0, r->enough);
    for (; eighths < 8 && halvings < r->halvings; eighths *= 2)
        halvings++;
    for (OPJ_UINT32 i = 0; i < image->numcomps; i++) {
        const opj_image_comp_t *c = &image->comps[i];
        if (c->prec < FEWEST_BITS || c->dx == 0 || c->dy == 0)
            return 0;
        while (halvings > 0 && (length_at(image->x0, image->x1, c->dx, halvings) == 0 ||
                                length_at(image->y0, image->y1, c->dy, halvings) == 0))
            halvings--;
    }
    return halvings;
}

/* Whether the components of a draft have the sizes that they should. */
static bool fits(const opj_image_t *image, unsigned halvings)
{
    for (OPJ_UINT32 i = 0; i < image->numcomps; i++) {
        const opj_image_comp_t *c = &image->comps[i];
        if (c->w != length_at(image->x0, image->x1, c->dx, halvings) || c->h != length_at(image->y0, image->y1, c->dy, halvings))
            return false;
    }
    return true;
}

/* ---- a draft's samples --------------------------------------------------------------------------------------------- */

typedef struct tap {
    size_t at[4];
    float weights[4];
    float value; /* of the current line */
} tap;

/* Weights of the samples around pixel `i` of `count`: a cubic with a = -0.5 (Keys 1981). */
static void set_tap(tap *t, size_t i, size_t count, uint32_t from, uint32_t whole, unsigned halvings)
{
    uint32_t by = (uint32_t)1 << halvings;
    double place = (((double)i + 0.5) * whole / (double)count - 0.5 + from) / by - divide_up(from, by), low = floor(place);
    float f = (float)(place - low), g = 1 - f;
    const float weights[4] = {-0.5f * f * g * g, 1 + f * f * (1.5f * f - 2.5f), 1 + g * g * (1.5f * g - 2.5f), -0.5f * g * f * f};
    for (int k = 0; k < 4; k++) {
        double at = low - 1 + k, last = (double)count - 1;
        t->at[k] = (size_t)(at < 0 ? 0 : at > last ? last : at);
        t->weights[k] = weights[k];
    }
}

/* A wavelet keeps every 2^halvings-th sample in place (T.800, annex F), at the edge of the area that it covers, not at its
 * centre, as the pixels of a smaller picture: that would shift the picture by up to half a pixel.  Resamples one axis of
 * `count` samples, `step` apart, in `lines` that are `next` apart; the whole has `whole` samples from `from` on. */
static int move_axis(reader *r, OPJ_INT32 *data, size_t count, size_t step, size_t lines, size_t next, uint32_t from,
                     uint32_t whole, unsigned halvings)
{
    tap *taps = descry_alloc(count, sizeof *taps);
    if (!taps)
        return descry_fail_memory(r->err);
    for (size_t i = 0; i < count; i++)
        set_tap(&taps[i], i, count, from, whole, halvings);
    for (; lines > 0; lines--, data += next) {
        for (size_t i = 0; i < count; i++)
            taps[i].value = (float)data[i * step];
        for (size_t i = 0; i < count; i++) {
            const tap *t = &taps[i];
            float sum = 0;
            for (int k = 0; k < 4; k++)
                sum += t->weights[k] * taps[t->at[k]].value;
            const float most = 2147483520; /* the largest float that fits an int32_t */
            sum = floorf(sum + 0.5f);
            data[i * step] = (OPJ_INT32)(sum < -most ? -most : sum > most ? most : sum);
        }
    }
    free(taps);
    return 0;
}

static int move_samples(reader *r, unsigned halvings)
{
    const opj_image_t *image = r->image;
    int rc = 0;
    for (OPJ_UINT32 i = 0; i < image->numcomps && !rc; i++) {
        opj_image_comp_t *c = &image->comps[i];
        rc = move_axis(r, c->data, c->w, 1, c->h, c->w, divide_up(image->x0, c->dx), length_at(image->x0, image->x1, c->dx, 0),
                       halvings);
        if (!rc)
            rc = move_axis(r, c->data, c->h, c->w, c->w, 1, divide_up(image->y0, c->dy), length_at(image->y0, image->y1, c->dy, 0),
                           halvings);
    }
    return rc;
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
    unsigned halvings = choose_halvings(r, picture);
    if (halvings > 0 && !opj_set_decoded_resolution_factor(r->codec, halvings))
        return fail(r, "fewer sizes than its header says");
    if (!opj_decode(r->codec, r->stream, r->image) || !opj_end_decompress(r->codec, r->stream))
        return fail(r, "truncated");
    if (image->numcomps == 0 || image->numcomps > DESCRY_JPEG2000_COMPONENTS) /* a palette may have added some */
        return fail(r, "too many components");
    rc = check_components(r);
    if (rc)
        return rc;
    if (halvings > 0 && !fits(image, halvings))
        return fail(r, "a component of another size than its header says");
    rc = halvings > 0 ? move_samples(r, halvings) : 0;
    if (rc)
        return rc;
    descry_picture_mode mode = modes[image->numcomps - 1];
    if (image->numcomps == 1 && image->comps[0].prec > 8)
        mode = DESCRY_MODE_I16;
    else if (image->numcomps == 4 && image->color_space == OPJ_CLRSPC_CMYK)
        mode = DESCRY_MODE_CMYK;
    picture->whole_width = (int)width;
    picture->whole_height = (int)height;
    rc = descry_picture_create(picture, length_at(image->x0, image->x1, 1, halvings), length_at(image->y0, image->y1, 1, halvings),
                               mode, r->name, limits, r->err);
    if (!rc)
        copy_samples(image, picture);
    return rc;
}

static int draft(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                 const descry_limits *limits, const descry_enough *enough, descry_error *err)
{
    reader r = {.bytes = bytes, .size = size, .name = name, .enough = enough, .err = err};
    opj_dparameters_t parameters;
    int rc = DESCRY_PRECHECK(descry_jpeg2000_check(bytes, size, name, limits, &r.halvings, err));
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
        descry_jpeg2000_read_metadata(picture, bytes, size); /* orientation is ignored, as by all readers of JPEG 2000 */
    return rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    return draft(picture, bytes, size, name, limits, NULL, err);
}

const descry_codec descry_codec_jpeg2000 = {decode, NULL, draft};
