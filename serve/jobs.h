/* SPDX-License-Identifier: Apache-2.0
 * Jobs that index folders, one after the other, on a thread of their own. */
#ifndef SERVE_JOBS_H
#define SERVE_JOBS_H

#include "server.h"

typedef struct serve_jobs serve_jobs;

int serve_jobs_open(serve_jobs **jobs, serve_server *server, descry_error *err);
void serve_jobs_end(serve_jobs *jobs);    /* cancels the one that runs, after its batch, and runs no more */
void serve_jobs_close(serve_jobs **jobs); /* when no request uses them */

/* Adds a job; paths are absolute and checked, none: all folders that the library knows.  DESCRY_ERR_LIMIT: too many wait. */
int serve_jobs_add(serve_jobs *jobs, const char *const *paths, size_t count, const char *model, bool captions, int64_t *id,
                   descry_error *err);
bool serve_jobs_cancel(serve_jobs *jobs, int64_t id);           /* false: no such job */
json_t *serve_jobs_describe(serve_jobs *jobs, int64_t id);      /* with its failures; NULL: no such job, or out of memory */
json_t *serve_jobs_list(serve_jobs *jobs);                      /* newest first, without failures */
bool serve_jobs_busy(serve_jobs *jobs);

#endif
