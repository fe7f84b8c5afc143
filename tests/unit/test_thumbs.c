/* SPDX-License-Identifier: Apache-2.0
 * Thumbnails of a library and where they are kept, contact sheets, previews. */
#include "thumbs_fixture.h"

#include "base/file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SIDE = 100, ROOM = 1 << 16, DIGEST = DESCRY_SHA256_SIZE };

typedef struct jpeg {
    uint8_t *bytes;
    size_t size;
} jpeg;

static jpeg thumbnail(world *w, int64_t id, int side)
{
    jpeg j = {0};
    check_rc(descry_thumbnail(w->library, id, side, &j.bytes, &j.size, NULL, &w->err), &w->err);
    return j;
}

static void no_thumbnail(world *w, int64_t id, int side, int code, const char *why)
{
    uint8_t *bytes = (void *)w;
    size_t size;
    int rc = descry_thumbnail(w->library, id, side, &bytes, &size, NULL, &w->err);
    if (rc != code || bytes || !strstr(w->err.message, why))
        fail_msg("%d: %s", rc, w->err.message);
    assert_int_equal(descry_thumbnail(w->library, id, side, &bytes, &size, NULL, NULL), code);
}

static descry_picture decoded(const jpeg *j)
{
    const descry_limits limits = DESCRY_LIMITS_INIT;
    descry_picture picture;
    descry_error err;
    check_rc(descry_picture_decode(&picture, j->bytes, j->size, "jpeg", &limits, &err), &err);
    return picture;
}

static void expect_same(const jpeg *a, const jpeg *b)
{
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->bytes, b->bytes, a->size);
}

static const descry_entry *entry(world *w, int64_t id)
{
    const descry_entry *e;
    check_rc(descry_entry_at(w->library, id, NULL, &e, &w->err), &w->err);
    return e;
}

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

/* whole: RGB, upright */
static void expect_colours(const char *name, const descry_entry *e, const descry_picture *whole)
{
    const double far = strstr(name, ".heic") ? 12 : 5; /* of saturated colours it keeps less */
    assert_int_equal(e->placeholder_size, DESCRY_PLACEHOLDER_SIZE);
    for (int part = 0; part < 16; part++)
        for (int b = 0; b < 3; b++) {
            int left = part % 4 * whole->width / 4, right = (part % 4 + 1) * whole->width / 4;
            int top = part / 4 * whole->height / 4, bottom = (part / 4 + 1) * whole->height / 4;
            double sum = 0;
            for (int y = top; y < bottom; y++)
                for (int x = left; x < right; x++)
                    sum += whole->data[3 * (y * whole->width + x) + b];
            double mean = sum / ((right - left) * (bottom - top)), is = e->placeholder[3 * part + b];
            if (mean - is > far || is - mean > far)
                fail_msg("%s: part %d: %g instead of %g", name, part, is, mean);
        }
}

static void every_picture_is_upright(void **state)
{
    world *w = *state;
    static const char *const endings[] = {"jpg", "png", "heic"};
    const descry_limits limits = DESCRY_LIMITS_INIT;
    descry_picture whole, small;
    int64_t id = 0;
    check_rc(load_picture(&whole, source_path("tests/data/formats/scene.png"), &limits, &w->err), &w->err);
    for (int i = 0; i < 24; i++) {
        char name[64];
        snprintf(name, sizeof name, "formats/turned%d.%s", i % 8 + 1, endings[i / 8]);
        if (i >= 16 && !ALL_CODECS)
            break;
        add(w, name);
        const descry_entry *e = entry(w, ++id);
        assert_true(e->width == 128 && e->height == 96);
        expect_colours(name, e, &whole);
        jpeg j = thumbnail(w, id, SIDE), preview = {0};
        int width = 0, height = 0;
        small = decoded(&j);
        assert_true(small.width == SIDE && small.height == 75);
        descry_picture_free(&small);
        check_rc(descry_preview_file(w->ctx, e->path, SIDE, NULL, &preview.bytes, &preview.size, &width, &height, &w->err), &w->err);
        assert_true(width == 128 && height == 96);
        expect_same(&j, &preview);
        descry_free(preview.bytes);
        descry_buf file = whole_file(source_path("tests/data/%s", name));
        check_rc(descry_preview_memory(w->ctx, file.data, file.size, NULL, SIDE, NULL, &preview.bytes, &preview.size, NULL, NULL,
                                       &w->err), &w->err);
        expect_same(&j, &preview);
        descry_buf_free(&file);
        descry_free(preview.bytes);
        descry_free(j.bytes);
    }
    descry_picture_free(&whole);
}

