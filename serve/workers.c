/* SPDX-License-Identifier: Apache-2.0
 * The queue of requests, and the threads that take from it. */
#include "server.h"

#include <stdlib.h>

enum { MOST_WAITING = 4096 };

struct serve_queue {
    serve_server *server;
    pthread_mutex_t mutex;
    pthread_cond_t more;
    serve_work *first, **last;
    size_t length;
    int closing;
    size_t count;
    pthread_t threads[];
};

static serve_work *take(serve_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (!queue->first && !queue->closing)
        pthread_cond_wait(&queue->more, &queue->mutex);
    serve_work *work = queue->first;
    if (work) {
        queue->first = work->next;
        if (!queue->first)
            queue->last = &queue->first;
        queue->length--;
    }
    pthread_mutex_unlock(&queue->mutex);
    return work;
}

static void *work_on(void *arg)
{
    serve_queue *queue = arg;
    serve_worker worker = {queue->server, NULL};
    descry_library_options how = DESCRY_LIBRARY_OPTIONS_INIT;
    serve_work *work;
    how.create = 0;
    how.read_only = queue->server->options->read_only;
    while ((work = take(queue)) != NULL) {
        if (!worker.library &&
            descry_library_open(&worker.library, queue->server->ctx, queue->server->library, &how, &work->err))
            work->run(work, NULL);
        else
            work->run(work, &worker);
    }
    descry_library_close(&worker.library);
    return NULL;
}

int serve_queue_open(serve_queue **queue, serve_server *server, descry_error *err)
{
    size_t n = server->options->workers;
    *queue = calloc(1, sizeof **queue + n * sizeof *(*queue)->threads);
    if (!*queue)
        return serve_fail_memory(err);
    (*queue)->server = server;
    (*queue)->last = &(*queue)->first;
    pthread_mutex_init(&(*queue)->mutex, NULL);
    pthread_cond_init(&(*queue)->more, NULL);
    while ((*queue)->count < n && pthread_create(&(*queue)->threads[(*queue)->count], NULL, work_on, *queue) == 0)
        (*queue)->count++;
    if ((*queue)->count > 0)
        return 0;
    serve_queue_close(queue);
    return serve_fail(err, DESCRY_ERR_IO, "the system gives no threads");
}

bool serve_queue_add(serve_queue *queue, serve_work *work)
{
    pthread_mutex_lock(&queue->mutex);
    bool fits = queue->length < MOST_WAITING && !queue->closing;
    if (fits) {
        work->next = NULL;
        *queue->last = work;
        queue->last = &work->next;
        queue->length++;
        pthread_cond_signal(&queue->more);
    }
    pthread_mutex_unlock(&queue->mutex);
    return fits;
}

size_t serve_queue_length(serve_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    size_t length = queue->length;
    pthread_mutex_unlock(&queue->mutex);
    return length;
}

void serve_queue_end(serve_queue *q)
{
    pthread_mutex_lock(&q->mutex);
    q->closing = 1;
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->mutex);
    for (size_t i = 0; i < q->count; i++)
        pthread_join(q->threads[i], NULL);
    q->count = 0;
}

void serve_queue_close(serve_queue **queue)
{
    serve_queue *q = *queue;
    if (!q)
        return;
    serve_queue_end(q);
    pthread_cond_destroy(&q->more);
    pthread_mutex_destroy(&q->mutex);
    free(q);
    *queue = NULL;
}
