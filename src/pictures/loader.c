/* SPDX-License-Identifier: Apache-2.0
 * Slots, as many as some whole batches, that are given out round and round.  As long as no picture is late, a batch lies in
 * them as the model wants it, one picture after the other; else it is copied to where it does. */
#include "pictures/loader.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_BATCHES = 3, MOST_BYTES = 256 << 20 };

typedef enum slot_state { FREE, ADDED, BEGUN, PREPARED } slot_state;

/* A picture that its thread has read and wants judged. */
typedef struct waiter {
    descry_loaded *item;
    int judged;
} waiter;

struct descry_loader {
    descry_loading how;
    size_t picture, slots;
    double patience;   /* how.patience in seconds */
    char *items;       /* [slots, how.item] */
    uint8_t *rgb;      /* [slots, H, W, 3] */
    char *apart;       /* [batch, how.item]: where a batch is copied to; NULL: none ever is */
    uint8_t *rgb_apart;
    void **good;       /* [batch] */
    size_t *taken;     /* [batch]: slots of the batch, `takes` of them */
    size_t takes, used, cursor; /* slots that are not free; the slot to be given out next, if it is free */
    descry_loaded **asked;      /* [threads + 1]: what it is asked of; of whoever has the turn */
    pthread_mutex_t mutex;      /* over what follows */
    pthread_cond_t more, ready; /* to prepare; prepared */
    pthread_cond_t left;        /* the turn is */
    int turn;                   /* somebody's: the caller's, except while it waits or encodes; else of who judges */
    uint8_t *state;    /* [slots] */
    double *began;     /* [slots]: when reading, or decoding was begun */
    size_t *order;     /* [slots]: slots of all that are not yet taken, as they were added: `queued`, the first `begun` */
    size_t queued, begun;
    waiter **waiting;  /* [threads + 1], `waits` of them */
    size_t waits;
    int stop;
    unsigned started;
    pthread_t *ids; /* [threads] */
};

static descry_loaded *item_of(const descry_loader *loader, size_t slot)
{
    return (void *)(loader->items + slot * loader->how.item);
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

/* With the mutex held. */
static void pass_turn(descry_loader *loader)
{
    loader->turn = 0;
    pthread_cond_signal(&loader->left);
}

static void leave_turn(descry_loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    pass_turn(loader);
    pthread_mutex_unlock(&loader->mutex);
}

/* With the mutex held. */
static void begin(descry_loader *loader, size_t slot)
{
    loader->began[slot] = loader->patience > 0 ? descry_clock_now() : 0;
}

/* Whoever gets the turn has all judged that wait for it.  How long the caller keeps it is not the picture's fault. */
static int judge(descry_loader *loader, descry_loaded *item, size_t slot)
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
    pthread_mutex_lock(&loader->mutex);
    begin(loader, slot);
    pass_turn(loader);
    pthread_mutex_unlock(&loader->mutex);
    return stop ? DESCRY_ERR_CANCELLED : item->err.code;
}

static void prepare(descry_loader *loader, size_t slot)
{
    const descry_loading *how = &loader->how;
    descry_loaded *item = item_of(loader, slot);
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
        rc = judge(loader, item, slot);
    if (!rc && item->want != DESCRY_WANT_NOTHING)
        rc = decode(how, item, &bytes, loader->rgb + slot * loader->picture);
    if (!rc)
        item->err.code = 0; /* what another codec than the right one may have said of it */
    if (bytes.fd >= 0)
        item->bytes = NULL;
    descry_shared_close(&bytes);
}

