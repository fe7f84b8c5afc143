/* SPDX-License-Identifier: Apache-2.0
 * What a library holds, given out: picture by picture, or as a NumPy archive. */
#include "library/library.h"

#include "base/error.h"
#include "base/options.h"
#include "base/watch.h"
#include "npz/npz.h"
#include "npz/values.h"

#include <stdlib.h>
#include <string.h>

enum { TELL_EVERY = 1024 };

typedef struct item {
    int64_t id, content;
} item;

typedef struct export {
    descry_library *library;
    descry_store *store;
    descry_export_options how;
    descry_watching watch;
    descry_recipe recipe; /* id 0: no vectors are asked for */
    item *items;          /* [count] */
    size_t count, capacity;
    descry_buf path;
    descry_error *err;

    /* writing an archive */
    float *vector;        /* [dim] */
    uint32_t *points;     /* [width] */
    size_t width;         /* characters of the longest url */
    size_t row, at;       /* next: row, and byte of it */
} export;

/* ---- which pictures --------------------------------------------------------------------------------------------- */

/* The recipe of options->model: by its name or its digest, the last indexed first. */
static int choose_recipe(export *job)
{
    descry_arena arena = {0};
    descry_library_status status;
    const char *wanted = job->how.model, *path = job->library->path;
    int rc = job->store->ops->status(job->store, &status, &arena, job->err);
    size_t i = 0;
    while (!rc && wanted && i < status.model_count && strcmp(status.models[i]->name, wanted) != 0 &&
           strcmp(status.models[i]->recipe, wanted) != 0)
        i++;
    if (!rc && i < status.model_count)
        rc = job->store->ops->recipe(job->store, status.models[i]->recipe, status.models[i]->name,
                                     status.models[i]->dim, 0, &job->recipe, job->err);
    else if (!rc && wanted)
        rc = descry_fail(job->err, DESCRY_ERR_NOT_FOUND, "%s: nothing is indexed with %s", path, wanted);
    else if (!rc)
        rc = descry_fail(job->err, DESCRY_ERR_NOT_FOUND, "%s: no pictures are indexed yet", path);
    descry_arena_free(&arena);
    return rc;
}

static int take(void *arg, const descry_row *row)
{
    export *job = arg;
    if (job->count == job->capacity) {
        size_t capacity = job->capacity ? 2 * job->capacity : 256;
        item *grown = descry_realloc(job->items, capacity, sizeof *grown);
        if (!grown)
            return descry_fail_memory(job->err);
        job->items = grown;
        job->capacity = capacity;
    }
    size_t width = descry_npz_points(row->path, row->path_size, NULL);
    job->width = width > job->width ? width : job->width;
    job->items[job->count++] = (item){row->id, row->content};
    return 0;
}

/* Begins a reading transaction and lists the pictures.  To be closed whatever it returns. */
static int open_export(export *job, descry_library *library, const descry_export_options *options, int archive,
                       descry_error *err)
{
    descry_arena arena = {0};
    descry_filter filter;
    *job = (export){.library = library, .store = library->store, .how = DESCRY_EXPORT_OPTIONS_INIT, .width = 1, .err = err};
    int rc = DESCRY_TAKE(&job->how, options, err);
    int vectors = archive ? 2 : job->how.vectors;
    if (!rc)
        rc = descry_watch_begin(&job->watch, job->how.watch, err);
    job->watch.progress.stage = DESCRY_STAGE_WORKING;
    if (!rc)
        rc = descry_library_filter(library, job->how.filter, &filter, &arena, err);
    if (!rc)
        rc = job->store->ops->begin_reading(job->store, err);
    if (!rc && vectors)
        rc = choose_recipe(job);
    if (!rc)
        rc = job->store->ops->list(job->store, job->recipe.id, &filter, vectors == 2, take, job, err);
    if (!rc && !(job->vector = descry_alloc((size_t)job->recipe.dim + 1, sizeof *job->vector)))
        rc = descry_fail_memory(err);
    descry_arena_free(&arena);
    return rc;
}

static void close_export(export *job)
{
    job->store->ops->rollback(job->store); /* nothing was changed */
    descry_buf_free(&job->path);
    free(job->items);
    free(job->vector);
    free(job->points);
}

static int tell(export *job, size_t done)
{
    job->watch.progress.done = done;
    job->watch.progress.total = job->count;
    return done % TELL_EVERY && done != job->count ? descry_watch_check(&job->watch, job->err)
                                                   : descry_watch_tell(&job->watch, job->err);
}

static int read_path(export *job, const item *at, descry_place *place)
{
    job->path.size = 0;
    int rc = job->store->ops->place_by_id(job->store, at->id, 0, place, &job->path, job->err);
    return rc ? rc : descry_buf_append(&job->path, "", 0, job->err);
}

