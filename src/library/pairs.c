/* SPDX-License-Identifier: Apache-2.0
 * Pictures of a library with their captions. */
#include "library/library.h"

#include "base/error.h"
#include "descry_dev.h"
#include "kern/linear.h"

#include <stdlib.h>

static int give_pair(descry_library *library, const descry_recipe *recipe, const descry_hit *hit, float *vector,
                     descry_buf *path, descry_buf *caption,
                     int (*each)(void *arg, const char *path, const char *caption, const float *vector), void *arg,
                     int *stop, descry_error *err)
{
    descry_store *store = library->store;
    descry_place place;
    int found = 0;
    path->size = caption->size = 0;
    int rc = store->ops->caption(store, hit->content, caption, NULL, err);
    if (rc || caption->size == 0)
        return rc;
    rc = store->ops->vector(store, recipe, hit->content, vector, &found, err);
    if (!rc && found)
        rc = store->ops->place_by_id(store, hit->id, recipe->id, &place, path, err);
    if (!rc && found && place.id) {
        descry_unit_rows(vector, 1, (size_t)recipe->dim, NULL);
        *stop = each(arg, path->data, caption->data, vector);
    }
    return rc;
}

int descry_library_pairs(descry_library *library, descry_model *model,
                         int (*each)(void *arg, const char *path, const char *caption, const float *vector), void *arg,
                         descry_error *err)
{
    const descry_model_info *info = descry_model_describe(model);
    descry_recipe recipe;
    descry_hit *hits = NULL;
    descry_buf path = {0}, caption = {0};
    size_t count = 0;
    int stop = 0;
    int rc = library->store->ops->recipe(library->store, info->recipe, info->name, info->dim, 0, &recipe, err);
    if (rc || recipe.vectors == 0)
        return rc;
    float *vector = descry_alloc((size_t)recipe.dim, sizeof *vector);
    const descry_nearest all = {.recipe = recipe.id};
    rc = vector ? descry_library_all(library, &recipe, &all, &hits, &count, err) : descry_fail_memory(err);
    for (size_t i = 0; i < count && !rc && !stop; i++)
        rc = give_pair(library, &recipe, &hits[i], vector, &path, &caption, each, arg, &stop, err);
    free(hits);
    free(vector);
    descry_buf_free(&path);
    descry_buf_free(&caption);
    return rc;
}
