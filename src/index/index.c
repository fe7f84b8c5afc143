/* SPDX-License-Identifier: Apache-2.0
 * Indexing: which files to look at, in which order, and what to tell the caller.  batch.c does the work on each. */
#include "index/batch.h"
#include "library/calibrate.h"
#include "caption/fill.h"
#include "library/library.h"
#include "pictures/others.h"
#include "base/paths.h"
#include "pictures/walk.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TELL_EVERY = 64,
    PAGE = 64,    /* files that the library is asked about at once */
    CLAIM = 3600  /* seconds after which another worker may have what this one did not embed */
};

/* Files of the walk that were not looked at yet. */
typedef struct page {
    char *paths[PAGE];
    uint64_t sizes[PAGE];
    int64_t mtimes[PAGE];
    size_t count;
} page;

/* One of the paths to index: a folder, or a file. */
typedef struct target {
    char *path;
    int is_folder;
    int absent;  /* nothing to do */
    uint64_t found;
    struct stat st;
} target;

typedef struct ingest {
    descry_library *library;
    descry_store *store;
    const descry_index_options *options;
    descry_index_progress progress;
    double start; /* descry_clock_now */
    int64_t recipe;
    descry_batch *batch;
    descry_error *err;
    page page;
    int stopped; /* why a callback stopped the walk: an error that *err describes */
    target *targets;
    size_t count;
    uint64_t described; /* captions from the pass that embedded */
    descry_others others;
} ingest;

/* ---- telling the caller ---------------------------------------------------------------------------------------- */

static int tell(ingest *run)
{
    run->progress.seconds = descry_clock_now() - run->start;
    if (run->options->progress && run->options->progress(run->options->arg, &run->progress))
        return descry_fail(run->err, DESCRY_ERR_CANCELLED, "stopped");
    return 0;
}

