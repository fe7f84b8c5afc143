/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* In a trigger: the words of this content (if not NULL) have changed. */
#define STALE(id) "INSERT OR IGNORE INTO words_stale SELECT " id " WHERE " id " IS NOT NULL; "

/* In a trigger: this content has come to a place that is not missing, or has left one, and is at no other such place.  By an
 * index, and never more than two of its places. */
#define CAME(new)                                                                                                      \
    new ".missing = 0 AND " new ".content IS NOT NULL AND NOT EXISTS (SELECT 1 FROM places"                            \
        " WHERE content = " new ".content AND missing = 0 AND id <> " new ".id)"
#define LEFT(old) old ".missing = 0 AND " old ".content IS NOT NULL AND NOT " IS_PRESENT(old ".content")
#define IS_PRESENT(content) "EXISTS (SELECT 1 FROM places WHERE content = " content " AND missing = 0)"
/* Then it counts, or no longer, and so do its vectors. */
#define PRESENT(content, change)                                                                                       \
    "INSERT INTO counts (recipe, present) SELECT 0, " change " UNION ALL SELECT recipe, " change                       \
    " FROM vectors WHERE content = " content " ON CONFLICT (recipe) DO UPDATE SET present = present + excluded.present; "

/* Step n migrates version n to n + 1.  A released step is never changed: libraries that it made exist. */
static const char *const STEPS[DESCRY_SCHEMA_VERSION] = {
    /* paths are bytes */
    "CREATE TABLE library (id INTEGER PRIMARY KEY CHECK (id = 1), uuid BLOB NOT NULL);"
    "INSERT INTO library VALUES (1, randomblob(16));"
    "CREATE TABLE roots (path BLOB PRIMARY KEY NOT NULL, added INTEGER NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE contents (id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL,"
    "  width INTEGER, height INTEGER, orientation INTEGER);"

    /* content NULL: could never be read; error: why it could not be read when last tried */
    "CREATE TABLE places (id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE,"
    "  content INTEGER REFERENCES contents (id), size INTEGER NOT NULL DEFAULT 0, mtime INTEGER NOT NULL DEFAULT 0,"
    "  missing INTEGER NOT NULL DEFAULT 0, error TEXT);"
    "CREATE INDEX places_content ON places (content, missing, id);"

    /* what a place held before its file was changed, kept until the place is forgotten */
    "CREATE TABLE former (place INTEGER NOT NULL REFERENCES places (id) ON DELETE CASCADE,"
    "  content INTEGER NOT NULL REFERENCES contents (id), PRIMARY KEY (place, content)) WITHOUT ROWID;"
    "CREATE INDEX former_content ON former (content);"

    /* vectors, newest and epoch are kept by the triggers: the scan file is checked against them */
    "CREATE TABLE recipes (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    "  dim INTEGER NOT NULL CHECK (dim > 0), last_indexed INTEGER NOT NULL DEFAULT 0,"
    "  vectors INTEGER NOT NULL DEFAULT 0, newest INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, recipe INTEGER NOT NULL REFERENCES recipes (id),"
    "  content INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE, f16 BLOB NOT NULL);"
    "CREATE UNIQUE INDEX vectors_content ON vectors (content, recipe);"
    "CREATE TRIGGER vectors_added AFTER INSERT ON vectors BEGIN"
    "  UPDATE recipes SET vectors = vectors + 1, newest = NEW.id WHERE id = NEW.recipe; END;"
    "CREATE TRIGGER vectors_removed AFTER DELETE ON vectors BEGIN"
    "  UPDATE recipes SET vectors = vectors - 1, epoch = epoch + 1 WHERE id = OLD.recipe; END;"
    "CREATE TRIGGER vectors_changed BEFORE UPDATE ON vectors BEGIN"
    "  SELECT RAISE(ABORT, 'a vector is never changed'); END;"

    "CREATE TABLE captions (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  content INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,"
    "  author TEXT NOT NULL CHECK (author IN ('person', 'model')), model TEXT, text TEXT NOT NULL,"
    "  written INTEGER NOT NULL);"
    "CREATE INDEX captions_content ON captions (content);",

    /* metadata: the reading that the columns after it come from, 0: none yet; taken: milliseconds of the clock there
     * as if it were UTC; taken_offset: minutes; source 1: there is no file, path is where the picture comes from */
    "ALTER TABLE contents ADD COLUMN metadata INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE contents ADD COLUMN taken INTEGER;"
    "ALTER TABLE contents ADD COLUMN taken_offset INTEGER;"
    "ALTER TABLE contents ADD COLUMN camera TEXT;"
    "ALTER TABLE contents ADD COLUMN latitude REAL;"
    "ALTER TABLE contents ADD COLUMN longitude REAL;"
    "CREATE INDEX contents_taken ON contents (taken) WHERE taken IS NOT NULL;"
    "CREATE INDEX contents_latitude ON contents (latitude) WHERE latitude IS NOT NULL;"
    "ALTER TABLE places ADD COLUMN source INTEGER NOT NULL DEFAULT 0;",

    /* what scores mean: computed, may be deleted at any time */
    "CREATE TABLE calibrations (recipe INTEGER PRIMARY KEY REFERENCES recipes (id) ON DELETE CASCADE,"
    "  version INTEGER NOT NULL, vectors INTEGER NOT NULL, best REAL NOT NULL, deviation REAL NOT NULL,"
    "  text REAL NOT NULL, picture REAL NOT NULL, mean BLOB NOT NULL);",

    /* title: what the file itself says it shows; recipe: of the model that wrote the caption.  words: a row for each
     * content, by its id; triggers note whose row is out of date, DESCRY_SCHEMA_WORDS makes it anew */
    "ALTER TABLE contents ADD COLUMN title TEXT;"
    "ALTER TABLE captions ADD COLUMN recipe TEXT;"
    "CREATE VIRTUAL TABLE words USING fts5 (captions, names, title,"
    "  tokenize = 'porter unicode61 remove_diacritics 2');"
    "CREATE TABLE words_stale (content INTEGER PRIMARY KEY);"
    "INSERT INTO words_stale SELECT id FROM contents;"
    "CREATE TRIGGER words_caption_added AFTER INSERT ON captions BEGIN " STALE("NEW.content") "END;"
    "CREATE TRIGGER words_caption_changed AFTER UPDATE ON captions BEGIN " STALE("OLD.content") STALE("NEW.content") "END;"
    "CREATE TRIGGER words_caption_removed AFTER DELETE ON captions BEGIN " STALE("OLD.content") "END;"
    "CREATE TRIGGER words_place_added AFTER INSERT ON places BEGIN " STALE("NEW.content") "END;"
    "CREATE TRIGGER words_place_changed AFTER UPDATE OF path, content, missing ON places"
    "  WHEN OLD.path <> NEW.path OR OLD.content IS NOT NEW.content OR OLD.missing <> NEW.missing BEGIN "
    STALE("OLD.content") STALE("NEW.content") "END;"
    "CREATE TRIGGER words_place_removed AFTER DELETE ON places BEGIN " STALE("OLD.content") "END;"
    "CREATE TRIGGER words_content_added AFTER INSERT ON contents BEGIN " STALE("NEW.id") "END;"
    "CREATE TRIGGER words_title_changed AFTER UPDATE OF title ON contents WHEN OLD.title IS NOT NEW.title BEGIN "
    STALE("NEW.id") "END;"
    "CREATE TRIGGER words_content_removed AFTER DELETE ON contents BEGIN " STALE("OLD.id") "END;"
    /* scores are no longer counted from the mean */
    "DROP TABLE calibrations;"
    "CREATE TABLE calibrations (recipe INTEGER PRIMARY KEY REFERENCES recipes (id) ON DELETE CASCADE,"
    "  version INTEGER NOT NULL, vectors INTEGER NOT NULL, best REAL NOT NULL, deviation REAL NOT NULL,"
    "  text REAL NOT NULL, picture REAL NOT NULL);",

    /* the words are ours (text/words.h), with blanks between them; FTS5 is to cut off English endings and no more */
    "DROP TABLE words;"
    "CREATE VIRTUAL TABLE words USING fts5 (captions, names, title, tokenize = 'porter ascii');"
    "INSERT OR IGNORE INTO words_stale SELECT id FROM contents;",

    /* Kept by the triggers, so that no query has to count.  A row for each recipe with present, how many contents at places that
     * are not missing have a vector of it; and 0, for the library: how many there are.  photos: places with a content; missing:
     * those of them that are; failed: places with an error; sources: without a file; captions: contents that have some. */
    "CREATE TABLE counts (recipe INTEGER PRIMARY KEY, present INTEGER NOT NULL, contents INTEGER NOT NULL DEFAULT 0,"
    "  captions INTEGER NOT NULL DEFAULT 0, photos INTEGER NOT NULL DEFAULT 0, missing INTEGER NOT NULL DEFAULT 0,"
    "  failed INTEGER NOT NULL DEFAULT 0, sources INTEGER NOT NULL DEFAULT 0);"
    "INSERT INTO counts SELECT 0, count(DISTINCT CASE WHEN missing = 0 THEN content END),"
    "  (SELECT count(*) FROM contents WHERE sha256 >= X''), (SELECT count(DISTINCT content) FROM captions),"
    "  count(content), count(CASE WHEN missing = 1 THEN content END), count(error), count(CASE source WHEN 1 THEN 1 END)"
    "  FROM places;"
    "INSERT INTO counts (recipe, present) SELECT recipe, count(*) FROM vectors"
    "  WHERE EXISTS (SELECT 1 FROM places WHERE content = vectors.content AND missing = 0) GROUP BY recipe;"

    "CREATE TRIGGER counts_content_added AFTER INSERT ON contents BEGIN"
    "  UPDATE counts SET contents = contents + 1 WHERE recipe = 0; END;"
    "CREATE TRIGGER counts_content_removed AFTER DELETE ON contents BEGIN"
    "  UPDATE counts SET contents = contents - 1 WHERE recipe = 0; END;"

    "CREATE TRIGGER counts_place_added AFTER INSERT ON places BEGIN UPDATE counts SET"
    "  photos = photos + (NEW.content IS NOT NULL), missing = missing + (NEW.content IS NOT NULL AND NEW.missing = 1),"
    "  failed = failed + (NEW.error IS NOT NULL), sources = sources + (NEW.source = 1) WHERE recipe = 0; END;"
    "CREATE TRIGGER counts_place_changed AFTER UPDATE OF content, missing, error, source ON places"
    "  WHEN (OLD.content IS NULL) <> (NEW.content IS NULL) OR OLD.missing <> NEW.missing"
    "  OR (OLD.error IS NULL) <> (NEW.error IS NULL) OR OLD.source <> NEW.source BEGIN UPDATE counts SET"
    "  photos = photos + (NEW.content IS NOT NULL) - (OLD.content IS NOT NULL),"
    "  missing = missing + (NEW.content IS NOT NULL AND NEW.missing = 1) - (OLD.content IS NOT NULL AND OLD.missing = 1),"
    "  failed = failed + (NEW.error IS NOT NULL) - (OLD.error IS NOT NULL),"
    "  sources = sources + (NEW.source = 1) - (OLD.source = 1) WHERE recipe = 0; END;"
    "CREATE TRIGGER counts_place_removed AFTER DELETE ON places BEGIN UPDATE counts SET"
    "  photos = photos - (OLD.content IS NOT NULL), missing = missing - (OLD.content IS NOT NULL AND OLD.missing = 1),"
    "  failed = failed - (OLD.error IS NOT NULL), sources = sources - (OLD.source = 1) WHERE recipe = 0; END;"

    "CREATE TRIGGER counts_place_came_new AFTER INSERT ON places WHEN " CAME("NEW")
    "  BEGIN " PRESENT("NEW.content", "1") "END;"
    "CREATE TRIGGER counts_place_came AFTER UPDATE OF content, missing ON places"
    "  WHEN (OLD.content IS NOT NEW.content OR OLD.missing <> 0) AND " CAME("NEW")
    "  BEGIN " PRESENT("NEW.content", "1") "END;"
    "CREATE TRIGGER counts_place_left AFTER UPDATE OF content, missing ON places"
    "  WHEN (OLD.content IS NOT NEW.content OR NEW.missing <> 0) AND " LEFT("OLD")
    "  BEGIN " PRESENT("OLD.content", "-1") "END;"
    "CREATE TRIGGER counts_place_left_all AFTER DELETE ON places WHEN " LEFT("OLD")
    "  BEGIN " PRESENT("OLD.content", "-1") "END;"

    "CREATE TRIGGER counts_vector_added AFTER INSERT ON vectors WHEN " IS_PRESENT("NEW.content") " BEGIN"
    "  INSERT INTO counts (recipe, present) VALUES (NEW.recipe, 1)"
    "  ON CONFLICT (recipe) DO UPDATE SET present = present + 1; END;"
    "CREATE TRIGGER counts_vector_removed AFTER DELETE ON vectors WHEN " IS_PRESENT("OLD.content") " BEGIN"
    "  UPDATE counts SET present = present - 1 WHERE recipe = OLD.recipe; END;"

    "CREATE TRIGGER counts_caption_added AFTER INSERT ON captions"
    "  WHEN NOT EXISTS (SELECT 1 FROM captions WHERE content = NEW.content AND id <> NEW.id) BEGIN"
    "  UPDATE counts SET captions = captions + 1 WHERE recipe = 0; END;"
    "CREATE TRIGGER counts_caption_came AFTER UPDATE OF content ON captions WHEN OLD.content <> NEW.content"
    "  AND NOT EXISTS (SELECT 1 FROM captions WHERE content = NEW.content AND id <> NEW.id) BEGIN"
    "  UPDATE counts SET captions = captions + 1 WHERE recipe = 0; END;"
    "CREATE TRIGGER counts_caption_left AFTER UPDATE OF content ON captions WHEN OLD.content <> NEW.content"
    "  AND NOT EXISTS (SELECT 1 FROM captions WHERE content = OLD.content) BEGIN"
    "  UPDATE counts SET captions = captions - 1 WHERE recipe = 0; END;"
    "CREATE TRIGGER counts_caption_removed AFTER DELETE ON captions"
    "  WHEN NOT EXISTS (SELECT 1 FROM captions WHERE content = OLD.content) BEGIN"
    "  UPDATE counts SET captions = captions - 1 WHERE recipe = 0; END;",

    /* draft 1: of a picture that was decoded at a smaller scale.  Asked of every file of a run, by its index alone */
    ("ALTER TABLE vectors ADD COLUMN draft INTEGER NOT NULL DEFAULT 0;"
     "CREATE INDEX vectors_draft ON vectors (content, recipe, draft) WHERE draft = 1;"),

    /* fault: the version of descry whose decoders failed at the file, of this size and time, as they would again; NULL with an
     * error: another time it may be read */
    ("ALTER TABLE places ADD COLUMN fault TEXT;"
     "ALTER TABLE places ADD COLUMN fault_size INTEGER;"
     "ALTER TABLE places ADD COLUMN fault_mtime INTEGER;"),

    /* query NULL: a selection, whose contents album_contents has */
    ("CREATE TABLE albums (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, query TEXT);"
     "CREATE TABLE album_contents (album INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE,"
     "  content INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE, PRIMARY KEY (album, content)) WITHOUT ROWID;"
     "CREATE INDEX album_contents_content ON album_contents (content);"
     /* as in descry_entry; NULL: its pixels were not read by a descry that makes one */
     "ALTER TABLE contents ADD COLUMN placeholder BLOB;"),
};

