/* SPDX-License-Identifier: Apache-2.0
 * Recipes, contents, metadata, vectors, and the status that counts them. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    int64_t id, dim, vectors;
    rc = descry_sqlite_number(stmt, 0, 1, INT64_MAX, &id) && descry_sqlite_number(stmt, 1, 1, DESCRY_SQLITE_DIM, &dim) &&
                 descry_sqlite_vectors(store, stmt, 2, dim, &vectors)
             ? 0
             : descry_sqlite_damaged(store, "what it says of a model", err);
    if (!rc)
        *recipe = (descry_recipe){id, (int)dim, (uint64_t)vectors};
    sqlite3_reset(stmt);
    return rc;
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
    if (strlen(name) > DESCRY_SQLITE_NAME)
        return descry_fail(err, DESCRY_ERR_LIMIT, "a model's name of %zu bytes: at most %d", strlen(name),
                           DESCRY_SQLITE_NAME);
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

static int find_content(descry_sqlite *store, const uint8_t *sha256, int64_t recipe, descry_known *known,
                        descry_error *err)
{
    static const char SQL[] = "SELECT id, EXISTS (SELECT 1 FROM vectors WHERE content = contents.id AND recipe = ?2),"
                              " metadata < " DESCRY_SQLITE_READING ", " DESCRY_SQLITE_DRAFT("contents.id", "?2")
                              " FROM contents WHERE sha256 = ?1";
    *known = (descry_known){0};
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_blob(stmt, 1, sha256, DESCRY_SHA256_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, recipe);
    rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    rc = descry_sqlite_number(stmt, 0, 1, INT64_MAX, &known->id)
             ? 0
             : descry_sqlite_damaged(store, "the number of a picture", err);
    known->has_vector = sqlite3_column_int(stmt, 1);
    known->unread = sqlite3_column_int(stmt, 2) == 1;
    known->draft = sqlite3_column_int(stmt, 3);
    sqlite3_reset(stmt);
    return rc;
}

int descry_sqlite_contents(descry_store *base, const uint8_t *const *sha256, size_t n, int64_t recipe,
                           descry_known *known, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++)
        rc = find_content(store, sha256[i], recipe, &known[i], err);
    return descry_sqlite_leave(store, entered, rc, err);
}

int descry_sqlite_put_content(descry_sqlite *store, const descry_content *content, int64_t *id, descry_error *err)
{
    static const char INSERT[] = "INSERT INTO contents (sha256, bytes, width, height, orientation, placeholder)"
                                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    static const char COMPLETE[] = "UPDATE contents SET width = ?3, height = ?4, orientation = ?5, placeholder = ?6"
                                   " WHERE sha256 = ?1 AND bytes = ?2 AND placeholder IS NULL";
    sqlite3_stmt *stmt;
    descry_known known;
    int rc = find_content(store, content->sha256, 0, &known, err);
    *id = known.id;
    if (rc || (*id && !content->has_placeholder))
        return rc;
    rc = descry_sqlite_get(store, *id ? COMPLETE : INSERT, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_blob(stmt, 1, content->sha256, DESCRY_SHA256_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, (int64_t)content->bytes);
    if (content->width > 0) { /* not of a picture without a file */
        sqlite3_bind_int(stmt, 3, content->width);
        sqlite3_bind_int(stmt, 4, content->height);
        sqlite3_bind_int(stmt, 5, content->orientation);
    }
    if (content->has_placeholder)
        sqlite3_bind_blob(stmt, 6, content->placeholder, DESCRY_PLACEHOLDER_SIZE, SQLITE_STATIC);
    rc = descry_sqlite_run(store, stmt, err);
    if (!rc && !*id)
        *id = sqlite3_last_insert_rowid(store->db);
    return rc;
}

/* ---- metadata -------------------------------------------------------------------------------------------------- */

/* Milliseconds of the years 1 to 9999; minutes of a zone that can be written with two digits for the hours */
#define FIRST_TIME (-62135596800000)
#define LAST_TIME  253402300799999
enum { OFFSET = 100 * 60 };

