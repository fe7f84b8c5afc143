/* SPDX-License-Identifier: Apache-2.0
 * Internals of the SQLite engine: its handle, and functions shared by its files. */
#ifndef DESCRY_STORE_SQLITE_SQLITE_H
#define DESCRY_STORE_SQLITE_SQLITE_H

#include "scan/rows.h"
#include "store/store.h"

#include <sqlite3.h>

enum {
    DESCRY_SQLITE_STATEMENTS = 92,
    DESCRY_SQLITE_VALUE = 64 << 20, /* bytes of a value at most: the file names of a picture with a million copies */
    DESCRY_SQLITE_PATH = 1 << 18,   /* of a path or source */
    DESCRY_SQLITE_NAME = 1 << 12,   /* of a model */
    DESCRY_SQLITE_DIM = 1 << 16     /* numbers of a vector */
};

typedef struct descry_sqlite {
    descry_store base; /* first: a descry_store is one of these */
    sqlite3 *db;
    char *path;
    char *log_path; /* of SQLite's write-ahead log */
    int read_only;
    int lock; /* descriptor of the lock file; -1: not held */
    descry_pool *pool;
    const descry_log *log;
    const descry_kernels *kernels;
    const descry_row_codec *codec; /* of vectors.f16, and of the rows of scan files */
    struct {
        const char *sql;
        sqlite3_stmt *stmt;
    } statements[DESCRY_SQLITE_STATEMENTS]; /* prepared when first used */
    int64_t steps, steps_allowed;           /* of the statement that runs (guard.c) */
    descry_rows *rows;                      /* the open scan file */
    int64_t rows_recipe;                    /* the recipe of its vectors */
    uint64_t generation;                    /* of the library, as far as this handle has seen */
    int64_t changes, others_changes;        /* what its two counters were then */
} descry_sqlite;

int descry_sqlite_error(descry_sqlite *store, descry_error *err); /* the last failure of the database */

/* Limits the resources that an untrusted file can make SQLite use; to be called first. */
int descry_sqlite_guard(descry_sqlite *store, descry_error *err);
int descry_sqlite_endless(descry_sqlite *store, sqlite3_stmt *stmt); /* 1: it took more steps than the size of the file allows */

/* Untrusted columns.  1: an integer within bounds; a blob or text that is not too long. */
int descry_sqlite_number(sqlite3_stmt *stmt, int column, int64_t least, int64_t most, int64_t *number);
int descry_sqlite_bytes(sqlite3_stmt *stmt, int column, size_t most, const char **bytes, size_t *size);
/* The same for a count of vectors: no more than fit the file. */
int descry_sqlite_vectors(const descry_sqlite *store, sqlite3_stmt *stmt, int column, int64_t dim, int64_t *count);
/* A copy of a blob or text, with a NUL behind it.  DESCRY_ERR_FORMAT: another kind, or too long. */
int descry_sqlite_copy(descry_sqlite *store, sqlite3_stmt *stmt, int column, size_t most, descry_arena *arena,
                       const char **out, descry_error *err);
int descry_sqlite_finite(const float *vector, size_t dim);
int descry_sqlite_damaged(const descry_sqlite *store, const char *what, descry_error *err); /* DESCRY_ERR_FORMAT */

/* The cached statement for `sql`, a literal (the key is its address), reset and with bindings cleared. */
int descry_sqlite_get(descry_sqlite *store, const char *sql, sqlite3_stmt **stmt, descry_error *err);

/* 1: a row, to be followed by another step or by sqlite3_reset; 0: done, and reset; or an error, and reset. */
int descry_sqlite_step(descry_sqlite *store, sqlite3_stmt *stmt, descry_error *err);

/* Both, with `id` bound to ?1: the first row; returns as descry_sqlite_step. */
int descry_sqlite_row(descry_sqlite *store, const char *sql, int64_t id, sqlite3_stmt **stmt, descry_error *err);
int descry_sqlite_run(descry_sqlite *store, sqlite3_stmt *stmt, descry_error *err); /* steps until done */
int descry_sqlite_exec(descry_sqlite *store, const char *sql, descry_error *err);

/* A transaction around several statements, unless one is open already.  leave() commits when rc is
 * 0 and rolls back otherwise; it returns rc or the error of the commit. */
int descry_sqlite_enter(descry_sqlite *store, const char *begin, int *entered, descry_error *err);
int descry_sqlite_enter_writing(descry_sqlite *store, int *entered, descry_error *err); /* DESCRY_ERR_IO: read-only */
int descry_sqlite_leave(descry_sqlite *store, int entered, int rc, descry_error *err);

