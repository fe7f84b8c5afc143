/* SPDX-License-Identifier: Apache-2.0 */
#include "decoders/pool.h"

#include "base/error.h"
#include "decoders/bounds.h"
#include "decoders/helper.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RETIRE = 1000 }; /* jobs after which a worker is replaced, which bounds leaks and the effects of corruption */

/* A FIFO of waiting threads, by ticket numbers. */
typedef struct queue {
    uint64_t next, now; /* next ticket; ticket being served */
} queue;

struct descry_decoders {
    descry_decoders_options how;
    char *folder;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    pid_t owner;           /* the process that started the workers */
    queue queues[2];         /* [urgent] */
    unsigned lent;         /* workers in use */
    descry_worker *idle;   /* [workers + 1], `idle_count` of them, the most recently used last */
    unsigned idle_count;
    bool warned;
};

/* ---- opening ----------------------------------------------------------------------------------------------------- */

int descry_decoders_open(descry_decoders **out, const descry_decoders_options *options, descry_error *err)
{
    *out = NULL;
    descry_decoders *d = calloc(1, sizeof *d);
    if (!d)
        return descry_fail_memory(err);
    d->how = *options;
    d->how.workers += !options->workers;
    d->how.folder = d->folder = options->folder ? strdup(options->folder) : NULL;
    d->how.seconds = options->seconds ? options->seconds : DESCRY_LEAST_SECONDS;
    d->idle = calloc(d->how.workers + 1u, sizeof *d->idle);
    d->owner = getpid();
    pthread_mutex_init(&d->mutex, NULL);
    pthread_cond_init(&d->changed, NULL);
    *out = d;
    if (d->idle && (d->folder || !options->folder))
        return 0;
    descry_decoders_close(out);
    return descry_fail_memory(err);
}

/* With the mutex held.  After a fork the child drops its copies of the parent's descriptors. */
static void check_owner(descry_decoders *d)
{
    if (d->owner == getpid())
        return;
    while (d->idle_count > 0)
        descry_worker_forget(&d->idle[--d->idle_count]);
    d->owner = getpid();
    d->lent = 0;
    memset(d->queues, 0, sizeof d->queues);
}

void descry_decoders_close(descry_decoders **slot)
{
    descry_decoders *d = *slot;
    if (!d)
        return;
    check_owner(d);
    while (d->idle_count > 0)
        descry_worker_end(&d->idle[--d->idle_count], NULL);
    pthread_mutex_destroy(&d->mutex);
    pthread_cond_destroy(&d->changed);
    free(d->idle);
    free(d->folder);
    free(d);
    *slot = NULL;
}

descry_sandbox descry_decoders_sandbox(const descry_decoders *d)
{
    return d->how.sandbox;
}

/* ---- lending ----------------------------------------------------------------------------------------------------- */

/* With the mutex held.  One slot is reserved for urgent jobs. */
static void await_slot(descry_decoders *d, bool urgent)
{
    queue *mine = &d->queues[urgent], *others = &d->queues[!urgent];
    uint64_t number = mine->next++;
    while (mine->now != number || d->lent >= d->how.workers + urgent || (!urgent && others->next != others->now))
        pthread_cond_wait(&d->changed, &d->mutex);
    mine->now++;
    d->lent++;
    pthread_cond_broadcast(&d->changed);
}

static void release_slot(descry_decoders *d)
{
    d->lent--;
    pthread_cond_broadcast(&d->changed);
}

/* Takes an idle worker that still lives: the OOM killer prefers workers and may have killed any number of them. */
static bool take_idle(descry_decoders *d, descry_worker *worker)
{
    for (;;) {
        pthread_mutex_lock(&d->mutex);
        bool found = d->idle_count > 0;
        if (found)
            *worker = d->idle[--d->idle_count];
        pthread_mutex_unlock(&d->mutex);
        if (!found || descry_worker_is_idle(worker))
            return found;
        descry_worker_end(worker, NULL);
    }
}

static void warn_missing_walls(descry_decoders *d, uint32_t walls)
{
    pthread_mutex_lock(&d->mutex);
    bool first = !d->warned;
    d->warned = true;
    pthread_mutex_unlock(&d->mutex);
    uint32_t missing = descry_helper_walls(d->how.sandbox) & ~walls;
    if (first && missing)
        descry_log_write(&d->how.log, DESCRY_LOG_WARNING, "decoders are not as shut in as they should be: this system does not "
                         "allow%s%s%s", missing & DESCRY_WALL_CALLS ? " seccomp" : "", missing & DESCRY_WALL_FILES ? " Landlock" : "",
                         missing & DESCRY_WALL_LIMITS ? " limits" : "");
}

int descry_decoders_lend(descry_decoders *d, descry_worker *worker, bool fresh, bool urgent, const char *name, descry_error *err)
{
    pthread_mutex_lock(&d->mutex);
    check_owner(d);
    await_slot(d, urgent);
    pthread_mutex_unlock(&d->mutex);
    if (!fresh && take_idle(d, worker))
        return 0;
    int rc = descry_helper_start(worker, &d->how, name, err);
    if (!rc) {
        warn_missing_walls(d, worker->walls);
        return 0;
    }
    pthread_mutex_lock(&d->mutex);
    release_slot(d);
    pthread_mutex_unlock(&d->mutex);
    return rc;
}

void descry_decoders_take_back(descry_decoders *d, descry_worker *worker)
{
    bool kept = false;
    pthread_mutex_lock(&d->mutex);
    if (worker->jobs < RETIRE && d->idle_count <= d->how.workers) {
        d->idle[d->idle_count++] = *worker;
        kept = true;
    }
    release_slot(d);
    pthread_mutex_unlock(&d->mutex);
    if (!kept)
        descry_worker_end(worker, NULL);
}

void descry_decoders_dismiss(descry_decoders *d, descry_worker *worker, descry_fate *fate)
{
    descry_worker_end(worker, fate);
    pthread_mutex_lock(&d->mutex);
    release_slot(d);
    pthread_mutex_unlock(&d->mutex);
}
