/* SPDX-License-Identifier: Apache-2.0
 * Export of a library: picture by picture to a callback, or to a NumPy archive. */
#include "library/library.h"

#include "base/error.h"
#include "base/options.h"
#include "base/watch.h"
#include "npz/npz.h"
#include "npz/values.h"

#include <stdlib.h>
#include <string.h>

enum { REPORT_EVERY = 1024, PAGE = 64 };

typedef struct export_job {
    descry_library *library;
    descry_store *store;
    descry_export_options how;
    descry_watching watch;
    descry_recipe recipe; /* id 0: no vectors */
    descry_list list;
    descry_row rows[PAGE]; /* cache: rows [first, first + count) of the list, with the details in `wanted` */
    size_t first, count;
    descry_wanted wanted;
    descry_arena arena;   /* of the rows */
    descry_error *err;

    /* writing an archive */
    uint32_t *points;     /* [width]: code points of a url, zero-padded */
    size_t width;         /* characters of the longest url */
    size_t row, at;       /* position: row, and byte in it */
} export_job;

/* ---- the list of pictures --------------------------------------------------------------------------------------- */

static int measure_url(void *arg, const char *path, size_t size)
{
    export_job *job = arg;
    size_t width = descry_npz_points(path, size, NULL);
    job->width = width > job->width ? width : job->width;
    return 0;
}

/* Lists the pictures.  To be closed in any case. */
static int open_export(export_job *job, descry_library *library, const descry_export_options *options, int archive,
                       descry_error *err)
{
    descry_arena arena = {0};
    descry_filter filter;
    *job = (export_job){.library = library, .store = library->store, .how = DESCRY_EXPORT_OPTIONS_INIT, .width = 1, .err = err};
    library->listing++;
    int rc = DESCRY_COPY_OPTIONS(&job->how, options, err);
    int vectors = archive ? 2 : job->how.vectors;
    if (!rc)
        rc = descry_watch_begin(&job->watch, job->how.watch, err);
    job->watch.progress.stage = DESCRY_STAGE_WORKING;
    if (!rc)
        rc = descry_library_filter(library, job->how.filter, &filter, &arena, err);
    if (!rc && vectors)
        rc = descry_library_recipe(library, job->how.model, &job->recipe, err);
    job->list = (descry_list){.filter = &filter, .recipe = vectors == 2 ? job->recipe.id : 0, .each = measure_url, .arg = job};
    if (!rc)
        rc = job->store->ops->list(job->store, &job->list, err);
    job->list.filter = NULL;
    descry_arena_free(&arena);
    return rc;
}

static void close_export(export_job *job)
{
    job->store->ops->unlist(job->store, &job->list);
    job->library->listing--;
    descry_arena_free(&job->arena);
    free(job->points);
}

static int fail_damaged(const export_job *job)
{
    return descry_fail(job->err, DESCRY_ERR_FORMAT, "%s: the library is damaged: a place is not what it is in the list", job->library->path);
}

/* Row i of the list. */
static int read_row(export_job *job, size_t i, const descry_row **row)
{
    if (i < job->first || i >= job->first + job->count) {
        int64_t ids[PAGE];
        size_t left = job->list.count - i, n = left < PAGE ? left : PAGE;
        for (size_t k = 0; k < n; k++)
            ids[k] = job->list.items[i + k].id;
        descry_arena_free(&job->arena);
        job->count = 0;
        int rc = job->store->ops->details(job->store, ids, n, &job->wanted, job->rows, &job->arena, job->err);
        if (rc)
            return rc;
        job->first = i;
        job->count = n;
    }
    *row = &job->rows[i - job->first];
    return (*row)->id ? 0 : fail_damaged(job); /* the snapshot is that of the list */
}

static int report_progress(export_job *job, size_t done)
{
    job->watch.progress.done = done;
    job->watch.progress.total = job->list.count;
    return done % REPORT_EVERY && done != job->list.count ? descry_watch_check(&job->watch, job->err)
                                                        : descry_watch_report(&job->watch, job->err);
}

/* ---- picture by picture ----------------------------------------------------------------------------------------- */

