/* SPDX-License-Identifier: Apache-2.0
 * Captions for the pictures of a library that have none, batch by batch in order of content, but for those that take long to
 * load: what is committed is not looked at again, so that a run which was stopped is continued by the next. */
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
    descry_caption caption; /* text NULL: none yet; a copy */
    int written;
} item;

typedef struct filling {
    const descry_fill *fill;
    descry_store *store;
    int64_t *places; /* [total]: of the pictures without a caption */
    descry_loaded_batch *now;
    size_t first;    /* good picture that describe() begins with */
    size_t done, total;
    uint64_t captioned;
    int no_memory;
} filling;

/* The file may have become another since it was indexed: then its caption would be that of another picture. */
static int check_contents(filling *job, item *items, size_t n, descry_error *err)
{
    const uint8_t *digests[MAX_BATCH];
    descry_known *known = descry_alloc(n + 1, sizeof *known);
    item *read[MAX_BATCH];
    size_t count = 0;
    if (!known)
        return descry_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        if (items[i].loaded.want != DESCRY_WANT_NOTHING && !items[i].loaded.err.code) {
            digests[count] = items[i].loaded.sha256;
            read[count++] = &items[i];
        }
    int rc = job->store->ops->contents(job->store, digests, count, 0, known, err);
    for (size_t i = 0; i < count && !rc; i++)
        if (known[i].id != read[i]->content)
            descry_fail(&read[i]->loaded.err, DESCRY_ERR_NOT_FOUND, "%s: changed since it was indexed: index again",
                        read[i]->path);
    free(known);
    return rc;
}

/* ---- describing ------------------------------------------------------------------------------------------------ */

