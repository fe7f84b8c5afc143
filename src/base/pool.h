/* SPDX-License-Identifier: Apache-2.0
 * One pool of threads that splits loops, those of several callers at once.  Work must not start more work. */
#ifndef DESCRY_BASE_POOL_H
#define DESCRY_BASE_POOL_H

#include "descry.h"

typedef struct descry_pool descry_pool;

/* threads 0: one per processor that this process may use.  The calling thread is one of them. */
int descry_pool_open(descry_pool **pool, unsigned threads, descry_error *err);
void descry_pool_close(descry_pool **pool);
unsigned descry_pool_threads(const descry_pool *pool);

/* Calls work(arg, i, worker) for every i < n, each once, worker < threads; returns when all are done.  Indices are
 * handed out in ascending order.  From any number of threads: each works on its own loop, and the pool's threads on all of
 * them; no two threads have the same `worker` in a loop. */
typedef void (*descry_work)(void *arg, size_t i, unsigned worker);
void descry_pool_run(descry_pool *pool, size_t n, descry_work work, void *arg);

#endif
