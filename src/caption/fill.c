/* SPDX-License-Identifier: Apache-2.0
 * Captions for the pictures of a library that have none, batch by batch in order of content: what is committed is not
 * looked at again, so that a run which was stopped is continued by the next. */
#include "caption/fill.h"

#include "base/error.h"
#include "image/picture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BATCH = 1024 };

/* A picture of a batch. */
typedef struct item {
    int64_t content;
    descry_buf path;
    uint8_t sha256[DESCRY_SHA256_SIZE];
    descry_error err;       /* code 0: nothing is wrong */
    descry_caption caption; /* text NULL: none yet; a copy */
    int written;
} item;

typedef struct filling {
    const descry_fill *fill;
    descry_store *store;
    size_t size, picture; /* pictures of a batch; bytes of a prepared one */
    item *items;          /* [size] */
    int64_t *places;      /* [total]: of the pictures without a caption */
    uint8_t *rgb;         /* [size, H, W, 3] */
    size_t *slots;        /* [size]: the items that rgb holds, once the good ones have closed up */
    size_t first;         /* slot that describe() begins with */
    size_t done, total;
    uint64_t captioned;
    int no_memory;
} filling;

/* ---- reading, in parallel -------------------------------------------------------------------------------------- */

static void read_item(void *arg, size_t i, unsigned worker)
{
    filling *job = arg;
    item *it = &job->items[i];
    const descry_caption_options *options = job->fill->options;
    descry_picture picture = {0};
    descry_buf bytes = {0};
    (void)worker;
    int rc = descry_file_read(&bytes, it->path.data, options->preprocess.limits.max_bytes, &it->err);
    if (!rc)
        rc = descry_sha256_of(bytes.data, bytes.size, it->sha256, &it->err);
    if (!rc)
        rc = descry_picture_decode(&picture, (const uint8_t *)bytes.data, bytes.size, it->path.data,
                                   &options->preprocess.limits, &it->err);
    if (!rc) {
        descry_preprocess_run(descry_clip_preprocess(job->fill->model->clip), &options->preprocess, &picture,
                              job->rgb + i * job->picture, &it->err);
        descry_picture_free(&picture);
    }
    descry_buf_free(&bytes);
}

/* The file may have become another since it was indexed: then its caption would be that of another picture. */
static int check_content(filling *job, item *it, descry_error *err)
{
    int64_t content;
    int has_vector;
    if (it->err.code)
        return 0;
    int rc = job->store->ops->content(job->store, it->sha256, 0, &content, &has_vector, err);
    if (!rc && content != it->content)
        descry_fail(&it->err, DESCRY_ERR_NOT_FOUND, "%s: changed since it was indexed: index again", it->path.data);
    return rc;
}

/* ---- describing ------------------------------------------------------------------------------------------------ */

static int keep_caption(void *arg, size_t i, const descry_caption *caption)
{
    filling *job = arg;
    descry_caption *to = &job->items[job->slots[job->first + i]].caption;
    int32_t *ids = descry_alloc(caption->count + 1, sizeof *ids);
    *to = *caption;
    to->text = strdup(caption->text);
    to->ids = ids;
    if (ids)
        memcpy(ids, caption->ids, caption->count * sizeof *ids);
    job->no_memory = !ids || !to->text;
    return job->no_memory;
}

static int describe(filling *job, size_t first, size_t n, descry_error *err)
{
    job->first = first;
    int rc = descry_clip_caption_pixels(job->fill->model->clip, job->rgb + first * job->picture, n, job->fill->options,
                                        NULL, NULL, keep_caption, job, err);
    return job->no_memory ? descry_fail_memory(err) : rc;
}

