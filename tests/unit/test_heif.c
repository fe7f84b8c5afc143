/* SPDX-License-Identifier: Apache-2.0
 * HEIC and AVIF as phones write them and none as they should be: tests/data/cases/heif, made by
 * tools/goldens/make_heif_cases.py. */
#include "support/support.h"

#include "base/file.h"
#include "image/picture.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A LeakSanitizer calls it: dav1d 1.0 loses 40 bytes of a picture whose data it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdav1d";
}

static const descry_limits limits = DESCRY_LIMITS_INIT;

static const char *const endings[] = {"heic", "avif"};

static char *path_of(const char *name, const char *ending)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/tests/data/cases/heif/%s%s%s", getenv("DESCRY_SOURCE_ROOT"), name,
             *ending ? "." : "", ending);
    return path;
}

static descry_picture load(const char *name, const char *ending)
{
    descry_picture picture;
    descry_error err;
    if (load_picture(&picture, path_of(name, ending), &limits, &err))
        fail_msg("%s", err.message);
    return picture;
}

/* True when the part of `picture` at (x, y) is `like`, or a part of it, in its first three bands. */
static bool shows(const descry_picture *picture, int x0, int y0, const descry_picture *like)
{
    int bands = descry_picture_bands(picture->mode), others = descry_picture_bands(like->mode);
    for (int y = y0 < 0 ? -y0 : 0; y < like->height && y0 + y < picture->height; y++)
        for (int x = x0 < 0 ? -x0 : 0; x < like->width && x0 + x < picture->width; x++)
            if (memcmp(picture->data + ((y0 + y) * picture->width + x0 + x) * bands,
                       like->data + (y * like->width + x) * others, 3))
                return false;
    return true;
}

static void they_show_the_plain_picture(void **state)
{
    (void)state;
    static const char *const names[] = {
        "wide",        "no-ispe",     "gain-of-two",  "gain-no-auxC",    "depth-of-none", "thumb-of-two",
        "exif-of-two", "exif-of-map", "exif-of-none", "exif-alone",      "exif-of-other", "exif-inside",
        "xmp-of-two",  "xmp-packed",  "map-first",    "still-and-brand", "track",         "track-pict",
        "track-sound", "alpha",       "alpha-of-two", "track-alpha"};
    for (size_t e = 0; e < 2; e++) {
        descry_picture plain = load("plain", endings[e]);
        assert_int_equal(plain.width, 64);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            descry_picture picture = load(names[i], endings[e]);
            if (picture.width != 64 || picture.height != 64 || !shows(&picture, 0, 0, &plain))
                fail_msg("%s.%s is another picture", names[i], endings[e]);
            assert_int_equal(picture.mode, strstr(names[i], "alpha") ? DESCRY_MODE_RGBA : DESCRY_MODE_RGB);
            if (picture.mode == DESCRY_MODE_RGBA) { /* from clear above to opaque below */
                assert_in_range(picture.data[3], 0, 12);
                assert_in_range(picture.data[4 * 64 * 64 - 1], 243, 255);
            }
            descry_picture_free(&picture);
        }
        descry_picture_free(&plain);
    }
}

/* What `name` shows at (x, y) is what `plain` shows at (a x + b y + c, d x + e y + f). */
static void turns_are_made_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *name, *plain;
        int width, height, a, b, c, d, e, f;
    } rows[] = {
        {"mirror-across", "plain", 64, 64, -1, 0, 63, 0, 1, 0},
        {"mirror-down", "plain", 64, 64, 1, 0, 0, 0, -1, 63},
        {"turn-mirror", "plain", 64, 64, 0, -1, 63, -1, 0, 63},
        {"crop-turn", "plain", 24, 40, 0, 1, 16, -1, 0, 35},
        {"deep-mirror-across", "deep", 64, 64, -1, 0, 63, 0, 1, 0},
        {"deep-mirror-down", "deep", 64, 64, 1, 0, 0, 0, -1, 63},
        {"deep-turn-mirror", "deep", 64, 64, 0, -1, 63, -1, 0, 63},
        {"deep-crop-mirror", "deep", 40, 24, -1, 0, 55, 0, 1, 12},
        {"identity", "plain", 64, 64, -1, 0, 63, 0, 1, 0},
        {"track-turned", "plain", 64, 64, -1, 0, 63, 0, 1, 0},
        {"alpha-turned", "plain", 64, 64, 0, -1, 63, 1, 0, 0},
    };
    for (size_t e = 0; e < 2; e++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            descry_picture plain = load(rows[i].plain, endings[e]), picture = load(rows[i].name, endings[e]);
            int bands = descry_picture_bands(picture.mode);
            assert_int_equal(picture.width, rows[i].width);
            assert_int_equal(picture.height, rows[i].height);
            for (int y = 0; y < picture.height; y++)
                for (int x = 0; x < picture.width; x++) {
                    int from_x = rows[i].a * x + rows[i].b * y + rows[i].c,
                        from_y = rows[i].d * x + rows[i].e * y + rows[i].f;
                    if (memcmp(picture.data + (y * picture.width + x) * bands, plain.data + 3 * (from_y * 64 + from_x),
                               3) != 0)
                        fail_msg("%s.%s differs at %d, %d", rows[i].name, endings[e], x, y);
                }
            descry_picture_free(&picture);
            descry_picture_free(&plain);
        }
}

