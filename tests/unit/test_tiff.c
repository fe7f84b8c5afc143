/* SPDX-License-Identifier: Apache-2.0
 * TIFF made entry by entry: colours of L*a*b*, tags that lie beyond the file, sizes that lie. */
#include "cmocka_test.h"

#include "image/picture.h"
#include "meta/time.h"
#include "meta/directory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

enum { SHORT = DESCRY_TIFF_SHORT, LONG = DESCRY_TIFF_LONG, BEYOND = 0x7FFFFF00, ENTRIES = 16 };

typedef struct entry {
    unsigned tag, type;
    uint32_t count, value;
} entry;

/* A file of 4 x 4 pixels of one sample unless `entries` says otherwise, up to one of tag 0; pixels follow the directory. */
typedef struct file {
    bool big, wide; /* byte order; BigTIFF */
    entry entries[ENTRIES];
    size_t count;
    uint8_t *bytes;
    size_t size;
} file;

static void put(const file *f, uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[f->big ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

static void set(file *f, entry e)
{
    size_t i = 0;
    while (i < f->count && f->entries[i].tag < e.tag)
        i++;
    if (i == f->count || f->entries[i].tag != e.tag) {
        assert_true(f->count < ENTRIES);
        memmove(&f->entries[i + 1], &f->entries[i], (f->count++ - i) * sizeof e);
    }
    f->entries[i] = e;
}

static void make(file *f, const entry *entries, const void *pixels, size_t size)
{
    const entry usual[] = {{256, LONG, 1, 4}, {257, LONG, 1, 4}, {258, SHORT, 1, 8}, {259, SHORT, 1, 1}, {262, SHORT, 1, 1},
                           {273, LONG, 1, 0}, {277, SHORT, 1, 1}, {279, LONG, 1, (uint32_t)size}};
    size_t prefix = f->wide ? 8 : 2, room = f->wide ? 8 : 4, start = f->wide ? 16 : 8;
    f->count = 0;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        set(f, usual[i]);
    for (; entries && entries->tag; entries++)
        set(f, *entries);
    size_t end = start + prefix + f->count * (4 + 2 * room) + room;
    f->size = end + size;
    f->bytes = calloc(1, f->size);
    assert_non_null(f->bytes);
    memcpy(f->bytes, f->big ? "MM" : "II", 2);
    put(f, f->bytes + 2, f->wide ? 43 : 42, 2);
    if (f->wide)
        put(f, f->bytes + 4, 8, 2);
    put(f, f->bytes + start - room, start, room);
    put(f, f->bytes + start, f->count, prefix);
    for (size_t i = 0; i < f->count; i++) {
        const entry *e = &f->entries[i];
        uint8_t *at = f->bytes + start + prefix + i * (4 + 2 * room);
        bool here = (e->tag == 273 || e->tag == 324) && e->count == 1;
        put(f, at, e->tag, 2);
        put(f, at + 2, e->type, 2);
        put(f, at + 4, e->count, room);
        put(f, at + 4 + room, here ? end : e->value, e->count > 1 ? room : e->type == SHORT ? 2 : 4);
    }
    memcpy(f->bytes + end, pixels, size);
}

static int decode(const file *f, descry_picture *picture, descry_error *err)
{
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    return descry_picture_decode(picture, f->bytes, f->size, "a file", &limits, err);
}

/* As LittleCMS 2.17 gives them for 8 bits when it computes exactly (Pillow's shortcut through a table is up to a few dozen
 * levels off at the edge of sRGB). */
static const struct {
    int lab[3];
    uint8_t rgb[3];
} colours[] = {
    {{0, 0, 0}, {0, 0, 0}},          {{255, 0, 0}, {255, 255, 255}},   {{128, 0, 0}, {119, 119, 119}},
    {{137, 70, 50}, {239, 51, 47}},  {{160, -60, 40}, {0, 177, 74}},   {{90, 30, -80}, {4, 71, 215}},
    {{200, 10, 80}, {238, 186, 0}},  {{230, -20, -10}, {174, 239, 245}}, {{60, 5, 5}, {66, 53, 49}},
    {{135, 80, 67}, {249, 0, 6}},    {{30, -10, 20}, {25, 34, 0}},     {{255, 127, -128}, {255, 117, 255}},
};

enum { COLOURS = sizeof colours / sizeof *colours };

static unsigned rounded(double x)
{
    return (unsigned)(int)(x < 0 ? x - 0.5 : x + 0.5) & 0xFFFF;
}

/* Sample b of a colour as TIFF stores it. */
static unsigned stored(size_t colour, int b, unsigned photometric, unsigned bits)
{
    int v = colours[colour].lab[b];
    bool wide = bits == 16;
    if (photometric == PHOTOMETRIC_ICCLAB)
        return (unsigned)(b ? v + 128 : v) * (wide ? 256 : 1);
    if (b == 0)
        return (unsigned)v * (wide ? 257 : 1);
    if (photometric == PHOTOMETRIC_CIELAB)
        return (unsigned)(v * (wide ? 256 : 1)) & (wide ? 0xFFFF : 0xFF);
    /* ITULab; not all of these colours fit into it */
    return wide ? rounded(v * 65535.0 / (b == 1 ? 170 : 200) + (b == 1 ? 32768 : 24576)) : 0;
}

static void check_lab(unsigned photometric, unsigned bits, bool big, bool extra, int bands)
{
    uint8_t pixels[COLOURS * 4 * 2] = {0};
    file f = {.big = big};
    unsigned samples = (unsigned)bands + extra;
    for (size_t i = 0; i < COLOURS; i++)
        for (unsigned b = 0; b < samples; b++) {
            unsigned value = b < (unsigned)bands ? stored(i, (int)b, photometric, bits) : 99;
            put(&f, pixels + (i * samples + b) * (bits / 8), value, bits / 8);
        }
    const entry entries[] = {{256, LONG, 1, COLOURS}, {257, LONG, 1, 1}, {258, SHORT, 1, bits}, {262, SHORT, 1, photometric},
                             {277, SHORT, 1, samples}, {extra ? 338 : 0, SHORT, 1, 2}, {0, 0, 0, 0}};
    make(&f, entries, pixels, COLOURS * samples * (bits / 8));
    descry_picture p;
    descry_error err;
    if (decode(&f, &p, &err))
        fail_msg("photometric %u, %u bits: %s", photometric, bits, err.message);
    assert_int_equal(descry_picture_bands(p.mode), bands);
    for (size_t i = 0; i < COLOURS; i++)
        for (int b = 0; b < bands; b++) {
            if (bands == 1 && (colours[i].lab[1] || colours[i].lab[2]))
                continue;
            if (photometric == PHOTOMETRIC_ITULAB && (abs(colours[i].lab[1]) > 80 || abs(colours[i].lab[2]) > 70))
                continue;
            int there = p.data[i * (size_t)bands + (size_t)b], right = colours[i].rgb[b];
            if (abs(there - right) > 2)
                fail_msg("photometric %u, %u bits, colour %zu, band %d: %d, not %d", photometric, bits, i, b, there, right);
        }
    descry_picture_free(&p);
    free(f.bytes);
}

static void lab_becomes_srgb(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++)
        for (int extra = 0; extra < 2; extra++)
            for (unsigned bits = 8; bits <= 16; bits += 8)
                for (int bands = 1; bands <= 3; bands += 2) {
                    check_lab(PHOTOMETRIC_CIELAB, bits, big, extra, bands);
                    check_lab(PHOTOMETRIC_ICCLAB, bits, big, extra, bands);
                    if (bits == 16)
                        check_lab(PHOTOMETRIC_ITULAB, bits, big, extra, bands);
                }
}

/* Tags of every kind that nobody needs for the pixels, those that libtiff would give up for among them */
static void needless_tags_may_lie_beyond_the_file(void **state)
{
    (void)state;
    static const entry needless[] = {
        {700, 1, 5000, BEYOND}, {34675, 7, 5000, BEYOND}, {33723, 4, 5000, BEYOND}, {34377, 1, 5000, BEYOND},
        {34665, 4, 9, BEYOND}, {34853, 4, 9, BEYOND}, {330, 4, 5, BEYOND}, {305, 2, 100, BEYOND}, {306, 2, 20, BEYOND},
        {270, 2, 0x7FFFFFFF, BEYOND}, {282, 5, 2, BEYOND}, {301, 3, 768, BEYOND}, {318, 5, 2, BEYOND}, {319, 5, 6, BEYOND},
        {320, 3, 768, BEYOND}, {529, 5, 3, BEYOND}, {532, 5, 6, BEYOND}, {347, 7, 600, BEYOND}, {280, 3, 5, BEYOND},
        {281, 3, 50, BEYOND}, {340, 11, 5, BEYOND}, {341, 12, 5, BEYOND}, {32996, 3, 9, BEYOND}, {60000, 12, 10, BEYOND},
        {65000, 99, 9, BEYOND}, {65001, 0, 9, BEYOND},
    };
    static const uint8_t pixels[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    for (size_t i = 0; i < 4 * (sizeof needless / sizeof *needless); i++) {
        file f = {.big = i & 1, .wide = i & 2};
        const entry entries[] = {needless[i / 4], {0, 0, 0, 0}};
        descry_picture p;
        descry_error err;
        make(&f, entries, pixels, sizeof pixels);
        if (decode(&f, &p, &err))
            fail_msg("tag %u, %zu: %s", needless[i / 4].tag, i % 4, err.message);
        assert_memory_equal(p.data, pixels, sizeof pixels);
        descry_picture_free(&p);
        free(f.bytes);
    }
}

static void xmp_says_when(void **state)
{
    (void)state;
    static const char packet[] =
        "0123456789abcdef<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        "xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:DateTimeOriginal='2019-07-21T14:03:59'/></rdf:RDF>"; /* after pixels */
    enum { PIXELS = 16, PACKET = sizeof packet - 1 - PIXELS };
    for (int i = 0; i < (WITH_XMP ? 4 : 0); i++) {
        file f = {.big = i & 1, .wide = i & 2};
        entry entries[] = {{700, 1, PACKET, 1}, {0, 0, 0, 0}};
        descry_picture p;
        descry_error err;
        char text[DESCRY_TIME_SIZE];
        make(&f, entries, packet, sizeof packet - 1);
        entries[0].value = (uint32_t)f.size - PACKET;
        free(f.bytes);
        make(&f, entries, packet, sizeof packet - 1);
        if (decode(&f, &p, &err))
            fail_msg("%d: %s", i, err.message);
        descry_time_print(text, p.metadata.taken, p.metadata.taken_offset);
        assert_string_equal(text, "2019-07-21T14:03:59");
        assert_int_equal(p.xmp_size, PACKET);
        descry_picture_free(&p);
        free(f.bytes);
    }
}

static void lies_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *message;
        entry entries[9];
    } lies[] = {
        {"offsets", "would lie beyond", {{273, LONG, 16, BEYOND}}},
        {"counts", "would lie beyond", {{279, LONG, 16, BEYOND}}},
        {"palette", "would lie beyond", {{262, SHORT, 1, 3}, {320, SHORT, 768, BEYOND}}},
        {"bits", "would lie beyond", {{258, SHORT, 9, BEYOND}, {277, SHORT, 1, 9}, {262, SHORT, 1, 2}}},
        {"a tile of many samples", "too large for 1 x 1",
         {{256, LONG, 1, 1}, {257, LONG, 1, 1}, {258, SHORT, 1, 16}, {262, SHORT, 1, 2}, {277, SHORT, 1, 1500},
          {322, LONG, 1, 1024}, {323, LONG, 1, 1024}, {324, LONG, 1, 0}, {325, LONG, 1, 9}}},
        {"a wide tile", "are not read",
         {{258, SHORT, 1, 1}, {259, SHORT, 1, 4}, {322, LONG, 1, 1u << 29}, {323, LONG, 1, 16}, {324, LONG, 1, 0},
          {325, LONG, 1, 9}}},
        {"a tile for LogLuv", "too large",
         {{258, SHORT, 1, 16}, {259, SHORT, 1, 34676}, {262, SHORT, 1, 32845}, {277, SHORT, 1, 3}, {322, LONG, 1, 16384},
          {323, LONG, 1, 16384}, {324, LONG, 1, 0}, {325, LONG, 1, 9}}},
        {"a row of many samples", "too large", {{256, LONG, 1, 60000}, {258, SHORT, 1, 16}, {277, SHORT, 1, 65535}}},
        {"strips of many planes", "too few strips",
         {{257, LONG, 1, 65500}, {277, SHORT, 1, 65500}, {278, LONG, 1, 1}, {284, SHORT, 1, 2}}},
        {"rows of fax", "rows of fax",
         {{256, LONG, 1, 7800}, {257, LONG, 1, 65500}, {258, SHORT, 1, 1}, {259, SHORT, 1, 4}, {279, LONG, 1, 16}}},
    };
    static const uint8_t pixels[16] = {0xFF};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        file f = {.wide = i & 1};
        entry entries[10] = {{0, 0, 0, 0}};
        descry_picture p;
        descry_error err = {0};
        memcpy(entries, lies[i].entries, sizeof lies[i].entries);
        make(&f, entries, pixels, sizeof pixels);
        int rc = decode(&f, &p, &err);
        if (rc == 0 || !strstr(err.message, lies[i].message))
            fail_msg("%s: %d, \"%s\"", lies[i].what, rc, err.message);
        free(f.bytes);
    }
}

