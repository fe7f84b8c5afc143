/* SPDX-License-Identifier: Apache-2.0
 * Indexing: walks folders, finds new and changed files, reports to the caller.  batch.c loads, embeds and stores them. */
#include "index/batch.h"
#include "library/calibrate.h"
#include "caption/fill.h"
#include "library/library.h"
#include "pictures/others.h"
#include "base/paths.h"
#include "pictures/walk.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    REPORT_EVERY = 64,
    PAGE = 64,    /* files looked up in the library at once */
    CLAIM = 3600  /* seconds until a claim of a file by this process expires */
};

/* Files from the walk that are not yet looked up. */
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
    int absent;  /* could not be read: nothing to do */
    uint64_t found;
    struct stat st;
} target;

/* A session, or the one run of descry_index. */
typedef struct descry_session {
    descry_library *library;
    descry_model *model;
    descry_store *store;
    descry_index_options how;
    descry_folder_options folders;
    descry_reading reading;
    descry_generation generation;
    descry_index_counts counts, *out_counts; /* out_counts: the caller's, or NULL */
    descry_watching watch;
    descry_recipe recipe; /* once a batch is open */
    descry_batch *batch;  /* NULL: before the first feed */
    descry_error *err;
    page page;
    int stopped; /* error code of a callback that stopped the walk; *err has the message */
    int locked;
    int failed, closed;   /* failed: a feed was not committed completely; closed: no more feeds */
    double start;
    /* of the current feed */
    target *targets;
    size_t count;
    /* values of `counts` before this feed, and after its embedding pass: */
    uint64_t found, passed_over, captioned_before;
    descry_others skipped;
} ingest;

/* ---- reports to the caller ------------------------------------------------------------------------------------- */

static void copy_counts(ingest *run)
{
    run->counts.seconds = descry_clock_now() - run->start;
    DESCRY_COPY_BACK(run->out_counts, &run->counts);
}

static int report_progress(ingest *run)
{
    copy_counts(run);
    return descry_watch_report(&run->watch, run->err);
}

