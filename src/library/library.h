/* SPDX-License-Identifier: Apache-2.0
 * The handle of a library, shared by the verbs. */
#ifndef DESCRY_LIBRARY_LIBRARY_H
#define DESCRY_LIBRARY_LIBRARY_H

#include "api/handles.h"
#include "store/store.h"

struct descry_library {
    descry_context *context;
    descry_store *store;
    char *path;          /* as asked for, absolute */
    descry_library_status status; /* the last */
    descry_arena arena;           /* what it points to */
    descry_entry entry;           /* the last that was asked for */
    descry_arena entry_arena;
    int listing;                  /* calls that list pictures, one in another's callback */
};

/* A library over any store, which is its own from now on, closed also when this fails; `path` is for messages. */
int descry_library_over(descry_library **out, descry_context *ctx, descry_store *store, const char *path,
                        descry_error *err);

/* The recipe of a model by its name or digest, of those of that name the last indexed; NULL: the last indexed of all.
 * DESCRY_ERR_NOT_FOUND. */
int descry_library_recipe(descry_library *library, const char *model, descry_recipe *recipe, descry_error *err);

/* The text of `path` under which the library knows something (its absolute path, then itself, which may be a source),
 * else its real path. */
int descry_library_resolve(descry_library *library, const char *path, descry_buf *out, descry_error *err);

/* Checks a filter (NULL: everything); *out is the same with paths as the library has them, which live in `arena`. */
int descry_library_filter(descry_library *library, const descry_filter *filter, descry_filter *out,
                          descry_arena *arena, descry_error *err);

/* DESCRY_ERR_IO: it is read-only; DESCRY_ERR_BUSY: while it is listed. */
int descry_library_writable(const descry_library *library, descry_error *err);

descry_entry descry_library_entry(const descry_row *row, int dim); /* what points to the row's */

/* The right to change it, which has to be writable: only one changes a library's places, or, without `alone`, several that claim what they read (store.h): DESCRY_ERR_BUSY names
 * who does. */
int descry_library_lock(descry_library *library, int alone, descry_error *err);
void descry_library_unlock(descry_library *library); /* only by whoever has locked it: another may hold it on this handle */

#endif
