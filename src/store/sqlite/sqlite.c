/* SPDX-License-Identifier: Apache-2.0
 * The SQLite engine: opening, statements, transactions. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"
#include "store/sqlite/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MILLISECONDS = 10000, SMALLEST_PAGE = 512 };

/* ---- statements ------------------------------------------------------------------------------------------------ */

int descry_sqlite_error(descry_sqlite *store, descry_error *err)
{
    return descry_sqlite_fail(store->db, store->path, err);
}

int descry_sqlite_get(descry_sqlite *store, const char *sql, sqlite3_stmt **stmt, descry_error *err)
{
    size_t i = 0;
    *stmt = NULL; /* which sqlite3_reset takes, too */
    while (i < DESCRY_SQLITE_STATEMENTS && store->statements[i].sql && store->statements[i].sql != sql)
        i++;
    if (i == DESCRY_SQLITE_STATEMENTS)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: too many statements", store->path);
    if (!store->statements[i].sql) {
        if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i].stmt, NULL))
            return descry_sqlite_error(store, err);
        store->statements[i].sql = sql;
    }
    *stmt = store->statements[i].stmt;
    sqlite3_reset(*stmt);
    sqlite3_clear_bindings(*stmt);
    sqlite3_stmt_status(*stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
    return 0;
}

int descry_sqlite_step(descry_sqlite *store, sqlite3_stmt *stmt, descry_error *err)
{
    store->steps = 0;
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW && !descry_sqlite_endless(store, stmt))
        return 1;
    if (code == SQLITE_ROW) {
        sqlite3_reset(stmt);
        return descry_sqlite_damaged(store, "more rows than its size allows", err);
    }
    int rc = code == SQLITE_DONE ? 0 : descry_sqlite_error(store, err);
    sqlite3_reset(stmt);
    return rc;
}

