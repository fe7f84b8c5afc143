/* SPDX-License-Identifier: Apache-2.0 */
#include "image/tiff_bounds.h"

#include "base/error.h"
#include "base/memory.h"
#include "meta/directory.h"

#include <string.h>

/* ---- the directory ------------------------------------------------------------------------------------------------ */

static uint64_t first_value(const descry_tiff *tiff, unsigned tag, uint64_t otherwise)
{
    descry_tiff_entry entry;
    uint64_t value;
    return descry_tiff_find(tiff, tiff->first, tag, &entry) && descry_tiff_integer(tiff, &entry, 0, &value) ? value : otherwise;
}

/* What a tag is, if pixels need it; NULL: an unneeded tag. */
static const char *purpose_of(unsigned tag, uint64_t compression, uint64_t photometric)
{
    switch (tag) {
    case TIFFTAG_IMAGEWIDTH: case TIFFTAG_IMAGELENGTH:
        return "size";
    case TIFFTAG_BITSPERSAMPLE: case TIFFTAG_SAMPLEFORMAT: case TIFFTAG_EXTRASAMPLES: case TIFFTAG_SAMPLESPERPIXEL:
        return "kinds of samples";
    case TIFFTAG_STRIPOFFSETS: case TIFFTAG_STRIPBYTECOUNTS: case TIFFTAG_ROWSPERSTRIP:
        return "list of strips";
    case TIFFTAG_TILEOFFSETS: case TIFFTAG_TILEBYTECOUNTS: case TIFFTAG_TILEWIDTH: case TIFFTAG_TILELENGTH:
        return "list of tiles";
    case TIFFTAG_COLORMAP:
        return photometric == PHOTOMETRIC_PALETTE ? "palette" : NULL;
    case TIFFTAG_COMPRESSION: case TIFFTAG_PHOTOMETRIC: case TIFFTAG_PLANARCONFIG:
        return "way of storing pixels";
    case TIFFTAG_JPEGTABLES: case TIFFTAG_JPEGQTABLES: case TIFFTAG_JPEGDCTABLES: case TIFFTAG_JPEGACTABLES:
        return compression == COMPRESSION_JPEG || compression == COMPRESSION_OJPEG ? "tables of JPEG" : NULL;
    case TIFFTAG_YCBCRCOEFFICIENTS: case TIFFTAG_YCBCRSUBSAMPLING: case TIFFTAG_REFERENCEBLACKWHITE:
        return photometric == PHOTOMETRIC_YCBCR ? "kind of colours" : NULL;
    default:
        return NULL;
    }
}

/* libtiff 4.5 fails when it cannot read these, and only warns of others. */
static bool is_fatal_to_libtiff(unsigned tag)
{
    return tag == TIFFTAG_MINSAMPLEVALUE || tag == TIFFTAG_MAXSAMPLEVALUE || tag == TIFFTAG_SMINSAMPLEVALUE ||
           tag == TIFFTAG_SMAXSAMPLEVALUE || tag == TIFFTAG_DATATYPE;
}

/* The entry becomes one byte, 0, of a private tag. */
static int hide_entry(const descry_tiff *tiff, size_t i, uint8_t **patched, descry_error *err)
{
    if (!*patched) {
        *patched = descry_alloc(tiff->size, 1);
        if (!*patched)
            return descry_fail_memory(err);
        memcpy(*patched, tiff->bytes, tiff->size);
    }
    size_t room = tiff->wide ? 8 : 4;
    uint8_t *entry = *patched + tiff->first + (tiff->wide ? 8 : 2) + i * (4 + 2 * room);
    memset(entry, 0, 4 + 2 * room);
    entry[0] = entry[1] = 0xFE;
    entry[tiff->big ? 3 : 2] = DESCRY_TIFF_BYTE;
    entry[4 + (tiff->big ? room - 1 : 0)] = 1;
    return 0;
}

static uint64_t parts(uint64_t whole, uint64_t part)
{
    return part ? whole / part + (whole % part != 0) : 0;
}

/* libtiff allocates as many strips as the height implies, even if the file lists fewer. */
static bool lists_are_short(const descry_tiff *tiff)
{
    uint64_t width = first_value(tiff, TIFFTAG_IMAGEWIDTH, 0), height = first_value(tiff, TIFFTAG_IMAGELENGTH, 0);
    uint64_t planes = first_value(tiff, TIFFTAG_PLANARCONFIG, 1) == 2 ? first_value(tiff, TIFFTAG_SAMPLESPERPIXEL, 1) : 1;
    uint64_t tile = first_value(tiff, TIFFTAG_TILEWIDTH, 0), listed = 0;
    uint64_t rows = tile ? first_value(tiff, TIFFTAG_TILELENGTH, height) : first_value(tiff, TIFFTAG_ROWSPERSTRIP, height);
    if (width > UINT32_MAX || height > UINT32_MAX || planes > UINT16_MAX)
        return false; /* refused by libtiff */
    uint64_t count = parts(height, rows) * (tile ? parts(width, tile) : 1);
    static const unsigned tags[] = {TIFFTAG_STRIPOFFSETS, TIFFTAG_TILEOFFSETS};
    for (size_t i = 0; i < 2; i++) {
        descry_tiff_entry entry;
        if (descry_tiff_find(tiff, tiff->first, tags[i], &entry) && entry.count > listed)
            listed = entry.count;
    }
    return count > (1u << 20) / planes && count > listed / planes;
}

