/* SPDX-License-Identifier: Apache-2.0
 * A stream whose bytes another thread makes, never more than a little ahead of what is sent. */
#ifndef SERVE_PIPE_H
#define SERVE_PIPE_H

#include "http.h"

typedef struct serve_pipe serve_pipe;

/* Writes all of it, waiting while there is no room.  False: nobody reads any more. */
bool serve_pipe_write(serve_pipe *pipe, const void *data, size_t size);

/* Starts a thread that runs make(arg, pipe), and then release(arg); what `make` returns as false ends the stream as broken.
 * After an error `arg` is the caller's.  DESCRY_ERR_BUSY: too many at once. */
int serve_pipe_open(serve_stream **stream, bool (*make)(void *arg, serve_pipe *pipe), void (*release)(void *arg), void *arg,
                    descry_error *err);

/* Ends all pipes, and those to come: what waits for their bytes is told that they are broken. */
void serve_pipes_end(void);

#endif
