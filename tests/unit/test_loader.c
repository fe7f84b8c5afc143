/* SPDX-License-Identifier: Apache-2.0
 * Loading pictures.  The room image is stood in for: a picture is a letter and a number, "g7": good; "d7": good,
 * and large; "b7": bad; "s7": slow, it is decoded once all others are that the slots hold; "l7": late, it is decoded once all
 * others are delivered; "n7": it takes a nap. */
#include "cmocka_test.h"

#include "base/clock.h"
#include "base/error.h"
#include "pictures/loader.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { W = 2, H = 1, PICTURE = W * H * 3, MOST = 64, STOP = -77, HOUR = 3600 * 1000 };

static int patience; /* of loaders: with 1 ms everyone may be late, whatever it is */
static _Atomic int hours; /* that the clock was put on */

typedef struct item {
    descry_loaded loaded;
    int number;
    char *owned;
} item;

/* What a test says and counts; `lock` over what threads count. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t decoded, peeked, slow_waits_for, out, late_waits_for; /* out: delivered */
    size_t judged, dropped, added, slots, delivered, batches;
    size_t stop_at, batch, numeric, encoded; /* stop_at: batches delivered, from 1; numeric: the one that is not finite */
    int finishing, given[MOST], gone[MOST]; /* how often each was delivered, and dropped */
    int (*encode)(void *arg, size_t first, size_t n, descry_error *err);
    int turn; /* without a lock: a sanitizer tells when two have it */
    descry_loaded_batch *now;
    char wrong[MOST][128];
    int levels[MOST], widths[MOST], drafts[MOST];
} t;

/* ---- the clock, and the room image -------------------------------------------------------------------------------------------- */

double descry_clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec + 3600.0 * hours;
}

static void nap(void)
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

static void wait_for(const size_t *counter, size_t value)
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

static int encode_all(void *arg, size_t first, size_t n, descry_error *err)
{
    assert_ptr_equal(arg, &t);
    for (size_t i = first; i < first + n; i++)
        if (((item *)t.now->good[i])->number == (int)t.numeric)
            return descry_fail(err, DESCRY_ERR_NUMERIC, "not finite");
    t.encoded += n;
    return 0;
}

