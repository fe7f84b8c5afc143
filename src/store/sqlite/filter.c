/* SPDX-License-Identifier: Apache-2.0
 * Contents that match a filter, determined before vectors are compared, so that no result is lost to the cut at k.  Also the
 * list of all of them. */
#include "store/sqlite/sqlite.h"

#include "base/aside.h"
#include "base/error.h"
#include "store/metadata_filter.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list of pairs ------------------------------------------------------------------------------------------ */

static int add_pair(descry_sqlite_filter *filter, descry_sqlite_pair pair, descry_error *err)
{
    if (filter->count == filter->capacity) {
        size_t capacity = filter->capacity ? 2 * filter->capacity : 256;
        descry_sqlite_pair *grown = descry_realloc(filter->pairs, capacity, sizeof *grown);
        if (!grown)
            return descry_fail_memory(err);
        filter->pairs = grown;
        filter->capacity = capacity;
    }
    filter->pairs[filter->count++] = pair;
    return 0;
}

static int compare_pairs(const void *a, const void *b)
{
    const descry_sqlite_pair *x = a, *y = b;
    if (x->content != y->content)
        return x->content < y->content ? -1 : 1;
    if (x->aside != y->aside)
        return x->aside - y->aside;
    return (x->place > y->place) - (x->place < y->place);
}

/* Sorts by content and keeps each content's representative place only. */
static void sort_pairs(descry_sqlite_filter *filter)
{
    if (filter->count > 1)
        qsort(filter->pairs, filter->count, sizeof *filter->pairs, compare_pairs);
    size_t n = 0;
    for (size_t i = 0; i < filter->count; i++)
        if (n == 0 || filter->pairs[n - 1].content != filter->pairs[i].content)
            filter->pairs[n++] = filter->pairs[i];
    filter->count = n;
}

static const descry_sqlite_pair *find_pair(const descry_sqlite_filter *filter, int64_t content)
{
    size_t low = 0, high = filter->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (filter->pairs[middle].content == content)
            return &filter->pairs[middle];
        if (filter->pairs[middle].content < content)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- folders ---------------------------------------------------------------------------------------------------- */

/* Whether the path in this column is in a bin or snapshot. */
static int is_aside(sqlite3_stmt *stmt, int column)
{
    const char *path = sqlite3_column_blob(stmt, column);
    return path && descry_path_is_aside(path, (size_t)sqlite3_column_bytes(stmt, column));
}

/* Reads the statement's rows: content, place, path. */
static int read_places(descry_sqlite *store, descry_sqlite_filter *filter, sqlite3_stmt *stmt, descry_error *err)
{
    int rc;
    while ((rc = descry_sqlite_step(store, stmt, err)) == 1) {
        descry_sqlite_pair pair = {sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1), is_aside(stmt, 2)};
        rc = add_pair(filter, pair, err);
        if (rc) {
            sqlite3_reset(stmt);
            return rc;
        }
    }
    return rc;
}

#define PLACES "SELECT content, id, path FROM places WHERE missing = 0 AND content IS NOT NULL"

static int read_under(descry_sqlite *store, descry_sqlite_filter *filter, const char *under, descry_error *err)
{
    static const char SQL[] = PLACES " AND " DESCRY_SQLITE_UNDER;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_bind_under(store, stmt, under, err);
    return rc ? rc : read_places(store, filter, stmt, err);
}

static int read_everywhere(descry_sqlite *store, descry_sqlite_filter *filter, descry_error *err)
{
    static const char SQL[] = PLACES;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    return rc ? rc : read_places(store, filter, stmt, err);
}

/* ---- metadata --------------------------------------------------------------------------------------------------- */

static int is_near(const descry_metadata_filter *wanted, sqlite3_stmt *stmt)
{
    if (wanted->filter->km < 0 && !(wanted->filter->has & DESCRY_HAS_PLACE))
        return 1;
    if (sqlite3_column_type(stmt, 2) == SQLITE_NULL || sqlite3_column_type(stmt, 3) == SQLITE_NULL)
        return 0;
    return wanted->filter->km < 0 ||
           descry_metadata_filter_near(wanted, sqlite3_column_double(stmt, 2), sqlite3_column_double(stmt, 3));
}

#define COLUMNS   "SELECT id, camera, latitude, longitude FROM contents WHERE "
#define CAPTIONED " AND (?3 = 0 OR EXISTS (SELECT 1 FROM captions WHERE content = contents.id))"

