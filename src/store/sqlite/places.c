/* SPDX-License-Identifier: Apache-2.0
 * Roots and places. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

#include <string.h>
#include <time.h>

enum { PAGE = 256 };

static int bind_path(sqlite3_stmt *stmt, int at, const char *path)
{
    return sqlite3_bind_blob(stmt, at, path, (int)strlen(path), SQLITE_STATIC);
}

/* A longer path would be rejected when it is read. */
static int check_path(const char *path, descry_error *err)
{
    size_t size = strlen(path);
    return size <= DESCRY_SQLITE_PATH
               ? 0
               : descry_fail(err, DESCRY_ERR_LIMIT, "%.100s...: %zu bytes, more than a path can have", path, size);
}

int descry_sqlite_add_root(descry_store *base, const char *path, descry_error *err)
{
    static const char SQL[] = "INSERT OR IGNORE INTO roots (path, added) VALUES (?1, ?2)";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int rc = check_path(path, err);
    if (!rc)
        rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    bind_path(stmt, 1, path);
    sqlite3_bind_int64(stmt, 2, (int64_t)time(NULL));
    return descry_sqlite_run(store, stmt, err);
}

/* ---- one place ------------------------------------------------------------------------------------------------- */

#define PLACE                                                                                                          \
    "SELECT id, ifnull(content, 0), size, mtime, missing, error IS NOT NULL,"                                          \
    " EXISTS (SELECT 1 FROM vectors WHERE vectors.content = places.content AND recipe = ?2), path,"                    \
    " (SELECT metadata < " DESCRY_SQLITE_READING " FROM contents WHERE id = places.content), source, "                     \
    DESCRY_SQLITE_DRAFT("places.content", "?2") ", fault, fault_size, fault_mtime FROM places "

/* Values that descry would not write count as no fault. */
static void read_fault(sqlite3_stmt *stmt, descry_fault *fault)
{
    const char *version;
    size_t length;
    int64_t size, mtime;
    if (!descry_sqlite_bytes(stmt, 11, sizeof fault->version - 1, &version, &length) ||
        !descry_sqlite_number(stmt, 12, 0, INT64_MAX, &size) ||
        !descry_sqlite_number(stmt, 13, INT64_MIN, INT64_MAX, &mtime))
        return;
    memcpy(fault->version, version, length);
    fault->size = (uint64_t)size;
    fault->mtime = mtime;
}

static int read_place(descry_sqlite *store, sqlite3_stmt *stmt, descry_place *place, descry_buf *path,
                      descry_error *err)
{
    *place = (descry_place){0};
    int rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    const char *bytes;
    size_t size;
    int64_t id, content, length, mtime, missing, source;
    rc = descry_sqlite_number(stmt, 0, 1, INT64_MAX, &id) && descry_sqlite_number(stmt, 1, 0, INT64_MAX, &content) &&
                 descry_sqlite_number(stmt, 2, 0, INT64_MAX, &length) &&
                 descry_sqlite_number(stmt, 3, INT64_MIN, INT64_MAX, &mtime) &&
                 descry_sqlite_number(stmt, 4, 0, 1, &missing) &&
                 descry_sqlite_bytes(stmt, 7, DESCRY_SQLITE_PATH, &bytes, &size) &&
                 descry_sqlite_number(stmt, 9, 0, 1, &source)
             ? 0
             : descry_sqlite_damaged(store, "a place of a wrong kind", err);
    if (!rc)
        *place = (descry_place){
            .id = id,
            .content = content,
            .size = (uint64_t)length,
            .mtime = mtime,
            .missing = (int)missing,
            .failed = sqlite3_column_int(stmt, 5),
            .has_vector = sqlite3_column_int(stmt, 6),
            .draft = sqlite3_column_int(stmt, 10),
            .unread = sqlite3_column_int(stmt, 8),
            .source = (int)source,
        };
    if (!rc)
        read_fault(stmt, &place->fault);
    if (!rc && path)
        rc = descry_buf_append(path, bytes, size, err);
    sqlite3_reset(stmt);
    return rc;
}

