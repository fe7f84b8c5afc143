/* SPDX-License-Identifier: Apache-2.0
 * The tables of a library file, and how older ones become them. */
#ifndef DESCRY_STORE_SCHEMA_H
#define DESCRY_STORE_SCHEMA_H

#include "descry.h"

#include <sqlite3.h>

enum {
    DESCRY_SCHEMA_ID = 0x44534352, /* PRAGMA application_id: "DSCR" */
    DESCRY_SCHEMA_VERSION = 4      /* PRAGMA user_version */
};

/* Checks that `db` is a library and brings it to the present version, in one transaction.  An empty database becomes a
 * new library when `create`.  With read_only nothing is changed.  `path` is for messages.
 * DESCRY_ERR_FORMAT: not a library; DESCRY_ERR_UNSUPPORTED: of a newer descry, or older and read-only. */
int descry_schema_prepare(sqlite3 *db, const char *path, int create, int read_only, descry_error *err);

/* DESCRY_ERR_ code for the last failure of `db`, with a message that names the file and the reason. */
int descry_sqlite_fail(sqlite3 *db, const char *path, descry_error *err);

#endif