/* The statement that visits the fewest rows, with its bounds. */
static int prepare_metadata(descry_sqlite *store, const descry_filter *wanted, sqlite3_stmt **stmt, descry_error *err)
{
    static const char BY_DATE[] = COLUMNS "taken >= ?1 AND taken < ?2" CAPTIONED;
    static const char BY_PLACE[] = COLUMNS "latitude >= ?1 AND latitude <= ?2" CAPTIONED;
    static const char BY_CAMERA[] = COLUMNS "camera IS NOT NULL" CAPTIONED;
    static const char BY_CAPTION[] = COLUMNS "id IN (SELECT content FROM captions)";
    int captioned = (wanted->has & DESCRY_HAS_CAPTION) != 0, rc;
    if (descry_metadata_filter_by_time(wanted)) {
        rc = descry_sqlite_get(store, BY_DATE, stmt, err);
        if (rc)
            return rc;
        sqlite3_bind_int64(*stmt, 1, wanted->after); /* INT64_MIN when not set */
        sqlite3_bind_int64(*stmt, 2, wanted->before != DESCRY_NO_TIME ? wanted->before : INT64_MAX);
        sqlite3_bind_int(*stmt, 3, captioned);
        return 0;
    }
    int placed = wanted->km >= 0 || (wanted->has & DESCRY_HAS_PLACE);
    rc = descry_sqlite_get(store, placed ? BY_PLACE : wanted->camera ? BY_CAMERA : BY_CAPTION, stmt, err);
    if (rc || (!placed && !wanted->camera))
        return rc;
    double degrees = wanted->km >= 0 ? descry_metadata_filter_degrees(wanted) : 180;
    if (placed) {
        sqlite3_bind_double(*stmt, 1, wanted->latitude - degrees);
        sqlite3_bind_double(*stmt, 2, wanted->latitude + degrees);
    }
    sqlite3_bind_int(*stmt, 3, captioned);
    return 0;
}

static int read_metadata(descry_sqlite *store, descry_sqlite_filter *filter, const descry_filter *wanted,
                         descry_error *err)
{
    descry_metadata_filter of;
    sqlite3_stmt *stmt = NULL;
    int rc = descry_metadata_filter_open(&of, wanted, err);
    if (!rc)
        rc = prepare_metadata(store, wanted, &stmt, err);
    while (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        rc = 0;
        if (is_near(&of, stmt) && descry_metadata_filter_camera(&of, (const char *)sqlite3_column_text(stmt, 1)))
            rc = add_pair(filter, (descry_sqlite_pair){sqlite3_column_int64(stmt, 0), 0, 0}, err);
        if (rc)
            sqlite3_reset(stmt);
    }
    descry_metadata_filter_free(&of);
    return rc;
}

/* ---- albums ------------------------------------------------------------------------------------------------------ */

