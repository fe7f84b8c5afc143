/* SPDX-License-Identifier: Apache-2.0
 * DNG files whose sensor data, demosaiced already, is lossy JPEG of 8 bits, in tiles.  LibRaw 0.20 ignores their linearisation
 * table, and writes out of bounds when a tile has four components.
 *
 * DNG 1.7: chapter 5, mapping raw values to linear reference values; chapter 6, camera to XYZ; chapter 7, opcodes. */
#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/formats.h"
#include "image/raw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINEARIZATION = 50712, BLACK = 50714, WHITE = 50717, MATRIX_1 = 50721, MATRIX_2 = 50722, NEUTRAL = 50728,
    EXPOSURE = 50730, ILLUMINANT_1 = 50778, ILLUMINANT_2 = 50779, OPCODES = 51009,
    LEVELS = 8192 /* of linear light, in the table of sRGB's curve */
};

typedef struct developer {
    descry_tiff tiff;
    uint64_t main, place; /* directories: the file's first, the sensor data's */
    descry_raw_image image;
    float light[3][256]; /* a sample's linear light, balanced, 0 .. 1 */
    float matrix[3][3];  /* camera to linear sRGB */
    uint8_t curve[LEVELS + 1];
} developer;

/* Number i of an entry in the directory at `place`; `otherwise` when it is absent. */
static double number(const developer *d, uint64_t place, unsigned tag, size_t i, double otherwise)
{
    descry_tiff_entry entry;
    if (!descry_tiff_find(&d->tiff, place, tag, &entry) || entry.count == 0)
        return otherwise;
    double value = descry_tiff_real(&d->tiff, &entry, i < entry.count ? i : (size_t)entry.count - 1);
    return isfinite(value) ? value : otherwise;
}

static bool find(developer *d, const uint8_t *bytes, size_t size)
{
    uint64_t places[DESCRY_RAW_DIRECTORIES];
    size_t count = descry_tiff_open(&d->tiff, bytes, size) ? descry_raw_directories(&d->tiff, places) : 0;
    d->main = d->tiff.first;
    for (size_t i = 0; i < count; i++) {
        descry_raw_image image = descry_raw_read_image(&d->tiff, places[i]);
        if (image.compression == DESCRY_RAW_LOSSY && image.kind == DESCRY_RAW_LINEAR && image.bits == 8 &&
            (image.bands == 1 || image.bands == 3) &&
            (!d->place || image.width * image.height > d->image.width * d->image.height)) {
            d->place = places[i];
            d->image = image;
        }
    }
    return d->place > 0;
}

/* ---- light ------------------------------------------------------------------------------------------------------- */

static double clip(double value)
{
    return value > 0 ? value < 1 ? value : 1 : 0; /* NaN: 0 */
}

