/* SPDX-License-Identifier: Apache-2.0
 * Is the schema of a file the one that descry makes?  A schema can carry code: views, triggers, expressions in columns and
 * indexes.  So what the file says it is, is compared with an empty library of the same version in memory, before any of
 * it is used.  Texts are compared token by token: other programs write them with other blanks, quotes and letter case. */
#include "store/schema.h"

#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* ---- SQL as tokens ----------------------------------------------------------------------------------------------- */

typedef struct token {
    char kind; /* 0: the end; 'w': a word, name or number; 's': a string; 'q': a name that quotes keep from being a keyword;
                  else the character itself */
    const char *text;
    size_t size;
} token;

static int is_word(unsigned char c)
{
    return isalnum(c) || c == '_' || c == '$' || c >= 0x80;
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
    if (t.kind == 'w' && (t.size == 0 || !is_word((unsigned char)*start) || sqlite3_keyword_check(start, (int)t.size)))
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
    while (is_word((unsigned char)*p) && is_word((unsigned char)p[size]))
        size++;
    *at = p + size;
    return (token){is_word((unsigned char)*p) ? 'w' : *p, p, size};
}

int descry_schema_same_sql(const char *a, const char *b)
{
    for (;;) {
        token x = next_token(&a), y = next_token(&b);
        if (x.kind != y.kind || x.size != y.size ||
            (x.kind == 'w' ? strncasecmp(x.text, y.text, x.size) : memcmp(x.text, y.text, x.size)))
            return 0;
        if (!x.kind)
            return 1;
    }
}

/* ---- what a schema holds ----------------------------------------------------------------------------------------- */

typedef struct object {
    const char *type, *name, *table, *sql; /* sql "": an index that SQLite made itself */
    int seen;
} object;

enum { MOST = 500 }; /* objects; descry makes some forty */

/* ANALYZE makes these; the numbers in them decide how queries go, not what they give. */
static const object STATISTICS[] = {
    {"table", "sqlite_stat1", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)", 0},
    {"table", "sqlite_stat2", "sqlite_stat2", "CREATE TABLE sqlite_stat2(tbl,idx,sampleno,sample)", 0},
    {"table", "sqlite_stat3", "sqlite_stat3", "CREATE TABLE sqlite_stat3(tbl,idx,neq,nlt,ndlt,sample)", 0},
    {"table", "sqlite_stat4", "sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)", 0},
};

static const char *column(sqlite3_stmt *stmt, int i)
{
    const unsigned char *text = sqlite3_column_text(stmt, i);
    return text ? (const char *)text : "";
}

static object get_object(sqlite3_stmt *stmt)
{
    return (object){column(stmt, 0), column(stmt, 1), column(stmt, 2), column(stmt, 3), 0};
}

static int is_same(const object *a, const object *b)
{
    return strcmp(a->type, b->type) == 0 && strcasecmp(a->table, b->table) == 0 &&
           descry_schema_same_sql(a->sql, b->sql);
}

static const char OBJECTS[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema";

static const char *keep(descry_arena *arena, const char *text)
{
    char *copy = descry_arena_alloc(arena, strlen(text) + 1, 1);
    return copy ? strcpy(copy, text) : NULL;
}

/* What descry makes at this version. */
static int read_ours(object *ours, size_t *count, int64_t version, descry_arena *arena, descry_error *err)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL), rc = 0;
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = descry_schema_make(db, 0, version);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, OBJECTS, -1, &stmt, NULL);
    *count = 0;
    while (code == SQLITE_OK && !rc && *count < MOST && sqlite3_step(stmt) == SQLITE_ROW) {
        object o = get_object(stmt), *to = &ours[(*count)++];
        *to = (object){keep(arena, o.type), keep(arena, o.name), keep(arena, o.table), keep(arena, o.sql), 0};
        rc = to->type && to->name && to->table && to->sql ? 0 : descry_fail_memory(err);
    }
    if (code != SQLITE_OK)
        rc = descry_sqlite_fail(db, "a library in memory", err);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return rc;
}

/* ---- the comparison ------------------------------------------------------------------------------------------------ */

/* A stranger's word in a message: short, and nothing that a terminal could act on. */
static const char *plain(char out[41], const char *text)
{
    size_t n = 0;
    for (; n < 40 && text[n]; n++)
        out[n] = isprint((unsigned char)text[n]) && (unsigned char)text[n] < 0x7F ? text[n] : '?';
    out[n] = 0;
    return out;
}

static int fail(const char *path, const char *what, const object *o, descry_error *err)
{
    char type[41], name[41];
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a descry library, or damaged: %s %s %s", path, what,
                       plain(type, o->type), plain(name, o->name));
}

static int compare(const object *theirs, object *ours, size_t count, const char *path, descry_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(ours[i].name, theirs->name) != 0)
            continue;
        if (ours[i].seen || !is_same(theirs, &ours[i]))
            return fail(path, "not as descry makes it:", theirs, err);
        ours[i].seen = 1;
        return 0;
    }
    for (size_t i = 0; i < sizeof STATISTICS / sizeof *STATISTICS; i++)
        if (strcmp(STATISTICS[i].name, theirs->name) == 0 && is_same(theirs, &STATISTICS[i]))
            return 0;
    return fail(path, "it has a foreign", theirs, err);
}

int descry_schema_check(sqlite3 *db, int64_t version, const char *path, descry_error *err)
{
    object ours[MOST];
    size_t count;
    descry_arena arena = {0};
    sqlite3_stmt *stmt = NULL;
    int code = SQLITE_DONE, rc = read_ours(ours, &count, version, &arena, err);
    if (!rc && sqlite3_prepare_v2(db, OBJECTS, -1, &stmt, NULL) != SQLITE_OK)
        rc = descry_sqlite_fail(db, path, err);
    while (!rc && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        object theirs = get_object(stmt);
        rc = compare(&theirs, ours, count, path, err);
    }
    if (!rc && code != SQLITE_DONE)
        rc = descry_sqlite_fail(db, path, err);
    for (size_t i = 0; i < count && !rc; i++)
        if (!ours[i].seen)
            rc = fail(path, "it lacks", &ours[i], err);
    sqlite3_finalize(stmt);
    descry_arena_free(&arena);
    return rc;
}