static int find_place(descry_sqlite *store, const char *path, int64_t recipe, descry_place *place, descry_error *err)
{
    static const char SQL[] = PLACE "WHERE path = ?1";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    bind_path(stmt, 1, path);
    sqlite3_bind_int64(stmt, 2, recipe);
    return read_place(store, stmt, place, NULL, err);
}

int descry_sqlite_places(descry_store *base, const char *const *paths, size_t n, int64_t recipe, descry_place *places,
                         descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++)
        rc = find_place(store, paths[i], recipe, &places[i], err);
    return descry_sqlite_leave(store, entered, rc, err);
}

int descry_sqlite_place_by_id(descry_sqlite *store, int64_t id, descry_place *place, descry_buf *path, descry_error *err)
{
    static const char SQL[] = PLACE "WHERE id = ?1";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, id);
    return read_place(store, stmt, place, path, err);
}

int descry_sqlite_reason(descry_sqlite *store, int64_t id, descry_buf *reason, descry_error *err)
{
    static const char SQL[] = "SELECT error FROM places WHERE id = ?1";
    const size_t most = sizeof ((descry_error *)NULL)->message;
    const char *bytes;
    size_t size;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_row(store, SQL, id, &stmt, err);
    if (rc != 1)
        return rc;
    rc = descry_sqlite_bytes(stmt, 0, most, &bytes, &size) ? descry_buf_append(reason, bytes, size, err) : 0;
    sqlite3_reset(stmt);
    return rc;
}

/* The values of an item that a statement binds. */
enum { CONTENT = 1, FILE_STATE = 2, REASON = 4 };

static int run_with_item(descry_sqlite *store, const char *sql, const descry_put *item, int values, descry_error *err)
{
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, sql, &stmt, err);
    if (rc)
        return rc;
    bind_path(stmt, 1, item->path);
    if (values & CONTENT)
        sqlite3_bind_int64(stmt, 2, item->id);
    if (values & FILE_STATE) {
        sqlite3_bind_int64(stmt, 3, (int64_t)item->size);
        sqlite3_bind_int64(stmt, 4, item->mtime);
    }
    if (values & REASON) {
        sqlite3_bind_text(stmt, 2, item->reason, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 5, item->fault, -1, SQLITE_STATIC); /* NULL, or set together with the file's state */
    }
    return descry_sqlite_run(store, stmt, err);
}

#define READABLE "error = NULL, fault = NULL, fault_size = NULL, fault_mtime = NULL"

/* Each updates a place or inserts one: not by one statement with ON CONFLICT, which would consume an id each time. */
static int put_file(descry_sqlite *store, const descry_put *item, descry_error *err)
{
    static const char FORMER[] = "INSERT OR IGNORE INTO former (place, content) SELECT id, content FROM places"
                                 " WHERE path = ?1 AND content IS NOT NULL AND content <> ?2";
    static const char UPDATE[] = "UPDATE places SET content = ?2, size = ?3, mtime = ?4, missing = 0, source = 0, "
                                 READABLE " WHERE path = ?1";
    static const char INSERT[] = "INSERT INTO places (path, content, size, mtime) VALUES (?1, ?2, ?3, ?4)";
    int rc = run_with_item(store, FORMER, item, CONTENT, err);
    if (!rc)
        rc = run_with_item(store, UPDATE, item, CONTENT | FILE_STATE, err);
    return rc || sqlite3_changes(store->db) > 0 ? rc : run_with_item(store, INSERT, item, CONTENT | FILE_STATE, err);
}

static int put_failed(descry_sqlite *store, const descry_put *item, descry_error *err)
{
    static const char UPDATE[] = "UPDATE places SET error = ?2, fault = ?5, fault_size = ?3, fault_mtime = ?4 WHERE path = ?1";
    static const char INSERT[] = "INSERT INTO places (path, error, fault, fault_size, fault_mtime) VALUES (?1, ?2, ?5, ?3, ?4)";
    int values = REASON | (item->fault ? FILE_STATE : 0);
    int rc = run_with_item(store, UPDATE, item, values, err);
    return rc || sqlite3_changes(store->db) > 0 ? rc : run_with_item(store, INSERT, item, values, err);
}

