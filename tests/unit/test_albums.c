/* SPDX-License-Identifier: Apache-2.0
 * Albums as a program uses them: selections by content, queries under a name, and searches in both. */
#include "library_fixture.h"

#include "library/library.h"

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* red.jpg, dark/red.jpg (the same picture), dark/blue.jpg, green.jpg; captioned by the model */
static void some(fixture *f)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.captioner = &f->model;
    folder(f, "photos/dark");
    picture(f, "red.jpg", 200, 0, 0);
    picture(f, "dark/red.jpg", 200, 0, 0);
    picture(f, "dark/blue.jpg", 0, 0, 100);
    picture(f, "green.jpg", 0, 240, 0);
    check_rc(index_with(f, "", &options), &f->err);
}

static int show(void *arg, const descry_album *album)
{
    char *to = (char *)arg + strlen(arg);
    if (album->query)
        sprintf(to, "%s: %s; ", album->name, album->query);
    else
        sprintf(to, "%s %d; ", album->name, (int)album->count);
    return 0;
}

static int stop(void *arg, const descry_album *album)
{
    return show(arg, album) || 1;
}

static void expect_albums(fixture *f, const char *expected)
{
    char shown[500] = "";
    check_rc(descry_albums(f->library, show, shown, &f->err), &f->err);
    assert_string_equal(shown, expected);
}

static int64_t create(fixture *f, const char *name, const char *query)
{
    int64_t id;
    check_rc(descry_album_create(f->library, name, query, &id, &f->err), &f->err);
    return id;
}

/* Adds to an album, or takes from it, what is at a path. */
static void fill(fixture *f, int64_t album, const char *path, size_t expected, int take)
{
    int64_t *ids;
    size_t n;
    check_rc(descry_ids_at(f->library, at(f, "%s", path), &ids, &n, &f->err), &f->err);
    assert_int_equal(n, expected);
    for (size_t i = 1; i < n; i++)
        assert_true(ids[i - 1] < ids[i]);
    check_rc((take ? descry_album_take : descry_album_add)(f->library, album, ids, n, &f->err), &f->err);
    free(ids);
}

static void fails(fixture *f, int rc, int code, const char *message)
{
    assert_int_equal(rc, code);
    if (!strstr(f->err.message, message))
        fail_msg("'%s' does not say '%s'", f->err.message, message);
}

static void an_album_follows_its_pictures(void **state)
{
    fixture *f = *state;
    some(f);
    const int64_t album = create(f, "Summer", NULL);
    char shown[500] = "";
    create(f, "Red ones", "200 0 0");
    fill(f, album, "photos/dark", 2, 0);
    fill(f, album, "photos/red.jpg", 1, 0); /* a copy of what it has */
    expect_albums(f, "Red ones: 200 0 0; Summer 2; ");
    assert_int_equal(descry_albums(f->library, stop, shown, &f->err), 0);
    assert_string_equal(shown, "Red ones: 200 0 0; ");
    search_ok(f, "0 0 100 album:Summer", 2);
    assert_found(f, 1, "dark/blue.jpg");
    assert_found(f, 2, "dark/red.jpg");

    rename_file(f, "dark/blue.jpg", "sky.jpg");
    remove_file(f, "red.jpg");
    remove_file(f, "dark/red.jpg");
    index_ok(f, "");
    expect_albums(f, "Red ones: 200 0 0; Summer 1; ");
    search_ok(f, "0 0 100 album:Summer", 1);
    assert_found(f, 1, "sky.jpg");
    folder(f, "photos/new");
    picture(f, "new/red.jpg", 200, 0, 0);
    index_ok(f, "");
    search_ok(f, "album:Summer", 2);
    fill(f, album, "photos/new/red.jpg", 1, 1);
    expect_albums(f, "Red ones: 200 0 0; Summer 1; ");
    check_rc(descry_album_remove(f->library, album, &f->err), &f->err);
    expect_albums(f, "Red ones: 200 0 0; ");
    search_ok(f, "0 0 0", 3);
}

