/* SPDX-License-Identifier: Apache-2.0
 * A library, and files beside it, that someone else made: what they may not do, and what is no reason to refuse them. */
#define _GNU_SOURCE
#include "library_fixture.h"

#include "base/lock.h"
#include "library/library.h"
#include "store/sqlite/schema.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDLESS "(WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c)"

/* Runs SQL as a stranger can: on the schema itself, too. */
static void run(const char *path, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

static int open_library(fixture *f, const char *path, int read_only)
{
    const descry_library_options options = {sizeof options, read_only, 0};
    descry_library_close(&f->library);
    return descry_library_open(&f->library, &f->context, path, &options, &f->err);
}

/* A closed library with a few pictures; its path. */
static const char *some(fixture *f)
{
    static char path[PATH_SIZE];
    picture(f, "a.jpg", 0, 0, 0);
    picture(f, "b.jpg", 9, 9, 9);
    picture(f, "c.jpg", 200, 9, 9);
    index_ok(f, "");
    search_ok(f, "0 0 0", 3);
    descry_library_close(&f->library);
    snprintf(path, sizeof path, "%s", at(f, "library.db"));
    return path;
}

static void assert_says(fixture *f, const char *what)
{
    if (!strstr(f->err.message, what))
        fail_msg("'%s' does not say '%s'", f->err.message, what);
}

/* ---- schemas ----------------------------------------------------------------------------------------------------- */

#define EDIT(from, to)                                                                                                 \
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '" from "', '" to "');"                  \
    "PRAGMA writable_schema = RESET"

static void other_schemas_are_refused(void **state)
{
    static const char *const OTHERS[][2] = {
        {"DROP TABLE calibrations; CREATE VIEW calibrations AS SELECT 1 AS recipe, " ENDLESS " AS version",
         "not as descry makes it: view calibrations"},
        {"CREATE VIEW more AS SELECT " ENDLESS, "foreign view more"},
        {"CREATE TRIGGER more AFTER UPDATE ON recipes BEGIN SELECT " ENDLESS "; END", "foreign trigger more"},
        {"DROP TRIGGER vectors_added; CREATE TRIGGER vectors_added AFTER INSERT ON vectors BEGIN SELECT " ENDLESS "; END",
         "not as descry makes it: trigger vectors_added"},
        {"DROP TRIGGER vectors_added; CREATE TRIGGER vectors_added AFTER INSERT ON captions BEGIN"
         "  UPDATE recipes SET vectors = vectors + 1, newest = NEW.id WHERE id = NEW.recipe; END",
         "trigger vectors_added"},
        {"CREATE TABLE more (x)", "foreign table more"},
        {"CREATE TABLE \"\x1B[2J\" (x)", "foreign table ?[2J"},
        {"CREATE VIRTUAL TABLE more USING fts5 (x)", "foreign table more"},
        {"DROP TABLE words; CREATE VIRTUAL TABLE words USING fts5 (captions, names, title)", "table words"},
        {"CREATE INDEX more ON captions (length(text))", "foreign index more"},
        {"DROP INDEX captions_content; CREATE INDEX captions_content ON captions (content) WHERE abs(content)",
         "index captions_content"},
        {"DROP INDEX captions_content", "it lacks index captions_content"},
        {"DROP TRIGGER words_title_changed", "it lacks trigger words_title_changed"},
        {"ALTER TABLE contents ADD COLUMN more AS (hex(sha256))", "table contents"},
        {"ALTER TABLE contents ADD COLUMN more", "table contents"},
        {"ALTER TABLE places RENAME COLUMN error TO mistake", "table places"},
        {EDIT("orientation INTEGER", "orientation INTEGER CHECK (length(randomblob(9)))"), "table contents"},
        {EDIT("size INTEGER NOT NULL DEFAULT 0", "size INTEGER NOT NULL DEFAULT (random())"), "table places"},
        {EDIT("model TEXT", "model TEXT COLLATE nocase"), "table captions"},
        {EDIT("model TEXT", "model \"NOT\" TEXT"), "table captions"},
        {EDIT("''person''", "''Person''"), "table captions"},
        {EDIT("''person''", "\"person\""), "table captions"},
        {EDIT("dim > 0", "dim > 0 -- )"), NULL}, /* as it is written; the file no longer parses */
        {"PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('view', 'sqlite_stat1', 'sqlite_stat1', 0,"
         " 'CREATE VIEW sqlite_stat1 AS SELECT 1 AS tbl, 2 AS idx, 3 AS stat')",
         "foreign view sqlite_stat1"},
        {"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage ="
         " (SELECT rootpage FROM sqlite_schema WHERE name = 'contents') WHERE name = 'captions'",
         "share a page"},
    };
    fixture *f = *state;
    char path[PATH_SIZE];
    const char *good = some(f);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        snprintf(path, sizeof path, "%s", at(f, "other-%zu.db", i));
        copy_file(good, path);
        run(path, OTHERS[i][0]);
        for (int read_only = 0; read_only < 2; read_only++) {
            int rc = open_library(f, path, read_only);
            if (rc != DESCRY_ERR_FORMAT)
                fail_msg("%d for %s", rc, OTHERS[i][0]);
            if (OTHERS[i][1])
                assert_says(f, OTHERS[i][1]);
        }
    }
}