/* Places at or under a path: the condition, and binding its three values. */
#define DESCRY_SQLITE_UNDER "path >= ?1 AND path < ?3 AND (path = ?1 OR path >= ?2)"
int descry_sqlite_bind_under(descry_sqlite *store, sqlite3_stmt *stmt, const char *path, descry_error *err);

/* Contents that match a filter (filter.c).  A content's representative is the lowest of its places that are not missing and
 * not in a bin or snapshot (base/aside.h); when all are in one, the lowest. */
typedef struct descry_sqlite_pair {
    int64_t content, place; /* place 0: any */
    int aside;              /* the place is in a bin or snapshot */
} descry_sqlite_pair;

typedef struct descry_sqlite_filter {
    int all;                   /* nothing is filtered out */
    descry_sqlite_pair *pairs; /* [count] in order of content */
    size_t count, capacity;
} descry_sqlite_filter;

/* Within a transaction; to be freed whatever it returns. */
int descry_sqlite_filter_read(descry_sqlite *store, descry_sqlite_filter *filter, const descry_filter *wanted,
                              descry_error *err);
void descry_sqlite_filter_free(descry_sqlite_filter *filter);
int descry_sqlite_filter_accepts(const descry_sqlite_filter *filter, int64_t content);
/* The representative of an accepted content: 0 when all of its places are missing. */
int descry_sqlite_filter_place(descry_sqlite *store, const descry_sqlite_filter *filter, int64_t content,
                               int64_t *place, descry_error *err);

/* The same with the representative of each, without contents whose places are all missing; never `all`.  Beforehand for all of
 * them: doing that for each place separately takes time quadratic in the number of copies. */
int descry_sqlite_standing_read(descry_sqlite *store, descry_sqlite_filter *standing, const descry_filter *wanted,
                                descry_error *err);

int descry_sqlite_list(descry_store *store, descry_list *list, descry_error *err);
void descry_sqlite_unlist(descry_store *store, descry_list *list);
int descry_sqlite_nearest(descry_store *store, const descry_recipe *recipe, const descry_nearest *query,
                          descry_hit **hits, size_t *count, descry_error *err);
void descry_sqlite_prepare(descry_store *store, const descry_recipe *recipe);
void descry_sqlite_remove_rows(descry_sqlite *store); /* the scan files, after a deletion */

int descry_sqlite_lock(descry_store *store, int alone, descry_buf *holder, descry_error *err);
void descry_sqlite_unlock(descry_store *store);
int descry_sqlite_claim(descry_store *store, const char *const *paths, size_t n, int64_t until, int *mine,
                        descry_error *err);
int descry_sqlite_put(descry_store *store, const descry_recipe *recipe, descry_put *items, size_t n, descry_error *err);
int descry_sqlite_put_person_caption(descry_store *store, int64_t content, const char *text, descry_error *err);
int descry_sqlite_put_captions(descry_store *store, const char *model, const char *recipe, descry_put_caption *items,
                               size_t n, descry_error *err);
int descry_sqlite_details(descry_store *store, const int64_t *ids, size_t n, const descry_wanted *wanted,
                          descry_row *rows, descry_arena *arena, descry_error *err);
int descry_sqlite_vectors_of(descry_store *store, const descry_recipe *recipe, const int64_t *contents, size_t n,
                             float *vectors, int *found, descry_error *err);
int descry_sqlite_add_root(descry_store *store, const char *path, descry_error *err);
int descry_sqlite_places(descry_store *store, const char *const *paths, size_t n, int64_t recipe, descry_place *places,
                         descry_error *err);
/* The place with this id, its path appended to *path; place->id 0 when there is none. */
int descry_sqlite_place_by_id(descry_sqlite *store, int64_t id, descry_place *place, descry_buf *path, descry_error *err);
/* Why the place with this id failed: nothing is appended when it did not, or when descry would not have written that. */
int descry_sqlite_reason(descry_sqlite *store, int64_t id, descry_buf *reason, descry_error *err);
int descry_sqlite_put_place(descry_sqlite *store, const descry_put *item, descry_error *err); /* after its content */
int descry_sqlite_content_at(descry_sqlite *store, const char *path, int64_t *content, descry_error *err); /* 0: none */
int descry_sqlite_mark_missing(descry_store *store, const char *path, int (*gone)(void *arg, const char *path),
                               void *arg, uint64_t *missing, descry_error *err);
int descry_sqlite_any_under(descry_store *store, const char *path, int *any, descry_error *err);
int descry_sqlite_forget(descry_store *store, const char *path, uint64_t *removed, descry_error *err);

