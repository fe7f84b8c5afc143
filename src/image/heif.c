/* SPDX-License-Identifier: Apache-2.0
 * HEIC and AVIF: the primary picture, composed here from coded ones (ISO/IEC 23008-12, 6.5 and 6.6).  It is rotated and
 * mirrored by its properties; an EXIF orientation, which repeats these, is ignored, as the standard requires.
 *
 * Before anything is decoded, the tree of items of the picture is measured, with bounds on its depth, its number of
 * pictures and their pixels, in proportion to the picture's declared size. */
#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/convert.h"
#include "image/heif_coded.h"

#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>

#define TYPE DESCRY_FOURCC

enum { GRID = TYPE('g', 'r', 'i', 'd'), OVERLAY = TYPE('i', 'o', 'v', 'l'), IDENTITY = TYPE('i', 'd', 'e', 'n') };

typedef struct reader {
    descry_heif_file file;
    const descry_limits *limits;
    uint64_t pixels, pixels_allowed, bytes, bytes_allowed; /* totals of everything decoded or composed */
    size_t visits, coded;
    bool sized; /* pixels_allowed is known */
} reader;

/* The description of a grid or an overlay. */
typedef struct layout {
    uint32_t width, height, rows, columns;
    uint8_t colour[3];   /* of an overlay's canvas */
    descry_span offsets; /* of an overlay's pictures */
    size_t each;         /* bytes of an offset */
    size_t bytes;        /* of all its data */
    uint8_t *owned;      /* the buffer of that data, or NULL */
} layout;

typedef struct extent {
    uint32_t width, height; /* as displayed: after irot and clap */
    bool alpha;             /* a part of it has alpha */
} extent;

static int damaged(const reader *r, const char *what, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: %s", r->file.name, what);
}

/* Valid, but beyond the bounds of any real picture. */
static int over_bounds(const reader *r, const char *what, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_LIMIT, "%s: HEIF beyond what is read: %s", r->file.name, what);
}

/* ---- transformations -------------------------------------------------------------------------------------------- */

static bool fraction(descry_span *body, bool is_signed, int64_t *top, int64_t *bottom)
{
    uint32_t above = (uint32_t)descry_span_number(body, 4), below = (uint32_t)descry_span_number(body, 4);
    *top = is_signed ? (int64_t)(above ^ 0x80000000u) - 0x80000000LL : (int64_t)above;
    *bottom = below;
    for (; *bottom > 32767; *bottom /= 2) /* so that products cannot overflow; an error of a quarter of a pixel at most */
        *top /= 2;
    return !body->ended && below > 0 && below <= INT32_MAX && *top <= INT32_MAX;
}

/* The first pixel and the number of pixels that clap keeps along a side of `size`, rounded as by libheif: the first one down
 * for columns, to the nearest for rows.  False: none. */
static bool crop_side(descry_span length, descry_span offset, uint32_t size, bool nearest, int64_t *first,
                      int64_t *count)
{
    int64_t l, ld, o, od;
    if (!fraction(&length, false, &l, &ld) || !fraction(&offset, true, &o, &od))
        return false;
    /* o / od + (size - 1) / 2 - (l / ld - 1) / 2 */
    int64_t below = 2 * od * ld, above = 2 * o * ld + ((int64_t)size - 1) * od * ld - (l - ld) * od;
    int64_t from = (nearest ? above + below / 2 : above) / below, last = (l - ld + from * ld + ld / 2) / ld;
    from = from < 0 ? 0 : from;
    last = last >= size ? (int64_t)size - 1 : last;
    *first = from;
    *count = last - from + 1;
    return *count > 0;
}

typedef struct box {
    int64_t x, y, width, height;
} box;

static bool crop_box(descry_span clap, uint32_t width, uint32_t height, box *kept)
{
    descry_span across = descry_span_part(&clap, 8), down = descry_span_part(&clap, 8);
    descry_span right = descry_span_part(&clap, 8), below = descry_span_part(&clap, 8);
    return crop_side(across, right, width, false, &kept->x, &kept->width) &&
           crop_side(down, below, height, true, &kept->y, &kept->height);
}

/* As an EXIF orientation; 0: neither irot nor imir. */
static int orientation(uint32_t type, descry_span body)
{
    static const uint8_t left[] = {1, 8, 3, 6}; /* by quarter turns counterclockwise */
    unsigned value = (unsigned)descry_span_number(&body, 1);
    return type == TYPE('i', 'r', 'o', 't')   ? left[value & 3]
           : type == TYPE('i', 'm', 'i', 'r') ? value & 1 ? 2 : 4
                                              : 0;
}

