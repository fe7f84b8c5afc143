/* SPDX-License-Identifier: Apache-2.0
 * Jobs that read a library or a query as a whole. */
#include "failing_jobs.h"

#include <inttypes.h>
#include <stdio.h>

static int see_moment(void *arg, int64_t id, int64_t taken, int width, int height)
{
    (void)taken, (void)width, (void)height;
    return descry_buf_printf(arg, NULL, "%" PRId64 " ", id);
}

static int see_group(void *arg, const char *value, uint64_t count)
{
    return descry_buf_printf(arg, NULL, "%s %" PRIu64 " ", value, count);
}

static int see_part(void *arg, const descry_query_part *part)
{
    return descry_buf_printf(arg, NULL, "%s ", part->text);
}

int failing_listing(world *w, descry_error *err)
{
    static const char query[] = "2 * (\"a\" - b) NOT c has:date";
    static char room[SEEN];
    descry_buf seen = {.data = room, .capacity = sizeof room}; /* allocates nothing */
    int rc = descry_timeline(w->library, NULL, see_moment, &seen, err);
    if (!rc)
        rc = descry_facets(w->library, DESCRY_FACET_FOLDER, NULL, see_group, &seen, err);
    if (!rc)
        rc = descry_facets(w->library, DESCRY_FACET_CAMERA, NULL, see_group, &seen, err);
    if (!rc)
        rc = descry_query_parts(query, DESCRY_RANKING_VECTORS, see_part, &seen, NULL, err);
    if (!rc)
        rc = descry_query_parts("a has:date b", DESCRY_RANKING_WORDS, see_part, &seen, NULL, err);
    if (!rc)
        snprintf(w->seen, sizeof w->seen, "%s", room);
    return rc;
}