int descry_sqlite_put_metadata(descry_sqlite *store, int64_t content, const descry_metadata *metadata,
                               descry_error *err)
{
    static const char SQL[] = "UPDATE contents SET metadata = " DESCRY_SQLITE_READING ", taken = ?2, taken_offset = ?3,"
                              " camera = ?4, latitude = ?5, longitude = ?6, title = ?7"
                              " WHERE id = ?1 AND metadata <> " DESCRY_SQLITE_READING;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, content);
    if (metadata->taken != DESCRY_NO_TIME)
        sqlite3_bind_int64(stmt, 2, metadata->taken);
    if (metadata->taken != DESCRY_NO_TIME && metadata->taken_offset != DESCRY_NO_OFFSET)
        sqlite3_bind_int(stmt, 3, metadata->taken_offset);
    if (*metadata->camera)
        sqlite3_bind_text(stmt, 4, metadata->camera, -1, SQLITE_STATIC);
    sqlite3_bind_double(stmt, 5, metadata->latitude); /* NaN becomes NULL */
    sqlite3_bind_double(stmt, 6, metadata->longitude);
    if (*metadata->title)
        sqlite3_bind_text(stmt, 7, metadata->title, -1, SQLITE_STATIC);
    return descry_sqlite_run(store, stmt, err);
}

/* Values that descry would not write count as unknown. */
static void copy_text(sqlite3_stmt *stmt, int column, char *text, size_t room)
{
    const char *bytes;
    size_t size;
    int is = descry_sqlite_bytes(stmt, column, DESCRY_SQLITE_VALUE, &bytes, &size) &&
             sqlite3_column_type(stmt, column) == SQLITE_TEXT;
    size = !is ? 0 : size < room ? size : room - 1;
    memcpy(text, bytes, size);
    text[size] = 0;
}

static double get_degrees(sqlite3_stmt *stmt, int column, double most)
{
    int type = sqlite3_column_type(stmt, column);
    double degrees = sqlite3_column_double(stmt, column);
    return (type == SQLITE_FLOAT || type == SQLITE_INTEGER) && fabs(degrees) <= most ? degrees : NAN;
}

int64_t descry_sqlite_time(sqlite3_stmt *stmt, int column)
{
    int64_t time;
    return descry_sqlite_number(stmt, column, FIRST_TIME, LAST_TIME, &time) ? time : DESCRY_NO_TIME;
}

int descry_sqlite_metadata(descry_sqlite *store, int64_t content, descry_metadata *metadata, descry_error *err)
{
    static const char SQL[] = "SELECT taken, taken_offset, camera, latitude, longitude, title FROM contents"
                              " WHERE id = ?1";
    *metadata = (descry_metadata){.taken = DESCRY_NO_TIME, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN,
                                  .longitude = NAN};
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_row(store, SQL, content, &stmt, err);
    if (rc != 1)
        return rc;
    int64_t number;
    metadata->taken = descry_sqlite_time(stmt, 0);
    if (descry_sqlite_number(stmt, 1, -OFFSET, OFFSET, &number))
        metadata->taken_offset = (int)number;
    copy_text(stmt, 2, metadata->camera, sizeof metadata->camera);
    copy_text(stmt, 5, metadata->title, sizeof metadata->title);
    double latitude = get_degrees(stmt, 3, 90), longitude = get_degrees(stmt, 4, 180);
    if (!isnan(latitude) && !isnan(longitude)) {
        metadata->latitude = latitude;
        metadata->longitude = longitude;
    }
    sqlite3_reset(stmt);
    return 0;
}

/* ---- looks ----------------------------------------------------------------------------------------------------- */

/* A placeholder of another length is none. */
static int copy_placeholder(sqlite3_stmt *stmt, descry_row *row, descry_arena *arena, descry_error *err)
{
    const char *bytes;
    size_t size;
    if (!descry_sqlite_bytes(stmt, 4, DESCRY_PLACEHOLDER_SIZE, &bytes, &size) || size != DESCRY_PLACEHOLDER_SIZE)
        return 0;
    uint8_t *copy = descry_arena_alloc(arena, size, 1);
    if (!copy)
        return descry_fail_memory(err);
    memcpy(copy, bytes, size);
    row->placeholder = copy;
    return 0;
}

int descry_sqlite_looks(descry_sqlite *store, descry_row *row, descry_arena *arena, descry_error *err)
{
    static const char SQL[] = "SELECT sha256, width, height, orientation, placeholder FROM contents WHERE id = ?1";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_row(store, SQL, row->content, &stmt, err);
    if (rc != 1)
        return rc;
    const char *digest;
    size_t size;
    if (descry_sqlite_bytes(stmt, 0, DESCRY_SHA256_SIZE, &digest, &size) && size == DESCRY_SHA256_SIZE) {
        memcpy(row->sha256, digest, size);
        rc = 0;
    } else
        rc = descry_sqlite_damaged(store, "the digest of a picture", err);
    int64_t width, height, orientation;
    if (descry_sqlite_number(stmt, 1, 1, INT32_MAX, &width) && descry_sqlite_number(stmt, 2, 1, INT32_MAX, &height) &&
        descry_sqlite_number(stmt, 3, 1, 8, &orientation)) {
        row->width = (int)(orientation >= 5 ? height : width);
        row->height = (int)(orientation >= 5 ? width : height);
    }
    if (!rc)
        rc = copy_placeholder(stmt, row, arena, err);
    sqlite3_reset(stmt);
    return rc;
}