static int see_placeholder(void *arg, const descry_match *match)
{
    *(int *)arg += match->placeholder_size == DESCRY_PLACEHOLDER_SIZE && match->width == 128 && match->height == 96;
    return 0;
}

static int see_entry(void *arg, const descry_entry *e)
{
    *(int *)arg += e->placeholder_size == DESCRY_PLACEHOLDER_SIZE && e->width == 128 && e->height == 96;
    return 0;
}

static void matches_and_entries_have_them(void **state)
{
    world *w = *state;
    int found = 0;
    add(w, "formats/turned6.jpg");
    check_rc(search_each(w->library, w->model, "a cat", NULL, see_placeholder, &found, &w->err), &w->err);
    check_rc(descry_entries(w->library, NULL, see_entry, &found, &w->err), &w->err);
    assert_int_equal(found, 2);
}

static void raw_pictures_are_shown(void **state)
{
    world *w = *state;
    if (!ALL_CODECS)
        skip();
    add(w, "formats/sensor6.dng");
    jpeg j = thumbnail(w, 1, 64);
    descry_picture small = decoded(&j);
    const descry_entry *e = entry(w, 1);
    assert_true((small.width > small.height) == (e->width > e->height));
    assert_int_equal(small.width > small.height ? small.width : small.height, 64);
    descry_picture_free(&small);
    descry_free(j.bytes);
}

