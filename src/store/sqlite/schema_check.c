/* SPDX-License-Identifier: Apache-2.0
 * Is the schema of a file the one that descry makes?  A schema can carry code: views, triggers, expressions in columns and
 * indexes.  So it is compared with that of an empty library of the same version, made in memory, before any of it is
 * used; for the present version the digest of that is known.  Texts are compared token by token: other programs write
 * them with other blanks, quotes and letter case. */
#include "store/sqlite/schema.h"

#include "base/error.h"
#include "base/file.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* ---- SQL as tokens ----------------------------------------------------------------------------------------------- */

typedef struct token {
    char kind; /* 0: the end; 'w': a word, name or number; 's': a string; 'q': a name that quotes keep from being a keyword;
                  else the character itself */
    const char *text;
    size_t size;
} token;

static int is_word(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || (c & 0x80);
}

static const char *skip_blanks(const char *p)
{
    for (;;) {
        while (*p && strchr(" \t\n\f\r", *p))
            p++;
        if (p[0] == '-' && p[1] == '-')
            p += strcspn(p, "\n");
        else if (p[0] == '/' && p[1] == '*') {
            const char *end = strstr(p + 2, "*/");
            p = end ? end + 2 : p + strlen(p);
        } else
            return p;
    }
}

/* Two of the closing quote stand for one: the token keeps them, ours have none. */
static token quoted(const char **at, char close)
{
    const char *start = *at + 1, *p = start;
    while (*p && (*p != close || (close != ']' && p[1] == close)))
        p += *p == close ? 2 : 1;
    token t = {close == '\'' ? 's' : 'w', start, (size_t)(p - start)};
    if (t.kind == 'w' && (t.size == 0 || !is_word(*start) || sqlite3_keyword_check(start, (int)t.size)))
        t.kind = 'q';
    *at = *p ? p + 1 : p;
    return t;
}

static token next_token(const char **at)
{
    const char *p = *at = skip_blanks(*at);
    if (*p && strchr("'\"`", *p))
        return quoted(at, *p);
    if (*p == '[')
        return quoted(at, ']');
    size_t size = *p != 0;
    while (is_word(*p) && is_word(p[size]))
        size++;
    *at = p + size;
    return (token){is_word(*p) ? 'w' : *p, p, size};
}

/* Appends a text as its tokens, each ended by NUL: the same for texts that say the same. */
static int append_tokens(descry_buf *to, const char *sql, descry_error *err)
{
    for (;;) {
        token t = next_token(&sql);
        int rc = descry_buf_append(to, &t.kind, 1, err);
        size_t at = to->size;
        if (!rc)
            rc = descry_buf_append(to, t.text, t.size, err);
        for (size_t i = at; !rc && t.kind == 'w' && i < to->size; i++)
            to->data[i] = lower(to->data[i]);
        if (!rc)
            rc = descry_buf_append(to, "", 1, err);
        if (rc || !t.kind)
            return rc;
    }
}

/* ---- what a schema holds ----------------------------------------------------------------------------------------- */

typedef struct object {
    const char *type, *name;
    const char *form; /* [size] all of it */
    size_t size;
    int seen;
} object;

enum { MOST = 200 }; /* descry makes some fifty */

typedef struct schema {
    object objects[MOST];
    size_t count;
    descry_arena arena;
} schema;

/* ANALYZE makes these; the numbers in them decide how queries go, not what they give. */
static const char *const STATISTICS[][2] = {
    {"sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"},
    {"sqlite_stat2", "CREATE TABLE sqlite_stat2(tbl,idx,sampleno,sample)"},
    {"sqlite_stat3", "CREATE TABLE sqlite_stat3(tbl,idx,neq,nlt,ndlt,sample)"},
    {"sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"},
};

static const char *column(sqlite3_stmt *stmt, int i)
{
    const unsigned char *text = sqlite3_column_text(stmt, i);
    return text ? (const char *)text : ""; /* of an index that SQLite made itself */
}

static int canonical_form(descry_buf *form, const char *type, const char *name, const char *table, const char *sql,
                          descry_error *err)
{
    form->size = 0;
    int rc = descry_buf_append(form, type, strlen(type) + 1, err);
    if (!rc)
        rc = descry_buf_append(form, name, strlen(name) + 1, err);
    if (!rc)
        rc = descry_buf_append(form, table, strlen(table) + 1, err);
    for (size_t i = 0; !rc && i < form->size; i++)
        form->data[i] = lower(form->data[i]);
    return rc ? rc : append_tokens(form, sql, err);
}

static int is_statistics(const char *name, const descry_buf *form)
{
    int is = 0;
    for (size_t i = 0; i < sizeof STATISTICS / sizeof *STATISTICS && !is; i++) {
        const char *const *known = STATISTICS[i];
        descry_buf own = {0};
        is = strcmp(known[0], name) == 0 && !canonical_form(&own, "table", known[0], known[0], known[1], NULL) &&
             own.size == form->size && memcmp(own.data, form->data, own.size) == 0;
        descry_buf_free(&own);
    }
    return is;
}

