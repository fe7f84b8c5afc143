/* SPDX-License-Identifier: Apache-2.0
 * Albums: contents under a name, or a query under a name. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Columns: id, name, query, count. */
static int read_album(descry_sqlite *store, sqlite3_stmt *stmt, descry_album *album, descry_arena *arena, descry_error *err)
{
    int64_t count;
    int rc = descry_sqlite_number(stmt, 0, 1, INT64_MAX, &album->id) && descry_sqlite_number(stmt, 3, 0, INT64_MAX, &count)
                 ? 0
                 : descry_sqlite_damaged(store, "the number of an album", err);
    if (!rc)
        rc = descry_sqlite_copy(store, stmt, 1, DESCRY_ALBUM_NAME_SIZE, arena, &album->name, err);
    if (!rc && sqlite3_column_type(stmt, 2) != SQLITE_NULL)
        rc = descry_sqlite_copy(store, stmt, 2, DESCRY_ALBUM_QUERY_SIZE, arena, &album->query, err);
    if (!rc && descry_album_check(album->name, album->query, NULL))
        rc = descry_sqlite_damaged(store, "an album's name", err);
    if (!rc)
        album->count = album->query ? 0 : (uint64_t)count;
    return rc;
}

typedef struct album_rows {
    descry_album *items;
    size_t count, capacity;
} album_rows;

static int add_album(descry_sqlite *store, sqlite3_stmt *stmt, album_rows *rows, descry_arena *arena, descry_error *err)
{
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity ? 2 * rows->capacity : 16;
        descry_album *grown = descry_arena_alloc(arena, capacity, sizeof *grown);
        if (!grown)
            return descry_fail_memory(err);
        for (size_t i = 0; i < rows->count; i++)
            grown[i] = rows->items[i];
        rows->items = grown;
        rows->capacity = capacity;
    }
    descry_album *album = &rows->items[rows->count++];
    *album = (descry_album){0};
    return read_album(store, stmt, album, arena, err);
}

int descry_sqlite_albums(descry_store *base, descry_album **albums, size_t *count, descry_arena *arena, descry_error *err)
{
    static const char SQL[] =
        "SELECT id, name, query, (SELECT count(*) FROM album_contents AS c WHERE album = albums.id"
        " AND EXISTS (SELECT 1 FROM places WHERE content = c.content AND missing = 0)) FROM albums ORDER BY name";
    descry_sqlite *store = (descry_sqlite *)base;
    album_rows rows = {0};
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        rc = add_album(store, stmt, &rows, arena, err);
        if (rc)
            sqlite3_reset(stmt);
    }
    *albums = rows.items;
    *count = rc ? 0 : rows.count;
    return rc;
}

int descry_sqlite_album(descry_store *base, const char *name, descry_album *album, descry_arena *arena, descry_error *err)
{
    static const char SQL[] = "SELECT id, name, query, 0 FROM albums WHERE name = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    *album = (descry_album){0};
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    rc = read_album(store, stmt, album, arena, err);
    sqlite3_reset(stmt);
    return rc;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* Whether the album with this id is a smart one.  DESCRY_ERR_NOT_FOUND */
static int find_kind(descry_sqlite *store, int64_t id, int *smart, descry_error *err)
{
    static const char SQL[] = "SELECT query IS NOT NULL FROM albums WHERE id = ?1";
    sqlite3_stmt *stmt;
    *smart = 0;
    int rc = descry_sqlite_row(store, SQL, id, &stmt, err);
    if (rc != 1)
        return rc ? rc : descry_album_fail_none(err);
    *smart = sqlite3_column_int(stmt, 0);
    sqlite3_reset(stmt);
    return 0;
}

/* Whether the name is that of another album than `id`. */
static int check_free(descry_sqlite *store, const char *name, int64_t id, descry_error *err)
{
    static const char SQL[] = "SELECT 1 FROM albums WHERE id <> ?1 AND name = ?2";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, id);
    sqlite3_bind_text(stmt, 2, name, -1, SQLITE_STATIC);
    rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    sqlite3_reset(stmt);
    return descry_album_fail_taken(name, err);
}

