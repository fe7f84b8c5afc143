/* SPDX-License-Identifier: Apache-2.0
 * The counts that a library keeps are those that counting gives, whatever is done to it. */
#define _GNU_SOURCE
#include "library_fixture.h"

#include "library/library.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTENTS = 7, PATHS = 9, DIM = 4, OPERATIONS = 900, TEXT = 1200 };

static sqlite3 *database(fixture *f)
{
    return ((descry_sqlite *)f->library->store)->db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

/* ---- kept and counted -------------------------------------------------------------------------------------------- */

static int add_row(void *arg, int columns, char **values, char **names)
{
    char *out = arg;
    (void)names;
    for (int i = 0; i < columns; i++)
        snprintf(out + strlen(out), TEXT - strlen(out), " %s", values[i]);
    return 0;
}

static void count(sqlite3 *db, char out[TEXT])
{
    static const char SQL[] =
        "SELECT count(content), (SELECT count(*) FROM places WHERE content IS NOT NULL AND missing = 1),"
        " (SELECT count(*) FROM contents), (SELECT count(DISTINCT content) FROM captions),"
        " (SELECT count(*) FROM places WHERE error IS NOT NULL), (SELECT count(*) FROM places WHERE source = 1) FROM places;"
        "SELECT id, (SELECT count(*) FROM vectors WHERE recipe = recipes.id), (SELECT count(DISTINCT content) FROM places"
        " WHERE content IS NOT NULL AND missing = 0 AND NOT EXISTS"
        " (SELECT 1 FROM vectors WHERE content = places.content AND recipe = recipes.id)) FROM recipes ORDER BY id";
    out[0] = 0;
    assert_int_equal(sqlite3_exec(db, SQL, add_row, out, NULL), SQLITE_OK);
}

static const char *digest(int recipe)
{
    static char hex[DESCRY_RECIPE_HEX + 1];
    memset(hex, 'a' + recipe, DESCRY_RECIPE_HEX);
    return hex;
}

/* What the library says of itself, written as count() does, or an error: of less than nothing, say. */
static void read_status(fixture *f, const descry_recipe recipes[2], char out[TEXT])
{
    const descry_store_ops *ops = f->library->store->ops;
    descry_library_status status;
    descry_arena arena = {0};
    int rc = ops->status(f->library->store, &status, &arena, &f->err);
    descry_arena_free(&arena);
    snprintf(out, TEXT, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, status.photos,
             status.missing, status.contents, status.captions, status.failed, status.sources);
    for (int i = 0; i < 2 && !rc; i++) {
        descry_recipe now;
        uint64_t lacking;
        assert_int_equal(ops->recipe(f->library->store, digest(i), "m", 0, 0, &now, &f->err), 0);
        assert_int_equal(now.id, recipes[i].id);
        rc = ops->lacking(f->library->store, &now, &lacking, &f->err);
        snprintf(out + strlen(out), TEXT - strlen(out), " %" PRId64 " %" PRIu64 " %" PRIu64, now.id, now.vectors, lacking);
    }
    if (rc)
        snprintf(out, TEXT, " %s", f->err.message);
}

static void make_recipes(fixture *f, descry_recipe recipes[2])
{
    for (int i = 0; i < 2; i++)
        assert_int_equal(f->library->store->ops->recipe(f->library->store, digest(i), "m", DIM, 1, &recipes[i], &f->err), 0);
}

/* ---- whatever is done -------------------------------------------------------------------------------------------- */

typedef struct life {
    descry_store *store;
    descry_recipe recipes[2];
    uint32_t seed;
    int in_transaction;
} life;

static uint32_t draw(life *of, uint32_t below)
{
    of->seed = of->seed * 1664525u + 1013904223u;
    return (of->seed >> 8) % below;
}

static int is_gone(void *arg, const char *path)
{
    (void)path;
    return draw(arg, 3) == 0;
}

static int put(life *of, const char *path, descry_put_kind kind, const float *vector, descry_error *err)
{
    descry_content content = {{(uint8_t)draw(of, CONTENTS)}, 10, 1, 1, 1};
    descry_put item = {.path = path, .kind = kind, .size = 1, .mtime = 1, .reason = "cannot be read", .content = &content,
                       .vector = vector, .fault = draw(of, 2) ? "1.0" : NULL};
    return of->store->ops->put(of->store, &of->recipes[draw(of, 2)], &item, 1, err);
}

/* What another program may do to the tables: all that foreign keys allow. */
static const char *const OTHERS[] = {
    "INSERT INTO captions (content, author, text, written) SELECT id, 'person', 'x', 0 FROM contents WHERE id %% 3 = %u %% 3",
    "DELETE FROM captions WHERE id %% 3 = %u %% 3",
    "UPDATE captions SET content = (SELECT id FROM contents ORDER BY (id + %u) %% 7, id LIMIT 1) WHERE id %% 2",
    "DELETE FROM vectors WHERE id %% 5 = %u %% 5",
    "DELETE FROM places WHERE id %% 4 = %u %% 4",
    "DELETE FROM contents WHERE id %% 2 = %u %% 2 AND NOT EXISTS (SELECT 1 FROM places WHERE content = contents.id)"
    " AND NOT EXISTS (SELECT 1 FROM former WHERE content = contents.id)",
    "UPDATE places SET content = NULL WHERE id %% 4 = %u %% 4",
    "UPDATE places SET content = (SELECT id FROM contents ORDER BY (id + %u) %% 7, id LIMIT 1), missing = id %% 2",
    "UPDATE places SET missing = 1 - missing WHERE id %% 3 = %u %% 3",
    "UPDATE places SET error = CASE WHEN error IS NULL THEN 'x' END, source = 1 - source WHERE id %% 4 = %u %% 4",
    "INSERT INTO places (path, content, missing, error, source) SELECT CAST('/o/' || id AS BLOB), id, id %% 2, 'x', 1"
    " FROM contents WHERE id %% 3 = %u %% 3 AND NOT EXISTS"
    " (SELECT 1 FROM places WHERE path = CAST('/o/' || contents.id AS BLOB))",
};

static int do_something(fixture *f, life *of)
{
    const descry_store_ops *ops = of->store->ops;
    const float vector[DIM] = {1};
    char path[32], sql[400];
    descry_put_caption caption = {1 + draw(of, CONTENTS), "text", 0};
    uint64_t number;
    uint32_t what = draw(of, 22);
    snprintf(path, sizeof path, "/p/%c/%u", 'a' + (int)draw(of, 2), draw(of, PATHS));
    switch (what) {
    case 0:
        return put(of, path, DESCRY_PUT_SAME, NULL, &f->err);
    case 1: case 2: case 3:
        return put(of, path, DESCRY_PUT_FILE, vector, &f->err);
    case 4: case 5:
        return put(of, path, DESCRY_PUT_FILE, NULL, &f->err);
    case 6: case 7:
        return put(of, path, DESCRY_PUT_SOURCE, draw(of, 2) ? vector : NULL, &f->err);
    case 8: case 9:
        return put(of, path, DESCRY_PUT_FAILED, NULL, &f->err);
    case 10:
        run(database(f), "INSERT OR IGNORE INTO contents (sha256, bytes) VALUES (randomblob(32), 1)"); /* at no place */
        return 0;
    case 11:
        return ops->put_captions(of->store, "m", "r", &caption, 1, &f->err) == DESCRY_ERR_MEMORY;
    case 12:
        path[4] = 0;
        return ops->mark_missing(of->store, path, is_gone, of, &number, &f->err);
    case 13:
        path[draw(of, 2) ? 4 : 6] = 0;
        return of->in_transaction ? 0 : ops->forget(of->store, path, &number, &f->err);
    case 14: case 15:
        if (of->in_transaction)
            run(database(f), what == 14 ? "COMMIT" : "ROLLBACK");
        else
            run(database(f), "BEGIN IMMEDIATE");
        of->in_transaction = !of->in_transaction;
        return 0;
    default: {
        static const size_t N = sizeof OTHERS / sizeof *OTHERS;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(sql, sizeof sql, OTHERS[draw(of, (uint32_t)N)], draw(of, 1000));
#pragma GCC diagnostic pop
        run(database(f), sql);
        return 0;
    }
    }
}

/* The operations after which kept and counted differ for the first time, or 0. */
static int live(fixture *f, uint32_t seed)
{
    char kept[TEXT], counted[TEXT];
    life of = {.store = f->library->store, .seed = seed};
    run(database(f), "PRAGMA synchronous = OFF");
    make_recipes(f, of.recipes);
    for (int i = 1; i <= OPERATIONS; i++) {
        int rc = do_something(f, &of);
        if (rc)
            fail_msg("operation %d: %s", i, f->err.message);
        count(database(f), counted);
        read_status(f, of.recipes, kept);
        if (strcmp(kept, counted) != 0) {
            print_message("operation %d: kept%s, counted%s\n", i, kept, counted);
            if (of.in_transaction)
                run(database(f), "ROLLBACK");
            return i;
        }
    }
    if (of.in_transaction)
        run(database(f), "ROLLBACK");
    return 0;
}

static void kept_counts_are_those_that_are_counted(void **state)
{
    fixture *f = *state;
    assert_int_equal(live(f, 1), 0);
    reopen(f);
    assert_int_equal(live(f, 2), 0);
}

static int add_name(void *arg, int columns, char **values, char **names)
{
    char(*list)[64] = arg;
    (void)columns, (void)names;
    while (**list)
        list++;
    snprintf(*list, sizeof *list, "%s", values[0]);
    return 0;
}

/* The test above notices the absence of each of them. */
static void every_trigger_is_needed(void **state)
{
    static char triggers[40][64], sql[4000];
    fixture *f = *state;
    assert_int_equal(sqlite3_exec(database(f), "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'counts%'",
                                  add_name, triggers, NULL), SQLITE_OK);
    size_t n = 0;
    for (; *triggers[n]; n++) {
        descry_library_options options = {sizeof options, 0, 1};
        descry_library_close(&f->library);
        assert_int_equal(descry_library_open(&f->library, &f->context, at(f, "%zu.db", n), &options, &f->err), 0);
        snprintf(sql, sizeof sql, "DROP TRIGGER %s", triggers[n]);
        run(database(f), sql);
        if (live(f, 1) == 0)
            fail_msg("nobody missed %s", triggers[n]);
    }
    assert_int_equal(n, 15);
}

/* ---- older libraries --------------------------------------------------------------------------------------------- */

/* All that may stand in a library of schema 5, besides what the fixture has. */
static const char ODD[] =
    "INSERT INTO contents (id, sha256, bytes) VALUES (6, X'06', 1), (7, X'07', 1), (8, X'08', 1), (9, X'09', 1);"
    "INSERT INTO places (path, content, missing, error, source) VALUES (X'2f31', 6, 0, NULL, 0), (X'2f32', 6, 1, 'x', 0),"
    "  (X'2f33', 6, 0, NULL, 1), (X'2f34', 7, 1, NULL, 0), (X'2f35', 7, 1, NULL, 1), (X'2f36', NULL, 1, 'x', 1),"
    "  (X'2f37', NULL, 0, NULL, 0), (X'2f38', 8, 0, 'x', 0), (X'2f39', 3, 0, NULL, 0);"
    "INSERT INTO former VALUES (7, 9);"
    "INSERT INTO vectors (recipe, content, f16) SELECT 1, id, zeroblob(16) FROM contents WHERE id IN (6, 7, 9);"
    "INSERT INTO vectors (recipe, content, f16) VALUES (2, 7, zeroblob(16));"
    "INSERT INTO recipes (digest, name, dim) VALUES (hex(zeroblob(32)), 'unused', 8);"
    "INSERT INTO captions (content, author, text, written) VALUES (7, 'person', 'x', 0), (7, 'person', 'y', 0),"
    "  (9, 'person', 'z', 0);";

static void older_libraries_are_counted(void **state)
{
    static char text[40000];
    fixture *f = *state;
    char source[PATH_SIZE], kept[TEXT], counted[TEXT];
    snprintf(source, sizeof source, "%s/tests/unit/fixtures/library-v5.sql", getenv("DESCRY_SOURCE_ROOT"));
    size_t size = read_file(source, text, sizeof text - 1);
    text[size] = 0;
    for (int odd = 0; odd < 2; odd++) {
        sqlite3 *db;
        descry_library_close(&f->library);
        assert_int_equal(sqlite3_open(at(f, "old-%d.db", odd), &db), SQLITE_OK);
        run(db, text);
        if (odd)
            run(db, ODD);
        sqlite3_close(db);
        assert_int_equal(descry_library_open(&f->library, &f->context, at(f, "old-%d.db", odd), NULL, &f->err), 0);
        const descry_recipe recipes[] = {{.id = 1}, {.id = 2}};
        run(database(f), "DELETE FROM recipes WHERE id > 2");
        count(database(f), counted);
        read_status(f, recipes, kept);
        assert_string_equal(kept, counted);
        /* photos, missing, contents, captions, failed, sources; and of each recipe: id, vectors, lacking */
        assert_string_equal(kept, odd ? " 12 4 9 4 4 3 1 8 1 2 3 4" : " 5 1 5 2 1 0 1 5 0 2 2 2");
    }
}

/* ---- a stranger's ------------------------------------------------------------------------------------------------ */

static void wrong_counts_are_damage(void **state)
{
    static const char *const WRONG[] = {
        "UPDATE counts SET photos = -1 WHERE recipe = 0",
        "UPDATE counts SET missing = 'x'",
        "UPDATE counts SET contents = 1e300",
        "UPDATE counts SET captions = X'00'",
        "UPDATE counts SET failed = -9223372036854775808",
        "UPDATE counts SET sources = -5",
        "DELETE FROM counts WHERE recipe = 0",
        "UPDATE counts SET present = 'x' WHERE recipe > 0",
        "UPDATE counts SET present = -1 WHERE recipe > 0",
        "UPDATE counts SET present = 4 WHERE recipe > 0",
        "UPDATE counts SET present = -1 WHERE recipe = 0",
    };
    fixture *f = *state;
    picture(f, "a.jpg", 0, 0, 0);
    picture(f, "b.jpg", 9, 9, 9);
    picture(f, "c.jpg", 200, 9, 9);
    index_ok(f, "");
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        search_ok(f, "0 0 0", 3);
        run(database(f), "CREATE TEMP TABLE before AS SELECT * FROM counts");
        run(database(f), WRONG[i]);
        const descry_library_status *status;
        int rc = i < 7 ? descry_status(f->library, &status, &f->err) : search_with(f, "0 0 0", NULL);
        if (rc != DESCRY_ERR_FORMAT || !strstr(f->err.message, "damaged: how many pictures"))
            fail_msg("%d for %s", rc, WRONG[i]);
        run(database(f), "DELETE FROM counts; INSERT INTO counts SELECT * FROM before; DROP TABLE before");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIBRARY_TEST(kept_counts_are_those_that_are_counted),
        LIBRARY_TEST(every_trigger_is_needed),
        LIBRARY_TEST(older_libraries_are_counted),
        LIBRARY_TEST(wrong_counts_are_damage),
    };
    return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}
