/* SPDX-License-Identifier: Apache-2.0
 * Limits on time and memory for an untrusted library file, set before anything in it is read. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

#include <math.h>
#include <sys/stat.h>

/* Steps of SQLite's virtual machine.  A picture takes more than 150 bytes of a library: its digest twice, its path twice,
 * what it is named in the full text.  To forget all pictures is the most that a statement does: 225 steps for each of
 * 20,000, so this is five times what is needed, and the constant (a second or less) is for small files. */
enum { STEPS_PER_BYTE = 8, STEPS = 20 * 1000 * 1000, SLICE = 100 * 1000 };

/* Of the library and its log. */
static int64_t size_of(const descry_sqlite *store)
{
    struct stat file, log;
    return (stat(store->path, &file) == 0 ? file.st_size : 0) + (stat(store->log_path, &log) == 0 ? log.st_size : 0);
}

/* The file may grow while it is open. */
static int has_steps_left(descry_sqlite *store, int64_t used)
{
    if (used > store->steps_allowed) {
        int64_t bytes = size_of(store);
        store->steps_allowed = bytes < (INT64_MAX - STEPS) / STEPS_PER_BYTE ? STEPS + STEPS_PER_BYTE * bytes : INT64_MAX;
    }
    return used <= store->steps_allowed;
}

/* SQLite's progress handler: not 0 interrupts the statement. */
static int on_progress(void *arg)
{
    descry_sqlite *store = arg;
    store->steps += SLICE;
    return !has_steps_left(store, store->steps);
}

int descry_sqlite_endless(descry_sqlite *store, sqlite3_stmt *stmt)
{
    return !has_steps_left(store, (uint32_t)sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 0));
}

int descry_sqlite_guard(descry_sqlite *store, descry_error *err)
{
    static const int LIMITS[][2] = {
        {SQLITE_LIMIT_LENGTH, DESCRY_SQLITE_VALUE}, {SQLITE_LIMIT_SQL_LENGTH, 100000}, {SQLITE_LIMIT_COLUMN, 100},
        {SQLITE_LIMIT_EXPR_DEPTH, 100},             {SQLITE_LIMIT_ATTACHED, 0},        {SQLITE_LIMIT_TRIGGER_DEPTH, 10},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    static const int SWITCHES[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},          {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    };
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++)
        sqlite3_limit(store->db, LIMITS[i][0], LIMITS[i][1]);
    for (size_t i = 0; i < sizeof SWITCHES / sizeof *SWITCHES; i++)
        if (sqlite3_db_config(store->db, SWITCHES[i][0], SWITCHES[i][1], NULL) != SQLITE_OK)
            return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this SQLite cannot be told to distrust it", store->path);
    sqlite3_progress_handler(store->db, SLICE, on_progress, store);
    return descry_sqlite_exec(store, "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON", err);
}

/* ---- columns ------------------------------------------------------------------------------------------------------- */

int descry_sqlite_damaged(const descry_sqlite *store, const char *what, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the library is damaged: %s", store->path, what);
}

int descry_sqlite_number(sqlite3_stmt *stmt, int column, int64_t least, int64_t most, int64_t *number)
{
    int type = sqlite3_column_type(stmt, column);
    *number = sqlite3_column_int64(stmt, column);
    return type == SQLITE_INTEGER && *number >= least && *number <= most;
}

int descry_sqlite_vectors(const descry_sqlite *store, sqlite3_stmt *stmt, int column, int64_t dim, int64_t *count)
{
    enum { UNWRITTEN = 64 << 20 }; /* more than SQLite keeps of a transaction before it writes */
    int64_t bytes = size_of(store) + UNWRITTEN;
    return descry_sqlite_number(stmt, column, 0, bytes / (dim * (int64_t)sizeof(uint16_t)), count);
}

int descry_sqlite_finite(const float *vector, size_t dim)
{
    for (size_t i = 0; i < dim; i++)
        if (!isfinite(vector[i]))
            return 0;
    return 1;
}

int descry_sqlite_bytes(sqlite3_stmt *stmt, int column, size_t most, const char **bytes, size_t *size)
{
    int type = sqlite3_column_type(stmt, column);
    *bytes = sqlite3_column_blob(stmt, column);
    *size = (size_t)sqlite3_column_bytes(stmt, column);
    if (!*bytes)
        *bytes = "";
    return (type == SQLITE_BLOB || type == SQLITE_TEXT) && *size <= most;
}