/* Runs a statement about an album: ?1 its id, ?2 its name, ?3 its query; 0 and NULL are NULL. */
static int run(descry_sqlite *store, const char *sql, int64_t id, const char *name, const char *query, descry_error *err)
{
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, sql, &stmt, err);
    if (rc)
        return rc;
    if (id)
        sqlite3_bind_int64(stmt, 1, id);
    if (name)
        sqlite3_bind_text(stmt, 2, name, -1, SQLITE_STATIC);
    if (query)
        sqlite3_bind_text(stmt, 3, query, -1, SQLITE_STATIC);
    return descry_sqlite_run(store, stmt, err);
}

int descry_sqlite_create_album(descry_store *base, const char *name, const char *query, int64_t *id, descry_error *err)
{
    static const char SQL[] = "INSERT INTO albums (id, name, query) VALUES (?1, ?2, ?3)";
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, rc = descry_album_check(name, query, err);
    if (!rc)
        rc = descry_sqlite_enter_writing(store, &entered, err);
    if (rc)
        return rc;
    rc = check_free(store, name, 0, err);
    if (!rc)
        rc = run(store, SQL, 0, name, query, err);
    *id = rc ? 0 : sqlite3_last_insert_rowid(store->db);
    return descry_sqlite_leave(store, entered, rc, err);
}

int descry_sqlite_change_album(descry_store *base, int64_t id, const char *name, const char *query, descry_error *err)
{
    static const char SQL[] = "UPDATE albums SET name = ifnull(?2, name), query = ifnull(?3, query) WHERE id = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, smart, rc = descry_album_check(name ? name : "-", query, err);
    if (!rc)
        rc = descry_sqlite_enter_writing(store, &entered, err);
    if (rc)
        return rc;
    rc = find_kind(store, id, &smart, err);
    if (!rc && query && !smart)
        rc = descry_album_fail_kind(0, err);
    if (!rc && name)
        rc = check_free(store, name, id, err);
    if (!rc)
        rc = run(store, SQL, id, name, query, err);
    return descry_sqlite_leave(store, entered, rc, err);
}

int descry_sqlite_remove_album(descry_store *base, int64_t id, descry_error *err)
{
    static const char SQL[] = "DELETE FROM albums WHERE id = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, smart, rc = descry_sqlite_enter_writing(store, &entered, err);
    if (rc)
        return rc;
    rc = find_kind(store, id, &smart, err);
    if (!rc)
        rc = run(store, SQL, id, NULL, NULL, err);
    return descry_sqlite_leave(store, entered, rc, err);
}

int descry_sqlite_fill_album(descry_store *base, int64_t id, const int64_t *contents, size_t n, int take, descry_error *err)
{
    static const char ADD[] = "INSERT OR IGNORE INTO album_contents (album, content)"
                              " SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM contents WHERE id = ?2)";
    static const char TAKE[] = "DELETE FROM album_contents WHERE album = ?1 AND content = ?2";
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, smart, rc = descry_sqlite_enter_writing(store, &entered, err);
    if (rc)
        return rc;
    rc = find_kind(store, id, &smart, err);
    if (!rc && smart)
        rc = descry_album_fail_kind(1, err);
    for (size_t i = 0; i < n && !rc; i++) {
        sqlite3_stmt *stmt;
        rc = descry_sqlite_get(store, take ? TAKE : ADD, &stmt, err);
        if (rc)
            break;
        sqlite3_bind_int64(stmt, 1, id);
        sqlite3_bind_int64(stmt, 2, contents[i]);
        rc = descry_sqlite_run(store, stmt, err);
    }
    return descry_sqlite_leave(store, entered, rc, err);
}