/* An older library is looked at before it is brought to the present version. */
static void older_libraries_are_looked_at_first(void **state)
{
    static char text[40000];
    fixture *f = *state;
    char path[PATH_SIZE], source[PATH_SIZE];
    snprintf(source, sizeof source, "%s/tests/unit/fixtures/library-v1.sql", getenv("DESCRY_SOURCE_ROOT"));
    size_t size = read_file(source, text, sizeof text - 1);
    text[size] = 0;
    snprintf(path, sizeof path, "%s", at(f, "old.db"));
    run(path, text);
    copy_file(path, at(f, "good.db"));
    assert_int_equal(open_library(f, at(f, "good.db"), 0), 0);
    run(path, "CREATE TRIGGER more AFTER UPDATE ON places BEGIN SELECT " ENDLESS "; END");
    assert_int_equal(open_library(f, path, 0), DESCRY_ERR_FORMAT);
    assert_says(f, "foreign trigger more");
    run(path, "DROP TRIGGER more; PRAGMA user_version = 2"); /* declares a wrong version */
    assert_int_equal(open_library(f, path, 0), DESCRY_ERR_FORMAT);
}

static void works(fixture *f, const char *path)
{
    if (open_library(f, path, 1) || open_library(f, path, 0))
        fail_msg("%s", f->err.message);
    search_ok(f, "0 0 0", 3);
    assert_int_equal(descry_forget(f->library, "/nowhere", NULL, &f->err), 0);
}

