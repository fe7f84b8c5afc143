/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs.h"

#include "events.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEPT = 64, MOST_WAITING = 16, MOST_FAILURES = 1000 };

typedef enum job_state { WAITING, RUNNING, ENDED, FAILED, CANCELLED } job_state;

typedef struct job {
    int64_t id;
    job_state state;
    char **paths;
    size_t path_count;
    char *model; /* NULL: as elsewhere */
    bool captions;
    int cancel; /* atomic */
    descry_progress progress;
    descry_index_counts counts;
    char *error; /* NULL: none */
    json_t *failures;
    struct timespec told; /* when its progress was */
} job;

struct serve_jobs {
    serve_server *server;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t more;
    job *kept[KEPT]; /* job n is at n % KEPT */
    int64_t first, next; /* of those that wait: [first, next) */
    int closing;
};

static void free_job(job *j)
{
    for (size_t i = 0; j && i < j->path_count; i++)
        free(j->paths[i]);
    if (j) {
        free(j->paths);
        free(j->model);
        free(j->error);
        json_decref(j->failures);
    }
    free(j);
}

/* What callbacks of an index get. */
typedef struct running_job {
    serve_jobs *jobs;
    job *job;
} running_job;

/* ---- telling -------------------------------------------------------------------------------------------------------- */

static json_t *paths_of(const job *j)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < j->path_count; i++)
        json_array_append_new(array, serve_json_text(j->paths[i]));
    return array;
}

/* With the lock. */
static json_t *describe(const job *j, bool failures)
{
    static const char *const states[] = {"waiting", "running", "done", "failed", "cancelled"};
    static const char *const stages[] = {"looking", "checking", "working", "captions", "fetching", "waiting"};
    json_t *object = json_pack("{s:I, s:s, s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:o}", "id", (json_int_t)j->id, "state",
                               states[j->state], "paths", paths_of(j), "stage", stages[j->progress.stage], "done",
                               (json_int_t)j->progress.done, "total", (json_int_t)j->progress.total, "failed",
                               (json_int_t)j->progress.failed, "embedded", (json_int_t)j->counts.embedded, "unchanged",
                               (json_int_t)j->counts.unchanged, "captioned", (json_int_t)j->counts.captioned, "seconds",
                               j->progress.seconds, "error", serve_json_text(j->error));
    if (object && failures)
        json_object_set(object, "failures", j->failures);
    return object;
}

static void tell(serve_jobs *jobs, const job *j)
{
    serve_events_tell(jobs->server->events, "job", describe(j, false));
}

static int on_progress(void *arg, const descry_progress *progress)
{
    running_job *both = arg;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    pthread_mutex_lock(&both->jobs->mutex);
    both->job->progress = *progress;
    bool due = (now.tv_sec - both->job->told.tv_sec) * 1000 + (now.tv_nsec - both->job->told.tv_nsec) / 1000000 >= 250;
    if (due) {
        both->job->told = now;
        tell(both->jobs, both->job);
    }
    pthread_mutex_unlock(&both->jobs->mutex);
    return 0;
}

static void on_failure(void *arg, const char *path, const descry_error *err)
{
    running_job *both = arg;
    pthread_mutex_lock(&both->jobs->mutex);
    if (json_array_size(both->job->failures) < MOST_FAILURES)
        json_array_append_new(both->job->failures, json_pack("{s:o, s:o}", "path", serve_json_text(path), "message",
                                                             serve_json_text(err->message)));
    pthread_mutex_unlock(&both->jobs->mutex);
}

/* ---- working -------------------------------------------------------------------------------------------------------- */

/* The model that writes captions: options.captioner, else the other if it can; *captioner NULL: none was asked for. */
static int hold_captioner(serve_worker *worker, const job *j, descry_model *model, descry_model **captioner, descry_error *err)
{
    const char *name = worker->server->options->captioner;
    *captioner = NULL;
    if (!j->captions)
        return 0;
    if (name)
        return serve_model_hold(worker, name, captioner, err);
    if (descry_model_get_info(model)->can_caption)
        return serve_model_hold(worker, j->model, captioner, err);
    return serve_fail(err, DESCRY_ERR_UNSUPPORTED, "the model cannot write captions: start the server with --captioner NAME");
}

