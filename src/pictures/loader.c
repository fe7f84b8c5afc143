/* SPDX-License-Identifier: Apache-2.0
 * A ring of slots for a few whole batches.  As long as no picture is late, a batch is contiguous in it, as the model needs it;
 * else it is copied to a buffer of its own. */
#include "pictures/loader.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_BATCHES = 3, MAX_BYTES = 256 << 20 };

typedef enum slot_state { FREE, ADDED, BEGUN, PREPARED } slot_state;

/* A picture whose thread has read it and waits for `decide`. */
typedef struct waiter {
    descry_loaded *item;
    int decided;
} waiter;

struct descry_loader {
    descry_loader_options how;
    size_t picture, slots;
    double late_after; /* how.late_after in seconds; 0: pictures are never late */
    char *items;       /* [slots, how.item] */
    uint8_t *rgb;      /* [slots, H, W, 3] */
    char *batch_items; /* [batch, how.item]: copy of a batch that is not contiguous; NULL: pictures are never late */
    uint8_t *batch_rgb; /* [batch, H, W, 3] */
    void **good;       /* [batch] */
    size_t *taken;     /* [batch]: slots of the batch, `taken_count` of them */
    size_t taken_count, used, cursor; /* used: slots that are not free; cursor: the next slot to use, once it is free */
    descry_loaded **deciding;   /* [threads + 1]: argument of `decide`; owned by the holder of the turn */
    pthread_mutex_t mutex;      /* guards what follows */
    pthread_cond_t work, ready; /* a picture was added; a picture is prepared */
    pthread_cond_t turn_free;
    int turn;                   /* 1: held: by the caller, except while it waits or encodes; else by a thread in `decide` */
    uint8_t *state;    /* [slots]: slot_state */
    double *began;     /* [slots]: when reading, then decoding began */
    size_t *order;     /* [queued]: slots not yet in a batch, in the order added; the first `begun` are being prepared */
    size_t queued, begun;
    waiter **waiting;  /* [threads + 1], `waits` of them */
    size_t waiting_count;
    int stop;
    unsigned started;
    pthread_t *ids; /* [threads] */
};

static descry_loaded *item_of(const descry_loader *loader, size_t slot)
{
    return (void *)(loader->items + slot * loader->how.item);
}

/* ---- preparing ------------------------------------------------------------------------------------------------- */

static int decode(const descry_loader_options *how, descry_loaded *item, const descry_shared *bytes, uint8_t *rgb)
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
    item->has_placeholder = facts.has_placeholder;
    memcpy(item->placeholder, facts.placeholder, sizeof item->placeholder);
    item->metadata = facts.metadata;
    descry_facts_free(&facts);
    return 0;
}

/* With the mutex held.  The turn is no mutex because the caller may release it on another thread than it acquired it on. */
static void acquire_turn_locked(descry_loader *loader)
{
    while (loader->turn)
        pthread_cond_wait(&loader->turn_free, &loader->mutex);
    loader->turn = 1;
}

static void acquire_turn(descry_loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    acquire_turn_locked(loader);
    pthread_mutex_unlock(&loader->mutex);
}

/* With the mutex held. */
static void release_turn_locked(descry_loader *loader)
{
    loader->turn = 0;
    pthread_cond_signal(&loader->turn_free);
}

static void release_turn(descry_loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    release_turn_locked(loader);
    pthread_mutex_unlock(&loader->mutex);
}

/* With the mutex held. */
static void start_clock(descry_loader *loader, size_t slot)
{
    loader->began[slot] = loader->late_after > 0 ? descry_clock_now() : 0;
}

/* The thread that gets the turn has `decide` called for all that wait.  The clock stands still meanwhile and restarts afterwards:
 * time spent waiting for the turn does not make a picture late. */