static int put_source(descry_sqlite *store, const descry_put *item, descry_error *err)
{
    static const char UPDATE[] = "UPDATE places SET content = ?2, source = 1, missing = 0, " READABLE
                                 " WHERE path = ?1 AND content IS NULL";
    static const char INSERT[] = "INSERT OR IGNORE INTO places (path, content, source) VALUES (?1, ?2, 1)";
    int rc = run_with_item(store, UPDATE, item, CONTENT, err);
    return rc || sqlite3_changes(store->db) > 0 ? rc : run_with_item(store, INSERT, item, CONTENT, err);
}

int descry_sqlite_put_place(descry_sqlite *store, const descry_put *item, descry_error *err)
{
    static const char SAME[] = "UPDATE places SET missing = 0, " READABLE " WHERE path = ?1";
    int rc = check_path(item->path, err);
    if (rc)
        return rc;
    switch (item->kind) {
    case DESCRY_PUT_SAME:
        return run_with_item(store, SAME, item, 0, err);
    case DESCRY_PUT_FAILED:
        return put_failed(store, item, err);
    case DESCRY_PUT_FILE:
        return put_file(store, item, err);
    case DESCRY_PUT_SOURCE:
        return put_source(store, item, err);
    }
    return 0;
}

int descry_sqlite_content_at(descry_sqlite *store, const char *path, int64_t *content, descry_error *err)
{
    static const char SQL[] = "SELECT content FROM places WHERE path = ?1 AND content IS NOT NULL";
    sqlite3_stmt *stmt;
    *content = 0;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    bind_path(stmt, 1, path);
    rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    rc = descry_sqlite_number(stmt, 0, 1, INT64_MAX, content)
             ? 0
             : descry_sqlite_damaged(store, "a place of a wrong kind", err);
    sqlite3_reset(stmt);
    return rc;
}

static int run_with_id(descry_sqlite *store, const char *sql, int64_t id, descry_error *err)
{
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, sql, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, id);
    return descry_sqlite_run(store, stmt, err);
}

/* ---- many places ----------------------------------------------------------------------------------------------- */

/* Calls gone for one page of places, from path *from on, which is advanced past the last one.  *n: places; ids [*found]: gone. */
static int check_page(descry_sqlite *store, const char *path, descry_buf *from, int (*gone)(void *arg, const char *path),
                      void *arg, int64_t ids[PAGE], size_t *found, size_t *n, descry_error *err)
{
    static const char SQL[] = "SELECT id, path FROM places WHERE path >= ?4 AND path < ?3 AND (path = ?1 OR path >= ?2)"
                              " AND missing = 0 AND source = 0 ORDER BY path LIMIT 256";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_bind_under(store, stmt, path, err);
    if (rc)
        return rc;
    sqlite3_bind_blob(stmt, 4, from->data, (int)from->size, SQLITE_TRANSIENT);
    *n = *found = 0;
    while ((rc = descry_sqlite_step(store, stmt, err)) == 1) {
        const char *bytes;
        size_t size;
        from->size = 0;
        rc = descry_sqlite_bytes(stmt, 1, DESCRY_SQLITE_PATH, &bytes, &size)
                 ? descry_buf_append(from, bytes, size, err)
                 : descry_sqlite_damaged(store, "a path of a wrong kind or length", err);
        if (rc) {
            sqlite3_reset(stmt);
            return rc;
        }
        ++*n;
        if (gone(arg, from->data))
            ids[(*found)++] = sqlite3_column_int64(stmt, 0);
    }
    return rc ? rc : descry_buf_append(from, "", 1, err); /* the smallest path after it: one NUL more */
}