static int index_with(serve_jobs *jobs, job *j, serve_worker *worker, descry_error *err)
{
    running_job both = {jobs, j};
    descry_model *model, *captioner;
    descry_watch watch = DESCRY_WATCH_INIT;
    descry_index_options how = DESCRY_INDEX_OPTIONS_INIT;
    int rc = serve_model_hold(worker, j->model, &model, err);
    if (rc)
        return rc;
    rc = hold_captioner(worker, j, model, &captioner, err);
    watch.progress = on_progress;
    watch.arg = &both;
    watch.cancel = &j->cancel;
    how.watch = &watch;
    how.failure = on_failure;
    how.arg = &both;
    how.captioner = captioner;
    descry_index_counts counts = DESCRY_INDEX_COUNTS_INIT;
    if (!rc)
        rc = descry_index(worker->library, model, (const char *const *)j->paths, j->path_count, &how, &counts, err);
    pthread_mutex_lock(&jobs->mutex);
    j->counts = counts;
    pthread_mutex_unlock(&jobs->mutex);
    if (captioner)
        serve_model_release(jobs->server, &captioner);
    serve_model_release(jobs->server, &model);
    return rc;
}

static void run_job(serve_jobs *jobs, job *j)
{
    descry_error err;
    serve_worker worker = {jobs->server, NULL};
    int rc = descry_library_open(&worker.library, jobs->server->ctx, jobs->server->library, NULL, &err);
    if (!rc)
        rc = index_with(jobs, j, &worker, &err);
    descry_library_close(&worker.library);
    pthread_mutex_lock(&jobs->mutex);
    j->state = !rc ? ENDED : rc == DESCRY_ERR_CANCELLED ? CANCELLED : FAILED;
    j->error = j->state == FAILED ? strdup(err.message) : NULL;
    tell(jobs, j);
    pthread_mutex_unlock(&jobs->mutex);
}

static void *work(void *arg)
{
    serve_jobs *jobs = arg;
    pthread_mutex_lock(&jobs->mutex);
    while (!jobs->closing) {
        if (jobs->first == jobs->next) {
            pthread_cond_wait(&jobs->more, &jobs->mutex);
            continue;
        }
        job *j = jobs->kept[jobs->first++ % KEPT];
        if (j->state != WAITING)
            continue;
        j->state = RUNNING;
        tell(jobs, j);
        pthread_mutex_unlock(&jobs->mutex);
        run_job(jobs, j);
        pthread_mutex_lock(&jobs->mutex);
    }
    pthread_mutex_unlock(&jobs->mutex);
    return NULL;
}

int serve_jobs_open(serve_jobs **jobs, serve_server *server, descry_error *err)
{
    *jobs = calloc(1, sizeof **jobs);
    if (!*jobs)
        return serve_fail_memory(err);
    (*jobs)->server = server;
    (*jobs)->first = (*jobs)->next = 1;
    pthread_mutex_init(&(*jobs)->mutex, NULL);
    pthread_cond_init(&(*jobs)->more, NULL);
    if (pthread_create(&(*jobs)->thread, NULL, work, *jobs) == 0)
        return 0;
    free(*jobs);
    *jobs = NULL;
    return serve_fail(err, DESCRY_ERR_IO, "the system gives no threads");
}

void serve_jobs_end(serve_jobs *all)
{
    pthread_mutex_lock(&all->mutex);
    bool ended = all->closing;
    all->closing = 1;
    for (size_t i = 0; i < KEPT; i++)
        if (all->kept[i])
            __atomic_store_n(&all->kept[i]->cancel, 1, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&all->more);
    pthread_mutex_unlock(&all->mutex);
    if (!ended)
        pthread_join(all->thread, NULL);
}

