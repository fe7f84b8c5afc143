/* SPDX-License-Identifier: Apache-2.0
 * Folders as people have them: bins, snapshots, files that are no pictures. */
#include "library_fixture.h"

#include "base/aside.h"
#include "image/formats.h"
#include "library/library.h"
#include "pictures/walk.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static int never(void *arg, const char *path)
{
    (void)arg;
    fail_msg("%s is looked at", path);
    return 1;
}

static int never_a_file(void *arg, const char *path, const struct stat *st)
{
    (void)st;
    return never(arg, path);
}

static int stop_at_file(void *arg, const char *path, const struct stat *st)
{
    (void)arg, (void)path, (void)st;
    return 1;
}

/* Its files may begin as pictures do, for all that their names say. */
static void a_library_is_set_apart(void **state)
{
    fixture *f = *state;
    char root[PATH_MAX], library[PATH_MAX];
    folder(f, "shelf");
    write_file(at(f, "shelf/photos"), "\xFF\xD8\xFF\xE0", 4);
    write_file(at(f, "shelf/photos-wal"), "\xFF\xD8\xFF\xE0", 4);
    write_file(at(f, "shelf/photos.scan"), "\xFF\xD8\xFF\xE0", 4);
    snprintf(root, sizeof root, "%s", at(f, "shelf"));
    snprintf(library, sizeof library, "%s", at(f, "shelf/photos"));
    descry_walk walk = {.file = never_a_file, .other = never, .sniff = 1, .library = library};
    assert_int_equal(descry_walk_run(&walk, root, &f->err), 0);
    picture(f, "../shelf/photos-2019.jpg", 1, 2, 3); /* no file of it */
    walk.file = stop_at_file;
    assert_int_equal(descry_walk_run(&walk, root, &f->err), 1);
}

