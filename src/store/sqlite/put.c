/* SPDX-License-Identifier: Apache-2.0
 * What an index or an import writes, in one transaction. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

/* A source's place that has a content keeps it: then the vector is that content's. */
static int find_content(descry_sqlite *store, descry_put *item, descry_error *err)
{
    int64_t had;
    int rc = descry_sqlite_content_at(store, item->path, &had, err);
    item->new_place = !rc && !had;
    if (!rc && had && item->what == DESCRY_PUT_SOURCE)
        item->id = had;
    else if (!rc && item->content)
        rc = descry_sqlite_put_content(store, item->content, &item->id, err);
    return rc;
}

static int put_item(descry_sqlite *store, const descry_recipe *recipe, descry_put *item, descry_error *err)
{
    int rc = 0;
    item->new_place = item->new_vector = 0;
    if (item->what == DESCRY_PUT_FILE || item->what == DESCRY_PUT_SOURCE) {
        rc = find_content(store, item, err);
        if (!rc && item->vector)
            rc = descry_sqlite_put_vector(store, recipe, item, err);
        if (!rc && item->metadata)
            rc = descry_sqlite_put_metadata(store, item->id, item->metadata, err);
    }
    return rc ? rc : descry_sqlite_put_place(store, item, err);
}

int descry_sqlite_put(descry_store *base, const descry_recipe *recipe, descry_put *items, size_t n, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    int entered, rc = descry_sqlite_enter_writing(store, &entered, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++)
        rc = put_item(store, recipe, &items[i], err);
    return descry_sqlite_leave(store, entered, rc, err);
}
