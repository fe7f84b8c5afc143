/* SPDX-License-Identifier: Apache-2.0
 * The previews in a camera RAW file: every JPEG anywhere in it, except in ranges that its directories assign to something
 * else.  DNG 1.7, chapters 3 and 4, for what is; ITU-T T.81, B.2, for JPEG. */
#include "base/error.h"
#include "base/memory.h"
#include "image/raw.h"

#include <stdlib.h>
#include <string.h>

/* ---- directories ------------------------------------------------------------------------------------------------- */

static size_t add_place(uint64_t places[DESCRY_RAW_DIRECTORIES], size_t count, uint64_t place)
{
    for (size_t i = 0; i < count; i++)
        if (places[i] == place)
            return count;
    if (place == 0 || count == DESCRY_RAW_DIRECTORIES)
        return count;
    places[count] = place;
    return count + 1;
}

size_t descry_raw_directories(const descry_tiff *tiff, uint64_t places[DESCRY_RAW_DIRECTORIES])
{
    enum { SUB_IFDS = 330 };
    size_t count = add_place(places, 0, tiff->first);
    for (size_t i = 0; i < count; i++) {
        descry_tiff_entry subs;
        uint64_t next, place;
        descry_tiff_entries(tiff, places[i], &next);
        if (descry_tiff_find(tiff, places[i], SUB_IFDS, &subs))
            for (size_t k = 0; k < DESCRY_RAW_DIRECTORIES && descry_tiff_integer(tiff, &subs, k, &place); k++)
                count = add_place(places, count, place);
        count = add_place(places, count, next);
    }
    return count;
}

static uint64_t value_of(const descry_tiff *tiff, uint64_t place, unsigned tag, uint64_t otherwise)
{
    descry_tiff_entry entry;
    uint64_t value;
    return descry_tiff_find(tiff, place, tag, &entry) && descry_tiff_integer(tiff, &entry, 0, &value) ? value : otherwise;
}

descry_raw_image descry_raw_read_image(const descry_tiff *tiff, uint64_t place)
{
    enum { WIDTH = 256, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 262, STRIPS = 273, BANDS = 277, ROWS, STRIP_SIZES,
           TILE_WIDTH = 322, TILE_HEIGHT, TILES, TILE_SIZES, MOST_ENTRIES = 512 /* as many as LibRaw reads */ };
    if (descry_tiff_entries(tiff, place, NULL) > MOST_ENTRIES)
        return (descry_raw_image){0};
    descry_raw_image image = {
        .width = value_of(tiff, place, WIDTH, 0), .height = value_of(tiff, place, HEIGHT, 0),
        .kind = value_of(tiff, place, PHOTOMETRIC, 0), .compression = value_of(tiff, place, COMPRESSION, 1),
        .bands = value_of(tiff, place, BANDS, 1), .bits = value_of(tiff, place, BITS, 1),
    };
    bool tiled = descry_tiff_find(tiff, place, TILES, &image.offsets);
    image.tile_width = tiled ? value_of(tiff, place, TILE_WIDTH, 0) : image.width;
    image.tile_height = tiled ? value_of(tiff, place, TILE_HEIGHT, 0) : value_of(tiff, place, ROWS, image.height);
    if (!tiled && image.tile_height > image.height) /* 2^32 - 1: all */
        image.tile_height = image.height;
    if (!tiled && !descry_tiff_find(tiff, place, STRIPS, &image.offsets))
        image.offsets = (descry_tiff_entry){0};
    if (!descry_tiff_find(tiff, place, tiled ? TILE_SIZES : STRIP_SIZES, &image.sizes))
        image.sizes = (descry_tiff_entry){0};
    return image;
}

/* ---- ranges without previews ------------------------------------------------------------------------------------- */

typedef struct range {
    uint64_t at, end;
} range;

enum { MOST_RANGES = 1 << 20 }; /* many directories may refer to the same array of offsets */

typedef struct ranges {
    range *list;
    size_t count, room;
} ranges;

static bool is_sensor(const descry_raw_image *image)
{
    return image->kind == DESCRY_RAW_CFA || image->kind == DESCRY_RAW_LINEAR || image->compression == DESCRY_RAW_LOSSY;
}

/* Sensor data, depth maps and masks are not pictures, strips and tiles not whole ones. */
static bool holds_no_preview(const descry_raw_image *image)
{
    enum { TRANSPARENCY = 4, DEPTH = 51177, MASK = 52527 };
    return is_sensor(image) || image->kind == TRANSPARENCY || image->kind == DEPTH || image->kind == MASK ||
           image->offsets.count > 1;
}

static int exclude(ranges *r, const descry_tiff *tiff, const descry_raw_image *image, descry_error *err)
{
    uint64_t at, size;
    for (size_t i = 0; r->count < MOST_RANGES && descry_tiff_integer(tiff, &image->offsets, i, &at); i++) {
        if (r->count == r->room) {
            size_t room = r->room ? 2 * r->room : 64;
            range *list = descry_realloc(r->list, room, sizeof *list);
            if (!list)
                return descry_fail_memory(err);
            r->list = list;
            r->room = room;
        }
        if (!descry_tiff_integer(tiff, &image->sizes, i, &size) || size == 0)
            size = 1; /* at least its first byte */
        r->list[r->count++] = (range){at, at > UINT64_MAX - size ? UINT64_MAX : at + size};
    }
    return 0;
}

