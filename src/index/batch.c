/* SPDX-License-Identifier: Apache-2.0 */
#include "index/batch.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SIZE = 32, MAX_SIZE = 4096, PAGE = 32 };

struct descry_batch {
    descry_batch_options how;
    descry_store *store;
    descry_loader *loader;
    float *vectors;             /* [size, dim] */
    descry_loaded_batch *now;   /* the current batch */
    descry_item *items;         /* [count] */
    size_t count;
    /* arguments and results of store calls for a batch, each [size] */
    descry_item **selected;
    const uint8_t **digests;
    const char **paths;
    descry_known *known;
    descry_place *places;
    descry_content *contents;
    descry_put *puts;
    descry_put_caption *captions;
    descry_arena arena;         /* of these arrays */
    int stored;                 /* 1: its places and vectors are committed */
};

/* ---- which pictures are new ------------------------------------------------------------------------------------ */

/* A content with a vector is known.  `unread`: it was indexed by a version that did not store metadata. */
static void apply_known(const descry_batch *batch, descry_item *item, const descry_known *known)
{
    item->content = known->id;
    if (!known->has_vector || (batch->how.full_decode && known->draft))
        return;
    item->state = DESCRY_ITEM_KNOWN;
    item->loaded.want = known->unread ? DESCRY_WANT_FACTS : DESCRY_WANT_NOTHING;
}

static void decide_page(const descry_batch *batch, descry_loaded *const *pictures, size_t n)
{
    const uint8_t *digests[PAGE];
    descry_known known[PAGE];
    descry_error err;
    for (size_t i = 0; i < n; i++)
        digests[i] = pictures[i]->sha256;
    int rc = batch->store->ops->contents(batch->store, digests, n, batch->how.recipe->id, known, &err);
    for (size_t i = 0; i < n; i++) {
        descry_item *item = (descry_item *)pictures[i];
        item->store_failed = rc != 0;
        if (rc)
            item->loaded.err = err;
        else
            apply_known(batch, item, &known[i]);
    }
}

static void decide(void *arg, descry_loaded *const *pictures, size_t n)
{
    for (size_t i = 0; i < n; i += PAGE)
        decide_page(arg, pictures + i, n - i < PAGE ? n - i : PAGE);
}

/* Earlier batches may have added what was unknown when this one was read: a copy of a picture, or the same file given twice. */
static int decide_again(descry_batch *batch, descry_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].state == DESCRY_ITEM_NEW) {
            batch->digests[n] = batch->items[i].loaded.sha256;
            batch->selected[n++] = &batch->items[i];
        }
    int rc = n ? batch->store->ops->contents(batch->store, batch->digests, n, batch->how.recipe->id, batch->known, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        apply_known(batch, batch->selected[i], &batch->known[i]);
    return rc;
}

static int reload_places(descry_batch *batch, descry_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].state == DESCRY_ITEM_KNOWN && batch->items[i].content != batch->items[i].place.content) {
            batch->paths[n] = batch->items[i].path;
            batch->selected[n++] = &batch->items[i];
        }
    int rc = n ? batch->store->ops->places(batch->store, batch->paths, n, batch->how.recipe->id, batch->places, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        batch->selected[i]->place = batch->places[i];
    return rc;
}

static size_t first_copy(const descry_batch *batch, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (batch->items[j].state == DESCRY_ITEM_NEW &&
            memcmp(batch->items[j].loaded.sha256, batch->items[i].loaded.sha256, DESCRY_SHA256_SIZE) == 0)
            return j;
    return i;
}

/* Keeps as good pictures the new ones, each content once. */
static int find_new(descry_batch *batch, descry_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        descry_item *item = &batch->items[i];
        item->original = i;
        if (item->store_failed)
            return descry_fail(err, item->loaded.err.code, "%s", item->loaded.err.message);
        if (item->loaded.err.code)
            item->state = DESCRY_ITEM_FAILED;
    }
    int rc = decide_again(batch, err);
    if (!rc)
        rc = reload_places(batch, err);
    for (size_t i = 0; i < batch->count && !rc; i++) {
        descry_item *item = &batch->items[i];
        if (item->state == DESCRY_ITEM_NEW)
            item->original = first_copy(batch, i);
        if (item->original != i)
            item->loaded.want = DESCRY_WANT_FACTS;
    }
    descry_loaded_gather(batch->now);
    return rc;
}

/* ---- the model ------------------------------------------------------------------------------------------------- */

/* Sets the final states: pictures without a vector failed, copies of a new one are known. */
static void finish_items(descry_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        descry_item *item = &batch->items[i];
        const descry_item *first = &batch->items[item->original];
        if (item->state == DESCRY_ITEM_NEW && first->loaded.err.code) {
            descry_fail(&item->loaded.err, DESCRY_ERR_NUMERIC, "%s: the embedding is not finite", item->path);
            item->state = DESCRY_ITEM_FAILED;
        } else if (item->state == DESCRY_ITEM_NEW && first != item)
            item->state = DESCRY_ITEM_KNOWN;
    }
}