static void report_failure(ingest *run, const char *path, const descry_error *why)
{
    run->counts.failed++;
    run->watch.progress.failed++;
    if (run->how.failure)
        run->how.failure(run->how.arg, path, why);
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static int on_batch(void *arg, const descry_item *items, size_t n)
{
    ingest *run = arg;
    for (const descry_item *item = items; item < items + n; item++) {
        run->watch.progress.done++;
        run->counts.captioned += (uint64_t)item->captioned;
        if (item->state == DESCRY_ITEM_FAILED)
            report_failure(run, item->path, &item->loaded.err);
        else if (item->state == DESCRY_ITEM_NEW)
            run->counts.embedded++;
        else if (item->state == DESCRY_ITEM_KNOWN && item->content != item->place.content)
            run->counts.recognised++;
        else
            run->counts.unchanged++;
    }
    return report_progress(run);
}

static int is_same(const ingest *run, size_t i, const descry_place *place)
{
    const page *files = &run->page;
    int has_vector = place->has_vector && !(place->draft && run->how.full_decode);
    return has_vector && !place->unread && place->size == files->sizes[i] && place->mtime == files->mtimes[i];
}

/* Whether this version of descry has failed at this file before, with a permanent fault. */
static int is_faulty(const ingest *run, size_t i, const descry_place *place)
{
    _Static_assert(sizeof DESCRY_VERSION <= DESCRY_VERSION_SIZE, "it would not be remembered");
    const descry_fault *fault = &place->fault;
    return !run->how.retry_failed && strcmp(fault->version, DESCRY_VERSION) == 0 && fault->size == run->page.sizes[i] &&
           fault->mtime == run->page.mtimes[i];
}

/* Claims the files of a page that must be read; mine[i] is 1 also for those that need not be. */
static int claim(ingest *run, const descry_place *places, int *mine)
{
    const page *files = &run->page;
    const char *paths[PAGE];
    size_t index[PAGE], n = 0;
    int granted[PAGE];
    for (size_t i = 0; i < files->count; i++) {
        mine[i] = is_same(run, i, &places[i]);
        if (!mine[i]) {
            index[n] = i;
            paths[n++] = files->paths[i];
        }
    }
    int rc = n ? run->store->ops->claim(run->store, paths, n, (int64_t)time(NULL) + CLAIM, granted, run->err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        mine[index[i]] = granted[i];
    return rc;
}

static int add_file(ingest *run, size_t i, const descry_place *place, int is_mine)
{
    const page *files = &run->page;
    int same = is_same(run, i, place), faulty = is_faulty(run, i, place); /* both: it was read for another model */
    descry_item_state state = same ? DESCRY_ITEM_SAME : faulty ? DESCRY_ITEM_FAILED : DESCRY_ITEM_NEW;
    if (is_mine && !(same && !place->missing && (!place->failed || faulty)))
        return descry_batch_add(run->batch, files->paths[i], files->sizes[i], files->mtimes[i], place, state, run->err);
    run->counts.unchanged += (uint64_t)is_mine; /* else claimed by another process: not counted */
    run->watch.progress.done++;
    return run->watch.progress.done % REPORT_EVERY ? 0 : report_progress(run);
}

static void clear_page(page *files)
{
    while (files->count > 0)
        free(files->paths[--files->count]);
}

static int process_page(ingest *run)
{
    page *files = &run->page;
    descry_place places[PAGE];
    int mine[PAGE], rc = 0;
    if (files->count > 0)
        rc = run->store->ops->places(run->store, (const char *const *)files->paths, files->count, run->recipe.id, places,
                                     run->err);
    if (!rc)
        rc = claim(run, places, mine);
    for (size_t i = 0; i < files->count && !rc; i++)
        rc = add_file(run, i, &places[i], mine[i]);
    clear_page(files);
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
    return files->count < PAGE ? 0 : process_page(run);
}

/* After the files that precede it in the walk, so that reports keep the order. */
static void report_folder(void *arg, const char *path, const descry_error *why)
{
    ingest *run = arg;
    if (!run->stopped && !process_page(run))
        report_failure(run, path, why);
}

static int count_file(void *arg, const char *path, const struct stat *st)
{
    ingest *run = arg;
    (void)path, (void)st;
    run->watch.progress.done = ++run->counts.found - run->found;
    return run->counts.found % REPORT_EVERY ? 0 : (run->stopped = report_progress(run));
}

static int count_other(void *arg, const char *name)
{
    ingest *run = arg;
    run->stopped = descry_others_count(&run->skipped, name, run->err);
    run->counts.passed_over = run->passed_over + run->skipped.files;
    return run->stopped;
}

/* ---- targets --------------------------------------------------------------------------------------------------- */

static int is_gone(void *arg, const char *path)
{
    struct stat st;
    (void)arg;
    return stat(path, &st) == 0 ? !S_ISREG(st.st_mode) : errno == ENOENT || errno == ENOTDIR;
}

/* A file argument that does not exist: reported, and marked missing if the library knows it. */
static int report_missing(ingest *run, const char *path, int error)
{
    descry_error why;
    descry_place place;
    descry_buf known = {0};
    uint64_t missing = 0;
    descry_fail_errno(&why, error, "%s", path);
    report_failure(run, path, &why);
    int rc = descry_path_real_folder(&known, path, run->err);
    if (!rc)
        rc = run->store->ops->places(run->store, (const char *const[]){known.data}, 1, run->recipe.id, &place, run->err);
    if (!rc && place.id)
        rc = run->store->ops->mark_missing(run->store, known.data, is_gone, NULL, &missing, run->err);
    run->counts.missing += missing;
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
            return report_missing(run, *path ? path : ".", *path ? errno : ENOENT);
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

/* Adds a folder to the roots unless the walk of another root includes it. */
static int add_root(ingest *run, const char *path)
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

/* Walks a target with the callbacks in `each`. */
static int walk(ingest *run, target *at, descry_walk each)
{
    if (!at->is_folder)
        return each.file(run, at->path, &at->st);
    each.exclude = run->folders.exclude;
    each.excludes = run->folders.excludes;
    each.include_hidden = run->folders.include_hidden;
    each.sniff = run->folders.sniff;
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
    int rc = report_progress(run);
    for (size_t i = 0; i < run->count && !rc; i++) {
        uint64_t before = run->counts.found;
        rc = walk(run, &run->targets[i], (descry_walk){.file = count_file, .other = count_other});
        run->targets[i].found = run->counts.found - before;
    }
    if (!rc && run->how.passed_over)
        descry_others_report(&run->skipped, run->how.passed_over, run->how.arg);
    if (!rc) {
        run->watch.progress.stage = DESCRY_STAGE_WORKING;
        run->watch.progress.done = 0;
        run->watch.progress.total = run->counts.found - run->found;
    }
    return rc;
}

/* A folder without pictures of which the library has some is more likely an unmounted disk: its pictures stay as they are. */
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
            return 0; /* included in that one */
    uint64_t missing = 0;
    int rc = run->store->ops->mark_missing(run->store, run->targets[i].path, is_gone, NULL, &missing, run->err);
    run->counts.missing += missing;
    return rc;
}

static int index_targets(ingest *run)
{
    int rc = count_files(run);
    for (size_t i = 0; i < run->count && !rc; i++) {
        if (run->targets[i].is_folder && !run->targets[i].absent)
            rc = add_root(run, run->targets[i].path);
        if (!rc)
            rc = walk(run, &run->targets[i], (descry_walk){.file = index_file, .failure = report_folder});
    }
    if (!rc)
        rc = process_page(run);
    if (!rc)
        rc = descry_batch_finish(run->batch, run->err);
    for (size_t i = 0; i < run->count && !rc; i++) {
        int empty;
        rc = is_empty(run, &run->targets[i], &empty);
        if (!rc && !empty && !run->targets[i].absent)
            rc = mark_missing(run, i);
    }
    return rc ? rc : report_progress(run);
}

/* ---- captions -------------------------------------------------------------------------------------------------- */

static int on_caption_progress(void *arg, uint64_t done, uint64_t total, uint64_t captioned)
{
    ingest *run = arg;
    run->counts.captioned = run->captioned_before + captioned;
    run->watch.progress.stage = DESCRY_STAGE_CAPTIONS;
    run->watch.progress.done = done;
    run->watch.progress.total = total;
    return report_progress(run) != 0;
}

static int on_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    if (!caption)
        report_failure(arg, path, err);
    return 0;
}

/* Captions the pictures at the paths just indexed. */
static int fill_captions(ingest *run)
{
    descry_filter filter = DESCRY_FILTER_INIT;
    const char **under = descry_alloc(run->count + 1, sizeof *under);
    if (!under)
        return descry_fail_memory(run->err);
    for (size_t i = 0; i < run->count; i++)
        if (!run->targets[i].absent)
            under[filter.unders++] = run->targets[i].path;
    filter.under = under;
    run->captioned_before = run->counts.captioned;
    descry_fill fill = {.library = run->library, .model = run->how.captioner, .filter = &filter, .skip_failed = 1,
                        .generation = &run->generation, .preprocess = &run->reading.options, .progress = on_caption_progress,
                        .each = on_caption, .arg = run};
    int rc = filter.unders > 0 ? descry_fill_run(&fill, run->err) : 0;
    free(under);
    return rc;
}

/* ---- sessions -------------------------------------------------------------------------------------------------- */

static int copy_options(ingest *run, const descry_index_options *options)
{
    int rc = DESCRY_COPY_OPTIONS(&run->how, options, run->err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&run->folders, run->how.folders, run->err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&run->generation, run->how.generation, run->err);
    if (!rc)
        rc = descry_reading_copy_whole(&run->reading, run->how.preprocess, run->err);
    if (!rc)
        rc = descry_watch_begin(&run->watch, run->how.watch, run->err);
    return rc || !run->how.captioner ? rc : descry_clip_caption_check(run->how.captioner->clip, &run->generation, run->err);
}

static int open_run(ingest *run, descry_library *library, descry_model *model, const descry_index_options *options)
{
    run->library = library;
    run->store = library->store;
    run->model = model;
    run->how = (descry_index_options)DESCRY_INDEX_OPTIONS_INIT;
    run->folders = (descry_folder_options)DESCRY_FOLDER_OPTIONS_INIT;
    run->generation = (descry_generation)DESCRY_GENERATION_INIT;
    run->counts = (descry_index_counts)DESCRY_INDEX_COUNTS_INIT;
    run->start = descry_clock_now();
    int rc = copy_options(run, options);
    if (!rc)
        rc = descry_library_lock(library, 0, run->err);
    run->locked = !rc;
    return rc;
}

static int open_batch(ingest *run)
{
    const descry_model_info *info = descry_clip_info(run->model->clip);
    int rc = run->store->ops->recipe(run->store, info->recipe, info->name, info->dim, 1, &run->recipe, run->err);
    if (!rc)
        rc = run->store->ops->touch_recipe(run->store, run->recipe.id, run->err);
    const descry_batch_options batch_options = {.library = run->library, .model = run->model, .recipe = &run->recipe,
                                                .preprocess = &run->reading.options, .size = run->how.batch,
                                                .captions = run->how.captioner == run->model ? &run->generation : NULL,
                                                .full_decode = run->how.full_decode, .done = on_batch, .arg = run};
    return rc ? rc : descry_batch_open(&run->batch, &batch_options, run->err);
}

static void drop_targets(ingest *run)
{
    for (size_t i = 0; i < run->count; i++)
        free(run->targets[i].path);
    free(run->targets);
    run->targets = NULL;
    run->count = 0;
    clear_page(&run->page);
    descry_others_free(&run->skipped);
}

static int feed(ingest *run, const char *const *paths, size_t count)
{
    run->found = run->counts.found;
    run->passed_over = run->counts.passed_over;
    run->watch.progress = (descry_progress){.stage = DESCRY_STAGE_LOOKING};
    run->watch.start = descry_clock_now();
    int rc = add_targets(run, paths, count);
    if (!rc && !run->batch)
        rc = open_batch(run);
    if (!rc)
        rc = index_targets(run);
    run->failed = rc != 0;
    if (!rc && run->how.captioner)
        rc = fill_captions(run);
    run->closed = rc != 0;
    drop_targets(run);
    copy_counts(run);
    return rc;
}

static void close_run(ingest *run)
{
    descry_error why;
    descry_batch_close(&run->batch); /* first: its threads access the library */
    if (run->counts.embedded > 0)
        run->store->ops->prepare(run->store, &run->recipe);
    if (run->recipe.id && !run->failed && descry_calibrate(run->library, run->model, &why)) /* no error of the run */
        descry_log_write(&run->library->context->log, DESCRY_LOG_WARNING, "scores are not calibrated: %s", why.message);
    if (run->locked)
        descry_library_unlock(run->library);
    copy_counts(run);
}

int descry_index(descry_library *library, descry_model *model, const char *const *paths, size_t count,
                 const descry_index_options *options, descry_index_counts *counts, descry_error *err)
{
    descry_session *session;
    int rc = descry_session_open(&session, library, model, options, counts, err);
    if (!rc)
        rc = descry_session_feed(session, paths, count, err);
    descry_session_close(&session);
    return rc;
}

int descry_session_open(descry_session **out, descry_library *library, descry_model *model,
                        const descry_index_options *options, descry_index_counts *counts, descry_error *err)
{
    descry_error local;
    *out = NULL;
    int rc = descry_options_check(counts, err);
    if (rc)
        return rc;
    ingest *run = calloc(1, sizeof *run);
    if (!run)
        return descry_fail_memory(err);
    run->out_counts = counts;
    run->err = err ? err : &local;
    rc = open_run(run, library, model, options);
    if (rc)
        descry_session_close(&run);
    *out = run;
    return rc;
}

int descry_session_feed(descry_session *run, const char *const *paths, size_t count, descry_error *err)
{
    descry_error local;
    run->err = err ? err : &local;
    if (run->closed)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "the session has failed before: it can only be closed");
    int rc = descry_library_writable(run->library, err);
    return rc ? rc : feed(run, paths, count);
}

void descry_session_close(descry_session **slot)
{
    if (!slot || !*slot)
        return;
    close_run(*slot);
    free(*slot);
    *slot = NULL;
}
