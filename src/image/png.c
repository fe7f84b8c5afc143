/* SPDX-License-Identifier: Apache-2.0
 * PNG by libpng, in Pillow's modes. */
#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/formats.h"
#include "image/png_chunks.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Deflate's longest match, 258 bytes, takes at least two bits. */
enum { MAX_BITS_PER_BYTE = 1032 * 8 };

/* A chunk as it is fed to libpng: its length, and the checksum of a truncated one, are those of the data present. */
typedef struct feed {
    descry_png_chunks chunks;
    uint8_t head[8], sum[4];
    const uint8_t *data;
    size_t size, at; /* of data; offset from the first byte of the head */
    bool ended;      /* this is IEND */
} feed;

typedef struct reader {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t size;
    uint64_t coded; /* bytes of pixels */
    feed feed;
    const char *name;
    const descry_limits *limits;
    descry_picture *picture;
    png_bytep *rows;
    descry_error *err;
    int rc;
} reader;

/* An error after the last row only means that the file lacks its end. */
static bool has_all_rows(png_structp png, const reader *r)
{
    return png_get_interlace_type(png, r->info) == PNG_INTERLACE_NONE
               ? png_get_current_row_number(png) >= png_get_image_height(png, r->info)
               : png_get_current_pass_number(png) >= PNG_INTERLACE_ADAM7_PASSES;
}

static void fail(png_structp png, png_const_charp message)
{
    reader *r = png_get_error_ptr(png);
    if (!r->feed.ended)
        r->rc = descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged PNG: %s", r->name, message);
    else if (!r->rows || !has_all_rows(png, r))
        r->rc = descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: truncated PNG", r->name);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void put_number(uint8_t *to, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(number >> (24 - 8 * i));
}

static uint32_t checksum(const descry_png_chunk *chunk)
{
    return (uint32_t)crc32_z(crc32_z(0, chunk->type, 4), chunk->data, chunk->size);
}

/* The last chunk of a truncated file: its checksum is missing or wrong. */
static bool is_torn(const descry_png_chunk *chunk, descry_png_chunks behind)
{
    descry_png_chunk next;
    if (descry_png_next(&behind, &next) && next.whole)
        return false;
    return !chunk->whole || descry_format_number(chunk->data + chunk->size, 4, true) != checksum(chunk);
}

/* The rest of an interrupted copy may be zeros, which are valid codes. */
static size_t zeros_at_end(const descry_png_chunk *chunk)
{
    enum { FEW = 16 };
    size_t count = 0;
    while (count < chunk->size && chunk->data[chunk->size - 1 - count] == 0)
        count++;
    return count > FEW ? count : 0;
}

/* The next critical chunk.  Others are skipped: libpng would decompress and keep them. */
static void next_chunk(png_structp png, feed *f)
{
    descry_png_chunk chunk = {.type = (const uint8_t *)"IEND"};
    if (f->ended)
        png_error(png, "truncated");
    bool found = false;
    while (!found && descry_png_next(&f->chunks, &chunk))
        found = !(chunk.type[0] & 32);
    if (!found)
        chunk = (descry_png_chunk){.type = (const uint8_t *)"IEND"};
    if (descry_png_is(&chunk, "IDAT") && is_torn(&chunk, f->chunks)) {
        chunk.whole = false;
        chunk.size -= zeros_at_end(&chunk);
    }
    f->ended = descry_png_is(&chunk, "IEND");
    put_number(f->head, (uint32_t)chunk.size);
    memcpy(f->head + 4, chunk.type, 4);
    f->data = chunk.data;
    f->size = chunk.size;
    f->at = 0;
    if (chunk.whole)
        memcpy(f->sum, chunk.data + chunk.size, sizeof f->sum);
    else
        put_number(f->sum, checksum(&chunk));
}

static void fetch(png_structp png, png_bytep out, size_t count)
{
    feed *f = &((reader *)png_get_io_ptr(png))->feed;
    while (count > 0) {
        if (f->at == sizeof f->head + f->size + sizeof f->sum)
            next_chunk(png, f);
        bool head = f->at < sizeof f->head, data = !head && f->at < sizeof f->head + f->size;
        size_t begin = head ? 0 : sizeof f->head + (data ? 0 : f->size), skip = f->at - begin;
        const uint8_t *from = head ? f->head : data ? f->data : f->sum;
        size_t left = (head ? sizeof f->head : data ? f->size : sizeof f->sum) - skip;
        size_t n = count < left ? count : left;
        memcpy(out, from + skip, n);
        out += n;
        f->at += n;
        count -= n;
    }
}