/* The next picture of all, with the mutex held; 0: there is none. */
static int prepare_next(descry_loader *loader)
{
    if (loader->begun == loader->queued)
        return 0;
    size_t slot = loader->order[loader->begun++];
    loader->state[slot] = BEGUN;
    begin(loader, slot);
    pthread_mutex_unlock(&loader->mutex);
    prepare(loader, slot);
    pthread_mutex_lock(&loader->mutex);
    loader->state[slot] = PREPARED;
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

/* The oldest that are not late, as many as make a batch, with the mutex held.  1: all of them are prepared; else how many
 * seconds it may take, at the most, until this has another answer although none is prepared meanwhile. */
static int choose(descry_loader *loader, double *seconds)
{
    double now = loader->patience > 0 ? descry_clock_now() : 0;
    int all = 1;
    *seconds = loader->patience;
    loader->takes = 0;
    for (size_t i = 0; i < loader->queued && loader->takes < loader->how.batch; i++) {
        size_t slot = loader->order[i];
        if (loader->state[slot] == BEGUN && loader->patience > 0) {
            double left = loader->began[slot] + loader->patience - now;
            if (left <= 0)
                continue;
            *seconds = left < *seconds ? left : *seconds;
        }
        all = all && loader->state[slot] == PREPARED;
        loader->taken[loader->takes++] = slot;
    }
    return all && loader->takes > 0;
}

/* By the clock of the wall, for not every system's conditions know another; should it be set meanwhile, only this one wait
 * is too short or too long. */
static void wait_for_ready(descry_loader *loader, double seconds)
{
    struct timespec until;
    if (loader->patience <= 0) {
        pthread_cond_wait(&loader->ready, &loader->mutex);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    long whole = (long)seconds, nanoseconds = until.tv_nsec + (long)((seconds - (double)whole) * 1e9) + 1;
    until.tv_sec += whole + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    pthread_cond_timedwait(&loader->ready, &loader->mutex, &until);
}

/* Waits for a batch, and takes it out of the queue. */
static void await(descry_loader *loader)
{
    double seconds;
    size_t kept = 0, taken = 0;
    leave_turn(loader);
    pthread_mutex_lock(&loader->mutex);
    while (!choose(loader, &seconds))
        if (loader->started > 0 || !prepare_next(loader))
            wait_for_ready(loader, seconds);
    for (size_t i = 0; i < loader->queued; i++)
        if (taken < loader->takes && loader->order[i] == loader->taken[taken])
            taken++;
        else
            loader->order[kept++] = loader->order[i];
    loader->queued = kept;
    loader->begun -= taken;
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

static void drop(const descry_loader *loader, void *item)
{
    if (loader->how.drop)
        loader->how.drop(loader->how.arg, item);
}

/* Where its slots are one after the other: there. */
static void lay_out(const descry_loader *loader, descry_loaded_batch *batch)
{
    const size_t *taken = loader->taken;
    size_t i = 1, goods = 0;
    while (i < batch->count && taken[i] == taken[0] + i)
        i++;
    int apart = i < batch->count;
    batch->items = apart ? loader->apart : (void *)item_of(loader, taken[0]);
    batch->rgb = apart ? loader->rgb_apart : loader->rgb + taken[0] * loader->picture;
    for (i = 0; i < batch->count; i++) {
        descry_loaded *item = batch_item(batch, i);
        if (apart)
            memcpy(item, item_of(loader, taken[i]), loader->how.item);
        item->slot = apart ? goods : i;
        if (!apart || item->want != DESCRY_WANT_PIXELS || item->err.code)
            continue;
        memcpy(batch->rgb + goods++ * loader->picture, loader->rgb + taken[i] * loader->picture, loader->picture);
    }
}

static int deliver(descry_loader *loader, descry_error *err)
{
    await(loader);
    descry_loaded_batch batch = {.loader = loader, .stride = loader->how.item, .count = loader->takes, .good = loader->good,
                                 .picture = loader->picture};
    lay_out(loader, &batch);
    descry_loaded_gather(&batch);
    int rc = loader->how.deliver(loader->how.arg, &batch, err);
    for (size_t i = 0; i < batch.count; i++)
        drop(loader, batch_item(&batch, i));
    pthread_mutex_lock(&loader->mutex);
    for (size_t i = 0; i < batch.count; i++)
        loader->state[loader->taken[i]] = FREE;
    pthread_mutex_unlock(&loader->mutex);
    loader->used -= batch.count;
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

/* Slots for some batches, and where late pictures are possible one batch apart and room for so many late ones that their
 * threads are all but one: so that the last one has something to do. */
static int take_memory(descry_loader *loader)
{
    const descry_loading *how = &loader->how;
    size_t batch = how->batch, threads = how->threads, most = MOST_BYTES / loader->picture / batch, batches = MOST_BATCHES;
    loader->patience = threads > 1 && most > MOST_BATCHES ? 1e-3 * how->patience : 0;
    if (loader->patience > 0 && batches < 2 + (threads - 1 + batch - 1) / batch)
        batches = 2 + (threads - 1 + batch - 1) / batch;
    most -= loader->patience > 0;
    batches = threads < 2 || most < 1 ? 1 : batches < most ? batches : most;
    loader->slots = batch * batches;
    loader->items = calloc(loader->slots, how->item);
    loader->rgb = descry_alloc(loader->slots, loader->picture);
    loader->good = descry_alloc(batch, sizeof *loader->good);
    loader->taken = descry_alloc(batch, sizeof *loader->taken);
    loader->state = calloc(batch, batches);
    loader->began = descry_alloc(loader->slots, sizeof *loader->began);
    loader->order = descry_alloc(loader->slots, sizeof *loader->order);
    loader->ids = descry_alloc(threads + 1, sizeof *loader->ids);
    loader->asked = descry_alloc(threads + 1, sizeof *loader->asked);
    loader->waiting = descry_alloc(threads + 1, sizeof *loader->waiting);
    if (loader->patience > 0) {
        loader->apart = descry_alloc(batch, how->item);
        loader->rgb_apart = descry_alloc(batch, loader->picture);
        if (!loader->apart || !loader->rgb_apart)
            return 0;
    }
    return loader->items && loader->rgb && loader->good && loader->taken && loader->state && loader->began && loader->order &&
           loader->ids && loader->asked && loader->waiting;
}

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
    if (!take_memory(loader)) {
        descry_loader_close(&loader);
        return descry_fail_memory(err);
    }
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
    for (size_t i = 0; i < loader->queued; i++)
        drop(loader, item_of(loader, loader->order[i]));
    pthread_cond_destroy(&loader->ready);
    pthread_cond_destroy(&loader->more);
    pthread_mutex_destroy(&loader->mutex);
    pthread_cond_destroy(&loader->left);
    free(loader->items);
    free(loader->rgb);
    free(loader->good);
    free(loader->apart);
    free(loader->rgb_apart);
    free(loader->taken);
    free(loader->state);
    free(loader->began);
    free(loader->order);
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
    pthread_mutex_lock(&loader->mutex);
    while (loader->state[loader->cursor] != FREE)
        loader->cursor = (loader->cursor + 1) % loader->slots;
    memcpy(item_of(loader, loader->cursor), item, loader->how.item);
    loader->state[loader->cursor] = ADDED;
    loader->order[loader->queued++] = loader->cursor;
    pthread_cond_signal(&loader->more);
    pthread_mutex_unlock(&loader->mutex);
    loader->cursor = (loader->cursor + 1) % loader->slots;
    start(loader);
    return ++loader->used < loader->slots ? 0 : deliver(loader, err);
}

int descry_loader_finish(descry_loader *loader, descry_error *err)
{
    int rc = 0;
    while (!rc && loader->used > 0)
        rc = deliver(loader, err);
    if (!rc)
        loader->cursor = 0; /* what comes next begins at a whole batch: none goes over the end of the slots */
    return rc;
}

size_t descry_loader_slots(const descry_loader *loader)
{
    return loader->slots;
}
