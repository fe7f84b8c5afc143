/* SPDX-License-Identifier: Apache-2.0
 * Captions of files and folders, batch by batch. */
#include "api/handles.h"

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/watch.h"
#include "pictures/loader.h"
#include "pictures/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BATCH = 1024 };

/* A picture to caption, or a path that could not be read. */
typedef struct entry {
    const char *path;
    descry_error *err; /* why not; NULL: a picture */
} entry;

typedef struct caption_job {
    descry_model *model;
    descry_caption_options how;
    descry_generation generation;
    descry_reading reading;
    descry_folder_options folders;
    descry_watching watch;
    descry_caption_callback each;
    void *arg;
    entry *entries;
    size_t count, room;
    int no_memory;         /* 1: an entry could not be added */
    descry_arena arena;
    descry_error *err;
    descry_loaded_batch *now;
    descry_loaded *items;  /* [now->count] */
    size_t reported;       /* items of the batch reported so far, in input order */
    size_t first;          /* good picture that caption_range begins with */
} caption_job;

/* ---- entries --------------------------------------------------------------------------------------------------- */

static int add_entry(caption_job *job, const char *path, const descry_error *wrong)
{
    if (job->count == job->room) {
        size_t room = job->room ? 2 * job->room : 64;
        entry *entries = descry_realloc(job->entries, room, sizeof *entries);
        if (!entries)
            return descry_fail_memory(job->err);
        job->entries = entries;
        job->room = room;
    }
    entry *e = &job->entries[job->count];
    *e = (entry){descry_arena_strdup(&job->arena, path), NULL};
    if (e->path && wrong && (e->err = descry_arena_alloc(&job->arena, 1, sizeof *e->err)))
        *e->err = *wrong;
    if (!e->path || (wrong && !e->err))
        return descry_fail_memory(job->err);
    job->count++;
    return 0;
}

static int on_file(void *arg, const char *path, const struct stat *st)
{
    caption_job *job = arg;
    (void)st;
    int rc = add_entry(job, path, NULL);
    job->watch.progress.done = job->count;
    return rc ? rc : descry_watch_report(&job->watch, job->err);
}

static void on_walk_failure(void *arg, const char *path, const descry_error *err)
{
    caption_job *job = arg;
    if (add_entry(job, path, err))
        job->no_memory = 1;
}

static int add_path(caption_job *job, const char *path)
{
    struct stat st;
    descry_error why;
    if (stat(path, &st) != 0) {
        descry_fail_errno(&why, errno, "%s", path);
        return add_entry(job, path, &why);
    }
    if (!S_ISDIR(st.st_mode))
        return add_entry(job, path, NULL);
    descry_walk walk = {.file = on_file, .failure = on_walk_failure, .arg = job,
                        .exclude = job->folders.exclude, .excludes = job->folders.excludes,
                        .include_hidden = job->folders.include_hidden, .sniff = job->folders.sniff};
    int rc = descry_walk_run(&walk, path, &why);
    if (job->no_memory || rc == DESCRY_ERR_MEMORY)
        return descry_fail_memory(job->err);
    return rc && rc != DESCRY_ERR_CANCELLED ? add_entry(job, path, &why) : rc;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

/* Reports failures before `end`, in input order. */
static int report_failures(caption_job *job, size_t end)
{
    while (job->reported < end) {
        const descry_loaded *item = &job->items[job->reported++];
        job->watch.progress.failed++;
        if (job->each(job->arg, item->path, NULL, &item->err))
            return descry_fail(job->err, DESCRY_ERR_CANCELLED, "stopped");
    }
    return 0;
}

static int report_caption(void *arg, size_t i, const descry_caption *caption)
{
    caption_job *job = arg;
    const descry_loaded *item = job->now->good[job->first + i];
    if (report_failures(job, (size_t)(item - job->items)))
        return 1;
    job->reported++;
    return job->each(job->arg, item->path, caption, NULL);
}

static int caption_range(void *arg, size_t first, size_t n, descry_error *err)
{
    caption_job *job = arg;
    if ((const descry_loaded *)job->now->good[first] < job->items + job->reported)
        return 0; /* reported before the error that made descry_loaded_encode repeat the batch one by one */
    job->first = first;
    return descry_clip_caption_pixels(job->model->clip, job->now->rgb + first * job->now->picture, n, &job->generation,
                                      job->how.batch, NULL, NULL, report_caption, job, err);
}

static int deliver(void *arg, descry_loaded_batch *now, descry_error *err)
{
    caption_job *job = arg;
    job->now = now;
    job->items = now->items;
    job->reported = 0;
    int rc = descry_loaded_encode(now, caption_range, job, err);
    if (!rc)
        rc = report_failures(job, now->count);
    job->watch.progress.done += now->count;
    return rc ? rc : descry_watch_report(&job->watch, job->err);
}

static int caption_entries(caption_job *job)
{
    descry_loader_options with = {.preprocess = descry_clip_preprocess(job->model->clip), .options = &job->reading.options,
                                  .decoders = job->model->context->decoders,
                                  .threads = descry_pool_threads(job->model->context->pool), .item = sizeof(descry_loaded),
                                  .batch = descry_clip_caption_batch(job->how.batch), .deliver = deliver, .arg = job};
    descry_loader *loader;
    job->watch.progress.stage = DESCRY_STAGE_WORKING;
    job->watch.progress.done = 0;
    job->watch.progress.total = job->count;
    with.batch = with.batch < job->count ? with.batch : job->count;
    int rc = descry_loader_open(&loader, &with, job->err);
    for (size_t i = 0; i < job->count && !rc; i++) {
        descry_loaded item = {.path = job->entries[i].path, .want = DESCRY_WANT_PIXELS};
        if (job->entries[i].err)
            item.err = *job->entries[i].err;
        rc = descry_loader_add(loader, &item, job->err);
    }
    if (!rc)
        rc = descry_loader_finish(loader, job->err);
    descry_loader_close(&loader);
    return rc;
}

/* ---- public ---------------------------------------------------------------------------------------------------- */

static int copy_options(caption_job *job, const descry_folder_options *folders, const descry_caption_options *options)
{
    int rc = DESCRY_COPY_OPTIONS(&job->how, options, job->err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&job->folders, folders, job->err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&job->generation, job->how.generation, job->err);
    if (!rc)
        rc = descry_reading_copy_whole(&job->reading, job->how.preprocess, job->err);
    if (!rc)
        rc = descry_watch_begin(&job->watch, job->how.watch, job->err);
    if (!rc)
        rc = descry_clip_caption_check(job->model->clip, &job->generation, job->err);
    return rc || job->how.batch <= MAX_BATCH
               ? rc
               : descry_fail(job->err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", job->how.batch, MAX_BATCH);
}

int descry_caption_files(descry_model *model, const char *const *paths, size_t count,
                         const descry_folder_options *folders, const descry_caption_options *options,
                         descry_caption_callback each, void *arg, descry_error *err)
{
    descry_error own;
    caption_job job = {.model = model, .how = DESCRY_CAPTION_OPTIONS_INIT, .folders = DESCRY_FOLDER_OPTIONS_INIT,
                      .generation = DESCRY_GENERATION_INIT, .each = each, .arg = arg, .err = err ? err : &own};
    int rc = copy_options(&job, folders, options);
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_path(&job, paths[i]);
    if (!rc)
        rc = caption_entries(&job);
    free(job.entries);
    descry_arena_free(&job.arena);
    return rc;
}