/* What `.dump` of one SQLite shell and `.read` of another do. */
static void dump(const char *from, const char *to)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    char sql[20000];
    assert_int_equal(sqlite3_open(to, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    snprintf(sql, sizeof sql, "ATTACH '%s' AS old; PRAGMA writable_schema = ON", from);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT type, name, sql FROM old.sqlite_schema WHERE sql IS NOT NULL AND name"
                                            " NOT LIKE 'sqlite%' ORDER BY type <> 'table', name", -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(stmt, 0), *name = (const char *)sqlite3_column_text(stmt, 1);
        const char *text = (const char *)sqlite3_column_text(stmt, 2);
        if (strncmp(text, "CREATE VIRTUAL", 14) == 0)
            snprintf(sql, sizeof sql, "INSERT INTO main.sqlite_schema SELECT type, name, tbl_name, 0, sql"
                                      " FROM old.sqlite_schema WHERE name = '%s'", name);
        else if (strcmp(type, "table") == 0)
            snprintf(sql, sizeof sql, "%s; INSERT INTO main.\"%s\" SELECT * FROM old.\"%s\"", text, name, name);
        else
            snprintf(sql, sizeof sql, "%s", text);
        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    sqlite3_finalize(stmt);
    snprintf(sql, sizeof sql, "DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence SELECT * FROM old.sqlite_sequence;"
                              "PRAGMA application_id = %d; PRAGMA user_version = %d", DESCRY_SCHEMA_ID, DESCRY_SCHEMA_VERSION);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void honest_changes_are_not_refused(void **state)
{
    static const char *const CHANGES[] = {
        "ANALYZE", "VACUUM", "REINDEX", "PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512; VACUUM",
        "ALTER TABLE captions RENAME TO c; ALTER TABLE c RENAME TO captions", /* puts names into quotes */
        "ALTER TABLE places RENAME COLUMN error TO e; ALTER TABLE places RENAME COLUMN e TO error",
        EDIT("INTEGER NOT", "/* a note */ integer\n\tnot -- another\n") "; " EDIT("REFERENCES contents", "references [contents]"),
    };
    fixture *f = *state;
    char path[PATH_SIZE];
    const char *good = some(f);
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        snprintf(path, sizeof path, "%s", at(f, "changed-%zu.db", i));
        copy_file(good, path);
        run(path, "PRAGMA journal_mode = DELETE");
        run(path, CHANGES[i]);
        works(f, path);
    }
    dump(good, at(f, "dumped.db"));
    works(f, at(f, "dumped.db"));
}

static void the_digest_is_that_of_the_present_schema(void **state)
{
    fixture *f = *state;
    char hex[DESCRY_SHA256_HEX];
    sqlite3 *db;
    assert_int_equal(sqlite3_open(some(f), &db), SQLITE_OK);
    assert_int_equal(descry_schema_digest(db, "library", hex, &f->err), 0);
    sqlite3_close(db);
    assert_string_equal(hex, descry_schema_present);
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static int status_fails(fixture *f)
{
    const descry_library_status *status;
    return descry_status(f->library, &status, &f->err);
}

static void wrong_numbers_of_a_model_are_damage(void **state)
{
    static const char *const WRONG[] = {
        "dim = 0", "dim = -1", "dim = 70000", "dim = 2147483648", "dim = 1000000000000", "dim = 'x'", "dim = 3.5",
        "dim = X'08'", "vectors = -1", "vectors = 1000000000000", "vectors = 'x'",
    };
    fixture *f = *state;
    char sql[200];
    const char *good = some(f);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        copy_file(good, at(f, "wrong.db"));
        snprintf(sql, sizeof sql, "PRAGMA ignore_check_constraints = ON; UPDATE recipes SET %s", WRONG[i]);
        run(at(f, "wrong.db"), sql);
        assert_int_equal(open_library(f, at(f, "wrong.db"), 0), 0);
        if (search_with(f, "0 0 0", NULL) != DESCRY_ERR_FORMAT)
            fail_msg("searched with %s", WRONG[i]);
        assert_says(f, "damaged");
        if (i != 8 && status_fails(f) != DESCRY_ERR_FORMAT) /* a model without vectors is not counted */
            fail_msg("counted with %s", WRONG[i]);
    }
}

static void wrong_columns_are_damage(void **state)
{
    static const char *const WRONG[] = {
        "UPDATE places SET id = -id",
        "UPDATE places SET path = 7 + id",
        "UPDATE places SET path = zeroblob(300000 + id)",
        "UPDATE places SET size = 'many'",
        "UPDATE places SET source = 7",
        "INSERT INTO captions (content, author, text, written) SELECT id, 'person', 7, 0 FROM contents;"
        "UPDATE captions SET text = CAST(zeroblob(70000) AS TEXT)",
        "INSERT INTO captions (content, author, model, text, written) SELECT id, 'model', CAST(zeroblob(5000) AS TEXT),"
        " 'x', 0 FROM contents",
        "INSERT INTO captions (content, author, text, written) VALUES (1, 'person', CAST(zeroblob(68000000) AS TEXT), 0)",
    };
    fixture *f = *state;
    const char *good = some(f);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        copy_file(good, at(f, "wrong.db"));
        run(at(f, "wrong.db"), WRONG[i]);
        int rc = open_library(f, at(f, "wrong.db"), 0);
        if (!rc)
            rc = search_with(f, "0 0 0", NULL);
        if (rc != DESCRY_ERR_FORMAT)
            fail_msg("%d for %s", rc, WRONG[i]);
        assert_says(f, "damaged");
    }
}

/* A picture at a place whose content the library lacks. */
static void a_content_that_lacks_is_damage(void **state)
{
    fixture *f = *state;
    const char *path = some(f);
    run(path, "PRAGMA foreign_keys = OFF; UPDATE places SET content = 1000");
    assert_int_equal(open_library(f, path, 0), 0);
    picture(f, "a.jpg", 7, 7, 7); /* another one now: what was there is noted as former */
    assert_int_equal(index_with(f, "", NULL), DESCRY_ERR_FORMAT);
    assert_says(f, "damaged");
}

