/* SPDX-License-Identifier: Apache-2.0
 * All pictures in the order of time, and what they can be grouped by; and whether any of it has changed. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"
#include "base/paths.h"
#include "store/groups.h"

#include <stdlib.h>
#include <string.h>

/* ---- the timeline ------------------------------------------------------------------------------------------------ */

static int newest_first(const void *a, const void *b)
{
    const descry_moment *x = a, *y = b;
    if (x->taken != y->taken)
        return x->taken < y->taken ? 1 : -1; /* DESCRY_NO_TIME is the least */
    return (x->content < y->content) - (x->content > y->content);
}

/* Both are in order of content. */
static int read_moments(descry_sqlite *store, const descry_sqlite_filter *standing, descry_moment *moments, size_t *count,
                        descry_error *err)
{
    static const char SQL[] = "SELECT id, taken FROM contents ORDER BY id";
    sqlite3_stmt *stmt = NULL;
    size_t i = 0;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && i < standing->count && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        const int64_t content = sqlite3_column_int64(stmt, 0);
        rc = 0;
        while (i < standing->count && standing->pairs[i].content < content)
            i++;
        if (i < standing->count && standing->pairs[i].content == content)
            moments[(*count)++] = (descry_moment){standing->pairs[i++].place, content, descry_sqlite_time(stmt, 1), 0, 0};
    }
    if (stmt)
        sqlite3_reset(stmt);
    return rc;
}

int descry_sqlite_timeline(descry_store *base, const descry_filter *wanted, descry_moment **moments, size_t *count,
                           descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    descry_sqlite_filter standing = {0};
    *moments = NULL;
    *count = 0;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    rc = descry_sqlite_standing_read(store, &standing, wanted, err);
    if (!rc && !(*moments = descry_alloc(standing.count + 1, sizeof **moments)))
        rc = descry_fail_memory(err);
    if (!rc)
        rc = read_moments(store, &standing, *moments, count, err);
    descry_sqlite_filter_free(&standing);
    rc = descry_sqlite_leave(store, entered, rc, err);
    if (rc) {
        free(*moments);
        *moments = NULL;
        *count = 0;
    }
    if (*count > 1)
        qsort(*moments, *count, sizeof **moments, newest_first);
    return rc;
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

static int read_cameras(descry_sqlite *store, const descry_sqlite_filter *standing, descry_groups *to, descry_arena *arena,
                        descry_error *err)
{
    static const char SQL[] = "SELECT id, camera FROM contents WHERE camera IS NOT NULL ORDER BY id";
    sqlite3_stmt *stmt = NULL;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        const int64_t content = sqlite3_column_int64(stmt, 0);
        const char *name;
        size_t size;
        int is = sqlite3_column_type(stmt, 1) == SQLITE_TEXT &&
                 descry_sqlite_bytes(stmt, 1, DESCRY_CAMERA_SIZE - 1, &name, &size) && strnlen(name, size) == size && size > 0;
        rc = is && descry_sqlite_filter_accepts(standing, content) ? descry_groups_add(to, name, size, content, arena, err) : 0;
    }
    if (stmt)
        sqlite3_reset(stmt);
    return rc;
}

static int is_under(const descry_filter *filter, const char *path)
{
    for (size_t i = 0; filter && i < filter->unders; i++)
        if (descry_path_is_below(path, filter->under[i]))
            return 1;
    return !filter || filter->unders == 0;
}

/* In order of path, so that neighbours are in one folder. */
static int read_folders(descry_sqlite *store, const descry_sqlite_filter *accepted, const descry_filter *wanted,
                        descry_groups *to, descry_arena *arena, descry_error *err)
{
    static const char SQL[] = "SELECT content, path FROM places WHERE missing = 0 AND content IS NOT NULL AND source = 0"
                              " ORDER BY path";
    sqlite3_stmt *stmt = NULL;
    descry_buf path = {0};
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        const int64_t content = sqlite3_column_int64(stmt, 0);
        const char *bytes;
        size_t size;
        path.size = 0;
        rc = descry_sqlite_bytes(stmt, 1, DESCRY_SQLITE_PATH, &bytes, &size) && strnlen(bytes, size) == size
                 ? descry_buf_append(&path, bytes, size, err)
                 : descry_sqlite_damaged(store, "a place of a wrong kind", err);
        if (!rc && is_under(wanted, path.data) && descry_sqlite_filter_accepts(accepted, content))
            rc = descry_groups_add(to, path.data, descry_groups_folder(path.data, size), content, arena, err);
    }
    if (stmt)
        sqlite3_reset(stmt);
    descry_buf_free(&path);
    return rc;
}

int descry_sqlite_facet(descry_store *base, descry_facet facet, const descry_filter *wanted, descry_group **groups,
                        size_t *count, descry_arena *arena, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    descry_sqlite_filter accepted = {0};
    descry_groups all = {0};
    *groups = NULL;
    *count = 0;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    if (facet == DESCRY_FACET_CAMERA) {
        rc = descry_sqlite_standing_read(store, &accepted, wanted, err);
        if (!rc)
            rc = read_cameras(store, &accepted, &all, arena, err);
    } else {
        rc = descry_sqlite_filter_read(store, &accepted, wanted, err);
        if (!rc)
            rc = read_folders(store, &accepted, wanted, &all, arena, err);
    }
    descry_sqlite_filter_free(&accepted);
    rc = descry_sqlite_leave(store, entered, rc, err);
    if (!rc)
        rc = descry_groups_count(&all, groups, count, arena, err);
    descry_groups_free(&all);
    return rc;
}

/* ---- changes ----------------------------------------------------------------------------------------------------- */

/* SQLite counts what this connection has changed, and tells by another number that any other has. */
int descry_sqlite_generation(descry_store *base, uint64_t *number, descry_error *err)
{
    static const char SQL[] = "PRAGMA data_version";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_step(store, stmt, err);
    if (rc < 0)
        return rc;
    const int64_t others = sqlite3_column_int64(stmt, 0), own = sqlite3_total_changes(store->db);
    sqlite3_reset(stmt);
    store->generation += others != store->others_changes || own != store->changes;
    store->others_changes = others;
    store->changes = own;
    *number = store->generation;
    return 0;
}