/* ---- picture by picture ----------------------------------------------------------------------------------------- */

static int give(export *job, const item *at, descry_buf *caption, descry_buf *model, descry_entry_callback each, void *arg, int *stop)
{
    descry_place place;
    descry_metadata metadata;
    int found = 0, rc = read_path(job, at, &place);
    caption->size = model->size = 0;
    if (!rc)
        rc = job->store->ops->caption(job->store, at->content, caption, model, job->err);
    if (!rc)
        rc = job->store->ops->metadata(job->store, at->content, &metadata, job->err);
    if (!rc && job->recipe.id)
        rc = job->store->ops->vector(job->store, &job->recipe, at->content, job->vector, &found, job->err);
    if (rc)
        return rc;
    descry_entry entry = {at->id, job->path.data, place.source, caption->size ? caption->data : NULL,
                          model->size ? model->data : NULL, &metadata,
                          found ? job->vector : NULL, job->recipe.dim};
    *stop = each(arg, &entry);
    return 0;
}

int descry_entries(descry_library *library, const descry_export_options *options, descry_entry_callback each,
                   void *arg, descry_error *err)
{
    export job;
    descry_buf caption = {0}, model = {0};
    int stop = 0;
    int rc = open_export(&job, library, options, 0, err);
    for (size_t i = 0; i < job.count && !rc && !stop; i++) {
        rc = give(&job, &job.items[i], &caption, &model, each, arg, &stop);
        if (!rc)
            rc = tell(&job, i + 1);
    }
    descry_buf_free(&caption);
    descry_buf_free(&model);
    close_export(&job);
    return rc;
}

/* ---- an archive ------------------------------------------------------------------------------------------------- */

/* The next bytes of rows that `load` brings into `data`, each of `size` bytes. */
static int64_t give_rows(export *job, int (*load)(export *job, const item *at), const void *const *data, size_t size,
                         void *out, size_t room, descry_error *err)
{
    size_t used = 0;
    job->err = err;
    while (used < room && job->row < job->count) {
        int rc = job->at ? 0 : load(job, &job->items[job->row]);
        if (rc)
            return rc;
        size_t n = size - job->at < room - used ? size - job->at : room - used;
        memcpy((char *)out + used, (const char *)*data + job->at, n);
        used += n;
        job->at += n;
        if (job->at == size) {
            job->at = 0;
            job->row++;
        }
    }
    if (job->row == job->count)
        job->row = 0; /* for the next array */
    return (int64_t)used;
}

static int load_vector(export *job, const item *at)
{
    int found, rc = tell(job, job->row + 1);
    if (!rc)
        rc = job->store->ops->vector(job->store, &job->recipe, at->content, job->vector, &found, job->err);
    if (!rc && !found)
        rc = descry_fail(job->err, DESCRY_ERR_FORMAT, "%s: the library is damaged: no vector", job->library->path);
    return rc;
}

static int load_url(export *job, const item *at)
{
    descry_place place;
    int rc = read_path(job, at, &place);
    if (rc)
        return rc;
    memset(job->points, 0, job->width * sizeof *job->points);
    descry_npz_points(job->path.data, job->path.size, job->points); /* no more than were counted */
    return 0;
}

static int64_t give_features(void *arg, void *out, size_t room, descry_error *err)
{
    export *job = arg;
    const void *data = job->vector;
    return give_rows(job, load_vector, &data, (size_t)job->recipe.dim * sizeof *job->vector, out, room, err);
}

static int64_t give_urls(void *arg, void *out, size_t room, descry_error *err)
{
    export *job = arg;
    const void *data = job->points;
    return give_rows(job, load_url, &data, job->width * sizeof *job->points, out, room, err);
}

int descry_export_npz(descry_library *library, const char *path, const descry_export_options *options, uint64_t *count,
                      descry_error *err)
{
    export job;
    descry_buf type = {0};
    int rc = open_export(&job, library, options, 1, err);
    if (!rc)
        rc = descry_buf_printf(&type, err, "<U%zu", job.width);
    if (!rc && !(job.points = descry_alloc(job.width, sizeof *job.points)))
        rc = descry_fail_memory(err);
    if (!rc) {
        const descry_npz_part parts[] = {
            {"features", "<f4", {job.count, (uint64_t)job.recipe.dim}, 2, sizeof(float), give_features, &job},
            {"urls", type.data, {job.count}, 1, job.width * sizeof *job.points, give_urls, &job},
        };
        rc = descry_npz_write(path, parts, 2, err);
    }
    if (count)
        *count = rc ? 0 : job.count;
    descry_buf_free(&type);
    close_export(&job);
    return rc;
}
