/* SPDX-License-Identifier: Apache-2.0
 * The library's file: its versions, its damage, and the scan file beside it. */
#define _GNU_SOURCE
#include "library_fixture.h"

#include "base/lock.h"
#include "base/paths.h"
#include "store/sqlite/schema.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUIRE(code, condition)                                                                                       \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, f->err.message);                               \
            _exit(code);                                                                                               \
        }                                                                                                              \
    } while (0)

/* Runs SQL on a file; the text of the results, rows by newlines. */
static char *sql(const char *path, const char *text)
{
    static char out[30000];
    size_t used = 0;
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    out[0] = 0;
    for (const char *rest = text; *rest;) {
        if (sqlite3_prepare_v2(db, rest, -1, &stmt, &rest) != SQLITE_OK)
            fail_msg("%s", sqlite3_errmsg(db));
        int code;
        while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
            const char *value = (const char *)sqlite3_column_text(stmt, 0);
            used += (size_t)snprintf(out + used, sizeof out - used, "%s\n", value ? value : "NULL");
            assert_true(used < sizeof out);
        }
        if (stmt && code != SQLITE_DONE)
            fail_msg("%s", sqlite3_errmsg(db));
        sqlite3_finalize(stmt);
    }
    sqlite3_close(db);
    return out;
}

static int open_library(fixture *f, const char *path, int read_only, int create)
{
    const descry_library_options options = {sizeof options, read_only, create};
    descry_library_close(&f->library);
    return descry_library_open(&f->library, &f->context, path, &options, &f->err);
}

/* Pictures 00.jpg .. of n colours, the nearest to black first. */
static void many(fixture *f, int from, int to)
{
    for (int i = from; i < to; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        picture(f, name, i % 250, i / 2, 0);
    }
}

/* ---- versions -------------------------------------------------------------------------------------------------- */

static const char TABLES[] = "SELECT type || name || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name";

static int caption_of_first(void *arg, const descry_match *match)
{
    snprintf(arg, 64, "%s", match->caption ? match->caption : "-");
    return 1;
}

static void every_version_becomes_the_present_one(void **state)
{
    fixture *f = *state;
    char fresh[30000], text[40000];
    snprintf(fresh, sizeof fresh, "%s", sql(at(f, "library.db"), TABLES));
    assert_true(strlen(fresh) > 500);
    for (int version = 1; version <= DESCRY_SCHEMA_VERSION; version++) {
        char source[PATH_SIZE];
        snprintf(source, sizeof source, "%s/tests/unit/fixtures/library-v%d.sql", getenv("DESCRY_SOURCE_ROOT"), version);
        size_t size = read_file(source, text, sizeof text - 1);
        assert_true(size > 1000 && size < sizeof text - 1);
        text[size] = 0;
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s", at(f, "v%d.db", version));
        sql(path, text);
        assert_int_equal(open_library(f, path, 0, 0), 0);
        assert_string_equal(sql(path, TABLES), fresh);
        char seal[64];
        snprintf(seal, sizeof seal, "%d\n1146307410\nwal\nok\n", DESCRY_SCHEMA_VERSION);
        assert_string_equal(sql(path, "PRAGMA user_version; PRAGMA application_id; PRAGMA journal_mode;"
                                      "PRAGMA integrity_check; PRAGMA foreign_key_check"),
                            seal);
        descry_library_status status = status_of(f);
        assert_int_equal(status.photos, 5);
        assert_int_equal(status.missing, 1);
        assert_int_equal(status.contents, 5);
        assert_int_equal(status.failed, 1);
        assert_int_equal(status.captions, version < 4 ? 1 : 2);
        assert_int_equal(status.model_count, 2);
        assert_int_equal(status.models[0]->vectors + status.models[1]->vectors, 7);
        assert_int_equal(status.root_count, 1);
        assert_string_equal(status.roots[0], "/home/u/photos");
        search_ok(f, "0 0 255", 4);
        assert_string_equal(f->paths[0], "/home/u/photos/latin-\xE9.jpg");
        assert_string_equal(sql(path, "SELECT rowid FROM words WHERE words MATCH 'names: red' ORDER BY rowid;"
                                      "SELECT rowid FROM words WHERE words MATCH 'squares'"),
                            "3\n5\n1\n"); /* squares finds square */
        assert_string_equal(sql(path, "SELECT name || ifnull(query, ' ' || content) FROM albums LEFT JOIN album_contents ON album = id"
                                      " ORDER BY 1"),
                            version < 9 ? "" : "Gardensgarden date:2019\nRed 1\nRed 5\n");
        char caption[64];
        sql(path, "UPDATE places SET missing = 0");
        assert_int_equal(search_each(f->library, &f->model, "9 9 9", NULL, caption_of_first, caption, NULL), 0);
        assert_string_equal(caption, "a red square"); /* a person's, though a model's is newer */
    }
}

