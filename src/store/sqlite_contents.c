/* SPDX-License-Identifier: Apache-2.0
 * Recipes, contents, vectors, captions, and the sums of them. */
#include "store/sqlite.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Runs a statement that gives at most one number. */
static int one_number(descry_sqlite *store, sqlite3_stmt *stmt, int64_t *number, descry_error *err)
{
    *number = 0;
    int rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    *number = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return 0;
}

/* ---- recipes --------------------------------------------------------------------------------------------------- */

static int find_recipe(descry_sqlite *store, const char *digest, descry_recipe *recipe, descry_error *err)
{
    static const char SQL[] = "SELECT id, dim, vectors FROM recipes WHERE digest = ?1";
    sqlite3_stmt *stmt;
    *recipe = (descry_recipe){0};
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_text(stmt, 1, digest, -1, SQLITE_STATIC);
    rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    *recipe = (descry_recipe){sqlite3_column_int64(stmt, 0), sqlite3_column_int(stmt, 1),
                              (uint64_t)sqlite3_column_int64(stmt, 2)};
    sqlite3_reset(stmt);
    return 0;
}

int descry_sqlite_recipe(descry_store *base, const char *digest, const char *name, int dim, int create,
                         descry_recipe *recipe, descry_error *err)
{
    static const char INSERT[] = "INSERT INTO recipes (digest, name, dim) VALUES (?1, ?2, ?3)";
    static const char RENAME[] = "UPDATE recipes SET name = ?2 WHERE digest = ?1 AND name <> ?2";
    descry_sqlite *store = (descry_sqlite *)base;
    *recipe = (descry_recipe){0};
    if (strlen(digest) != DESCRY_RECIPE_HEX)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a recipe has %d digits", DESCRY_RECIPE_HEX);
    sqlite3_stmt *stmt;
    int rc = find_recipe(store, digest, recipe, err);
    if (!rc && create) {
        const char *sql = recipe->id ? RENAME : INSERT;
        rc = descry_sqlite_get(store, sql, &stmt, err);
        if (rc)
            return rc;
        sqlite3_bind_text(stmt, 1, digest, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 2, name, -1, SQLITE_STATIC);
        if (sql == INSERT)
            sqlite3_bind_int(stmt, 3, dim);
        rc = descry_sqlite_run(store, stmt, err);
        if (!rc)
            rc = find_recipe(store, digest, recipe, err);
    }
    if (!rc && recipe->id && dim > 0 && recipe->dim != dim)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: vectors of %s are said to have %d numbers instead of %d",
                         store->path, name, recipe->dim, dim);
    return rc;
}

int descry_sqlite_touch_recipe(descry_store *base, int64_t recipe, descry_error *err)
{
    static const char SQL[] = "UPDATE recipes SET last_indexed = ?2 WHERE id = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, recipe);
    sqlite3_bind_int64(stmt, 2, (int64_t)time(NULL));
    return descry_sqlite_run(store, stmt, err);
}

/* ---- contents -------------------------------------------------------------------------------------------------- */

int descry_sqlite_content(descry_store *base, const uint8_t *sha256, int64_t recipe, int64_t *id, int *has_vector,
                          descry_error *err)
{
    static const char SQL[] = "SELECT id, EXISTS (SELECT 1 FROM vectors WHERE content = contents.id AND recipe = ?2)"
                              " FROM contents WHERE sha256 = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    *id = 0;
    *has_vector = 0;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_blob(stmt, 1, sha256, DESCRY_SHA256_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, recipe);
    rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    *id = sqlite3_column_int64(stmt, 0);
    *has_vector = sqlite3_column_int(stmt, 1);
    sqlite3_reset(stmt);
    return 0;
}

int descry_sqlite_put_content(descry_store *base, const descry_content *content, int64_t *id, descry_error *err)
{
    static const char SQL[] = "INSERT INTO contents (sha256, bytes, width, height, orientation)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int has_vector, rc = descry_sqlite_content(base, content->sha256, 0, id, &has_vector, err);
    if (rc || *id)
        return rc;
    rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_blob(stmt, 1, content->sha256, DESCRY_SHA256_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, (int64_t)content->bytes);
    if (content->width > 0) { /* not of a picture without a file */
        sqlite3_bind_int(stmt, 3, content->width);
        sqlite3_bind_int(stmt, 4, content->height);
        sqlite3_bind_int(stmt, 5, content->orientation);
    }
    rc = descry_sqlite_run(store, stmt, err);
    if (!rc)
        *id = sqlite3_last_insert_rowid(store->db);
    return rc;
}

/* ---- metadata -------------------------------------------------------------------------------------------------- */

enum { READING = 3 }; /* what is read of a picture: one more, here and where it says < 3, to have all read again */

int descry_sqlite_unread(descry_store *base, int64_t content, int *unread, descry_error *err)
{
    static const char SQL[] = "SELECT metadata < 3 FROM contents WHERE id = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int64_t number = 0;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc) {
        sqlite3_bind_int64(stmt, 1, content);
        rc = one_number(store, stmt, &number, err);
    }
    *unread = number == 1;
    return rc;
}

