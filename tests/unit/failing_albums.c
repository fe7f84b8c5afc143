/* SPDX-License-Identifier: Apache-2.0
 * Jobs with albums. */
#include "failing_jobs.h"

#include <stdio.h>
#include <string.h>

int failing_make_albums(world *w, descry_error *err)
{
    int64_t id;
    int rc = descry_album_create(w->library, "Smart", "a red apple album:Some has:caption", NULL, err);
    if (!rc)
        rc = descry_album_create(w->library, "Some", NULL, &id, err);
    return rc ? rc : descry_album_add(w->library, id, (const int64_t[]){1, 2}, 2, err);
}

static int see_album(void *arg, const descry_album *album)
{
    world *w = arg;
    int n = snprintf(w->seen + w->seen_size, SEEN - w->seen_size, "%s %s %d\n", album->name, album->query ? album->query : "-",
                     (int)album->count);
    w->seen_size += (size_t)n;
    return 0;
}

int failing_see_albums(world *w, descry_error *err)
{
    return descry_albums(w->library, see_album, w, err);
}

static int find_new(void *arg, const descry_album *album)
{
    if (strncmp(album->name, "New", 3) == 0)
        *(int64_t *)arg = album->id;
    return 0;
}

/* Again and again: with the same end, however far it came before. */
int failing_change_albums(world *w, descry_error *err)
{
    int64_t id = 0, *ids = NULL;
    size_t n = 0;
    char folder[FOLDER_SIZE + 32];
    snprintf(folder, sizeof folder, "%s/photos", w->folder);
    int rc = descry_albums(w->library, find_new, &id, err);
    if (!rc && !id)
        rc = descry_album_create(w->library, "New", NULL, &id, err);
    if (!rc)
        rc = descry_ids_at(w->library, folder, &ids, &n, err);
    if (!rc)
        rc = descry_album_add(w->library, id, ids, n, err);
    if (!rc)
        rc = descry_album_take(w->library, id, ids, 1, err);
    if (!rc)
        rc = descry_album_change(w->library, id, "Newer", NULL, err);
    descry_free(ids);
    return rc;
}
