/* SPDX-License-Identifier: Apache-2.0
 * A ring of slots, as many as some whole batches.  Pictures have running numbers; number % slots is the slot of one. */
#include "pictures/loader.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BATCHES = 3, MOST_BYTES = 256 << 20 };

/* A picture that its thread has read and wants judged. */
typedef struct waiter {
    descry_loaded *item;
    int judged;
} waiter;

struct descry_loader {
    descry_loading how;
    size_t picture, slots;
    char *items;       /* [slots, how.item] */
    uint8_t *rgb;      /* [slots, H, W, 3] */
    void **good;       /* [batch] */
    size_t delivered;  /* as are added, begun: of all that come before this number it is true */
    descry_loaded **asked;      /* [threads + 1]: what it is asked of; of whoever has the turn */
    pthread_mutex_t mutex;      /* over what follows */
    pthread_cond_t more, ready; /* to prepare; prepared */
    pthread_cond_t left;        /* the turn is */
    int turn;                   /* somebody's: the caller's, except while it waits or encodes; else of who judges */
    size_t added, begun;
    uint8_t *prepared; /* [slots] */
    waiter **waiting;  /* [threads + 1], `waits` of them */
    size_t waits;
    int stop;
    unsigned started;
    pthread_t *ids; /* [threads] */
};

static descry_loaded *item_of(const descry_loader *loader, size_t number)
{
    return (void *)(loader->items + number % loader->slots * loader->how.item);
}

/* ---- preparing ------------------------------------------------------------------------------------------------- */

static int decode(const descry_loading *how, descry_loaded *item, const descry_shared *bytes, uint8_t *rgb)
{
    descry_facts facts;
    int pixels = item->want == DESCRY_WANT_PIXELS;
    descry_job job = {.wanted = {.preprocess = pixels ? how->preprocess : NULL, .options = how->options, .draft = how->draft}};
    int rc = descry_decoders_prepare(how->decoders, &job, bytes, item->path, rgb, &facts, &item->fault, &item->err);
    if (rc)
        return rc;
    item->width = facts.width;
    item->height = facts.height;
    item->draft = facts.draft;
    item->orientation = facts.orientation;
    item->metadata = facts.metadata;
    descry_facts_free(&facts);
    return 0;
}

/* With the mutex held.  No mutex of its own, for the caller's thread may be another one each time. */
static void await_turn(descry_loader *loader)
{
    while (loader->turn)
        pthread_cond_wait(&loader->left, &loader->mutex);
    loader->turn = 1;
}

static void take_turn(descry_loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    await_turn(loader);
    pthread_mutex_unlock(&loader->mutex);
}

static void leave_turn(descry_loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    loader->turn = 0;
    pthread_cond_signal(&loader->left);
    pthread_mutex_unlock(&loader->mutex);
}

/* Whoever gets the turn has all judged that wait for it. */
static int judge(descry_loader *loader, descry_loaded *item)
{
    waiter own = {item, 0};
    size_t n = 0;
    pthread_mutex_lock(&loader->mutex);
    loader->waiting[loader->waits++] = &own;
    await_turn(loader);
    int stop = loader->stop;
    if (!stop && !own.judged) {
        for (; n < loader->waits; n++) {
            loader->asked[n] = loader->waiting[n]->item;
            loader->waiting[n]->judged = 1;
        }
        loader->waits = 0;
    }
    pthread_mutex_unlock(&loader->mutex);
    if (n > 0)
        loader->how.judge(loader->how.arg, loader->asked, n);
    leave_turn(loader);
    return stop ? DESCRY_ERR_CANCELLED : item->err.code;
}

static void prepare(descry_loader *loader, size_t number)
{
    const descry_loading *how = &loader->how;
    descry_loaded *item = item_of(loader, number);
    descry_shared bytes = descry_shared_none(item->bytes, item->size);
    int rc = 0;
    if (item->want == DESCRY_WANT_NOTHING || item->err.code)
        return;
    if (!item->bytes) {
        rc = descry_shared_read(&bytes, item->path, how->options->limits->max_bytes, &item->err);
        item->bytes = bytes.data;
        item->size = bytes.size;
    }
    if (!rc && how->digest)
        rc = descry_sha256_of(item->bytes, item->size, item->sha256, &item->err);
    if (!rc && how->judge)
        rc = judge(loader, item);
    if (!rc && item->want != DESCRY_WANT_NOTHING)
        rc = decode(how, item, &bytes, loader->rgb + number % loader->slots * loader->picture);
    if (!rc)
        item->err.code = 0; /* what another codec than the right one may have said of it */
    if (bytes.fd >= 0)
        item->bytes = NULL;
    descry_shared_close(&bytes);
}