/* When something is not finite, one by one, to find the picture that it is. */
static int describe_all(filling *job, size_t good, descry_error *err)
{
    descry_error why;
    int rc = good ? describe(job, 0, good, &why) : 0;
    if (rc == DESCRY_ERR_NUMERIC) {
        rc = 0;
        for (size_t i = 0; i < good && !rc; i++) {
            item *it = &job->items[job->slots[i]];
            rc = it->caption.text ? 0 : describe(job, i, 1, &why);
            if (rc == DESCRY_ERR_NUMERIC)
                rc = 0, descry_fail(&it->err, DESCRY_ERR_NUMERIC, "%s: %s", it->path.data, why.message);
        }
    }
    return rc ? descry_fail(err, rc, "%s", why.message) : 0;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

static int store_captions(filling *job, size_t n, descry_error *err)
{
    descry_model_info info = {0};
    descry_clip_describe(job->fill->model->clip, &info);
    int rc = job->store->ops->begin(job->store, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++) {
        item *it = &job->items[i];
        if (it->caption.text)
            rc = job->store->ops->put_caption(job->store, it->content, info.name, info.recipe, it->caption.text,
                                              &it->written, err);
    }
    if (!rc)
        return job->store->ops->commit(job->store, err);
    job->store->ops->rollback(job->store);
    return rc;
}

static int give(filling *job, size_t n, descry_error *err)
{
    const descry_fill *fill = job->fill;
    int stop = 0;
    for (size_t i = 0; i < n && !stop; i++) {
        const item *it = &job->items[i];
        job->captioned += (uint64_t)it->written;
        if (fill->each && (it->written || it->err.code))
            stop = fill->each(fill->arg, it->path.data, it->written ? &it->caption : NULL, &it->err);
    }
    if (!stop && fill->tell)
        stop = fill->tell(fill->arg, job->done, job->total, job->captioned);
    return stop ? descry_fail(err, DESCRY_ERR_CANCELLED, "stopped") : 0;
}

/* The n next pictures, as the library has them now: they may be gone since they were listed. */
static int take_batch(filling *job, size_t n, size_t *taken, descry_error *err)
{
    int rc = 0;
    *taken = 0;
    for (size_t i = 0; i < n && !rc; i++) {
        item *it = &job->items[*taken];
        descry_place place;
        *it = (item){0};
        rc = job->store->ops->place_by_id(job->store, job->places[job->done + i], 0, &place, &it->path, err);
        it->content = place.content;
        if (rc || !place.content || (job->fill->but_failed && place.failed))
            descry_buf_free(&it->path);
        else
            ++*taken;
    }
    return rc;
}

static int run_batch(filling *job, size_t n, descry_error *err)
{
    size_t good = 0, taken;
    int rc = take_batch(job, n, &taken, err);
    if (!rc)
        descry_pool_run(job->fill->library->context->pool, taken, read_item, job);
    for (size_t i = 0; i < taken && !rc; i++) {
        rc = check_content(job, &job->items[i], err);
        if (rc || job->items[i].err.code)
            continue;
        memmove(job->rgb + good * job->picture, job->rgb + i * job->picture, job->picture);
        job->slots[good++] = i;
    }
    if (!rc)
        rc = describe_all(job, good, err);
    if (!rc)
        rc = store_captions(job, taken, err);
    job->done += n;
    if (!rc)
        rc = give(job, taken, err);
    for (size_t i = 0; i < taken; i++) {
        descry_buf_free(&job->items[i].path);
        free((char *)job->items[i].caption.text);
        free((int32_t *)job->items[i].caption.ids);
    }
    return rc;
}

static int make_room(filling *job, descry_error *err)
{
    const descry_preprocess *preprocess = descry_clip_preprocess(job->fill->model->clip);
    job->size = descry_clip_caption_batch(job->fill->options);
    if (job->size > MAX_BATCH)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", job->size, MAX_BATCH);
    if (job->size > job->total)
        job->size = job->total;
    job->picture = (size_t)preprocess->width * (size_t)preprocess->height * 3;
    job->items = descry_alloc(job->size, sizeof *job->items);
    job->slots = descry_alloc(job->size, sizeof *job->slots);
    job->rgb = descry_alloc(job->size, job->picture);
    return job->items && job->slots && job->rgb ? 0 : descry_fail_memory(err);
}

int descry_fill_run(const descry_fill *fill, descry_error *err)
{
    filling job = {.fill = fill, .store = fill->library->store};
    int rc = descry_clip_caption_check(fill->model->clip, fill->options, err);
    if (!rc)
        rc = job.store->ops->uncaptioned(job.store, fill->filter, &job.places, &job.total, err);
    if (!rc && job.total > 0)
        rc = make_room(&job, err);
    if (!rc && job.total > 0 && fill->tell && fill->tell(fill->arg, 0, job.total, 0))
        rc = descry_fail(err, DESCRY_ERR_CANCELLED, "stopped");
    while (!rc && job.done < job.total)
        rc = run_batch(&job, job.total - job.done < job.size ? job.total - job.done : job.size, err);
    free(job.places);
    free(job.items);
    free(job.slots);
    free(job.rgb);
    return rc;
}

/* ---- public ---------------------------------------------------------------------------------------------------- */

typedef struct calling {
    const descry_caption_options *options;
    descry_caption_callback each;
    void *arg;
} calling;

static int call_progress(void *arg, uint64_t done, uint64_t total, uint64_t captioned)
{
    const calling *c = arg;
    (void)captioned;
    return c->options->progress ? c->options->progress(c->options->arg, done, total) : 0;
}

static int call_each(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    const calling *c = arg;
    return c->each ? c->each(c->arg, path, caption, err) : 0;
}

int descry_caption_library(descry_library *library, descry_model *model, const descry_caption_options *options,
                           descry_caption_callback each, void *arg, descry_error *err)
{
    static const descry_caption_options defaults = DESCRY_CAPTION_OPTIONS_INIT;
    calling c = {options ? options : &defaults, each, arg};
    descry_fill fill = {.library = library, .model = model, .options = c.options, .tell = call_progress,
                        .each = call_each, .arg = &c};
    descry_library_lock lock = {-1, {0}};
    if (library->store->ops->is_read_only(library->store))
        return descry_fail(err, DESCRY_ERR_IO, "%s: the library is read-only", library->path);
    int rc = descry_library_lock_take(&lock, library, err);
    if (!rc)
        rc = descry_fill_run(&fill, err);
    descry_library_lock_release(&lock);
    return rc;
}