static int embed(void *arg, size_t first, size_t n, descry_error *err)
{
    descry_batch *batch = arg;
    return descry_clip_embed_pixels(batch->how.model->clip, batch->now->rgb + first * batch->now->picture, n, 1,
                                    batch->vectors + first * (size_t)batch->how.recipe->dim, err);
}

/* ---- the library ----------------------------------------------------------------------------------------------- */

static void fill_put(const descry_batch *batch, const descry_item *item, descry_content *content, descry_put *put)
{
    *put = (descry_put){.path = item->path, .size = item->size, .mtime = item->mtime};
    switch (item->state) {
    case DESCRY_ITEM_SAME:
        put->kind = DESCRY_PUT_SAME;
        return;
    case DESCRY_ITEM_FAILED:
        put->kind = DESCRY_PUT_FAILED;
        put->reason = item->loaded.err.message;
        put->fault = item->loaded.fault ? DESCRY_VERSION : NULL;
        return;
    case DESCRY_ITEM_NEW:
        put->vector = batch->vectors + item->loaded.slot * (size_t)batch->how.recipe->dim;
        put->draft = item->loaded.draft;
        put->anew = batch->how.full_decode;
        break;
    case DESCRY_ITEM_KNOWN: /* a copy's content is added by its original, which precedes it */
        break;
    }
    *content = (descry_content){.bytes = item->loaded.size, .width = item->loaded.width, .height = item->loaded.height,
                                .orientation = item->loaded.orientation, .has_placeholder = item->loaded.has_placeholder};
    memcpy(content->sha256, item->loaded.sha256, sizeof content->sha256);
    memcpy(content->placeholder, item->loaded.placeholder, sizeof content->placeholder);
    put->kind = DESCRY_PUT_FILE;
    put->content = content;
    put->metadata = item->loaded.want != DESCRY_WANT_NOTHING ? &item->loaded.metadata : NULL;
}

static int store_items(descry_batch *batch, descry_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->items[i].not_retried) {
            batch->selected[n] = &batch->items[i];
            fill_put(batch, &batch->items[i], &batch->contents[n], &batch->puts[n]);
            n++;
        }
    int rc = n ? batch->store->ops->put(batch->store, batch->how.recipe, batch->puts, n, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        if (batch->puts[i].kind == DESCRY_PUT_FILE)
            batch->selected[i]->content = batch->puts[i].id;
    batch->stored = !rc;
    return rc;
}

/* ---- captions -------------------------------------------------------------------------------------------------- */

static int store_embedded(void *arg, size_t first, size_t n, descry_error *err)
{
    (void)first, (void)n;
    descry_batch *batch = arg;
    finish_items(batch);
    descry_loaded_hold(batch->now);
    int rc = store_items(batch, err);
    descry_loaded_release(batch->now);
    return rc;
}

static int keep_caption(void *arg, size_t slot, const descry_caption *caption)
{
    descry_batch *batch = arg;
    descry_item *item = batch->now->good[slot];
    return !(item->caption = strdup(caption->text));
}

static int store_captions(descry_batch *batch, descry_error *err)
{
    const descry_model_info *info = descry_clip_info(batch->how.model->clip);
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].caption) {
            batch->captions[n] = (descry_put_caption){batch->items[i].content, batch->items[i].caption, 0};
            batch->selected[n++] = &batch->items[i];
        }
    int rc = n ? batch->store->ops->put_captions(batch->store, info->name, info->recipe, batch->captions, n, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        batch->selected[i]->captioned = batch->captions[i].written;
    return rc;
}

/* Embeds and captions the new pictures in one pass through the image tower.  After DESCRY_ERR_NUMERIC before the vectors are
 * stored, batch->stored is 0, and the caller embeds them without captions. */
static int embed_and_caption(descry_batch *batch, descry_error *err)
{
    descry_loaded_batch *now = batch->now;
    descry_loaded_release(now);
    int rc = descry_clip_caption_pixels(batch->how.model->clip, now->rgb, now->good_count, batch->how.captions, 0, batch->vectors,
                                        store_embedded, keep_caption, batch, err);
    descry_loaded_hold(now);
    if (rc == DESCRY_ERR_CANCELLED)
        return descry_fail_memory(err); /* in keep_caption */
    return rc ? (rc == DESCRY_ERR_NUMERIC ? 0 : rc) : store_captions(batch, err);
}

static int process_batch(descry_batch *batch, descry_error *err)
{
    int rc = find_new(batch, err);
    if (!rc && batch->how.captions && batch->now->good_count > 0)
        rc = embed_and_caption(batch, err);
    if (rc || batch->stored)
        return rc;
    rc = descry_loaded_encode(batch->now, embed, batch, err);
    if (!rc)
        finish_items(batch);
    return rc ? rc : store_items(batch, err);
}