static void newer_and_other_files_are_refused_and_left_alone(void **state)
{
    fixture *f = *state;
    descry_library_close(&f->library);
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", at(f, "library.db"));
    sql(path, "PRAGMA user_version = 1000");
    assert_int_equal(open_library(f, path, 0, 1), DESCRY_ERR_UNSUPPORTED);
    assert_non_null(strstr(f->err.message, "library.db: made by a newer descry (schema 1000; this one knows "));
    assert_null(f->library);
    assert_string_equal(sql(path, "PRAGMA user_version"), "1000\n");
    sql(path, "PRAGMA user_version = 0");
    assert_int_equal(open_library(f, path, 0, 1), DESCRY_ERR_FORMAT);

    char other[PATH_SIZE];
    snprintf(other, sizeof other, "%s", at(f, "other.db"));
    sql(other, "CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
    assert_int_equal(open_library(f, other, 0, 1), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(f->err.message, "other.db: not a descry library"));
    assert_string_equal(sql(other, "SELECT name FROM sqlite_schema; PRAGMA application_id; PRAGMA journal_mode"),
                        "mine\n0\ndelete\n");

    char text[PATH_SIZE];
    snprintf(text, sizeof text, "%s", at(f, "text.db"));
    write_file(text, "This is no database, and it is long enough to be looked at as if it were one.\n", 78);
    assert_int_equal(open_library(f, text, 0, 1), DESCRY_ERR_FORMAT);
    assert_int_equal(open_library(f, text, 1, 0), DESCRY_ERR_FORMAT);
    char back[100];
    assert_int_equal(read_file(text, back, sizeof back), 78);

    assert_int_equal(open_library(f, f->folder, 0, 1), DESCRY_ERR_FORMAT);
    assert_int_equal(open_library(f, at(f, "none.db"), 0, 0), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(open_library(f, at(f, "none.db"), 1, 1), DESCRY_ERR_NOT_FOUND);
    assert_false(exists(at(f, "none.db")));
    assert_int_equal(open_library(f, "postgresql://host/base", 0, 1), DESCRY_ERR_UNSUPPORTED);
    /* a creation that was killed before it was committed */
    write_file(at(f, "empty.db"), "", 0);
    assert_int_equal(open_library(f, at(f, "empty.db"), 1, 0), DESCRY_ERR_FORMAT);
    assert_int_equal(open_library(f, at(f, "empty.db"), 0, 0), DESCRY_ERR_FORMAT);
    assert_int_equal(open_library(f, at(f, "empty.db"), 0, 1), 0);
    assert_int_equal(open_library(f, at(f, "new/folders/library.db"), 0, 1), 0);
}

static void the_library_is_found_by_its_variables(void **state)
{
    fixture *f = *state;
    setenv("DESCRY_LIBRARY", at(f, "named.db"), 1);
    setenv("XDG_DATA_HOME", at(f, "data"), 1);
    setenv("HOME", at(f, "home"), 1);
    assert_int_equal(open_library(f, NULL, 0, 1), 0);
    assert_string_equal(descry_library_path(f->library), at(f, "named.db"));
    unsetenv("DESCRY_LIBRARY");
    assert_int_equal(open_library(f, NULL, 0, 1), 0);
    assert_string_equal(descry_library_path(f->library), at(f, "data/descry/library.db"));
    setenv("XDG_DATA_HOME", "relative", 1);
    assert_int_equal(open_library(f, NULL, 0, 1), 0);
    assert_string_equal(descry_library_path(f->library), at(f, "home/.local/share/descry/library.db"));
    assert_int_equal(chdir(f->folder), 0);
    assert_int_equal(open_library(f, ":memory:", 0, 1), 0); /* a name like any other */
    assert_true(exists(at(f, ":memory:")));
    assert_int_equal(chdir("/"), 0);
}

/* ---- damage ---------------------------------------------------------------------------------------------------- */

static void a_damaged_library_is_an_error_never_a_crash(void **state)
{
    fixture *f = *state;
    many(f, 0, 200);
    index_ok(f, "");
    descry_library_close(&f->library);
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", at(f, "library.db"));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    size_t size = (size_t)st.st_size;
    char *bytes = malloc(size), *wrong = malloc(size);
    assert_int_equal(read_file(path, bytes, size), size);
    size_t refused = 0, tried = 0;
    for (size_t cut = 1; cut < size; cut += 4093, tried++) {
        write_file(path, bytes, cut);
        int rc = open_library(f, path, 0, 1);
        if (!rc)
            rc = index_with(f, "", NULL);
        assert_int_equal(rc, DESCRY_ERR_FORMAT);
        assert_non_null(strstr(f->err.message, "library.db: "));
        descry_library_close(&f->library);
        unlink(at(f, "library.db-wal"));
        unlink(at(f, "library.db-shm"));
    }
    uint32_t seed = 1;
    for (size_t at_byte = 0; at_byte < size; at_byte += 8192, tried++) { /* a page of noise */
        memcpy(wrong, bytes, size);
        for (size_t i = at_byte; i < at_byte + 8192 && i < size; i++)
            wrong[i] = (char)((seed = seed * 1664525u + 1013904223u) >> 24);
        write_file(path, wrong, size);
        unlink(at(f, "library.db.scan"));
        int rc = open_library(f, path, 0, 1);
        if (!rc)
            rc = search_with(f, "1 1 1", NULL);
        if (!rc)
            rc = index_with(f, "", NULL);
        refused += rc == DESCRY_ERR_FORMAT;
        descry_library_close(&f->library);
        unlink(at(f, "library.db-wal"));
        unlink(at(f, "library.db-shm"));
    }
    assert_true(refused > 3);
    free(bytes);
    free(wrong);
}

static void wrong_lengths_of_vectors_are_noticed(void **state)
{
    fixture *f = *state;
    many(f, 0, 3);
    index_ok(f, "");
    sql(at(f, "library.db"), "DROP TRIGGER vectors_changed; UPDATE vectors SET f16 = X'0000' WHERE id = 2;"
                             "CREATE TRIGGER vectors_changed BEFORE UPDATE ON vectors BEGIN"
                             " SELECT RAISE(ABORT, 'a vector is never changed'); END");
    unlink(at(f, "library.db.scan"));
    reopen(f);
    assert_int_equal(search_with(f, "1 1 1", NULL), DESCRY_ERR_FORMAT);
    assert_int_equal(search_with(f, "#2", NULL), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(f->err.message, "library.db: "));
}

/* ---- read-only ------------------------------------------------------------------------------------------------- */

static void read_only_child(fixture *f)
{
    REQUIRE(2, access(f->folder, W_OK) != 0 || getuid() == 0);
    REQUIRE(3, !descry_library_open(&f->library, &f->context, at(f, "library.db"), NULL, &f->err));
    REQUIRE(4, !search_with(f, "0 0 0", NULL) && f->matches == 10);
    REQUIRE(5, f->ids[0] == f->ids[20] && f->ids[9] == f->ids[29]); /* found before, kept behind the new ones */
    REQUIRE(6, index_with(f, "", NULL) == DESCRY_ERR_IO && strstr(f->err.message, "read-only"));
    descry_library_close(&f->library);
    REQUIRE(7, descry_library_open(&f->library, &f->context, at(f, "no.db"), NULL, &f->err) == DESCRY_ERR_IO);
    REQUIRE(8, strstr(f->err.message, "no.db"));
}

static void a_read_only_folder_can_be_searched(void **state)
{
    fixture *f = *state;
    many(f, 0, 30);
    index_ok(f, "");
    search_ok(f, "0 0 0", 10);
    memcpy(f->ids + 20, f->ids, 10 * sizeof *f->ids);
    descry_library_close(&f->library);
    assert_false(exists(at(f, "library.db-wal")));
    assert_int_equal(chmod(at(f, "library.db"), 0644), 0); /* another user's */
    assert_int_equal(chmod(at(f, "library.db.scan"), 0644), 0);
    for (int scan = 1; scan >= 0; scan--) {
        if (!scan)
            unlink(at(f, "library.db.scan"));
        assert_int_equal(chmod(f->folder, 0555), 0);
        int status = in_child(read_only_child, f, 1);
        assert_int_equal(chmod(f->folder, 0777), 0);
        assert_int_equal(status, 0);
        assert_int_equal(exists(at(f, "library.db.scan")), scan);
    }
}

/* ---- the scan file --------------------------------------------------------------------------------------------- */

typedef struct answer {
    size_t matches;
    int64_t ids[MAX_MATCHES];
} answer;

static answer run_search(fixture *f, size_t k)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.k = k;
    if (search_with(f, "0 0 0", &options))
        fail_msg("%s", f->err.message);
    answer found = {.matches = f->matches};
    memcpy(found.ids, f->ids, f->matches * sizeof *f->ids);
    return found;
}

static void assert_same(const answer *a, const answer *b)
{
    assert_int_equal(a->matches, b->matches);
    assert_memory_equal(a->ids, b->ids, a->matches * sizeof *a->ids);
}

static void a_scan_file_that_is_lost_or_damaged_is_made_anew(void **state)
{
    fixture *f = *state;
    many(f, 0, 120);
    index_ok(f, "");
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", at(f, "library.db.scan"));
    static char good[20000], bytes[20000], now[20000];
    size_t size = read_file(path, good, sizeof good);
    assert_true(size > 4096 && size < sizeof good);
    answer expected = run_search(f, 20);
    assert_int_equal(expected.matches, 20);
    for (int damage = 0; damage < 7; damage++) {
        descry_library_close(&f->library);
        memcpy(bytes, good, size);
        size_t wrong_size = size;
        if (damage == 0)
            unlink(path);
        else if (damage == 1)
            wrong_size = size / 2;
        else if (damage == 2)
            wrong_size = 0;
        else if (damage == 3)
            bytes[40] ^= 1; /* another recipe */
        else if (damage == 4)
            bytes[4096 + 64 + 1500] ^= 4; /* a vector */
        else if (damage == 5)
            bytes[4096 + 64] ^= 4; /* whose vector */
        else
            memset(bytes, 'x', size);
        if (damage)
            write_file(path, bytes, wrong_size);
        reopen(f);
        answer found = run_search(f, 20);
        assert_same(&found, &expected);
        assert_int_equal(read_file(path, now, sizeof now), size);
        assert_memory_equal(now, good, size);
    }
    /* a folder in its place: without a scan file, then */
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    reopen(f);
    answer found = run_search(f, 20);
    assert_same(&found, &expected);
    assert_false(exists(at(f, "library.db.scan.new")));
}

static void a_stale_scan_file_is_brought_up_to_date(void **state)
{
    fixture *f = *state;
    static char old[20000], now[20000];
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", at(f, "library.db.scan"));
    many(f, 10, 60);
    index_ok(f, "");
    size_t size = read_file(path, old, sizeof old);
    many(f, 0, 10);
    index_ok(f, "");
    size_t grown = read_file(path, now, sizeof now);
    assert_true(grown > size);
    assert_memory_equal(now + 4096, old + 4096, size - 4096); /* added to, not written anew */
    answer expected = run_search(f, 20);
    write_file(path, old, size);
    reopen(f);
    answer found = run_search(f, 20);
    assert_same(&found, &expected);
    /* another process may have added while this one has the library open */
    many(f, 60, 70);
    struct descry_context context = f->context;
    descry_library *second;
    char photos[PATH_SIZE];
    snprintf(photos, sizeof photos, "%s", at(f, "photos"));
    assert_int_equal(descry_library_open(&second, &context, at(f, "library.db"), NULL, NULL), 0);
    assert_int_equal(descry_index(second, &f->model, &(const char *){photos}, 1, NULL, NULL, NULL), 0);
    descry_library_close(&second);
    assert_int_equal(f->matches, 20);
    assert_int_equal(run_search(f, 64).matches, 64);
    search_ok(f, at(f, "photos/065.jpg"), 10);
}

/* Put back from a copy, then other pictures: the same numbers of vectors for other contents. */
static void a_scan_file_of_another_past_is_not_believed(void **state)
{
    fixture *f = *state;
    static char copy[400000];
    many(f, 0, 20);
    index_ok(f, "");
    descry_library_close(&f->library);
    size_t size = read_file(at(f, "library.db"), copy, sizeof copy);
    assert_true(size < sizeof copy);
    reopen(f);
    many(f, 100, 120);
    index_ok(f, "");
    descry_library_close(&f->library);
    write_file(at(f, "library.db"), copy, size);
    for (int i = 100; i < 120; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        picture(f, name, 0, 0, 255 - i);
    }
    static char stale[20000];
    size_t stale_size = read_file(at(f, "library.db.scan"), stale, sizeof stale);
    reopen(f);
    index_ok(f, "");
    descry_library_close(&f->library);
    unlink(at(f, "library.db.scan"));
    reopen(f);
    answer expected = run_search(f, 40);
    descry_library_close(&f->library);
    write_file(at(f, "library.db.scan"), stale, stale_size);
    reopen(f);
    answer found = run_search(f, 40);
    assert_same(&found, &expected);
}

/* ---- order ----------------------------------------------------------------------------------------------------- */

/* The same colour in other bytes: another content with the same vector. */
static void twin_picture(fixture *f, const char *name, int spaces)
{
    char text[2000];
    int n = snprintf(text, sizeof text, "PIX 9 9 9\n%*s", spaces, "");
    write_file(at(f, "photos/%s", name), text, (size_t)n);
}

static void equal_scores_are_in_order_of_id(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        twin_picture(f, name, i);
    }
    index_ok(f, "");
    twin_picture(f, "000.jpg", 1000); /* the newest content at the oldest place */
    twin_picture(f, "001.jpg", 1001);
    index_ok(f, "");
    for (size_t k = 1; k < 60; k += 3) {
        answer found = run_search(f, k);
        assert_int_equal(found.matches, k);
        for (size_t i = 0; i < k; i++)
            assert_int_equal(found.ids[i], i + 1);
    }
}

