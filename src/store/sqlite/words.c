/* SPDX-License-Identifier: Apache-2.0
 * Captions, full-text search of captions, names and titles, and the list by date.  How the table `words` is maintained: schema.h. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"
#include "store/sqlite/schema.h"
#include "text/words.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- captions -------------------------------------------------------------------------------------------------- */

static int append_column(descry_buf *to, descry_sqlite *store, sqlite3_stmt *stmt, int column, size_t most,
                         descry_error *err)
{
    const char *bytes;
    size_t size;
    if (sqlite3_column_type(stmt, column) == SQLITE_NULL)
        return 0;
    if (!descry_sqlite_bytes(stmt, column, most, &bytes, &size))
        return descry_sqlite_damaged(store, "a caption of a wrong kind or length", err);
    return descry_buf_append(to, bytes, size, err);
}

int descry_sqlite_caption(descry_sqlite *store, int64_t content, descry_buf *text, descry_buf *model, descry_error *err)
{
    static const char SQL[] = "SELECT text, CASE author WHEN 'model' THEN model END FROM captions WHERE content = ?1"
                              " ORDER BY author = 'person' DESC, id DESC LIMIT 1";
    sqlite3_stmt *stmt;
    int rc = descry_sqlite_row(store, SQL, content, &stmt, err);
    if (rc != 1)
        return rc;
    rc = append_column(text, store, stmt, 0, DESCRY_CAPTION_SIZE, err);
    if (!rc)
        rc = append_column(model, store, stmt, 1, DESCRY_SQLITE_NAME, err);
    sqlite3_reset(stmt);
    return rc;
}

static int check_size(const char *text, descry_error *err)
{
    size_t size = strlen(text);
    return size <= DESCRY_CAPTION_SIZE
               ? 0
               : descry_fail(err, DESCRY_ERR_LIMIT, "a caption of %zu bytes: at most %d", size, DESCRY_CAPTION_SIZE);
}

static int put_caption(descry_sqlite *store, const char *model, const char *recipe, descry_put_caption *item,
                       descry_error *err)
{
    static const char SQL[] = "INSERT INTO captions (content, author, model, recipe, text, written)"
                              " SELECT ?1, 'model', ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM contents WHERE id = ?1)"
                              " AND NOT EXISTS (SELECT 1 FROM captions WHERE content = ?1)";
    sqlite3_stmt *stmt;
    const char *text = item->text;
    item->written = 0;
    int rc = check_size(text, err);
    if (!rc)
        rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (rc)
        return rc;
    sqlite3_bind_int64(stmt, 1, item->content);
    sqlite3_bind_text(stmt, 2, model, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, recipe, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 5, (int64_t)time(NULL));
    rc = descry_sqlite_run(store, stmt, err);
    item->written = !rc && sqlite3_changes(store->db) > 0;
    return rc;
}

int descry_sqlite_put_captions(descry_store *base, const char *model, const char *recipe, descry_put_caption *items,
                               size_t n, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, rc = descry_sqlite_enter_writing(store, &entered, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++)
        rc = put_caption(store, model, recipe, &items[i], err);
    return descry_sqlite_leave(store, entered, rc, err);
}

int descry_sqlite_put_person_caption(descry_store *base, int64_t content, const char *text, descry_error *err)
{
    static const char DELETE[] = "DELETE FROM captions WHERE content = ?1 AND author = 'person'";
    static const char INSERT[] = "INSERT INTO captions (content, author, text, written)"
                                 " SELECT ?1, 'person', ?2, ?3 WHERE EXISTS (SELECT 1 FROM contents WHERE id = ?1)";
    descry_sqlite *store = (descry_sqlite *)base;
    sqlite3_stmt *stmt;
    int entered, rc = text ? check_size(text, err) : 0;
    if (!rc)
        rc = descry_sqlite_enter_writing(store, &entered, err);
    if (rc)
        return rc;
    rc = descry_sqlite_get(store, DELETE, &stmt, err);
    if (!rc) {
        sqlite3_bind_int64(stmt, 1, content);
        rc = descry_sqlite_run(store, stmt, err);
    }
    if (!rc && text)
        rc = descry_sqlite_get(store, INSERT, &stmt, err);
    if (!rc && text) {
        sqlite3_bind_int64(stmt, 1, content);
        sqlite3_bind_text(stmt, 2, text, -1, SQLITE_STATIC);
        sqlite3_bind_int64(stmt, 3, (int64_t)time(NULL));
        rc = descry_sqlite_run(store, stmt, err);
    }
    return descry_sqlite_leave(store, entered, rc, err);
}