/* ---- batches -------------------------------------------------------------------------------------------------- */

static int deliver(void *arg, descry_loaded_batch *now, descry_error *err)
{
    descry_batch *batch = arg;
    batch->now = now;
    batch->items = now->items;
    batch->count = now->count;
    batch->stored = 0;
    int rc = process_batch(batch, err);
    return rc ? rc : batch->how.done(batch->how.arg, batch->items, batch->count);
}

static void drop(void *arg, void *item)
{
    (void)arg;
    free(((descry_item *)item)->path);
    free(((descry_item *)item)->caption);
}

static int alloc_buffers(descry_batch *batch, size_t size)
{
    descry_arena *arena = &batch->arena;
    batch->vectors = descry_alloc(size, (size_t)batch->how.recipe->dim * sizeof *batch->vectors);
    batch->selected = descry_arena_alloc(arena, size, sizeof *batch->selected);
    batch->digests = descry_arena_alloc(arena, size, sizeof *batch->digests);
    batch->paths = descry_arena_alloc(arena, size, sizeof *batch->paths);
    batch->known = descry_arena_alloc(arena, size, sizeof *batch->known);
    batch->places = descry_arena_alloc(arena, size, sizeof *batch->places);
    batch->contents = descry_arena_alloc(arena, size, sizeof *batch->contents);
    batch->puts = descry_arena_alloc(arena, size, sizeof *batch->puts);
    batch->captions = descry_arena_alloc(arena, size, sizeof *batch->captions);
    return batch->vectors && batch->selected && batch->digests && batch->paths && batch->known && batch->places &&
           batch->contents && batch->puts && batch->captions;
}

int descry_batch_open(descry_batch **out, const descry_batch_options *options, descry_error *err)
{
    *out = NULL;
    if (options->size > MAX_SIZE)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", options->size, MAX_SIZE);
    size_t size = options->size ? options->size : DEFAULT_SIZE, most = 0;
    if (options->captions) /* at most what is captioned at once, so that all vectors are stored before the first caption */
        most = descry_clip_caption_fit(options->model->clip, options->captions, descry_clip_caption_batch(0));
    size = most && most < size ? most : size;
    descry_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return descry_fail_memory(err);
    batch->how = *options;
    batch->store = options->library->store;
    descry_loader_options with = {.preprocess = descry_clip_preprocess(options->model->clip), .options = options->preprocess,
                                  .decoders = options->library->context->decoders,
                                  .threads = descry_pool_threads(options->library->context->pool), .batch = size,
                                  .item = sizeof(descry_item), .late_after = DESCRY_LOADER_LATE_AFTER, .digest = 1,
                                  .draft = !options->full_decode && !options->captions, .decide = decide,
                                  .deliver = deliver, .drop = drop, .arg = batch};
    int rc = alloc_buffers(batch, size) ? descry_loader_open(&batch->loader, &with, err) : descry_fail_memory(err);
    if (rc)
        descry_batch_close(&batch);
    *out = batch;
    return rc;
}

void descry_batch_close(descry_batch **slot)
{
    descry_batch *batch = *slot;
    if (!batch)
        return;
    descry_loader_close(&batch->loader);
    free(batch->vectors);
    descry_arena_free(&batch->arena);
    free(batch);
    *slot = NULL;
}

/* Sets the recorded error of a picture that failed before; if there is none any more, it is retried as new. */
static int load_fault(const descry_batch *batch, descry_item *item, descry_error *err)
{
    static const descry_wanted wanted = {.reasons = 1};
    descry_row row;
    descry_arena arena = {0};
    int rc = batch->store->ops->details(batch->store, &item->place.id, 1, &wanted, &row, &arena, err);
    item->not_retried = !rc && row.reason && *row.reason;
    item->state = item->not_retried ? DESCRY_ITEM_FAILED : DESCRY_ITEM_NEW;
    if (item->not_retried)
        descry_fail(&item->loaded.err, DESCRY_ERR_FORMAT, "%s (not tried again: the file is as it was)", row.reason);
    descry_arena_free(&arena);
    return rc;
}

int descry_batch_add(descry_batch *batch, const char *path, uint64_t size, int64_t mtime, const descry_place *place,
                     descry_item_state state, descry_error *err)
{
    descry_item item = {.size = size, .mtime = mtime, .place = *place, .state = state,
                        .content = state == DESCRY_ITEM_SAME ? place->content : 0};
    int rc = state == DESCRY_ITEM_FAILED ? load_fault(batch, &item, err) : 0;
    if (rc)
        return rc;
    item.loaded.path = item.path = strdup(path);
    item.loaded.want = item.state == DESCRY_ITEM_NEW ? DESCRY_WANT_PIXELS : DESCRY_WANT_NOTHING;
    return item.path ? descry_loader_add(batch->loader, &item, err) : descry_fail_memory(err);
}

int descry_batch_finish(descry_batch *batch, descry_error *err)
{
    return descry_loader_finish(batch->loader, err);
}