int descry_sqlite_recipe(descry_store *store, const char *digest, const char *name, int dim, int create,
                         descry_recipe *recipe, descry_error *err);
int descry_sqlite_touch_recipe(descry_store *store, int64_t recipe, descry_error *err);
int descry_sqlite_contents(descry_store *store, const uint8_t *const *sha256, size_t n, int64_t recipe,
                           descry_known *known, descry_error *err);
/* SQL: whether the content's vector of this recipe was made from a draft. */
#define DESCRY_SQLITE_DRAFT(content, recipe)                                                                           \
    "EXISTS (SELECT 1 FROM vectors INDEXED BY vectors_draft WHERE vectors.content = " content " AND recipe = " recipe      \
    " AND draft = 1)"
/* Version of the metadata reader: incremented, all pictures' headers are read again. */
#define DESCRY_SQLITE_READING "3"
int descry_sqlite_put_content(descry_sqlite *store, const descry_content *content, int64_t *id, descry_error *err);
int descry_sqlite_put_metadata(descry_sqlite *store, int64_t content, const descry_metadata *metadata,
                               descry_error *err);
int descry_sqlite_metadata(descry_sqlite *store, int64_t content, descry_metadata *metadata, descry_error *err);
/* Reads size, placeholder and digest of row->content. */
int descry_sqlite_looks(descry_sqlite *store, descry_row *row, descry_arena *arena, descry_error *err);
int descry_sqlite_put_vector(descry_sqlite *store, const descry_recipe *recipe, descry_put *item, descry_error *err);
int descry_sqlite_vector(descry_sqlite *store, const descry_recipe *recipe, int64_t content, float *vector, int *found,
                         descry_error *err);
/* Appends the text, and the model's name; nothing when there is none. */
int descry_sqlite_caption(descry_sqlite *store, int64_t content, descry_buf *text, descry_buf *model, descry_error *err);
int descry_sqlite_uncaptioned(descry_store *store, const descry_filter *filter, int64_t **places, size_t *count,
                              descry_error *err);
int descry_sqlite_newest(descry_store *store, const descry_filter *filter, size_t k, descry_hit **hits, size_t *count,
                         descry_error *err);
int descry_sqlite_timeline(descry_store *store, const descry_filter *filter, descry_moment **moments, size_t *count,
                           descry_error *err);
int descry_sqlite_facet(descry_store *store, descry_facet facet, const descry_filter *filter, descry_group **groups,
                        size_t *count, descry_arena *arena, descry_error *err);
int descry_sqlite_generation(descry_store *store, uint64_t *number, descry_error *err);
/* The same time as descry_sqlite_metadata reads; DESCRY_NO_TIME: none that descry would have written. */
int64_t descry_sqlite_time(sqlite3_stmt *stmt, int column);
int descry_sqlite_words(descry_store *store, const descry_words *query, descry_hit **hits, size_t *count,
                        descry_error *err);
int descry_sqlite_words_are_stale(descry_sqlite *store, int *stale, descry_error *err);
int descry_sqlite_renew_words(descry_sqlite *store, descry_error *err); /* of changed contents, before a commit */
int descry_sqlite_lacking(descry_store *store, const descry_recipe *recipe, uint64_t *count, descry_error *err);
int descry_sqlite_calibration(descry_store *store, const descry_recipe *recipe, descry_calibration *calibration,
                              descry_error *err);
int descry_sqlite_put_calibration(descry_store *store, const descry_recipe *recipe,
                                  const descry_calibration *calibration, descry_error *err);
int descry_sqlite_sample(descry_store *store, const descry_recipe *recipe, size_t most, float **vectors, size_t *count,
                         descry_error *err);
int descry_sqlite_status(descry_store *store, descry_library_status *status, descry_arena *arena, descry_error *err);

int descry_sqlite_albums(descry_store *store, descry_album **albums, size_t *count, descry_arena *arena, descry_error *err);
int descry_sqlite_album(descry_store *store, const char *name, descry_album *album, descry_arena *arena, descry_error *err);
int descry_sqlite_create_album(descry_store *store, const char *name, const char *query, int64_t *id, descry_error *err);
int descry_sqlite_change_album(descry_store *store, int64_t id, const char *name, const char *query, descry_error *err);
int descry_sqlite_remove_album(descry_store *store, int64_t id, descry_error *err);
int descry_sqlite_fill_album(descry_store *store, int64_t id, const int64_t *contents, size_t n, int take,
                             descry_error *err);

#endif