static void enough_are_found_behind_many_missing_ones(void **state)
{
    fixture *f = *state;
    many(f, 0, 200);
    index_ok(f, "");
    for (int i = 0; i < 150; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        remove_file(f, name);
    }
    index_ok(f, "");
    assert_int_equal(f->counts.missing, 150);
    answer found = run_search(f, 5);
    assert_int_equal(found.matches, 5);
    assert_string_equal(f->paths[0], at(f, "photos/150.jpg"));
    assert_int_equal(run_search(f, 64).matches, 50);
}

static void very_many_may_be_missing(void **state)
{
    fixture *f = *state;
    char name[32];
    for (int i = 0; i < 700; i++) {
        snprintf(name, sizeof name, "%03d.jpg", i);
        twin_picture(f, name, i);
    }
    index_ok(f, "");
    for (int i = 0; i < 700; i++) {
        snprintf(name, sizeof name, "%03d.jpg", i);
        if (i != 333)
            remove_file(f, name);
    }
    index_ok(f, "");
    assert_counts(f, 0, 1, 0, 0, 699);
    assert_int_equal(run_search(f, 10).matches, 1);
    assert_string_equal(f->paths[0], at(f, "photos/333.jpg"));
}

static void a_lock_is_held_once(void **state)
{
    fixture *f = *state;
    int first, second;
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", at(f, "a.lock"));
    assert_int_equal(descry_lock_take(&first, path, NULL), 0);
    assert_int_equal(descry_lock_take(&second, path, NULL), DESCRY_ERR_BUSY);
    assert_int_equal(second, -1);
    unlink(path);
    assert_int_equal(descry_lock_take(&second, path, NULL), 0); /* another file of that name */
    close(first);
    close(second);
    assert_int_equal(descry_lock_take(&first, path, NULL), 0);
    close(first);
    assert_int_equal(descry_lock_take(&first, f->folder, NULL), DESCRY_ERR_IO);
}