static int deliver(void *arg, descry_loaded_batch *batch, descry_error *err)
{
    size_t good = 0, left = t.added - t.delivered;
    const item *items = batch->items;
    assert_ptr_equal(arg, &t);
    if (patience != 1 || !t.finishing)
        assert_int_equal(batch->count, left < t.batch ? left : t.batch);
    assert_true(batch->count > 0 && batch->count <= t.batch);
    t.turn++;
    t.now = batch;
    for (size_t i = 0; i < batch->count; i++) {
        const descry_loaded *l = &items[i].loaded;
        assert_true(patience == 1 ? i == 0 || items[i].number > items[i - 1].number
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
    assert_int_equal(batch->goods, good);
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
    assert_true(patience == 1 || number == (int)t.dropped);
    t.dropped++;
    free(((item *)dropped)->owned);
}

typedef void judge_fn(void *arg, descry_loaded *const *pictures, size_t n);

static descry_loader *open_loader_for(unsigned threads, size_t batch, judge_fn *judge, int draft, int reference)
{
    static const descry_preprocess preprocess = {.width = W, .height = H};
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    static const descry_preprocess_options usual = {sizeof usual, 0, 13, &limits}, as_reference = {sizeof usual, 1, 13, &limits};
    memset(&t, 0, sizeof t);
    pthread_mutex_init(&t.lock, NULL);
    pthread_cond_init(&t.changed, NULL);
    t.batch = batch ? batch : 1;
    t.numeric = MOST;
    descry_loading loading = {.preprocess = &preprocess, .options = reference ? &as_reference : &usual,
                              .threads = threads, .batch = batch, .item = sizeof(item), .patience = patience, .digest = 1, .draft = draft,
                              .judge = judge, .deliver = deliver, .drop = drop, .arg = &t};
    descry_loader *loader;
    assert_int_equal(descry_loader_open(&loader, &loading, NULL), 0);
    t.slots = descry_loader_slots(loader);
    assert_true(t.slots % t.batch == 0 && (threads > 1 ? t.slots > t.batch : t.slots == t.batch));
    return loader;
}

static descry_loader *open_loader(unsigned threads, size_t batch, judge_fn *judge)
{
    return open_loader_for(threads, batch, judge, 0, 0);
}

/* The next picture, in memory that is its own. */
static int add_as(descry_loader *loader, char kind, descry_want want, const descry_error *wrong, descry_error *err)
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

static int add(descry_loader *loader, char kind)
{
    return add_as(loader, kind, DESCRY_WANT_PIXELS, NULL, NULL);
}

static void end(descry_loader *loader)
{
    t.finishing = 1;
    assert_int_equal(descry_loader_finish(loader, NULL), 0);
    assert_int_equal(t.delivered, t.added);
    descry_loader_close(&loader);
    assert_null(loader);
    assert_int_equal(t.dropped, t.added);
}

#define FOR_SIZES(threads, batch)                                                                                      \
    for (unsigned threads = 1; threads <= 5; threads += threads)                                                       \
        for (size_t batch = 0; batch < 5; batch++)

/* ---- tests ----------------------------------------------------------------------------------------------------- */

static void in_order_without_gaps(void **state)
{
    static const char *const patterns[] = {"", "g", "b", "bg", "gb", "bgg", "gbg", "ggb", "bbg", "gbbbggbg"};
    (void)state;
    FOR_SIZES (threads, batch)
        for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
            descry_loader *loader = open_loader(threads, batch, NULL);
            size_t n = strlen(patterns[p]) ? 31 : 0;
            for (size_t i = 0; i < n; i++)
                assert_int_equal(add(loader, patterns[p][i % strlen(patterns[p])]), 0);
            end(loader);
            assert_int_equal(t.decoded, n);
            for (size_t i = 0; i < n; i++) {
                char expected[32];
                snprintf(expected, sizeof expected, "p%zu: not a picture", i);
                assert_string_equal(t.wrong[i], patterns[p][i % strlen(patterns[p])] == 'b' ? expected : "");
            }
        }
}

/* Whatever was delivered before, batches are whole ones again and none goes over the end of the ring. */
static void more_may_be_added_when_all_is_delivered(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_loader *loader = open_loader(threads, batch, NULL);
        for (size_t n = 0; n < 7; n++) {
            for (size_t i = 0; i < n; i++)
                assert_int_equal(add(loader, i % 3 == 1 ? 'b' : 'g'), 0);
            assert_int_equal(descry_loader_finish(loader, NULL), 0);
            assert_int_equal(t.delivered, t.added);
            assert_int_equal(t.dropped, t.added);
        }
        end(loader);
        assert_int_equal(t.decoded, 21);
    }
}

static void what_is_not_to_be_loaded(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_error wrong;
        descry_loader *loader = open_loader(threads, batch, NULL);
        descry_fail(&wrong, DESCRY_ERR_IO, "was wrong before");
        for (size_t i = 0; i < 10; i++) {
            assert_int_equal(add(loader, 'g'), 0);
            assert_int_equal(add_as(loader, 'g', DESCRY_WANT_PIXELS, &wrong, NULL), 0);
            assert_int_equal(add_as(loader, 'b', DESCRY_WANT_NOTHING, NULL, NULL), 0);
            assert_int_equal(add_as(loader, 'g', DESCRY_WANT_FACTS, NULL, NULL), 0);
        }
        end(loader);
        assert_int_equal(t.decoded, 10);
        assert_int_equal(t.peeked, 10);
        for (size_t i = 0; i < 40; i++)
            assert_string_equal(t.wrong[i], i % 4 == 1 ? "was wrong before" : "");
    }
}

static void files_are_read(void **state)
{
    (void)state;
    char path[] = "/tmp/descry-loader-XXXXXX", missing[64];
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, "g1", 2) == 2);
    close(file);
    snprintf(missing, sizeof missing, "%s-not", path);
    for (unsigned threads = 1; threads <= 2; threads++) {
        descry_loader *loader = open_loader(threads, 4, NULL);
        const char *const paths[] = {missing, path, "/tmp"};
        for (size_t i = 0; i < 3; i++, t.added++) {
            item it = {.number = (int)i, .loaded = {.path = paths[i], .want = DESCRY_WANT_PIXELS}};
            assert_int_equal(descry_loader_add(loader, &it, NULL), 0);
        }
        end(loader);
        assert_non_null(strstr(t.wrong[0], "-not: No such file"));
        assert_string_equal(t.wrong[1], "");
        assert_non_null(strstr(t.wrong[2], "/tmp: "));
    }
    unlink(path);
}

