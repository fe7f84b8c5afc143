/* SPDX-License-Identifier: Apache-2.0
 * SQL functions that split texts into words. */
#include "store/sqlite/schema.h"
#include "text/words.h"

#include <string.h>

enum { MOST = 1 << 20 }; /* bytes of a text that are indexed */

static void put_words(sqlite3_context *ctx, const char *text, size_t size)
{
    descry_buf words = {0};
    if (descry_words_index(&words, text, size < MOST ? size : MOST, NULL))
        sqlite3_result_error_nomem(ctx);
    else
        sqlite3_result_text(ctx, words.data ? words.data : "", (int)words.size, SQLITE_TRANSIENT);
    descry_buf_free(&words);
}

static void words_of_text(sqlite3_context *ctx, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    (void)count;
    if (text)
        put_words(ctx, text, (size_t)sqlite3_value_bytes(values[0]));
}

/* Of the file name, after the last slash. */
static void words_of_name(sqlite3_context *ctx, int count, sqlite3_value **values)
{
    const char *path = sqlite3_value_blob(values[0]);
    size_t size = (size_t)sqlite3_value_bytes(values[0]), first = size;
    (void)count;
    while (path && first > 0 && path[first - 1] != '/')
        first--;
    if (path)
        put_words(ctx, path + first, size - first);
}

int descry_schema_functions(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    int code = sqlite3_create_function(db, "descry_words", 1, flags, NULL, words_of_text, NULL, NULL);
    return code ? code : sqlite3_create_function(db, "descry_name_words", 1, flags, NULL, words_of_name, NULL, NULL);
}
