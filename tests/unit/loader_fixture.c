/* SPDX-License-Identifier: Apache-2.0 */
#include "loader_fixture.h"

#include "base/clock.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int late_after;
_Atomic int hours;
struct loading_test t;

/* ---- the clock, and the room image ------------------------------------------------------------------------------- */

double descry_clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec + 3600.0 * hours;
}

void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
}

static void count_and_tell(size_t *counter)
{
    pthread_mutex_lock(&t.lock);
    ++*counter;
    pthread_cond_broadcast(&t.changed);
    pthread_mutex_unlock(&t.lock);
}

void wait_for(const size_t *counter, size_t value)
{
    pthread_mutex_lock(&t.lock);
    while (*counter < value)
        pthread_cond_wait(&t.changed, &t.lock);
    pthread_mutex_unlock(&t.lock);
}

/* A draft is of a whole that is ten times as wide. */
int descry_decoders_prepare(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err)
{
    const descry_preprocess *pixels = job->wanted.preprocess;
    (void)decoders;
    *fault = 0;
    if (!pixels)
        count_and_tell(&t.peeked);
    else if (bytes->size > 0 && bytes->data[0] == 's')
        wait_for(&t.decoded, t.slow_waits_for);
    else if (bytes->size > 0 && bytes->data[0] == 'l')
        wait_for(&t.out, t.late_waits_for);
    else if (bytes->size > 0 && bytes->data[0] == 'n')
        nap();
    int rc = bytes->size < 2 || bytes->data[0] == 'b' ? descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a picture", name) : 0;
    if (!rc) {
        *facts = (descry_facts){.width = atoi((const char *)bytes->data + 1), .height = 1, .orientation = 1};
        if (pixels)
            memset(rgb, facts->width, PICTURE);
        if (facts->width == 99 && pixels)
            rc = descry_fail(err, DESCRY_ERR_LIMIT, "too wide");
        facts->draft = pixels && job->wanted.draft && !job->wanted.options->reference && bytes->data[0] == 'd';
        facts->width *= facts->draft ? 10 : 1;
    }
    if (pixels)
        count_and_tell(&t.decoded);
    return rc;
}

/* ---- a client -------------------------------------------------------------------------------------------------- */

int encode_all(void *arg, size_t first, size_t n, descry_error *err)
{
    assert_ptr_equal(arg, &t);
    for (size_t i = first; i < first + n; i++)
        if (((item *)t.now->good[i])->number == (int)t.numeric)
            return descry_fail(err, DESCRY_ERR_NUMERIC, "not finite");
    t.encoded += n;
    return 0;
}

void count_decisions(void *arg, descry_loaded *const *pictures, size_t n)
{
    (void)arg, (void)pictures;
    t.turn += (int)n;
}

static int deliver(void *arg, descry_loaded_batch *batch, descry_error *err)
{
    size_t good = 0, left = t.added - t.delivered;
    const item *items = batch->items;
    assert_ptr_equal(arg, &t);
    if (late_after != 1 || !t.finishing)
        assert_int_equal(batch->count, left < t.batch ? left : t.batch);
    assert_true(batch->count > 0 && batch->count <= t.batch);
    t.turn++;
    t.now = batch;
    for (size_t i = 0; i < batch->count; i++) {
        const descry_loaded *l = &items[i].loaded;
        assert_true(late_after == 1 ? i == 0 || items[i].number > items[i - 1].number
                                  : items[i].number == (int)(t.delivered + i));
        assert_int_equal(t.given[items[i].number]++, 0);
        if (l->want != DESCRY_WANT_PIXELS || l->err.code)
            continue;
        assert_ptr_equal(batch->good[good], &items[i]);
        assert_int_equal(l->slot, good);
        for (size_t j = 0; j < PICTURE; j++)
            assert_int_equal(batch->rgb[good * PICTURE + j], items[i].number);
        good++;
    }
    assert_int_equal(batch->good_count, good);
    int rc = t.encode ? descry_loaded_encode(batch, t.encode, &t, err) : 0;
    for (size_t i = 0; i < batch->count; i++, t.delivered++) {
        const descry_loaded *l = &items[i].loaded;
        int number = items[i].number;
        snprintf(t.wrong[number], sizeof t.wrong[0], "%s", l->err.code ? l->err.message : "");
        t.widths[number] = l->width;
        t.drafts[number] = l->draft;
        t.levels[number] = l->want;
        count_and_tell(&t.out);
    }
    t.turn++;
    if (++t.batches == t.stop_at)
        return descry_fail(err, STOP, "stop");
    return rc;
}

static void drop(void *arg, void *dropped)
{
    assert_ptr_equal(arg, &t);
    int number = ((item *)dropped)->number;
    assert_int_equal(t.gone[number]++, 0);
    assert_true(late_after == 1 || number == (int)t.dropped);
    t.dropped++;
    free(((item *)dropped)->owned);
}

descry_loader *open_loader_for(unsigned threads, size_t batch, decide_fn *decide, int draft, int reference)
{
    static const descry_preprocess preprocess = {.width = W, .height = H};
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    static const descry_preprocess_options usual = {sizeof usual, 0, 13, &limits}, as_reference = {sizeof usual, 1, 13, &limits};
    memset(&t, 0, sizeof t);
    pthread_mutex_init(&t.lock, NULL);
    pthread_cond_init(&t.changed, NULL);
    t.batch = batch ? batch : 1;
    t.numeric = MOST;
    descry_loader_options how_to_load = {.preprocess = &preprocess, .options = reference ? &as_reference : &usual,
                                         .threads = threads, .batch = batch, .item = sizeof(item), .late_after = late_after,
                                         .digest = 1, .draft = draft, .decide = decide, .deliver = deliver,
                                         .drop = drop, .arg = &t};
    descry_loader *loader;
    assert_int_equal(descry_loader_open(&loader, &how_to_load, NULL), 0);
    t.slots = descry_loader_slots(loader);
    assert_true(t.slots % t.batch == 0 && (threads > 1 ? t.slots > t.batch : t.slots == t.batch));
    return loader;
}

descry_loader *open_loader(unsigned threads, size_t batch, decide_fn *decide)
{
    return open_loader_for(threads, batch, decide, 0, 0);
}

int add_as(descry_loader *loader, char kind, descry_want want, const descry_error *wrong, descry_error *err)
{
    item it = {.number = (int)t.added, .owned = malloc(32)};
    char *name = it.owned + 16;
    assert_non_null(it.owned);
    snprintf(it.owned, 16, "%c%d", kind, it.number);
    snprintf(name, 16, "p%d", it.number);
    it.loaded.path = name;
    it.loaded.bytes = (const uint8_t *)it.owned;
    it.loaded.size = strlen(it.owned);
    it.loaded.want = want;
    if (wrong)
        it.loaded.err = *wrong;
    t.added++;
    int rc = descry_loader_add(loader, &it, err);
    assert_true(t.added - t.dropped < t.slots || rc); /* there is room for the next */
    return rc;
}

int add(descry_loader *loader, char kind)
{
    return add_as(loader, kind, DESCRY_WANT_PIXELS, NULL, NULL);
}

void end(descry_loader *loader)
{
    t.finishing = 1;
    assert_int_equal(descry_loader_finish(loader, NULL), 0);
    assert_int_equal(t.delivered, t.added);
    descry_loader_close(&loader);
    assert_null(loader);
    assert_int_equal(t.dropped, t.added);
}
