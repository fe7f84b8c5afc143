/* SPDX-License-Identifier: Apache-2.0
 * Windows and OS/2 bitmaps, decoded here: there is no common library for them.
 * Source: Microsoft's "Bitmap Storage" (BITMAPFILEHEADER, BITMAPCOREHEADER to BITMAPV5HEADER, bitmap compression).
 * Modes as in Pillow: a palette of greys in order is no palette, the fourth byte of 32 bits is alpha only with a mask. */
#include "base/error.h"
#include "image/codecs.h"

#include <stdint.h>
#include <string.h>

enum { RGB = 0, RLE8 = 1, RLE4 = 2, BITFIELDS = 3, JPEG = 4, PNG = 5, ALPHABITFIELDS = 6 };

typedef struct reader {
    const uint8_t *bytes;
    size_t size, at; /* `at`: where the pixels begin */
    const char *name;
    descry_picture *picture;
    uint32_t width, height, bits, compression, colours;
    uint32_t masks[4]; /* red, green, blue, alpha */
    bool top_down;
    descry_error *err;
} reader;

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | get16(p + 2) << 16;
}

static int fail(reader *r, const char *why)
{
    return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged BMP: %s", r->name, why);
}

static int unsupported(reader *r, const char *what, uint32_t value)
{
    return descry_fail(r->err, DESCRY_ERR_UNSUPPORTED, "%s: a BMP with %s %lu is not read", r->name, what,
                       (unsigned long)value);
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

static int read_masks(reader *r, uint32_t header, size_t *after)
{
    if (r->compression == RGB) {
        static const uint32_t five[4] = {0x7C00, 0x3E0, 0x1F, 0}, eight[4] = {0xFF0000, 0xFF00, 0xFF, 0};
        memcpy(r->masks, r->bits == 16 ? five : eight, sizeof r->masks);
        return 0;
    }
    int count = header >= 56 || r->compression == ALPHABITFIELDS ? 4 : 3;
    if (header == 40) /* masks follow the header */
        *after += 4 * (size_t)count;
    if (r->size < 54 + 4 * (size_t)count)
        return fail(r, "truncated");
    for (int i = 0; i < count; i++)
        r->masks[i] = get32(r->bytes + 54 + 4 * i);
    if (r->bits == 32 && !(r->masks[0] | r->masks[1] | r->masks[2] | r->masks[3])) {
        static const uint32_t usual[4] = {0xFF0000, 0xFF00, 0xFF, 0xFF000000};
        memcpy(r->masks, usual, sizeof r->masks);
    }
    return 0;
}

static int read_header(reader *r, size_t *after)
{
    const uint8_t *h = r->bytes + 14;
    uint32_t header = get32(h);
    if (header > r->size - 14)
        return fail(r, "truncated");
    *after = 14 + (size_t)header;
    if (header == 12) {
        r->width = get16(h + 4);
        r->height = get16(h + 6);
        r->bits = get16(h + 10);
    } else {
        r->width = get32(h + 4);
        r->height = get32(h + 8);
        r->top_down = r->height >> 31;
        if (r->top_down)
            r->height = -r->height;
        r->bits = get16(h + 14);
        r->compression = get32(h + 16);
        r->colours = get32(h + 32);
    }
    if (r->width > INT32_MAX || r->height > INT32_MAX)
        return fail(r, "a negative size");
    if (r->bits != 1 && r->bits != 4 && r->bits != 8 && r->bits != 16 && r->bits != 24 && r->bits != 32)
        return unsupported(r, "bits per pixel:", r->bits);
    bool fits = r->compression == RGB || (r->compression == RLE8 && r->bits == 8) ||
                (r->compression == RLE4 && r->bits == 4) ||
                ((r->compression == BITFIELDS || r->compression == ALPHABITFIELDS) && r->bits >= 16 && header >= 40 &&
                 header != 64);
    if (!fits)
        return unsupported(r, "compression", r->compression);
    return r->bits >= 16 ? read_masks(r, header, after) : 0;
}

/* The palette after the header; `entry` bytes each.  Sets the mode. */
static int read_palette(reader *r, size_t *after, descry_picture_mode *mode)
{
    size_t entry = get32(r->bytes + 14) == 12 ? 3 : 4, most = (size_t)1 << r->bits;
    size_t count = r->colours ? r->colours : most;
    if (count > 65536 || count * entry > r->size - *after)
        return fail(r, "truncated");
    const uint8_t *in = r->bytes + *after;
    *after += count * entry;
    bool grey = r->bits != 4 && (r->bits == 8 || count == 2);
    for (size_t i = 0; i < count; i++, in += entry) {
        uint8_t level = (uint8_t)(r->bits == 1 ? 255 * i : i);
        grey = grey && i < most && in[0] == level && in[1] == level && in[2] == level;
        if (i < most) {
            uint8_t *to = r->picture->palette + 3 * i;
            to[0] = in[2], to[1] = in[1], to[2] = in[0];
        }
    }
    *mode = grey ? r->bits == 1 ? DESCRY_MODE_1 : DESCRY_MODE_L : DESCRY_MODE_P;
    return 0;
}

/* ---- pixels ---------------------------------------------------------------------------------------------------- */

static uint8_t *row_of(reader *r, size_t y)
{
    descry_picture *p = r->picture;
    return p->data + (r->top_down ? y : (size_t)p->height - 1 - y) * (size_t)p->width * descry_picture_pixel(p->mode);
}

typedef struct channel {
    uint32_t mask, shift, most;
} channel;

static int find_channel(reader *r, uint32_t mask, channel *c)
{
    *c = (channel){.mask = mask};
    for (; mask && !(mask & 1); mask >>= 1)
        c->shift++;
    c->most = mask;
    return mask & (mask + 1) ? fail(r, "a colour mask with gaps") : 0;
}

static uint8_t value_of(uint32_t pixel, const channel *c)
{
    return c->most ? (uint8_t)((uint64_t)((pixel & c->mask) >> c->shift) * 255 / c->most) : 0;
}

static void indexed_row(reader *r, const uint8_t *in, uint8_t *out)
{
    uint32_t per_byte = 8 / r->bits, mask = (1u << r->bits) - 1;
    for (uint32_t x = 0; x < r->width; x++) {
        uint32_t index = in[x / per_byte] >> (8 - r->bits - x % per_byte * r->bits) & mask;
        out[x] = (uint8_t)(r->picture->mode == DESCRY_MODE_1 ? 255 * index : index);
    }
}

static void colour_row(reader *r, const channel *channels, const uint8_t *in, uint8_t *out)
{
    size_t bytes = r->bits / 8, bands = (size_t)descry_picture_bands(r->picture->mode);
    for (uint32_t x = 0; x < r->width; x++, in += bytes, out += bands) {
        uint32_t pixel = get16(in) | (bytes > 2 ? (uint32_t)in[2] << 16 : 0) | (bytes > 3 ? (uint32_t)in[3] << 24 : 0);
        for (size_t b = 0; b < bands; b++)
            out[b] = value_of(pixel, &channels[b]);
    }
}

static int read_plain(reader *r)
{
    channel channels[4];
    int rc = 0;
    for (int b = 0; b < 4 && !rc && r->bits >= 16; b++)
        rc = find_channel(r, r->masks[b], &channels[b]);
    if (rc)
        return rc;
    size_t stride = ((size_t)r->width * r->bits + 31) / 32 * 4;
    for (size_t y = 0; y < r->height; y++) {
        const uint8_t *in = r->bytes + r->at + y * stride;
        if (r->bits < 16)
            indexed_row(r, in, row_of(r, y));
        else
            colour_row(r, channels, in, row_of(r, y));
    }
    return 0;
}

/* One pixel; what is beyond the right edge is dropped. */
static void set_pixel(reader *r, size_t x, size_t y, uint32_t index)
{
    if (x < r->width && y < r->height)
        row_of(r, y)[x] = (uint8_t)index;
}

/* Absolute mode: uncompressed pixels, padded to an even number of bytes. */
static int read_absolute(reader *r, size_t x, size_t y, size_t count)
{
    size_t bytes = r->bits == 8 ? count : (count + 1) / 2;
    if (bytes > r->size - r->at)
        return fail(r, "truncated");
    const uint8_t *in = r->bytes + r->at;
    for (size_t i = 0; i < count; i++)
        set_pixel(r, x + i, y, r->bits == 8 ? in[i] : i & 1 ? in[i / 2] & 15 : in[i / 2] >> 4);
    bytes += bytes & 1;
    r->at = bytes < r->size - r->at ? r->at + bytes : r->size;
    return 0;
}

/* Skipped pixels stay 0.  The end marker may be missing once all rows are there. */
static int read_runs(reader *r)
{
    memset(r->picture->data, 0, (size_t)r->width * r->height);
    size_t x = 0, y = 0;
    while (y < r->height && !(y + 1 == r->height && x >= r->width && r->at == r->size)) {
        if (r->size - r->at < 2)
            return fail(r, "truncated");
        uint32_t count = r->bytes[r->at], value = r->bytes[r->at + 1];
        r->at += 2;
        if (count) {
            for (uint32_t i = 0; i < count; i++)
                set_pixel(r, x + i, y, r->bits == 8 ? value : i & 1 ? value & 15 : value >> 4);
            x += count;
        } else if (value == 0) {
            x = 0, y++;
        } else if (value == 1) {
            return y + 1 < r->height ? fail(r, "it ends before its last row") : 0;
        } else if (value == 2) {
            if (r->size - r->at < 2)
                return fail(r, "truncated");
            x += r->bytes[r->at];
            y += r->bytes[r->at + 1];
            r->at += 2;
        } else {
            int rc = read_absolute(r, x, y, value);
            if (rc)
                return rc;
            x += value;
        }
    }
    return 0;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.bytes = bytes, .size = size, .name = name, .picture = picture, .err = err};
    size_t after = 0;
    if (size < 26)
        return fail(&r, "truncated");
    int rc = read_header(&r, &after);
    descry_picture_mode mode = r.bits >= 16 && r.masks[3] ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB;
    if (!rc && r.bits < 16)
        rc = read_palette(&r, &after, &mode);
    rc = rc ? rc : descry_picture_check(r.width, r.height, name, limits, err);
    if (rc)
        return rc;
    uint32_t offset = get32(bytes + 10);
    r.at = offset ? offset : after;
    bool runs = r.compression == RLE4 || r.compression == RLE8;
    uint64_t need = ((uint64_t)r.width * r.bits + 31) / 32 * 4 * r.height;
    /* the padding of the last row may be missing */
    if (!runs && need)
        need -= (4 - ((uint64_t)r.width * r.bits + 7) / 8 % 4) % 4;
    if (r.at > size || (!runs && need > size - r.at))
        return fail(&r, "truncated");
    if (runs && r.height / 128 > size - r.at) /* four bytes skip 255 rows at most */
        return fail(&r, "truncated");
    rc = descry_picture_create(picture, r.width, r.height, mode, name, limits, err);
    if (rc)
        return rc;
    return runs ? read_runs(&r) : read_plain(&r);
}

const descry_codec descry_codec_bmp = {.decode = decode};
