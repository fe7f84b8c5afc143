/* SPDX-License-Identifier: Apache-2.0
 * The library handle, shared by index, search, caption and exchange. */
#ifndef DESCRY_LIBRARY_LIBRARY_H
#define DESCRY_LIBRARY_LIBRARY_H

#include "api/handles.h"
#include "store/store.h"

struct descry_library {
    descry_context *context;
    descry_store *store;
    char *path;          /* as passed to descry_library_open, absolute */
    descry_library_status status; /* result of the last descry_status */
    descry_arena arena;           /* of `status` */
    descry_entry entry;           /* result of the last descry_entry_at */
    descry_arena entry_arena;
    uint64_t thumbs_bytes;        /* as in descry_library_options */
    int listing;                  /* lists in progress; they nest through callbacks */
};

/* A library over any store, which it owns from now on, and closes also on failure; `path` is for messages. */
int descry_library_over(descry_library **out, descry_context *ctx, descry_store *store, const char *path,
                        descry_error *err);

/* The recipe of a model by name (the last indexed of that name) or digest; NULL: the last indexed of all.
 * DESCRY_ERR_NOT_FOUND. */
int descry_library_recipe(descry_library *library, const char *model, descry_recipe *recipe, descry_error *err);

/* The form of `path` under which the library has entries: its absolute path, else itself, as it may be a source; else its real
 * path. */
int descry_library_resolve(descry_library *library, const char *path, descry_buf *out, descry_error *err);

/* Checks a filter (NULL: everything); *out is the same with paths as the library has them, which live in `arena`. */
int descry_library_filter(descry_library *library, const descry_filter *filter, descry_filter *out,
                          descry_arena *arena, descry_error *err);

/* The album of this name, in `arena`.  DESCRY_ERR_NOT_FOUND */
int descry_library_album(descry_library *library, const char *name, descry_album *album, descry_arena *arena,
                         descry_error *err);

/* DESCRY_ERR_IO: read-only; DESCRY_ERR_BUSY: a list is in progress. */
int descry_library_writable(const descry_library *library, descry_error *err);

descry_entry descry_library_entry(const descry_row *row, int dim); /* points to the row's data */

/* Locks a writable library's places for writing: exclusively with `alone`, else shared by workers that claim files (store.h).
 * DESCRY_ERR_BUSY names the holder. */
int descry_library_lock(descry_library *library, int alone, descry_error *err);
void descry_library_unlock(descry_library *library); /* only after a successful lock: a session may hold it on the same handle */

#endif
