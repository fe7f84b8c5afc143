/* SPDX-License-Identifier: Apache-2.0
 * JPEG 2000 made marker by marker: sizes and counts that lie, and what the boxes of a JP2 say of a picture. */
#include "cmocka_test.h"

#include "exif_fixture.h"
#include "image/picture.h"
#include "meta/time.h"

#include <string.h>

enum { ROOM = 1 << 15 };

typedef struct file {
    uint8_t bytes[ROOM];
    size_t size;
} file;

static void add(file *f, uint64_t value, size_t size)
{
    assert_true(f->size + size <= ROOM);
    for (size_t i = 0; i < size; i++)
        f->bytes[f->size++] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static void add_bytes(file *f, const void *bytes, size_t size)
{
    assert_true(f->size + size <= ROOM);
    if (size)
        memcpy(f->bytes + f->size, bytes, size);
    f->size += size;
}

static void add_size(file *f, uint32_t width, uint32_t height, unsigned components, uint32_t tile_width, uint32_t tile_height,
                     unsigned every)
{
    add(f, 0xFF4F, 2);
    add(f, 0xFF51, 2);
    add(f, 38 + 3 * components, 2);
    add(f, 0, 2);
    const uint32_t sizes[] = {width, height, 0, 0, tile_width, tile_height, 0, 0};
    for (size_t i = 0; i < 8; i++)
        add(f, sizes[i], 4);
    add(f, components, 2);
    for (unsigned i = 0; i < components; i++)
        add(f, 7 << 16 | every << 8 | every, 3);
}

typedef struct style {
    unsigned layers, levels, block; /* block: exponent less 2 */
    const char *precincts;          /* [levels + 1]; NULL: of 2^15 */
} style;

static void add_style(file *f, const style *s, int component)
{
    size_t precincts = s->precincts ? s->levels + 1 : 0;
    add(f, component < 0 ? 0xFF52 : 0xFF53, 2);
    add(f, (component < 0 ? 12 : 9) + precincts, 2);
    if (component >= 0)
        add(f, (unsigned)component, 1);
    add(f, precincts > 0, 1);
    if (component < 0)
        add(f, (uint64_t)2 << 24 | s->layers << 8, 4); /* by resolution, position, component, layer */
    add(f, s->levels << 24 | s->block << 16 | s->block << 8, 4);
    add(f, 1, 1);
    if (precincts)
        add_bytes(f, s->precincts, precincts);
}

/* No quantisation */
static void add_steps(file *f, unsigned levels)
{
    add(f, 0xFF5C, 2);
    add(f, 4 + 3 * levels, 2);
    for (unsigned i = 0; i < 3 * levels + 2; i++)
        add(f, 0x40, 1);
}

/* A tile-part of `data` zeros: packets in which nothing is. */
static void add_tile(file *f, unsigned tile, unsigned part, const style *own, int component, size_t data)
{
    size_t start = f->size;
    add(f, 0xFF90, 2);
    add(f, 10, 2);
    add(f, tile, 2);
    add(f, 0, 4);
    add(f, part << 8, 2);
    if (own)
        add_style(f, own, component);
    add(f, 0xFF93, 2);
    for (size_t i = 0; i < data; i++)
        add(f, 0, 1);
    size_t end = f->size;
    f->size = start + 6;
    add(f, end - start, 4);
    f->size = end;
}

static void add_end(file *f)
{
    add(f, 0xFFD9, 2);
}

static int decode(const file *f, descry_picture *picture, descry_error *err)
{
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    return descry_picture_decode(picture, f->bytes, f->size, "a file", &limits, err);
}

static void assert_refused(const file *f, const char *what, const char *message)
{
    descry_picture p;
    descry_error err = {0};
    int rc = decode(f, &p, &err);
    if (rc == 0 || !strstr(err.message, message))
        fail_msg("%s: %d, \"%s\"", what, rc, err.message);
}

static const style usual = {1, 0, 4, NULL}, crumbs = {1, 0, 4, "\0"}, small_blocks = {1, 0, 0, NULL};

static void make_grey(file *f, uint32_t width, uint32_t height)
{
    add_size(f, width, height, 1, width, height, 1);
    add_style(f, &usual, -1);
    add_steps(f, 0);
    add_tile(f, 0, 0, NULL, 0, 16);
    add_end(f);
}

static void empty_pictures_are_read(void **state)
{
    (void)state;
    file f = {.size = 0};
    descry_picture p;
    descry_error err = {0};
    make_grey(&f, 300, 200);
    if (decode(&f, &p, &err))
        fail_msg("%s", err.message);
    assert_int_equal(p.width, 300);
    assert_int_equal(p.data[0], 128);
    descry_picture_free(&p);
}

/* In the main header, for a component, in a tile's, behind a marker that OpenJPEG does not know */
static void precincts_are_counted_wherever_they_are_named(void **state)
{
    (void)state;
    for (int where = 0; where < 5; where++) {
        file f = {.size = 0};
        add_size(&f, 2000, 2000, 3, 2000, 2000, 1);
        add_style(&f, where == 0 ? &crumbs : &usual, -1);
        if (where == 1)
            add_style(&f, &crumbs, 2);
        if (where == 2) {
            add(&f, 0xFF300040, 4);
            add_style(&f, &crumbs, -1);
        }
        add_steps(&f, 0);
        add_tile(&f, 0, 0, where > 2 ? &crumbs : NULL, where == 3 ? -1 : 1, 100);
        add_end(&f);
        assert_refused(&f, "precincts of one sample", "precincts");
    }
}

static void lies_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *message;
        uint32_t width, height, tile_width, tile_height;
        unsigned components, every;
        style style;
    } lies[] = {
        {"tiles", "tiles", 257, 255, 1, 1, 3, 1, {1, 0, 4, NULL}},
        {"tiles in a row", "tiles", 60000, 1, 1, 1, 1, 1, {1, 0, 4, NULL}},
        {"components", "components", 255, 255, 1, 1, 10000, 1, {1, 0, 4, NULL}},
        {"a component each", "components", 2000, 2000, 2000, 2000, 5, 1, {1, 0, 4, NULL}},
        {"samples far apart", "for each 255 pixels", 20000, 20000, 20000, 20000, 4, 255, {1, 0, 4, NULL}},
        {"layers", "packets", 8, 8, 8, 8, 4, 1, {65535, 32, 4, NULL}},
        {"precincts and layers", "precincts", 512, 512, 512, 512, 4, 1, {65535, 5, 4, "333333"}},
        {"code blocks", "code blocks", 20000, 20000, 20000, 20000, 1, 1, {1, 0, 0, NULL}},
        {"narrow and low precincts", "precincts", 20000, 20000, 20000, 20000, 1, 1, {1, 1, 4, "\xF1\x1F"}},
        {"levels", "levels", 64, 64, 64, 64, 1, 1, {1, 33, 4, NULL}},
        {"blocks", "blocks that are too large", 64, 64, 64, 64, 1, 1, {1, 0, 9, NULL}},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        file f = {.size = 0};
        add_size(&f, lies[i].width, lies[i].height, lies[i].components, lies[i].tile_width, lies[i].tile_height, lies[i].every);
        if (lies[i].components < 5) {
            add_style(&f, &lies[i].style, -1);
            add_steps(&f, lies[i].style.levels);
            add_tile(&f, 0, 0, NULL, 0, 100);
        }
        assert_refused(&f, lies[i].what, lies[i].message);
    }
}

