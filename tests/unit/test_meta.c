/* SPDX-License-Identifier: Apache-2.0
 * EXIF, whole, odd and damaged; times as texts. */
#include "cmocka_test.h"

#include "exif_fixture.h"
#include "base/file.h"
#include "image/codecs.h"
#include "meta/exif.h"
#include "meta/time.h"
#include "meta/title.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_unknown(const descry_metadata *m)
{
    assert_true(m->taken == DESCRY_NO_TIME);
    assert_int_equal(m->taken_offset, DESCRY_NO_OFFSET);
    assert_string_equal(m->camera, "");
    assert_string_equal(m->title, "");
    assert_true(isnan(m->latitude) && isnan(m->longitude));
}

static descry_metadata read(const exif *e)
{
    descry_metadata m;
    descry_metadata_clear(&m);
    descry_exif_fill(&m, DESCRY_EXIF_WHOLE, e->bytes, e->size);
    return m;
}

static void assert_time(const descry_metadata *m, const char *expected)
{
    char text[DESCRY_TIME_SIZE];
    descry_time_print(text, m->taken, m->taken_offset);
    assert_string_equal(text, expected);
}

static void everything_is_read_in_both_byte_orders(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        exif e;
        exif_full(&e, i & 1, i >> 1);
        descry_metadata m = read(&e);
        assert_time(&m, "2019-07-21T14:03:59.250+02:00");
        assert_string_equal(m.camera, "NIKON D90");
        assert_true(fabs(m.latitude - (48 + 8 / 60.0 + 13.2 / 3600)) < 1e-12);
        assert_true(fabs(m.longitude - 11.575) < 1e-12);
    }
}

static void nothing_is_made_up(void **state)
{
    (void)state;
    descry_metadata m;
    descry_metadata_clear(&m);
    assert_int_equal(descry_exif_fill(&m, DESCRY_EXIF_WHOLE, (const uint8_t *)"", 0), 0);
    assert_unknown(&m);
    exif e = {0};
    exif_text(&e, EXIF_MAIN, 0x0131, "a program");
    exif_make(&e, 1);
    m = read(&e);
    assert_unknown(&m);
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

static descry_metadata of_times(const char *original, const char *digitized, const char *changed)
{
    exif e = {0};
    if (changed)
        exif_text(&e, EXIF_MAIN, 0x0132, changed);
    if (original)
        exif_text(&e, EXIF_SUB, 0x9003, original);
    if (digitized)
        exif_text(&e, EXIF_SUB, 0x9004, digitized);
    exif_text(&e, EXIF_SUB, 0x9010, "+01:00");
    exif_text(&e, EXIF_SUB, 0x9012, "-03:30");
    exif_text(&e, EXIF_SUB, 0x9290, "001");
    exif_text(&e, EXIF_SUB, 0x9292, "5   ");
    exif_make(&e, 1);
    return read(&e);
}

static void the_first_sensible_time_counts(void **state)
{
    (void)state;
    descry_metadata m = of_times("2019:07:21 14:03:59", "2020:01:01 00:00:00", "2021:01:01 00:00:00");
    assert_time(&m, "2019-07-21T14:03:59"); /* without the others' fraction and zone */
    m = of_times("    :  :     :  :  ", "2020:02:29 23:59:59", "2021:01:01 00:00:00");
    assert_time(&m, "2020-02-29T23:59:59.500-03:30");
    m = of_times("0000:00:00 00:00:00", "2019:02:29 10:00:00", "1969-12-31 23:59:59");
    assert_time(&m, "1969-12-31T23:59:59.001+01:00");
    assert_true(m.taken == -999);
    static const char *const bad[] = {"2019:07:21 25:00:00", "2019:13:01 00:00:00", "2019:00:10 00:00:00",
                                      "2019:04:31 00:00:00", "1900:02:29 00:00:00", "2019:07", "20190721 140359",
                                      "2019:07:21 14:60:00", "2019:07:2x 14:03:59", "", "-019:07:21 14:03:59"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        m = of_times(bad[i], NULL, NULL);
        assert_true(m.taken == DESCRY_NO_TIME);
        assert_int_equal(m.taken_offset, DESCRY_NO_OFFSET);
    }
    m = of_times("2019:07:21T14:03:59Z", NULL, NULL); /* a zone within the date */
    assert_time(&m, "2019-07-21T14:03:59Z");
}

static void offsets_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t minutes;
    } cases[] = {{"+00:00", 0}, {"+0200", 120}, {"-3:30", -210}, {"+5", 300}, {"-12:01", DESCRY_NO_OFFSET}, {"+123", DESCRY_NO_OFFSET},  {"Z", 0}, {"+14:00", 840}, {"-12:00", -720}, {"+14:01", DESCRY_NO_OFFSET},
                 {"+2:00", 120}, {"   :  ", DESCRY_NO_OFFSET}, {"+05:60", DESCRY_NO_OFFSET},
                 {"05:00", DESCRY_NO_OFFSET}, {"+05:45", 345}, {"", DESCRY_NO_OFFSET}, {"+05:4", DESCRY_NO_OFFSET}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exif e = {0};
        exif_text(&e, EXIF_SUB, 0x9003, "2019:07:21 14:03:59");
        exif_text(&e, EXIF_SUB, 0x9011, cases[i].text);
        exif_make(&e, 0);
        assert_int_equal(read(&e).taken_offset, cases[i].minutes);
    }
}