/* Each tag another copy of the file */
static void tags_larger_than_the_file_are_refused(void **state)
{
    (void)state;
    enum { SIZE = 1 << 19 };
    uint8_t *pixels = calloc(1, SIZE);
    file f = {0};
    const entry entries[] = {{40000, 1, SIZE, 8}, {40001, 1, SIZE, 8}, {40002, 1, SIZE, 8}, {40003, 1, SIZE, 8},
                             {40004, 1, SIZE, 8}, {0, 0, 0, 0}};
    descry_picture p;
    descry_error err = {0};
    make(&f, entries, pixels, SIZE);
    assert_int_equal(decode(&f, &p, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "larger than the file"));
    free(f.bytes);
    free(pixels);
}

/* JPEGs without end: each scan is another way through all of a picture. */
static void scans_of_jpegs_are_counted(void **state)
{
    (void)state;
    enum { SCANS = 200 };
    uint8_t scans[4 * SCANS];
    const entry entries[] = {{256, LONG, 1, 8000}, {257, LONG, 1, 8000}, {259, SHORT, 1, 7}, {0, 0, 0, 0}};
    file f = {0};
    descry_picture p;
    descry_error err = {0};
    for (size_t i = 0; i < sizeof scans; i += 4)
        memcpy(scans + i, "\xFF\xDA\0\2", 4);
    make(&f, entries, scans, sizeof scans);
    assert_int_equal(decode(&f, &p, &err), DESCRY_ERR_LIMIT);
    assert_non_null(strstr(err.message, "scans"));
    free(f.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lab_becomes_srgb),
        cmocka_unit_test(needless_tags_may_lie_beyond_the_file),
        cmocka_unit_test(xmp_says_when),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(tags_larger_than_the_file_are_refused),
        cmocka_unit_test(scans_of_jpegs_are_counted),
    };
    return cmocka_run_group_tests_name("tiff", tests, NULL, NULL);
}
