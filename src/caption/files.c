/* SPDX-License-Identifier: Apache-2.0
 * Describing pictures: files and folders, batch by batch. */
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

/* A picture to describe, or a path that has none. */
typedef struct entry {
    const char *path;
    descry_error *err; /* what is wrong with it; NULL: nothing yet */
} entry;

typedef struct captioning {
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
    int no_memory;         /* an entry was lost */
    descry_arena arena;
    descry_error *err;
    descry_loaded_batch *now;
    descry_loaded *items;  /* [now->count] */
    size_t given;          /* of the batch, in order */
    size_t from;           /* good picture that describe() begins with */
} captioning;

/* ---- which pictures -------------------------------------------------------------------------------------------- */

static int add_entry(captioning *job, const char *path, const descry_error *wrong)
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

static int walked_file(void *arg, const char *path, const struct stat *st)
{
    captioning *job = arg;
    (void)st;
    int rc = add_entry(job, path, NULL);
    job->watch.progress.done = job->count;
    return rc ? rc : descry_watch_tell(&job->watch, job->err);
}

static void walk_failed(void *arg, const char *path, const descry_error *err)
{
    captioning *job = arg;
    if (add_entry(job, path, err))
        job->no_memory = 1;
}

static int add_path(captioning *job, const char *path)
{
    struct stat st;
    descry_error why;
    if (stat(path, &st) != 0) {
        descry_fail_errno(&why, errno, "%s", path);
        return add_entry(job, path, &why);
    }
    if (!S_ISDIR(st.st_mode))
        return add_entry(job, path, NULL);
    descry_walk walk = {.file = walked_file, .failure = walk_failed, .arg = job,
                        .exclude = job->folders.exclude, .excludes = job->folders.excludes,
                        .include_hidden = job->folders.include_hidden, .sniff = job->folders.sniff};
    int rc = descry_walk_run(&walk, path, &why);
    if (job->no_memory || rc == DESCRY_ERR_MEMORY)
        return descry_fail_memory(job->err);
    return rc && rc != DESCRY_ERR_CANCELLED ? add_entry(job, path, &why) : rc;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

/* Reports failures before `end`, in input order. */
static int give_failures(captioning *job, size_t end)
{
    while (job->given < end) {
        const descry_loaded *item = &job->items[job->given++];
        job->watch.progress.failed++;
        if (job->each(job->arg, item->path, NULL, &item->err))
            return descry_fail(job->err, DESCRY_ERR_CANCELLED, "stopped");
    }
    return 0;
}

static int give(void *arg, size_t i, const descry_caption *caption)
{
    captioning *job = arg;
    const descry_loaded *item = job->now->good[job->from + i];
    if (give_failures(job, (size_t)(item - job->items)))
        return 1;
    job->given++;
    return job->each(job->arg, item->path, caption, NULL);
}

static int describe(void *arg, size_t first, size_t n, descry_error *err)
{
    captioning *job = arg;
    if ((const descry_loaded *)job->now->good[first] < job->items + job->given)
        return 0; /* before something was not finite */
    job->from = first;
    return descry_clip_caption_pixels(job->model->clip, job->now->rgb + first * job->now->picture, n, &job->generation,
                                      job->how.batch, NULL, NULL, give, job, err);
}

static int deliver(void *arg, descry_loaded_batch *now, descry_error *err)
{
    captioning *job = arg;
    job->now = now;
    job->items = now->items;
    job->given = 0;
    int rc = descry_loaded_encode(now, describe, job, err);
    if (!rc)
        rc = give_failures(job, now->count);
    job->watch.progress.done += now->count;
    return rc ? rc : descry_watch_tell(&job->watch, job->err);
}

static int describe_entries(captioning *job)
{
    descry_loading loading = {.preprocess = descry_clip_preprocess(job->model->clip), .options = &job->reading.options,
                              .decoders = job->model->context->decoders,
                              .threads = descry_pool_threads(job->model->context->pool), .item = sizeof(descry_loaded),
                              .batch = descry_clip_caption_batch(job->how.batch), .deliver = deliver, .arg = job};
    descry_loader *loader;
    job->watch.progress.stage = DESCRY_STAGE_WORKING;
    job->watch.progress.done = 0;
    job->watch.progress.total = job->count;
    loading.batch = loading.batch < job->count ? loading.batch : job->count;
    int rc = descry_loader_open(&loader, &loading, job->err);
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

static int take_options(captioning *job, const descry_folder_options *folders, const descry_caption_options *options)
{
    int rc = DESCRY_TAKE(&job->how, options, job->err);
    if (!rc)
        rc = DESCRY_TAKE(&job->folders, folders, job->err);
    if (!rc)
        rc = DESCRY_TAKE(&job->generation, job->how.generation, job->err);
    if (!rc)
        rc = descry_reading_take(&job->reading, job->how.preprocess, job->err);
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
    captioning job = {.model = model, .how = DESCRY_CAPTION_OPTIONS_INIT, .folders = DESCRY_FOLDER_OPTIONS_INIT,
                      .generation = DESCRY_GENERATION_INIT, .each = each, .arg = arg, .err = err ? err : &own};
    int rc = take_options(&job, folders, options);
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_path(&job, paths[i]);
    if (!rc)
        rc = describe_entries(&job);
    free(job.entries);
    descry_arena_free(&job.arena);
    return rc;
}
