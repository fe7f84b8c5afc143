/* SPDX-License-Identifier: Apache-2.0
 * Albums, and the pictures that are put into them. */
#include "library/library.h"

#include "base/error.h"
#include "query/query.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PAGE = 256 };

int descry_library_album(descry_library *library, const char *name, descry_album *album, descry_arena *arena,
                         descry_error *err)
{
    int rc = library->store->ops->album(library->store, name, album, arena, err);
    return rc || album->id ? rc : descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no album '%s'", library->path, name);
}

int descry_albums(descry_library *library, descry_album_callback each, void *arg, descry_error *err)
{
    descry_arena arena = {0};
    descry_album *albums;
    size_t count;
    int stop = 0, rc = library->store->ops->albums(library->store, &albums, &count, &arena, err);
    for (size_t i = 0; i < count && !rc && !stop; i++)
        stop = each(arg, &albums[i]);
    descry_arena_free(&arena);
    return rc;
}

/* Whether a query, if there is one, can be parsed. */
static int check_query(const char *text, descry_error *err)
{
    descry_query query = {0};
    int rc = text ? descry_query_parse(&query, text, NULL, err) : 0;
    if (!rc && text && query.count == 0 && !descry_query_has_filters(&query))
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "the query of a smart album is blank");
    descry_query_free(&query);
    return rc;
}

int descry_album_create(descry_library *library, const char *name, const char *query, int64_t *id, descry_error *err)
{
    int64_t made = 0;
    int rc = descry_library_writable(library, err);
    if (!rc)
        rc = check_query(query, err);
    if (!rc)
        rc = library->store->ops->create_album(library->store, name, query, &made, err);
    if (id)
        *id = made;
    return rc;
}

int descry_album_change(descry_library *library, int64_t id, const char *name, const char *query, descry_error *err)
{
    int rc = descry_library_writable(library, err);
    if (!rc)
        rc = check_query(query, err);
    return rc ? rc : library->store->ops->change_album(library->store, id, name, query, err);
}

int descry_album_remove(descry_library *library, int64_t id, descry_error *err)
{
    int rc = descry_library_writable(library, err);
    return rc ? rc : library->store->ops->remove_album(library->store, id, err);
}

/* The contents [n] of the pictures with these ids. */
static int find_contents(descry_library *library, const int64_t *ids, size_t n, int64_t *contents, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i += PAGE) {
        descry_arena arena = {0};
        descry_row rows[PAGE];
        size_t count = n - i < PAGE ? n - i : PAGE;
        rc = library->store->ops->details(library->store, ids + i, count, &(descry_wanted){0}, rows, &arena, err);
        for (size_t j = 0; j < count && !rc; j++) {
            contents[i + j] = rows[j].content;
            if (!rows[j].content)
                rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no picture #%" PRId64, library->path, ids[i + j]);
        }
        descry_arena_free(&arena);
    }
    return rc;
}

static int fill(descry_library *library, int64_t album, const int64_t *ids, size_t n, int take, descry_error *err)
{
    int rc = descry_library_writable(library, err);
    if (rc)
        return rc;
    int64_t *contents = descry_alloc(n + 1, sizeof *contents);
    rc = contents ? find_contents(library, ids, n, contents, err) : descry_fail_memory(err);
    if (!rc)
        rc = library->store->ops->fill_album(library->store, album, contents, n, take, err);
    free(contents);
    return rc;
}

int descry_album_add(descry_library *library, int64_t album, const int64_t *ids, size_t n, descry_error *err)
{
    return fill(library, album, ids, n, 0, err);
}

int descry_album_take(descry_library *library, int64_t album, const int64_t *ids, size_t n, descry_error *err)
{
    return fill(library, album, ids, n, 1, err);
}

/* ---- what is at a path ------------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int find_under(descry_library *library, const char *path, int64_t **ids, size_t *count, descry_error *err)
{
    descry_filter filter = DESCRY_FILTER_INIT;
    descry_hit *hits = NULL;
    filter.under = &path;
    filter.unders = 1;
    int rc = library->store->ops->newest(library->store, &filter, SIZE_MAX, &hits, count, err);
    if (!rc && !(*ids = descry_alloc(*count + 1, sizeof **ids)))
        rc = descry_fail_memory(err);
    for (size_t i = 0; i < *count && !rc; i++)
        (*ids)[i] = hits[i].id;
    if (!rc)
        qsort(*ids, *count, sizeof **ids, by_number);
    free(hits);
    return rc;
}

int descry_ids_at(descry_library *library, const char *path, int64_t **ids, size_t *count, descry_error *err)
{
    descry_buf known = {0};
    descry_place place = {0};
    *ids = NULL;
    *count = 0;
    int rc = descry_library_resolve(library, path, &known, err);
    if (!rc)
        rc = library->store->ops->places(library->store, &(const char *){known.data}, 1, 0, &place, err);
    if (!rc && place.content && (*ids = descry_alloc(1, sizeof **ids))) {
        (*ids)[0] = place.id;
        *count = 1;
    } else if (!rc && place.content)
        rc = descry_fail_memory(err);
    else if (!rc)
        rc = find_under(library, known.data, ids, count, err);
    if (!rc && *count == 0)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: the library has no picture there", path);
    descry_buf_free(&known);
    if (rc) {
        free(*ids);
        *ids = NULL;
        *count = 0;
    }
    return rc;
}