int descry_sqlite_put_metadata(descry_store *base, int64_t content, const descry_metadata *metadata,
                               descry_error *err)
{
    static const char SQL[] = "UPDATE contents SET metadata = ?2, taken = ?3, taken_offset = ?4, camera = ?5,"
                              " latitude = ?6, longitude = ?7, title = ?8 WHERE id = ?1 AND metadata <> ?2";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, content);
    sqlite3_bind_int(stmt, 2, READING);
    if (metadata->taken != DESCRY_NO_TIME)
        sqlite3_bind_int64(stmt, 3, metadata->taken);
    if (metadata->taken != DESCRY_NO_TIME && metadata->taken_offset != DESCRY_NO_OFFSET)
        sqlite3_bind_int(stmt, 4, metadata->taken_offset);
    if (*metadata->camera)
        sqlite3_bind_text(stmt, 5, metadata->camera, -1, SQLITE_STATIC);
    sqlite3_bind_double(stmt, 6, metadata->latitude); /* NaN becomes NULL */
    sqlite3_bind_double(stmt, 7, metadata->longitude);
    if (*metadata->title)
        sqlite3_bind_text(stmt, 8, metadata->title, -1, SQLITE_STATIC);
    return descry_sqlite_run(store, stmt, err);
}

static void copy_text(sqlite3_stmt *stmt, int column, char *text, size_t room)
{
    const void *bytes = sqlite3_column_text(stmt, column);
    size_t size = (size_t)sqlite3_column_bytes(stmt, column);
    size = size < room ? size : room - 1;
    memcpy(text, bytes ? bytes : "", bytes ? size : 0);
    text[bytes ? size : 0] = 0;
}

int descry_sqlite_metadata(descry_store *base, int64_t content, descry_metadata *metadata, descry_error *err)
{
    static const char SQL[] = "SELECT taken, taken_offset, camera, latitude, longitude, title FROM contents"
                              " WHERE id = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    *metadata = (descry_metadata){.taken = DESCRY_NO_TIME, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN,
                                  .longitude = NAN};
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_row(store, SQL, content, &stmt, err);
    if (rc != 1)
        return rc;
    if (sqlite3_column_type(stmt, 0) != SQLITE_NULL)
        metadata->taken = sqlite3_column_int64(stmt, 0);
    if (sqlite3_column_type(stmt, 1) != SQLITE_NULL)
        metadata->taken_offset = sqlite3_column_int(stmt, 1);
    copy_text(stmt, 2, metadata->camera, sizeof metadata->camera);
    copy_text(stmt, 5, metadata->title, sizeof metadata->title);
    if (sqlite3_column_type(stmt, 3) != SQLITE_NULL && sqlite3_column_type(stmt, 4) != SQLITE_NULL) {
        metadata->latitude = sqlite3_column_double(stmt, 3);
        metadata->longitude = sqlite3_column_double(stmt, 4);
    }
    sqlite3_reset(stmt);
    return 0;
}

/* ---- vectors --------------------------------------------------------------------------------------------------- */

int descry_sqlite_put_vector(descry_store *base, const descry_recipe *recipe, int64_t content, const float *vector,
                             descry_error *err)
{
    static const char SQL[] = "INSERT INTO vectors (recipe, content, f16) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT (content, recipe) DO NOTHING";
    descry_sqlite *store = (descry_sqlite *)base;
    size_t dim = (size_t)recipe->dim;
    uint16_t *halves = descry_alloc(dim, sizeof *halves);
    if (!halves)
        return descry_fail_memory(err);
    sqlite3_stmt *stmt;
    int rc = 0;
    if (!descry_scan_pack(vector, dim, halves))
        rc = descry_fail(err, DESCRY_ERR_NUMERIC, "the embedding is not finite");
    if (!rc)
        rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc) {
        sqlite3_bind_int64(stmt, 1, recipe->id);
        sqlite3_bind_int64(stmt, 2, content);
        sqlite3_bind_blob64(stmt, 3, halves, dim * sizeof *halves, SQLITE_STATIC);
        rc = descry_sqlite_run(store, stmt, err);
    }
    free(halves);
    return rc;
}

int descry_sqlite_vector(descry_store *base, const descry_recipe *recipe, int64_t content, float *vector, int *found,
                         descry_error *err)
{
    static const char SQL[] = "SELECT f16 FROM vectors WHERE content = ?1 AND recipe = ?2";
    descry_sqlite *store = (descry_sqlite *)base;
    *found = 0;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, content);
    sqlite3_bind_int64(stmt, 2, recipe->id);
    rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    rc = 0;
    const void *blob = sqlite3_column_blob(stmt, 0);
    size_t size = (size_t)sqlite3_column_bytes(stmt, 0);
    if (!blob || size != (size_t)recipe->dim * sizeof(uint16_t))
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: the library is damaged: a vector of %zu bytes", store->path,
                         size);
    else {
        descry_scan_unpack(blob, (size_t)recipe->dim, vector);
        *found = 1;
    }
    sqlite3_reset(stmt);
    return rc;
}