static void times_are_parsed_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } good[] = {{"2019", "2019-01-01T00:00:00"},          {"2019-07", "2019-07-01T00:00:00"},
                {"2020-02-29", "2020-02-29T00:00:00"},    {"2019-07-21T14:03", "2019-07-21T14:03:00"},
                {"2019-07-21 14:03:59", "2019-07-21T14:03:59"}, {"0001", "0001-01-01T00:00:00"},
                {"9999-12-31T23:59:59", "9999-12-31T23:59:59"}, {"1970", "1970-01-01T00:00:00"}};
    static const char *const bad[] = {"", "19", "201", "20190", "2019-7", "2019-13", "2019-02-29", "2019-07-21T",
                                      "2019-07-21T14", "2019-07-21T24:00", "2019-07-21T14:03:60", "0000", "2019-07T14:03",
                                      "2019-07-21T14:03:59Z", " 2019", "2019 ", "-2019", "2019-00", "2019-01-00"};
    char text[DESCRY_TIME_SIZE];
    int64_t time;
    descry_error err;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(descry_time_parse(good[i].text, &time, &err), 0);
        descry_time_print(text, time, DESCRY_NO_OFFSET);
        assert_string_equal(text, good[i].printed);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (descry_time_parse(bad[i], &time, &err) != DESCRY_ERR_ARGUMENT || !strstr(err.message, bad[i]))
            fail_msg("'%s' is taken for a date", bad[i]);
    assert_int_equal(descry_time_parse("2001-09-09T01:46:40", &time, NULL), 0);
    assert_true(time == INT64_C(1000000000000)); /* the system's billionth second */
    descry_time_print(text, DESCRY_NO_TIME, 0);
    assert_string_equal(text, "");
    descry_time_print(text, INT64_MAX, 0);
    assert_string_equal(text, "");
}

static void every_day_is_found_again(void **state)
{
    (void)state;
    int64_t expected = descry_time_make(1, 1, 1, 0, 0, 0);
    for (int year = 1; year < 2401; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 31; day++) {
                int64_t time = descry_time_make(year, month, day, 0, 0, 0);
                if (time == DESCRY_NO_TIME)
                    continue;
                assert_true(time == expected);
                expected += DESCRY_MS_DAY;
                if (day != 1 && day < 28)
                    continue;
                char text[DESCRY_TIME_SIZE], right[DESCRY_TIME_SIZE];
                descry_time_print(text, time + 1, DESCRY_NO_OFFSET);
                snprintf(right, sizeof right, "%04d-%02d-%02dT00:00:00.001", year, month, day);
                assert_string_equal(text, right);
            }
    assert_true(expected == descry_time_make(2401, 1, 1, 0, 0, 0));
}