static int keep_caption(void *arg, size_t i, const descry_caption *caption)
{
    filling *job = arg;
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

static int describe(void *arg, size_t first, size_t n, descry_error *err)
{
    filling *job = arg;
    if (((item *)job->now->good[first])->caption.text)
        return 0; /* before something was not finite */
    job->first = first;
    int rc = descry_clip_caption_pixels(job->fill->model->clip, job->now->rgb + first * job->now->picture, n,
                                        job->fill->generation, job->fill->batch, NULL, NULL, keep_caption, job, err);
    return job->no_memory ? descry_fail_memory(err) : rc;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

static int store_captions(filling *job, item *items, size_t n, descry_error *err)
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

static int give(filling *job, const item *items, size_t n, descry_error *err)
{
    const descry_fill *fill = job->fill;
    int stop = 0;
    for (size_t i = 0; i < n && !stop; i++) {
        const item *it = &items[i];
        job->captioned += (uint64_t)it->written;
        if (fill->each && (it->written || it->loaded.err.code))
            stop = fill->each(fill->arg, it->path, it->written ? &it->caption : NULL, &it->loaded.err);
    }
    if (!stop && fill->tell)
        stop = fill->tell(fill->arg, job->done, job->total, job->captioned);
    return stop ? descry_fail(err, DESCRY_ERR_CANCELLED, "stopped") : 0;
}

static int deliver(void *arg, descry_loaded_batch *now, descry_error *err)
{
    filling *job = arg;
    item *items = now->items;
    job->now = now;
    int rc = check_contents(job, items, now->count, err);
    descry_loaded_gather(now);
    if (!rc)
        rc = descry_loaded_encode(now, describe, job, err);
    if (!rc)
        rc = store_captions(job, items, now->count, err);
    job->done += now->count;
    return rc ? rc : give(job, items, now->count, err);
}

static void drop(void *arg, void *owner)
{
    item *it = owner;
    (void)arg;
    free(it->path);
    free((char *)it->caption.text);
    free((int32_t *)it->caption.ids);
}

static int add(const filling *job, descry_loader *loader, const descry_row *row, descry_error *err)
{
    item it = {.content = row->content, .path = strdup(row->path)};
    it.loaded.path = it.path;
    it.loaded.want = !row->content || (job->fill->but_failed && row->failed) ? DESCRY_WANT_NOTHING : DESCRY_WANT_PIXELS;
    return it.path ? descry_loader_add(loader, &it, err) : descry_fail_memory(err);
}

/* The next pictures, as the library has them now: some may be gone since they were listed. */
static int add_page(const filling *job, descry_loader *loader, size_t first, size_t n, descry_error *err)
{
    static const descry_wanted places_only = {0};
    descry_row rows[PAGE];
    descry_arena arena = {0};
    int rc = job->store->ops->details(job->store, job->places + first, n, &places_only, rows, &arena, err);
    for (size_t i = 0; i < n && !rc; i++)
        rc = add(job, loader, &rows[i], err);
    descry_arena_free(&arena);
    return rc;
}

static int run(filling *job, descry_error *err)
{
    const descry_fill *fill = job->fill;
    descry_loading loading = {.preprocess = descry_clip_preprocess(fill->model->clip), .options = fill->preprocess,
                              .decoders = fill->library->context->decoders,
                              .threads = descry_pool_threads(fill->library->context->pool), .item = sizeof(item),
                              .batch = descry_clip_caption_batch(fill->batch), .patience = DESCRY_LOADER_PATIENCE, .digest = 1,
                              .deliver = deliver, .drop = drop, .arg = job};
    descry_loader *loader = NULL;
    if (loading.batch > MAX_BATCH)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", loading.batch, MAX_BATCH);
    loading.batch = loading.batch < job->total ? loading.batch : job->total;
    int rc = descry_loader_open(&loader, &loading, err);
    if (!rc && fill->tell && fill->tell(fill->arg, 0, job->total, 0))
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
    filling job = {.fill = fill, .store = fill->library->store};
    int rc = descry_clip_caption_check(fill->model->clip, fill->generation, err);
    if (!rc)
        rc = job.store->ops->uncaptioned(job.store, fill->filter, &job.places, &job.total, err);
    if (!rc && job.total > 0)
        rc = run(&job, err);
    free(job.places);
    return rc;
}

/* ---- public ---------------------------------------------------------------------------------------------------- */

typedef struct calling {
    descry_watching watch;
    descry_caption_callback each;
    void *arg;
} calling;

static int call_progress(void *arg, uint64_t done, uint64_t total, uint64_t captioned)
{
    calling *c = arg;
    (void)captioned;
    c->watch.progress.done = done;
    c->watch.progress.total = total;
    return descry_watch_tell(&c->watch, NULL) != 0;
}

static int call_each(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    calling *c = arg;
    c->watch.progress.failed += caption == NULL;
    return c->each ? c->each(c->arg, path, caption, err) : 0;
}

int descry_caption_library(descry_library *library, descry_model *model, const descry_caption_options *options,
                           descry_caption_callback each, void *arg, descry_error *err)
{
    descry_caption_options how = DESCRY_CAPTION_OPTIONS_INIT;
    descry_generation generation = DESCRY_GENERATION_INIT;
    descry_reading reading;
    calling c = {.each = each, .arg = arg};
    int rc = DESCRY_TAKE(&how, options, err);
    if (!rc)
        rc = DESCRY_TAKE(&generation, how.generation, err);
    if (!rc)
        rc = descry_reading_take(&reading, how.preprocess, err);
    if (!rc)
        rc = descry_watch_begin(&c.watch, how.watch, err);
    c.watch.progress.stage = DESCRY_STAGE_CAPTIONS;
    descry_fill fill = {.library = library, .model = model, .generation = &generation, .preprocess = &reading.options,
                        .batch = how.batch, .tell = call_progress, .each = call_each, .arg = &c};
    if (!rc && !(rc = descry_library_lock(library, 1, err))) {
        rc = descry_fill_run(&fill, err);
        descry_library_unlock(library);
    }
    return rc;
}
