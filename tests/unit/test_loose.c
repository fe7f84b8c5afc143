/* SPDX-License-Identifier: Apache-2.0
 * EXIF and XMP as cameras and programs really write them, and not as the standards say. */
#include "cmocka_test.h"

#include "exif_fixture.h"
#include "meta/directory.h"
#include "meta/exif.h"
#include "meta/time.h"
#include "meta/xmp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ASCII = DESCRY_TIFF_ASCII, UNDEFINED = DESCRY_TIFF_UNDEFINED, UTF8 = DESCRY_TIFF_UTF8, BYTE = DESCRY_TIFF_BYTE };

static descry_metadata read_part(exif *e, descry_exif_part part)
{
    descry_metadata m;
    exif_make(e, 0);
    descry_metadata_clear(&m);
    descry_exif_fill(&m, part, e->bytes, e->size);
    return m;
}

static descry_metadata read(exif *e)
{
    return read_part(e, DESCRY_EXIF_WHOLE);
}

static void assert_time(const descry_metadata *m, const char *what, const char *expected)
{
    char text[DESCRY_TIME_SIZE];
    descry_time_print(text, m->taken, m->taken_offset);
    if (strcmp(text, expected) != 0)
        fail_msg("'%s' is read as '%s', not '%s'", what, text, expected);
}

static void assert_place(const descry_metadata *m, const char *what, double latitude, double longitude)
{
    if (isnan(latitude) ? !isnan(m->latitude) || !isnan(m->longitude)
                        : !(fabs(m->latitude - latitude) < 1e-6 && fabs(m->longitude - longitude) < 1e-6))
        fail_msg("%s: %g, %g instead of %g, %g", what, m->latitude, m->longitude, latitude, longitude);
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

static void times_in_every_spelling(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"2019:07:21 14:03:59", "2019-07-21T14:03:59"},
        {"2015:08:22 24:08:19", "2015-08-23T00:08:19"}, /* hour 24 is of the next day */
        {"2019:12:31 24:00:00", "2020-01-01T00:00:00"},
        {"2019:07:21 14:03", "2019-07-21T14:03:00"},
        {"2019:07:21", "2019-07-21T00:00:00"},
        {"2019:07:21 ", "2019-07-21T00:00:00"},
        {"2019: 7: 1  9: 3: 5", "2019-07-01T09:03:05"},
        {"2019: 7: 1 19: 3: 5", "2019-07-01T19:03:05"},
        {"2019:07:21   :  :  ", "2019-07-21T00:00:00"},
        {"2019:7:1 9:3:5", "2019-07-01T09:03:05"},
        {"2019:7:21 14:3:5     ", "2019-07-21T14:03:05"},
        {"2019:07:21 14:03:5 ", "2019-07-21T14:03:05"},
        {"2019:07:21:14:03:59", "2019-07-21T14:03:59"},
        {"2019:07:21  14:03:59", "2019-07-21T14:03:59"},
        {"2019-07-21T14:03:59", "2019-07-21T14:03:59"},
        {"2019/07/21 14:03:59", "2019-07-21T14:03:59"},
        {"2019.07.21 14.03.59", "2019-07-21T14:03:59"},
        {"2019:07:21 14:03:59.25", "2019-07-21T14:03:59.250"},
        {"2019:07:21 14:03:59+02:00", "2019-07-21T14:03:59+02:00"},
        {"2019:07:21 14:03:59 +0200", "2019-07-21T14:03:59+02:00"},
        {"2019:07:21 14:03:59.5-3:30", "2019-07-21T14:03:59.500-03:30"},
        {"2019-07-21T14:03:59Z", "2019-07-21T14:03:59Z"},
        {"2019-07-21T14:03+02:00", "2019-07-21T14:03:00+02:00"},
        {"2019:07:21 14:03:59 and more", "2019-07-21T14:03:59"},
        {"2019:07:21 02:03:59 PM", "2019-07-21T14:03:59"},
        {"2019:07:21 2:03pm", "2019-07-21T14:03:00"},
        {"2019:07:21 12:03:59 p.m. +0200", "2019-07-21T12:03:59+02:00"},
        {"2019:07:21 12:03:59 AM", "2019-07-21T00:03:59"},
        {"2019:07:21 11:03:59a.m.", "2019-07-21T11:03:59"},
        {"2019:07:21 14:03:59 PM", "2019-07-21T14:03:59"},
        {"    :  :     :  :  ", ""},
        {"0000:00:00 00:00:00", ""},
        {"2019:00:00 00:00:00", ""},
        {"2019:07:21 25:03:59", ""},
        {"2019:07:21 14:61:00", ""},
        {"2019:07:21 14", ""},
        {"2019:07:211 14:03:59", ""},
        {"2019:07:21 14:03:599", ""},
        {"2019:07:21x", ""},
        {"20190721", ""},
        {"19:07:21 14:03:59", ""},
        {"", ""},
    };
    static const unsigned types[] = {ASCII, UNDEFINED, UTF8, BYTE};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t t = 0; t < sizeof types / sizeof *types; t++)
            for (int directory = EXIF_MAIN; directory <= EXIF_SUB; directory++) {
                exif e = {.big = (int)i & 1};
                unsigned size = (unsigned)strlen(cases[i][0]) + (t & 1 ? 0 : 1); /* some end without a NUL */
                exif_value(&e, directory, 0x9003, types[t], size, cases[i][0], size);
                descry_metadata m = read(&e);
                assert_time(&m, cases[i][0], cases[i][1]);
            }
}

