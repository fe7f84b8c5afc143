/* SPDX-License-Identifier: Apache-2.0
 * Who may write to a library in memory: one alone, or several, each what it has claimed. */
#include "memory_tables.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static handle *of(descry_store *base)
{
    return (handle *)base;
}

void memory_unlock(descry_store *base)
{
    handle *store = of(base);
    memory *library = store->library;
    if (!store->locked)
        return;
    pthread_mutex_lock(&library->mutex);
    size_t n = 0;
    for (size_t i = 0; i < library->claim_count; i++)
        if (library->claims[i].owner != store)
            library->claims[n++] = library->claims[i];
    library->claim_count = n;
    library->workers--;
    library->alone = store->locked = 0;
    pthread_mutex_unlock(&library->mutex);
}

int memory_lock(descry_store *base, int alone, descry_buf *holder, descry_error *err)
{
    handle *store = of(base);
    memory *library = store->library;
    pthread_mutex_lock(&library->mutex);
    int busy = store->locked || library->alone || (alone && library->workers > 0);
    if (!busy) {
        store->locked = 1;
        library->alone = alone;
        library->workers++;
    }
    pthread_mutex_unlock(&library->mutex);
    if (busy && descry_buf_printf(holder, err, "another handle"))
        return DESCRY_ERR_MEMORY;
    return busy ? descry_fail(err, DESCRY_ERR_BUSY, "locked") : 0;
}

static int claim_one(handle *store, const char *path, int64_t now, int64_t until, int *mine, descry_error *err)
{
    memory *library = store->library;
    size_t i = 0;
    while (i < library->claim_count && strcmp(library->claims[i].path, path) != 0)
        i++;
    *mine = i == library->claim_count || library->claims[i].owner == store || library->claims[i].until <= now;
    if (!*mine)
        return 0;
    if (i == library->claim_count) {
        claim *claims = descry_realloc(library->claims, i + 1, sizeof *claims);
        if (!claims)
            return descry_fail_memory(err);
        library->claims = claims;
        if (!(path = memory_keep(store, path, err)))
            return DESCRY_ERR_MEMORY;
        claims[i].path = path;
        library->claim_count++;
    }
    library->claims[i].owner = store;
    library->claims[i].until = until;
    return 0;
}

int memory_claim(descry_store *base, const char *const *paths, size_t n, int64_t until, int *mine,
                 descry_error *err)
{
    handle *store = of(base);
    if (!store->locked)
        return descry_fail(err, DESCRY_ERR_BUSY, "not locked");
    int rc = 0;
    memory_look(store);
    for (size_t i = 0; i < n && !rc; i++)
        rc = claim_one(store, paths[i], (int64_t)time(NULL), until, &mine[i], err);
    memory_looked(store);
    return rc;
}
