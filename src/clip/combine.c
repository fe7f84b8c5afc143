/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/combine.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A call, in its thread's own memory. */
typedef struct request {
    const void *in;
    size_t n;
    float *out;
    descry_error *err;
    int rc, done;
    struct request *next;
} request;

struct descry_combiner {
    size_t row, dim, most;
    descry_combine_run run;
    void *arg;
    pthread_mutex_t mutex; /* guards what follows, and `done` and `next` of requests */
    pthread_cond_t done;
    request *first, **end; /* those waiting, in order */
    int running;           /* a thread runs others */
};

int descry_combiner_open(descry_combiner **out, size_t row, size_t dim, size_t most, descry_combine_run run, void *arg,
                         descry_error *err)
{
    descry_combiner *c = calloc(1, sizeof *c);
    *out = c;
    if (!c)
        return descry_fail_memory(err);
    *c = (descry_combiner){.row = row, .dim = dim, .most = most, .run = run, .arg = arg, .end = &c->first};
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->done, NULL);
    return 0;
}

void descry_combiner_close(descry_combiner **slot)
{
    descry_combiner *c = *slot;
    if (!c)
        return;
    pthread_mutex_destroy(&c->mutex);
    pthread_cond_destroy(&c->done);
    free(c);
    *slot = NULL;
}

size_t descry_combiner_waiting(descry_combiner *c)
{
    size_t count = 0;
    pthread_mutex_lock(&c->mutex);
    for (const request *r = c->first; r; r = r->next)
        count++;
    pthread_mutex_unlock(&c->mutex);
    return count;
}

/* Takes the first requests, as many as fit into a batch of *n rows, off those waiting. */
static request *take(descry_combiner *c, size_t *n)
{
    request *first = c->first, **end = &c->first;
    for (*n = 0; *end && (*n == 0 || *n + (*end)->n <= c->most); end = &(*end)->next)
        *n += (*end)->n;
    c->first = *end;
    *end = NULL;
    if (!c->first)
        c->end = &c->first;
    return first;
}

/* The requests' n rows at once: 0, or any error. */
static int run_together(const descry_combiner *c, request *first, size_t n)
{
    char *in = descry_alloc(n, c->row);
    float *out = descry_alloc(n, c->dim * sizeof *out);
    size_t at = 0;
    for (const request *r = first; r && in; at += r->n, r = r->next)
        memcpy(in + at * c->row, r->in, r->n * c->row);
    int rc = in && out ? c->run(c->arg, in, n, out, NULL) : DESCRY_ERR_MEMORY;
    at = 0;
    for (request *r = first; r && !rc; at += r->n, r = r->next) {
        memcpy(r->out, out + at * c->dim, r->n * c->dim * sizeof *out);
        r->rc = 0;
    }
    free(in);
    free(out);
    return rc;
}

static void run_batch(const descry_combiner *c, request *first, size_t n)
{
    if (first->next && run_together(c, first, n) == 0)
        return;
    for (request *r = first; r; r = r->next)
        r->rc = c->run(c->arg, r->in, r->n, r->out, r->err);
}

int descry_combiner_call(descry_combiner *c, const void *in, size_t n, float *out, descry_error *err)
{
    request mine = {.in = in, .n = n, .out = out, .err = err};
    pthread_mutex_lock(&c->mutex);
    *c->end = &mine;
    c->end = &mine.next;
    while (!mine.done) {
        if (c->running) {
            pthread_cond_wait(&c->done, &c->mutex);
            continue;
        }
        size_t rows;
        request *first = take(c, &rows);
        c->running = 1;
        pthread_mutex_unlock(&c->mutex);
        run_batch(c, first, rows);
        pthread_mutex_lock(&c->mutex);
        c->running = 0;
        while (first) {
            first->done = 1;
            first = first->next;
        }
        pthread_cond_broadcast(&c->done);
    }
    pthread_mutex_unlock(&c->mutex);
    return mine.rc;
}