static void what_is_at_a_path_has_ids(void **state)
{
    fixture *f = *state;
    int64_t *ids, first;
    size_t n;
    some(f);
    check_rc(descry_ids_at(f->library, at(f, "photos/red.jpg"), &ids, &n, &f->err), &f->err);
    assert_int_equal(n, 1);
    first = ids[0];
    free(ids);
    remove_file(f, "red.jpg");
    index_ok(f, "");
    check_rc(descry_ids_at(f->library, at(f, "photos/red.jpg"), &ids, &n, &f->err), &f->err);
    assert_true(n == 1 && ids[0] == first); /* missing */
    free(ids);
    check_rc(descry_ids_at(f->library, at(f, "photos"), &ids, &n, &f->err), &f->err);
    assert_int_equal(n, 3);
    free(ids);
    fails(f, descry_ids_at(f->library, at(f, "nowhere"), &ids, &n, &f->err), DESCRY_ERR_NOT_FOUND, "no picture there");
    assert_true(!ids && n == 0);
}

static int count_entry(void *arg, const descry_entry *entry)
{
    (void)entry;
    ++*(int *)arg;
    return 0;
}

static void searches_and_exports_are_narrowed(void **state)
{
    fixture *f = *state;
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    descry_export_options export = DESCRY_EXPORT_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    int n = 0;
    some(f);
    fill(f, create(f, "My \"Summer\"", NULL), "photos/dark", 2, 0);
    create(f, "Smart", "green.jpg");
    filter.album = "My \"Summer\"";
    options.filter = export.filter = &filter;
    check_rc(search_with(f, "0 240 0", &options), &f->err);
    assert_int_equal(f->matches, 2);
    check_rc(descry_entries(f->library, &export, count_entry, &n, &f->err), &f->err);
    assert_int_equal(n, 2);
    for (int ranking = 0; ranking < 3; ranking++) {
        options = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
        options.ranking = (descry_ranking)ranking;
        check_rc(search_with(f, "jpg album:\"My \\\"Summer\\\"\"", &options), &f->err);
        assert_int_equal(f->matches, 2);
    }
    check_rc(search_with(f, "album:\"My \\\"Summer\\\"\" in:nowhere", NULL), &f->err);
    assert_int_equal(f->matches, 0);
    options = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
    options.filter = &filter;
    fails(f, search_with(f, "x album:y", &options), DESCRY_ERR_NOT_FOUND, "character 3: there is no album 'y'");
    fails(f, search_with(f, "x album:\"My \\\"Summer\\\"\"", &options), DESCRY_ERR_ARGUMENT, "character 3: album: is in the options, too");
    filter.album = "nothing";
    fails(f, search_with(f, "0 240 0", &options), DESCRY_ERR_NOT_FOUND, "there is no album 'nothing'");
    filter.album = "Smart";
    fails(f, search_with(f, "0 240 0", &options), DESCRY_ERR_ARGUMENT, "use its query");
    fails(f, descry_entries(f->library, &export, count_entry, &n, &f->err), DESCRY_ERR_ARGUMENT, "use its query");
}