/* The size after all transformations. */
static int turned_size(const reader *r, const descry_heif_item *item, uint32_t *width, uint32_t *height,
                       descry_error *err)
{
    if (item->more_turns)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: HEIF with more than %d transformations of a picture",
                           r->file.name, DESCRY_HEIF_TURNS);
    for (size_t i = 0; i < item->turn_count; i++) {
        int turn = orientation(item->turns[i].type, item->turns[i].body);
        uint32_t old = *width;
        box kept;
        if (turn >= 5) {
            *width = *height;
            *height = old;
        } else if (turn == 0) {
            if (!crop_box(item->turns[i].body, *width, *height, &kept))
                return damaged(r, "a part of a picture that lies outside", err);
            *width = (uint32_t)kept.width;
            *height = (uint32_t)kept.height;
        }
    }
    return 0;
}

static void crop(descry_picture *picture, const box *kept)
{
    size_t pixel = descry_picture_pixel(picture->mode), row = (size_t)kept->width * pixel;
    for (int64_t y = 0; y < kept->height; y++)
        memmove(picture->data + (size_t)y * row,
                picture->data + (size_t)((kept->y + y) * picture->width + kept->x) * pixel, row);
    picture->width = (int)kept->width;
    picture->height = (int)kept->height;
}

static int turn_picture(const reader *r, const descry_heif_item *item, descry_picture *picture, descry_error *err)
{
    for (size_t i = 0; i < item->turn_count; i++) {
        int turn = orientation(item->turns[i].type, item->turns[i].body), width = picture->width;
        box kept;
        if (turn == 0) {
            if (!crop_box(item->turns[i].body, (uint32_t)width, (uint32_t)picture->height, &kept))
                return damaged(r, "a part of a picture that lies outside", err);
            crop(picture, &kept);
        } else if (turn > 1) {
            size_t pixel = descry_picture_pixel(picture->mode);
            uint8_t *turned = descry_alloc((size_t)width * (size_t)picture->height, pixel);
            if (!turned)
                return descry_fail_memory(err);
            descry_turn_upright(picture->data, pixel, width, picture->height, turn, turned);
            free(picture->data);
            picture->data = turned;
            if (turn >= 5) {
                picture->width = picture->height;
                picture->height = width;
            }
        }
    }
    return 0;
}

/* ---- measuring the tree of items -------------------------------------------------------------------------------- */

static int read_layout(const reader *r, const descry_heif_item *item, layout *out, descry_error *err)
{
    descry_span data;
    *out = (layout){0};
    int rc = descry_heif_data(&r->file, item, &data, &out->owned, err);
    if (rc)
        return rc;
    out->bytes = data.size;
    unsigned version = (unsigned)descry_span_number(&data, 1);
    size_t wide = descry_span_number(&data, 1) & 1 ? 4 : 2;
    if (version)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: HEIF with a grid or an overlay of version %u is not read",
                           r->file.name, version);
    if (item->type == GRID) {
        out->rows = (uint32_t)descry_span_number(&data, 1) + 1;
        out->columns = (uint32_t)descry_span_number(&data, 1) + 1;
    } else {
        for (int i = 0; i < 4; i++) {
            uint8_t high = (uint8_t)(descry_span_number(&data, 2) >> 8);
            if (i < 3)
                out->colour[i] = high;
        }
    }
    out->width = (uint32_t)descry_span_number(&data, wide);
    out->height = (uint32_t)descry_span_number(&data, wide);
    out->offsets = data;
    out->each = wide;
    size_t inputs = descry_heif_inputs(&r->file, item);
    if (data.ended ||
        (item->type == GRID ? inputs != (size_t)out->rows * out->columns : data.size / (2 * wide) < inputs))
        return damaged(r, "a grid or an overlay of another number of pictures than it says", err);
    return 0;
}

static int measure(reader *r, size_t index, int canvases, int depth, bool luma, extent *out, descry_error *err);

static int measure_grid(reader *r, const descry_heif_item *item, const layout *grid, int depth, bool luma, extent *out,
                        descry_error *err)
{
    extent first = {0}, tile = {0};
    for (size_t i = 0; i < descry_heif_inputs(&r->file, item); i++) {
        int rc = measure(r, descry_heif_input(&r->file, item, i), 2, depth + 1, luma, i ? &tile : &first, err);
        if (rc)
            return rc;
        if (i && (tile.width != first.width || tile.height != first.height))
            return damaged(r, "a grid of tiles that differ in size", err);
        out->alpha = out->alpha || (i ? tile : first).alpha;
    }
    uint64_t width = (uint64_t)first.width * grid->columns, height = (uint64_t)first.height * grid->rows;
    if (width < grid->width || width - grid->width >= first.width || height < grid->height ||
        height - grid->height >= first.height)
        return damaged(r, "a grid whose tiles do not cover just the picture", err);
    return 0;
}