static void tile_parts_that_lie_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        file f = {.size = 0};
        add_size(&f, 64, 64, 1, 64, 64, 1);
        add_style(&f, &usual, -1);
        add_steps(&f, 0);
        size_t start = f.size;
        add_tile(&f, i == 0, 0, NULL, 0, 16);
        add_tile(&f, 0, i == 1 ? 0 : 1, i == 2 ? &small_blocks : NULL, -1, 16);
        f.bytes[start + 9] = (uint8_t)(i == 3 ? 255 : f.bytes[start + 9]);
        add_end(&f);
        static const char *const messages[] = {"cannot have", "begins twice", "in the midst", "truncated"};
        assert_refused(&f, messages[i], messages[i]);
    }
}

/* ---- boxes -------------------------------------------------------------------------------------------------------- */

static void add_box(file *f, const char *type, const char *id, const void *content, size_t size)
{
    size_t extra = id ? 16 : 0;
    add(f, 8 + extra + size, 4);
    add_bytes(f, type, 4);
    add_bytes(f, id, extra);
    add_bytes(f, content, size);
}

static void begin_jp2(file *f, unsigned palette, int inside)
{
    file colours = {.size = 0}, header = {.size = 0};
    add_box(f, "jP  ", NULL, "\r\n\x87\n", 4);
    add_box(f, "ftyp", NULL, "jp2 \0\0\0\0jp2 ", 12);
    add_box(&header, "ihdr", NULL, "\0\0\0\x40\0\0\0\x40\0\1\7\7\0\0", 14);
    add_box(&header, "colr", NULL, "\1\0\0\0\0\0\x11", 7);
    if (palette) {
        add(&colours, 1, 2);
        add(&colours, palette, 1);
        for (unsigned i = 0; i < palette; i++)
            add(&colours, 7, 1);
        for (unsigned i = 0; i < palette; i++)
            add(&colours, 10 * (i + 1), 1);
        add_box(inside ? &header : f, "pclr", NULL, colours.bytes, colours.size);
        colours.size = 0;
        for (unsigned i = 0; i < palette; i++)
            add(&colours, 1 << 8 | i, 4);
        add_box(inside ? &header : f, "cmap", NULL, colours.bytes, colours.size);
    }
    add_box(f, "jp2h", NULL, header.bytes, header.size);
}