/* ---- camera ----------------------------------------------------------------------------------------------------- */

static void a_make_is_not_repeated(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"SONY", "ILCE-7M3", "SONY ILCE-7M3"},
        {"Canon", "Canon EOS 5D Mark II", "Canon EOS 5D Mark II"},
        {"NIKON CORPORATION", "NIKON D90", "NIKON D90"},
        {"OLYMPUS IMAGING CORP.  ", " E-M5 ", "OLYMPUS IMAGING CORP. E-M5"},
        {"HP", "HPhoto", "HP HPhoto"}, /* only whole words */
        {"samsung", "SAMSUNG-SM-G900A", "SAMSUNG-SM-G900A"},
        {"Apple", "", "Apple"},
        {"", "iPhone 5", "iPhone 5"},
        {"", "", ""},
        {"A\tB", "C\x7F" "D", "A B C D"},
        {"Z\xC3\xBCrich", "1", "Z\xC3\xBCrich 1"},
        {"Z\xFCrich", "1", "Z?rich 1"}, /* not UTF-8 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exif e = {0};
        exif_text(&e, EXIF_MAIN, 0x010F, cases[i][0]);
        exif_text(&e, EXIF_MAIN, 0x0110, cases[i][1]);
        exif_make(&e, 1);
        assert_string_equal(read(&e).camera, cases[i][2]);
    }
}

static void long_names_are_cut_at_a_character(void **state)
{
    (void)state;
    char name[64] = "x";
    for (int i = 0; i < 31; i++)
        memcpy(name + 1 + 2 * i, "\xC3\xBC", 2);
    exif e = {0};
    exif_text(&e, EXIF_MAIN, 0x010F, name);
    exif_text(&e, EXIF_MAIN, 0x0110, "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"
                                     "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"
                                     "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC");
    exif_make(&e, 1);
    descry_metadata m = read(&e);
    assert_true(strlen(m.camera) <= DESCRY_CAMERA_SIZE - 1 && strlen(m.camera) >= 120);
    assert_int_equal((unsigned char)m.camera[strlen(m.camera) - 1], 0xBC);
}

/* ---- place ------------------------------------------------------------------------------------------------------ */

static descry_metadata of_place(const char *ns, const uint32_t *latitude, const char *ew, const uint32_t *longitude,
                                size_t count)
{
    exif e = {.big = 1};
    if (ns)
        exif_text(&e, EXIF_GPS, 1, ns);
    if (latitude)
        exif_rationals(&e, 2, latitude, count);
    if (ew)
        exif_text(&e, EXIF_GPS, 3, ew);
    if (longitude)
        exif_rationals(&e, 4, longitude, count);
    exif_make(&e, 1);
    return read(&e);
}

static void assert_title(const char *description, const void *xp, size_t size, const char *expected)
{
    exif e = {0};
    if (description)
        exif_text(&e, EXIF_MAIN, 0x010E, description);
    if (xp)
        exif_bytes(&e, EXIF_MAIN, 0x9C9B, xp, size);
    exif_make(&e, 1);
    assert_string_equal(read(&e).title, expected);
}