/* Pillow's mode; of more than 8 bits only the high byte is kept, except in grey without alpha. */
static descry_picture_mode choose_mode(reader *r)
{
    int depth = png_get_bit_depth(r->png, r->info), colour = png_get_color_type(r->png, r->info);
    if (depth == 16 && colour == PNG_COLOR_TYPE_GRAY) {
        const uint16_t one = 1;
        if (*(const uint8_t *)&one)
            png_set_swap(r->png); /* little-endian machine */
        return DESCRY_MODE_I16;
    }
    if (depth == 16)
        png_set_strip_16(r->png);
    if (depth < 8 && colour == PNG_COLOR_TYPE_GRAY)
        png_set_expand_gray_1_2_4_to_8(r->png);
    else if (depth < 8)
        png_set_packing(r->png);
    switch (colour) {
    case PNG_COLOR_TYPE_GRAY:
        return depth == 1 ? DESCRY_MODE_1 : DESCRY_MODE_L;
    case PNG_COLOR_TYPE_PALETTE:
        return DESCRY_MODE_P;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        if (depth == 16)
            png_set_gray_to_rgb(r->png); /* Pillow has no 16-bit LA */
        return depth == 16 ? DESCRY_MODE_RGBA : DESCRY_MODE_LA;
    case PNG_COLOR_TYPE_RGB:
        return DESCRY_MODE_RGB;
    default:
        return DESCRY_MODE_RGBA;
    }
}

static void read_palette(reader *r)
{
    png_colorp colours;
    int count;
    if (!png_get_PLTE(r->png, r->info, &colours, &count))
        png_error(r->png, "no palette");
    for (int i = 0; i < count && i < 256; i++) {
        uint8_t *entry = r->picture->palette + 3 * i;
        entry[0] = colours[i].red;
        entry[1] = colours[i].green;
        entry[2] = colours[i].blue;
    }
}

static void read_all(reader *r)
{
    png_read_info(r->png, r->info);
    uint32_t width = png_get_image_width(r->png, r->info), height = png_get_image_height(r->png, r->info);
    uint32_t most = MAX_BITS_PER_BYTE / (uint32_t)(png_get_channels(r->png, r->info) * png_get_bit_depth(r->png, r->info));
    r->rc = descry_picture_check(width, height, r->name, r->limits, r->err);
    if (!r->rc)
        r->rc = descry_picture_check_density(width, height, r->coded, most, r->name, r->limits, r->err);
    if (r->rc)
        return;
    descry_picture_mode mode = choose_mode(r);
    r->rc = descry_picture_create(r->picture, width, height, mode, r->name, r->limits, r->err);
    if (r->rc)
        return;
    if (mode == DESCRY_MODE_P)
        read_palette(r);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    size_t row = png_get_rowbytes(r->png, r->info);
    if (row != (size_t)width * (size_t)descry_picture_bands(mode) * (mode == DESCRY_MODE_I16 ? 2 : 1))
        png_error(r->png, "unexpected layout");
    r->rows = descry_alloc(height, sizeof *r->rows);
    if (!r->rows) {
        r->rc = descry_fail_memory(r->err);
        return;
    }
    for (uint32_t y = 0; y < height; y++)
        r->rows[y] = r->picture->data + y * row;
    png_read_image(r->png, r->rows);
}

/* setjmp in a function of its own, without locals that longjmp could clobber */
static void read_guarded(reader *r)
{
    if (setjmp(png_jmpbuf(r->png)))
        return;
    png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours are checked, with a better message */
    png_set_read_fn(r->png, r, fetch);
    png_set_sig_bytes(r->png, DESCRY_PNG_SIGNATURE);
    read_all(r);
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.bytes = bytes, .size = size, .name = name, .limits = limits, .picture = picture, .err = err};
    int rc = descry_png_check(bytes, size, &r.coded, name, err);
    if (rc)
        return rc;
    descry_png_read_metadata(picture, bytes, size);
    r.feed = (feed){.chunks = descry_png_open(bytes, size)};
    r.feed.at = sizeof r.feed.head + sizeof r.feed.sum; /* an empty chunk, consumed */
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, fail, warn);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    if (!r.info) {
        png_destroy_read_struct(&r.png, NULL, NULL);
        return descry_fail_memory(err);
    }
    read_guarded(&r);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    free(r.rows);
    return r.rc;
}

const descry_codec descry_codec_png = {.decode = decode};