static int add_object(schema *to, sqlite3_stmt *stmt, const char *path, descry_buf *form, descry_error *err)
{
    const char *type = column(stmt, 0), *name = column(stmt, 1);
    int rc = canonical_form(form, type, name, column(stmt, 2), column(stmt, 3), err);
    if (rc || is_statistics(name, form))
        return rc;
    if (to->count == MOST)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a descry library: it has other tables", path);
    object *o = &to->objects[to->count++];
    char *copy = descry_arena_alloc(&to->arena, form->size, 1);
    *o = (object){descry_arena_strdup(&to->arena, type), descry_arena_strdup(&to->arena, name), copy, form->size, 0};
    if (!o->type || !o->name || !copy)
        return descry_fail_memory(err);
    memcpy(copy, form->data, form->size);
    return 0;
}

static int read_schema(schema *to, sqlite3 *db, const char *path, descry_error *err)
{
    static const char SQL[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
    sqlite3_stmt *stmt = NULL;
    descry_buf form = {0};
    int rc = 0, code = sqlite3_prepare_v2(db, SQL, -1, &stmt, NULL);
    while (!rc && (code == SQLITE_OK || code == SQLITE_ROW) && (code = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = add_object(to, stmt, path, &form, err);
    if (!rc && code != SQLITE_DONE)
        rc = descry_sqlite_fail(db, path, err);
    sqlite3_finalize(stmt);
    descry_buf_free(&form);
    return rc;
}

static int digest(const schema *of, char hex[DESCRY_SHA256_HEX], descry_error *err)
{
    uint8_t sum[DESCRY_SHA256_SIZE];
    descry_sha256 sha;
    int rc = descry_sha256_open(&sha, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < of->count && !rc; i++)
        rc = descry_sha256_add(&sha, of->objects[i].form, of->objects[i].size, err);
    if (rc)
        descry_sha256_close(&sha);
    else
        rc = descry_sha256_finish(&sha, sum, err);
    if (!rc)
        descry_hex(sum, sizeof sum, hex);
    return rc;
}

int descry_schema_digest(sqlite3 *db, const char *path, char hex[DESCRY_SHA256_HEX], descry_error *err)
{
    schema of = {.count = 0};
    int rc = read_schema(&of, db, path, err);
    if (!rc)
        rc = digest(&of, hex, err);
    descry_arena_free(&of.arena);
    return rc;
}

/* What descry makes at this version. */
static int make_schema(schema *to, int64_t version, descry_error *err)
{
    static const char NAME[] = "a library in memory";
    sqlite3 *db = NULL;
    int rc = 0;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK || descry_schema_make(db, 0, version) != SQLITE_OK)
        rc = descry_sqlite_fail(db, NAME, err);
    if (!rc)
        rc = read_schema(to, db, NAME, err);
    sqlite3_close(db);
    return rc;
}

/* ---- the comparison ---------------------------------------------------------------------------------------------- */

/* A stranger's word in a message: short, and nothing that a terminal could act on. */
static const char *plain(char out[41], const char *text)
{
    size_t n = 0;
    for (; n < 40 && text[n]; n++)
        out[n] = text[n] >= ' ' && text[n] < 0x7F ? text[n] : '?';
    out[n] = 0;
    return out;
}

static int fail(const char *path, const char *what, const object *o, descry_error *err)
{
    char type[41], name[41];
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a descry library, or damaged: %s %s %s", path, what,
                       plain(type, o->type), plain(name, o->name));
}

static int compare(const schema *theirs, schema *ours, const char *path, descry_error *err)
{
    for (size_t i = 0; i < theirs->count; i++) {
        const object *o = &theirs->objects[i];
        size_t k = 0;
        while (k < ours->count && strcasecmp(ours->objects[k].name, o->name) != 0)
            k++;
        if (k == ours->count)
            return fail(path, "it has a foreign", o, err);
        object *own = &ours->objects[k];
        if (own->seen || own->size != o->size || memcmp(own->form, o->form, o->size) != 0)
            return fail(path, "not as descry makes it:", o, err);
        own->seen = 1;
    }
    for (size_t k = 0; k < ours->count; k++)
        if (!ours->objects[k].seen)
            return fail(path, "it lacks", &ours->objects[k], err);
    return 0;
}

/* Two tables in the same pages: what is written to one changes the other. */
static int check_pages(sqlite3 *db, const char *path, descry_error *err)
{
    static const char SQL[] = "SELECT 1 FROM sqlite_schema WHERE rootpage > 0 GROUP BY rootpage HAVING count(*) > 1";
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, SQL, -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    int rc = code == SQLITE_DONE  ? 0
             : code == SQLITE_ROW ? descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: two of its tables share a page", path)
                                  : descry_sqlite_fail(db, path, err);
    sqlite3_finalize(stmt);
    return rc;
}

int descry_schema_check(sqlite3 *db, int64_t version, const char *path, descry_error *err)
{
    schema theirs = {.count = 0}, ours = {.count = 0};
    char hex[DESCRY_SHA256_HEX] = "";
    int rc = read_schema(&theirs, db, path, err);
    if (!rc)
        rc = check_pages(db, path, err);
    if (!rc && version == DESCRY_SCHEMA_VERSION)
        rc = digest(&theirs, hex, err);
    if (!rc && strcmp(hex, descry_schema_present) != 0) {
        rc = make_schema(&ours, version, err);
        if (!rc)
            rc = compare(&theirs, &ours, path, err);
    }
    descry_arena_free(&theirs.arena);
    descry_arena_free(&ours.arena);
    return rc;
}
