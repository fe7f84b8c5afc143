/* SPDX-License-Identifier: Apache-2.0
 * Validates callers' filters and resolves their paths. */
#include "library/library.h"

#include "base/error.h"
#include "base/options.h"

#include <math.h>
#include <string.h>

static int check(const descry_filter *filter, descry_error *err)
{
    if (isnan(filter->km))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "the distance is not a number");
    if (filter->km >= 0 && !(fabs(filter->latitude) <= 90))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a latitude of %g: it goes from -90 to 90", filter->latitude);
    if (filter->km >= 0 && !(fabs(filter->longitude) <= 180))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a longitude of %g: it goes from -180 to 180", filter->longitude);
    if (filter->has & ~(uint64_t)(DESCRY_HAS_CAPTION | DESCRY_HAS_PLACE | DESCRY_HAS_DATE))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "what pictures are to have is of a later version");
    return 0;
}

static int check_album(descry_library *library, const char *name, descry_arena *arena, descry_error *err)
{
    descry_album album;
    int rc = descry_library_album(library, name, &album, arena, err);
    if (!rc && album.query)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: the album '%s' is a smart one: use its query", library->path, name);
    return rc;
}

int descry_library_filter(descry_library *library, const descry_filter *filter, descry_filter *out,
                          descry_arena *arena, descry_error *err)
{
    *out = (descry_filter)DESCRY_FILTER_INIT;
    int rc = DESCRY_COPY_OPTIONS(out, filter, err);
    if (!rc)
        rc = check(out, err);
    if (!rc && out->album)
        rc = check_album(library, out->album, arena, err);
    if (rc || out->unders == 0)
        return rc;
    const char **under = descry_arena_alloc(arena, out->unders, sizeof *under);
    if (!under)
        return descry_fail_memory(err);
    for (size_t i = 0; i < out->unders && !rc; i++) {
        descry_buf path = {0};
        rc = descry_library_resolve(library, out->under[i], &path, err);
        if (!rc && !(under[i] = descry_arena_strdup(arena, path.data)))
            rc = descry_fail_memory(err);
        descry_buf_free(&path);
    }
    out->under = under;
    return rc;
}