int descry_tiff_check_directory(const uint8_t *bytes, size_t size, const char *name, uint8_t **patched, descry_error *err)
{
    descry_tiff tiff;
    uint64_t sum = 0;
    *patched = NULL;
    if (!descry_tiff_open(&tiff, bytes, size))
        return 0; /* libtiff reports the error */
    size_t count = descry_tiff_entries(&tiff, tiff.first, NULL);
    uint64_t compression = first_value(&tiff, TIFFTAG_COMPRESSION, 1), photometric = first_value(&tiff, TIFFTAG_PHOTOMETRIC, 0);
    for (size_t i = 0; i < count; i++) {
        descry_tiff_entry entry = descry_tiff_entry_at(&tiff, tiff.first, i);
        const char *what = entry.value ? NULL : purpose_of(entry.tag, compression, photometric);
        if (entry.value) {
            sum += entry.size;
        } else if (what && entry.size) {
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: its %s (tag %u) would lie beyond its end", name, what,
                               entry.tag);
        } else if (is_fatal_to_libtiff(entry.tag)) {
            int rc = hide_entry(&tiff, i, patched, err);
            if (rc)
                return rc;
        }
    }
    /* libtiff copies each value; in valid files they do not overlap */
    if (sum > 2 * (uint64_t)size + (1u << 20))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: its tags are together larger than the file", name);
    if (lists_are_short(&tiff))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: it lists too few strips or tiles", name);
    return 0;
}

/* ---- strips and tiles --------------------------------------------------------------------------------------------- */

typedef struct striles {
    TIFF *tiff;
    uint32_t width, height;   /* the picture's */
    uint32_t columns, rows;   /* of a strip or tile */
    uint32_t count, in_plane; /* in all, and in a plane */
    uint16_t compression;
    bool tiled;
} striles;

static uint32_t rows_of(const striles *s, uint32_t i)
{
    uint64_t before = (uint64_t)(s->in_plane ? i % s->in_plane : 0) * s->rows;
    uint64_t left = s->height > before ? s->height - before : 0;
    return s->tiled || left > s->rows ? s->rows : (uint32_t)left;
}

static bool is_fax(uint16_t compression)
{
    return compression == COMPRESSION_CCITTRLE || compression == COMPRESSION_CCITTRLEW ||
           compression == COMPRESSION_CCITTFAX3 || compression == COMPRESSION_CCITTFAX4;
}

static unsigned count_scans(const uint8_t *at, size_t size)
{
    unsigned scans = 0;
    const uint8_t *end = at + size;
    while ((at = memchr(at, 0xFF, (size_t)(end - at))) != NULL && end - at > 1) {
        scans += at[1] == 0xDA;
        at++;
    }
    return scans;
}

static int check_each(const striles *s, const uint8_t *bytes, size_t size, const char *name, descry_error *err)
{
    uint64_t pixels = (uint64_t)s->width * s->height, visits = 0, sum = 0;
    bool jpeg = s->compression == COMPRESSION_JPEG || s->compression == COMPRESSION_OJPEG;
    for (uint32_t i = 0; i < s->count; i++) {
        uint64_t place = TIFFGetStrileOffset(s->tiff, i), length = TIFFGetStrileByteCount(s->tiff, i);
        uint32_t rows = rows_of(s, i);
        place = place < size ? place : size;
        length = length < size - place ? length : size - place;
        sum += length;
        /* empty tiles may share their few bytes */
        if (sum > 64 * (uint64_t)size + (1u << 26))
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: its strips or tiles are together much larger than the file",
                               name);
        /* a row equal to the previous one takes a bit: ITU-T T.6, V(0) */
        if (is_fax(s->compression) && rows / 8 > length)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: %lu rows of fax in %llu bytes", name,
                               (unsigned long)rows, (unsigned long long)length);
        if (jpeg)
            visits += (uint64_t)count_scans(bytes + place, (size_t)length) * s->columns * rows;
        if (visits > 32 * pixels + (1u << 28))
            return descry_fail(err, DESCRY_ERR_LIMIT, "%s: a TIFF of JPEGs of more scans than are read", name);
    }
    return 0;
}

int descry_tiff_check_striles(TIFF *tiff, bool whole, const uint8_t *bytes, size_t size, const char *name,
                              const descry_limits *limits, descry_error *err)
{
    striles s = {.tiff = tiff, .tiled = TIFFIsTiled(tiff) != 0};
    uint16_t bits = 1, samples = 1, planar = PLANARCONFIG_CONTIG;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &s.width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &s.height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &s.compression);
    if (s.tiled) {
        if (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &s.columns) || !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &s.rows) ||
            s.columns == 0 || s.rows == 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: it names no size of tiles", name);
    } else {
        s.columns = s.width;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &s.rows);
        if (s.rows == 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged TIFF: strips of no rows", name);
        s.rows = s.rows < s.height ? s.rows : s.height;
    }
    uint32_t side = limits->max_side > 65536 ? limits->max_side : 65536;
    if (s.columns > side || s.rows > side)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: tiles of %lu x %lu pixels are not read", name, (unsigned long)s.columns,
                           (unsigned long)s.rows);
    /* one strip or tile must be small, or in proportion to the picture: 8 samples of 16 bits for each pixel */
    uint64_t row = ((uint64_t)s.columns * (planar == PLANARCONFIG_CONTIG ? samples : 1) * bits + 7) / 8;
    uint64_t at_once = row * (s.tiled || whole ? s.rows : 1), pixels = (uint64_t)s.width * s.height;
    if (at_once > 16 * pixels + (1u << 26))
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %s of %llu bytes (%u samples of %u bits) are too large for %lu x %lu pixels",
                           name, s.tiled ? "tiles" : whole ? "strips" : "rows", (unsigned long long)at_once, samples, bits,
                           (unsigned long)s.width, (unsigned long)s.height);
    s.count = s.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    s.in_plane = planar == PLANARCONFIG_SEPARATE && samples > 1 ? s.count / samples : s.count;
    return check_each(&s, bytes, size, name, err);
}