int descry_sqlite_row(descry_sqlite *store, const char *sql, int64_t id, sqlite3_stmt **stmt, descry_error *err)
{
    int rc = descry_sqlite_get(store, sql, stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(*stmt, 1, id);
    return descry_sqlite_step(store, *stmt, err);
}

int descry_sqlite_run(descry_sqlite *store, sqlite3_stmt *stmt, descry_error *err)
{
    int rc;
    while ((rc = descry_sqlite_step(store, stmt, err)) == 1)
        ;
    return rc;
}

int descry_sqlite_exec(descry_sqlite *store, const char *sql, descry_error *err)
{
    store->steps = 0;
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : descry_sqlite_error(store, err);
}

int descry_sqlite_bind_under(descry_sqlite *store, sqlite3_stmt *stmt, const char *path, descry_error *err)
{
    int size = (int)strlen(path);
    if (size == 1 && path[0] == '/')
        size = 0;
    descry_buf end = {0};
    int rc = descry_buf_append(&end, path, (size_t)size, err);
    if (!rc)
        rc = descry_buf_append(&end, "/", 1, err);
    if (rc)
        return rc;
    int code = sqlite3_bind_blob(stmt, 1, end.data, size, SQLITE_TRANSIENT);
    if (!code)
        code = sqlite3_bind_blob(stmt, 2, end.data, size + 1, SQLITE_TRANSIENT);
    end.data[size] = '/' + 1;
    if (!code)
        code = sqlite3_bind_blob(stmt, 3, end.data, size + 1, SQLITE_TRANSIENT);
    descry_buf_free(&end);
    return code ? descry_sqlite_error(store, err) : 0;
}

/* ---- transactions ---------------------------------------------------------------------------------------------- */

/* SQLite saves the pages that a statement changes until it is done (the statement journal), from the first statement with more
 * than eight of them on in a file, which doubles the time of a transaction.  In memory only for writes that are bounded:
 * sorting an untrusted file, and deleting from it, may need more than there is. */
#define IN_MEMORY "PRAGMA temp_store = MEMORY; "
#define IN_FILES  "PRAGMA temp_store = FILE; "

static void rollback(descry_sqlite *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK; " IN_FILES, NULL, NULL, NULL);
}

/* When memory runs out while FTS5 reads its totals, SQLite rolls back before FTS5 has stored them as 0, which it then keeps
 * (3.40: vdbeaux.c, sqlite3VdbeHalt of the inner statement; fts5_storage.c, fts5StorageLoadTotals).  Rolling back another
 * transaction that FTS5 takes part in resets them. */
static void forget_totals(descry_sqlite *store)
{
    sqlite3_exec(store->db, "BEGIN; DELETE FROM words WHERE rowid = 0; ROLLBACK", NULL, NULL, NULL);
    rollback(store);
}

static int commit(descry_sqlite *store, descry_error *err)
{
    int rc = sqlite3_txn_state(store->db, NULL) == SQLITE_TXN_WRITE ? descry_sqlite_renew_words(store, err) : 0;
    if (!rc)
        rc = descry_sqlite_exec(store, "COMMIT; " IN_FILES, err);
    if (rc) {
        rollback(store);
        forget_totals(store);
    }
    return rc;
}

int descry_sqlite_enter(descry_sqlite *store, const char *sql, int *entered, descry_error *err)
{
    *entered = 0;
    if (!sqlite3_get_autocommit(store->db))
        return 0;
    int rc = descry_sqlite_exec(store, sql, err);
    *entered = rc == 0;
    return rc;
}

int descry_sqlite_enter_writing(descry_sqlite *store, int *entered, descry_error *err)
{
    *entered = 0;
    if (store->read_only)
        return descry_fail(err, DESCRY_ERR_IO, "%s: the library is read-only", store->path);
    int rc = descry_sqlite_enter(store, IN_MEMORY "BEGIN IMMEDIATE", entered, err);
    if (rc)
        sqlite3_exec(store->db, IN_FILES, NULL, NULL, NULL);
    return rc;
}

int descry_sqlite_leave(descry_sqlite *store, int entered, int rc, descry_error *err)
{
    if (!entered)
        return rc;
    if (rc == 0)
        return commit(store, err);
    rollback(store);
    if (rc == DESCRY_ERR_MEMORY && !store->read_only)
        forget_totals(store);
    return rc;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static void close_store(descry_store *base)
{
    descry_sqlite *store = (descry_sqlite *)base;
    descry_sqlite_unlock(base);
    rollback(store);
    descry_rows_close(&store->rows);
    for (size_t i = 0; i < DESCRY_SQLITE_STATEMENTS; i++)
        sqlite3_finalize(store->statements[i].stmt);
    sqlite3_close(store->db);
    free(store->path);
    free(store->log_path);
    free(store);
}

static const char *get_path(const descry_store *base)
{
    return ((const descry_sqlite *)base)->path;
}

static int is_read_only(const descry_store *base)
{
    return ((const descry_sqlite *)base)->read_only;
}

/* 1 or 0, or an error. */
static int folder_is_writable(const char *path, descry_error *err)
{
    char *folder = strdup(path);
    if (!folder)
        return descry_fail_memory(err);
    char *slash = strrchr(folder, '/');
    slash[slash == folder] = 0;
    int writable = access(folder, W_OK) == 0;
    free(folder);
    return writable;
}

/* Opens with a "file:" URI, as immutable: for a library in a folder where SQLite cannot create its -shm file.  Nobody can be
 * writing there while there is no write-ahead log. */
static int open_immutable(descry_sqlite *store, descry_error *err)
{
    descry_buf uri = {0};
    int rc = descry_buf_printf(&uri, err, "file://");
    for (const char *p = store->path; *p && !rc; p++)
        rc = descry_buf_printf(&uri, err, strchr("%?#", *p) ? "%%%02X" : "%c", (unsigned char)*p);
    if (!rc)
        rc = descry_buf_printf(&uri, err, "?immutable=1");
    if (!rc && sqlite3_open_v2(uri.data, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
                               NULL) != SQLITE_OK)
        rc = descry_sqlite_error(store, err);
    descry_buf_free(&uri);
    return rc;
}

/* 1: no such file beside the library, or an empty one; 0: it has content; else an error. */
static int is_empty_or_absent(const char *path, const char *suffix, descry_error *err)
{
    descry_buf name = {0};
    struct stat st;
    int rc = descry_buf_printf(&name, err, "%s%s", path, suffix);
    if (!rc)
        rc = stat(name.data, &st) != 0 || st.st_size == 0;
    descry_buf_free(&name);
    return rc;
}

/* SQLite treats a file of less than a page as an empty database, and a truncated page as padded with zeros.  While there is
 * a log or journal to be replayed, the size proves nothing.  Read through SQLite: closing another descriptor of
 * the file would give up all locks of this process on it (fcntl(2)), those of other handles, too. */
static int check_size(descry_sqlite *store, descry_error *err)
{
    sqlite3_file *get_path = NULL;
    struct stat st;
    uint8_t heading[SMALLEST_PAGE];
    int without = is_empty_or_absent(store->path, "-wal", err);
    if (without > 0)
        without = is_empty_or_absent(store->path, "-journal", err);
    if (without <= 0)
        return without;
    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &get_path) != SQLITE_OK || !get_path ||
        !get_path->pMethods || stat(store->path, &st) != 0)
        return descry_fail(err, DESCRY_ERR_IO, "%s: cannot be read", store->path);
    const off_t size = st.st_size; /* SQLite reports 0 for a single byte */
    if (size == 0)
        return 0;
    off_t page = 0; /* bytes 16 and 17 of the header; 1 stands for 65536 */
    if (size >= SMALLEST_PAGE && get_path->pMethods->xRead(get_path, heading, sizeof heading, 0) == SQLITE_OK &&
        memcmp(heading, "SQLite format 3", 16) == 0)
        page = heading[16] << 8 | heading[17];
    if (size < SMALLEST_PAGE || (page >= SMALLEST_PAGE && size % page) || (page == 1 && size % 65536))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a descry library, or cut off", store->path);
    return 0;
}

