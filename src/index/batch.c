/* SPDX-License-Identifier: Apache-2.0 */
#include "index/batch.h"

#include "base/error.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SIZE = 32, MAX_SIZE = 4096 };

struct descry_batch {
    descry_library *library;
    descry_store *store;
    descry_model *model;
    descry_recipe recipe;
    descry_preprocess_options options;
    const descry_caption_options *captions; /* NULL: none are wanted */
    int stored;                             /* places and vectors are committed */
    const descry_preprocess *preprocess;
    size_t size, count;
    descry_item *items;    /* [size] */
    size_t picture;        /* bytes of a prepared picture */
    uint8_t *rgb;          /* [size, H, W, 3] */
    float *vectors;        /* [size, dim] */
    pthread_mutex_t mutex; /* the store is for one thread at a time */
};

int descry_batch_open(descry_batch **out, descry_library *library, descry_model *model, const descry_recipe *recipe,
                      const descry_preprocess_options *options, const descry_caption_options *captions, size_t size,
                      descry_error *err)
{
    *out = NULL;
    if (size > MAX_SIZE)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", size, MAX_SIZE);
    descry_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return descry_fail_memory(err);
    pthread_mutex_init(&batch->mutex, NULL);
    batch->library = library;
    batch->store = library->store;
    batch->model = model;
    batch->recipe = *recipe;
    batch->options = *options;
    batch->preprocess = descry_clip_preprocess(model->clip);
    batch->size = size ? size : DEFAULT_SIZE;
    batch->captions = captions;
    if (captions) { /* as many as are described together: so all vectors are there before the first caption */
        size_t most = descry_clip_caption_fit(model->clip, captions, descry_clip_caption_batch(captions));
        batch->size = most && most < batch->size ? most : batch->size;
    }
    batch->picture = (size_t)batch->preprocess->width * (size_t)batch->preprocess->height * 3;
    batch->items = calloc(batch->size, sizeof *batch->items);
    batch->rgb = descry_alloc(batch->size, batch->picture);
    batch->vectors = descry_alloc(batch->size, (size_t)recipe->dim * sizeof *batch->vectors);
    if (!batch->items || !batch->rgb || !batch->vectors) {
        descry_batch_close(&batch);
        return descry_fail_memory(err);
    }
    *out = batch;
    return 0;
}

void descry_batch_close(descry_batch **slot)
{
    descry_batch *batch = *slot;
    if (!batch)
        return;
    if (batch->items)
        descry_batch_clear(batch);
    pthread_mutex_destroy(&batch->mutex);
    free(batch->items);
    free(batch->rgb);
    free(batch->vectors);
    free(batch);
    *slot = NULL;
}

int descry_batch_add(descry_batch *batch, const char *path, uint64_t size, int64_t mtime, const descry_place *place,
                     int same, descry_error *err)
{
    descry_item *item = &batch->items[batch->count];
    *item = (descry_item){.path = strdup(path), .size = size, .mtime = mtime, .place = *place,
                          .state = same ? DESCRY_ITEM_SAME : DESCRY_ITEM_NEW, .content = same ? place->content : 0};
    if (!item->path)
        return descry_fail_memory(err);
    batch->count++;
    return 0;
}

int descry_batch_is_full(const descry_batch *batch)
{
    return batch->count == batch->size;
}

size_t descry_batch_count(const descry_batch *batch)
{
    return batch->count;
}

const descry_item *descry_batch_item(const descry_batch *batch, size_t i)
{
    return &batch->items[i];
}

void descry_batch_clear(descry_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        free(batch->items[i].path), free(batch->items[i].caption);
    batch->count = 0;
}

/* ---- reading and decoding, in parallel ------------------------------------------------------------------------- */

static void take_facts(descry_item *item, const descry_picture *picture)
{
    item->what.width = picture->width;
    item->what.height = picture->height;
    item->what.orientation = picture->orientation;
    item->metadata = picture->metadata;
    item->has_metadata = 1;
}

/* Of a picture whose vector is there, from before its metadata were kept. */
static int look(descry_batch *batch, descry_item *item, const descry_buf *bytes)
{
    descry_picture picture = {0};
    int rc = descry_picture_peek(&picture, (const uint8_t *)bytes->data, bytes->size, item->path,
                                 &batch->options.limits, &item->err);
    if (rc)
        return rc;
    take_facts(item, &picture);
    descry_picture_free(&picture);
    return 0;
}