typedef struct hits {
    descry_hit *items;
    size_t count, room;
} hits;

static int add_hit(hits *to, const descry_hit *hit, descry_error *err)
{
    if (to->count == to->room) {
        size_t room = to->room ? 2 * to->room : 64;
        descry_hit *items = descry_realloc(to->items, room, sizeof *items);
        if (!items)
            return descry_fail_memory(err);
        to->items = items;
        to->room = room;
    }
    to->items[to->count++] = *hit;
    return 0;
}

/* At most k rows of `sql`, contents and their scores, that match `wanted`. */
static int collect(descry_sqlite *store, const char *sql, const char *match, const descry_filter *wanted, size_t k,
                   hits *to, descry_error *err)
{
    descry_sqlite_filter filter;
    sqlite3_stmt *stmt = NULL;
    int rc = descry_sqlite_filter_read(store, &filter, wanted, err);
    if (!rc)
        rc = descry_sqlite_get(store, sql, &stmt, err);
    if (!rc && match)
        sqlite3_bind_text(stmt, 1, match, -1, SQLITE_STATIC);
    while (!rc && to->count < k && (rc = descry_sqlite_step(store, stmt, err)) == 1) {
        descry_hit hit = {(float)sqlite3_column_double(stmt, 1), 0, sqlite3_column_int64(stmt, 0)};
        rc = 0;
        if (descry_sqlite_filter_accepts(&filter, hit.content))
            rc = descry_sqlite_filter_place(store, &filter, hit.content, &hit.id, err);
        if (!rc && hit.id)
            rc = add_hit(to, &hit, err);
    }
    if (stmt)
        sqlite3_reset(stmt);
    descry_sqlite_filter_free(&filter);
    return rc;
}

int descry_sqlite_uncaptioned(descry_store *base, const descry_filter *wanted, int64_t **places, size_t *count,
                              descry_error *err)
{
    static const char SQL[] = "SELECT DISTINCT content, 0 FROM places WHERE content IS NOT NULL AND missing = 0"
                              " AND source = 0 AND NOT EXISTS"
                              " (SELECT 1 FROM captions WHERE captions.content = places.content) ORDER BY content";
    descry_sqlite *store = (descry_sqlite *)base;
    hits all = {0};
    *places = NULL;
    *count = 0;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    rc = descry_sqlite_leave(store, entered, collect(store, SQL, NULL, wanted, SIZE_MAX, &all, err), err);
    if (!rc && !(*places = descry_alloc(all.count + 1, sizeof **places)))
        rc = descry_fail_memory(err);
    for (size_t i = 0; !rc && i < all.count; i++)
        (*places)[(*count)++] = all.items[i].id;
    free(all.items);
    return rc;
}

enum { MANY = 4096 }; /* from so many on it is faster to sort all than to look up the place of each */

static int newest_of_all(descry_store *base, const descry_filter *wanted, size_t k, descry_hit **found, size_t *count,
                         descry_error *err)
{
    descry_moment *moments;
    size_t n;
    int rc = descry_sqlite_timeline(base, wanted, &moments, &n, err);
    n = n < k ? n : k;
    if (!rc && !(*found = descry_alloc(n + 1, sizeof **found)))
        rc = descry_fail_memory(err);
    for (; !rc && *count < n; ++*count)
        (*found)[*count] = (descry_hit){0, moments[*count].id, moments[*count].content};
    free(moments);
    return rc;
}