static void palettes_are_bounded(void **state)
{
    (void)state;
    for (int inside = 0; inside < 2; inside++) {
        file f = {.size = 0}, picture = {.size = 0};
        make_grey(&picture, 64, 64);
        begin_jp2(&f, 255, inside);
        add_box(&f, "jp2c", NULL, picture.bytes, picture.size);
        assert_refused(&f, "a palette", "palette of 255 components");
    }
    file f = {.size = 0}, picture = {.size = 0};
    descry_picture p;
    descry_error err = {0};
    make_grey(&picture, 64, 64);
    begin_jp2(&f, 3, 1);
    add_box(&f, "jp2c", NULL, picture.bytes, picture.size);
    if (decode(&f, &p, &err))
        fail_msg("%s", err.message);
    assert_int_equal(p.mode, DESCRY_MODE_RGB);
    assert_memory_equal(p.data, "\x0A\x14\x1E", 3);
    descry_picture_free(&p);
}

/* What is between two numbers of colours is no colour between them. */
static void palettes_have_no_drafts(void **state)
{
    (void)state;
    static const style levels = {1, 3, 4, NULL};
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    static const descry_enough enough = {8, 8, 0};
    for (unsigned palette = 0; palette < 4; palette += 3) {
        file f = {.size = 0}, picture = {.size = 0};
        descry_picture p;
        descry_error err = {0};
        add_size(&picture, 64, 64, 1, 64, 64, 1);
        add_style(&picture, &levels, -1);
        add_steps(&picture, levels.levels);
        add_tile(&picture, 0, 0, NULL, 0, 16);
        add_end(&picture);
        begin_jp2(&f, palette, 1);
        add_box(&f, "jp2c", NULL, picture.bytes, picture.size);
        if (descry_picture_draft(&p, f.bytes, f.size, "a file", &limits, &enough, &err))
            fail_msg("%s", err.message);
        assert_int_equal(p.width, palette ? 64 : 8);
        assert_int_equal(p.whole_width, 64);
        descry_picture_free(&p);
    }
}

/* Before and behind the picture, in each of the boxes that programs put it into */
static void jp2_says_when_and_by_what(void **state)
{
    (void)state;
    static const char xmp[] = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
                              "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
                              "xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:DateTimeOriginal='2001-02-03T04:05:06'/>"
                              "</rdf:RDF></x:xmpmeta>";
    for (int i = 0; i < 10; i++) {
        file f = {.size = 0}, picture = {.size = 0}, block = {.size = 0};
        exif e;
        exif_full(&e, i & 1, i / 2 == 1);
        make_grey(&picture, 64, 64);
        begin_jp2(&f, 0, 0);
        if (i & 1)
            add_box(&f, "jp2c", NULL, picture.bytes, picture.size);
        add_box(&f, "uuid", "\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC", xmp, sizeof xmp - 1);
        if (i / 2 == 3)
            add(&block, 0, 4);
        add_bytes(&block, e.bytes, e.size);
        if (i / 2 < 2)
            add_box(&f, "uuid", "JpgTiffExif->JP2", block.bytes, block.size);
        else if (i / 2 == 2)
            add_box(&f, "uuid", "\x05\x37\xCD\xAB\x9D\x0C\x44\x31\xA7\x2A\xFA\x56\x1F\x2A\x11\x3E", block.bytes, block.size);
        else
            add_box(&f, "Exif", NULL, block.bytes, block.size);
        if (!(i & 1))
            add_box(&f, "jp2c", NULL, picture.bytes, picture.size);
        descry_picture p;
        descry_error err = {0};
        char text[DESCRY_TIME_SIZE];
        if (decode(&f, &p, &err))
            fail_msg("%d: %s", i, err.message);
        descry_time_print(text, p.metadata.taken, p.metadata.taken_offset);
        assert_string_equal(text, "2019-07-21T14:03:59.250+02:00");
        assert_string_equal(p.metadata.camera, "NIKON D90");
        assert_true(p.metadata.latitude > 48.13 && p.metadata.latitude < 48.14);
        assert_int_equal(p.xmp_size, sizeof xmp - 1);
        assert_int_equal(p.orientation, 1);
        descry_picture_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_pictures_are_read),
        cmocka_unit_test(precincts_are_counted_wherever_they_are_named),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(tile_parts_that_lie_are_refused),
        cmocka_unit_test(palettes_are_bounded),
        cmocka_unit_test(palettes_have_no_drafts),
        cmocka_unit_test(jp2_says_when_and_by_what),
    };
    return cmocka_run_group_tests_name("jpeg2000", tests, NULL, NULL);
}