void serve_jobs_close(serve_jobs **jobs)
{
    serve_jobs *all = *jobs;
    if (!all)
        return;
    serve_jobs_end(all);
    for (size_t i = 0; i < KEPT; i++)
        free_job(all->kept[i]);
    pthread_cond_destroy(&all->more);
    pthread_mutex_destroy(&all->mutex);
    free(all);
    *jobs = NULL;
}

/* ---- asking --------------------------------------------------------------------------------------------------------- */

static job *make_job(const char *const *paths, size_t count, const char *model, bool captions)
{
    job *j = calloc(1, sizeof *j);
    bool whole = j && (j->paths = calloc(count + 1, sizeof *j->paths)) && (j->failures = json_array()) &&
                 (!model || (j->model = strdup(model)));
    for (size_t i = 0; whole && i < count; i++)
        whole = (j->paths[j->path_count++] = strdup(paths[i])) != NULL;
    if (whole) {
        j->captions = captions;
        return j;
    }
    free_job(j);
    return NULL;
}

int serve_jobs_add(serve_jobs *jobs, const char *const *paths, size_t count, const char *model, bool captions, int64_t *id,
                   descry_error *err)
{
    job *j = make_job(paths, count, model, captions);
    if (!j)
        return serve_fail_memory(err);
    pthread_mutex_lock(&jobs->mutex);
    bool fits = jobs->next - jobs->first < MOST_WAITING && !jobs->closing;
    if (fits) {
        *id = j->id = jobs->next;
        free_job(jobs->kept[*id % KEPT]);
        jobs->kept[jobs->next++ % KEPT] = j;
        tell(jobs, j);
        pthread_cond_signal(&jobs->more);
    }
    pthread_mutex_unlock(&jobs->mutex);
    if (fits)
        return 0;
    free_job(j);
    return serve_fail(err, DESCRY_ERR_BUSY, "%d jobs are waiting already", MOST_WAITING);
}

/* With the lock. */
static job *find(serve_jobs *jobs, int64_t id)
{
    job *j = jobs->kept[id % KEPT];
    return j && j->id == id ? j : NULL;
}

bool serve_jobs_cancel(serve_jobs *jobs, int64_t id)
{
    pthread_mutex_lock(&jobs->mutex);
    job *j = find(jobs, id);
    if (j)
        __atomic_store_n(&j->cancel, 1, __ATOMIC_RELAXED);
    if (j && j->state == WAITING) {
        j->state = CANCELLED;
        tell(jobs, j);
    }
    pthread_mutex_unlock(&jobs->mutex);
    return j != NULL;
}

json_t *serve_jobs_describe(serve_jobs *jobs, int64_t id)
{
    pthread_mutex_lock(&jobs->mutex);
    const job *j = find(jobs, id);
    json_t *object = j ? describe(j, true) : NULL, *copy = object ? json_deep_copy(object) : NULL;
    json_decref(object); /* the copy alone is used without the lock */
    pthread_mutex_unlock(&jobs->mutex);
    return copy;
}

json_t *serve_jobs_list(serve_jobs *jobs)
{
    json_t *array = json_array();
    pthread_mutex_lock(&jobs->mutex);
    for (int64_t id = jobs->next - 1; array && id > 0 && id >= jobs->next - KEPT; id--)
        if (find(jobs, id))
            json_array_append_new(array, describe(find(jobs, id), false));
    pthread_mutex_unlock(&jobs->mutex);
    return array;
}

bool serve_jobs_busy(serve_jobs *jobs)
{
    bool busy = false;
    pthread_mutex_lock(&jobs->mutex);
    for (size_t i = 0; i < KEPT; i++)
        busy |= jobs->kept[i] && (jobs->kept[i]->state == RUNNING || jobs->kept[i]->state == WAITING);
    pthread_mutex_unlock(&jobs->mutex);
    return busy;
}
