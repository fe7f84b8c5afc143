/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "base/pool.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THREADS = 1024, SPINS = 4000, LOOPS = 64, LINE = 64 };

/* A caller's loop, in the place that the caller has taken.  What is not atomic is written before the loop's bit in
 * `open` is set, and not again before `helpers` is 0. */
typedef struct loop {
    _Alignas(LINE) _Atomic size_t next;
    _Alignas(LINE) _Atomic unsigned helpers; /* workers in it, or about to see whether it is still open */
    size_t n;
    descry_work work;
    void *arg;
} loop;

/* Between the short loops of a forward pass the next one comes within microseconds, so workers spin for a moment before
 * they sleep.  A worker first counts itself among the helpers and then looks whether the loop is open; a caller first
 * closes it and then waits until there are no helpers: one of the two sees the other, as all of this is sequentially
 * consistent.  The same holds for `sleeping` and `open`, and for `waiting` and `helpers`. */
struct descry_pool {
    unsigned threads;
    pthread_t *ids; /* [threads - 1] */
    pthread_mutex_t mutex;
    pthread_cond_t wake, finished;
    _Alignas(LINE) _Atomic uint64_t open; /* a bit for each of `loops` that may have indices left */
    _Atomic unsigned sleeping;            /* workers */
    _Atomic int stop;
    _Alignas(LINE) _Atomic uint64_t taken; /* a bit for each of `loops` that is a caller's */
    _Atomic unsigned waiting;              /* callers that sleep */
    loop loops[LOOPS];
};

typedef struct worker {
    descry_pool *pool;
    unsigned index;
} worker;

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Runs indices until none are left, then marks the loop closed, so that no other worker joins it. */
static void run_indices(descry_pool *pool, loop *l, unsigned index)
{
    const size_t n = l->n;
    const uint64_t bit = UINT64_C(1) << (l - pool->loops);
    for (size_t i; (i = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed)) < n;)
        l->work(l->arg, i, index);
    if (atomic_load(&pool->open) & bit)
        atomic_fetch_and(&pool->open, ~bit);
}

static void announce(descry_pool *pool, pthread_cond_t *what)
{
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(what);
    pthread_mutex_unlock(&pool->mutex);
}

/* ---- workers --------------------------------------------------------------------------------------------------- */

static int is_needed(descry_pool *pool)
{
    return atomic_load(&pool->open) != 0 || atomic_load(&pool->stop);
}

static void wait_for_loops(descry_pool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (is_needed(pool))
            return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleeping, 1);
    while (!is_needed(pool))
        pthread_cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->sleeping, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void help(descry_pool *pool, loop *l, unsigned index)
{
    atomic_fetch_add(&l->helpers, 1);
    if (atomic_load(&pool->open) & UINT64_C(1) << (l - pool->loops))
        run_indices(pool, l, index);
    if (atomic_fetch_sub(&l->helpers, 1) == 1 && atomic_load(&pool->waiting))
        announce(pool, &pool->finished);
}

static void *serve(void *arg)
{
    worker self = *(worker *)arg;
    free(arg);
    descry_pool *pool = self.pool;
    unsigned turn = self.index % LOOPS; /* workers start at different loops and move to the next, so that none starves */
    for (;;) {
        wait_for_loops(pool);
        if (atomic_load(&pool->stop))
            return NULL;
        uint64_t open = atomic_load(&pool->open), later = open >> turn << turn;
        if (!open)
            continue;
        turn = (unsigned)__builtin_ctzll(later ? later : open);
        help(pool, &pool->loops[turn], self.index);
        turn = (turn + 1) % LOOPS;
    }
}

/* ---- callers --------------------------------------------------------------------------------------------------- */

/* A place that is no other caller's; NULL: there are LOOPS callers already. */
static loop *take_place(descry_pool *pool)
{
    uint64_t taken = atomic_load(&pool->taken);
    while (~taken) {
        int place = __builtin_ctzll(~taken);
        if (atomic_compare_exchange_weak(&pool->taken, &taken, taken | UINT64_C(1) << place))
            return &pool->loops[place];
    }
    return NULL;
}

static void wait_for_helpers(descry_pool *pool, loop *l)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&l->helpers) == 0)
            return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->waiting, 1);
    while (atomic_load(&l->helpers) != 0)
        pthread_cond_wait(&pool->finished, &pool->mutex);
    atomic_fetch_sub(&pool->waiting, 1);
    pthread_mutex_unlock(&pool->mutex);
}

void descry_pool_run(descry_pool *pool, size_t n, descry_work work, void *arg)
{
    loop *l = pool->threads > 1 && n > 1 ? take_place(pool) : NULL;
    if (!l) {
        for (size_t i = 0; i < n; i++)
            work(arg, i, 0);
        return;
    }
    const uint64_t bit = UINT64_C(1) << (l - pool->loops);
    l->n = n;
    l->work = work;
    l->arg = arg;
    atomic_store_explicit(&l->next, 0, memory_order_relaxed);
    atomic_fetch_or(&pool->open, bit);
    if (atomic_load(&pool->sleeping))
        announce(pool, &pool->wake);
    run_indices(pool, l, 0);
    wait_for_helpers(pool, l);
    atomic_fetch_and(&pool->taken, ~bit);
}

/* ---- open and close ---------------------------------------------------------------------------------------------- */

static unsigned processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    return 1;
}

int descry_pool_open(descry_pool **out, unsigned threads, descry_error *err)
{
    *out = NULL;
    if (threads == 0)
        threads = processors();
    if (threads > MAX_THREADS)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%u threads: at most %d", threads, MAX_THREADS);
    descry_pool *pool = descry_alloc_aligned(1, sizeof *pool);
    if (!pool)
        return descry_fail_memory(err);
    memset(pool, 0, sizeof *pool);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->finished, NULL);
    pool->threads = 1;
    pool->ids = descry_alloc(threads, sizeof *pool->ids);
    while (pool->ids && pool->threads < threads) {
        worker *self = malloc(sizeof *self);
        if (!self)
            break;
        *self = (worker){pool, pool->threads};
        if (pthread_create(&pool->ids[pool->threads - 1], NULL, serve, self) != 0) {
            free(self);
            break;
        }
        pool->threads++;
    }
    if (!pool->ids || pool->threads < threads) {
        descry_pool_close(&pool);
        return descry_fail(err, DESCRY_ERR_MEMORY, "cannot start %u threads", threads);
    }
    *out = pool;
    return 0;
}

void descry_pool_close(descry_pool **slot)
{
    descry_pool *pool = *slot;
    if (!pool)
        return;
    atomic_store(&pool->stop, 1);
    announce(pool, &pool->wake);
    for (unsigned i = 0; i + 1 < pool->threads; i++)
        pthread_join(pool->ids[i], NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->ids);
    free(pool);
    *slot = NULL;
}

unsigned descry_pool_threads(const descry_pool *pool)
{
    return pool->threads;
}