static int decide(descry_loader *loader, descry_loaded *item, size_t slot)
{
    waiter own = {item, 0};
    size_t n = 0;
    pthread_mutex_lock(&loader->mutex);
    loader->began[slot] = INFINITY;
    loader->waiting[loader->waiting_count++] = &own;
    acquire_turn_locked(loader);
    int stop = loader->stop;
    if (!stop && !own.decided) {
        for (; n < loader->waiting_count; n++) {
            loader->deciding[n] = loader->waiting[n]->item;
            loader->waiting[n]->decided = 1;
        }
        loader->waiting_count = 0;
    }
    pthread_mutex_unlock(&loader->mutex);
    if (n > 0)
        loader->how.decide(loader->how.arg, loader->deciding, n);
    pthread_mutex_lock(&loader->mutex);
    start_clock(loader, slot);
    release_turn_locked(loader);
    pthread_mutex_unlock(&loader->mutex);
    return stop ? DESCRY_ERR_CANCELLED : item->err.code;
}

static void prepare(descry_loader *loader, size_t slot)
{
    const descry_loader_options *how = &loader->how;
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
    if (!rc && how->decide)
        rc = decide(loader, item, slot);
    if (!rc && item->want != DESCRY_WANT_NOTHING)
        rc = decode(how, item, &bytes, loader->rgb + slot * loader->picture);
    if (!rc)
        item->err.code = 0; /* a codec that was tried first may have set it */
    if (bytes.fd >= 0)
        item->bytes = NULL;
    descry_shared_close(&bytes);
}

/* Prepares the next picture in order, with the mutex held on entry and return; 0: there is none. */
static int prepare_next(descry_loader *loader)
{
    if (loader->begun == loader->queued)
        return 0;
    size_t slot = loader->order[loader->begun++];
    loader->state[slot] = BEGUN;
    start_clock(loader, slot);
    pthread_mutex_unlock(&loader->mutex);
    prepare(loader, slot);
    pthread_mutex_lock(&loader->mutex);
    loader->state[slot] = PREPARED;
    pthread_cond_signal(&loader->ready);
    return 1;
}

static void *worker_main(void *arg)
{
    descry_loader *loader = arg;
    pthread_mutex_lock(&loader->mutex);
    while (!loader->stop)
        if (!prepare_next(loader))
            pthread_cond_wait(&loader->work, &loader->mutex);
    pthread_mutex_unlock(&loader->mutex);
    return NULL;
}

/* ---- delivering ------------------------------------------------------------------------------------------------ */

/* Chooses the oldest pictures that are not late, at most a batch, with the mutex held.  1: all of them are prepared; else
 * *seconds is the time after which to choose again, because a picture will be late by then. */
static int choose_batch(descry_loader *loader, double *seconds)
{
    double now = loader->late_after > 0 ? descry_clock_now() : 0;
    int all = 1;
    *seconds = loader->late_after;
    loader->taken_count = 0;
    for (size_t i = 0; i < loader->queued && loader->taken_count < loader->how.batch; i++) {
        size_t slot = loader->order[i];
        if (loader->state[slot] == BEGUN && loader->late_after > 0) {
            double left = loader->began[slot] + loader->late_after - now;
            if (left <= 0)
                continue;
            *seconds = left < *seconds ? left : *seconds;
        }
        all = all && loader->state[slot] == PREPARED;
        loader->taken[loader->taken_count++] = slot;
    }
    return all && loader->taken_count > 0;
}

/* By CLOCK_REALTIME, as not every system has pthread_condattr_setclock; if it is set meanwhile, just this wait is too short or
 * too long. */