static void what_is_no_preview_is_refused(void **state)
{
    world *w = *state;
    static const descry_region part = {0, 0, 0.5, 0.5};
    descry_limits limits = DESCRY_LIMITS_INIT;
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    const char *path = source_path("tests/data/large.jpg");
    uint8_t *bytes;
    size_t size;
    for (int i = 0; i < 2; i++)
        assert_int_equal(descry_preview_file(w->ctx, path, i ? 4097 : 0, NULL, &bytes, &size, NULL, NULL, &w->err),
                         DESCRY_ERR_ARGUMENT);
    assert_int_equal(descry_preview_file(w->ctx, in("nothing.jpg"), 9, NULL, &bytes, &size, NULL, NULL, &w->err), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(descry_preview_memory(w->ctx, "none", 4, "mine", 9, NULL, &bytes, &size, NULL, NULL, &w->err),
                     DESCRY_ERR_UNSUPPORTED);
    assert_non_null(strstr(w->err.message, "mine: "));
    assert_null(bytes);
    options.limits = &limits;
    limits.max_side = 100;
    assert_int_equal(descry_preview_file(w->ctx, path, 9, &options, &bytes, &size, NULL, NULL, &w->err), DESCRY_ERR_LIMIT);
    limits.max_bytes = 3;
    assert_int_equal(descry_preview_memory(w->ctx, "none", 4, NULL, 9, &options, &bytes, &size, NULL, NULL, &w->err), DESCRY_ERR_LIMIT);
    options = (descry_preprocess_options)DESCRY_PREPROCESS_OPTIONS_INIT;
    options.region = &part;
    assert_int_equal(descry_preview_file(w->ctx, path, 9, &options, &bytes, &size, NULL, NULL, &w->err), DESCRY_ERR_ARGUMENT);
}

static void what_has_no_thumbnail(void **state)
{
    world *w = *state;
    add(w, "formats/turned1.jpg");
    add(w, "formats/turned2.jpg");
    no_thumbnail(w, 9, SIDE, DESCRY_ERR_NOT_FOUND, "there is no picture #9");
    no_thumbnail(w, 1, 15, DESCRY_ERR_ARGUMENT, "15 pixels");
    no_thumbnail(w, 1, 1025, DESCRY_ERR_ARGUMENT, "1025 pixels");
    copy_file(in("turned2.jpg"), in("turned1.jpg"));
    no_thumbnail(w, 1, SIDE, DESCRY_ERR_NOT_FOUND, "turned1.jpg: changed since it was indexed");
    jpeg j = thumbnail(w, 2, SIDE);
    descry_free(j.bytes);
    assert_int_equal(unlink(in("turned2.jpg")), 0);
    no_thumbnail(w, 2, SIDE, DESCRY_ERR_NOT_FOUND, "turned2.jpg");
    char etag[DESCRY_ETAG_SIZE];
    assert_int_equal(descry_thumbnail(w->library, 2, SIDE, NULL, NULL, etag, &w->err), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(mkdir(in("turned2.jpg"), 0700), 0);
    no_thumbnail(w, 2, SIDE, DESCRY_ERR_NOT_FOUND, "turned2.jpg: no file");
}

/* ---- what is kept ------------------------------------------------------------------------------------------------ */

static void digest_of(const char *path, uint8_t digest[DIGEST], char hex[DESCRY_SHA256_HEX])
{
    descry_buf file = whole_file(path);
    assert_int_equal(descry_sha256_of(file.data, file.size, digest, NULL), 0);
    descry_hex(digest, DIGEST, hex);
    descry_buf_free(&file);
}

/* Where the thumbnail of a picture is kept. */
static const char *kept(world *w, const char *picture, int side)
{
    static char path[2 * PATH_SIZE];
    uint8_t digest[DIGEST];
    char hex[DESCRY_SHA256_HEX];
    digest_of(in(picture), digest, hex);
    snprintf(path, sizeof path, "%s/.%.2s/%s-%d.thumb", w->kept, hex, hex + 2, side);
    return path;
}

static void its_etag_is_told_without_it(void **state)
{
    world *w = *state;
    uint8_t digest[DIGEST];
    char etag[DESCRY_ETAG_SIZE], other[DESCRY_ETAG_SIZE], hex[DESCRY_SHA256_HEX], expected[DESCRY_ETAG_SIZE];
    jpeg j;
    add(w, "formats/turned6.jpg");
    digest_of(in("turned6.jpg"), digest, hex);
    snprintf(expected, sizeof expected, "\"%s-1024\"", hex);
    check_rc(descry_thumbnail(w->library, 1, 1024, NULL, NULL, etag, &w->err), &w->err);
    assert_string_equal(etag, expected);
    assert_false(exists(w->kept));
    check_rc(descry_thumbnail(w->library, 1, 1024, &j.bytes, &j.size, other, &w->err), &w->err);
    assert_string_equal(other, etag);
    assert_true(exists(kept(w, "turned6.jpg", 1024)));
    descry_free(j.bytes);
    check_rc(descry_thumbnail(w->library, 1, 16, NULL, NULL, other, &w->err), &w->err);
    assert_string_not_equal(other, etag);
}

static void write_kept(const char *path, const uint8_t *bytes, size_t size, int good)
{
    uint8_t file[ROOM];
    assert_true(size + DIGEST <= ROOM);
    assert_int_equal(descry_sha256_of(bytes, size, file, NULL), 0);
    memcpy(file + DIGEST, bytes, size);
    file[DIGEST + size / 2] ^= !good;
    write_file(path, file, DIGEST + size);
}

static void it_is_made_once_unless_damaged(void **state)
{
    world *w = *state;
    uint8_t file[ROOM];
    add(w, "formats/turned6.jpg");
    jpeg first = thumbnail(w, 1, SIDE), j;
    const char *path = kept(w, "turned6.jpg", SIDE);
    size_t size = read_file(path, file, sizeof file);
    assert_int_equal(size, DIGEST + first.size);
    assert_memory_equal(file + DIGEST, first.bytes, first.size);
    write_kept(path, (const uint8_t *)"of another", 10, 1);
    j = thumbnail(w, 1, SIDE);
    assert_int_equal(j.size, 10);
    assert_memory_equal(j.bytes, "of another", 10);
    descry_free(j.bytes);
    for (int i = 0; i < 5; i++) { /* empty, without a JPEG, cut, with a bit changed, no file */
        if (i < 3)
            write_file(path, file, i == 0 ? 0 : i == 1 ? DIGEST : size - 1);
        else if (i == 3)
            write_kept(path, first.bytes, first.size, 0);
        else
            assert_true(unlink(path) == 0 && mkfifo(path, 0600) == 0);
        j = thumbnail(w, 1, SIDE);
        expect_same(&j, &first);
        descry_free(j.bytes);
        assert_int_equal(read_file(path, file, sizeof file), size);
    }
    assert_int_equal(remove_folder(w->kept), 0);
    j = thumbnail(w, 1, SIDE);
    expect_same(&j, &first);
    descry_free(j.bytes);
    descry_free(first.bytes);
    assert_true(exists(path));
}

static void set_age(const char *path, int hours)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - 3600 * hours}, {.tv_sec = time(NULL) - 3600 * hours}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static size_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return (size_t)st.st_size;
}

static void make_thumbnail(world *w, int side)
{
    descry_free(thumbnail(w, 1, side).bytes);
}