static void a_smart_album_is_its_query(void **state)
{
    fixture *f = *state;
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    int64_t selection;
    some(f);
    selection = create(f, "Dark", NULL);
    fill(f, selection, "photos/dark", 2, 0);
    create(f, "Blue", "0 0 100 NOT green has:caption");
    create(f, "Words", "green.jpg");
    create(f, "In dark", "0 0 100 album:Dark");
    create(f, "Filters", "album:Dark has:caption");
    create(f, "Around", "album:Blue");
    create(f, "Lost", "x album:gone");
    const int64_t sum = create(f, "Sum", "\"0 0 100\" + \"200 0 0\"");

    options.not_threshold = 0.99f;
    check_rc(search_with(f, "album:Blue", &options), &f->err);
    assert_found(f, 1, "dark/blue.jpg");
    search_ok(f, " album:\"In dark\" ", 2);
    assert_found(f, 1, "dark/blue.jpg");
    search_ok(f, "album:Filters", 2);
    search_ok(f, "album:Sum", 3);
    options = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
    options.ranking = DESCRY_RANKING_WORDS;
    check_rc(search_with(f, "album:Words", &options), &f->err);
    assert_int_equal(f->matches, 1);
    assert_found(f, 1, "green.jpg");
    fails(f, search_with(f, "album:Words red", &options), DESCRY_ERR_ARGUMENT, "character 1: the album 'Words' is a smart one, which stands alone");

    fails(f, search_with(f, "red album:Blue", NULL), DESCRY_ERR_ARGUMENT, "character 5: the album 'Blue' is a smart one, which stands alone");
    fails(f, search_with(f, "album:Blue has:caption", NULL), DESCRY_ERR_ARGUMENT, "stands alone");
    fails(f, search_with(f, "album:Around", NULL), DESCRY_ERR_ARGUMENT,
          "the album 'Around': the query, character 1: the album 'Blue' is a smart one, which cannot be part of another");
    fails(f, search_with(f, "album:Lost", NULL), DESCRY_ERR_NOT_FOUND, "the album 'Lost': the query, character 3: there is no album 'gone'");
    check_rc(descry_album_change(f->library, sum, "Less", "0 0 100 in:nowhere", &f->err), &f->err);
    search_ok(f, "album:Less", 0);
    descry_filter filter = DESCRY_FILTER_INIT; /* and the options apply */
    filter.album = "Dark";
    options = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
    options.filter = &filter;
    check_rc(descry_album_change(f->library, sum, NULL, "0 240 0", &f->err), &f->err);
    check_rc(search_with(f, "album:Less", &options), &f->err);
    assert_int_equal(f->matches, 2);
}

static int write_album(void *arg, const descry_album *album)
{
    fixture *f = arg;
    return descry_album_change(f->library, album->id, "Renamed", NULL, &f->err);
}

static int write_entry(void *arg, const descry_entry *entry)
{
    fixture *f = arg;
    (void)entry;
    assert_int_equal(descry_album_create(f->library, "Late", NULL, NULL, &f->err), DESCRY_ERR_BUSY);
    return 1;
}

static void mistakes_change_nothing(void **state)
{
    fixture *f = *state;
    const descry_export_options export = DESCRY_EXPORT_OPTIONS_INIT;
    int64_t id = 7;
    some(f);
    const int64_t album = create(f, "Summer", NULL), smart = create(f, "Smart", "x");
    fails(f, descry_album_create(f->library, "Bad", "a + ", &id, &f->err), DESCRY_ERR_ARGUMENT, "the query, character");
    assert_int_equal(id, 0);
    fails(f, descry_album_create(f->library, "Bad", "", NULL, &f->err), DESCRY_ERR_ARGUMENT, "query");
    fails(f, descry_album_create(f->library, "Summer", NULL, NULL, &f->err), DESCRY_ERR_ARGUMENT, "an album 'Summer' already");
    fails(f, descry_album_create(f->library, "a\nb", NULL, NULL, &f->err), DESCRY_ERR_ARGUMENT, "without control characters");
    fails(f, descry_album_change(f->library, smart, NULL, "(", &f->err), DESCRY_ERR_ARGUMENT, "the query, character");
    fails(f, descry_album_change(f->library, album, NULL, "x", &f->err), DESCRY_ERR_ARGUMENT, "it has no query");
    fails(f, descry_album_add(f->library, album, (const int64_t[]){1, 1000}, 2, &f->err), DESCRY_ERR_NOT_FOUND, "no picture #1000");
    fails(f, descry_album_add(f->library, smart, (const int64_t[]){1}, 1, &f->err), DESCRY_ERR_ARGUMENT, "a smart album");
    fails(f, descry_album_take(f->library, 1000, (const int64_t[]){1}, 1, &f->err), DESCRY_ERR_NOT_FOUND, "no such album");
    fails(f, descry_album_remove(f->library, 1000, &f->err), DESCRY_ERR_NOT_FOUND, "no such album");
    expect_albums(f, "Smart: x; Summer 0; ");
    check_rc(descry_album_add(f->library, album, NULL, 0, &f->err), &f->err);
    check_rc(descry_entries(f->library, &export, write_entry, f, &f->err), &f->err);
    check_rc(descry_album_remove(f->library, smart, &f->err), &f->err);
    check_rc(descry_albums(f->library, write_album, f, &f->err), &f->err); /* a callback may use the library */
    expect_albums(f, "Renamed 0; ");
    open_named(f, "library.db", 1);
    fails(f, descry_album_create(f->library, "Late", NULL, &id, &f->err), DESCRY_ERR_IO, "read-only");
    fails(f, descry_album_add(f->library, album, (const int64_t[]){1}, 1, &f->err), DESCRY_ERR_IO, "read-only");
    expect_albums(f, "Renamed 0; ");
}

