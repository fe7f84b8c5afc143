/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "base/pool.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { MAX_THREADS = 1024, SPINS = 4000 };

/* Between the short loops of a forward pass the next one comes within microseconds, so workers spin for a moment before
 * they sleep.  `round` is both the alarm clock and the publication of the job. */
struct descry_pool {
    unsigned threads;
    pthread_t *ids; /* [threads - 1] */
    pthread_mutex_t mutex;
    pthread_cond_t wake, finished;
    _Atomic unsigned round;
    _Atomic unsigned busy; /* workers that have not finished this round */
    _Atomic size_t next;
    size_t n;
    descry_work work;
    void *arg;
    _Atomic int stop;
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

static void take(descry_pool *pool, unsigned index)
{
    size_t i;
    while ((i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed)) < pool->n)
        pool->work(pool->arg, i, index);
}

static void wait_for_round(descry_pool *pool, unsigned seen)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&pool->round, memory_order_acquire) != seen)
            return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load_explicit(&pool->round, memory_order_acquire) == seen)
        pthread_cond_wait(&pool->wake, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

static void *serve(void *arg)
{
    worker self = *(worker *)arg;
    free(arg);
    descry_pool *pool = self.pool;
    for (unsigned seen = 0;; seen++) {
        wait_for_round(pool, seen);
        if (atomic_load_explicit(&pool->stop, memory_order_acquire))
            return NULL;
        take(pool, self.index);
        if (atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_acq_rel) == 1) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->finished);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

static void start_round(descry_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add_explicit(&pool->round, 1, memory_order_acq_rel);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

void descry_pool_run(descry_pool *pool, size_t n, descry_work work, void *arg)
{
    if (pool->threads == 1 || n < 2) {
        for (size_t i = 0; i < n; i++)
            work(arg, i, 0);
        return;
    }
    pool->n = n;
    pool->work = work;
    pool->arg = arg;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool->busy, pool->threads - 1, memory_order_relaxed);
    start_round(pool);
    take(pool, 0);
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&pool->busy, memory_order_acquire) == 0)
            return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load_explicit(&pool->busy, memory_order_acquire) != 0)
        pthread_cond_wait(&pool->finished, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

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
    descry_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return descry_fail_memory(err);
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
    if (pool->threads < threads) {
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
    atomic_store_explicit(&pool->stop, 1, memory_order_release);
    start_round(pool);
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
