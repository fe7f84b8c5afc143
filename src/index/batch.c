/* SPDX-License-Identifier: Apache-2.0 */
#include "index/batch.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SIZE = 32, MAX_SIZE = 4096, JUDGED = 32 };

struct descry_batch {
    descry_batches how;
    descry_store *store;
    descry_loader *loader;
    float *vectors;             /* [size, dim] */
    descry_loaded_batch *now;   /* the batch that is being done */
    descry_item *items;         /* [count] */
    size_t count;
    /* what the library is asked and told of a batch, each [size] */
    descry_item **asked;
    const uint8_t **digests;
    const char **paths;
    descry_known *known;
    descry_place *places;
    descry_content *what;
    descry_put *puts;
    descry_put_caption *captions;
    descry_arena arena;         /* of these */
    int stored;                 /* its places and vectors are committed */
};

/* ---- which pictures are new ------------------------------------------------------------------------------------ */

/* A content that has a vector is known; `unread`: what else the library holds of it is from before metadata were kept. */
static void take_known(const descry_batch *batch, descry_item *item, const descry_known *known)
{
    item->content = known->id;
    if (!known->has_vector || (batch->how.whole && known->draft))
        return;
    item->state = DESCRY_ITEM_KNOWN;
    item->loaded.want = known->unread ? DESCRY_WANT_FACTS : DESCRY_WANT_NOTHING;
}

static void judge_some(const descry_batch *batch, descry_loaded *const *pictures, size_t n)
{
    const uint8_t *digests[JUDGED];
    descry_known known[JUDGED];
    descry_error err;
    for (size_t i = 0; i < n; i++)
        digests[i] = pictures[i]->sha256;
    int rc = batch->store->ops->contents(batch->store, digests, n, batch->how.recipe->id, known, &err);
    for (size_t i = 0; i < n; i++) {
        descry_item *item = (descry_item *)pictures[i];
        item->broken = rc != 0;
        if (rc)
            item->loaded.err = err;
        else
            take_known(batch, item, &known[i]);
    }
}

static void judge(void *arg, descry_loaded *const *pictures, size_t n)
{
    for (size_t i = 0; i < n; i += JUDGED)
        judge_some(arg, pictures + i, n - i < JUDGED ? n - i : JUDGED);
}

/* The batches before may have brought what was not known when this one was read: a copy of a picture, or the same file,
 * named twice.  Of two it does not matter which is late. */
static int judge_again(descry_batch *batch, descry_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].state == DESCRY_ITEM_NEW) {
            batch->digests[n] = batch->items[i].loaded.sha256;
            batch->asked[n++] = &batch->items[i];
        }
    int rc = n ? batch->store->ops->contents(batch->store, batch->digests, n, batch->how.recipe->id, batch->known, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        take_known(batch, batch->asked[i], &batch->known[i]);
    return rc;
}

static int look_again(descry_batch *batch, descry_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].state == DESCRY_ITEM_KNOWN && batch->items[i].content != batch->items[i].place.content) {
            batch->paths[n] = batch->items[i].path;
            batch->asked[n++] = &batch->items[i];
        }
    int rc = n ? batch->store->ops->places(batch->store, batch->paths, n, batch->how.recipe->id, batch->places, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        batch->asked[i]->place = batch->places[i];
    return rc;
}

static size_t first_of(const descry_batch *batch, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (batch->items[j].state == DESCRY_ITEM_NEW &&
            memcmp(batch->items[j].loaded.sha256, batch->items[i].loaded.sha256, DESCRY_SHA256_SIZE) == 0)
            return j;
    return i;
}

/* Leaves as good pictures those that are new, without copies of each other. */
static int find_new(descry_batch *batch, descry_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        descry_item *item = &batch->items[i];
        item->twin = i;
        if (item->broken)
            return descry_fail(err, item->loaded.err.code, "%s", item->loaded.err.message);
        if (item->loaded.err.code)
            item->state = DESCRY_ITEM_FAILED;
    }
    int rc = judge_again(batch, err);
    if (!rc)
        rc = look_again(batch, err);
    for (size_t i = 0; i < batch->count && !rc; i++) {
        descry_item *item = &batch->items[i];
        if (item->state == DESCRY_ITEM_NEW)
            item->twin = first_of(batch, i);
        if (item->twin != i)
            item->loaded.want = DESCRY_WANT_FACTS;
    }
    descry_loaded_gather(batch->now);
    return rc;
}