/* To be updated with every step: tests/unit/test_stranger.c says the new value. */
const char descry_schema_present[DESCRY_SHA256_HEX] =
    "4e9b9bae6925dbadf320f5ea61d85dd2c52acd71c2bc9716629270b0c93d212e";

int descry_sqlite_fail(sqlite3 *db, const char *path, descry_error *err)
{
    int code = sqlite3_errcode(db), number = sqlite3_system_errno(db);
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return descry_fail_memory(err);
    case SQLITE_NOTADB:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a descry library", path);
    case SQLITE_TOOBIG:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the library is damaged: a value is too large", path);
    case SQLITE_INTERRUPT: /* guard.c */
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the library is damaged: it takes longer to read than its size"
                           " allows", path);
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT: /* what descry writes satisfies all constraints: the file's rows do not */
    case SQLITE_MISMATCH:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the library is damaged: %s", path, sqlite3_errmsg(db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return descry_fail(err, DESCRY_ERR_BUSY, "%s: another process is writing to it", path);
    case SQLITE_FULL:
        return descry_fail(err, DESCRY_ERR_IO, "%s: no space left to write", path);
    case SQLITE_READONLY:
        return descry_fail(err, DESCRY_ERR_IO, "%s: the library is read-only", path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (number)
            return descry_fail_errno(err, number, "%s: %s", path, sqlite3_errmsg(db));
        break;
    default:
        break;
    }
    return descry_fail(err, DESCRY_ERR_IO, "%s: %s", path, sqlite3_errmsg(db));
}