int descry_sqlite_newest(descry_store *base, const descry_filter *wanted, size_t k, descry_hit **found, size_t *count,
                         descry_error *err)
{
    static const char DATED[] = "SELECT id, 0 FROM contents WHERE taken IS NOT NULL ORDER BY taken DESC, id DESC"; /* by an index */
    static const char UNDATED[] = "SELECT id, 0 FROM contents WHERE taken IS NULL ORDER BY id DESC";
    descry_sqlite *store = (descry_sqlite *)base;
    hits all = {0};
    *found = NULL;
    *count = 0;
    if (k > MANY)
        return newest_of_all(base, wanted, k, found, count, err);
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    rc = collect(store, DATED, NULL, wanted, k, &all, err);
    if (!rc && all.count < k)
        rc = collect(store, UNDATED, NULL, wanted, k, &all, err);
    rc = descry_sqlite_leave(store, entered, rc, err);
    if (rc) {
        free(all.items);
        return rc;
    }
    *found = all.items;
    *count = all.count;
    return 0;
}

/* ---- the full text --------------------------------------------------------------------------------------------- */

enum { MOST_TOKENS = 1000 }; /* FTS5 opens a cursor for each of them at once */

/* The query in FTS5's syntax: each word a quoted phrase of the words that the index has for it, which contain neither quotes
 * nor operators; an asterisk after it makes it a prefix.  *tokens: tokens in all. */
static int write_match(descry_buf *match, const descry_words *query, size_t *tokens, descry_error *err)
{
    descry_buf phrase = {0};
    int rc = 0;
    *tokens = 0;
    for (size_t i = 0; i < query->count && !rc; i++) {
        size_t count;
        int begins;
        phrase.size = 0;
        rc = descry_words_phrase(&phrase, query->words[i], strlen(query->words[i]), &count, &begins, err);
        if (rc || count == 0)
            continue;
        const char *join = *tokens == 0 ? "" : query->any ? " OR " : " AND ";
        *tokens += count;
        if (*tokens > MOST_TOKENS)
            rc = descry_fail(err, DESCRY_ERR_LIMIT, "the words to look for are too long");
        else
            rc = descry_buf_printf(match, err, "%s\"%s\"%s", join, phrase.data, begins ? " *" : "");
    }
    descry_buf_free(&phrase);
    return rc;
}

int descry_sqlite_words(descry_store *base, const descry_words *query, descry_hit **found, size_t *count,
                        descry_error *err)
{
    /* FTS5's bm25: lower is better */
    static const char SQL[] = "SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ?1"
                              " ORDER BY score DESC, rowid";
    descry_sqlite *store = (descry_sqlite *)base;
    descry_buf match = {0};
    hits all = {0};
    *found = NULL;
    *count = 0;
    size_t tokens;
    int entered, rc = write_match(&match, query, &tokens, err);
    if (!rc)
        rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (!rc) {
        rc = tokens > 0 ? collect(store, SQL, match.data, query->filter, query->k, &all, err) : 0;
        rc = descry_sqlite_leave(store, entered, rc, err);
    }
    descry_buf_free(&match);
    if (rc) {
        free(all.items);
        return rc;
    }
    *found = all.items;
    *count = all.count;
    return 0;
}

int descry_sqlite_words_are_stale(descry_sqlite *store, int *stale, descry_error *err)
{
    static const char SQL[] = "SELECT EXISTS (SELECT 1 FROM words_stale)";
    sqlite3_stmt *stmt;
    *stale = 0;
    int rc = descry_sqlite_get(store, SQL, &stmt, err);
    if (!rc)
        rc = descry_sqlite_step(store, stmt, err);
    if (rc != 1)
        return rc;
    *stale = sqlite3_column_int(stmt, 0);
    sqlite3_reset(stmt);
    return 0;
}

int descry_sqlite_renew_words(descry_sqlite *store, descry_error *err)
{
    int stale, rc = descry_sqlite_words_are_stale(store, &stale, err);
    return rc || !stale ? rc : descry_sqlite_exec(store, DESCRY_SCHEMA_WORDS, err);
}
