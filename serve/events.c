/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include "carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 256, MOST_LISTENERS = 256, COMMENT_SECONDS = 15 };

typedef struct listener {
    serve_stream stream; /* first */
    serve_events *events;
    struct listener *next;
    uint64_t at;   /* the next event to send */
    size_t offset; /* bytes of it that are sent */
    bool paused;
} listener;

struct serve_events {
    pthread_mutex_t mutex;
    char *kept[KEPT]; /* event n is at n % KEPT */
    uint64_t count;
    listener *listeners;
    size_t listening;
    unsigned ticks;
    bool ended;
};

int serve_events_open(serve_events **events, descry_error *err)
{
    *events = calloc(1, sizeof **events);
    if (!*events)
        return serve_fail_memory(err);
    pthread_mutex_init(&(*events)->mutex, NULL);
    return 0;
}

void serve_events_close(serve_events **events)
{
    if (!*events)
        return;
    for (size_t i = 0; i < KEPT; i++)
        free((*events)->kept[i]);
    pthread_mutex_destroy(&(*events)->mutex);
    free(*events);
    *events = NULL;
}

/* With the lock. */
static void wake(serve_events *events)
{
    for (listener *l = events->listeners; l; l = l->next)
        if (l->paused) {
            l->paused = false;
            serve_stream_resume(&l->stream);
        }
}

/* Takes over `text`. */
static void add(serve_events *events, char *text)
{
    pthread_mutex_lock(&events->mutex);
    free(events->kept[events->count % KEPT]);
    events->kept[events->count++ % KEPT] = text;
    wake(events);
    pthread_mutex_unlock(&events->mutex);
}

void serve_events_tell(serve_events *events, const char *event, json_t *data)
{
    char *json = data ? json_dumps(data, JSON_COMPACT) : NULL;
    size_t room = json ? strlen(event) + strlen(json) + 24 : 0;
    char *text = json ? malloc(room) : NULL;
    if (text) {
        snprintf(text, room, "event: %s\ndata: %s\n\n", event, json);
        add(events, text);
    }
    free(json);
    json_decref(data);
}

void serve_events_tick(serve_events *events)
{
    char *text = events->ticks++ % COMMENT_SECONDS == 0 ? strdup(":\n\n") : NULL;
    if (text)
        add(events, text);
}

void serve_events_end(serve_events *events)
{
    pthread_mutex_lock(&events->mutex);
    events->ended = true;
    wake(events);
    pthread_mutex_unlock(&events->mutex);
}

static ssize_t read_events(serve_stream *stream, char *to, size_t room)
{
    listener *l = (listener *)stream;
    serve_events *events = l->events;
    size_t n = 0;
    pthread_mutex_lock(&events->mutex);
    if (l->at + KEPT < events->count) { /* too slow: goes on with the oldest that is kept, at an event's begin */
        l->at = events->count - KEPT;
        n = l->offset && room > 2 ? (size_t)snprintf(to, room, "\n\n") : 0;
        l->offset = 0;
    }
    while (l->at < events->count && n < room) {
        const char *text = events->kept[l->at % KEPT] + l->offset;
        size_t length = strlen(text), part = length < room - n ? length : room - n;
        memcpy(to + n, text, part);
        n += part;
        l->offset = part == length ? 0 : l->offset + part;
        l->at += part == length;
    }
    ssize_t result = n ? (ssize_t)n : events->ended ? SERVE_END : 0;
    if (result == 0) {
        l->paused = true;
        serve_stream_pause(stream);
    }
    pthread_mutex_unlock(&events->mutex);
    return result;
}

static void close_listener(serve_stream *stream)
{
    listener *l = (listener *)stream;
    serve_events *events = l->events;
    pthread_mutex_lock(&events->mutex);
    for (listener **at = &events->listeners; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            events->listening--;
            break;
        }
    pthread_mutex_unlock(&events->mutex);
    free(l);
}

int serve_events_listen(serve_events *events, serve_stream **stream, descry_error *err)
{
    listener *l = calloc(1, sizeof *l);
    *stream = NULL;
    if (!l)
        return serve_fail_memory(err);
    *l = (listener){.stream = {read_events, close_listener, NULL}, .events = events};
    pthread_mutex_lock(&events->mutex);
    bool fits = events->listening < MOST_LISTENERS;
    if (fits) {
        l->at = events->count;
        l->next = events->listeners;
        events->listeners = l;
        events->listening++;
    }
    pthread_mutex_unlock(&events->mutex);
    if (!fits) {
        free(l);
        return serve_fail(err, DESCRY_ERR_LIMIT, "too many pages listen already");
    }
    *stream = &l->stream;
    return 0;
}
