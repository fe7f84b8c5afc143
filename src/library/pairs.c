/* SPDX-License-Identifier: Apache-2.0
 * Pictures of a library with their captions. */
#include "library/library.h"

#include "base/error.h"
#include "descry_dev.h"
#include "kern/linear.h"

enum { PAGE = 64 };

typedef int pair_callback(void *arg, const char *path, const char *caption, const float *vector);

/* Calls `each` for items [n] with a caption and a vector; rows are allocated in `arena`. */
static int report_page(descry_library *library, const descry_recipe *recipe, const descry_hit *items, size_t n,
                       descry_arena *arena, pair_callback *each, void *arg, int *stop, descry_error *err)
{
    const descry_wanted wanted = {.vectors = recipe, .captions = 1};
    descry_row rows[PAGE];
    int64_t ids[PAGE];
    for (size_t i = 0; i < n; i++)
        ids[i] = items[i].id;
    int rc = library->store->ops->details(library->store, ids, n, &wanted, rows, arena, err);
    for (size_t i = 0; i < n && !rc && !*stop; i++) {
        if (!rows[i].caption || !rows[i].vector)
            continue;
        float *vector = (float *)rows[i].vector; /* the arena's, which is ours */
        descry_unit_rows(vector, 1, (size_t)recipe->dim, NULL);
        *stop = each(arg, rows[i].path, rows[i].caption, vector);
    }
    return rc;
}

int descry_library_pairs(descry_library *library, descry_model *model, pair_callback *each, void *arg, descry_error *err)
{
    const descry_model_info *info = descry_model_get_info(model);
    descry_recipe recipe;
    int stop = 0;
    int rc = library->store->ops->recipe(library->store, info->recipe, info->name, info->dim, 0, &recipe, err);
    if (rc || recipe.vectors == 0)
        return rc;
    descry_list list = {.recipe = recipe.id};
    library->listing++;
    rc = library->store->ops->list(library->store, &list, err);
    for (size_t i = 0; i < list.count && !rc && !stop; i += PAGE) {
        descry_arena arena = {0};
        size_t n = list.count - i < PAGE ? list.count - i : PAGE;
        rc = report_page(library, &recipe, list.items + i, n, &arena, each, arg, &stop, err);
        descry_arena_free(&arena);
    }
    library->store->ops->unlist(library->store, &list);
    library->listing--;
    return rc;
}