/* Values that would be rejected when read are not written. */
static void too_long_texts_are_not_written(void **state)
{
    static char text[300000];
    fixture *f = *state;
    descry_put put = {.path = text, .kind = DESCRY_PUT_SOURCE, .id = 1};
    descry_put_caption caption = {1, text, 1};
    some(f);
    reopen(f);
    descry_store *store = f->library->store;
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(store->ops->put(store, NULL, &put, 1, &f->err), DESCRY_ERR_LIMIT);
    assert_int_equal(store->ops->add_root(store, text, &f->err), DESCRY_ERR_LIMIT);
    text[DESCRY_CAPTION_SIZE + 1] = 0;
    assert_int_equal(store->ops->put_captions(store, "m", "r", &caption, 1, &f->err), DESCRY_ERR_LIMIT);
    assert_false(caption.written);
    text[DESCRY_CAPTION_SIZE] = 0;
    assert_int_equal(store->ops->put(store, NULL, &put, 1, &f->err), 0);
    assert_int_equal(store->ops->put_captions(store, "m", "r", &caption, 1, &f->err), 0);
    assert_true(caption.written);
    search_ok(f, "0 0 0", 3);
}

/* Metadata that make no sense are none; a vector that is not finite is not compared with. */
static void wrong_metadata_are_unknown(void **state)
{
    fixture *f = *state;
    const char *path = some(f);
    run(path, "UPDATE contents SET taken = 9e18, taken_offset = 'x', latitude = 91, longitude = 'x', title = X'00FF',"
              " camera = 5");
    works(f, path);
    descry_library_close(&f->library);
    run(path, "DROP TRIGGER vectors_changed; UPDATE vectors SET f16 = X'007E' || substr(f16, 3) WHERE id = 1;"
              "UPDATE vectors SET f16 = CAST(f16 AS BLOB);"
              "CREATE TRIGGER vectors_changed BEFORE UPDATE ON vectors BEGIN"
              "  SELECT RAISE(ABORT, 'a vector is never changed'); END;");
    assert_int_equal(open_library(f, path, 0), 0);
    assert_int_equal(search_with(f, "#1", NULL), DESCRY_ERR_FORMAT);
    assert_says(f, "damaged: a vector");
}

static void put32(uint8_t *to, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(n >> (24 - 8 * i));
}

static int any_entry(void *arg, const descry_entry *entry)
{
    (void)arg, (void)entry;
    return 0;
}

/* A table whose pages refer to the next one hundreds of times each: more rows than could ever be read. */
static void endless_tables_are_damage(void **state)
{
    enum { PAGE = 8192, LEVELS = 12, CELLS = 500 };
    static uint8_t file[1 << 20];
    fixture *f = *state;
    const char *path = some(f);
    run(path, "PRAGMA journal_mode = DELETE");
    for (int table = 0; table < 3; table++) {
        static const char *const ROOTS[] = {"places", "captions", "contents"};
        sqlite3 *db;
        sqlite3_stmt *stmt;
        copy_file(path, at(f, "endless.db"));
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = ?1", -1, &stmt, NULL),
                         SQLITE_OK);
        sqlite3_bind_text(stmt, 1, ROOTS[table], -1, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        size_t root = (size_t)sqlite3_column_int(stmt, 0), size = read_file(path, file, sizeof file);
        sqlite3_finalize(stmt);
        sqlite3_close(db);
        assert_true(size % PAGE == 0 && size + (LEVELS + 1) * PAGE < sizeof file);
        size_t pages = size / PAGE;
        memcpy(file + size, file + (root - 1) * PAGE, PAGE); /* the rows; then each level above them */
        for (size_t level = 0; level < LEVELS; level++) {
            uint8_t *page = file + (level + 1 < LEVELS ? pages + 1 + level : root - 1) * PAGE;
            memset(page, 0, PAGE);
            page[0] = 5; /* an inner page of a table: file format, 1.6 */
            page[3] = CELLS >> 8;
            page[4] = CELLS & 255;
            put32(page + 8, (uint32_t)(pages + 1 + level));
            size_t at = PAGE;
            for (size_t i = 0; i < CELLS; i++) {
                at -= 6;
                put32(page + at, (uint32_t)(pages + 1 + level));
                page[at + 4] = (uint8_t)(0x80 | i >> 7);
                page[at + 5] = i & 127;
                page[12 + 2 * i] = (uint8_t)(at >> 8);
                page[13 + 2 * i] = at & 255;
            }
            page[5] = (uint8_t)(at >> 8);
            page[6] = at & 255;
        }
        pages += LEVELS;
        put32(file + 28, (uint32_t)pages);
        write_file(at(f, "endless.db"), file, pages * PAGE);
        int rc = open_library(f, at(f, "endless.db"), 1);
        if (!rc && table == 0)
            rc = descry_entries(f->library, NULL, any_entry, NULL, &f->err);
        if (table == 0) {
            assert_int_equal(rc, DESCRY_ERR_FORMAT);
            assert_says(f, "its size allows");
        } else if (!rc) { /* whatever it finds, it ends */
            status_fails(f);
            search_with(f, "0 0 0", NULL);
        }
    }
}