static void titles_are_one_line_of_text(void **state)
{
    (void)state;
    static const uint8_t xp[] = {'R', 0, 0xF6, 0, 's', 0, 'l', 0, 0x3C, 0xD8, 0x39, 0xDF, 0, 0, 'x', 0};
    assert_title(NULL, NULL, 0, "");
    assert_title("  Grandmother's\ngarden \t", xp, sizeof xp, "Grandmother's garden");
    assert_title("Gro\xDFmutter \xC3\xA4", NULL, 0, "Gro?mutter \xC3\xA4");
    assert_title("  ", xp, sizeof xp, "R\xC3\xB6sl\xF0\x9F\x8C\xB9"); /* up to its NUL */
    assert_title(NULL, xp, 10, "R\xC3\xB6sl");                        /* half a pair is cut off */
    assert_title(NULL, xp, 9, "R\xC3\xB6sl");
    assert_title(NULL, xp, 1, "");
    assert_title(NULL, "\x3D\xD8R\0", 4, ""); /* no UTF-16 */
    assert_title(NULL, "a\0\n\0b", 6, "a b");
}

static void standing_titles_are_none(void **state)
{
    (void)state;
    static const uint8_t xp[] = {'R', 0, 'o', 0, 's', 0, 'e', 0};
    static const char *const boilerplate[] = {
        "OLYMPUS DIGITAL CAMERA", "OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "MINOLTA DIGITAL CAMERA", "Sony DSC-",
        "KONICA MINOLTA DIGITAL CAMERA", "DCIM", "DCIM\\100MEDIA\\DJI_0016.JPG", "created by dji camera", "Created with GIMP",
        "KODAK Digital Still Camera", "Exif_JPEG_PICTURE", "SAMSUNG CAMERA PICTURES", "<Digimax S500 / Kenox S500>",
        "Digital StillCamera", "digital camera", "Processed with VSCO with a6 preset", "default", "oznorWO", "JPEG_PICTURE",
        "CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90", "CASIO COMPUTER CO.,LTD. DIGITAL CAMERA",
        "TRAVELER DIGITAL CAMERA", "SVP DSC ", "oplus_131072", "x-default", "charset=Ascii", "vhdr",
    };
    static const char *const said[] = {
        "Sony", "Olympus Mons", "My first digital camera", "DSC club", "Kodak moment", "Created in Paris", "Default gateway",
        "Olympia", "dcims", "Camera obscura", "created bypass", "\xE3\x83\x87\xE3\x82\xB8", "A <b> tag",
        "Leica", "Digital art of Anna", "MY FIRST DIGITAL CAMERA", "Anna's digital camera", "HDR in Rome",
    };
    for (size_t i = 0; i < sizeof boilerplate / sizeof *boilerplate; i++) {
        assert_title(boilerplate[i], NULL, 0, "");
        assert_title(boilerplate[i], xp, sizeof xp, "Rose");
    }
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_title(said[i], xp, sizeof xp, said[i]);
    descry_metadata m = {0};
    char longest[DESCRY_TITLE_SIZE + 1]; /* cut before the character that has no room */
    memset(longest, 'x', sizeof longest - 1);
    memcpy(longest + DESCRY_TITLE_SIZE - 2, "\xC3\xBC", 3);
    descry_title_set(&m, longest);
    assert_int_equal(strlen(m.title), DESCRY_TITLE_SIZE - 2);
    descry_title_set(&m, "second");
    assert_int_equal(strlen(m.title), DESCRY_TITLE_SIZE - 2);
    exif e = {0};
    exif_text(&e, EXIF_MAIN, 0x010F, "Canon");
    exif_text(&e, EXIF_MAIN, 0x0110, "Canon EOS 5D");
    exif_text(&e, EXIF_MAIN, 0x010E, "Canon EOS 5D");
    exif_make(&e, 1);
    assert_string_equal(read(&e).title, "");
}

