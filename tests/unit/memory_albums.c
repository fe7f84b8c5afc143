/* SPDX-License-Identifier: Apache-2.0
 * The albums of the engine in memory. */
#include "memory_tables.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static handle *of(descry_store *base)
{
    return (handle *)base;
}

static album *album_of(const tables *t, int64_t id)
{
    for (size_t i = 0; i < t->album_count; i++)
        if (t->albums[i].id == id)
            return &t->albums[i];
    return NULL;
}

static const album *album_named(const tables *t, const char *name)
{
    for (size_t i = 0; i < t->album_count; i++)
        if (strcmp(t->albums[i].name, name) == 0)
            return &t->albums[i];
    return NULL;
}

static int is_member(const tables *t, int64_t id, int64_t picture)
{
    for (size_t i = 0; i < t->member_count; i++)
        if (t->members[i].album == id && t->members[i].content == picture)
            return 1;
    return 0;
}

int memory_is_in_album(const tables *t, const char *name, int64_t picture)
{
    const album *a = album_named(t, name);
    return a && is_member(t, a->id, picture);
}

static int is_present(const tables *t, int64_t picture)
{
    for (size_t i = 0; i < t->place_count; i++)
        if (t->places[i].content == picture && !t->places[i].missing)
            return 1;
    return 0;
}

static uint64_t count_present(const tables *t, int64_t id)
{
    uint64_t n = 0;
    for (size_t i = 0; i < t->member_count; i++)
        n += t->members[i].album == id && is_present(t, t->members[i].content);
    return n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const descry_album *)a)->name, ((const descry_album *)b)->name);
}

/* The texts live as long as the library. */
int memory_albums(descry_store *base, descry_album **albums, size_t *count, descry_arena *arena, descry_error *err)
{
    const tables *t = memory_look(of(base));
    *count = t->album_count;
    *albums = descry_arena_alloc(arena, t->album_count, sizeof **albums);
    for (size_t i = 0; *albums && i < t->album_count; i++)
        (*albums)[i] = (descry_album){t->albums[i].id, t->albums[i].name, t->albums[i].query, count_present(t, t->albums[i].id)};
    memory_looked(of(base));
    if (!*albums)
        return descry_fail_memory(err);
    qsort(*albums, *count, sizeof **albums, by_name);
    return 0;
}

int memory_album(descry_store *base, const char *name, descry_album *out, descry_arena *arena, descry_error *err)
{
    (void)arena, (void)err;
    const album *a = album_named(memory_look(of(base)), name);
    *out = a ? (descry_album){a->id, a->name, a->query, 0} : (descry_album){0};
    memory_looked(of(base));
    return 0;
}

/* Names and queries are copied; NULL stays. */
static int set(handle *store, album *a, const char *name, const char *query, descry_error *err)
{
    if (name && !(a->name = memory_keep(store, name, err)))
        return DESCRY_ERR_MEMORY;
    if (query && !(a->query = memory_keep(store, query, err)))
        return DESCRY_ERR_MEMORY;
    return 0;
}

int memory_create_album(descry_store *base, const char *name, const char *query, int64_t *id, descry_error *err)
{
    tables t;
    *id = 0;
    int rc = descry_album_check(name, query, err);
    if (!rc)
        rc = memory_begin(of(base), 1, &t, err);
    if (rc)
        return rc;
    if (album_named(&t, name))
        return memory_end(of(base), &t, descry_album_fail_taken(name, err));
    album *a = &t.albums[t.album_count++];
    *a = (album){.id = ++t.last_album};
    rc = memory_end(of(base), &t, set(of(base), a, name, query, err));
    *id = rc ? 0 : t.last_album;
    return rc;
}

int memory_change_album(descry_store *base, int64_t id, const char *name, const char *query, descry_error *err)
{
    tables t;
    int rc = descry_album_check(name ? name : "-", query, err);
    if (!rc)
        rc = memory_begin(of(base), 0, &t, err);
    if (rc)
        return rc;
    album *a = album_of(&t, id);
    const album *other = name ? album_named(&t, name) : NULL;
    rc = !a                     ? descry_album_fail_none(err)
         : query && !a->query   ? descry_album_fail_kind(0, err)
         : other && other != a  ? descry_album_fail_taken(name, err)
                                : set(of(base), a, name, query, err);
    return memory_end(of(base), &t, rc);
}

int memory_remove_album(descry_store *base, int64_t id, descry_error *err)
{
    tables t;
    int rc = memory_begin(of(base), 0, &t, err);
    if (rc)
        return rc;
    if (!album_of(&t, id))
        rc = descry_album_fail_none(err);
    MEMORY_LEAVE(t.albums, t.album_count, t.albums[i].id != id);
    MEMORY_LEAVE(t.members, t.member_count, t.members[i].album != id);
    return memory_end(of(base), &t, rc);
}

int memory_fill_album(descry_store *base, int64_t id, const int64_t *contents, size_t n, int take, descry_error *err)
{
    tables t;
    int rc = memory_begin(of(base), n, &t, err);
    if (rc)
        return rc;
    const album *a = album_of(&t, id);
    rc = !a ? descry_album_fail_none(err) : a->query ? descry_album_fail_kind(1, err) : 0;
    for (size_t k = 0; k < n && !rc; k++)
        if (take)
            MEMORY_LEAVE(t.members, t.member_count, t.members[i].album != id || t.members[i].content != contents[k]);
        else if (memory_content(&t, contents[k]) && !is_member(&t, id, contents[k]))
            t.members[t.member_count++] = (member){id, contents[k]};
    return memory_end(of(base), &t, rc);
}