static double big_real(const uint8_t *at)
{
    uint64_t bits = (uint64_t)descry_format_number(at, 4, true) << 32 | descry_format_number(at + 4, 4, true);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* MapTable (7) and MapPolynomial (8), of the whole picture: `at` is after the area, the planes and the pitches. */
static double map(unsigned opcode, const uint8_t *at, size_t size, double value)
{
    size_t count = size >= 4 ? descry_format_number(at, 4, true) : 0, width = opcode == 7 ? 2 : 8;
    count += size >= 4 && opcode == 8; /* the degree */
    if (count == 0 || count > 65536 || count > (size - 4) / width)
        return value;
    at += 4;
    if (opcode == 7) {
        size_t i = (size_t)(value * 65535 + 0.5);
        return descry_format_number(at + 2 * (i < count ? i : count - 1), 2, true) / 65535.0;
    }
    double sum = 0;
    for (size_t i = count < 9 ? count : 9; i-- > 0;) /* a degree of 8 at most */
        sum = sum * value + big_real(at + 8 * i);
    return clip(sum);
}

/* Applies OpcodeList2 to a linear value of one band. */
static double map_all(const developer *d, unsigned band, double value)
{
    enum { HEAD = 16, AREA = 32, PLANE = 16, PLANES = 20, MOST = 64 };
    descry_tiff_entry list;
    if (!descry_tiff_find(&d->tiff, d->place, OPCODES, &list) || list.size < 4)
        return value;
    const uint8_t *at = list.value + 4;
    size_t left = (size_t)list.size - 4, count = descry_format_number(list.value, 4, true);
    for (size_t i = 0; i < count && i < MOST && left >= HEAD; i++) {
        unsigned opcode = descry_format_number(at, 4, true);
        size_t size = descry_format_number(at + 12, 4, true);
        at += HEAD;
        left -= HEAD;
        if (size > left)
            break;
        if ((opcode == 7 || opcode == 8) && size >= AREA) {
            unsigned plane = descry_format_number(at + PLANE, 4, true), planes = descry_format_number(at + PLANES, 4, true);
            if (band >= plane && band - plane < planes)
                value = map(opcode, at + AREA, size - AREA, value);
        }
        at += size;
        left -= size;
    }
    return value;
}

static void make_light(developer *d)
{
    descry_tiff_entry table;
    bool tabled = descry_tiff_find(&d->tiff, d->place, LINEARIZATION, &table) && table.count > 0;
    double neutral[3], most = 0, exposure = exp2(fmax(-4, fmin(4, number(d, d->main, EXPOSURE, 0, 0))));
    for (size_t c = 0; c < 3; c++) {
        neutral[c] = d->image.bands == 3 ? number(d, d->main, NEUTRAL, c, 1) : 1;
        neutral[c] = neutral[c] > 0.01 && neutral[c] < 100 ? neutral[c] : 1;
        most = neutral[c] > most ? neutral[c] : most;
    }
    for (unsigned c = 0; c < d->image.bands; c++) {
        double black = number(d, d->place, BLACK, c, 0), white = number(d, d->place, WHITE, c, tabled ? 65535 : 255);
        for (size_t i = 0; i < 256; i++) {
            double value = (double)i;
            if (tabled)
                value = descry_tiff_real(&d->tiff, &table, i < table.count ? i : (size_t)table.count - 1);
            value = map_all(d, c, clip(white > black ? (value - black) / (white - black) : 0));
            d->light[c][i] = (float)clip(value * exposure * most / neutral[c]);
        }
    }
}

/* ---- colours ----------------------------------------------------------------------------------------------------- */

static bool invert(double to[3][3], double m[3][3])
{
    double determinant = 0;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            int a = (i + 1) % 3, b = (i + 2) % 3, e = (k + 1) % 3, f = (k + 2) % 3;
            to[k][i] = m[a][e] * m[b][f] - m[a][f] * m[b][e];
        }
    for (int k = 0; k < 3; k++)
        determinant += m[0][k] * to[k][0];
    for (int i = 0; i < 9; i++)
        to[i / 3][i % 3] /= determinant;
    return fabs(determinant) > 1e-6;
}

/* The inverse of ColorMatrix, from XYZ to the camera, for daylight if there is one, times the matrix from sRGB to XYZ (IEC
 * 61966-2-1), scaled so that white maps to white. */