static int count_entry(void *arg, const descry_entry *entry)
{
    ++*(int *)arg;
    assert_string_equal(entry->path, "/v/#recycle/1");
    return 0;
}

/* The representative is determined once, not for each copy: else this takes hours. */
static void many_copies_take_no_square_of_them(void **state)
{
    fixture *f = *state;
    const char *path = some(f);
    int count = 0;
    run(path, "DELETE FROM places; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)"
              " INSERT INTO places (path, content) SELECT CAST('/v/#recycle/' || i AS BLOB), 1 FROM n");
    assert_int_equal(open_library(f, path, 0), 0);
    assert_int_equal(descry_entries(f->library, NULL, count_entry, &count, &f->err), 0);
    assert_int_equal(count, 1);
}

/* ---- files beside it --------------------------------------------------------------------------------------------- */

static const char PRECIOUS[] = "something else\n";

static void assert_precious(fixture *f)
{
    char text[64] = "";
    assert_int_equal(read_file(at(f, "precious"), text, sizeof text), sizeof PRECIOUS - 1);
    assert_memory_equal(text, PRECIOUS, sizeof PRECIOUS - 1);
}

static void links_are_not_written_through(void **state)
{
    fixture *f = *state;
    some(f);
    reopen(f);
    write_file(at(f, "precious"), PRECIOUS, sizeof PRECIOUS - 1);
    for (int symbolic = 0; symbolic < 2; symbolic++) {
        int (*make)(const char *, const char *) = symbolic ? symlink : link;
        assert_int_equal(make(at(f, "precious"), at(f, "library.db.lock")), 0);
        assert_int_equal(index_with(f, "", NULL), DESCRY_ERR_IO);
        assert_says(f, "library.db.lock");
        assert_precious(f);
        assert_int_equal(unlink(at(f, "library.db.lock")), 0);

        unlink(at(f, "library.db.scan"));
        assert_int_equal(make(at(f, "precious"), at(f, "library.db.scan.new")), 0);
        reopen(f);
        search_ok(f, "0 0 0", 3);
        assert_precious(f);
        assert_true(exists(at(f, "library.db.scan")));
        assert_false(exists(at(f, "library.db.scan.new")));
    }
    /* what others left there: a file, and one that cannot be locked */
    unlink(at(f, "library.db.scan"));
    write_file(at(f, "library.db.scan.new"), "half", 4);
    reopen(f);
    search_ok(f, "0 0 0", 3);
    assert_true(exists(at(f, "library.db.scan")));
    assert_false(exists(at(f, "library.db.scan.new")));
    unlink(at(f, "library.db.scan"));
    assert_int_equal(mkfifo(at(f, "library.db.scan.new"), 0600), 0);
    reopen(f);
    search_ok(f, "0 0 0", 3);
    assert_true(exists(at(f, "library.db.scan")));
}

static void what_sqlite_writes_to_is_no_link(void **state)
{
    static const char *const BESIDE[] = {"library.db-wal", "library.db-shm", "library.db-journal"};
    fixture *f = *state;
    const char *path = some(f);
    write_file(at(f, "precious"), PRECIOUS, sizeof PRECIOUS - 1);
    for (size_t i = 0; i < 6; i++) {
        const char *beside = at(f, "%s", BESIDE[i / 2]);
        assert_int_equal((i % 2 ? symlink : link)(at(f, "precious"), beside), 0);
        assert_int_equal(open_library(f, path, 0), DESCRY_ERR_IO);
        assert_says(f, BESIDE[i / 2]);
        assert_precious(f);
        assert_int_equal(unlink(beside), 0);
    }
    works(f, path);
}