static int measure_overlay(reader *r, const descry_heif_item *item, const layout *overlay, int canvases, int depth,
                           bool luma, descry_error *err)
{
    uint64_t canvas = (uint64_t)overlay->width * overlay->height, total = 0;
    for (size_t i = 0; i < descry_heif_inputs(&r->file, item); i++) {
        extent input;
        int rc = measure(r, descry_heif_input(&r->file, item, i), canvases + 1, depth + 1, luma, &input, err);
        if (rc)
            return rc;
        total += (uint64_t)input.width * input.height;
        if (total > 4 * canvas)
            return over_bounds(r, "an overlay of pictures that are much larger than it", err);
    }
    return 0;
}

/* The pixels that may be decoded for a picture of `pixels`: a canvas, pictures on it, which may be derived in turn, and the
 * same for alpha. */
static void allow(reader *r, uint64_t pixels)
{
    if (!r->sized)
        r->pixels_allowed = 16 * pixels + (1 << 22);
    r->sized = true;
}

/* An item's size before its transformations. */
static int measure_unturned(reader *r, const descry_heif_item *item, int canvases, int depth, bool luma, extent *out,
                            descry_error *err)
{
    enum { SLACK = 16, MORE = 256 }; /* pixels along a side: that some encoders do not crop; that all may code */
    enum {
        FREE_TILES = 4096,
        SMALL_TILE = 16 * 128 * 128
    }; /* each tile takes a decoder of its own; phones write tiles of 512 x 512 */
    layout made = {0};
    descry_heif_stream stream;
    int rc = 0;
    if (descry_heif_is_coded(item->type)) {
        rc = descry_heif_stream_read(&stream, &r->file, item, err);
        if (rc)
            return rc;
        r->bytes += stream.bytes;
        *out = (extent){stream.width, stream.height, false};
        allow(r, (uint64_t)stream.width * stream.height);
        if (++r->coded > FREE_TILES + r->pixels_allowed / SMALL_TILE)
            return over_bounds(r, "a picture made of very many small ones", err);
        uint32_t width = item->width ? item->width : stream.width, height = item->width ? item->height : stream.height;
        if (stream.width < width || stream.height < height || stream.width - width >= SLACK ||
            stream.height - height >= SLACK || stream.full_width - width >= MORE || stream.full_height - height >= MORE)
            return damaged(r, "a coded picture of another size than it says", err);
        return 0;
    }
    if (item->type == IDENTITY) {
        if (descry_heif_inputs(&r->file, item) != 1)
            return damaged(r, "a picture derived from other than one", err);
        rc = measure(r, descry_heif_input(&r->file, item, 0), canvases, depth + 1, luma, out, err);
    } else {
        rc = read_layout(r, item, &made, err);
        r->bytes += made.bytes;
        *out = (extent){made.width, made.height, false};
        rc = rc ? rc : descry_picture_check(made.width, made.height, r->file.name, r->limits, err);
        if (!rc)
            allow(r, (uint64_t)made.width * made.height);
        if (!rc && item->type == GRID)
            rc = measure_grid(r, item, &made, depth, luma, out, err);
        else if (!rc)
            rc = measure_overlay(r, item, &made, canvases, depth, luma, err);
        free(made.owned);
    }
    if (!rc && item->width && (item->width != out->width || item->height != out->height))
        rc = damaged(r, "a picture of another size than it says", err);
    return rc;
}

/* Measures an item of the tree, below `canvases` grids and overlays and `depth` items.  `luma`: it is part of an alpha
 * channel. */