static void make_matrix(developer *d)
{
    static const double from_srgb[3][3] = {
        {0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
    enum { D65 = 21 };
    double camera[3][3] = {{0}}, back[3][3];
    descry_tiff_entry entry;
    bool second = number(d, d->main, ILLUMINANT_1, 0, 0) != D65 && descry_tiff_find(&d->tiff, d->main, MATRIX_2, &entry);
    unsigned tag = second || number(d, d->main, ILLUMINANT_2, 0, 0) == D65 ? MATRIX_2 : MATRIX_1;
    for (size_t i = 0; i < 3; i++) {
        double sum = 0;
        for (size_t k = 0; k < 9; k++)
            camera[i][k % 3] += number(d, d->main, tag, 3 * i + k / 3, 0) * from_srgb[k / 3][k % 3];
        for (size_t k = 0; k < 3; k++)
            sum += camera[i][k];
        for (size_t k = 0; k < 3; k++)
            camera[i][k] /= sum;
    }
    bool good = invert(back, camera);
    for (int i = 0; i < 9; i++)
        d->matrix[i / 3][i % 3] = good ? (float)back[i / 3][i % 3] : i % 4 == 0;
}

static void make_curve(developer *d)
{
    for (int i = 0; i <= LEVELS; i++) {
        double v = (double)i / LEVELS;
        v = v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
        d->curve[i] = (uint8_t)(v * 255 + 0.5);
    }
}

static uint8_t level(const developer *d, float light)
{
    return d->curve[light > 0 ? light < 1 ? (int)(light * LEVELS + 0.5F) : LEVELS : 0];
}

/* `count` pixels. */
static void develop(const developer *d, uint8_t *to, const uint8_t *from, size_t count)
{
    if (d->image.bands == 1)
        for (size_t i = 0; i < count; i++)
            to[i] = level(d, d->light[0][from[i]]);
    else
        for (; count > 0; count--, from += 3, to += 3) {
            float r = d->light[0][from[0]], g = d->light[1][from[1]], b = d->light[2][from[2]];
            for (int c = 0; c < 3; c++)
                to[c] = level(d, d->matrix[c][0] * r + d->matrix[c][1] * g + d->matrix[c][2] * b);
        }
}

/* ---- tiles ------------------------------------------------------------------------------------------------------- */

/* Tile i, whose upper left pixel is x, y. */
static int add_tile(const developer *d, descry_picture *picture, size_t i, size_t x, size_t y, const char *name,
                    const descry_limits *limits, descry_error *err)
{
    uint64_t at, size;
    uint32_t width, height;
    if (!descry_tiff_integer(&d->tiff, &d->image.offsets, i, &at) || !descry_tiff_integer(&d->tiff, &d->image.sizes, i, &size) ||
        at > d->tiff.size || size > d->tiff.size - at)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: truncated camera RAW", name);
    size_t wide = (size_t)picture->width - x, high = (size_t)picture->height - y;
    wide = wide < d->image.tile_width ? wide : (size_t)d->image.tile_width;
    high = high < d->image.tile_height ? high : (size_t)d->image.tile_height;
    if (!descry_raw_jpeg_size(d->tiff.bytes + at, (size_t)size, &width, &height) || width < wide || height < high ||
        width > d->image.tile_width || height > d->image.tile_height)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged camera RAW: tile %zu is not as it says", name, i);
    descry_picture tile;
    descry_picture_begin(&tile);
    int rc = descry_codec_jpeg.decode(&tile, d->tiff.bytes + at, (size_t)size, name, limits, err);
    size_t pixel = (size_t)d->image.bands;
    if (!rc && tile.mode != picture->mode)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged camera RAW: tile %zu is not as it says", name, i);
    for (size_t row = 0; !rc && row < high; row++)
        develop(d, picture->data + ((y + row) * (size_t)picture->width + x) * pixel, tile.data + row * width * pixel, wide);
    descry_picture_free(&tile);
    return rc;
}

/* Tiles must not overlap, so that a small file has few. */
static bool tiles_fit(const developer *d, uint64_t count)
{
    uint64_t sum = 0, size;
    if (d->image.offsets.count < count || d->image.sizes.count < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!descry_tiff_integer(&d->tiff, &d->image.sizes, i, &size) || size > d->tiff.size - sum)
            return false;
        sum += size;
    }
    return true;
}

static int add_tiles(developer *d, descry_picture *picture, const char *name, const descry_limits *limits, descry_error *err)
{
    const descry_raw_image *image = &d->image;
    int rc = descry_picture_check(image->width, image->height, name, limits, err);
    if (!rc)
        rc = descry_picture_check(image->tile_width, image->tile_height, name, limits, err);
    if (rc)
        return rc;
    uint64_t across = (image->width + image->tile_width - 1) / image->tile_width;
    uint64_t down = (image->height + image->tile_height - 1) / image->tile_height;
    if (across * image->tile_width * down * image->tile_height > 4 * image->width * image->height + (1 << 22))
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: camera RAW: its tiles are much larger than the picture", name);
    if (!tiles_fit(d, across * down))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged camera RAW: tiles are missing", name);
    make_light(d);
    make_matrix(d);
    make_curve(d);
    rc = descry_picture_create(picture, image->width, image->height, image->bands == 1 ? DESCRY_MODE_L : DESCRY_MODE_RGB, name,
                               limits, err);
    for (uint64_t i = 0; !rc && i < across * down; i++)
        rc = add_tile(d, picture, (size_t)i, (size_t)(i % across * image->tile_width),
                      (size_t)(i / across * image->tile_height), name, limits, err);
    return rc;
}

int descry_raw_develop_lossy(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                             const descry_limits *limits, descry_error *err)
{
    developer *d = descry_alloc(1, sizeof *d);
    if (!d)
        return descry_fail_memory(err);
    *d = (developer){0};
    int rc = find(d, bytes, size) ? add_tiles(d, picture, name, limits, err)
                                  : descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: no lossy DNG", name);
    free(d);
    return rc;
}