/* ---- the model ------------------------------------------------------------------------------------------------- */

/* What the vectors say: which pictures have none, which are copies. */
static void finish_items(descry_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        descry_item *item = &batch->items[i];
        const descry_item *first = &batch->items[item->twin];
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

static void fill_put(const descry_batch *batch, const descry_item *item, descry_content *what, descry_put *put)
{
    *put = (descry_put){.path = item->path, .size = item->size, .mtime = item->mtime};
    switch (item->state) {
    case DESCRY_ITEM_SAME:
        put->what = DESCRY_PUT_SAME;
        return;
    case DESCRY_ITEM_FAILED:
        put->what = DESCRY_PUT_FAILED;
        put->reason = item->loaded.err.message;
        put->fault = item->loaded.fault ? DESCRY_VERSION : NULL;
        return;
    case DESCRY_ITEM_NEW:
        put->vector = batch->vectors + item->loaded.slot * (size_t)batch->how.recipe->dim;
        put->draft = item->loaded.draft;
        put->anew = batch->how.whole;
        break;
    case DESCRY_ITEM_KNOWN: /* with the content of its twin, which comes before it, if there is one */
        break;
    }
    *what = (descry_content){.bytes = item->loaded.size, .width = item->loaded.width, .height = item->loaded.height,
                             .orientation = item->loaded.orientation};
    memcpy(what->sha256, item->loaded.sha256, sizeof what->sha256);
    put->what = DESCRY_PUT_FILE;
    put->content = what;
    put->metadata = item->loaded.want != DESCRY_WANT_NOTHING ? &item->loaded.metadata : NULL;
}

static int store_items(descry_batch *batch, descry_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->items[i].recalled) {
            batch->asked[n] = &batch->items[i];
            fill_put(batch, &batch->items[i], &batch->what[n], &batch->puts[n]);
            n++;
        }
    int rc = n ? batch->store->ops->put(batch->store, batch->how.recipe, batch->puts, n, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        if (batch->puts[i].what == DESCRY_PUT_FILE)
            batch->asked[i]->content = batch->puts[i].id;
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
            batch->asked[n++] = &batch->items[i];
        }
    int rc = n ? batch->store->ops->put_captions(batch->store, info->name, info->recipe, batch->captions, n, err) : 0;
    for (size_t i = 0; i < n && !rc; i++)
        batch->asked[i]->captioned = batch->captions[i].written;
    return rc;
}

/* Embeds and describes the new pictures from one pass.  When something is not finite, what is not done then is left to be
 * done otherwise: batch->stored tells. */
static int embed_and_describe(descry_batch *batch, descry_error *err)
{
    descry_loaded_batch *now = batch->now;
    descry_loaded_release(now);
    int rc = descry_clip_caption_pixels(batch->how.model->clip, now->rgb, now->goods, batch->how.captions, 0, batch->vectors,
                                        store_embedded, keep_caption, batch, err);
    descry_loaded_hold(now);
    if (rc == DESCRY_ERR_CANCELLED)
        return descry_fail_memory(err); /* of keep_caption */
    return rc ? (rc == DESCRY_ERR_NUMERIC ? 0 : rc) : store_captions(batch, err);
}

static int run(descry_batch *batch, descry_error *err)
{
    int rc = find_new(batch, err);
    if (!rc && batch->how.captions && batch->now->goods > 0)
        rc = embed_and_describe(batch, err);
    if (rc || batch->stored)
        return rc;
    rc = descry_loaded_encode(batch->now, embed, batch, err);
    if (!rc)
        finish_items(batch);
    return rc ? rc : store_items(batch, err);
}

/* ---- a batch after the other ----------------------------------------------------------------------------------- */