static int get_number(sqlite3 *db, const char *sql, int64_t *number)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    *number = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    int rc2 = sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? rc2 : rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
}

typedef struct kind {
    int64_t application, version, tables; /* tables 1: it has any */
} kind;

static int get_kind(sqlite3 *db, kind *found)
{
    int rc = get_number(db, "PRAGMA application_id", &found->application);
    if (rc == SQLITE_OK)
        rc = get_number(db, "PRAGMA user_version", &found->version);
    if (rc == SQLITE_OK)
        rc = get_number(db, "SELECT EXISTS (SELECT 1 FROM sqlite_schema)", &found->tables);
    return rc;
}

static int check_kind(const kind *found, const char *path, int create, int read_only, descry_error *err)
{
    int empty = found->application == 0 && found->version == 0 && found->tables == 0;
    if (empty ? !create || read_only : found->application != DESCRY_SCHEMA_ID || found->version < 1)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a descry library", path);
    if (found->version > DESCRY_SCHEMA_VERSION)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: made by a newer descry (schema %lld; this one knows %d)",
                           path, (long long)found->version, DESCRY_SCHEMA_VERSION);
    if (found->version < DESCRY_SCHEMA_VERSION && read_only)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED,
                           "%s: schema %lld has to become %d first, and the library is read-only", path,
                           (long long)found->version, DESCRY_SCHEMA_VERSION);
    return 0;
}