/* The next picture of all, with the mutex held; 0: there is none. */
static int prepare_next(descry_loader *loader)
{
    if (loader->begun == loader->added)
        return 0;
    size_t number = loader->begun++;
    pthread_mutex_unlock(&loader->mutex);
    prepare(loader, number);
    pthread_mutex_lock(&loader->mutex);
    loader->prepared[number % loader->slots] = 1;
    pthread_cond_signal(&loader->ready);
    return 1;
}

static void *serve(void *arg)
{
    descry_loader *loader = arg;
    pthread_mutex_lock(&loader->mutex);
    while (!loader->stop)
        if (!prepare_next(loader))
            pthread_cond_wait(&loader->more, &loader->mutex);
    pthread_mutex_unlock(&loader->mutex);
    return NULL;
}

/* ---- delivering ------------------------------------------------------------------------------------------------ */

static void await(descry_loader *loader, size_t end)
{
    leave_turn(loader);
    pthread_mutex_lock(&loader->mutex);
    for (size_t number = loader->delivered; number < end; number++)
        while (!loader->prepared[number % loader->slots])
            if (loader->started > 0 || !prepare_next(loader))
                pthread_cond_wait(&loader->ready, &loader->mutex);
    await_turn(loader);
    pthread_mutex_unlock(&loader->mutex);
}

static descry_loaded *batch_item(const descry_loaded_batch *batch, size_t i)
{
    return (void *)((char *)batch->items + i * batch->stride);
}

void descry_loaded_gather(descry_loaded_batch *batch)
{
    batch->goods = 0;
    for (size_t i = 0; i < batch->count; i++) {
        descry_loaded *item = batch_item(batch, i);
        if (item->want != DESCRY_WANT_PIXELS || item->err.code)
            continue;
        if (item->slot != batch->goods)
            memmove(batch->rgb + batch->goods * batch->picture, batch->rgb + item->slot * batch->picture, batch->picture);
        item->slot = batch->goods;
        batch->good[batch->goods++] = item;
    }
}

static void drop(const descry_loader *loader, size_t number)
{
    if (loader->how.drop)
        loader->how.drop(loader->how.arg, item_of(loader, number));
}

static int deliver(descry_loader *loader, descry_error *err)
{
    size_t left = loader->added - loader->delivered, first = loader->delivered % loader->slots;
    descry_loaded_batch batch = {.loader = loader, .items = item_of(loader, first), .stride = loader->how.item,
                                 .count = left < loader->how.batch ? left : loader->how.batch, .good = loader->good,
                                 .picture = loader->picture, .rgb = loader->rgb + first * loader->picture};
    await(loader, loader->delivered + batch.count);
    for (size_t i = 0; i < batch.count; i++)
        batch_item(&batch, i)->slot = i;
    descry_loaded_gather(&batch);
    int rc = loader->how.deliver(loader->how.arg, &batch, err);
    for (size_t i = 0; i < batch.count; i++)
        drop(loader, loader->delivered++);
    return rc;
}

void descry_loaded_hold(descry_loaded_batch *batch)
{
    take_turn(batch->loader);
}

void descry_loaded_release(descry_loaded_batch *batch)
{
    leave_turn(batch->loader);
}

static int encode_some(descry_loaded_batch *batch, descry_encode_fn encode, void *arg, size_t first, size_t n,
                       descry_error *why)
{
    descry_loaded_release(batch);
    int rc = encode(arg, first, n, why);
    descry_loaded_hold(batch);
    return rc;
}

int descry_loaded_encode(descry_loaded_batch *batch, descry_encode_fn encode, void *arg, descry_error *err)
{
    descry_error why;
    int rc = batch->goods > 0 ? encode_some(batch, encode, arg, 0, batch->goods, &why) : 0, each = rc == DESCRY_ERR_NUMERIC;
    for (size_t i = 0; i < batch->goods && each && (!rc || rc == DESCRY_ERR_NUMERIC); i++) {
        descry_loaded *item = batch->good[i];
        rc = encode_some(batch, encode, arg, i, 1, &why);
        if (rc == DESCRY_ERR_NUMERIC)
            descry_fail(&item->err, rc, "%s: %s", item->path, why.message);
    }
    return rc && rc != DESCRY_ERR_NUMERIC ? descry_fail(err, rc, "%s", why.message) : 0;
}