/* SQLite writes to these, truncates and deletes them without checking their owner. */
static int check_beside(const char *path, const char *suffix, descry_error *err)
{
    descry_buf name = {0};
    struct stat st;
    int rc = descry_buf_printf(&name, err, "%s%s", path, suffix);
    if (!rc && lstat(name.data, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_nlink != 1))
        rc = descry_fail(err, DESCRY_ERR_IO, "%s: a link, or no regular file: not written to", name.data);
    descry_buf_free(&name);
    return rc;
}

/* A journal of a transaction over several databases ends with the name of a super-journal, which SQLite then deletes, and
 * this magic number (sqlite.org/fileformat2.html, 3, and pager.c).  Descry makes no such transactions. */
static int check_journal(const char *path, descry_error *err)
{
    static const uint8_t MAGIC[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    descry_buf name = {0};
    descry_map map = {0};
    int rc = descry_buf_printf(&name, err, "%s-journal", path);
    int without = rc ? rc : is_empty_or_absent(path, "-journal", err);
    if (without <= 0)
        rc = without ? without : descry_map_open(&map, name.data, err);
    if (!rc && map.size > 2 * sizeof MAGIC && memcmp(map.data + map.size - sizeof MAGIC, MAGIC, sizeof MAGIC) == 0)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: a journal of several databases: not a library's", name.data);
    descry_map_close(&map);
    descry_buf_free(&name);
    return rc;
}

/* Decides how to open the file and opens it. */
static int open_database(descry_sqlite *store, const descry_store_options *options, descry_error *err)
{
    struct stat st;
    int exists = stat(store->path, &st) == 0;
    if (!exists && errno != ENOENT)
        return descry_fail_errno(err, errno, "%s", store->path);
    int writable = folder_is_writable(store->path, err);
    if (writable < 0)
        return writable;
    if (!exists && (options->read_only || !options->create))
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no library", store->path);
    if (exists && !S_ISREG(st.st_mode))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a descry library: not a regular file", store->path);
    if (exists && access(store->path, R_OK) != 0)
        return descry_fail_errno(err, errno, "%s", store->path);
    static const char *const BESIDE[] = {"-journal", "-wal", "-shm"};
    int rc = 0;
    for (size_t i = 0; i < sizeof BESIDE / sizeof *BESIDE && !rc; i++)
        rc = check_beside(store->path, BESIDE[i], err);
    if (!rc)
        rc = check_journal(store->path, err);
    if (rc)
        return rc;
    store->read_only = options->read_only || (exists && (!writable || access(store->path, W_OK) != 0));
    if (store->read_only && !writable && (rc = is_empty_or_absent(store->path, "-wal", err)) != 0)
        return rc < 0 ? rc : open_immutable(store, err);
    if (!exists) { /* paths and captions are private; the files that SQLite creates beside it get the same mode */
        int fd = open(store->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            return descry_fail_errno(err, errno, "%s", store->path);
        if (fd >= 0)
            close(fd);
    }
    int flags = store->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(store->path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return descry_sqlite_error(store, err);
    return 0;
}

/* Words of contents that another program has changed. */
static int renew_stale_words(descry_sqlite *store, descry_error *err)
{
    int stale, entered, rc = descry_sqlite_words_are_stale(store, &stale, err);
    if (rc || !stale)
        return rc;
    rc = descry_sqlite_enter(store, "BEGIN IMMEDIATE", &entered, err);
    return descry_sqlite_leave(store, entered, rc, err);
}

static int prepare_database(descry_sqlite *store, int create, descry_error *err)
{
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, BUSY_MILLISECONDS);
    int rc = descry_sqlite_guard(store, err);
    if (!rc)
        rc = descry_schema_prepare(store->db, store->path, create, store->read_only, err);
    if (rc)
        return rc;
    /* a file system without shared memory keeps a rollback journal: slower, but as safe */
    if (!store->read_only)
        rc = descry_sqlite_exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", err);
    if (!rc)
        rc = descry_sqlite_exec(store, "PRAGMA foreign_keys = ON", err);
    return rc || store->read_only ? rc : renew_stale_words(store, err);
}

static const descry_store_ops OPS = {
    .close = close_store,
    .file = get_path,
    .is_read_only = is_read_only,
    .lock = descry_sqlite_lock,
    .unlock = descry_sqlite_unlock,
    .claim = descry_sqlite_claim,
    .recipe = descry_sqlite_recipe,
    .touch_recipe = descry_sqlite_touch_recipe,
    .add_root = descry_sqlite_add_root,
    .places = descry_sqlite_places,
    .contents = descry_sqlite_contents,
    .put = descry_sqlite_put,
    .put_person_caption = descry_sqlite_put_person_caption,
    .put_captions = descry_sqlite_put_captions,
    .mark_missing = descry_sqlite_mark_missing,
    .any_under = descry_sqlite_any_under,
    .details = descry_sqlite_details,
    .vectors = descry_sqlite_vectors_of,
    .list = descry_sqlite_list,
    .unlist = descry_sqlite_unlist,
    .uncaptioned = descry_sqlite_uncaptioned,
    .words = descry_sqlite_words,
    .newest = descry_sqlite_newest,
    .timeline = descry_sqlite_timeline,
    .facet = descry_sqlite_facet,
    .generation = descry_sqlite_generation,
    .nearest = descry_sqlite_nearest,
    .prepare = descry_sqlite_prepare,
    .lacking = descry_sqlite_lacking,
    .calibration = descry_sqlite_calibration,
    .put_calibration = descry_sqlite_put_calibration,
    .sample = descry_sqlite_sample,
    .status = descry_sqlite_status,
    .forget = descry_sqlite_forget,
    .albums = descry_sqlite_albums,
    .album = descry_sqlite_album,
    .create_album = descry_sqlite_create_album,
    .change_album = descry_sqlite_change_album,
    .remove_album = descry_sqlite_remove_album,
    .fill_album = descry_sqlite_fill_album,
};

int descry_store_open_sqlite(descry_store **out, const char *path, const descry_store_options *options,
                             descry_error *err)
{
    *out = NULL;
    if (path[0] != '/')
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: not an absolute path", path);
    descry_sqlite *store = calloc(1, sizeof *store);
    if (!store)
        return descry_fail_memory(err);
    store->path = strdup(path);
    store->log_path = malloc(strlen(path) + sizeof "-wal");
    store->base.ops = &OPS;
    store->pool = options->pool;
    store->log = options->log;
    store->kernels = options->kernels;
    store->codec = &descry_row_f16;
    store->lock = -1;
    int rc = store->path && store->log_path ? 0 : descry_fail_memory(err);
    if (!rc) {
        strcat(strcpy(store->log_path, path), "-wal");
        rc = open_database(store, options, err);
    }
    if (!rc)
        rc = check_size(store, err);
    if (!rc)
        rc = prepare_database(store, options->create, err);
    if (rc) {
        if (store->db)
            close_store(&store->base);
        else {
            free(store->path);
            free(store->log_path);
            free(store);
        }
        return rc;
    }
    *out = &store->base;
    return 0;
}