/* 0: pixels, 1: facts, 2: nothing, 3: fails */
static void judge_one(void *arg, descry_loaded *loaded)
{
    item *it = (item *)loaded;
    uint8_t digest[DESCRY_SHA256_SIZE];
    assert_ptr_equal(arg, &t);
    t.turn++;
    t.judged++;
    assert_int_equal(descry_sha256_of(it->owned, strlen(it->owned), digest, NULL), 0);
    assert_memory_equal(digest, loaded->sha256, sizeof digest);
    if (it->number % 4 == 3)
        descry_fail(&loaded->err, DESCRY_ERR_IO, "judged");
    else if (it->number % 4)
        loaded->want = it->number % 4 == 1 ? DESCRY_WANT_FACTS : DESCRY_WANT_NOTHING;
}

static void judge_by_number(void *arg, descry_loaded *const *pictures, size_t n)
{
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        judge_one(arg, pictures[i]);
}

static void judges_what_was_read(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_loader *loader = open_loader(threads, batch, judge_by_number);
        t.encode = encode_all;
        for (size_t i = 0; i < 40; i++)
            assert_int_equal(add(loader, 'g'), 0);
        end(loader);
        assert_int_equal(t.judged, 40);
        assert_int_equal(t.turn, 40 + 2 * t.batches);
        assert_int_equal(t.decoded, 10);
        assert_int_equal(t.peeked, 10);
        for (size_t i = 0; i < 40; i++) {
            assert_string_equal(t.wrong[i], i % 4 == 3 ? "judged" : "");
            assert_int_equal(t.levels[i], i % 4 == 1 ? DESCRY_WANT_FACTS : i % 4 == 2 ? DESCRY_WANT_NOTHING : DESCRY_WANT_PIXELS);
        }
    }
}

static void stops_in_any_state(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch)
        for (size_t stop_at = 1; stop_at < 6; stop_at++) {
            descry_error err;
            descry_loader *loader = open_loader(threads, batch, judge_by_number);
            t.stop_at = stop_at;
            int rc = 0;
            while (!rc && t.added < t.batch * 5 + 1)
                rc = add_as(loader, 'g', DESCRY_WANT_PIXELS, NULL, &err);
            if (!rc)
                rc = descry_loader_finish(loader, &err);
            assert_int_equal(rc, STOP);
            assert_string_equal(err.message, "stop");
            assert_int_equal(t.batches, stop_at);
            descry_loader_close(&loader);
            assert_int_equal(t.dropped, t.added);
        }
    /* and when nobody asks any more, since the source failed */
    FOR_SIZES (threads, batch)
        for (size_t n = 0; n < 12; n++) {
            descry_loader *loader = open_loader(threads, batch, judge_by_number);
            while (t.added < n)
                assert_int_equal(add(loader, n % 2 ? 'g' : 'b'), 0);
            descry_loader_close(&loader);
            assert_int_equal(t.dropped, n);
        }
}

/* Facts are those of the whole, and a reference has no drafts. */
static void drafts_where_they_are_good_enough(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch)
        for (int how = 0; how < 3; how++) {
            static const int kinds[] = {'g', 'd', 'd'};
            descry_loader *loader = open_loader_for(threads, batch, NULL, how > 0, how > 1);
            while (t.added < 9)
                assert_int_equal(add(loader, (char)kinds[t.added % 3]), 0);
            end(loader);
            for (int i = 0; i < 9; i++) {
                int draft = how == 1 && kinds[i % 3] == 'd' && i > 0;
                assert_int_equal(t.drafts[i], draft);
                assert_int_equal(t.widths[i], draft ? 10 * i : i);
            }
        }
}

