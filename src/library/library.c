/* SPDX-License-Identifier: Apache-2.0
 * The library handle: open, status, resolve paths, lock, forget. */
#include "library/library.h"

#include "base/error.h"
#include "base/options.h"
#include "base/paths.h"

#include <stdlib.h>
#include <string.h>

/* ---- opening --------------------------------------------------------------------------------------------------- */

static int default_path(descry_buf *path, descry_error *err)
{
    const char *named = getenv("DESCRY_LIBRARY");
    if (named && *named)
        return descry_buf_printf(path, err, "%s", named);
    int rc = descry_path_xdg(path, "XDG_DATA_HOME", ".local/share", err);
    if (rc == DESCRY_ERR_NOT_FOUND)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "no library: neither DESCRY_LIBRARY nor HOME is set");
    return rc ? rc : descry_buf_printf(path, err, "/descry/library.db");
}

int descry_library_over(descry_library **out, descry_context *ctx, descry_store *store, const char *path, descry_error *err)
{
    descry_library *library = calloc(1, sizeof *library);
    *out = library;
    if (!library || !(library->path = strdup(path))) {
        free(library);
        *out = NULL;
        store->ops->close(store);
        return descry_fail_memory(err);
    }
    library->context = ctx;
    library->store = store;
    return 0;
}

int descry_library_open(descry_library **out, descry_context *ctx, const char *path,
                        const descry_library_options *options, descry_error *err)
{
    descry_library_options how = DESCRY_LIBRARY_OPTIONS_INIT;
    *out = NULL;
    int rc = DESCRY_COPY_OPTIONS(&how, options, err);
    if (rc)
        return rc;
    descry_store *store = NULL;
    descry_buf name = {0}, absolute = {0}, real = {0};
    rc = path ? descry_buf_printf(&name, err, "%s", path) : default_path(&name, err);
    if (!rc && (strncmp(name.data, "postgresql:", 11) == 0 || strncmp(name.data, "postgres:", 9) == 0))
        rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this build has no PostgreSQL", name.data);
    if (!rc)
        rc = descry_path_absolute(&absolute, name.data, err);
    if (!rc && how.create && !how.read_only)
        rc = descry_path_make_folders(absolute.data, err);
    if (!rc)
        rc = descry_path_real(&real, absolute.data, err);
    if (!rc) {
        const descry_store_options with = {how.read_only, how.create, ctx->pool, &ctx->log, &ctx->kernels};
        rc = descry_store_open_sqlite(&store, real.data, &with, err);
    }
    if (!rc)
        rc = descry_library_over(out, ctx, store, absolute.data, err);
    if (!rc)
        (*out)->thumbs_bytes = how.thumbs_bytes;
    descry_buf_free(&name);
    descry_buf_free(&absolute);
    descry_buf_free(&real);
    return rc;
}

void descry_library_close(descry_library **slot)
{
    descry_library *library = slot ? *slot : NULL;
    if (!library)
        return;
    library->store->ops->close(library->store);
    descry_arena_free(&library->arena);
    descry_arena_free(&library->entry_arena);
    free(library->path);
    free(library);
    *slot = NULL;
}

const char *descry_library_path(const descry_library *library)
{
    return library->path;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

int descry_status(descry_library *library, const descry_library_status **status, descry_error *err)
{
    *status = NULL;
    descry_arena_free(&library->arena);
    int rc = library->store->ops->status(library->store, &library->status, &library->arena, err);
    if (!rc)
        *status = &library->status;
    return rc;
}

int descry_library_recipe(descry_library *library, const char *model, descry_recipe *recipe, descry_error *err)
{
    descry_arena arena = {0};
    descry_library_status status;
    int rc = library->store->ops->status(library->store, &status, &arena, err);
    size_t i = 0;
    while (!rc && model && i < status.model_count && strcmp(status.models[i]->name, model) != 0 &&
           strcmp(status.models[i]->recipe, model) != 0)
        i++;
    if (!rc && i < status.model_count)
        rc = library->store->ops->recipe(library->store, status.models[i]->recipe, status.models[i]->name,
                                         status.models[i]->dim, 0, recipe, err);
    else if (!rc && model)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: nothing is indexed with %s", library->path, model);
    else if (!rc)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no pictures are indexed yet", library->path);
    descry_arena_free(&arena);
    return rc;
}

int descry_library_resolve(descry_library *library, const char *path, descry_buf *out, descry_error *err)
{
    int known = 0, rc = descry_path_absolute(out, path, err);
    if (!rc)
        rc = library->store->ops->any_under(library->store, out->data, &known, err);
    if (rc || known)
        return rc;
    if (path[0] != '/')
        rc = library->store->ops->any_under(library->store, path, &known, err);
    if (rc || !known)
        return rc ? rc : descry_path_real(out, path, err);
    out->size = 0;
    return descry_buf_append(out, path, strlen(path), err);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* A list holds a read transaction open until its end, in which writes of this handle would be rolled back. */
int descry_library_writable(const descry_library *library, descry_error *err)
{
    if (library->store->ops->is_read_only(library->store))
        return descry_fail(err, DESCRY_ERR_IO, "%s: the library is read-only", library->path);
    return library->listing ? descry_fail(err, DESCRY_ERR_BUSY, "%s: its pictures are being listed", library->path) : 0;
}

int descry_library_lock(descry_library *library, int alone, descry_error *err)
{
    descry_buf holder = {0};
    int rc = descry_library_writable(library, err);
    if (rc)
        return rc;
    rc = library->store->ops->lock(library->store, alone, &holder, err);
    if (rc == DESCRY_ERR_BUSY)
        descry_fail(err, DESCRY_ERR_BUSY, "%s is indexing %s", holder.data, library->path);
    descry_buf_free(&holder);
    return rc;
}

void descry_library_unlock(descry_library *library)
{
    library->store->ops->unlock(library->store);
}

int descry_forget(descry_library *library, const char *path, uint64_t *removed, descry_error *err)
{
    uint64_t count = 0;
    descry_buf known = {0};
    int rc = descry_library_lock(library, 1, err);
    if (!rc) {
        rc = descry_library_resolve(library, path, &known, err);
        if (!rc)
            rc = library->store->ops->forget(library->store, known.data, &count, err);
        descry_library_unlock(library);
    }
    descry_buf_free(&known);
    if (removed)
        *removed = count;
    return rc;
}