static void zones_in_every_spelling(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"+0200", "+02:00"}, {"+2:00", "+02:00"}, {"-3:30", "-03:30"}, {"+02", "+02:00"},
                                           {"Z", "Z"},          {" +02:00 ", "+02:00"}, {"+15:00", ""},   {"+2:0", ""},
                                           {"02:00", ""},       {"CEST", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[40] = "2019-07-21T14:03:59";
        exif e = {0};
        exif_text(&e, EXIF_SUB, 0x9003, "2019:07:21 14:03:59");
        exif_value(&e, EXIF_SUB, 0x9011, i & 1 ? UNDEFINED : ASCII, (unsigned)strlen(cases[i][0]), cases[i][0],
                   strlen(cases[i][0]));
        strcat(expected, cases[i][1]);
        descry_metadata m = read(&e);
        assert_time(&m, cases[i][0], expected);
    }
    exif e = {0}; /* the tag's zone counts for more than the date's */
    exif_text(&e, EXIF_SUB, 0x9003, "2019:07:21 14:03:59Z");
    exif_text(&e, EXIF_SUB, 0x9011, "+02:00");
    descry_metadata m = read(&e);
    assert_time(&m, "two zones", "2019-07-21T14:03:59+02:00");
}

/* ---- place ------------------------------------------------------------------------------------------------------ */