int descry_schema_make(sqlite3 *db, int64_t from, int64_t to)
{
    int code = SQLITE_OK;
    for (int64_t version = from; version < to && code == SQLITE_OK; version++)
        code = sqlite3_exec(db, STEPS[version], NULL, NULL, NULL);
    return code;
}

/* The file's application id and version, and whether its schema is that version's. */
static int inspect(sqlite3 *db, kind *found, const char *path, int create, int read_only, descry_error *err)
{
    if (get_kind(db, found) != SQLITE_OK)
        return descry_sqlite_fail(db, path, err);
    int rc = check_kind(found, path, create, read_only, err);
    return rc || found->version == 0 ? rc : descry_schema_check(db, found->version, path, err);
}

int descry_schema_prepare(sqlite3 *db, const char *path, int create, int read_only, descry_error *err)
{
    kind found = {0};
    if (descry_schema_functions(db) != SQLITE_OK)
        return descry_sqlite_fail(db, path, err);
    int rc = inspect(db, &found, path, create, read_only, err);
    if (rc || found.version == DESCRY_SCHEMA_VERSION)
        return rc;
    if (found.version == 0) /* takes effect with the first page */
        sqlite3_exec(db, "PRAGMA page_size = 8192", NULL, NULL, NULL);
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return descry_sqlite_fail(db, path, err);
    rc = inspect(db, &found, path, create, read_only, err); /* another process may have been faster */
    if (!rc && descry_schema_make(db, found.version, DESCRY_SCHEMA_VERSION) != SQLITE_OK)
        rc = descry_sqlite_fail(db, path, err);
    if (!rc && sqlite3_exec(db, DESCRY_SCHEMA_WORDS, NULL, NULL, NULL) != SQLITE_OK)
        rc = descry_sqlite_fail(db, path, err);
    char seal[100]; /* both are part of the transaction */
    snprintf(seal, sizeof seal, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", DESCRY_SCHEMA_ID,
             DESCRY_SCHEMA_VERSION);
    if (!rc && sqlite3_exec(db, seal, NULL, NULL, NULL) != SQLITE_OK)
        rc = descry_sqlite_fail(db, path, err);
    if (rc)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}
