/* SPDX-License-Identifier: Apache-2.0
 * A library as a whole: its pictures in the order of time, their cameras and folders, whether it has changed. */
#include "library/library.h"

#include "base/error.h"

#include <stdlib.h>

int descry_timeline(descry_library *library, const descry_filter *filter, descry_timeline_callback each, void *arg,
                    descry_error *err)
{
    descry_arena arena = {0};
    descry_filter wanted;
    descry_moment *moments = NULL;
    size_t count = 0;
    int rc = descry_library_filter(library, filter, &wanted, &arena, err);
    if (!rc)
        rc = library->store->ops->timeline(library->store, &wanted, &moments, &count, err);
    descry_arena_free(&arena);
    for (size_t i = 0; i < count; i++)
        if (each(arg, moments[i].id, moments[i].taken, moments[i].width, moments[i].height))
            break;
    free(moments);
    return rc;
}

int descry_facets(descry_library *library, descry_facet facet, const descry_filter *filter, descry_facet_callback each,
                  void *arg, descry_error *err)
{
    descry_arena arena = {0};
    descry_filter wanted;
    descry_group *groups = NULL;
    size_t count = 0;
    if (facet != DESCRY_FACET_CAMERA && facet != DESCRY_FACET_FOLDER)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "pictures are not grouped by that");
    int rc = descry_library_filter(library, filter, &wanted, &arena, err);
    if (!rc)
        rc = library->store->ops->facet(library->store, facet, &wanted, &groups, &count, &arena, err);
    for (size_t i = 0; i < count && !rc; i++)
        if (each(arg, groups[i].value, groups[i].count))
            break;
    descry_arena_free(&arena);
    return rc;
}

int descry_library_generation(descry_library *library, uint64_t *number, descry_error *err)
{
    *number = 0;
    return library->store->ops->generation(library->store, number, err);
}
