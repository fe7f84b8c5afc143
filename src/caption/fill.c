/* SPDX-License-Identifier: Apache-2.0
 * Captions for the pictures of a library that have none, in batches, in order of content except for late ones.  Each batch is
 * committed, so that the run after an interrupted one resumes. */
#include "caption/fill.h"

#include "base/error.h"
#include "base/options.h"
#include "base/watch.h"
#include "pictures/loader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BATCH = 1024, PAGE = 64 };

/* A picture of a batch. */
typedef struct item {
    descry_loaded loaded;
    int64_t content;
    char *path;
    descry_caption caption; /* a copy; text NULL: none yet */
    int written; /* 1: committed */
} item;

typedef struct fill_job {
    const descry_fill *fill;
    descry_store *store;
    int64_t *places; /* [total]: ids of the pictures without a caption */
    descry_loaded_batch *now;
    size_t first;    /* good picture that caption_range begins with */
    size_t done, total;
    uint64_t captioned;
    int no_memory;
} fill_job;

/* Fails items whose file changed since it was indexed: a caption of it would not belong to the indexed content. */
static int check_contents(fill_job *job, item *items, size_t n, descry_error *err)
{
    const uint8_t *digests[MAX_BATCH];
    descry_known *known = descry_alloc(n + 1, sizeof *known);
    item *loaded_items[MAX_BATCH];
    size_t count = 0;
    if (!known)
        return descry_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        if (items[i].loaded.want != DESCRY_WANT_NOTHING && !items[i].loaded.err.code) {
            digests[count] = items[i].loaded.sha256;
            loaded_items[count++] = &items[i];
        }
    int rc = job->store->ops->contents(job->store, digests, count, 0, known, err);
    for (size_t i = 0; i < count && !rc; i++)
        if (known[i].id != loaded_items[i]->content)
            descry_fail(&loaded_items[i]->loaded.err, DESCRY_ERR_NOT_FOUND, "%s: changed since it was indexed: index again",
                        loaded_items[i]->path);
    free(known);
    return rc;
}

/* ---- captioning ------------------------------------------------------------------------------------------------ */

static int keep_caption(void *arg, size_t i, const descry_caption *caption)
{
    fill_job *job = arg;
    descry_caption *to = &((item *)job->now->good[job->first + i])->caption;
    int32_t *ids = descry_alloc(caption->count + 1, sizeof *ids);
    *to = *caption;
    to->text = strdup(caption->text);
    to->ids = ids;
    if (ids)
        memcpy(ids, caption->ids, caption->count * sizeof *ids);
    job->no_memory = !ids || !to->text;
    return job->no_memory;
}