/* ---- paths ----------------------------------------------------------------------------------------------------- */

static void paths_become_absolute_and_real(void **state)
{
    fixture *f = *state;
    static const char *const lexical[][2] = {{"/", "/"},           {"//a//b/", "/a/b"},   {"/a/./b/../c", "/a/c"},
                                             {"/../..", "/"},      {"/a/..", "/"},        {"/...", "/..."},
                                             {"/a/b/../../..", "/"}};
    descry_buf out = {0};
    for (size_t i = 0; i < sizeof lexical / sizeof *lexical; i++) {
        assert_int_equal(descry_path_absolute(&out, lexical[i][0], NULL), 0);
        assert_string_equal(out.data, lexical[i][1]);
    }
    assert_int_equal(descry_path_absolute(&out, "", NULL), DESCRY_ERR_ARGUMENT);
    assert_int_equal(symlink("photos", at(f, "link")), 0);
    assert_int_equal(symlink("nowhere", at(f, "photos/x.jpg")), 0);
    assert_int_equal(descry_path_real(&out, at(f, "link/no/../such//file"), NULL), 0);
    assert_string_equal(out.data, at(f, "photos/such/file"));
    assert_int_equal(descry_path_real(&out, "/", NULL), 0);
    assert_string_equal(out.data, "/");
    assert_int_equal(descry_path_real_folder(&out, at(f, "link/x.jpg"), NULL), 0);
    assert_string_equal(out.data, at(f, "photos/x.jpg"));
    assert_int_equal(descry_path_real_folder(&out, "/x", NULL), 0);
    assert_string_equal(out.data, "/x");
    assert_int_equal(chdir(f->folder), 0);
    assert_int_equal(descry_path_absolute(&out, "./a/../b", NULL), 0);
    assert_string_equal(out.data, at(f, "b"));
    assert_int_equal(descry_path_real(&out, "no", NULL), 0);
    assert_string_equal(out.data, at(f, "no"));
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(descry_path_absolute(&out, "x", NULL), 0);
    assert_string_equal(out.data, "/x");
    assert_true(descry_path_is_below("/a/b", "/a") && descry_path_is_below("/a", "/a"));
    assert_true(descry_path_is_below("/a", "/"));
    assert_false(descry_path_is_below("/ab", "/a") || descry_path_is_below("/", "/a"));
    descry_buf_free(&out);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(every_version_becomes_the_present_one),
        STORE_TEST(newer_and_other_files_are_refused_and_left_alone),
        STORE_TEST(the_library_is_found_by_its_variables),
        STORE_TEST(a_damaged_library_is_an_error_never_a_crash),
        STORE_TEST(wrong_lengths_of_vectors_are_noticed),
        STORE_TEST(a_read_only_folder_can_be_searched),
        STORE_TEST(a_scan_file_that_is_lost_or_damaged_is_made_anew),
        STORE_TEST(a_stale_scan_file_is_brought_up_to_date),
        STORE_TEST(a_scan_file_of_another_past_is_not_believed),
        STORE_TEST(equal_scores_are_in_order_of_id),
        STORE_TEST(enough_are_found_behind_many_missing_ones),
        STORE_TEST(very_many_may_be_missing),
        STORE_TEST(a_lock_is_held_once),
        STORE_TEST(paths_become_absolute_and_real),
    };
    return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