/* ---- the caller's ---------------------------------------------------------------------------------------------- */

int descry_loader_open(descry_loader **out, const descry_loading *loading, descry_error *err)
{
    *out = NULL;
    descry_loader *loader = calloc(1, sizeof *loader);
    if (!loader)
        return descry_fail_memory(err);
    pthread_mutex_init(&loader->mutex, NULL);
    pthread_cond_init(&loader->more, NULL);
    pthread_cond_init(&loader->ready, NULL);
    pthread_cond_init(&loader->left, NULL);
    loader->turn = 1;
    loader->how = *loading;
    loader->how.batch += !loading->batch;
    loader->picture = (size_t)loading->preprocess->width * (size_t)loading->preprocess->height * 3;
    size_t batch = loader->how.batch, batches = MOST_BYTES / loader->picture / batch;
    batches = loading->threads < 2 || batches < 1 ? 1 : batches < MOST_BATCHES ? batches : MOST_BATCHES;
    loader->items = calloc(batch, batches * loading->item);
    loader->rgb = descry_alloc(batch, batches * loader->picture);
    loader->good = descry_alloc(batch, sizeof *loader->good);
    loader->prepared = calloc(batch, batches);
    loader->ids = descry_alloc(loading->threads + 1u, sizeof *loader->ids);
    loader->asked = descry_alloc(loading->threads + 1u, sizeof *loader->asked);
    loader->waiting = descry_alloc(loading->threads + 1u, sizeof *loader->waiting);
    if (!loader->items || !loader->rgb || !loader->good || !loader->prepared || !loader->ids || !loader->asked ||
        !loader->waiting) {
        descry_loader_close(&loader);
        return descry_fail_memory(err);
    }
    loader->slots = batch * batches;
    *out = loader;
    return 0;
}

void descry_loader_close(descry_loader **slot)
{
    descry_loader *loader = *slot;
    if (!loader)
        return;
    pthread_mutex_lock(&loader->mutex);
    loader->stop = 1;
    pthread_cond_broadcast(&loader->more);
    pthread_mutex_unlock(&loader->mutex);
    leave_turn(loader);
    for (unsigned i = 0; i < loader->started; i++)
        pthread_join(loader->ids[i], NULL);
    while (loader->delivered < loader->added)
        drop(loader, loader->delivered++);
    pthread_cond_destroy(&loader->ready);
    pthread_cond_destroy(&loader->more);
    pthread_mutex_destroy(&loader->mutex);
    pthread_cond_destroy(&loader->left);
    free(loader->items);
    free(loader->rgb);
    free(loader->good);
    free(loader->prepared);
    free(loader->ids);
    free(loader->asked);
    free(loader->waiting);
    free(loader);
    *slot = NULL;
}

/* One more thread for each picture, up to as many as there may be: a few pictures need few.  Should none start, the
 * caller's own prepares. */
static void start(descry_loader *loader)
{
    if (loader->how.threads > 1 && loader->started < loader->how.threads &&
        pthread_create(&loader->ids[loader->started], NULL, serve, loader) == 0)
        loader->started++;
}

int descry_loader_add(descry_loader *loader, const void *item, descry_error *err)
{
    memcpy(item_of(loader, loader->added), item, loader->how.item);
    pthread_mutex_lock(&loader->mutex);
    loader->prepared[loader->added++ % loader->slots] = 0;
    pthread_cond_signal(&loader->more);
    pthread_mutex_unlock(&loader->mutex);
    start(loader);
    return loader->added - loader->delivered < loader->slots ? 0 : deliver(loader, err);
}

int descry_loader_finish(descry_loader *loader, descry_error *err)
{
    int rc = 0;
    while (!rc && loader->delivered < loader->added)
        rc = deliver(loader, err);
    pthread_mutex_lock(&loader->mutex);
    if (!rc) /* what comes next begins at a whole batch: none goes over the ring's end */
        loader->added = loader->begun = loader->delivered = 0;
    pthread_mutex_unlock(&loader->mutex);
    return rc;
}

size_t descry_loader_slots(const descry_loader *loader)
{
    return loader->slots;
}
