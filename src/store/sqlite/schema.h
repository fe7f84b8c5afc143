/* SPDX-License-Identifier: Apache-2.0
 * The tables of a library file, and their migration from older versions. */
#ifndef DESCRY_STORE_SQLITE_SCHEMA_H
#define DESCRY_STORE_SQLITE_SCHEMA_H

#include "base/file.h"

#include <sqlite3.h>

enum {
    DESCRY_SCHEMA_ID = 0x44534352, /* PRAGMA application_id: "DSCR" */
    DESCRY_SCHEMA_VERSION = 9      /* PRAGMA user_version */
};

/* Rebuilds the words of the contents in words_stale, within the transaction that changed them: of all captions, of the
 * names of present files, of the title, as text/words.h splits them.  Not by triggers: those may use FTS5 only in a trusted
 * schema (SQLite before 3.41), and a library may come from anyone. */
#define DESCRY_SCHEMA_WORDS                                                                                            \
    "DELETE FROM words WHERE rowid IN (SELECT content FROM words_stale);"                                              \
    "INSERT INTO words (rowid, captions, names, title) SELECT id,"                                                     \
    "  (SELECT group_concat(descry_words(text), ' ') FROM captions WHERE content = contents.id),"                      \
    "  (SELECT group_concat(descry_name_words(path), ' ') FROM places WHERE content = contents.id AND missing = 0),"   \
    "  descry_words(title) FROM contents WHERE id IN (SELECT content FROM words_stale);"                               \
    "DELETE FROM words_stale;"

/* Registers its SQL functions, for direct use only (SQLITE_DIRECTONLY): no schema may call them.  Returns SQLite's code. */
int descry_schema_functions(sqlite3 *db);

/* Checks that `db` is a library and migrates it to the present version, in one transaction.  An empty database becomes a
 * new library when `create`.  With read_only nothing is changed.  `path` is for messages.
 * DESCRY_ERR_FORMAT: not a library, or with other tables than it should have; DESCRY_ERR_UNSUPPORTED: of a newer descry,
 * or older and read-only. */
int descry_schema_prepare(sqlite3 *db, const char *path, int create, int read_only, descry_error *err);

/* Runs the migrations between two versions, within the caller's transaction; returns SQLite's code. */
int descry_schema_make(sqlite3 *db, int64_t from, int64_t to);

/* DESCRY_ERR_FORMAT when the tables, indexes and triggers are not those of a library of this version, or there are others:
 * only what ANALYZE makes is allowed besides.  Their SQL may differ in whitespace, comments, quotes around names and the case of
 * letters. */
int descry_schema_check(sqlite3 *db, int64_t version, const char *path, descry_error *err);

/* SHA-256 of all that; descry_schema_present is that of DESCRY_SCHEMA_VERSION.  It only speeds up the check: a library
 * with another digest is compared with one made in memory. */
int descry_schema_digest(sqlite3 *db, const char *path, char hex[DESCRY_SHA256_HEX], descry_error *err);
extern const char descry_schema_present[DESCRY_SHA256_HEX];

/* DESCRY_ERR_ code for the last failure of `db`, with a message that names the file and the reason. */
int descry_sqlite_fail(sqlite3 *db, const char *path, descry_error *err);

#endif