static int measure(reader *r, size_t index, int canvases, int depth, bool luma, extent *out, descry_error *err)
{
    enum { VISITS = 1 << 17, DEPTH = 4 };
    if (index >= r->file.count)
        return damaged(r, "a picture made of one that is not there", err);
    descry_heif_item *item = &r->file.items[index];
    uint32_t t = item->type;
    if (!descry_heif_is_coded(t) && t != GRID && t != OVERLAY && t != IDENTITY)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: HEIF with a picture of the type \"%c%c%c%c\" is not read",
                           r->file.name, (int)(t >> 24), (int)(t >> 16 & 255), (int)(t >> 8 & 255), (int)(t & 255));
    if (depth > DEPTH || ++r->visits > VISITS || ((t == GRID || t == OVERLAY) && canvases > 1))
        return over_bounds(r, "pictures made of others, or of themselves, in too many steps", err);
    if (item->two_sizes)
        return damaged(r, "a picture of two sizes", err);
    if (item->width) { /* before anything else is read */
        int rc = descry_picture_check(item->width, item->height, r->file.name, r->limits, err);
        if (rc)
            return rc;
    }
    int rc = measure_unturned(r, item, canvases, depth, luma, out, err);
    rc = rc ? rc : descry_picture_check(out->width, out->height, r->file.name, r->limits, err);
    if (rc)
        return rc;
    uint64_t made = (uint64_t)out->width * out->height;
    r->pixels += made;
    if (r->pixels > r->pixels_allowed || r->bytes > r->bytes_allowed)
        return over_bounds(r, "a picture made of many more pixels than it has", err);
    item->made_width = out->width;
    item->made_height = out->height;
    rc = turned_size(r, item, &out->width, &out->height, err);
    item->shown_width = out->width;
    item->shown_height = out->height;
    if (!rc && !luma && item->alpha != SIZE_MAX) {
        extent alpha;
        rc = measure(r, item->alpha, canvases, depth + 1, true, &alpha, err);
        item->alpha_fits = !rc && alpha.width == out->width && alpha.height == out->height;
        out->alpha = out->alpha || item->alpha_fits;
    }
    item->transparent = out->alpha;
    return rc;
}

/* ---- pixels ----------------------------------------------------------------------------------------------------- */

static int make(const reader *r, size_t index, bool luma, bool alpha, descry_picture *out, descry_error *err);

/* Draws a picture at (x0, y0), clipped.  `over`: blended by its alpha. */
static void paste(descry_picture *canvas, const descry_picture *picture, int64_t x0, int64_t y0, bool over)
{
    int in_bands = descry_picture_bands(picture->mode), bands = descry_picture_bands(canvas->mode);
    int same = bands < in_bands ? bands : in_bands;
    for (int64_t y = y0 < 0 ? -y0 : 0; y < picture->height && y < canvas->height - y0; y++)
        for (int64_t x = x0 < 0 ? -x0 : 0; x < picture->width && x < canvas->width - x0; x++) {
            const uint8_t *in = picture->data + (size_t)(y * picture->width + x) * (size_t)in_bands;
            uint8_t *out = canvas->data + (size_t)((y0 + y) * canvas->width + x0 + x) * (size_t)bands;
            for (int b = 0; b < same; b++)
                out[b] = over && in_bands == 4 ? (uint8_t)((in[b] * in[3] + out[b] * (255 - in[3])) / 255) : in[b];
        }
}

static int paste_item(const reader *r, size_t index, bool luma, descry_picture *canvas, int64_t x, int64_t y, bool over,
                      descry_error *err)
{
    const descry_heif_item *item = &r->file.items[index];
    bool alpha = item->transparent && !luma;
    if (descry_heif_is_coded(item->type) && item->turn_count == 0 && !alpha)
        return descry_heif_decode(&r->file, item, canvas, x, y, err);
    descry_picture picture = {0};
    int rc = make(r, index, luma, alpha, &picture, err);
    if (!rc)
        paste(canvas, &picture, x, y, over);
    free(picture.data);
    return rc;
}

static int make_grid(const reader *r, const descry_heif_item *item, bool luma, descry_picture *canvas,
                     descry_error *err)
{
    layout grid;
    int rc = read_layout(r, item, &grid, err);
    for (size_t i = 0; !rc && i < (size_t)grid.rows * grid.columns; i++) {
        size_t index = descry_heif_input(&r->file, item, i);
        const descry_heif_item *tile = &r->file.items[index];
        rc = paste_item(r, index, luma, canvas, (int64_t)(i % grid.columns) * tile->shown_width,
                        (int64_t)(i / grid.columns) * tile->shown_height, false, err);
    }
    free(grid.owned);
    return rc;
}

/* A signed coordinate, in 2 or 4 bytes */
static int64_t offset(descry_span *offsets, size_t bytes)
{
    int64_t half = (int64_t)1 << (8 * bytes - 1);
    return ((int64_t)descry_span_number(offsets, bytes) ^ half) - half;
}

static int make_overlay(const reader *r, const descry_heif_item *item, bool luma, descry_picture *canvas,
                        descry_error *err)
{
    layout overlay;
    int rc = read_layout(r, item, &overlay, err);
    size_t pixels = (size_t)canvas->width * (size_t)canvas->height, bands = (size_t)descry_picture_bands(canvas->mode);
    for (size_t i = 0; !rc && i < pixels; i++)
        memcpy(canvas->data + bands * i, overlay.colour, bands < 3 ? bands : 3);
    for (size_t i = 0; !rc && i < descry_heif_inputs(&r->file, item); i++) {
        int64_t x = offset(&overlay.offsets, overlay.each), y = offset(&overlay.offsets, overlay.each);
        rc = paste_item(r, descry_heif_input(&r->file, item, i), luma, canvas, x, y, true, err);
    }
    free(overlay.owned);
    return rc;
}