static int decode(descry_batch *batch, descry_item *item, size_t i, const descry_buf *bytes)
{
    descry_picture picture = {0};
    int rc = descry_picture_decode(&picture, (const uint8_t *)bytes->data, bytes->size, item->path,
                                   &batch->options.limits, &item->err);
    if (rc)
        return rc;
    take_facts(item, &picture);
    rc = descry_preprocess_run(batch->preprocess, &batch->options, &picture, batch->rgb + i * batch->picture,
                               &item->err);
    descry_picture_free(&picture);
    return rc;
}

static int look_up(descry_batch *batch, descry_item *item, int *known, int *unread)
{
    pthread_mutex_lock(&batch->mutex);
    int rc = batch->store->ops->content(batch->store, item->what.sha256, batch->recipe.id, &item->content, known,
                                        &item->err);
    if (!rc && item->content)
        rc = batch->store->ops->unread(batch->store, item->content, unread, &item->err);
    pthread_mutex_unlock(&batch->mutex);
    item->broken = rc != 0;
    return rc;
}

static void prepare(void *arg, size_t i, unsigned worker)
{
    descry_batch *batch = arg;
    descry_item *item = &batch->items[i];
    (void)worker;
    if (item->state == DESCRY_ITEM_SAME)
        return;
    descry_buf bytes = {0};
    int known = 0, unread = 0, rc = descry_file_read(&bytes, item->path, batch->options.limits.max_bytes, &item->err);
    if (!rc)
        rc = descry_sha256_of(bytes.data, bytes.size, item->what.sha256, &item->err);
    if (!rc) {
        item->what.bytes = bytes.size;
        rc = look_up(batch, item, &known, &unread);
    }
    if (!rc && !known)
        rc = decode(batch, item, i, &bytes);
    else if (!rc && unread)
        rc = look(batch, item, &bytes);
    item->state = rc ? DESCRY_ITEM_FAILED : known ? DESCRY_ITEM_KNOWN : DESCRY_ITEM_NEW;
    descry_buf_free(&bytes);
}

/* ---- the model ------------------------------------------------------------------------------------------------- */

/* Prepared pictures without gaps and without copies of each other; returns how many. */
static size_t gather(descry_batch *batch)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++) {
        descry_item *item = &batch->items[i];
        item->twin = i;
        for (size_t j = 0; j < i && item->state == DESCRY_ITEM_NEW && item->twin == i; j++)
            if (batch->items[j].state == DESCRY_ITEM_NEW &&
                memcmp(batch->items[j].what.sha256, item->what.sha256, DESCRY_SHA256_SIZE) == 0)
                item->twin = batch->items[j].twin;
        if (item->state != DESCRY_ITEM_NEW || item->twin != i)
            continue;
        memmove(batch->rgb + n * batch->picture, batch->rgb + i * batch->picture, batch->picture);
        item->slot = n++;
    }
    return n;
}

static int all_finite(const float *vector, int dim)
{
    for (int i = 0; i < dim; i++)
        if (!isfinite(vector[i]))
            return 0;
    return 1;
}

/* What the vectors say: which pictures have none, which are copies. */
static void finish_items(descry_batch *batch)
{
    size_t dim = (size_t)batch->recipe.dim;
    for (size_t i = 0; i < batch->count; i++) {
        descry_item *item = &batch->items[i];
        const descry_item *first = &batch->items[item->twin];
        if (item->state == DESCRY_ITEM_NEW && !all_finite(batch->vectors + first->slot * dim, batch->recipe.dim)) {
            descry_fail(&item->err, DESCRY_ERR_NUMERIC, "%s: the embedding is not finite", item->path);
            item->state = DESCRY_ITEM_FAILED;
        } else if (item->state == DESCRY_ITEM_NEW && first != item)
            item->state = DESCRY_ITEM_KNOWN;
    }
}

static int embed(descry_batch *batch, size_t n, descry_error *err)
{
    descry_clip *clip = batch->model->clip;
    size_t dim = (size_t)batch->recipe.dim;
    int rc = n ? descry_clip_embed_pixels(clip, batch->rgb, n, 1, batch->vectors, err) : 0;
    if (rc && rc != DESCRY_ERR_NUMERIC)
        return rc;
    /* one by one, to find the picture that it is */
    for (size_t i = 0; i < n && rc == DESCRY_ERR_NUMERIC; i++) {
        int one = descry_clip_embed_pixels(clip, batch->rgb + i * batch->picture, 1, 1, batch->vectors + i * dim, err);
        if (one && one != DESCRY_ERR_NUMERIC)
            return one;
        if (one)
            batch->vectors[i * dim] = NAN;
    }
    finish_items(batch);
    return 0;
}

