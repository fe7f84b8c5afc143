/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe.h"

#include "carrier.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 18, MOST = 16 };

struct serve_pipe {
    serve_stream stream; /* first */
    pthread_mutex_t mutex;
    pthread_cond_t room;
    bool (*make)(void *arg, serve_pipe *pipe);
    void (*release)(void *arg);
    void *arg;
    size_t begin, size; /* of what is in the ring */
    bool paused, ended, broken, closed;
    int users;          /* the stream and the thread: the last frees it */
    serve_pipe *next;   /* of those whose stream is open */
    char ring[ROOM];
};

static int open_pipes; /* atomic: threads that run */

/* Locked before a pipe is. */
static pthread_mutex_t all_mutex = PTHREAD_MUTEX_INITIALIZER;
static serve_pipe *all;
static bool ending;

static void leave(serve_pipe *pipe)
{
    pthread_mutex_lock(&pipe->mutex);
    bool last = --pipe->users == 0;
    pthread_mutex_unlock(&pipe->mutex);
    if (!last)
        return;
    pthread_cond_destroy(&pipe->room);
    pthread_mutex_destroy(&pipe->mutex);
    free(pipe);
}

/* With the lock. */
static void wake(serve_pipe *pipe)
{
    if (pipe->paused) {
        pipe->paused = false;
        serve_stream_resume(&pipe->stream);
    }
}

bool serve_pipe_write(serve_pipe *pipe, const void *data, size_t size)
{
    const char *from = data;
    pthread_mutex_lock(&pipe->mutex);
    while (size > 0 && !pipe->closed) {
        size_t at = (pipe->begin + pipe->size) % ROOM, n = ROOM - pipe->size;
        if (n == 0) {
            pthread_cond_wait(&pipe->room, &pipe->mutex);
            continue;
        }
        n = n < ROOM - at ? n : ROOM - at;
        n = n < size ? n : size;
        memcpy(pipe->ring + at, from, n);
        pipe->size += n;
        from += n;
        size -= n;
        wake(pipe);
    }
    bool reads = !pipe->closed;
    pthread_mutex_unlock(&pipe->mutex);
    return reads;
}

void serve_pipes_end(void)
{
    pthread_mutex_lock(&all_mutex);
    ending = true;
    for (serve_pipe *pipe = all; pipe; pipe = pipe->next) {
        pthread_mutex_lock(&pipe->mutex);
        pipe->closed = pipe->ended = pipe->broken = true;
        pipe->size = 0;
        pthread_cond_signal(&pipe->room);
        wake(pipe);
        pthread_mutex_unlock(&pipe->mutex);
    }
    pthread_mutex_unlock(&all_mutex);
}

static void *run(void *arg)
{
    serve_pipe *pipe = arg;
    bool whole = pipe->make(pipe->arg, pipe);
    pipe->release(pipe->arg);
    pthread_mutex_lock(&pipe->mutex);
    pipe->ended = true;
    pipe->broken |= !whole;
    wake(pipe);
    pthread_mutex_unlock(&pipe->mutex);
    leave(pipe);
    __atomic_sub_fetch(&open_pipes, 1, __ATOMIC_RELEASE);
    return NULL;
}

static ssize_t read_pipe(serve_stream *stream, char *to, size_t room)
{
    serve_pipe *pipe = (serve_pipe *)stream;
    pthread_mutex_lock(&pipe->mutex);
    size_t n = pipe->size < ROOM - pipe->begin ? pipe->size : ROOM - pipe->begin;
    n = n < room ? n : room;
    memcpy(to, pipe->ring + pipe->begin, n);
    pipe->begin = (pipe->begin + n) % ROOM;
    pipe->size -= n;
    ssize_t result = n ? (ssize_t)n : !pipe->ended ? 0 : pipe->broken ? SERVE_BROKEN : SERVE_END;
    if (result == 0) {
        pipe->paused = true;
        serve_stream_pause(stream);
    }
    pthread_cond_signal(&pipe->room);
    pthread_mutex_unlock(&pipe->mutex);
    return result;
}

static void close_pipe(serve_stream *stream)
{
    serve_pipe *pipe = (serve_pipe *)stream;
    pthread_mutex_lock(&all_mutex);
    for (serve_pipe **at = &all; *at; at = &(*at)->next)
        if (*at == pipe) {
            *at = pipe->next;
            break;
        }
    pthread_mutex_unlock(&all_mutex);
    pthread_mutex_lock(&pipe->mutex);
    pipe->closed = true;
    pipe->paused = false;
    pthread_cond_signal(&pipe->room);
    pthread_mutex_unlock(&pipe->mutex);
    leave(pipe);
}

int serve_pipe_open(serve_stream **stream, bool (*make)(void *arg, serve_pipe *pipe), void (*release)(void *arg), void *arg,
                    descry_error *err)
{
    pthread_t thread;
    serve_pipe *pipe = calloc(1, sizeof *pipe);
    *stream = NULL;
    if (!pipe)
        return serve_fail_memory(err);
    if (__atomic_add_fetch(&open_pipes, 1, __ATOMIC_ACQUIRE) > MOST) {
        __atomic_sub_fetch(&open_pipes, 1, __ATOMIC_RELEASE);
        free(pipe);
        return serve_fail(err, DESCRY_ERR_BUSY, "%d downloads are being made already", MOST);
    }
    pipe->stream.read = read_pipe;
    pipe->stream.close = close_pipe;
    pipe->make = make;
    pipe->release = release;
    pipe->arg = arg;
    pipe->users = 2;
    pthread_mutex_init(&pipe->mutex, NULL);
    pthread_cond_init(&pipe->room, NULL);
    pthread_mutex_lock(&all_mutex);
    pipe->ended = pipe->broken = pipe->closed = ending;
    bool started = pthread_create(&thread, NULL, run, pipe) == 0;
    if (started) {
        pipe->next = all;
        all = pipe;
    }
    pthread_mutex_unlock(&all_mutex);
    if (started) {
        pthread_detach(thread);
        *stream = &pipe->stream;
        return 0;
    }
    __atomic_sub_fetch(&open_pipes, 1, __ATOMIC_RELEASE);
    pthread_cond_destroy(&pipe->room);
    pthread_mutex_destroy(&pipe->mutex);
    free(pipe);
    return serve_fail(err, DESCRY_ERR_IO, "the system gives no threads");
}