int descry_sqlite_lacking(descry_store *base, const descry_recipe *recipe, uint64_t *count, descry_error *err)
{
    /* the first answers nearly always, without looking at each picture */
    static const char NONE[] = "SELECT count(*) = ?2 FROM contents";
    static const char SQL[] = "SELECT count(DISTINCT content) FROM places WHERE content IS NOT NULL AND missing = 0 AND"
                              " NOT EXISTS (SELECT 1 FROM vectors WHERE content = places.content AND recipe = ?1)";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int64_t number = 0;
    int rc = descry_sqlite_get(store, NONE, &stmt, err);
    if (!rc) {
        sqlite3_bind_int64(stmt, 2, (int64_t)recipe->vectors);
        rc = one_number(store, stmt, &number, err);
    }
    *count = 0;
    if (rc || number == 1)
        return rc;
    rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc) {
        sqlite3_bind_int64(stmt, 1, recipe->id);
        rc = one_number(store, stmt, &number, err);
    }
    *count = (uint64_t)number;
    return rc;
}

/* ---- status ---------------------------------------------------------------------------------------------------- */

static char *copy_column(sqlite3_stmt *stmt, int column, descry_arena *arena)
{
    const void *bytes = sqlite3_column_blob(stmt, column);
    size_t size = (size_t)sqlite3_column_bytes(stmt, column);
    char *copy = descry_arena_alloc(arena, size + 1, 1);
    if (copy) {
        memcpy(copy, bytes ? bytes : "", size);
        copy[size] = 0;
    }
    return copy;
}

static int read_counts(descry_sqlite *store, descry_library_status *status, size_t *models, size_t *roots,
                       descry_error *err)
{
    static const char SQL[] =
        "SELECT (SELECT count(content) FROM places), (SELECT count(*) FROM places WHERE content IS NOT NULL AND"
        " missing = 1), (SELECT count(*) FROM contents), (SELECT count(DISTINCT content) FROM captions),"
        " (SELECT count(*) FROM places WHERE error IS NOT NULL), (SELECT count(*) FROM recipes WHERE vectors > 0),"
        " (SELECT count(*) FROM roots), (SELECT count(*) FROM places WHERE source = 1)";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    status->photos = (uint64_t)sqlite3_column_int64(stmt, 0);
    status->missing = (uint64_t)sqlite3_column_int64(stmt, 1);
    status->contents = (uint64_t)sqlite3_column_int64(stmt, 2);
    status->captions = (uint64_t)sqlite3_column_int64(stmt, 3);
    status->failed = (uint64_t)sqlite3_column_int64(stmt, 4);
    *models = (size_t)sqlite3_column_int64(stmt, 5);
    *roots = (size_t)sqlite3_column_int64(stmt, 6);
    status->sources = (uint64_t)sqlite3_column_int64(stmt, 7);
    sqlite3_reset(stmt);
    return 0;
}

static int read_models(descry_sqlite *store, descry_library_model *models, size_t most, size_t *n, descry_arena *arena,
                       descry_error *err)
{
    static const char SQL[] = "SELECT name, digest, dim, vectors, last_indexed FROM recipes WHERE vectors > 0"
                              " ORDER BY last_indexed DESC, id DESC";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && *n < most && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        descry_library_model *model = &models[(*n)++];
        model->name = copy_column(stmt, 0, arena);
        model->recipe = copy_column(stmt, 1, arena);
        model->dim = sqlite3_column_int(stmt, 2);
        model->vectors = (uint64_t)sqlite3_column_int64(stmt, 3);
        model->last_indexed = (uint64_t)sqlite3_column_int64(stmt, 4);
        rc = model->name && model->recipe ? 0 : descry_fail_memory(err);
    }
    if (rc <= 0 && *n == most)
        sqlite3_reset(stmt);
    return rc;
}

static int read_roots(descry_sqlite *store, const char **roots, size_t most, size_t *n, descry_arena *arena,
                      descry_error *err)
{
    static const char SQL[] = "SELECT path FROM roots ORDER BY path";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && *n < most && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        roots[*n] = copy_column(stmt, 0, arena);
        rc = roots[(*n)++] ? 0 : descry_fail_memory(err);
    }
    if (rc <= 0 && *n == most)
        sqlite3_reset(stmt);
    return rc;
}

int descry_sqlite_status(descry_store *base, descry_library_status *status, descry_arena *arena, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    *status = (descry_library_status){0};
    size_t most_models = 0, most_roots = 0;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err); /* one moment for all */
    if (rc)
        return rc;
    rc = read_counts(store, status, &most_models, &most_roots, err);
    descry_library_model *models = descry_arena_alloc(arena, most_models, sizeof *models);
    const char **roots = descry_arena_alloc(arena, most_roots, sizeof *roots);
    if (!rc && (!models || !roots))
        rc = descry_fail_memory(err);
    if (!rc)
        rc = read_models(store, models, most_models, &status->model_count, arena, err);
    if (!rc)
        rc = read_roots(store, roots, most_roots, &status->root_count, arena, err);
    status->models = models;
    status->roots = roots;
    return descry_sqlite_leave(store, entered, rc, err);
}