static void lengths_of_units_may_be_short(void **state)
{
    (void)state;
    descry_picture plain = load("plain", "heic"), picture = load("short-lengths", "heic");
    assert_true(shows(&picture, 0, 0, &plain));
    descry_picture_free(&picture);
    descry_picture_free(&plain);
}

static void they_are_composed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int width, height, places[4][2];
    } rows[] = {
        {"grid", 128, 128, {{0, 0}, {64, 0}, {0, 64}, {64, 64}}},
        {"grid-part", 65, 100, {{0, 0}, {64, 0}, {0, 64}, {64, 64}}},
        {"grid-alpha", 128, 64, {{0, 0}, {64, 0}, {0, 0}, {64, 0}}},
        {"grid-of-alpha", 128, 64, {{0, 0}, {64, 0}, {0, 0}, {0, 0}}},
        {"overlay", 96, 80, {{8, 10}, {8, 10}, {8, 10}, {8, 10}}},
        {"overlay-outside", 96, 80, {{-20, -30}, {90, 60}, {-20, -30}, {90, 60}}},
        {"identity-of-grid", 128, 128, {{0, 0}, {64, 0}, {0, 64}, {64, 64}}},
    };
    for (size_t e = 0; e < 2; e++) {
        descry_picture plain = load("plain", endings[e]);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            descry_picture picture = load(rows[i].name, endings[e]);
            assert_int_equal(picture.width, rows[i].width);
            assert_int_equal(picture.height, rows[i].height);
            for (size_t p = 0; p < 4; p++)
                if (!shows(&picture, rows[i].places[p][0], rows[i].places[p][1], &plain))
                    fail_msg("%s.%s, picture %zu", rows[i].name, endings[e], p);
            if (strstr(rows[i].name, "overlay")) /* the canvas */
                assert_memory_equal(picture.data + 3 * (95 + 96 * 2), "\x20\x40\x80", 3);
            if (strcmp(rows[i].name, "grid-of-alpha") == 0) { /* only the left tile */
                assert_in_range(picture.data[3], 0, 12);
                assert_int_equal(picture.data[4 * 64 + 3], 255);
            }
            descry_picture_free(&picture);
        }
        descry_picture over = load("overlay-alpha", endings[e]);
        assert_in_range(over.data[0], 0x20 - 8, 0x20 + 8); /* clear above, opaque below */
        assert_in_range(over.data[3 * 64 * 63 + 1] - plain.data[3 * 64 * 63 + 1] + 12, 0, 24);
        descry_picture_free(&over);
        descry_picture_free(&plain);
    }
}

/* Grey from 16 to 235 is shown as from 0 to 255, as Pillow does it. */
static void limited_grey_is_full(void **state)
{
    (void)state;
    descry_picture full = load("grey", "avif"), coded = load("grey", "heic"), heic = load("grey-limited", "heic");
    static const char *const names[] = {"grey-limited", "grey-limited-stream"};
    for (size_t i = 0; i < 2; i++) {
        descry_picture limited = load(names[i], "avif");
        for (size_t k = 0; k < 3 * 64 * 64; k++)
            assert_in_range(limited.data[k] - full.data[k] + 8, 0, 16);
        descry_picture_free(&limited);
    }
    for (size_t k = 0; k < 3 * 64 * 64; k++) { /* the same code stream, said to be limited */
        int value = ((coded.data[k] - 16) * 255 + 109) / 219;
        assert_int_equal(heic.data[k], value < 0 ? 0 : value > 255 ? 255 : value);
    }
    descry_picture_free(&full);
    descry_picture_free(&coded);
    descry_picture_free(&heic);
}

static void premultiplied_colours_are_divided(void **state)
{
    (void)state;
    for (size_t e = 0; e < 2; e++) {
        descry_picture plain = load("alpha", endings[e]), picture = load("premultiplied", endings[e]);
        for (size_t i = 0; i < 64 * 64; i++) {
            unsigned colour = plain.data[4 * i], alpha = plain.data[4 * i + 3];
            unsigned divided = alpha == 0 ? colour : (colour * 255 + alpha / 2) / alpha;
            assert_int_equal(picture.data[4 * i], divided > 255 ? 255 : divided);
        }
        descry_picture_free(&plain);
        descry_picture_free(&picture);
    }
}

static void expect_date(const descry_picture *picture, const char *date)
{
    char text[DESCRY_TIME_SIZE];
    descry_time_print(text, picture->metadata.taken, DESCRY_NO_OFFSET);
    assert_string_equal(text, date);
}