static int add_alpha(const reader *r, const descry_heif_item *item, descry_picture *picture, descry_error *err)
{
    descry_picture alpha = {0};
    int rc = make(r, item->alpha, true, false, &alpha, err);
    size_t pixels = (size_t)picture->width * (size_t)picture->height;
    for (size_t i = 0; !rc && i < pixels; i++) {
        uint8_t *pixel = picture->data + 4 * i, by = alpha.data[i];
        pixel[3] = by;
        for (int b = 0; b < 3 && item->premultiplied && by; b++) /* as in Pillow */
            pixel[b] = pixel[b] >= by ? 255 : (uint8_t)((pixel[b] * 255 + by / 2) / by);
    }
    free(alpha.data);
    return rc;
}

/* Decodes or composes a measured item: luma alone, RGB, or with `alpha` RGBA. */
static int make(const reader *r, size_t index, bool luma, bool alpha, descry_picture *out, descry_error *err)
{
    const descry_heif_item *item = &r->file.items[index];
    int rc = 0;
    if (item->type == IDENTITY) {
        rc = make(r, descry_heif_input(&r->file, item, 0), luma, alpha, out, err);
    } else {
        rc = descry_picture_create(out, item->made_width, item->made_height,
                                   luma    ? DESCRY_MODE_L
                                   : alpha ? DESCRY_MODE_RGBA
                                           : DESCRY_MODE_RGB,
                                   r->file.name, r->limits, err);
        if (!rc && alpha && !descry_heif_is_coded(item->type)) /* coded items get alpha at the end */
            memset(out->data, 255, 4 * (size_t)out->width * (size_t)out->height);
        rc = rc                      ? rc
             : item->type == GRID    ? make_grid(r, item, luma, out, err)
             : item->type == OVERLAY ? make_overlay(r, item, luma, out, err)
                                     : descry_heif_decode(&r->file, item, out, 0, 0, err);
    }
    rc = rc ? rc : turn_picture(r, item, out, err);
    return !rc && alpha && !luma && item->alpha_fits ? add_alpha(r, item, out, err) : rc;
}

/* ---- a file ----------------------------------------------------------------------------------------------------- */

/* Metadata of the primary picture takes precedence over those of none.  Several may share the same bytes: of each kind, at
 * most as many bytes as the file has are read. */
static void read_metadata(descry_picture *picture, const descry_heif_file *file)
{
    for (int xmp = 0; xmp < 2; xmp++) {
        size_t left = file->size;
        for (int rank = 0; rank < 2; rank++)
            for (size_t i = 0; i < file->count && left > 0; i++) {
                const descry_heif_item *item = &file->items[i];
                descry_span data;
                uint8_t *owned;
                if (!(xmp ? item->text_is_xmp : item->type == TYPE('E', 'x', 'i', 'f')) ||
                    !(rank ? !item->describes_any : item->describes_primary) ||
                    descry_heif_data(file, item, &data, &owned, NULL))
                    continue;
                if (data.size > left)
                    data.size = 0;
                left = data.size ? left - data.size : 0;
                if (xmp)
                    descry_picture_add_xmp(picture, data.at, data.size);
                else
                    descry_picture_add_exif_item(picture, data.at, data.size);
                free(owned);
            }
    }
}

static int read_file(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                     const descry_limits *limits, bool pixels, descry_error *err)
{
    enum { MORE = 16 << 20 };
    reader r = {.limits = limits, .bytes_allowed = 4 * (uint64_t)size + MORE};
    extent shown = {0};
    int rc = descry_heif_open(&r.file, bytes, size, name, err);
    rc = rc ? rc : measure(&r, r.file.primary, 0, 0, false, &shown, err);
    if (!rc && pixels)
        rc = make(&r, r.file.primary, false, shown.alpha, picture, err);
    if (!rc) {
        picture->width = (int)shown.width;
        picture->height = (int)shown.height;
        picture->mode = shown.alpha ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB;
        read_metadata(picture, &r.file);
    }
    descry_heif_close(&r.file);
    return rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    return read_file(picture, bytes, size, name, limits, true, err);
}

static int peek(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                const descry_limits *limits, descry_error *err)
{
    return read_file(picture, bytes, size, name, limits, false, err);
}

const descry_codec descry_codec_heif = {decode, peek};