static void all_quarters_of_the_earth(void **state)
{
    (void)state;
    static const uint32_t a[] = {33, 1, 51, 1, 3540, 100}, b[] = {151, 1, 12, 1, 40, 1};
    static const struct {
        const char *ns, *ew;
        int south, west;
    } cases[] = {{"N", "E", 0, 0}, {"N", "W", 0, 1}, {"S", "E", 1, 0}, {"S", "W", 1, 1}, {"s", "w", 1, 1}};
    double latitude = 33 + 51 / 60.0 + 35.4 / 3600, longitude = 151 + 12 / 60.0 + 40 / 3600.0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_metadata m = of_place(cases[i].ns, a, cases[i].ew, b, 3);
        assert_true(fabs(m.latitude - (cases[i].south ? -latitude : latitude)) < 1e-12);
        assert_true(fabs(m.longitude - (cases[i].west ? -longitude : longitude)) < 1e-12);
    }
    static const uint32_t pole[] = {90, 1, 0, 1, 0, 1}, date_line[] = {180, 1, 0, 0, 0, 0};
    descry_metadata m = of_place("S", pole, "W", date_line, 3);
    assert_true(m.latitude == -90 && m.longitude == -180);
    static const uint32_t zero[] = {0, 1, 0, 1, 0, 1}, decimal[] = {515, 10, 0, 1, 0, 1};
    m = of_place("N", decimal, "W", zero, 3);
    assert_true(m.latitude == 51.5 && m.longitude == 0 && !signbit(m.longitude));
}

static void places_that_make_no_sense_are_unknown(void **state)
{
    (void)state;
    static const uint32_t good[] = {10, 1, 0, 1, 0, 1}, zero[] = {0, 1, 0, 1, 0, 1}, none[] = {0, 0, 0, 0, 0, 0};
    static const uint32_t by_zero[] = {10, 0, 0, 1, 0, 1}, minutes[] = {10, 1, 5, 0, 0, 1}, most[] = {10, 1, 61, 1, 0, 1};
    static const uint32_t far_north[] = {90, 1, 0, 1, 1, 100}, far_east[] = {180, 1, 0, 1, 1, 1};
    static const uint32_t huge[] = {UINT32_MAX, 1, 0, 1, 0, 1};
    const struct {
        const char *ns;
        const uint32_t *latitude;
        const char *ew;
        const uint32_t *longitude;
    } cases[] = {{"N", none, "E", good}, {"N", good, "E", by_zero}, {"N", minutes, "E", good}, {"N", most, "E", good},
                 {"N", far_north, "E", good}, {"N", good, "E", far_east}, {"N", huge, "E", good},
                 {NULL, good, "E", good}, {"N", good, NULL, good}, {"X", good, "E", good}, {"NN", good, "E", good},
                 {"N", NULL, "E", good}, {"N", good, "E", NULL}, {"N", zero, "E", zero}, {"E", good, "N", good}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_metadata m = of_place(cases[i].ns, cases[i].latitude, cases[i].ew, cases[i].longitude, 3);
        if (!isnan(m.latitude) || !isnan(m.longitude))
            fail_msg("case %zu: %g %g", i, m.latitude, m.longitude);
    }
}

/* ---- damage ----------------------------------------------------------------------------------------------------- */

static void check_ranges(const uint8_t *bytes, size_t size)
{
    descry_metadata m;
    uint8_t *copy = malloc(size ? size : 1); /* exactly as long, for the sanitizer */
    memcpy(copy, bytes, size);
    descry_metadata_clear(&m);
    int orientation = descry_exif_fill(&m, DESCRY_EXIF_WHOLE, copy, size);
    assert_true(orientation >= 0 && orientation <= 8);
    free(copy);
    assert_true(memchr(m.camera, 0, sizeof m.camera) != NULL);
    assert_true(isnan(m.latitude) == isnan(m.longitude));
    assert_true(isnan(m.latitude) || (fabs(m.latitude) <= 90 && fabs(m.longitude) <= 180));
    assert_true(m.taken_offset == DESCRY_NO_OFFSET || abs(m.taken_offset) <= 840);
    char text[DESCRY_TIME_SIZE];
    descry_time_print(text, m.taken, m.taken_offset);
    assert_true((m.taken == DESCRY_NO_TIME) == (text[0] == 0));
}

