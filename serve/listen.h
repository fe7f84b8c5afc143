/* SPDX-License-Identifier: Apache-2.0
 * Sockets to listen at. */
#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

#include "serve.h"

#include <stdbool.h>
#include <stddef.h>

enum { SERVE_MOST_SOCKETS = 16 };

typedef struct serve_socket {
    int fd;
    bool local;     /* a Unix socket: whoever may open it may ask */
    bool for_immich;
    bool passed;    /* systemd has it, too, and goes on listening */
    char name[128]; /* "http://127.0.0.1:8420" */
} serve_socket;

typedef struct serve_sockets {
    serve_socket items[SERVE_MOST_SOCKETS];
    size_t count;
    const char *unix_path; /* to be removed at the end; NULL: none */
} serve_sockets;

/* Those of systemd (LISTEN_FDS; one named "immich" is for it), those of the options.  DESCRY_ERR_ARGUMENT: an address that is
 * none, or one of the network without a token. */
int serve_listen(serve_sockets *sockets, const serve_options *options, descry_error *err);
void serve_listen_close(serve_sockets *sockets);

/* Tells systemd, if it started this process as a Type=notify service: "READY=1", "STOPPING=1". */
void serve_notify(const char *state);

#endif
