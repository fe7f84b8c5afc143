/* SPDX-License-Identifier: Apache-2.0
 * Nearest neighbours: from the scan file when it is up to date or can be updated, else from the tables. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPARE = 16, GROWTH = 8 };

/* ---- vectors of a recipe, in order of number ------------------------------------------------------------------- */

typedef struct source {
    descry_sqlite *store;
    sqlite3_stmt *stmt;
    size_t row_size;
} source;

static int next_row(void *arg, int64_t *id, const void **row, descry_error *err)
{
    source *from = arg;
    int rc = descry_sqlite_step(from->store, from->stmt, err);
    if (rc != 1)
        return rc;
    int numbered = descry_sqlite_number(from->stmt, 0, 1, INT64_MAX, id);
    *row = sqlite3_column_blob(from->stmt, 1);
    if (numbered && *row && (size_t)sqlite3_column_bytes(from->stmt, 1) == from->row_size)
        return 1;
    sqlite3_reset(from->stmt);
    return descry_sqlite_damaged(from->store, "a vector has a wrong length", err);
}

static int open_source(source *from, descry_sqlite *store, const descry_recipe *recipe, int64_t after,
                       descry_error *err)
{
    static const char SQL[] = "SELECT content, f16 FROM vectors WHERE recipe = ?1 AND id > ?2 ORDER BY id";
    *from = (source){store, NULL, store->codec->size((size_t)recipe->dim)};
    int rc = descry_sqlite_get(store, SQL, &from->stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(from->stmt, 1, recipe->id);
    sqlite3_bind_int64(from->stmt, 2, after);
    return 0;
}

/* ---- the scan file --------------------------------------------------------------------------------------------- */

static int rows_path(descry_sqlite *store, int64_t recipe, descry_buf *path)
{
    return recipe == 1 ? descry_buf_printf(path, NULL, "%s.scan", store->path)
                       : descry_buf_printf(path, NULL, "%s.scan-%" PRId64, store->path, recipe);
}

void descry_sqlite_remove_rows(descry_sqlite *store)
{
    static const char SQL[] = "SELECT id FROM recipes";
    descry_rows_close(&store->rows);
    sqlite3_stmt *stmt;
    if (descry_sqlite_get(store, SQL, &stmt, NULL))
        return;
    while (descry_sqlite_step(store, stmt, NULL) == 1) {
        descry_buf path = {0};
        if (!rows_path(store, sqlite3_column_int64(stmt, 0), &path))
            unlink(path.data);
        descry_buf_free(&path);
    }
}

static int get_key(descry_sqlite *store, const descry_recipe *recipe, descry_rows_key *key, descry_rows_state *state,
                   descry_error *err)
{
    static const char SQL[] = "SELECT uuid, digest, epoch, newest, vectors FROM library, recipes"
                              " WHERE recipes.id = ?1";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_row(store, SQL, recipe->id, &stmt, err);
    if (rc != 1)
        return rc ? rc : descry_sqlite_damaged(store, "no recipe", err);
    const void *uuid = sqlite3_column_blob(stmt, 0), *digest = sqlite3_column_blob(stmt, 1);
    if (uuid && sqlite3_column_bytes(stmt, 0) == DESCRY_LIBRARY_ID && digest &&
        sqlite3_column_bytes(stmt, 1) == DESCRY_RECIPE_HEX) {
        memcpy(key->library, uuid, sizeof key->library);
        memcpy(key->recipe, digest, sizeof key->recipe);
        key->dim = (uint32_t)recipe->dim;
        key->codec = store->codec;
        int64_t count = 0;
        rc = descry_sqlite_number(stmt, 2, 0, INT64_MAX, &state->epoch) &&
                     descry_sqlite_number(stmt, 3, 0, INT64_MAX, &state->last) &&
                     descry_sqlite_vectors(store, stmt, 4, recipe->dim, &count)
                 ? 0
                 : descry_sqlite_damaged(store, "what it says of a model", err);
        state->count = (uint64_t)count;
    } else
        rc = descry_sqlite_damaged(store, "its identity", err);
    sqlite3_reset(stmt);
    return rc;
}

static int same_state(const descry_rows_state *a, const descry_rows_state *b)
{
    return a->epoch == b->epoch && a->last == b->last && a->count == b->count;
}

/* A library restored from a backup may have other vectors with the same ids: compares the newest vector, too. */
static int is_consistent(descry_sqlite *store, const descry_recipe *recipe, const descry_rows *rows)
{
    static const char SQL[] = "SELECT content, f16 FROM vectors WHERE recipe = ?1 AND id <= ?2"
                              " ORDER BY id DESC LIMIT 1";
    int64_t id;
    const void *row;
    if (!descry_rows_last(rows, &id, &row))
        return descry_rows_get_state(rows)->count == 0;
    sqlite3_stmt *stmt;
    if (descry_sqlite_get(store, SQL, &stmt, NULL))
        return 0;
    sqlite3_bind_int64(stmt, 1, recipe->id);
    sqlite3_bind_int64(stmt, 2, descry_rows_get_state(rows)->last);
    if (descry_sqlite_step(store, stmt, NULL) != 1)
        return 0;
    size_t size = store->codec->size((size_t)recipe->dim);
    const void *blob = sqlite3_column_blob(stmt, 1);
    int same = sqlite3_column_int64(stmt, 0) == id && blob && (size_t)sqlite3_column_bytes(stmt, 1) == size &&
               memcmp(blob, row, size) == 0;
    sqlite3_reset(stmt);
    return same;
}

/* The scan file has the library's permissions. */
static unsigned mode_of(const descry_sqlite *store)
{
    struct stat st;
    return stat(store->path, &st) == 0 ? st.st_mode & 0666 : 0600;
}

/* Updates the file at `path` to `state`.  `rows`: the open file when its rows are valid and only later ones are missing. */
static int renew_rows(descry_sqlite *store, const descry_recipe *recipe, const char *path, const descry_rows *rows,
                      const descry_rows_key *key, const descry_rows_state *state, descry_error *err)
{
    source from;
    int rc = DESCRY_ERR_LIMIT;
    if (rows) {
        rc = open_source(&from, store, recipe, descry_rows_get_state(rows)->last, err);
        if (!rc) {
            rc = descry_rows_append(rows, path, key, state, next_row, &from, err);
            sqlite3_reset(from.stmt);
        }
    }
    if (rc == DESCRY_ERR_LIMIT || rc == DESCRY_ERR_FORMAT) {
        rc = open_source(&from, store, recipe, 0, err);
        if (!rc) {
            rc = descry_rows_write(path, mode_of(store), key, state, next_row, &from, err);
            sqlite3_reset(from.stmt);
        }
    }
    return rc;
}

/* store->rows of this recipe and state, or NULL; within a transaction, which SQLite ends when it has no memory: then an error.
 * `anew`: rebuilds it, as the file was found damaged. */
static int get_rows(descry_sqlite *store, const descry_recipe *recipe, const descry_rows_key *key,
                    const descry_rows_state *state, int anew, descry_error *err)
{
    if (store->rows && !anew && store->rows_recipe == recipe->id &&
        same_state(descry_rows_get_state(store->rows), state))
        return 0;
    descry_rows_close(&store->rows);
    store->rows_recipe = recipe->id;
    descry_buf path = {0};
    descry_error why = {0};
    int rc = rows_path(store, recipe->id, &path);
    if (!rc && !anew && !descry_rows_open(&store->rows, path.data, key, &why) && !is_consistent(store, recipe, store->rows))
        descry_rows_close(&store->rows);
    if (!rc && (!store->rows || !same_state(descry_rows_get_state(store->rows), state))) {
        const descry_rows_state *had = store->rows ? descry_rows_get_state(store->rows) : NULL;
        int grown = had && had->epoch == state->epoch && had->last < state->last && had->count < state->count;
        rc = renew_rows(store, recipe, path.data, grown ? store->rows : NULL, key, state, &why);
        descry_rows_close(&store->rows);
        if (!rc)
            rc = descry_rows_open(&store->rows, path.data, key, &why);
        if (!rc && !same_state(descry_rows_get_state(store->rows), state))
            descry_rows_close(&store->rows);
    }
    if (rc)
        descry_log_write(store->log, DESCRY_LOG_INFO, "searching without a scan file: %s", why.message);
    descry_buf_free(&path);
    return rc && sqlite3_get_autocommit(store->db) ? descry_fail(err, rc, "%s", why.message) : 0;
}

void descry_sqlite_prepare(descry_store *base, const descry_recipe *recipe)
{
    descry_sqlite *store = (descry_sqlite *)base;
    descry_rows_key key;
    descry_rows_state state;
    int entered;
    if (descry_sqlite_enter(store, "BEGIN", &entered, NULL))
        return;
    if (!get_key(store, recipe, &key, &state, NULL) && state.count > 0)
        get_rows(store, recipe, &key, &state, 0, NULL);
    descry_sqlite_leave(store, entered, 0, NULL);
}

/* ---- contents that may be found -------------------------------------------------------------------------------- */

typedef struct choice {
    const descry_nearest *query;
    descry_sqlite_filter filter;
} choice;

static int accept(const void *arg, int64_t content)
{
    const choice *only = arg;
    for (size_t i = 0; i < only->query->excludes; i++)
        if (only->query->exclude[i] == content)
            return 0;
    return descry_sqlite_filter_accepts(&only->filter, content);
}

/* ---- the search ------------------------------------------------------------------------------------------------ */

static int stream(descry_sqlite *store, const descry_recipe *recipe, const descry_scan_query *query, descry_top *top,
                  descry_error *err)
{
    int64_t ids[DESCRY_ROWS_SEGMENT];
    const size_t size = store->codec->size(query->dim);
    char *rows = descry_alloc(DESCRY_ROWS_SEGMENT, size);
    source from = {0};
    int rc = rows ? open_source(&from, store, recipe, 0, err) : descry_fail_memory(err);
    for (int more = 1; !rc && more;) {
        size_t n = 0;
        const void *row;
        while (n < DESCRY_ROWS_SEGMENT && (more = next_row(&from, &ids[n], &row, err)) == 1)
            memcpy(rows + n++ * size, row, size);
        rc = more < 0 ? more : descry_scan_block(query, ids, rows, n, top, err);
    }
    if (from.stmt)
        sqlite3_reset(from.stmt);
    free(rows);
    return rc;
}

static int scan(descry_sqlite *store, const descry_recipe *recipe, const descry_scan_query *query,
                const descry_rows_key *key, const descry_rows_state *state, descry_top *top, descry_error *err)
{
    for (int tries = 0; store->rows && tries < 2; tries++) {
        int rc = descry_rows_scan(store->rows, store->pool, query, top, err);
        if (rc != DESCRY_ERR_FORMAT)
            return rc;
        descry_top_free(top);
        top->k = query->k;
        rc = get_rows(store, recipe, key, state, 1, err);
        if (rc)
            return rc;
    }
    descry_rows_close(&store->rows);
    return stream(store, recipe, query, top, err);
}

static int compare_hits(const void *a, const void *b)
{
    const descry_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

static int resolve(descry_sqlite *store, const choice *only, const descry_top *top, descry_hit *hits, size_t *count,
                   descry_error *err)
{
    *count = 0;
    for (size_t i = 0; i < top->count; i++) {
        int64_t place;
        int rc = descry_sqlite_filter_place(store, &only->filter, top->items[i].id, &place, err);
        if (rc)
            return rc;
        if (place)
            hits[(*count)++] = (descry_hit){top->items[i].score, place, top->items[i].id};
    }
    return 0;
}

/* The scan finds contents, results are places: some contents have no place left, and ties are ordered by place.  So SPARE
 * more are fetched, and GROWTH times as many as long as the first k are not decided. */
static int search(descry_sqlite *store, const descry_recipe *recipe, const choice *only, descry_hit **hits,
                  size_t *count, descry_error *err)
{
    const descry_nearest *query = only->query;
    descry_rows_key key;
    descry_rows_state state;
    int rc = get_key(store, recipe, &key, &state, err);
    if (rc || state.count == 0 || query->k == 0 || (!only->filter.all && only->filter.count == 0))
        return rc;
    rc = get_rows(store, recipe, &key, &state, 0, err);
    if (rc)
        return rc;
    size_t most = state.count > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t)state.count;
    size_t fetch = query->k < most ? query->k + SPARE : most;
    for (;; fetch = fetch > most / GROWTH ? most : fetch * GROWTH) {
        descry_scan_query scan_query = {query->vector, (size_t)recipe->dim, fetch, query->threshold,
                                  store->codec, store->kernels, accept, only, query->avoid, query->avoid_above,
                                  query->avoids};
        descry_top top = {.k = fetch};
        rc = scan(store, recipe, &scan_query, &key, &state, &top, err);
        descry_top_finish(&top);
        free(*hits);
        *hits = rc ? NULL : descry_alloc(top.count, sizeof **hits);
        if (!rc)
            rc = *hits ? resolve(store, only, &top, *hits, count, err) : descry_fail_memory(err);
        int decided = rc || top.count < fetch || fetch >= most ||
                      (*count >= query->k && top.items[top.count - 1].score < (*hits)[query->k - 1].score);
        descry_top_free(&top);
        if (decided)
            break;
    }
    if (rc)
        return rc;
    qsort(*hits, *count, sizeof **hits, compare_hits);
    if (*count > query->k)
        *count = query->k;
    return 0;
}

int descry_sqlite_nearest(descry_store *base, const descry_recipe *recipe, const descry_nearest *query,
                          descry_hit **hits, size_t *count, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    choice only = {.query = query};
    *hits = NULL;
    *count = 0;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    rc = descry_sqlite_filter_read(store, &only.filter, query->filter, err);
    if (!rc)
        rc = search(store, recipe, &only, hits, count, err);
    rc = descry_sqlite_leave(store, entered, rc, err);
    descry_sqlite_filter_free(&only.filter);
    if (rc) {
        free(*hits);
        *hits = NULL;
        *count = 0;
    }
    return rc;
}