static int deliver(void *arg, descry_loaded_batch *now, descry_error *err)
{
    descry_batch *batch = arg;
    batch->now = now;
    batch->items = now->items;
    batch->count = now->count;
    batch->stored = 0;
    int rc = run(batch, err);
    return rc ? rc : batch->how.done(batch->how.arg, batch->items, batch->count);
}

static void drop(void *arg, void *item)
{
    (void)arg;
    free(((descry_item *)item)->path);
    free(((descry_item *)item)->caption);
}

static int take_memory(descry_batch *batch, size_t size)
{
    descry_arena *arena = &batch->arena;
    batch->vectors = descry_alloc(size, (size_t)batch->how.recipe->dim * sizeof *batch->vectors);
    batch->asked = descry_arena_alloc(arena, size, sizeof *batch->asked);
    batch->digests = descry_arena_alloc(arena, size, sizeof *batch->digests);
    batch->paths = descry_arena_alloc(arena, size, sizeof *batch->paths);
    batch->known = descry_arena_alloc(arena, size, sizeof *batch->known);
    batch->places = descry_arena_alloc(arena, size, sizeof *batch->places);
    batch->what = descry_arena_alloc(arena, size, sizeof *batch->what);
    batch->puts = descry_arena_alloc(arena, size, sizeof *batch->puts);
    batch->captions = descry_arena_alloc(arena, size, sizeof *batch->captions);
    return batch->vectors && batch->asked && batch->digests && batch->paths && batch->known && batch->places &&
           batch->what && batch->puts && batch->captions;
}

int descry_batch_open(descry_batch **out, const descry_batches *batches, descry_error *err)
{
    *out = NULL;
    if (batches->size > MAX_SIZE)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", batches->size, MAX_SIZE);
    size_t size = batches->size ? batches->size : DEFAULT_SIZE, most = 0;
    if (batches->captions) /* as many as are described together: so all vectors are there before the first caption */
        most = descry_clip_caption_fit(batches->model->clip, batches->captions, descry_clip_caption_batch(0));
    size = most && most < size ? most : size;
    descry_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return descry_fail_memory(err);
    batch->how = *batches;
    batch->store = batches->library->store;
    descry_loading loading = {.preprocess = descry_clip_preprocess(batches->model->clip), .options = batches->preprocess,
                              .decoders = batches->library->context->decoders,
                              .threads = descry_pool_threads(batches->library->context->pool), .batch = size,
                              .item = sizeof(descry_item), .patience = DESCRY_LOADER_PATIENCE, .digest = 1,
                              .draft = !batches->whole && !batches->captions, .judge = judge, .deliver = deliver, .drop = drop,
                              .arg = batch};
    int rc = take_memory(batch, size) ? descry_loader_open(&batch->loader, &loading, err) : descry_fail_memory(err);
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

/* Why it failed.  When the library does not know any more, it is tried as if it were new. */
static int recall(const descry_batch *batch, descry_item *item, descry_error *err)
{
    static const descry_wanted wanted = {.reasons = 1};
    descry_row row;
    descry_arena arena = {0};
    int rc = batch->store->ops->details(batch->store, &item->place.id, 1, &wanted, &row, &arena, err);
    item->recalled = !rc && row.reason && *row.reason;
    item->state = item->recalled ? DESCRY_ITEM_FAILED : DESCRY_ITEM_NEW;
    if (item->recalled)
        descry_fail(&item->loaded.err, DESCRY_ERR_FORMAT, "%s (not tried again: the file is as it was)", row.reason);
    descry_arena_free(&arena);
    return rc;
}

int descry_batch_add(descry_batch *batch, const char *path, uint64_t size, int64_t mtime, const descry_place *place,
                     descry_item_state state, descry_error *err)
{
    descry_item item = {.size = size, .mtime = mtime, .place = *place, .state = state,
                        .content = state == DESCRY_ITEM_SAME ? place->content : 0};
    int rc = state == DESCRY_ITEM_FAILED ? recall(batch, &item, err) : 0;
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