static void wait_ready(descry_loader *loader, double seconds)
{
    struct timespec until;
    if (loader->late_after <= 0) {
        pthread_cond_wait(&loader->ready, &loader->mutex);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    long whole = (long)seconds, nanoseconds = until.tv_nsec + (long)((seconds - (double)whole) * 1e9) + 1;
    until.tv_sec += whole + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    pthread_cond_timedwait(&loader->ready, &loader->mutex, &until);
}

/* Waits for a batch and removes it from the queue. */
static void await_batch(descry_loader *loader)
{
    double seconds;
    size_t kept = 0, taken = 0;
    release_turn(loader);
    pthread_mutex_lock(&loader->mutex);
    while (!choose_batch(loader, &seconds))
        if (loader->started > 0 || !prepare_next(loader))
            wait_ready(loader, seconds);
    for (size_t i = 0; i < loader->queued; i++)
        if (taken < loader->taken_count && loader->order[i] == loader->taken[taken])
            taken++;
        else
            loader->order[kept++] = loader->order[i];
    loader->queued = kept;
    loader->begun -= taken;
    acquire_turn_locked(loader);
    pthread_mutex_unlock(&loader->mutex);
}

static descry_loaded *batch_item(const descry_loaded_batch *batch, size_t i)
{
    return (void *)((char *)batch->items + i * batch->stride);
}

void descry_loaded_gather(descry_loaded_batch *batch)
{
    batch->good_count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        descry_loaded *item = batch_item(batch, i);
        if (item->want != DESCRY_WANT_PIXELS || item->err.code)
            continue;
        if (item->slot != batch->good_count)
            memmove(batch->rgb + batch->good_count * batch->picture, batch->rgb + item->slot * batch->picture, batch->picture);
        item->slot = batch->good_count;
        batch->good[batch->good_count++] = item;
    }
}

static void drop(const descry_loader *loader, void *item)
{
    if (loader->how.drop)
        loader->how.drop(loader->how.arg, item);
}

/* In place if its slots are contiguous, else by copying. */
static void assemble_batch(const descry_loader *loader, descry_loaded_batch *batch)
{
    const size_t *taken = loader->taken;
    size_t i = 1, good_count = 0;
    while (i < batch->count && taken[i] == taken[0] + i)
        i++;
    int scattered = i < batch->count;
    batch->items = scattered ? loader->batch_items : (void *)item_of(loader, taken[0]);
    batch->rgb = scattered ? loader->batch_rgb : loader->rgb + taken[0] * loader->picture;
    for (i = 0; i < batch->count; i++) {
        descry_loaded *item = batch_item(batch, i);
        if (scattered)
            memcpy(item, item_of(loader, taken[i]), loader->how.item);
        item->slot = scattered ? good_count : i;
        if (!scattered || item->want != DESCRY_WANT_PIXELS || item->err.code)
            continue;
        memcpy(batch->rgb + good_count++ * loader->picture, loader->rgb + taken[i] * loader->picture, loader->picture);
    }
}

static int deliver_batch(descry_loader *loader, descry_error *err)
{
    await_batch(loader);
    descry_loaded_batch batch = {.loader = loader, .stride = loader->how.item, .count = loader->taken_count, .good = loader->good,
                                 .picture = loader->picture};
    assemble_batch(loader, &batch);
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
    acquire_turn(batch->loader);
}

void descry_loaded_release(descry_loaded_batch *batch)
{
    release_turn(batch->loader);
}

static int encode_range(descry_loaded_batch *batch, descry_encode_fn encode, void *arg, size_t first, size_t n,
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
    int rc = batch->good_count > 0 ? encode_range(batch, encode, arg, 0, batch->good_count, &why) : 0;
    int each = rc == DESCRY_ERR_NUMERIC;
    for (size_t i = 0; i < batch->good_count && each && (!rc || rc == DESCRY_ERR_NUMERIC); i++) {
        descry_loaded *item = batch->good[i];
        rc = encode_range(batch, encode, arg, i, 1, &why);
        if (rc == DESCRY_ERR_NUMERIC)
            descry_fail(&item->err, rc, "%s: %s", item->path, why.message);
    }
    return rc && rc != DESCRY_ERR_NUMERIC ? descry_fail(err, rc, "%s", why.message) : 0;
}

/* ---- called by the client -------------------------------------------------------------------------------------- */

/* Slots for a few batches.  If pictures may be late, also a buffer for one batch, and enough slots that a whole batch remains
 * when all threads but one are busy with late pictures. */
