/* SPDX-License-Identifier: Apache-2.0
 * PBM, PGM and PPM, plain and raw, decoded here: there is no common library for so little.
 * Source: the Netpbm manual pages pbm(5), pgm(5), ppm(5).  Samples are scaled as Pillow does: to 255, or, of a PGM with
 * more than 8 bits, to 65535. */
#include "base/error.h"
#include "image/codecs.h"

#include <math.h>
#include <stdint.h>

typedef struct reader {
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    descry_picture *picture;
    uint32_t maxval;
    descry_error *err;
} reader;

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int truncated(reader *r)
{
    return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: truncated PNM", r->name);
}

/* Whitespace and comments, which extend to the end of their line. */
static void skip_space(reader *r)
{
    for (; r->at < r->size; r->at++)
        if (r->bytes[r->at] == '#')
            while (r->at + 1 < r->size && r->bytes[r->at] != '\n' && r->bytes[r->at] != '\r')
                r->at++;
        else if (!is_space(r->bytes[r->at]))
            return;
}

static int read_number(reader *r, uint32_t limit, uint32_t *value)
{
    skip_space(r);
    if (r->at == r->size)
        return truncated(r);
    *value = 0;
    size_t first = r->at;
    for (; r->at < r->size && r->bytes[r->at] >= '0' && r->bytes[r->at] <= '9'; r->at++) {
        *value = *value * 10 + (r->bytes[r->at] - '0');
        if (*value > limit)
            return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged PNM: a number above %lu", r->name, (unsigned long)limit);
    }
    if (r->at == first || (r->at < r->size && !is_space(r->bytes[r->at]) && r->bytes[r->at] != '#'))
        return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged PNM: no number where one should be", r->name);
    return 0;
}

static uint32_t scale(uint32_t value, uint32_t maxval, uint32_t out)
{
    return value >= maxval ? out : (uint32_t)nearbyint((double)value / maxval * out); /* Python's round() */
}

static void set_sample(descry_picture *p, size_t i, uint32_t value, uint32_t maxval)
{
    if (p->mode == DESCRY_MODE_I32)
        ((int32_t *)(void *)p->data)[i] = (int32_t)scale(value, maxval, 65535);
    else
        p->data[i] = (uint8_t)(maxval == 255 ? value : scale(value, maxval, 255));
}

static int read_plain_bits(reader *r, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        skip_space(r);
        if (r->at == r->size)
            return truncated(r);
        uint8_t c = r->bytes[r->at++];
        if (c != '0' && c != '1')
            return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged PNM: neither 0 nor 1", r->name);
        r->picture->data[i] = c == '1' ? 0 : 255; /* 1 is black */
    }
    return 0;
}

static int read_plain(reader *r, size_t count)
{
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++) {
        uint32_t value;
        rc = read_number(r, r->maxval, &value);
        if (!rc)
            set_sample(r->picture, i, value, r->maxval);
    }
    return rc;
}

static void read_bits(reader *r, size_t width, size_t height)
{
    const uint8_t *in = r->bytes + r->at;
    for (size_t y = 0; y < height; y++, in += (width + 7) / 8)
        for (size_t x = 0; x < width; x++)
            r->picture->data[y * width + x] = in[x / 8] >> (7 - x % 8) & 1 ? 0 : 255;
}

static void read_samples(reader *r, size_t count)
{
    const uint8_t *in = r->bytes + r->at;
    bool wide = r->maxval > 255;
    for (size_t i = 0; i < count; i++)
        set_sample(r->picture, i, wide ? (uint32_t)in[2 * i] << 8 | in[2 * i + 1] : in[i], r->maxval);
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.bytes = bytes, .size = size, .at = 2, .name = name, .picture = picture, .maxval = 1, .err = err};
    char kind = (char)bytes[1];
    bool plain = kind <= '3', bits = kind == '1' || kind == '4';
    uint32_t width, height;
    int rc = read_number(&r, 1u << 28, &width);
    rc = rc ? rc : read_number(&r, 1u << 28, &height);
    rc = rc || bits ? rc : read_number(&r, 65535, &r.maxval);
    if (rc)
        return rc;
    if (r.maxval == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged PNM: its highest value is 0", name);
    if (r.at == size)
        return truncated(&r);
    r.at++; /* exactly one whitespace character before the samples */
    descry_picture_mode mode = bits ? DESCRY_MODE_1 : kind == '3' || kind == '6' ? DESCRY_MODE_RGB
                             : r.maxval > 255 ? DESCRY_MODE_I32 : DESCRY_MODE_L;
    rc = descry_picture_check(width, height, name, limits, err);
    if (rc)
        return rc;
    uint64_t count = (uint64_t)width * height * (unsigned)descry_picture_bands(mode);
    uint64_t need = plain ? bits ? count : 2 * count - 1 : bits ? (uint64_t)((width + 7) / 8) * height
                                                                : r.maxval > 255 ? 2 * count : count;
    if (need > size - r.at)
        return truncated(&r);
    rc = descry_picture_create(picture, width, height, mode, name, limits, err);
    if (rc)
        return rc;
    picture->shift = 8;
    if (plain)
        return bits ? read_plain_bits(&r, (size_t)count) : read_plain(&r, (size_t)count);
    if (bits)
        read_bits(&r, width, height);
    else
        read_samples(&r, (size_t)count);
    return 0;
}

const descry_codec descry_codec_pnm = {.decode = decode};