static void the_oldest_used_go_first(void **state)
{
    world *w = *state;
    static const char picture[] = "turned6.jpg";
    size_t sum = 0;
    char foreign[2 * PATH_SIZE], unfinished[2 * PATH_SIZE + 8];
    add(w, "formats/turned6.jpg");
    for (int side = 50; side <= 53; side++) {
        make_thumbnail(w, side);
        sum += size_of(kept(w, picture, side));
    }
    set_age(kept(w, picture, 50), 4);
    set_age(kept(w, picture, 51), 6);
    set_age(kept(w, picture, 52), 5);
    set_age(kept(w, picture, 53), 3);
    make_thumbnail(w, 51); /* used again */
    snprintf(foreign, sizeof foreign, "%s", kept(w, picture, 0));
    snprintf(strrchr(foreign, '/'), 20, "/my photo.jpg");
    write_file(foreign, picture, 5);
    set_age(foreign, 100);
    open_library(w, 256 * (uint64_t)(sum + 10));
    make_thumbnail(w, 49);
    assert_false(exists(kept(w, picture, 52)));
    assert_true(exists(kept(w, picture, 50)) && exists(kept(w, picture, 51)) && exists(kept(w, picture, 53)));
    assert_true(exists(kept(w, picture, 49)) && exists(foreign));
    snprintf(unfinished, sizeof unfinished, "%s.1-0", kept(w, picture, 60)); /* by a process that was killed */
    write_file(unfinished, foreign, 60);
    set_age(unfinished, 50);
    make_thumbnail(w, 48);
    assert_false(exists(unfinished) && exists(kept(w, picture, 50)));
    assert_true(exists(kept(w, picture, 48)) && exists(foreign));

    open_library(w, 256 * 600); /* less than one */
    make_thumbnail(w, 128);
    assert_false(exists(kept(w, picture, 128)));
    open_library(w, 0);
    make_thumbnail(w, 47);
    assert_false(exists(kept(w, picture, 47)));
}

/* Neither a file in the folder's place nor a link is written to, and thumbnails come as ever. */
static void what_cannot_be_kept_is_made_anew(void **state)
{
    world *w = *state;
    static const char picture[] = "turned6.jpg";
    add(w, "formats/turned6.jpg");
    write_file(w->kept, "mine", 4);
    make_thumbnail(w, SIDE);
    assert_int_equal(size_of(w->kept), 4);
    assert_int_equal(unlink(w->kept), 0);
    assert_true(mkdir(in("elsewhere"), 0700) == 0 && symlink(in("elsewhere"), w->kept) == 0);
    make_thumbnail(w, SIDE);
    assert_int_equal(rmdir(in("elsewhere")), 0);
    assert_int_equal(unlink(w->kept), 0);
    make_thumbnail(w, SIDE);
    assert_true(exists(kept(w, picture, SIDE)));
    const char *path = kept(w, picture, SIDE);
    assert_int_equal(unlink(path), 0);
    write_file(in("target"), "mine", 4);
    assert_int_equal(symlink(in("target"), path), 0);
    make_thumbnail(w, SIDE);
    assert_int_equal(size_of(in("target")), 4);
    assert_int_equal(unlink(path), 0); /* a file in the link's place */
}

static void an_index_passes_them_by(void **state)
{
    world *w = *state;
    add(w, "formats/turned6.jpg");
    make_thumbnail(w, SIDE);
    descry_folder_options folders = DESCRY_FOLDER_OPTIONS_INIT;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_index_counts counts = DESCRY_INDEX_COUNTS_INIT;
    const char *path = w->folder;
    options.folders = &folders;
    for (int i = 0; i < 2; i++) {
        folders.include_hidden = folders.sniff = i;
        check_rc(descry_index(w->library, w->model, &path, 1, &options, &counts, &w->err), &w->err);
        assert_int_equal(counts.found, 1);
    }
}

/* ---- what the library learns --------------------------------------------------------------------------------------- */

static void forget_looks(world *w)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE contents SET placeholder = NULL, width = NULL, height = NULL, orientation = NULL", NULL,
                                  NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(remove_folder(w->kept), 0);
}

static void expect_looks(world *w, int known)
{
    const descry_entry *e = entry(w, 1);
    assert_int_equal(e->width, known ? 128 : 0);
    assert_int_equal(e->height, known ? 96 : 0);
    assert_int_equal(e->placeholder_size, known ? DESCRY_PLACEHOLDER_SIZE : 0);
    assert_int_equal(e->placeholder != NULL, known);
}