/* The slow one is decoded last of all that have a slot; were another to wait for it, this would not end. */
static void one_that_is_slow_holds_up_no_other(void **state)
{
    (void)state;
    for (size_t slow = 0; slow < 6; slow++) {
        descry_loader *loader = open_loader(2, 2, NULL);
        assert_int_equal(t.slots, 6);
        t.slow_waits_for = 5;
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(add(loader, i == slow ? 's' : 'g'), 0);
        end(loader);
        assert_int_equal(t.decoded, 6);
    }
}

/* An hour is never over, and no time at all is said for those who need the order. */
static void in_order_however_long_one_takes(void **state)
{
    (void)state;
    for (size_t n = 1; n < 12; n += 5) {
        descry_loader *loader = open_loader(2, 2, NULL);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(add(loader, i == 0 || i == 4 ? 'n' : 'g'), 0);
        end(loader);
    }
}

static int encode_meanwhile(void *arg, size_t first, size_t n, descry_error *err)
{
    if (t.batches == 0)
        wait_for(&t.decoded, t.slots);
    return encode_all(arg, first, n, err);
}

static void judge_counts(void *arg, descry_loaded *const *pictures, size_t n)
{
    (void)arg, (void)pictures;
    t.turn += (int)n;
}

/* Were the next batches not judged and decoded while the first is encoded, this would not end. */
static void prepares_while_a_batch_is_encoded(void **state)
{
    (void)state;
    descry_loader *loader = open_loader(2, 3, judge_counts);
    t.encode = encode_meanwhile;
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(add(loader, 'g'), 0);
    end(loader);
    assert_int_equal(t.encoded, 20);
}

static int encode_fails(void *arg, size_t first, size_t n, descry_error *err)
{
    (void)first, (void)n;
    assert_ptr_equal(arg, &t);
    return t.batches == 1 ? descry_fail(err, DESCRY_ERR_LIMIT, "too much") : 0;
}

/* Not finite at first, a real failure when it is looked for. */
static int encode_fails_later(void *arg, size_t first, size_t n, descry_error *err)
{
    (void)arg;
    return n > 1 ? descry_fail(err, DESCRY_ERR_NUMERIC, "not finite")
                 : first == 2 ? descry_fail(err, DESCRY_ERR_MEMORY, "out of it") : 0;
}

static void finds_the_one_that_is_not_finite(void **state)
{
    (void)state;
    for (size_t numeric = 0; numeric < 9; numeric++) {
        descry_loader *loader = open_loader(2, 4, NULL);
        t.encode = encode_all;
        t.numeric = numeric;
        for (size_t i = 0; i < 9; i++)
            assert_int_equal(add(loader, i == 1 ? 'b' : 'g'), 0);
        end(loader);
        assert_int_equal(t.encoded, numeric == 1 ? 8 : 7);
        for (size_t i = 0; i < 9; i++) {
            char expected[32];
            snprintf(expected, sizeof expected, "p%zu: not finite", i);
            assert_string_equal(t.wrong[i], i == 1 ? "p1: not a picture" : i == numeric ? expected : "");
        }
    }
}

static void what_else_a_model_fails_with_is_returned(void **state)
{
    int (*const fails[])(void *, size_t, size_t, descry_error *) = {encode_fails, encode_fails_later};
    (void)state;
    for (int later = 0; later < 2; later++) {
        descry_error err;
        descry_loader *loader = open_loader(1, 4, NULL);
        int rc = 0;
        t.encode = fails[later];
        while (!rc && t.added < 9)
            rc = add_as(loader, 'g', DESCRY_WANT_PIXELS, NULL, &err);
        assert_int_equal(rc, later ? DESCRY_ERR_MEMORY : DESCRY_ERR_LIMIT);
        assert_string_equal(err.message, later ? "out of it" : "too much");
        assert_int_equal(t.added, later ? 4 : 8);
        descry_loader_close(&loader);
        assert_int_equal(t.dropped, t.added);
    }
}

/* The threads come to where they wait for the caller, which has the turn.  It takes its time, in hours. */
static void in_order_however_long_the_caller_takes(void **state)
{
    (void)state;
    descry_loader *loader = open_loader(2, 1, judge_counts);
    assert_int_equal(add(loader, 'n'), 0);
    assert_int_equal(add(loader, 'g'), 0);
    nap();
    hours += 2;
    end(loader);
}