static int read_album(descry_sqlite *store, descry_sqlite_filter *filter, const char *name, descry_error *err)
{
    static const char SQL[] = "SELECT content FROM album_contents WHERE album = (SELECT id FROM albums WHERE name = ?1)";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    while (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        rc = add_pair(filter, (descry_sqlite_pair){sqlite3_column_int64(stmt, 0), 0, 0}, err);
        if (rc)
            sqlite3_reset(stmt);
    }
    return rc;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* Keeps in `filter` only the contents that `other` has, too. */
static void intersect(descry_sqlite_filter *filter, const descry_sqlite_filter *other)
{
    size_t n = 0;
    for (size_t i = 0; i < filter->count; i++)
        if (find_pair(other, filter->pairs[i].content))
            filter->pairs[n++] = filter->pairs[i];
    filter->count = n;
}

/* Narrows `filter` to what was found by one more condition, which it takes over. */
static void narrow(descry_sqlite_filter *filter, descry_sqlite_filter *found)
{
    sort_pairs(found);
    if (filter->all)
        *filter = *found;
    else {
        intersect(filter, found);
        free(found->pairs);
    }
    *found = (descry_sqlite_filter){0};
}

int descry_sqlite_filter_read(descry_sqlite *store, descry_sqlite_filter *filter, const descry_filter *wanted,
                              descry_error *err)
{
    descry_sqlite_filter found = {0};
    int rc = 0;
    *filter = (descry_sqlite_filter){.all = 1};
    for (size_t i = 0; wanted && i < wanted->unders && !rc; i++)
        rc = read_under(store, &found, wanted->under[i], err);
    if (wanted && wanted->unders > 0) /* first: these come with their places */
        narrow(filter, &found);
    if (!rc && descry_metadata_filter_is_set(wanted)) {
        rc = read_metadata(store, &found, wanted, err);
        narrow(filter, &found);
    }
    if (!rc && wanted && wanted->album) {
        rc = read_album(store, &found, wanted->album, err);
        narrow(filter, &found);
    }
    return rc;
}

void descry_sqlite_filter_free(descry_sqlite_filter *filter)
{
    free(filter->pairs);
    *filter = (descry_sqlite_filter){0};
}

int descry_sqlite_filter_accepts(const descry_sqlite_filter *filter, int64_t content)
{
    return filter->all || find_pair(filter, content);
}

int descry_sqlite_filter_place(descry_sqlite *store, const descry_sqlite_filter *filter, int64_t content,
                               int64_t *place, descry_error *err)
{
    static const char SQL[] = "SELECT id, path FROM places WHERE content = ?1 AND missing = 0 ORDER BY id";
    const descry_sqlite_pair *found = filter->all ? NULL : find_pair(filter, content);
    *place = found ? found->place : 0;
    if (*place || (!filter->all && !found))
        return 0;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_row(store, SQL, content, &stmt, err);
    while (rc == 1) {
        int aside = is_aside(stmt, 1);
        if (!*place || !aside)
            *place = sqlite3_column_int64(stmt, 0);
        rc = aside ? descry_sqlite_step(store, stmt, err) : 0;
        if (!aside)
            sqlite3_reset(stmt);
    }
    return rc;
}

/* ---- the list --------------------------------------------------------------------------------------------------- */

int descry_sqlite_standing_read(descry_sqlite *store, descry_sqlite_filter *standing, const descry_filter *wanted,
                                descry_error *err)
{
    descry_sqlite_filter filter;
    int rc = descry_sqlite_filter_read(store, &filter, wanted, err);
    *standing = (descry_sqlite_filter){0};
    if (!rc && wanted && wanted->unders > 0) {
        *standing = filter;
        return 0;
    }
    if (!rc)
        rc = read_everywhere(store, standing, err);
    sort_pairs(standing);
    if (!rc && !filter.all)
        intersect(standing, &filter);
    descry_sqlite_filter_free(&filter);
    return rc;
}

static int add_item(descry_list *list, size_t *room, int64_t id, int64_t content, descry_error *err)
{
    if (list->count == *room) {
        size_t grown = *room ? 2 * *room : 256;
        descry_hit *items = descry_realloc(list->items, grown, sizeof *items);
        if (!items)
            return descry_fail_memory(err);
        list->items = items;
        *room = grown;
    }
    list->items[list->count++] = (descry_hit){0, id, content};
    return 0;
}

static int read_list(descry_sqlite *store, const descry_sqlite_filter *standing, descry_list *list, descry_error *err)
{
    static const char SQL[] = "SELECT places.id, places.content, path, vectors.id IS NOT NULL FROM places"
                              " LEFT JOIN vectors ON vectors.content = places.content AND recipe = ?1"
                              " WHERE missing = 0 AND places.content IS NOT NULL ORDER BY places.id";
    sqlite3_stmt *stmt;
    size_t room = 0;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        sqlite3_bind_int64(stmt, 1, list->recipe);
    while (!rc && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        int64_t id, content;
        const char *path;
        size_t size;
        rc = descry_sqlite_number(stmt, 0, 1, INT64_MAX, &id) && descry_sqlite_number(stmt, 1, 1, INT64_MAX, &content) &&
                     descry_sqlite_bytes(stmt, 2, DESCRY_SQLITE_PATH, &path, &size)
                 ? 0
                 : descry_sqlite_damaged(store, "a place of a wrong kind", err);
        const descry_sqlite_pair *found = rc ? NULL : find_pair(standing, content);
        if (found && found->place == id && (!list->recipe || sqlite3_column_int(stmt, 3))) {
            rc = list->each ? list->each(list->arg, path, size) : 0;
            if (!rc)
                rc = add_item(list, &room, id, content, err);
        }
        if (rc)
            sqlite3_reset(stmt);
    }
    return rc;
}

/* The transaction stays open until unlist: all reads see one snapshot. */
int descry_sqlite_list(descry_store *base, descry_list *list, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    descry_sqlite_filter standing = {0};
    list->items = NULL;
    list->count = 0;
    int rc = descry_sqlite_enter(store, "BEGIN", &list->began, err);
    if (!rc)
        rc = descry_sqlite_standing_read(store, &standing, list->filter, err);
    if (!rc)
        rc = read_list(store, &standing, list, err);
    descry_sqlite_filter_free(&standing);
    return rc;
}

void descry_sqlite_unlist(descry_store *base, descry_list *list)
{
    descry_sqlite *store = (descry_sqlite *)base;
    descry_sqlite_leave(store, list->began, DESCRY_ERR_CANCELLED, NULL); /* nothing was changed */
    list->began = 0;
    free(list->items);
    list->items = NULL;
    list->count = 0;
}
