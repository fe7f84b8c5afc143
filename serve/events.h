/* SPDX-License-Identifier: Apache-2.0
 * Server-sent events: what happens is told to all pages that listen (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
#ifndef SERVE_EVENTS_H
#define SERVE_EVENTS_H

#include "http.h"

typedef struct serve_events serve_events;

int serve_events_open(serve_events **events, descry_error *err);
void serve_events_close(serve_events **events); /* after the last stream */

/* Tells everybody; releases `data`.  A page that is slower than the last 256 events misses the oldest. */
void serve_events_tell(serve_events *events, const char *event, json_t *data);

void serve_events_tick(serve_events *events); /* once a second: a comment from time to time keeps connections open */
void serve_events_end(serve_events *events);  /* ends all streams, and those to come */

/* A stream of what happens from now on.  DESCRY_ERR_LIMIT: too many listen. */
int serve_events_listen(serve_events *events, serve_stream **stream, descry_error *err);

#endif