/* ---- vectors --------------------------------------------------------------------------------------------------- */

static int run_with_vector(descry_sqlite *store, const char *sql, int64_t recipe, const descry_put *item,
                           const void *row, size_t size, descry_error *err)
{
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, sql, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, recipe);
    sqlite3_bind_int64(stmt, 2, item->id);
    if (row) {
        sqlite3_bind_blob64(stmt, 3, row, size, SQLITE_STATIC);
        sqlite3_bind_int(stmt, 4, item->draft);
    }
    return descry_sqlite_run(store, stmt, err);
}

/* A vector is never updated, only deleted and inserted anew, so that scan files, which store no row numbers, detect it. */
int descry_sqlite_put_vector(descry_sqlite *store, const descry_recipe *recipe, descry_put *item, descry_error *err)
{
    static const char DRAFT[] = "DELETE FROM vectors WHERE recipe = ?1 AND content = ?2 AND draft = 1";
    static const char INSERT[] = "INSERT INTO vectors (recipe, content, f16, draft) VALUES (?1, ?2, ?3, ?4)"
                                 " ON CONFLICT (content, recipe) DO NOTHING";
    size_t size = store->codec->size((size_t)recipe->dim);
    void *row = descry_alloc(size, 1);
    if (!row)
        return descry_fail_memory(err);
    int rc = 0;
    if (!store->codec->pack(item->vector, (size_t)recipe->dim, row))
        rc = descry_fail(err, DESCRY_ERR_NUMERIC, "the embedding is not finite");
    if (!rc && item->anew)
        rc = run_with_vector(store, DRAFT, recipe->id, item, NULL, 0, err);
    if (!rc)
        rc = run_with_vector(store, INSERT, recipe->id, item, row, size, err);
    item->new_vector = !rc && sqlite3_changes(store->db) > 0;
    free(row);
    return rc;
}

int descry_sqlite_vector(descry_sqlite *store, const descry_recipe *recipe, int64_t content, float *vector, int *found,
                         descry_error *err)
{
    static const char SQL[] = "SELECT f16 FROM vectors WHERE content = ?1 AND recipe = ?2";
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
    if (!blob || size != store->codec->size((size_t)recipe->dim))
        rc = descry_sqlite_damaged(store, "a vector has a wrong length", err);
    else {
        store->codec->unpack(blob, (size_t)recipe->dim, vector);
        if (descry_sqlite_finite(vector, (size_t)recipe->dim))
            *found = 1;
        else
            rc = descry_sqlite_damaged(store, "a vector is not finite", err);
    }
    sqlite3_reset(stmt);
    return rc;
}

static const char COUNTS[] = "how many pictures it says there are";

int descry_sqlite_lacking(descry_store *base, const descry_recipe *recipe, uint64_t *count, descry_error *err)
{
    static const char SQL[] = "SELECT present, ifnull((SELECT present FROM counts WHERE recipe = ?1), 0)"
                              " FROM counts WHERE recipe = 0";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int64_t with, all;
    *count = 0;
    int rc = descry_sqlite_row(store, SQL, recipe->id, &stmt, err);
    if (rc < 0)
        return rc;
    rc = rc == 1 && descry_sqlite_number(stmt, 0, 0, INT64_MAX, &all) && descry_sqlite_number(stmt, 1, 0, all, &with)
             ? 0
             : descry_sqlite_damaged(store, COUNTS, err);
    if (!rc)
        *count = (uint64_t)(all - with);
    sqlite3_reset(stmt);
    return rc;
}

/* ---- status ---------------------------------------------------------------------------------------------------- */

int descry_sqlite_copy(descry_sqlite *store, sqlite3_stmt *stmt, int column, size_t most, descry_arena *arena,
                       const char **out, descry_error *err)
{
    const char *bytes;
    size_t size;
    if (!descry_sqlite_bytes(stmt, column, most, &bytes, &size))
        return descry_sqlite_damaged(store, "a name or path of a wrong kind or length", err);
    char *copy = descry_arena_alloc(arena, size + 1, 1);
    if (!copy)
        return descry_fail_memory(err);
    memcpy(copy, bytes, size);
    copy[size] = 0;
    *out = copy;
    return 0;
}

