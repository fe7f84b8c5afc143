/* SPDX-License-Identifier: Apache-2.0
 * GIF by giflib: the first frame, on the logical screen, as Pillow does it. */
#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"

#include <gif_lib.h>
#include <string.h>

/* LZW: a table of up to 4096 strings, each longer by one than the one before, in codes of 12 bits, never cleared. */
enum { MAX_PIXELS_PER_BYTE = 4096 * 8 / 12 };

typedef struct reader {
    GifFileType *gif;
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    const descry_limits *limits;
    descry_picture *picture;
    int clear; /* index of the transparent colour, or -1 */
    descry_error *err;
} reader;

static int fetch(GifFileType *gif, GifByteType *out, int count)
{
    reader *r = gif->UserData;
    size_t n = count < 0 ? 0 : (size_t)count;
    if (n > r->size - r->at)
        n = r->size - r->at;
    memcpy(out, r->bytes + r->at, n);
    r->at += n;
    return (int)n;
}

static int fail(reader *r, int code)
{
    const char *why = GifErrorString(code);
    return descry_fail(r->err, code == D_GIF_ERR_NOT_ENOUGH_MEM ? DESCRY_ERR_MEMORY : DESCRY_ERR_FORMAT,
                       "%s: damaged GIF: %s", r->name, why ? why : "unknown");
}

/* Extensions before the frame; only the one with the transparent colour is used. */
static int read_extension(reader *r)
{
    int code;
    GifByteType *block;
    if (DGifGetExtension(r->gif, &code, &block) == GIF_ERROR)
        return fail(r, r->gif->Error);
    if (code == GRAPHICS_EXT_FUNC_CODE && block && block[0] >= 4 && block[1] & 1)
        r->clear = block[4];
    while (block)
        if (DGifGetExtensionNext(r->gif, &block) == GIF_ERROR)
            return fail(r, r->gif->Error);
    return 0;
}

/* A palette of all greys in order is the mode L. */
static bool is_palette_needed(const ColorMapObject *map)
{
    for (int i = 0; i < map->ColorCount; i++) {
        const GifColorType *c = &map->Colors[i];
        if (c->Red != i || c->Green != i || c->Blue != i)
            return true;
    }
    return false;
}

static void copy_palette(descry_picture *picture, const ColorMapObject *map)
{
    for (int i = 0; i < map->ColorCount && i < 256; i++) {
        picture->palette[3 * i] = map->Colors[i].Red;
        picture->palette[3 * i + 1] = map->Colors[i].Green;
        picture->palette[3 * i + 2] = map->Colors[i].Blue;
    }
}

static int read_rows(reader *r, const GifImageDesc *box)
{
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2}; /* the four passes of an interlaced frame */
    descry_picture *p = r->picture;
    for (int pass = box->Interlace ? 0 : 4; pass < (box->Interlace ? 4 : 5); pass++)
        for (int y = pass < 4 ? first[pass] : 0; y < box->Height; y += pass < 4 ? step[pass] : 1) {
            uint8_t *row = p->data + (size_t)(box->Top + y) * (size_t)p->width + (size_t)box->Left;
            if (DGifGetLine(r->gif, row, box->Width) == GIF_ERROR)
                return fail(r, r->gif->Error);
        }
    return 0;
}

static int read_picture(reader *r)
{
    GifFileType *gif = r->gif;
    if (DGifGetImageDesc(gif) == GIF_ERROR)
        return fail(r, gif->Error);
    const GifImageDesc *box = &gif->Image;
    /* the screen is enlarged to contain the frame */
    int width = box->Left + box->Width, height = box->Top + box->Height;
    width = width > gif->SWidth ? width : gif->SWidth;
    height = height > gif->SHeight ? height : gif->SHeight;
    if (box->Width <= 0 || box->Height <= 0 || box->Left < 0 || box->Top < 0)
        return fail(r, D_GIF_ERR_NO_IMAG_DSCR);
    int rc = descry_picture_check((uint64_t)width, (uint64_t)height, r->name, r->limits, r->err);
    if (!rc)
        rc = DESCRY_PRECHECK(descry_picture_check_density((uint64_t)width, (uint64_t)height, r->size, MAX_PIXELS_PER_BYTE,
                                                          r->name, r->limits, r->err));
    if (rc)
        return rc;
    const ColorMapObject *map = box->ColorMap ? box->ColorMap : gif->SColorMap;
    bool needed = map && is_palette_needed(map);
    rc = descry_picture_create(r->picture, (uint64_t)width, (uint64_t)height, needed ? DESCRY_MODE_P : DESCRY_MODE_L, r->name,
                               r->limits, r->err);
    if (rc)
        return rc;
    if (needed)
        copy_palette(r->picture, map);
    if (box->Width < width || box->Height < height)
        memset(r->picture->data, r->clear < 0 ? 0 : r->clear, (size_t)width * (size_t)height);
    return read_rows(r, box);
}

static int read_all(reader *r)
{
    int rc = 0;
    for (GifRecordType type = UNDEFINED_RECORD_TYPE; !rc && type != IMAGE_DESC_RECORD_TYPE;) {
        if (DGifGetRecordType(r->gif, &type) == GIF_ERROR)
            return fail(r, r->gif->Error);
        if (type == TERMINATE_RECORD_TYPE)
            return fail(r, D_GIF_ERR_NO_IMAG_DSCR);
        if (type == EXTENSION_RECORD_TYPE)
            rc = read_extension(r);
        else if (type == IMAGE_DESC_RECORD_TYPE)
            rc = read_picture(r);
    }
    return rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    reader r = {.bytes = bytes, .size = size, .name = name, .limits = limits, .picture = picture, .clear = -1, .err = err};
    int code = 0;
    r.gif = DGifOpen(&r, fetch, &code);
    if (!r.gif)
        return fail(&r, code);
    int rc = read_all(&r);
    DGifCloseFile(r.gif, &code);
    return rc;
}

const descry_codec descry_codec_gif = {.decode = decode};