/* ---- tests with no patience ------------------------------------------------------------------------------------ */

/* `lates` of the next n are late, beginning with number `first` of them.  Of others some are bad. */
static void add_with_late_ones(descry_loader *loader, size_t n, size_t first, size_t lates)
{
    t.late_waits_for = t.out + n - lates;
    t.finishing = 0;
    for (size_t i = 0; i < n; i++) {
        size_t turn = (i + n - first) % n;
        assert_int_equal(add(loader, turn % 2 == 0 && turn / 2 < lates ? 'l' : i % 5 == 3 ? 'b' : 'g'), 0);
    }
}

/* Were others to wait for a late one to be delivered, this would not end: neither while there is more to be added, in whole
 * batches then, nor at the end, nor when so few are added that they are no batch. */
static void late_ones_hold_up_nobody(void **state)
{
    static const size_t numbers[] = {7, 8, 40};
    (void)state;
    FOR_SIZES (threads, batch)
        for (size_t lates = 1; lates < threads; lates++)
            for (size_t i = 0; i < 9; i++) {
                size_t n = numbers[i / 3];
                descry_loader *loader = open_loader(threads, batch, i % 2 ? judge_counts : NULL);
                t.encode = encode_all;
                add_with_late_ones(loader, n, n * (i % 3) / 2 % n, lates);
                end(loader);
                assert_int_equal(t.decoded, n);
                for (size_t j = 0; j < n; j++)
                    assert_int_equal(t.widths[j], *t.wrong[j] ? 0 : j);
            }
}

/* Also with slots in disorder, and after it. */
static void more_may_be_added_when_some_were_late(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_loader *loader = open_loader(threads, batch, judge_counts);
        for (size_t round = 0; round < 6; round++) {
            add_with_late_ones(loader, 10, round, round % 2 ? threads - 1 : 0);
            t.finishing = 1;
            assert_int_equal(descry_loader_finish(loader, NULL), 0);
            assert_int_equal(t.delivered, 10 * (round + 1));
            assert_int_equal(t.dropped, t.added);
        }
        end(loader);
    }
}

/* The late one has not been delivered yet, or just so. */
static void stops_when_one_is_late(void **state)
{
    (void)state;
    for (size_t batch = 1; batch < 5; batch++)
        for (size_t stop_at = 1; stop_at < 6; stop_at++) {
            descry_loader *loader = open_loader(3, batch, judge_counts);
            t.stop_at = stop_at;
            t.late_waits_for = batch;
            int rc = 0;
            while (!rc && t.added < batch * 5 + 2)
                rc = add(loader, t.added == 1 ? 'l' : 'g');
            t.finishing = 1;
            if (!rc)
                rc = descry_loader_finish(loader, NULL);
            assert_int_equal(rc, STOP);
            descry_loader_close(&loader);
            assert_int_equal(t.dropped, t.added);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_without_gaps),
        cmocka_unit_test(more_may_be_added_when_all_is_delivered),
        cmocka_unit_test(what_is_not_to_be_loaded),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(drafts_where_they_are_good_enough),
        cmocka_unit_test(judges_what_was_read),
        cmocka_unit_test(stops_in_any_state),
        cmocka_unit_test(one_that_is_slow_holds_up_no_other),
        cmocka_unit_test(in_order_however_long_one_takes),
        cmocka_unit_test(in_order_however_long_the_caller_takes),
        cmocka_unit_test(prepares_while_a_batch_is_encoded),
        cmocka_unit_test(finds_the_one_that_is_not_finite),
        cmocka_unit_test(what_else_a_model_fails_with_is_returned),
    };
    const struct CMUnitTest late[] = {
        cmocka_unit_test(late_ones_hold_up_nobody),
        cmocka_unit_test(more_may_be_added_when_some_were_late),
        cmocka_unit_test(stops_when_one_is_late),
    };
    int failed = cmocka_run_group_tests_name("in order", tests, NULL, NULL);
    patience = HOUR;
    failed += cmocka_run_group_tests_name("in order, since nobody is late", tests, NULL, NULL);
    patience = 1;
    return failed + cmocka_run_group_tests_name("some are late", late, NULL, NULL);
}