/* What a walk passes over and what the root of another covers is one rule. */
static void what_a_walk_hides(void **state)
{
    (void)state;
    static const struct {
        const char *root, *path;
        int hides;
    } cases[] = {{"/home", "/home", 0},
                 {"/home", "/home/a/b", 0},
                 {"/home", "/home/.a", 1},
                 {"/home", "/home/a/.b/c", 1},
                 {"/home", "/home/a.b/c.", 0},
                 {"/home", "/home/a/@eaDir", 1},
                 {"/home/.a", "/home/.a", 0}, /* itself one that is hidden */
                 {"/home/.a", "/home/.a/b", 0},
                 {"/home/.a", "/home/.a/.b", 1},
                 {"/", "/", 0},
                 {"/", "/a", 0},
                 {"/", "/.a", 1},
                 {"/", "/lost+found/a", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (descry_walk_hides(cases[i].path, strlen(cases[i].root)) != cases[i].hides)
            fail_msg("%s below %s", cases[i].path, cases[i].root);
}

static void bins_and_snapshots_are_passed_over(void **state)
{
    fixture *f = *state;
    static const char *const bins[] = {"#recycle", "@Recycle", "$Recycle.Bin", "#SNAPSHOT", "@Recently-Snapshot", ".Trash-1000",
                                       ".Trashes", "@tmp", "lost+found", "__macosx", "@eaDir", "RECYCLED", "share/Trash"};
    enum { BINS = sizeof bins / sizeof *bins };
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_folder_options folders = DESCRY_FOLDER_OPTIONS_INIT;
    options.folders = &folders;
    folders.include_hidden = 1;
    folder(f, "photos/2019");
    picture(f, "2019/a.jpg", 255, 0, 0);
    write_file(at(f, "photos/2019/._a.jpg"), "\0\5\x16\7", 4); /* macOS' remarks on a.jpg */
    folder(f, "photos/2019/share"); /* its bin is one by two names */
    for (int i = 0; i < BINS; i++) {
        char name[64];
        snprintf(name, sizeof name, "photos/2019/%s", bins[i]);
        folder(f, name);
        snprintf(name, sizeof name, "2019/%s/b.jpg", bins[i]);
        picture(f, name, 0, 10 + i, 0);
    }
    index_ok(f, "");
    assert_counts(f, 1, 0, 0, 0, 0);
    index_ok(f, "2019/lost+found"); /* named */
    assert_counts(f, 1, 0, 0, 0, 0);
    index_ok(f, NULL); /* and a root of its own now */
    assert_counts(f, 0, 2, 0, 0, 0);
    assert_int_equal(index_with(f, "", &options), 0);
    assert_int_equal(f->counts.embedded, BINS - 1);
    assert_int_equal(f->counts.failed, 0);
    /* what is known stays, as long as it is there */
    remove_file(f, "2019/@tmp/b.jpg");
    index_ok(f, "");
    assert_counts(f, 0, 1, 0, 0, 1);
    assert_int_equal(status_of(f).photos, BINS + 1);
}

static void count_them(void *arg, const char *ending, uint64_t files)
{
    char *told = arg;
    size_t size = strlen(told);
    snprintf(told + size, 256 - size, "%s:%d ", ending ? ending : "?", (int)files);
}

static void files_passed_over_are_counted(void **state)
{
    fixture *f = *state;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_folder_options folders = DESCRY_FOLDER_OPTIONS_INIT;
    options.folders = &folders;
    char told[256] = "";
    options.passed_over = count_them;
    options.arg = told;
    folder(f, "photos/below");
    folder(f, "photos/#recycle");
    picture(f, "a.MPO", 255, 0, 0);
    picture(f, "b.jif", 254, 0, 0);
    write_file(at(f, "photos/real.bak"), "\xFF\xD8\xFF", 3);
    for (const char *const *name = (const char *const[]){"c.MP4", "below/d.mp4", "below/e.mp4", "x.json", "x.pdf", "a.mpo.xmp",
                                                         "A.XMP", ".hidden.mp4", "#recycle/f.mp4", "notes", "odd.a b",
                                                         "long.0123456789abcdefg", NULL}; *name; name++)
        write_file(at(f, "photos/%s", *name), "not a picture, but a few bytes", 30);
    assert_int_equal(index_with(f, "", &options), 0);
    assert_int_equal(f->counts.embedded, 2);
    assert_string_equal(told, "mp4:3 :1 bak:1 json:1 pdf:1 ?:2 ");
    assert_int_equal(f->counts.passed_over, 9);
    folders.sniff = 1;
    *told = 0;
    assert_int_equal(index_with(f, "", &options), 0);
    assert_string_equal(told, "mp4:3 :1 json:1 pdf:1 ?:2 ");
    assert_int_equal(f->counts.found, 3); /* real.bak, which begins as a JPEG */
    /* very many different endings take no more room than some */
    folder(f, "photos/many");
    for (int i = 0; i < 1000; i++)
        write_file(at(f, "photos/many/a.%03d", i), "", 0);
    folders.sniff = 0;
    options.passed_over = NULL;
    assert_int_equal(index_with(f, "many", &options), 0);
    assert_int_equal(f->counts.passed_over, 1000);
}

static void a_copy_in_a_bin_is_not_shown(void **state)
{
    fixture *f = *state;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_folder_options folders = DESCRY_FOLDER_OPTIONS_INIT;
    options.folders = &folders;
    folders.include_hidden = 1;
    folder(f, "photos/#Recycle");
    folder(f, "photos/#Recycle/old");
    folder(f, "photos/z");
    picture(f, "#Recycle/old/a.jpg", 255, 0, 0);
    picture(f, "#Recycle/b.jpg", 0, 255, 0);
    assert_int_equal(index_with(f, "", &options), 0);
    picture(f, "z/a.jpg", 255, 0, 0);
    picture(f, "z/aa.jpg", 255, 0, 0);
    assert_int_equal(index_with(f, "", &options), 0);
    search_ok(f, "255 0 0", 2);
    assert_found(f, 1, "z/a.jpg");
    assert_found(f, 2, "#Recycle/b.jpg"); /* there is no other */
    descry_search_options search = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    search.filter = &filter;
    char all[PATH_SIZE], bin[PATH_SIZE];
    snprintf(all, sizeof all, "%s", at(f, "photos"));
    snprintf(bin, sizeof bin, "%s", at(f, "photos/#Recycle"));
    const char *under[] = {all};
    filter.under = under;
    filter.unders = 1;
    assert_int_equal(search_with(f, "255 0 0", &search), 0);
    assert_found(f, 1, "z/a.jpg");
    under[0] = bin;
    assert_int_equal(search_with(f, "255 0 0", &search), 0);
    assert_found(f, 1, "#Recycle/old/a.jpg");
    picture(f, "c.jpg", 0, 0, 255); /* or else the folder would count as empty, as a disk does that is not mounted */
    remove_file(f, "z/a.jpg");
    remove_file(f, "z/aa.jpg");
    index_ok(f, "");
    search_ok(f, "255 0 0", 3);
    assert_found(f, 1, "#Recycle/old/a.jpg");
}

static bool is_aside(const char *path)
{
    return descry_path_is_aside(path, strlen(path));
}

static void names_of_bins(void **state)
{
    (void)state;
    static const char *const in[] = {"/v/#recycle/a.jpg", "/v/@RECYCLE/b/a.jpg", "/d/$recycle.bin/S-1-5/a.jpg", ".trash/a.jpg",
                                     "/home/me/.local/share/Trash/files/a.jpg", "/v/.Trash-1000/files/a.jpg",
                                     "/v/@GMT-2019.07.21-00.00.00/a.jpg", "/LOST+FOUND/a.jpg", "x/__MACOSX/a.jpg",
                                     "share/Trash/a.jpg", "/DCIM/Camera/.trashed-1700000000-a.jpg", ".trashed-1-a.jpg"};
    static const char *const out[] = {"/v/recycle/a.jpg", "/v/#recycle", "/v/#recycle.jpg", "/v/#recycled/a.jpg", "a.jpg", "", "/",
                                      "/v/Trash/a.jpg", "/v/nfsshare/Trash/a.jpg", "/v/.trashed-", "/v/tmp/a.jpg", "https://example.org/lost/found/a.jpg", "/v/.Tras/a.jpg"};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        if (!is_aside(in[i]))
            fail_msg("%s", in[i]);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (is_aside(out[i]))
            fail_msg("%s", out[i]);
    assert_false(descry_path_is_aside("/v/#recycle/a.jpg", 11)); /* no byte beyond its size */
}

static void endings_of_pictures(void **state)
{
    (void)state;
    static const char *const in[] = {"mpo", "INSP", "jps", "apng", "heics", "heifs", "avifs", "pjpeg", "pjp", "Jif"};
    static const char *const out[] = {"", " ", "jp", "mp4", "xmp", "jpg jpeg"};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        assert_true(descry_format_ending(in[i]));
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        assert_false(descry_format_ending(out[i]));
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

static struct {
    const descry_store_ops *real;
    descry_store_ops ops;
    size_t places, claims, asked;
} spy;

static int spy_places(descry_store *store, const char *const *paths, size_t n, int64_t recipe, descry_place *places,
                      descry_error *err)
{
    spy.places++;
    return spy.real->places(store, paths, n, recipe, places, err);
}

/* 007.jpg is another worker's. */
static int spy_claim(descry_store *store, const char *const *paths, size_t n, int64_t until, int *mine, descry_error *err)
{
    int rc = spy.real->claim(store, paths, n, until, mine, err);
    spy.claims++;
    spy.asked += n;
    for (size_t i = 0; i < n; i++)
        mine[i] = mine[i] && !strstr(paths[i], "007.jpg");
    return rc;
}

static void set_spy(fixture *f)
{
    memset(&spy, 0, sizeof spy);
    spy.real = f->library->store->ops;
    spy.ops = *spy.real;
    spy.ops.places = spy_places;
    spy.ops.claim = spy_claim;
    f->library->store->ops = &spy.ops;
}

static void the_library_is_asked_once_a_page(void **state)
{
    fixture *f = *state;
    char name[32];
    for (int i = 0; i < 150; i++) {
        snprintf(name, sizeof name, "%03d.jpg", i);
        picture(f, name, i, 0, 0);
    }
    set_spy(f);
    index_ok(f, "");
    assert_int_equal(spy.places, 3);
    assert_int_equal(spy.claims, 3);
    assert_int_equal(spy.asked, 150);
    assert_counts(f, 149, 0, 0, 0, 0); /* and the other's is passed over */
    reopen(f);
    set_spy(f);
    index_ok(f, "");
    assert_int_equal(spy.places, 3);
    assert_int_equal(spy.claims, 1); /* of the page that has one to read */
    assert_int_equal(spy.asked, 1);
    assert_counts(f, 0, 149, 0, 0, 0);
    reopen(f);
    index_ok(f, "");
    assert_counts(f, 1, 149, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIBRARY_TEST(bins_and_snapshots_are_passed_over),
        LIBRARY_TEST(a_library_is_set_apart),
        LIBRARY_TEST(files_passed_over_are_counted),
        BOTH_TEST(a_copy_in_a_bin_is_not_shown),
        BOTH_TEST(the_library_is_asked_once_a_page),
        cmocka_unit_test(names_of_bins),
        cmocka_unit_test(what_a_walk_hides),
        cmocka_unit_test(endings_of_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
