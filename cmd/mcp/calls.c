/* SPDX-License-Identifier: Apache-2.0 */
#include "mcp/calls.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 32, WAIT = 200000000 }; /* calls that wait; nanoseconds */

struct mcp_calls {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    mcp_call *first, **end, *running;
    size_t waiting;
    bool closed;
    void (*run)(void *arg, mcp_call *call);
    void *arg;
};

/* Takes the first of those that wait, which there are. */
static mcp_call *take(mcp_calls *calls)
{
    mcp_call *call = calls->first;
    calls->first = call->next;
    if (!calls->first)
        calls->end = &calls->first;
    calls->waiting--;
    return call;
}

static void *work(void *arg)
{
    mcp_calls *calls = arg;
    pthread_mutex_lock(&calls->lock);
    for (;;) {
        while (!calls->first && !calls->closed)
            pthread_cond_wait(&calls->changed, &calls->lock);
        if (!calls->first)
            break;
        mcp_call *call = calls->running = take(calls);
        pthread_mutex_unlock(&calls->lock);
        calls->run(calls->arg, call);
        pthread_mutex_lock(&calls->lock);
        calls->running = NULL;
        mcp_call_free(call);
        pthread_cond_broadcast(&calls->changed);
    }
    pthread_mutex_unlock(&calls->lock);
    return NULL;
}

mcp_calls *mcp_calls_open(void (*run)(void *arg, mcp_call *call), void *arg)
{
    mcp_calls *calls = calloc(1, sizeof *calls);
    if (!calls)
        return NULL;
    calls->run = run;
    calls->arg = arg;
    calls->end = &calls->first;
    pthread_mutex_init(&calls->lock, NULL);
    pthread_cond_init(&calls->changed, NULL);
    if (pthread_create(&calls->thread, NULL, work, calls) == 0)
        return calls;
    free(calls);
    return NULL;
}

void mcp_calls_add(mcp_calls *calls, mcp_call *call)
{
    pthread_mutex_lock(&calls->lock);
    while (calls->waiting >= MOST)
        pthread_cond_wait(&calls->changed, &calls->lock);
    *calls->end = call;
    calls->end = &call->next;
    calls->waiting++;
    pthread_cond_broadcast(&calls->changed);
    pthread_mutex_unlock(&calls->lock);
}

void mcp_calls_cancel(mcp_calls *calls, const json_t *id)
{
    pthread_mutex_lock(&calls->lock);
    for (mcp_call *call = calls->first; call; call = call->next)
        if (!id || json_equal(call->id, id))
            __atomic_store_n(&call->cancel, 1, __ATOMIC_RELAXED);
    if (calls->running && (!id || json_equal(calls->running->id, id)))
        __atomic_store_n(&calls->running->cancel, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&calls->lock);
}

bool mcp_calls_done(mcp_calls *calls)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&calls->lock);
    if (calls->first || calls->running)
        pthread_cond_timedwait(&calls->changed, &calls->lock, &until);
    bool done = !calls->first && !calls->running;
    pthread_mutex_unlock(&calls->lock);
    return done;
}

void mcp_calls_close(mcp_calls *calls)
{
    if (!calls)
        return;
    pthread_mutex_lock(&calls->lock);
    calls->closed = true;
    pthread_cond_broadcast(&calls->changed);
    pthread_mutex_unlock(&calls->lock);
    pthread_join(calls->thread, NULL);
    pthread_cond_destroy(&calls->changed);
    pthread_mutex_destroy(&calls->lock);
    free(calls);
}