static int caption_range(void *arg, size_t first, size_t n, descry_error *err)
{
    fill_job *job = arg;
    if (((item *)job->now->good[first])->caption.text)
        return 0; /* done before the error that made descry_loaded_encode repeat the batch one by one */
    job->first = first;
    int rc = descry_clip_caption_pixels(job->fill->model->clip, job->now->rgb + first * job->now->picture, n,
                                        job->fill->generation, job->fill->batch, NULL, NULL, keep_caption, job, err);
    return job->no_memory ? descry_fail_memory(err) : rc;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

static int store_captions(fill_job *job, item *items, size_t n, descry_error *err)
{
    const descry_model_info *info = descry_clip_info(job->fill->model->clip);
    size_t count = 0;
    descry_put_caption *puts = descry_alloc(n + 1, sizeof *puts);
    if (!puts)
        return descry_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        if (items[i].caption.text)
            puts[count++] = (descry_put_caption){items[i].content, items[i].caption.text, 0};
    int rc = count ? job->store->ops->put_captions(job->store, info->name, info->recipe, puts, count, err) : 0;
    for (size_t i = n; i-- > 0 && !rc;)
        if (items[i].caption.text)
            items[i].written = puts[--count].written;
    free(puts);
    return rc;
}

static int report_batch(fill_job *job, const item *items, size_t n, descry_error *err)
{
    const descry_fill *fill = job->fill;
    int stop = 0;
    for (size_t i = 0; i < n && !stop; i++) {
        const item *it = &items[i];
        job->captioned += (uint64_t)it->written;
        if (fill->each && (it->written || it->loaded.err.code))
            stop = fill->each(fill->arg, it->path, it->written ? &it->caption : NULL, &it->loaded.err);
    }
    if (!stop && fill->progress)
        stop = fill->progress(fill->arg, job->done, job->total, job->captioned);
    return stop ? descry_fail(err, DESCRY_ERR_CANCELLED, "stopped") : 0;
}

static int deliver(void *arg, descry_loaded_batch *now, descry_error *err)
{
    fill_job *job = arg;
    item *items = now->items;
    job->now = now;
    int rc = check_contents(job, items, now->count, err);
    descry_loaded_gather(now);
    if (!rc)
        rc = descry_loaded_encode(now, caption_range, job, err);
    if (!rc)
        rc = store_captions(job, items, now->count, err);
    job->done += now->count;
    return rc ? rc : report_batch(job, items, now->count, err);
}

static void drop(void *arg, void *owner)
{
    item *it = owner;
    (void)arg;
    free(it->path);
    free((char *)it->caption.text);
    free((int32_t *)it->caption.ids);
}

static int add_row(const fill_job *job, descry_loader *loader, const descry_row *row, descry_error *err)
{
    item it = {.content = row->content, .path = strdup(row->path)};
    it.loaded.path = it.path;
    it.loaded.want = !row->content || (job->fill->skip_failed && row->failed) ? DESCRY_WANT_NOTHING : DESCRY_WANT_PIXELS;
    return it.path ? descry_loader_add(loader, &it, err) : descry_fail_memory(err);
}

/* Adds the next pictures with their current paths: some may have been removed since they were listed. */
static int add_page(const fill_job *job, descry_loader *loader, size_t first, size_t n, descry_error *err)
{
    static const descry_wanted places_only = {0};
    descry_row rows[PAGE];
    descry_arena arena = {0};
    int rc = job->store->ops->details(job->store, job->places + first, n, &places_only, rows, &arena, err);
    for (size_t i = 0; i < n && !rc; i++)
        rc = add_row(job, loader, &rows[i], err);
    descry_arena_free(&arena);
    return rc;
}

static int caption_pictures(fill_job *job, descry_error *err)
{
    const descry_fill *fill = job->fill;
    descry_loader_options with = {.preprocess = descry_clip_preprocess(fill->model->clip), .options = fill->preprocess,
                                  .decoders = fill->library->context->decoders,
                                  .threads = descry_pool_threads(fill->library->context->pool), .item = sizeof(item),
                                  .batch = descry_clip_caption_batch(fill->batch), .late_after = DESCRY_LOADER_LATE_AFTER,
                                  .digest = 1, .deliver = deliver, .drop = drop, .arg = job};
    descry_loader *loader = NULL;
    if (with.batch > MAX_BATCH)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", with.batch, MAX_BATCH);
    with.batch = with.batch < job->total ? with.batch : job->total;
    int rc = descry_loader_open(&loader, &with, err);
    if (!rc && fill->progress && fill->progress(fill->arg, 0, job->total, 0))
        rc = descry_fail(err, DESCRY_ERR_CANCELLED, "stopped");
    for (size_t i = 0; i < job->total && !rc; i += PAGE)
        rc = add_page(job, loader, i, job->total - i < PAGE ? job->total - i : PAGE, err);
    if (!rc)
        rc = descry_loader_finish(loader, err);
    descry_loader_close(&loader);
    return rc;
}

int descry_fill_run(const descry_fill *fill, descry_error *err)
{
    fill_job job = {.fill = fill, .store = fill->library->store};
    int rc = descry_clip_caption_check(fill->model->clip, fill->generation, err);
    if (!rc)
        rc = job.store->ops->uncaptioned(job.store, fill->filter, &job.places, &job.total, err);
    if (!rc && job.total > 0)
        rc = caption_pictures(&job, err);
    free(job.places);
    return rc;
}

/* ---- public ---------------------------------------------------------------------------------------------------- */

typedef struct caller {
    descry_watching watch;
    descry_caption_callback each;
    void *arg;
} caller;

static int on_progress(void *arg, uint64_t done, uint64_t total, uint64_t captioned)
{
    caller *c = arg;
    (void)captioned;
    c->watch.progress.done = done;
    c->watch.progress.total = total;
    return descry_watch_report(&c->watch, NULL) != 0;
}

static int on_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    caller *c = arg;
    c->watch.progress.failed += caption == NULL;
    return c->each ? c->each(c->arg, path, caption, err) : 0;
}

int descry_caption_library(descry_library *library, descry_model *model, const descry_caption_options *options,
                           descry_caption_callback each, void *arg, descry_error *err)
{
    descry_caption_options how = DESCRY_CAPTION_OPTIONS_INIT;
    descry_generation generation = DESCRY_GENERATION_INIT;
    descry_reading reading;
    caller c = {.each = each, .arg = arg};
    int rc = DESCRY_COPY_OPTIONS(&how, options, err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&generation, how.generation, err);
    if (!rc)
        rc = descry_reading_copy_whole(&reading, how.preprocess, err);
    if (!rc)
        rc = descry_watch_begin(&c.watch, how.watch, err);
    c.watch.progress.stage = DESCRY_STAGE_CAPTIONS;
    descry_fill fill = {.library = library, .model = model, .generation = &generation, .preprocess = &reading.options,
                        .batch = how.batch, .progress = on_progress, .each = on_caption, .arg = &c};
    if (!rc && !(rc = descry_library_lock(library, 1, err))) {
        rc = descry_fill_run(&fill, err);
        descry_library_unlock(library);
    }
    return rc;
}