static void metadata_of_several_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *date;
    } rows[] = {
        {"exif-of-two", "2019-07-21T14:03:59"},  {"exif-of-map", "2019-07-21T14:03:59"},
        {"exif-of-none", "2019-07-21T14:03:59"}, {"exif-alone", "2019-07-21T14:03:59"},
        {"exif-inside", "2019-07-21T14:03:59"},  {"exif-of-other", ""},
        {"xmp-of-two", "2021-05-06T07:08:09"},   {"xmp-packed", ""},
    };
    for (size_t e = 0; e < 2; e++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            descry_picture picture = load(rows[i].name, endings[e]);
            expect_date(&picture, rows[i].date);
            descry_picture_free(&picture);
        }
}

static void put32(char *at, size_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (char)(value >> (24 - 8 * i));
}

/* The block of "exif-alone", with a maker note of 200 KB before the date. */
static void exif_of_any_size_is_read(void **state)
{
    (void)state;
    enum { NOTE = 200000, HEAD = 4 + 8 + 2 + 12 + 4, REST = 38 };
    for (size_t e = 0; e < 2; e++) {
        descry_buf file = {0};
        descry_error err;
        descry_picture picture;
        assert_int_equal(descry_file_read(&file, path_of("exif-alone", endings[e]), 1 << 20, &err), 0);
        size_t size = file.size, iloc = 0;
        while (memcmp(file.data + iloc, "iloc", 4) != 0)
            iloc++;
        char *old = file.data + size - HEAD - REST, *grown = calloc(1, size + HEAD + NOTE + REST);
        assert_non_null(grown);
        memcpy(grown, file.data, size);
        memcpy(grown + size, old, HEAD);
        memcpy(grown + size + HEAD + NOTE, old + HEAD, REST);
        put32(grown + size + 4 + 8 + 2 + 8, 26 + NOTE);            /* where the directory of EXIF is */
        put32(grown + size + HEAD + NOTE + 2 + 8, 26 + NOTE + 18); /* and the date */
        put32(grown + iloc + 4 + 8 + 16 + 8, size);                /* the second item, of 16 bytes each */
        put32(grown + iloc + 4 + 8 + 16 + 12, HEAD + NOTE + REST);
        if (descry_picture_decode(&picture, (uint8_t *)grown, size + HEAD + NOTE + REST, "a file", &limits, &err))
            fail_msg("%s", err.message);
        expect_date(&picture, "2019-07-21T14:03:59");
        descry_picture_free(&picture);
        if (descry_picture_peek(&picture, (uint8_t *)grown, size + HEAD + NOTE + REST, "a file", &limits, &err))
            fail_msg("%s", err.message);
        assert_null(picture.data);
        assert_int_equal(picture.width, 64);
        expect_date(&picture, "2019-07-21T14:03:59");
        descry_picture_free(&picture);
        free(grown);
        descry_buf_free(&file);
    }
}

static void lies_are_refused_and_called_so(void **state)
{
    (void)state;
    size_t refused = 0, other = 0;
    DIR *folder = opendir(path_of("", ""));
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        bool bad = strncmp(entry->d_name, "bad-", 4) == 0;
        if (!bad && strncmp(entry->d_name, "other-", 6) != 0)
            continue;
        for (int peek = 0; peek < 2; peek++) {
            descry_buf file = {0};
            descry_error err;
            descry_picture picture;
            assert_int_equal(descry_file_read(&file, path_of(entry->d_name, ""), 1 << 20, &err), 0);
            int rc = (peek ? descry_picture_peek : descry_picture_decode)(&picture, (uint8_t *)file.data, file.size,
                                                                          "a file", &limits, &err);
            if (bad ? rc != DESCRY_ERR_FORMAT && rc != DESCRY_ERR_LIMIT : rc != DESCRY_ERR_UNSUPPORTED)
                fail_msg("%s: %d", entry->d_name, rc);
            if (rc != DESCRY_ERR_FORMAT && strstr(err.message, "damaged"))
                fail_msg("%s: %s", entry->d_name, err.message);
            assert_null(picture.data);
            descry_buf_free(&file);
        }
        refused += bad;
        other += !bad;
    }
    closedir(folder);
    assert_true(refused >= 70 && other >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_show_the_plain_picture),
        cmocka_unit_test(turns_are_made_in_order),
        cmocka_unit_test(they_are_composed),
        cmocka_unit_test(limited_grey_is_full),
        cmocka_unit_test(premultiplied_colours_are_divided),
        cmocka_unit_test(metadata_of_several_is_found),
        cmocka_unit_test(exif_of_any_size_is_read),
        cmocka_unit_test(lies_are_refused_and_called_so),
        cmocka_unit_test(lengths_of_units_may_be_short),
    };
    return cmocka_run_group_tests_name("heif", tests, NULL, NULL);
}