static void report(ingest *run, const char *path, const descry_error *why)
{
    run->progress.failed++;
    if (run->options->failure)
        run->options->failure(run->options->arg, path, why);
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static int count_items(void *arg, const descry_item *items, size_t n)
{
    ingest *run = arg;
    for (const descry_item *item = items; item < items + n; item++) {
        run->progress.done++;
        run->progress.captioned += (uint64_t)item->captioned;
        if (item->state == DESCRY_ITEM_FAILED)
            report(run, item->path, &item->loaded.err);
        else if (item->state == DESCRY_ITEM_NEW)
            run->progress.embedded++;
        else if (item->state == DESCRY_ITEM_KNOWN && item->content != item->place.content)
            run->progress.recognised++;
        else
            run->progress.unchanged++;
    }
    return tell(run);
}

static int is_same(const page *files, size_t i, const descry_place *place)
{
    return place->has_vector && !place->unread && place->size == files->sizes[i] && place->mtime == files->mtimes[i];
}

/* Claims those of a page that have to be read; of those that have not, mine[i] is 1. */
static int claim(ingest *run, const descry_place *places, int *mine)
{
    const page *files = &run->page;
    const char *paths[PAGE];
    size_t which[PAGE], n = 0;
    int granted[PAGE];
    for (size_t i = 0; i < files->count; i++) {
        mine[i] = is_same(files, i, &places[i]);
        if (!mine[i]) {
            which[n] = i;
            paths[n++] = files->paths[i];
        }
    }
    int rc = n ? run->store->ops->claim(run->store, paths, n, (int64_t)time(NULL) + CLAIM, granted, run->err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        mine[which[i]] = granted[i];
    return rc;
}

static int look_at(ingest *run, size_t i, const descry_place *place, int is_mine)
{
    const page *files = &run->page;
    int same = is_same(files, i, place);
    if (is_mine && !(same && !place->missing && !place->failed))
        return descry_batch_add(run->batch, files->paths[i], files->sizes[i], files->mtimes[i], place, same, run->err);
    run->progress.unchanged += (uint64_t)is_mine; /* another worker's is passed over */
    run->progress.done++;
    return run->progress.done % TELL_EVERY ? 0 : tell(run);
}

static void drop_page(page *files)
{
    while (files->count > 0)
        free(files->paths[--files->count]);
}

static int finish_page(ingest *run)
{
    page *files = &run->page;
    descry_place places[PAGE];
    int mine[PAGE], rc = 0;
    if (files->count > 0)
        rc = run->store->ops->places(run->store, (const char *const *)files->paths, files->count, run->recipe, places,
                                     run->err);
    if (!rc)
        rc = claim(run, places, mine);
    for (size_t i = 0; i < files->count && !rc; i++)
        rc = look_at(run, i, &places[i], mine[i]);
    drop_page(files);
    return run->stopped = rc;
}

static int index_file(void *arg, const char *path, const struct stat *st)
{
    ingest *run = arg;
    page *files = &run->page;
    if (run->stopped)
        return run->stopped;
    char *copy = strdup(path);
    if (!copy)
        return run->stopped = descry_fail_memory(run->err);
    files->sizes[files->count] = (uint64_t)st->st_size;
    files->mtimes[files->count] = descry_clock_changed(st);
    files->paths[files->count++] = copy;
    return files->count < PAGE ? 0 : finish_page(run);
}

/* In its turn: after the files that the walk came to before. */
static void report_folder(void *arg, const char *path, const descry_error *why)
{
    ingest *run = arg;
    if (!run->stopped && !finish_page(run))
        report(run, path, why);
}

static int count_file(void *arg, const char *path, const struct stat *st)
{
    ingest *run = arg;
    (void)path, (void)st;
    return ++run->progress.found % TELL_EVERY ? 0 : (run->stopped = tell(run));
}

static int count_other(void *arg, const char *name)
{
    ingest *run = arg;
    run->stopped = descry_others_count(&run->others, name, run->err);
    run->progress.passed_over = run->others.files;
    return run->stopped;
}

/* ---- targets --------------------------------------------------------------------------------------------------- */

static int gone(void *arg, const char *path)
{
    struct stat st;
    (void)arg;
    return stat(path, &st) == 0 ? !S_ISREG(st.st_mode) : errno == ENOENT || errno == ENOTDIR;
}

/* A file that was named and is not there: reported, and marked if the library knows it. */
static int lost_file(ingest *run, const char *path, int number)
{
    descry_error why;
    descry_place place;
    descry_buf known = {0};
    descry_fail_errno(&why, number, "%s", path);
    report(run, path, &why);
    int rc = descry_path_real_folder(&known, path, run->err);
    if (!rc)
        rc = run->store->ops->places(run->store, (const char *const[]){known.data}, 1, run->recipe, &place, run->err);
    if (!rc && place.id)
        rc = run->store->ops->mark_missing(run->store, known.data, gone, NULL, &run->progress.missing, run->err);
    descry_buf_free(&known);
    return rc;
}

static int add_target(ingest *run, const char *path, int is_root)
{
    target *next = &run->targets[run->count];
    descry_buf real = {0};
    int rc = 0;
    if (!*path || stat(path, &next->st) != 0) {
        if (!is_root)
            return lost_file(run, *path ? path : ".", *path ? errno : ENOENT);
        descry_log_write(&run->library->context->log, DESCRY_LOG_WARNING, "%s: not there, skipped", path);
        return 0;
    }
    next->is_folder = S_ISDIR(next->st.st_mode);
    rc = next->is_folder ? descry_path_real(&real, path, run->err) : descry_path_real_folder(&real, path, run->err);
    if (rc)
        return rc;
    next->path = real.data;
    run->count++;
    return 0;
}

static int add_targets(ingest *run, const char *const *paths, size_t count)
{
    descry_arena arena = {0};
    descry_library_status status = {0};
    int is_root = count == 0, rc = 0;
    if (is_root) {
        rc = run->store->ops->status(run->store, &status, &arena, run->err);
        paths = status.roots;
        count = status.root_count;
        if (!rc && count == 0)
            rc = descry_fail(run->err, DESCRY_ERR_ARGUMENT, "%s: no folder is known yet, name one",
                             run->library->path);
    }
    run->targets = calloc(count + 1, sizeof *run->targets);
    if (!rc && !run->targets)
        rc = descry_fail_memory(run->err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_target(run, paths[i], is_root);
    descry_arena_free(&arena);
    return rc;
}

/* A folder is remembered as a root unless a walk of another root comes to it anyway. */
static int remember(ingest *run, const char *path)
{
    descry_arena arena = {0};
    descry_library_status status;
    int rc = run->store->ops->status(run->store, &status, &arena, run->err), covered = 0;
    for (size_t i = 0; !rc && i < status.root_count; i++)
        covered |= descry_path_is_below(path, status.roots[i]) && !descry_walk_hides(path, strlen(status.roots[i]));
    if (!rc && !covered)
        rc = run->store->ops->add_root(run->store, path, run->err);
    descry_arena_free(&arena);
    return rc;
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

/* `each` says what to do. */
static int walk(ingest *run, target *at, descry_walk each)
{
    if (!at->is_folder)
        return each.file(run, at->path, &at->st);
    each.exclude = run->options->exclude;
    each.excludes = run->options->excludes;
    each.include_hidden = run->options->include_hidden;
    each.sniff = run->options->sniff;
    each.library = run->store->ops->file(run->store);
    each.arg = run;
    descry_error why;
    int rc = descry_walk_run(&each, at->path, &why);
    if (rc == 0 || run->stopped)
        return run->stopped;
    if (rc == DESCRY_ERR_MEMORY)
        return descry_fail_memory(run->err);
    at->absent = 1; /* the folder itself could not be read */
    if (each.failure)
        each.failure(run, at->path, &why);
    return run->stopped;
}

static int count_files(ingest *run)
{
    int rc = tell(run);
    for (size_t i = 0; i < run->count && !rc; i++) {
        uint64_t before = run->progress.found;
        rc = walk(run, &run->targets[i], (descry_walk){.file = count_file, .other = count_other});
        run->targets[i].found = run->progress.found - before;
    }
    run->progress.total = run->progress.found;
    if (!rc && run->options->passed_over)
        descry_others_tell(&run->others, run->options->passed_over, run->options->arg);
    return rc;
}

/* An empty folder is more likely a disk that is not mounted than the end of all its pictures. */
static int is_empty(ingest *run, const target *at, int *empty)
{
    int any = 0;
    *empty = at->is_folder && at->found == 0;
    int rc = *empty ? run->store->ops->any_under(run->store, at->path, &any, run->err) : 0;
    if (!rc && any && !at->absent)
        descry_log_write(&run->library->context->log, DESCRY_LOG_WARNING,
                         "%s: no pictures there, skipped; those known stay as they are", at->path);
    return rc;
}

static int mark_missing(ingest *run, size_t i)
{
    for (size_t j = 0; j < run->count; j++)
        if (j != i && run->targets[j].is_folder && descry_path_is_below(run->targets[i].path, run->targets[j].path) &&
            (j < i || strcmp(run->targets[i].path, run->targets[j].path) != 0))
            return 0; /* counted there */
    uint64_t missing = 0;
    int rc = run->store->ops->mark_missing(run->store, run->targets[i].path, gone, NULL, &missing, run->err);
    run->progress.missing += missing;
    return rc;
}

static int index_targets(ingest *run)
{
    int rc = count_files(run);
    for (size_t i = 0; i < run->count && !rc; i++) {
        if (run->targets[i].is_folder && !run->targets[i].absent)
            rc = remember(run, run->targets[i].path);
        if (!rc)
            rc = walk(run, &run->targets[i], (descry_walk){.file = index_file, .failure = report_folder});
    }
    if (!rc)
        rc = finish_page(run);
    if (!rc)
        rc = descry_batch_finish(run->batch, run->err);
    for (size_t i = 0; i < run->count && !rc; i++) {
        int empty;
        rc = is_empty(run, &run->targets[i], &empty);
        if (!rc && !empty && !run->targets[i].absent)
            rc = mark_missing(run, i);
    }
    return rc ? rc : tell(run);
}

/* ---- captions -------------------------------------------------------------------------------------------------- */

static int tell_of_captions(void *arg, uint64_t done, uint64_t total, uint64_t captioned)
{
    ingest *run = arg;
    run->progress.captioned = run->described + captioned;
    run->progress.captions_done = done;
    run->progress.captions_total = total;
    return tell(run) != 0;
}

static int hear_of_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    if (!caption)
        report(arg, path, err);
    return 0;
}

/* How captions are made here: pictures are prepared as those to be embedded. */
static int prepare_captions(ingest *run, descry_caption_options *how)
{
    static const descry_caption_options defaults = DESCRY_CAPTION_OPTIONS_INIT;
    *how = run->options->captions ? *run->options->captions : defaults;
    how->preprocess = run->options->preprocess;
    how->progress = NULL;
    return run->options->captioner ? descry_clip_caption_check(run->options->captioner->clip, how, run->err) : 0;
}

/* Of what is at the paths that were indexed. */
static int fill_captions(ingest *run, const descry_caption_options *how)
{
    descry_filter filter = DESCRY_FILTER_INIT;
    const char **under = descry_alloc(run->count + 1, sizeof *under);
    if (!under)
        return descry_fail_memory(run->err);
    for (size_t i = 0; i < run->count; i++)
        if (!run->targets[i].absent)
            under[filter.unders++] = run->targets[i].path;
    filter.under = under;
    run->described = run->progress.captioned;
    descry_fill fill = {.library = run->library, .model = run->options->captioner, .filter = &filter, .but_failed = 1,
                        .options = how, .tell = tell_of_captions, .each = hear_of_caption, .arg = run};
    int rc = filter.unders > 0 ? descry_fill_run(&fill, run->err) : 0;
    free(under);
    return rc;
}

int descry_index(descry_library *library, descry_model *model, const char *const *paths, size_t count,
                 const descry_index_options *options, descry_index_progress *result, descry_error *err)
{
    static const descry_index_options defaults = DESCRY_INDEX_OPTIONS_INIT;
    ingest run = {.library = library, .store = library->store, .options = options ? options : &defaults};
    descry_error local;
    run.err = err ? err : &local;
    run.start = descry_clock_now();
    descry_model_info info = {0};
    descry_recipe recipe;
    descry_caption_options how;
    int rc = 0;
    descry_clip_describe(model->clip, &info);
    if (run.store->ops->is_read_only(run.store))
        rc = descry_fail(run.err, DESCRY_ERR_IO, "%s: the library is read-only", library->path);
    if (!rc)
        rc = prepare_captions(&run, &how);
    if (!rc)
        rc = descry_library_lock(library, 0, run.err);
    if (!rc)
        rc = add_targets(&run, paths, count);
    if (!rc)
        rc = run.store->ops->recipe(run.store, info.recipe, info.name, info.dim, 1, &recipe, run.err);
    if (!rc)
        rc = run.store->ops->touch_recipe(run.store, recipe.id, run.err);
    if (!rc) {
        run.recipe = recipe.id;
        const descry_batches batches = {.library = library, .model = model, .recipe = &recipe,
                                        .preprocess = &run.options->preprocess, .size = run.options->batch,
                                        .captions = run.options->captioner == model ? &how : NULL,
                                        .done = count_items, .arg = &run};
        rc = descry_batch_open(&run.batch, &batches, run.err);
    }
    if (!rc)
        rc = index_targets(&run);
    descry_batch_close(&run.batch); /* its threads look things up in the library */
    if (run.progress.embedded > 0)
        run.store->ops->prepare(run.store, &recipe);
    if (!rc && descry_calibrate(library, model, &local)) /* the pictures are in all the same */
        descry_log_write(&library->context->log, DESCRY_LOG_WARNING, "scores are not calibrated: %s", local.message);
    if (!rc && run.options->captioner)
        rc = fill_captions(&run, &how);
    for (size_t i = 0; i < run.count; i++)
        free(run.targets[i].path);
    free(run.targets);
    drop_page(&run.page);
    descry_others_free(&run.others);
    descry_library_unlock(library);
    if (result)
        *result = run.progress;
    return rc;
}