/* Pages of ids, and a selection of more than one page. */
static void many_pictures_are_added_at_once(void **state)
{
    fixture *f = *state;
    enum { MANY = 600 };
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        picture(f, name, i % 200, i / 200, 9);
    }
    index_ok(f, "");
    const int64_t album = create(f, "Many", NULL);
    fill(f, album, "photos", MANY, 0);
    expect_albums(f, "Many 600; ");
    fill(f, album, "photos/007.jpg", 1, 1);
    expect_albums(f, "Many 599; ");
    fill(f, album, "photos", MANY, 1);
    expect_albums(f, "Many 0; ");
}

/* In a file from a stranger. */
static void run_sql(fixture *f, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(at(f, "library.db"), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

static void wrong_albums_are_damage(void **state)
{
    static const char *const WRONG[] = {
        "INSERT INTO albums VALUES (-1, 'x', NULL)",
        "INSERT INTO albums VALUES (7, '', NULL)",
        "INSERT INTO albums VALUES (7, char(27) || '[2J', NULL)",
        "INSERT INTO albums VALUES (7, CAST(x'ff' AS TEXT), NULL)",
        "INSERT INTO albums VALUES (7, CAST(zeroblob(300) AS TEXT), NULL)",
        "INSERT INTO albums VALUES (7, 'x', CAST(zeroblob(70000) AS TEXT))",
        "INSERT INTO albums VALUES (7, 'x', 5.0e3), (8, replace(hex(zeroblob(101)), '00', 'xy'), NULL)",
    };
    fixture *f = *state;
    char shown[500];
    some(f);
    create(f, "good", NULL);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        shown[0] = 0;
        run_sql(f, WRONG[i]);
        fails(f, descry_albums(f->library, show, shown, &f->err), DESCRY_ERR_FORMAT, "damaged");
        assert_string_equal(shown, "");
        run_sql(f, "DELETE FROM albums WHERE id <> 1");
    }
    run_sql(f, "INSERT INTO album_contents VALUES (1, 1), (1, 9999), (9999, 2), (1, 'x')"); /* of nothing */
    expect_albums(f, "good 1; ");
    search_ok(f, "album:good", 1);
    search_ok(f, "0 0 0 album:good in:/", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(an_album_follows_its_pictures),
        BOTH_TEST(what_is_at_a_path_has_ids),
        BOTH_TEST(searches_and_exports_are_narrowed),
        BOTH_TEST(a_smart_album_is_its_query),
        BOTH_TEST(mistakes_change_nothing),
        BOTH_TEST(many_pictures_are_added_at_once),
        LIBRARY_TEST(wrong_albums_are_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