static int export_entry(export_job *job, size_t i, descry_entry_callback each, void *arg, int *stop)
{
    const descry_row *row;
    int rc = read_row(job, i, &row);
    if (rc)
        return rc;
    const descry_entry entry = descry_library_entry(row, job->recipe.dim);
    *stop = each(arg, &entry);
    return 0;
}

int descry_entries(descry_library *library, const descry_export_options *options, descry_entry_callback each,
                   void *arg, descry_error *err)
{
    export_job job;
    int stop = 0;
    int rc = open_export(&job, library, options, 0, err);
    job.wanted = (descry_wanted){.vectors = job.how.vectors ? &job.recipe : NULL, .captions = 1, .metadata = 1, .looks = 1};
    for (size_t i = 0; i < job.list.count && !rc && !stop; i++) {
        rc = export_entry(&job, i, each, arg, &stop);
        if (!rc)
            rc = report_progress(&job, i + 1);
    }
    close_export(&job);
    return rc;
}

/* ---- an archive ------------------------------------------------------------------------------------------------- */

/* Fills `out` with the next bytes of the rows, which `load` provides and which have `size` bytes each. */
static int64_t copy_rows(export_job *job, int (*load)(export_job *job, const void **data), size_t size, void *out,
                         size_t room, descry_error *err)
{
    size_t used = 0;
    job->err = err;
    while (used < room && job->row < job->list.count) {
        const void *data;
        int rc = load(job, &data);
        if (rc)
            return rc;
        size_t n = size - job->at < room - used ? size - job->at : room - used;
        memcpy((char *)out + used, (const char *)data + job->at, n);
        used += n;
        job->at += n;
        if (job->at == size) {
            job->at = 0;
            job->row++;
        }
    }
    if (job->row == job->list.count)
        job->row = 0; /* for the next array */
    return (int64_t)used;
}

static int load_vector(export_job *job, const void **data)
{
    const descry_row *row;
    int rc = job->at ? 0 : report_progress(job, job->row + 1);
    if (!rc)
        rc = read_row(job, job->row, &row);
    if (!rc && !row->vector)
        rc = descry_fail(job->err, DESCRY_ERR_FORMAT, "%s: the library is damaged: no vector", job->library->path);
    if (!rc)
        *data = row->vector;
    return rc;
}

static int load_url(export_job *job, const void **data)
{
    const descry_row *row;
    int rc = 0;
    *data = job->points;
    if (job->at == 0 && !(rc = read_row(job, job->row, &row))) {
        if (descry_npz_points(row->path, row->path_size, NULL) > job->width) /* the maximum from measure_url */
            return fail_damaged(job);
        memset(job->points, 0, job->width * sizeof *job->points);
        descry_npz_points(row->path, row->path_size, job->points);
    }
    return rc;
}

static int64_t write_features(void *arg, void *out, size_t room, descry_error *err)
{
    export_job *job = arg;
    job->wanted.vectors = &job->recipe;
    return copy_rows(job, load_vector, (size_t)job->recipe.dim * sizeof(float), out, room, err);
}

static int64_t write_urls(void *arg, void *out, size_t room, descry_error *err)
{
    export_job *job = arg;
    job->wanted.vectors = NULL;
    return copy_rows(job, load_url, job->width * sizeof *job->points, out, room, err);
}

int descry_export_npz(descry_library *library, const char *path, const descry_export_options *options, uint64_t *count,
                      descry_error *err)
{
    export_job job;
    descry_buf type = {0};
    int rc = open_export(&job, library, options, 1, err);
    if (!rc)
        rc = descry_buf_printf(&type, err, "<U%zu", job.width);
    if (!rc && !(job.points = descry_alloc(job.width, sizeof *job.points)))
        rc = descry_fail_memory(err);
    if (!rc) {
        const descry_npz_part parts[] = {
            {"features", "<f4", {job.list.count, (uint64_t)job.recipe.dim}, 2, sizeof(float), write_features, &job},
            {"urls", type.data, {job.list.count}, 1, job.width * sizeof *job.points, write_urls, &job},
        };
        rc = descry_npz_write(path, parts, 2, err);
    }
    if (count)
        *count = rc ? 0 : job.list.count;
    descry_buf_free(&type);
    close_export(&job);
    return rc;
}
