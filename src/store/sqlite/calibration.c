/* SPDX-License-Identifier: Apache-2.0
 * Calibrations, one for each recipe, and the sample of vectors that they are computed from. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

int descry_sqlite_calibration(descry_store *base, const descry_recipe *recipe, descry_calibration *calibration,
                              descry_error *err)
{
    static const char SQL[] = "SELECT version, vectors, best, deviation, text, picture FROM calibrations WHERE recipe = ?1";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    *calibration = (descry_calibration){0};
    int rc = descry_sqlite_row(store, SQL, recipe->id, &stmt, err);
    if (rc != 1)
        return rc;
    int64_t version, vectors;
    double numbers[4];
    int right = descry_sqlite_number(stmt, 0, 1, INT32_MAX, &version) &&
                descry_sqlite_number(stmt, 1, 0, INT64_MAX, &vectors);
    for (int i = 0; i < 4; i++) {
        numbers[i] = sqlite3_column_double(stmt, 2 + i);
        right &= sqlite3_column_type(stmt, 2 + i) == SQLITE_FLOAT && isfinite(numbers[i]);
    }
    if (right) /* else treated as absent: it is computed again */
        *calibration = (descry_calibration){(int)version, (uint64_t)vectors, numbers[0], numbers[1], numbers[2], numbers[3]};
    sqlite3_reset(stmt);
    return 0;
}

int descry_sqlite_put_calibration(descry_store *base, const descry_recipe *recipe,
                                  const descry_calibration *calibration, descry_error *err)
{
    static const char SQL[] = "INSERT OR REPLACE INTO calibrations (recipe, version, vectors, best, deviation, text, picture)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, recipe->id);
    sqlite3_bind_int(stmt, 2, calibration->version);
    sqlite3_bind_int64(stmt, 3, (int64_t)calibration->vectors);
    sqlite3_bind_double(stmt, 4, calibration->best);
    sqlite3_bind_double(stmt, 5, calibration->deviation);
    sqlite3_bind_double(stmt, 6, calibration->text);
    sqlite3_bind_double(stmt, 7, calibration->picture);
    return descry_sqlite_run(store, stmt, err);
}

/* Every n-th row; the others are stepped over without reading their columns. */
static int read_sample(descry_sqlite *store, const descry_recipe *recipe, sqlite3_stmt *stmt, size_t most,
                       float *vectors, size_t *count, descry_error *err)
{
    size_t dim = (size_t)recipe->dim;
    uint64_t total = recipe->vectors, seen = 0;
    int rc = 0;
    for (; *count < most && (rc = descry_sqlite_step(store, stmt, err)) == 1; seen++) {
        if (seen * most < *count * total)
            continue;
        const void *blob = sqlite3_column_blob(stmt, 0);
        if (!blob || (size_t)sqlite3_column_bytes(stmt, 0) != store->codec->size(dim)) {
            sqlite3_reset(stmt);
            return descry_sqlite_damaged(store, "a vector has a wrong length", err);
        }
        store->codec->unpack(blob, dim, vectors + *count * dim);
        if (!descry_sqlite_finite(vectors + (*count)++ * dim, dim)) {
            sqlite3_reset(stmt);
            return descry_sqlite_damaged(store, "a vector is not finite", err);
        }
    }
    sqlite3_reset(stmt);
    return rc < 0 ? rc : 0;
}

int descry_sqlite_sample(descry_store *base, const descry_recipe *recipe, size_t most, float **vectors, size_t *count,
                         descry_error *err)
{
    static const char SQL[] = "SELECT f16 FROM vectors WHERE recipe = ?1 ORDER BY id";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    *count = 0;
    *vectors = NULL;
    if (most > recipe->vectors)
        most = (size_t)recipe->vectors;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    *vectors = descry_alloc(most ? most : 1, (size_t)recipe->dim * sizeof **vectors);
    if (!*vectors)
        return descry_fail_memory(err);
    sqlite3_bind_int64(stmt, 1, recipe->id);
    rc = read_sample(store, recipe, stmt, most, *vectors, count, err);
    if (rc) {
        free(*vectors);
        *vectors = NULL;
    }
    return rc;
}