static void damage_is_survived(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++)
        for (int marked = 0; marked < 2; marked++) {
            exif e;
            exif_full(&e, big, marked);
            for (size_t size = 0; size <= e.size; size++)
                check_ranges(e.bytes, size);
            uint8_t bytes[EXIF_ROOM];
            for (size_t i = 0; i < e.size; i++)
                for (unsigned value = 0; value < 256; value += value < 16 || value > 240 ? 1 : 37) {
                    memcpy(bytes, e.bytes, e.size);
                    bytes[i] = (uint8_t)value;
                    check_ranges(bytes, e.size);
                }
            uint32_t random = 12345;
            for (int round = 0; round < 3000; round++) {
                memcpy(bytes, e.bytes, e.size);
                for (int n = 0; n < 1 + round % 8; n++) {
                    random = random * 1664525 + 1013904223;
                    bytes[(random >> 8) % e.size] = (uint8_t)(random >> 24);
                }
                check_ranges(bytes, e.size);
            }
        }
}

/* ---- files that are a TIFF themselves --------------------------------------------------------------------------- */

enum { GAP = 70000, FILE_ROOM = GAP + 2 * EXIF_ROOM };

static uint8_t *put(const exif *e, uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[e->big ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
    return at + size;
}

/* A file with GAP bytes of pixels before the directories of `e`, the last of them first; a BigTIFF with places of 8
 * bytes.  Returns its size. */
static size_t make_tiff(const exif *e, size_t wide, uint8_t *out)
{
    size_t place[EXIF_DIRECTORIES], end = GAP, prefix = wide == 8 ? 8 : 2;
    memset(out, 0xAA, FILE_ROOM);
    for (int d = EXIF_DIRECTORIES; d-- > 0;) {
        size_t n = e->counts[d], values = end + prefix + n * (4 + 2 * wide) + wide;
        uint8_t *at = put(e, out + end, n, prefix);
        place[d] = end;
        for (size_t i = 0; i < n; i++) {
            const exif_entry *entry = &e->entries[d][i];
            int link = entry->tag == 0x8769 ? EXIF_SUB : entry->tag == 0x8825 ? EXIF_GPS : 0;
            at = put(e, at, entry->tag, 2);
            at = put(e, at, link && wide == 8 ? 18 : entry->type, 2);
            at = put(e, at, entry->count, wide);
            if (link)
                put(e, at, place[link], wide);
            else if (entry->size <= wide)
                memcpy(at, entry->value, entry->size);
            else {
                put(e, at, values, wide);
                memcpy(out + values, entry->value, entry->size);
                values += entry->size + entry->size % 2;
            }
            at += wide;
        }
        put(e, at, 0, wide);
        end = values;
    }
    memcpy(out, e->big ? "MM" : "II", 2);
    put(e, out + 2, wide == 8 ? 43 : 42, 2);
    put(e, out + 4, wide == 8 ? 8 : place[0], wide == 8 ? 2 : 4);
    if (wide == 8)
        put(e, put(e, out + 6, 0, 2), place[0], 8);
    assert_true(end < FILE_ROOM);
    return end;
}

/* The metadata of such a file. */
static descry_metadata read_tiff(const uint8_t *bytes, size_t size)
{
    descry_metadata m;
    descry_metadata_clear(&m);
    descry_exif_fill(&m, DESCRY_EXIF_WHOLE, bytes, size);
    return m;
}

static void directories_are_found_wherever_they_are(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(FILE_ROOM);
    for (int i = 0; i < 4; i++) {
        exif e;
        exif_full(&e, i & 1, 0);
        size_t size = make_tiff(&e, i >> 1 ? 8 : 4, bytes);
        descry_metadata m = read_tiff(bytes, size);
        assert_time(&m, "2019-07-21T14:03:59.250+02:00");
        assert_string_equal(m.camera, "NIKON D90");
        assert_true(fabs(m.latitude - (48 + 8 / 60.0 + 13.2 / 3600)) < 1e-12 && fabs(m.longitude - 11.575) < 1e-12);
        m = read_tiff(e.bytes, e.size); /* as in a JPEG: all at the front */
        assert_string_equal(m.camera, "NIKON D90");
        put(&e, bytes + 2, 0x2B2B, 2);
        m = read_tiff(bytes, size);
        assert_unknown(&m);
    }
    free(bytes);
}

static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    uint8_t *good = malloc(FILE_ROOM), *bytes = malloc(FILE_ROOM);
    for (int i = 0; i < 4; i++) {
        exif e;
        exif_full(&e, i & 1, 0);
        size_t size = make_tiff(&e, i >> 1 ? 8 : 4, good), known = 0;
        for (size_t cut = 0; cut < size; cut += cut == 16 ? GAP - 16 : 1) {
            uint8_t *exact = malloc(cut ? cut : 1); /* for the sanitizer */
            memcpy(exact, good, cut);
            known += read_tiff(exact, cut).camera[0] != 0;
            free(exact);
        }
        assert_true(known < 100); /* the main directory is the last, and its values behind it */
        memcpy(bytes, good, size);
        for (size_t at = 0; at < size; at += at == 16 ? GAP - 16 : 1)
            for (int k = 0; k < 3; k++) {
                static const uint8_t values[] = {0, 0xFF, 0x80};
                bytes[at] = k == 2 ? good[at] ^ values[k] : values[k];
                read_tiff(bytes, size);
                bytes[at] = good[at];
            }
    }
    free(good);
    free(bytes);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static void codecs_give_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int orientation;
    } cases[] = {{"pictures/turned6.jpg", 6}, {"pictures/turned6.png", 6}, {"pictures/rgb.png", 1}, {"pictures/rgb.jpg", 1},
                 {"formats/dated.jpg", 1}};
    const descry_limits limits = DESCRY_LIMITS_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[1000];
        snprintf(path, sizeof path, "%s/tests/data/%s", getenv("DESCRY_SOURCE_ROOT"), cases[i].name);
        descry_picture whole, peeked;
        descry_buf bytes = {0};
        assert_int_equal(descry_file_read(&bytes, path, 1 << 20, NULL), 0);
        assert_int_equal(descry_picture_decode(&whole, (uint8_t *)bytes.data, bytes.size, path, &limits, NULL), 0);
        assert_int_equal(descry_picture_peek(&peeked, (uint8_t *)bytes.data, bytes.size, path, &limits, NULL), 0);
        assert_int_equal(whole.orientation, cases[i].orientation);
        assert_true(peeked.metadata.taken == whole.metadata.taken);
        assert_string_equal(peeked.metadata.camera, whole.metadata.camera);
        assert_int_equal(peeked.width, whole.width);
        assert_int_equal(peeked.height, whole.height);
        assert_int_equal(peeked.orientation, whole.orientation);
        descry_picture_free(&whole);
        descry_picture_free(&peeked);
        descry_buf_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read_in_both_byte_orders),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(the_first_sensible_time_counts),
        cmocka_unit_test(offsets_are_checked),
        cmocka_unit_test(times_are_parsed_strictly),
        cmocka_unit_test(every_day_is_found_again),
        cmocka_unit_test(a_make_is_not_repeated),
        cmocka_unit_test(long_names_are_cut_at_a_character),
        cmocka_unit_test(titles_are_one_line_of_text),
        cmocka_unit_test(standing_titles_are_none),
        cmocka_unit_test(all_quarters_of_the_earth),
        cmocka_unit_test(places_that_make_no_sense_are_unknown),
        cmocka_unit_test(damage_is_survived),
        cmocka_unit_test(directories_are_found_wherever_they_are),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(codecs_give_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
