/* SPDX-License-Identifier: Apache-2.0
 * HTTP by libmicrohttpd: one thread reads and writes for all connections of a socket, workers make the replies. */
#ifndef SERVE_CARRIER_H
#define SERVE_CARRIER_H

#include "listen.h"
#include "server.h"

typedef struct serve_carrier serve_carrier;

/* Listens at the socket, which it owns from now on; `routes` as serve_routes. */
int serve_carrier_open(serve_carrier **carrier, serve_server *server, serve_socket *socket, const serve_route *routes,
                       descry_error *err);
void serve_carrier_quiesce(serve_carrier *carrier); /* no new connections from now on */
size_t serve_carrier_pending(const serve_carrier *carrier); /* requests that are not answered yet */
void serve_carrier_tick(serve_carrier *carrier);    /* once a second: closes connections that trickle */
void serve_carrier_close(serve_carrier **carrier);  /* after the last worker has ended */

/* Called by a stream's `read`, which then returns 0: it is not called again before serve_stream_resume. */
void serve_stream_pause(serve_stream *stream);
void serve_stream_resume(serve_stream *stream);

#endif