static void it_learns_on_occasion(void **state)
{
    world *w = *state;
    uint8_t before[DESCRY_PLACEHOLDER_SIZE];
    const char *path = in("turned6.jpg");
    add(w, "formats/turned6.jpg");
    memcpy(before, entry(w, 1)->placeholder, sizeof before);
    make_thumbnail(w, SIDE);
    forget_looks(w);
    expect_looks(w, 0);
    make_thumbnail(w, SIDE);
    expect_looks(w, 1);
    for (int i = 0; i < DESCRY_PLACEHOLDER_SIZE; i++) /* of a draft of another size */
        assert_true(abs(entry(w, 1)->placeholder[i] - before[i]) < 6);
    descry_index_counts counts = DESCRY_INDEX_COUNTS_INIT;
    check_rc(descry_index(w->library, w->model, &path, 1, NULL, &counts, &w->err), &w->err);
    assert_int_equal(counts.unchanged, 1);

    /* not while somebody indexes, nor read-only; not an error */
    descry_library *other;
    descry_session *session;
    check_rc(descry_library_open(&other, w->ctx, w->path, NULL, &w->err), &w->err);
    check_rc(descry_session_open(&session, other, w->model, NULL, NULL, &w->err), &w->err);
    forget_looks(w);
    make_thumbnail(w, SIDE);
    expect_looks(w, 0);
    descry_session_close(&session);
    descry_library_close(&other);
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.read_only = 1;
    descry_library_close(&w->library);
    check_rc(descry_library_open(&w->library, w->ctx, w->path, &options, &w->err), &w->err);
    make_thumbnail(w, SIDE + 1);
    expect_looks(w, 0);
}

/* ---- contact sheets ------------------------------------------------------------------------------------------------ */

static void a_sheet_has_all(void **state)
{
    world *w = *state;
    const int64_t ids[] = {1, 2, 77, 1, 3};
    enum { CELL = 64, STEP = CELL + 4 };
    for (int i = 1; i <= 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "formats/turned%d.jpg", i);
        add(w, name);
    }
    assert_int_equal(unlink(in("turned3.jpg")), 0);
    jpeg j;
    check_rc(descry_contact_sheet(w->library, ids, 5, 3, CELL, &j.bytes, &j.size, &w->err), &w->err);
    descry_picture sheet = decoded(&j);
    assert_true(sheet.width == 2 * STEP + CELL && sheet.height == STEP + CELL);
    jpeg small = thumbnail(w, 1, CELL);
    descry_picture thumb = decoded(&small);
    assert_true(thumb.width == CELL && thumb.height == 48);
    for (int cell = 0; cell < 6; cell++) {
        const uint8_t *corner = sheet.data + 3 * ((cell / 3 * STEP + 2) * sheet.width + cell % 3 * STEP + CELL / 2);
        const uint8_t *middle = sheet.data + 3 * ((cell / 3 * STEP + CELL / 2) * sheet.width + cell % 3 * STEP + CELL / 2);
        const uint8_t *of_thumb = thumb.data + 3 * (24 * CELL + CELL / 2);
        int grey = cell == 2 || cell == 4, none = cell == 5;
        for (int b = 0; b < 3; b++) {
            assert_true(abs(corner[b] - (grey ? 0xC0 : 0xFF)) < 12);
            assert_true(abs(middle[b] - (grey ? 0xC0 : none ? 0xFF : of_thumb[b])) < 24);
        }
    }
    descry_picture_free(&thumb);
    descry_picture_free(&sheet);
    descry_free(small.bytes);
    descry_free(j.bytes);
    static const struct {
        size_t count, columns;
        int side;
    } bad[] = {{0, 1, 64}, {101, 10, 64}, {5, 0, 64}, {5, 101, 64}, {5, 5, 15}, {5, 5, 0}, {5, 5, -4}, {5, 5, 1024}, {5, 1, 1024}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(descry_contact_sheet(w->library, ids, bad[i].count, bad[i].columns, bad[i].side, &j.bytes, &j.size, &w->err),
                         DESCRY_ERR_ARGUMENT);
        assert_null(j.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_picture_is_upright),
        TEST(matches_and_entries_have_them),
        TEST(raw_pictures_are_shown),
        TEST(what_is_no_preview_is_refused),
        TEST(what_has_no_thumbnail),
        TEST(its_etag_is_told_without_it),
        TEST(it_is_made_once_unless_damaged),
        TEST(the_oldest_used_go_first),
        TEST(what_cannot_be_kept_is_made_anew),
        TEST(an_index_passes_them_by),
        TEST(it_learns_on_occasion),
        TEST(a_sheet_has_all),
    };
    return cmocka_run_group_tests_name("thumbs", tests, NULL, NULL);
}