/* A journal of several databases, whose super-journal is the precious file. */
static void a_journal_deletes_no_other_file(void **state)
{
    fixture *f = *state;
    const char *path = some(f);
    uint8_t journal[2048] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7}, *end = journal + 512; /* file format, 3 */
    const char *name = at(f, "precious");
    uint32_t sum = 0, size = (uint32_t)strlen(name);
    write_file(name, PRECIOUS, sizeof PRECIOUS - 1);
    for (uint32_t i = 0; i < size; i++)
        sum += (uint32_t)(signed char)name[i];
    put32(journal + 8, 0xFFFFFFFF); /* as many pages as there are: none */
    put32(journal + 20, 512);
    put32(journal + 24, 8192);
    put32(end, 131073); /* the page that holds locks: 2^30 / 8192 + 1 */
    memcpy(end + 4, name, size);
    put32(end + 4 + size, size);
    put32(end + 8 + size, sum);
    memcpy(end + 12 + size, journal, 8);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    put32(journal + 16, (uint32_t)(st.st_size / 8192));
    write_file(at(f, "library.db-journal"), journal, 512 + 20 + size);
    assert_int_equal(open_library(f, path, 0), DESCRY_ERR_FORMAT);
    assert_says(f, "library.db-journal");
    assert_precious(f);
    assert_int_equal(unlink(at(f, "library.db-journal")), 0);
    works(f, path);
}

/* A scan file with another name is added to in a new file. */
static void a_scan_file_with_two_names_is_replaced(void **state)
{
    static char before[200000], after[200000];
    fixture *f = *state;
    some(f);
    reopen(f);
    assert_int_equal(link(at(f, "library.db.scan"), at(f, "other")), 0);
    size_t size = read_file(at(f, "other"), before, sizeof before);
    picture(f, "d.jpg", 1, 200, 1);
    index_ok(f, "");
    search_ok(f, "0 0 0", 4);
    assert_int_equal(read_file(at(f, "other"), after, sizeof after), size);
    assert_memory_equal(before, after, size);
    struct stat st;
    assert_int_equal(stat(at(f, "library.db.scan"), &st), 0);
    assert_int_equal(st.st_nlink, 1);
}

static unsigned mode(fixture *f, const char *name)
{
    struct stat st;
    assert_int_equal(stat(at(f, "%s", name), &st), 0);
    return st.st_mode & 0777;
}

static void a_new_library_is_its_owners(void **state)
{
    fixture *f = *state;
    mode_t before = umask(022);
    picture(f, "a.jpg", 0, 0, 0);
    index_ok(f, "");
    search_ok(f, "0 0 0", 1);
    assert_int_equal(mode(f, "library.db"), 0600);
    assert_int_equal(mode(f, "library.db-wal"), 0600);
    assert_int_equal(mode(f, "library.db-shm"), 0600);
    assert_int_equal(mode(f, "library.db.scan"), 0600);
    assert_int_equal(chmod(at(f, "library.db"), 0644), 0);
    unlink(at(f, "library.db.scan"));
    reopen(f);
    search_ok(f, "0 0 0", 1);
    assert_int_equal(mode(f, "library.db"), 0644);
    assert_int_equal(mode(f, "library.db.scan"), 0644);
    umask(before);
}

static void a_new_lock_waits_for_nobody(void **state)
{
    fixture *f = *state;
    int first, second;
    assert_int_equal(descry_lock_new(&first, at(f, "x"), 0600, &f->err), 0);
    assert_int_equal(descry_lock_new(&second, at(f, "x"), 0600, &f->err), DESCRY_ERR_BUSY);
    assert_true(exists(at(f, "x")));
    close(first);
    assert_int_equal(descry_lock_new(&second, at(f, "x"), 0600, &f->err), 0);
    close(second);
    assert_int_equal(descry_lock_new(&second, at(f, "photos"), 0600, &f->err), DESCRY_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIBRARY_TEST(other_schemas_are_refused),
        LIBRARY_TEST(older_libraries_are_looked_at_first),
        LIBRARY_TEST(honest_changes_are_not_refused),
        LIBRARY_TEST(the_digest_is_that_of_the_present_schema),
        LIBRARY_TEST(wrong_numbers_of_a_model_are_damage),
        LIBRARY_TEST(wrong_columns_are_damage),
        LIBRARY_TEST(a_content_that_lacks_is_damage),
        LIBRARY_TEST(too_long_texts_are_not_written),
        LIBRARY_TEST(wrong_metadata_are_unknown),
        LIBRARY_TEST(endless_tables_are_damage),
        LIBRARY_TEST(many_copies_take_no_square_of_them),
        LIBRARY_TEST(links_are_not_written_through),
        LIBRARY_TEST(what_sqlite_writes_to_is_no_link),
        LIBRARY_TEST(a_journal_deletes_no_other_file),
        LIBRARY_TEST(a_scan_file_with_two_names_is_replaced),
        LIBRARY_TEST(a_new_library_is_its_owners),
        LIBRARY_TEST(a_new_lock_waits_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
