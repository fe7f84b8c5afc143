/* SPDX-License-Identifier: Apache-2.0
 * Queries that name an album. */
#include "search/search.h"

#include "base/error.h"

#include <stdio.h>

enum { MESSAGE = 300 }; /* with a name of DESCRY_ALBUM_NAME_SIZE */

/* The album that the query names; album->query is set when it is a smart one. */
static int find(descry_search_job *job, descry_album *album, descry_error *err)
{
    const char *name = job->query.only.album;
    char message[MESSAGE];
    int rc = job->store->ops->album(job->store, name, album, &job->arena, err);
    if (rc || album->id)
        return rc;
    snprintf(message, sizeof message, "there is no album '%s'", name);
    return descry_query_fail_at_filter(&job->query, job->text, DESCRY_KEY_ALBUM, DESCRY_ERR_NOT_FOUND, err, message);
}

static int fail_smart(const descry_search_job *job, const descry_album *album, const char *where, descry_error *err)
{
    char message[MESSAGE];
    snprintf(message, sizeof message, "the album '%s' is a smart one, which %s", album->name, where);
    return descry_query_fail_at_filter(&job->query, job->text, DESCRY_KEY_ALBUM, DESCRY_ERR_ARGUMENT, err, message);
}

/* Albums in the album's query are selections, so that there is no circle of them. */
static int read_query_of(descry_search_job *job, int (*parse)(descry_search_job *job, descry_error *err), descry_error *err)
{
    descry_album inner = {0};
    int rc = parse(job, err);
    if (!rc && job->query.only.album)
        rc = find(job, &inner, err);
    return rc || !inner.query ? rc : fail_smart(job, &inner, "cannot be part of another", err);
}

int descry_search_album(descry_search_job *job, int (*parse)(descry_search_job *job, descry_error *err), descry_error *err)
{
    descry_album album;
    descry_error within;
    int rc = find(job, &album, err);
    if (rc || !album.query)
        return rc;
    if (!descry_search_is_filters(job) || descry_query_has_other_filters(&job->query, DESCRY_KEY_ALBUM))
        return fail_smart(job, &album, "stands alone", err);
    descry_query_free(&job->query);
    job->text = album.query;
    rc = read_query_of(job, parse, &within);
    return rc ? descry_fail(err, rc, "the album '%s': %s", album.name, within.message) : 0;
}