/* ---- the library ----------------------------------------------------------------------------------------------- */

static int store_item(descry_batch *batch, descry_item *item, descry_error *err)
{
    const descry_store_ops *ops = batch->store->ops;
    const descry_item *first = &batch->items[item->twin];
    int rc = 0;
    switch (item->state) {
    case DESCRY_ITEM_SAME:
        return ops->reappeared(batch->store, item->place.id, err);
    case DESCRY_ITEM_FAILED:
        return ops->fail_place(batch->store, item->path, item->err.message, err);
    case DESCRY_ITEM_NEW:
        rc = ops->put_content(batch->store, &item->what, &item->content, err);
        if (!rc)
            rc = ops->put_vector(batch->store, &batch->recipe, item->content,
                                 batch->vectors + item->slot * (size_t)batch->recipe.dim, err);
        break;
    case DESCRY_ITEM_KNOWN:
        if (first != item)
            item->content = first->content;
        break;
    }
    if (!rc && item->has_metadata)
        rc = ops->put_metadata(batch->store, item->content, &item->metadata, err);
    return rc ? rc : ops->put_place(batch->store, item->path, item->size, item->mtime, item->content, err);
}

static int store_items(descry_batch *batch, descry_error *err)
{
    int rc = batch->store->ops->begin(batch->store, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < batch->count && !rc; i++)
        rc = store_item(batch, &batch->items[i], err);
    if (rc)
        batch->store->ops->rollback(batch->store);
    else
        rc = batch->store->ops->commit(batch->store, err);
    batch->stored = !rc;
    return rc;
}

/* ---- captions -------------------------------------------------------------------------------------------------- */

static int store_embedded(void *arg, size_t first, size_t n, descry_error *err)
{
    (void)first, (void)n;
    descry_batch *batch = arg;
    finish_items(batch);
    return store_items(batch, err);
}

static int keep_caption(void *arg, size_t slot, const descry_caption *caption)
{
    descry_batch *batch = arg;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].state == DESCRY_ITEM_NEW && batch->items[i].slot == slot)
            return !(batch->items[i].caption = strdup(caption->text));
    return 0;
}

static int store_captions(descry_batch *batch, descry_error *err)
{
    descry_model_info info = {0};
    descry_clip_describe(batch->model->clip, &info);
    int rc = batch->store->ops->begin(batch->store, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < batch->count && !rc; i++) {
        descry_item *item = &batch->items[i];
        if (item->caption)
            rc = batch->store->ops->put_caption(batch->store, item->content, info.name, info.recipe, item->caption,
                                                &item->captioned, err);
    }
    if (!rc)
        return batch->store->ops->commit(batch->store, err);
    batch->store->ops->rollback(batch->store);
    return rc;
}

/* Embeds and describes n pictures from one pass.  When something is not finite, what is not done then is left to be
 * done otherwise: batch->stored tells. */
static int embed_and_describe(descry_batch *batch, size_t n, descry_error *err)
{
    int rc = descry_clip_caption_pixels(batch->model->clip, batch->rgb, n, batch->captions, batch->vectors,
                                        store_embedded, keep_caption, batch, err);
    if (rc == DESCRY_ERR_CANCELLED)
        return descry_fail_memory(err); /* of keep_caption */
    return rc ? (rc == DESCRY_ERR_NUMERIC ? 0 : rc) : store_captions(batch, err);
}

int descry_batch_run(descry_batch *batch, descry_error *err)
{
    batch->stored = 0;
    descry_pool_run(batch->library->context->pool, batch->count, prepare, batch);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].broken)
            return descry_fail(err, batch->items[i].err.code, "%s", batch->items[i].err.message);
    size_t n = gather(batch);
    int rc = batch->captions && n > 0 ? embed_and_describe(batch, n, err) : 0;
    if (rc || batch->stored)
        return rc;
    rc = embed(batch, n, err);
    return rc ? rc : store_items(batch, err);
}