static int read_counts(descry_sqlite *store, descry_library_status *status, size_t *models, size_t *roots,
                       descry_error *err)
{
    /* Roots with a WHERE clause: without one SQLite counts in a loop that never calls its progress handler, and the pages of a
     * malicious table may form a cycle. */
    static const char SQL[] =
        "SELECT photos, missing, contents, captions, failed, sources, (SELECT count(*) FROM recipes WHERE vectors > 0),"
        " (SELECT count(*) FROM roots WHERE path >= X'') FROM counts WHERE recipe = 0";
    uint64_t *const counts[] = {&status->photos,   &status->missing, &status->contents,
                                &status->captions, &status->failed,  &status->sources};
    enum { NUMBERS = sizeof counts / sizeof *counts };
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_step(store, stmt, err);
    if (rc < 0)
        return rc;
    rc = rc == 1 ? 0 : descry_sqlite_damaged(store, COUNTS, err);
    for (int i = 0; i < NUMBERS && !rc; i++) {
        int64_t count;
        if (!descry_sqlite_number(stmt, i, 0, INT64_MAX, &count))
            rc = descry_sqlite_damaged(store, COUNTS, err);
        *counts[i] = (uint64_t)count;
    }
    *models = (size_t)sqlite3_column_int64(stmt, NUMBERS);
    *roots = (size_t)sqlite3_column_int64(stmt, NUMBERS + 1);
    sqlite3_reset(stmt);
    return rc;
}

static int read_model(descry_sqlite *store, sqlite3_stmt *stmt, descry_library_model *model, descry_arena *arena,
                      descry_error *err)
{
    int64_t dim, vectors, time;
    int rc = descry_sqlite_copy(store, stmt, 0, DESCRY_SQLITE_NAME, arena, &model->name, err);
    if (!rc)
        rc = descry_sqlite_copy(store, stmt, 1, DESCRY_RECIPE_HEX, arena, &model->recipe, err);
    if (!rc && (!descry_sqlite_number(stmt, 2, 1, DESCRY_SQLITE_DIM, &dim) ||
                !descry_sqlite_vectors(store, stmt, 3, dim, &vectors) ||
                !descry_sqlite_number(stmt, 4, 0, INT64_MAX, &time)))
        rc = descry_sqlite_damaged(store, "what it says of a model", err);
    if (rc)
        return rc;
    model->dim = (int)dim;
    model->vectors = (uint64_t)vectors;
    model->last_indexed = (uint64_t)time;
    return 0;
}

static int read_models(descry_sqlite *store, descry_library_model *models, size_t most, size_t *n, descry_arena *arena,
                       descry_error *err)
{
    static const char SQL[] = "SELECT name, digest, dim, vectors, last_indexed FROM recipes WHERE vectors > 0"
                              " ORDER BY last_indexed DESC, id DESC";
    sqlite3_stmt *stmt = NULL;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && *n < most && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        descry_library_model *model = &models[(*n)++];
        rc = read_model(store, stmt, model, arena, err);
    }
    if (stmt)
        sqlite3_reset(stmt);
    return rc;
}

static int read_roots(descry_sqlite *store, const char **roots, size_t most, size_t *n, descry_arena *arena,
                      descry_error *err)
{
    static const char SQL[] = "SELECT path FROM roots ORDER BY path";
    sqlite3_stmt *stmt = NULL;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    while (!rc && *n < most && (rc = descry_sqlite_step(store, stmt, err)) == 1)
        rc = descry_sqlite_copy(store, stmt, 0, DESCRY_SQLITE_PATH, arena, &roots[(*n)++], err);
    if (stmt)
        sqlite3_reset(stmt);
    return rc;
}

int descry_sqlite_status(descry_store *base, descry_library_status *status, descry_arena *arena, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    *status = (descry_library_status){0};
    size_t most_models = 0, most_roots = 0;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err); /* one snapshot for all */
    if (rc)
        return rc;
    rc = read_counts(store, status, &most_models, &most_roots, err);
    descry_library_model *models = descry_arena_alloc(arena, most_models, sizeof *models);
    const descry_library_model **pointers = descry_arena_alloc(arena, most_models, sizeof *pointers);
    const char **roots = descry_arena_alloc(arena, most_roots, sizeof *roots);
    if (!rc && (!models || !pointers || !roots))
        rc = descry_fail_memory(err);
    if (!rc)
        rc = read_models(store, models, most_models, &status->model_count, arena, err);
    if (!rc)
        rc = read_roots(store, roots, most_roots, &status->root_count, arena, err);
    for (size_t i = 0; !rc && i < status->model_count; i++)
        pointers[i] = &models[i];
    status->models = pointers;
    status->roots = roots;
    return descry_sqlite_leave(store, entered, rc, err);
}