static void put(const exif *e, uint8_t *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[e->big ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

/* Latitude of `count` numbers of a type, to the north of 11.575 east. */
static descry_metadata at_latitude(int big, unsigned type, const double *parts, unsigned count, const char *ref)
{
    static const uint32_t east[] = {11, 1, 345, 10, 0, 1};
    exif e = {.big = big};
    uint8_t bytes[64];
    size_t each = type == DESCRY_TIFF_FLOAT ? 4 : 8;
    for (unsigned i = 0; i < count; i++) {
        uint8_t *at = bytes + each * i;
        float single = (float)parts[i];
        uint32_t bits;
        uint64_t wide;
        memcpy(&bits, &single, sizeof bits);
        memcpy(&wide, &parts[i], sizeof wide);
        if (type == DESCRY_TIFF_FLOAT)
            put(&e, at, bits, 4);
        else if (type == DESCRY_TIFF_DOUBLE)
            put(&e, at, wide, 8);
        else {
            put(&e, at, (uint32_t)(int32_t)lrint(parts[i] * 1000000), 4);
            put(&e, at + 4, 1000000, 4);
        }
    }
    exif_text(&e, EXIF_GPS, 1, ref);
    exif_value(&e, EXIF_GPS, 2, type, count, bytes, each * count);
    exif_text(&e, EXIF_GPS, 3, "E");
    exif_rationals(&e, 4, east, 3);
    return read(&e);
}

static void coordinates_of_every_type(void **state)
{
    (void)state;
    static const unsigned types[] = {DESCRY_TIFF_RATIONAL, DESCRY_TIFF_SRATIONAL, DESCRY_TIFF_FLOAT, DESCRY_TIFF_DOUBLE};
    static const double parts[][4] = {{48.137}, {48, 8.22}, {48, 8, 13.2}, {48, 8, 13.2, 0}};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (unsigned count = 1; count <= 4; count++) {
            descry_metadata m = at_latitude((int)count & 1, types[t], parts[count - 1], count, "N");
            if (!(fabs(m.latitude - 48.137) < 1e-5) || fabs(m.longitude - 11.575) > 1e-9)
                fail_msg("type %u, %u numbers: %g, %g", types[t], count, m.latitude, m.longitude);
        }
    static const double rounded[] = {48, 7, 60.03}, south[] = {-33, -51, -35.4}, wrong[] = {48, 61, 0}, nan[] = {NAN, 0, 0};
    descry_metadata m = at_latitude(0, DESCRY_TIFF_RATIONAL, rounded, 3, "N");
    assert_place(&m, "60.03 seconds", 48 + 7 / 60.0 + 60.03 / 3600, 11.575);
    m = at_latitude(0, DESCRY_TIFF_SRATIONAL, south, 3, "S");
    assert_place(&m, "with a sign", -33.859833333, 11.575);
    m = at_latitude(0, DESCRY_TIFF_RATIONAL, wrong, 3, "N");
    assert_place(&m, "61 minutes", NAN, NAN);
    m = at_latitude(0, DESCRY_TIFF_DOUBLE, nan, 3, "N");
    assert_place(&m, "not a number", NAN, NAN);
}

static void hemispheres_and_coordinates_as_texts(void **state)
{
    (void)state;
    static const struct {
        const char *ns, *latitude;
        unsigned type; /* of the hemisphere */
        double expected;
    } cases[] = {{"North", "48.137", ASCII, 48.137},
                 {"n", "48 deg 8' 13.2\"", ASCII, 48.137},
                 {"N", "48,8.22N", BYTE, 48.137},
                 {"South", "48.137", UNDEFINED, -48.137},
                 {"S", "-48.137", ASCII, -48.137},
                 {" N", "48 8 13.2", UTF8, 48.137},
                 {"", "48.137", ASCII, NAN}, /* without its hemisphere a latitude stays unknown */
                 {"?", "48.137", ASCII, NAN},
                 {"NE", "48.137", ASCII, NAN},
                 {"N", "48/1 8/1 132/10", ASCII, 48.137},
                 {"N", "unknown", ASCII, NAN},
                 {"N", "148.137", ASCII, NAN},
                 {"N", "48.137.", ASCII, 48.137}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exif e = {.big = 1};
        exif_value(&e, EXIF_GPS, 1, cases[i].type, (unsigned)strlen(cases[i].ns), cases[i].ns, strlen(cases[i].ns));
        exif_text(&e, EXIF_GPS, 2, cases[i].latitude);
        exif_value(&e, EXIF_GPS, 3, cases[i].type, 4, "West", 4);
        exif_text(&e, EXIF_GPS, 4, "11.575");
        descry_metadata m = read(&e);
        assert_place(&m, cases[i].latitude, cases[i].expected, -11.575);
    }
}

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

/* What an earlier block said stays, and the parts of CR3 are directories of their own. */
static void blocks_complete_one_another(void **state)
{
    (void)state;
    exif full, other = {0}, sub = {0};
    descry_metadata m;
    exif_full(&full, 0, 0);
    exif_text(&other, EXIF_MAIN, 0x010E, "A garden");
    exif_text(&other, EXIF_MAIN, 0x0110, "another");
    exif_text(&other, EXIF_MAIN, 0x0132, "2001:01:01 01:01:01");
    exif_make(&other, 1);
    descry_metadata_clear(&m);
    descry_exif_fill(&m, DESCRY_EXIF_WHOLE, full.bytes, full.size);
    descry_exif_fill(&m, DESCRY_EXIF_WHOLE, other.bytes, other.size);
    assert_time(&m, "the first", "2019-07-21T14:03:59.250+02:00");
    assert_string_equal(m.camera, "NIKON D90");
    assert_string_equal(m.title, "A garden");
    exif_text(&sub, EXIF_MAIN, 0x9003, "2019:07:21 14:03:59"); /* its first directory is that of EXIF */
    m = read_part(&sub, DESCRY_EXIF_SUB);
    assert_time(&m, "EXIF's own", "2019-07-21T14:03:59");
    m = read_part(&other, DESCRY_EXIF_SUB);
    assert_string_equal(m.camera, "");
}

/* Some programs write links, and the orientation, with a sign. */
static void links_are_numbers_of_any_type(void **state)
{
    (void)state;
    enum { ORIENTATION = 0x0112, SUB = 0x8769 };
    static const unsigned types[] = {DESCRY_TIFF_LONG, DESCRY_TIFF_SLONG, DESCRY_TIFF_IFD};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        static const uint8_t six[4] = {6};
        exif e = {0};
        exif_value(&e, EXIF_MAIN, ORIENTATION, types[t], 1, six, sizeof six);
        exif_text(&e, EXIF_SUB, 0x9003, "2019:07:21 14:03:59");
        exif_make(&e, 0);
        size_t at = 10;
        while (e.bytes[at] != (SUB & 255) || e.bytes[at + 1] != SUB >> 8)
            at += 12;
        e.bytes[at + 2] = (uint8_t)types[t];
        descry_metadata m;
        descry_metadata_clear(&m);
        assert_int_equal(descry_exif_fill(&m, DESCRY_EXIF_WHOLE, e.bytes, e.size), 6);
        assert_time(&m, "linked", "2019-07-21T14:03:59");
    }
}

/* A maker's note of 300 KB, or one that says so, takes nothing from the rest. */
static void notes_are_of_any_size(void **state)
{
    (void)state;
    enum { NOTE = 300000 };
    for (int there = 0; there < 2; there++) {
        exif e;
        exif_full(&e, there, 0);
        e.counts[EXIF_MAIN] -= 2; /* its links are made anew */
        exif_value(&e, EXIF_SUB, 0x927C, UNDEFINED, NOTE, "a note begins", 13);
        exif_make(&e, 1);
        size_t size = e.size + (there ? NOTE : 0);
        uint8_t *bytes = calloc(size, 1);
        descry_metadata m;
        memcpy(bytes, e.bytes, e.size);
        descry_metadata_clear(&m);
        descry_exif_fill(&m, DESCRY_EXIF_WHOLE, bytes, size);
        free(bytes);
        assert_time(&m, "with a note", "2019-07-21T14:03:59.250+02:00");
        assert_place(&m, "with a note", 48 + 8 / 60.0 + 13.2 / 3600, 11.575);
    }
}

static void numbers_of_every_type(void **state)
{
    (void)state;
    static const struct {
        unsigned type;
        uint64_t bytes; /* big-endian */
        size_t size;
        double value;
    } cases[] = {{1, 0xFE, 1, 254},        {3, 0xFFFE, 2, 65534},          {4, 0xFFFFFFFE, 4, 4294967294.0},
                 {6, 0xFE, 1, -2},         {8, 0xFFFE, 2, -2},             {9, 0x80000000, 4, -2147483648.0},
                 {10, 0xFFFFFFFF00000002, 8, -0.5}, {10, 0x00000001FFFFFFFE, 8, -0.5}, {5, 0xFFFFFFFF00000001, 8, 4294967295.0},
                 {11, 0xC0200000, 4, -2.5}, {12, 0xC004000000000000, 8, -2.5}, {13, 7, 4, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exif e = {.big = 1};
        uint8_t bytes[8];
        put(&e, bytes, cases[i].bytes, cases[i].size);
        exif_value(&e, EXIF_MAIN, 0x1234, cases[i].type, 1, bytes, cases[i].size);
        exif_make(&e, 0);
        descry_tiff tiff;
        descry_tiff_entry entry;
        assert_true(descry_tiff_open(&tiff, e.bytes, e.size));
        assert_true(descry_tiff_find(&tiff, tiff.first, 0x1234, &entry));
        if (descry_tiff_real(&tiff, &entry, 0) != cases[i].value)
            fail_msg("case %zu: %g", i, descry_tiff_real(&tiff, &entry, 0));
        assert_true(isnan(descry_tiff_real(&tiff, &entry, 1)));
    }
}

/* ---- XMP -------------------------------------------------------------------------------------------------------- */

#define PACKET(inside)                                                                                                 \
    "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"                           \
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>" inside "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
#define SPACES                                                                                                         \
    " xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:xmp='http://ns.adobe.com/xap/1.0/'"                             \
    " xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:tiff='http://ns.adobe.com/tiff/1.0/'"

static int fill(descry_metadata *m, const char *packet)
{
    descry_metadata_clear(m);
    return descry_xmp_fill(m, packet, strlen(packet));
}

static void packets_say_when_and_where(void **state)
{
    (void)state;
    descry_metadata m;
    int orientation = fill(&m, PACKET("<rdf:Description" SPACES " tiff:Orientation='6' exif:GPSLatitude='48,8.22N'"
                                      " exif:GPSLongitude='11,34,30W' xmp:CreateDate='2001-01-01'"
                                      " exif:DateTimeOriginal='2019-07-21T14:03:59.25+02:00'/>"));
    assert_int_equal(orientation, 6);
    assert_time(&m, "attributes", "2019-07-21T14:03:59.250+02:00");
    assert_place(&m, "attributes", 48.137, -11.575);
    orientation = fill(&m, PACKET("<rdf:Description" SPACES "><exif:GPSLatitude>48,8.22S</exif:GPSLatitude>"
                                  "<exif:GPSLongitude>11,34.5E</exif:GPSLongitude><tiff:Orientation>9</tiff:Orientation>"
                                  "<photoshop:DateCreated>2019-07-21</photoshop:DateCreated></rdf:Description>"));
    assert_int_equal(orientation, 0);
    assert_time(&m, "elements", "2019-07-21T00:00:00");
    assert_place(&m, "elements", -48.137, 11.575);
    m.taken = 1; /* known already */
    const char *packet = PACKET("<rdf:Description" SPACES " xmp:CreateDate='2001-01-01'/>");
    descry_xmp_fill(&m, packet, strlen(packet));
    assert_true(m.taken == 1);
}

#define DATED(date) "<rdf:Description" SPACES "><exif:DateTimeOriginal>" date "</exif:DateTimeOriginal></rdf:Description>"

static void packets_as_programs_write_them(void **state)
{
    (void)state;
    static const char *const packets[] = {
        PACKET(DATED("\n  2019-07-21T14:03:59\n ")),
        PACKET(DATED("<rdf:Seq><rdf:li>2019-07-21T14:03:59</rdf:li><rdf:li>2001-01-01</rdf:li></rdf:Seq>")),
        PACKET(DATED("\n<rdf:Alt>\n<rdf:li xml:lang='x-default'>2019-07-21T14:03:59</rdf:li>\n</rdf:Alt>\n")),
        PACKET("<rdf:Description" SPACES "><exif:DateTimeOriginal rdf:parseType='Resource'>"
               "<rdf:value>2019-07-21T14:03:59</rdf:value><exif:by>1</exif:by></exif:DateTimeOriginal></rdf:Description>"),
        PACKET("<rdf:Description" SPACES "><xmp:of rdf:parseType='Resource'><exif:DateTimeOriginal>2001-01-01"
               "</exif:DateTimeOriginal></xmp:of></rdf:Description>" DATED("2019-07-21T14:03:59")),
        PACKET("<rdf:Description" SPACES "><xmp:of><rdf:Description exif:DateTimeOriginal='2001-01-01'/></xmp:of>"
               "</rdf:Description>" DATED("2019-07-21T14:03:59")),
        PACKET(DATED("2019-07-21T14:03:59")) "something else",
        PACKET(DATED("2019-07-21T14:03:59") "<rdf:Description" SPACES " xmp:Label='a & b'/>"),
        "\n\xEF\xBB\xBF" PACKET(DATED("2019-07-21T14:03:59")),
        "\n<?xml version='1.0'?>" PACKET(DATED("2019-07-21T14:03:59")),
        PACKET("<rdf:Description" SPACES " xmp:CreateDate='2019-07-21T14:03:59'><exif:DateTimeOriginal>2001-01-0"),
    };
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        descry_metadata m;
        fill(&m, packets[i]);
        assert_time(&m, packets[i], "2019-07-21T14:03:59");
    }
}

static void packets_are_of_any_unicode(void **state)
{
    (void)state;
    static const char packet[] = PACKET(DATED("2019-07-21T14:03:59"));
    for (int i = 0; i < 8; i++) {
        int big = i & 1, mark = i / 2 & 1, space = i / 4;
        char wide[2 * sizeof packet + 4] = "";
        size_t size = 0;
        if (mark)
            memcpy(wide, big ? "\xFE\xFF" : "\xFF\xFE", 2), size = 2;
        if (space)
            wide[size + (size_t)big] = '\n', size += 2;
        for (const char *c = packet; *c; c++, size += 2)
            wide[size + (size_t)big] = *c;
        descry_metadata m;
        descry_metadata_clear(&m);
        descry_xmp_fill(&m, wide, size);
        assert_time(&m, big ? "UTF-16, big-endian" : "UTF-16, little-endian", "2019-07-21T14:03:59");
    }
}

static void other_packets_say_nothing(void **state)
{
    (void)state;
    static const char *const packets[] = {
        "", "not XML",
        PACKET("<rdf:Description xmlns:exif='http://ns.example.com/' exif:DateTimeOriginal='2019-07-21T14:03:59'/>"),
        PACKET("<rdf:Description" SPACES " exif:DateTimeOriginal='2019-13-21T14:03:59'/>"),
        PACKET("<rdf:Description" SPACES " exif:GPSLatitude='48,8.22' exif:GPSLongitude='11,34.5E'/>"),
        "<!DOCTYPE x [<!ENTITY a '2019-07-21'>]>" PACKET("<rdf:Description" SPACES "><xmp:CreateDate>&a;</xmp:CreateDate>"
                                                         "</rdf:Description>"),
    };
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        descry_metadata m;
        assert_int_equal(fill(&m, packets[i]), 0);
        assert_true(m.taken == DESCRY_NO_TIME && isnan(m.latitude));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_in_every_spelling),
        cmocka_unit_test(zones_in_every_spelling),
        cmocka_unit_test(coordinates_of_every_type),
        cmocka_unit_test(hemispheres_and_coordinates_as_texts),
        cmocka_unit_test(links_are_numbers_of_any_type),
        cmocka_unit_test(blocks_complete_one_another),
        cmocka_unit_test(notes_are_of_any_size),
        cmocka_unit_test(numbers_of_every_type),
        cmocka_unit_test(packets_say_when_and_where),
        cmocka_unit_test(packets_as_programs_write_them),
        cmocka_unit_test(packets_are_of_any_unicode),
        cmocka_unit_test(other_packets_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