static int count_missing(descry_sqlite *store, const char *path, uint64_t *missing, descry_error *err)
{
    static const char SQL[] = "SELECT count(*) FROM places WHERE " DESCRY_SQLITE_UNDER " AND missing = 1";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_bind_under(store, stmt, path, err);
    if (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        *missing = (uint64_t)sqlite3_column_int64(stmt, 0);
        rc = 0;
    }
    sqlite3_reset(stmt);
    return rc;
}

int descry_sqlite_mark_missing(descry_store *base, const char *path, int (*gone)(void *arg, const char *path),
                               void *arg, uint64_t *missing, descry_error *err)
{
    static const char NEVER_READ[] = "DELETE FROM places WHERE id = ?1 AND content IS NULL";
    static const char MISSING[] = "UPDATE places SET missing = 1, " READABLE " WHERE id = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    int64_t ids[PAGE];
    size_t found, n = PAGE;
    descry_buf from = {0};
    int rc = descry_buf_append(&from, path, path[1] ? strlen(path) : 0, err);
    while (!rc && n == PAGE) {
        rc = check_page(store, path, &from, gone, arg, ids, &found, &n, err);
        if (rc || found == 0)
            continue;
        int entered;
        rc = descry_sqlite_enter(store, "BEGIN IMMEDIATE", &entered, err);
        for (size_t i = 0; i < found && !rc; i++) {
            rc = run_with_id(store, NEVER_READ, ids[i], err);
            if (!rc)
                rc = run_with_id(store, MISSING, ids[i], err);
        }
        rc = descry_sqlite_leave(store, entered, rc, err);
    }
    descry_buf_free(&from);
    return rc ? rc : count_missing(store, path, missing, err);
}

int descry_sqlite_any_under(descry_store *base, const char *path, int *any, descry_error *err)
{
    static const char SQL[] = "SELECT EXISTS (SELECT 1 FROM places WHERE " DESCRY_SQLITE_UNDER ")"
                              " OR EXISTS (SELECT 1 FROM roots WHERE " DESCRY_SQLITE_UNDER ")";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_bind_under(store, stmt, path, err);
    if (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        *any = sqlite3_column_int(stmt, 0);
        rc = 0;
        sqlite3_reset(stmt);
    }
    return rc;
}

int descry_sqlite_forget(descry_store *base, const char *path, uint64_t *removed, descry_error *err)
{
    /* earlier contents of changed files are kept as long as their place */
    static const char *const STEPS[] = {
        "DELETE FROM places WHERE " DESCRY_SQLITE_UNDER,
        "DELETE FROM roots WHERE " DESCRY_SQLITE_UNDER,
        "DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM places WHERE content = contents.id)"
        " AND NOT EXISTS (SELECT 1 FROM former WHERE content = contents.id)",
    };
    descry_sqlite *store = (descry_sqlite *)base;
    *removed = 0;
    if (store->read_only)
        return descry_fail(err, DESCRY_ERR_IO, "%s: the library is read-only", store->path);
    int entered, rc = descry_sqlite_exec(store, "PRAGMA secure_delete = ON", err);
    if (!rc)
        rc = descry_sqlite_enter(store, "BEGIN IMMEDIATE", &entered, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS && !rc; i++) {
        sqlite3_stmt *stmt;
        rc = descry_sqlite_get(store, STEPS[i], &stmt, err);
        if (!rc && i < 2)
            rc = descry_sqlite_bind_under(store, stmt, path, err);
        if (!rc)
            rc = descry_sqlite_run(store, stmt, err);
        if (!rc && i == 0)
            *removed = (uint64_t)sqlite3_changes64(store->db);
    }
    if (!rc)
        rc = descry_sqlite_renew_words(store, err);
    if (!rc && *removed > 0) /* what was in the index stays there until it is merged */
        rc = descry_sqlite_exec(store, "INSERT INTO words (words) VALUES ('optimize')", err);
    rc = descry_sqlite_leave(store, entered, rc, err);
    if (rc)
        *removed = 0;
    else {
        descry_sqlite_remove_rows(store);
        sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    return rc;
}