static int compare_ranges(const void *a, const void *b)
{
    const range *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static int find_ranges(ranges *r, descry_raw_previews *found, const uint8_t *bytes, size_t size, descry_error *err)
{
    descry_tiff tiff;
    uint64_t places[DESCRY_RAW_DIRECTORIES];
    size_t count = descry_tiff_open(&tiff, bytes, size) ? descry_raw_directories(&tiff, places) : 0;
    int rc = 0;
    for (size_t i = 0; !rc && i < count; i++) {
        descry_raw_image image = descry_raw_read_image(&tiff, places[i]);
        if (holds_no_preview(&image))
            rc = exclude(r, &tiff, &image, err);
        if (is_sensor(&image) && image.width > found->width && image.height > found->height) {
            found->width = image.width;
            found->height = image.height;
        }
    }
    if (!rc && r->count > 1)
        qsort(r->list, r->count, sizeof *r->list, compare_ranges);
    return rc;
}

/* ---- JPEG -------------------------------------------------------------------------------------------------------- */

/* Marks a byte of the file in a bit map; false: a marker was parsed there already, as headers may overlap.  NULL: no bit map,
 * always true. */
static bool mark_seen(uint8_t *seen, size_t at)
{
    if (!seen)
        return true;
    uint8_t bit = (uint8_t)(1 << at % 8);
    bool first = !(seen[at / 8] & bit);
    seen[at / 8] |= bit;
    return first;
}

/* Sensor data may be JPEG, too, lossless or of 12 bits, which libjpeg cannot decode. */
static bool read_header(const uint8_t *bytes, size_t size, size_t at, uint8_t *seen, uint32_t *width, uint32_t *height)
{
    for (at += 2; size - at >= 10 && bytes[at] == 0xFF && mark_seen(seen, at);) {
        uint8_t marker = bytes[at + 1];
        size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (marker >= 0xC0 && marker <= 0xC2) {
            *height = (uint32_t)bytes[at + 5] << 8 | bytes[at + 6];
            *width = (uint32_t)bytes[at + 7] << 8 | bytes[at + 8];
            return bytes[at + 4] == 8 && *width > 0 && *height > 0 && (bytes[at + 9] == 1 || bytes[at + 9] == 3);
        }
        if (marker == 0xFF) { /* fill bytes before a marker */
            at++;
            continue;
        }
        bool other = (marker >= 0xC3 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) ||
                     (marker >= 0xD0 && marker <= 0xDA);
        if (other || marker < 0xC0 || length < 2 || length + 2 > size - at)
            break;
        at += length + 2;
    }
    return false;
}

bool descry_raw_jpeg_size(const uint8_t *bytes, size_t size, uint32_t *width, uint32_t *height)
{
    return size >= 12 && bytes[0] == 0xFF && bytes[1] == 0xD8 && read_header(bytes, size, 0, NULL, width, height);
}

static uint64_t pixels_of(const descry_raw_preview *preview)
{
    return (uint64_t)preview->width * preview->height;
}

static void add_preview(descry_raw_previews *found, descry_raw_preview preview)
{
    size_t i = found->count;
    if (i < DESCRY_RAW_PREVIEWS)
        found->count++;
    else if (pixels_of(&preview) <= pixels_of(&found->list[--i]))
        return;
    for (; i > 0 && pixels_of(&found->list[i - 1]) < pixels_of(&preview); i--)
        found->list[i] = found->list[i - 1];
    found->list[i] = preview;
}

/* Scans from one 0xFF to the next, advancing through the sorted ranges. */
static void search(descry_raw_previews *found, const ranges *not_in, uint8_t *seen, const uint8_t *bytes, size_t size)
{
    uint64_t closed = 0; /* the end of all ranges begun so far */
    size_t next = 0;
    for (size_t at = 0; size - at >= 16; at++) {
        const uint8_t *place = memchr(bytes + at, 0xFF, size - 15 - at);
        if (!place)
            break;
        at = (size_t)(place - bytes);
        for (; next < not_in->count && not_in->list[next].at <= at; next++)
            closed = closed > not_in->list[next].end ? closed : not_in->list[next].end;
        descry_raw_preview preview = {.at = at};
        if (at >= closed && place[1] == 0xD8 && place[2] == 0xFF &&
            read_header(bytes, size, at, seen, &preview.width, &preview.height))
            add_preview(found, preview);
    }
}

/* By their first bytes, not by libraw_unpack_thumb(), which in LibRaw 0.20 writes out of bounds when a damaged file declares a
 * wrong length of a preview. */
int descry_raw_find_previews(descry_raw_previews *found, const uint8_t *bytes, size_t size, descry_error *err)
{
    ranges not_in = {0};
    uint8_t *seen = calloc(size / 8 + 1, 1);
    *found = (descry_raw_previews){0};
    int rc = seen ? find_ranges(&not_in, found, bytes, size, err) : descry_fail_memory(err);
    if (!rc)
        search(found, &not_in, seen, bytes, size);
    free(not_in.list);
    free(seen);
    return rc;
}