static int alloc_buffers(descry_loader *loader)
{
    const descry_loader_options *how = &loader->how;
    size_t batch = how->batch, threads = how->threads, max_batches = MAX_BYTES / loader->picture / batch, batches = MAX_BATCHES;
    loader->late_after = threads > 1 && max_batches > MAX_BATCHES ? 1e-3 * how->late_after : 0;
    if (loader->late_after > 0 && batches < 2 + (threads - 1 + batch - 1) / batch)
        batches = 2 + (threads - 1 + batch - 1) / batch;
    max_batches -= loader->late_after > 0;
    batches = threads < 2 || max_batches < 1 ? 1 : batches < max_batches ? batches : max_batches;
    loader->slots = batch * batches;
    loader->items = calloc(loader->slots, how->item);
    loader->rgb = descry_alloc(loader->slots, loader->picture);
    loader->good = descry_alloc(batch, sizeof *loader->good);
    loader->taken = descry_alloc(batch, sizeof *loader->taken);
    loader->state = calloc(batch, batches);
    loader->began = descry_alloc(loader->slots, sizeof *loader->began);
    loader->order = descry_alloc(loader->slots, sizeof *loader->order);
    loader->ids = descry_alloc(threads + 1, sizeof *loader->ids);
    loader->deciding = descry_alloc(threads + 1, sizeof *loader->deciding);
    loader->waiting = descry_alloc(threads + 1, sizeof *loader->waiting);
    if (loader->late_after > 0) {
        loader->batch_items = descry_alloc(batch, how->item);
        loader->batch_rgb = descry_alloc(batch, loader->picture);
        if (!loader->batch_items || !loader->batch_rgb)
            return 0;
    }
    return loader->items && loader->rgb && loader->good && loader->taken && loader->state && loader->began && loader->order &&
           loader->ids && loader->deciding && loader->waiting;
}

int descry_loader_open(descry_loader **out, const descry_loader_options *options, descry_error *err)
{
    *out = NULL;
    descry_loader *loader = calloc(1, sizeof *loader);
    if (!loader)
        return descry_fail_memory(err);
    pthread_mutex_init(&loader->mutex, NULL);
    pthread_cond_init(&loader->work, NULL);
    pthread_cond_init(&loader->ready, NULL);
    pthread_cond_init(&loader->turn_free, NULL);
    loader->turn = 1;
    loader->how = *options;
    loader->how.batch += !options->batch;
    loader->picture = (size_t)options->preprocess->width * (size_t)options->preprocess->height * 3;
    if (!alloc_buffers(loader)) {
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
    pthread_cond_broadcast(&loader->work);
    pthread_mutex_unlock(&loader->mutex);
    release_turn(loader);
    for (unsigned i = 0; i < loader->started; i++)
        pthread_join(loader->ids[i], NULL);
    for (size_t i = 0; i < loader->queued; i++)
        drop(loader, item_of(loader, loader->order[i]));
    pthread_cond_destroy(&loader->ready);
    pthread_cond_destroy(&loader->work);
    pthread_mutex_destroy(&loader->mutex);
    pthread_cond_destroy(&loader->turn_free);
    free(loader->items);
    free(loader->rgb);
    free(loader->good);
    free(loader->batch_items);
    free(loader->batch_rgb);
    free(loader->taken);
    free(loader->state);
    free(loader->began);
    free(loader->order);
    free(loader->ids);
    free(loader->deciding);
    free(loader->waiting);
    free(loader);
    *slot = NULL;
}

/* Starts one thread for each picture added, up to how.threads: few pictures need few.  If none starts, the calling thread
 * prepares the pictures. */
static void start_worker(descry_loader *loader)
{
    if (loader->how.threads > 1 && loader->started < loader->how.threads &&
        pthread_create(&loader->ids[loader->started], NULL, worker_main, loader) == 0)
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
    pthread_cond_signal(&loader->work);
    pthread_mutex_unlock(&loader->mutex);
    loader->cursor = (loader->cursor + 1) % loader->slots;
    start_worker(loader);
    return ++loader->used < loader->slots ? 0 : deliver_batch(loader, err);
}

int descry_loader_finish(descry_loader *loader, descry_error *err)
{
    int rc = 0;
    while (!rc && loader->used > 0)
        rc = deliver_batch(loader, err);
    if (!rc)
        loader->cursor = 0; /* so that batches stay aligned and none wraps around the end of the ring */
    return rc;
}

size_t descry_loader_slots(const descry_loader *loader)
{
    return loader->slots;
}
