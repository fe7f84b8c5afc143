/* SPDX-License-Identifier: Apache-2.0
 * The write lock: an open file description lock on a file beside the library. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"
#include "base/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int name_holder(descry_buf *holder, const char *path, descry_error *err)
{
    descry_buf text = {0};
    long pid = 0;
    if (!descry_file_read(&text, path, 100, NULL))
        pid = strtol(text.data, NULL, 10);
    descry_buf_free(&text);
    return pid > 0 ? descry_buf_printf(holder, err, "process %ld", pid) : descry_buf_printf(holder, err, "another process");
}

/* There is one worker: it is always alone. */
int descry_sqlite_lock(descry_store *base, int alone, descry_buf *holder, descry_error *err)
{
    (void)alone;
    descry_sqlite *store = (descry_sqlite *)base;
    descry_buf path = {0};
    int fd = -1, rc = descry_buf_printf(&path, err, "%s.lock", store->path);
    if (!rc)
        rc = descry_lock_take(&fd, path.data, err);
    if (rc == DESCRY_ERR_BUSY && name_holder(holder, path.data, err))
        rc = DESCRY_ERR_MEMORY;
    char text[32]; /* only for the holder's name: nothing depends on it */
    int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (!rc && (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)size, 0) != size))
        descry_log_write(store->log, DESCRY_LOG_INFO, "%s: cannot write to it", path.data);
    if (!rc)
        store->lock = fd;
    descry_buf_free(&path);
    return rc;
}

void descry_sqlite_unlock(descry_store *base)
{
    descry_sqlite *store = (descry_sqlite *)base;
    descry_buf path = {0};
    if (store->lock < 0)
        return;
    if (!descry_buf_printf(&path, NULL, "%s.lock", store->path))
        unlink(path.data);
    close(store->lock);
    store->lock = -1;
    descry_buf_free(&path);
}

/* All of them are for the one that holds the lock. */
int descry_sqlite_claim(descry_store *base, const char *const *paths, size_t n, int64_t until, int *mine,
                        descry_error *err)
{
    const descry_sqlite *store = (const descry_sqlite *)base;
    (void)paths, (void)until;
    if (store->lock < 0)
        return descry_fail(err, DESCRY_ERR_BUSY, "%s: not locked", store->path);
    for (size_t i = 0; i < n; i++)
        mine[i] = 1;
    return 0;
}
