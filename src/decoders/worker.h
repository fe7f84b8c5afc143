/* SPDX-License-Identifier: Apache-2.0
 * One worker process.  It lives in whatever process the library is in: that may ignore SIGCHLD, reap children that are not its
 * own, and have more threads.  So the end of a worker is told by its socket, and it is killed by a descriptor that cannot
 * come to mean another process, or, where the system has none, only while it is known to be there. */
#ifndef DESCRY_DECODERS_WORKER_H
#define DESCRY_DECODERS_WORKER_H

#include "decoders/wire.h"

#include <stdbool.h>
#include <sys/types.h>

typedef struct descry_worker {
    pid_t pid;
    int process; /* descriptor of the process; -1: the system has none */
    int socket;
    uint32_t walls;
    uint8_t *results; /* [room], shared with it */
    size_t room;
    uint64_t data;    /* the bound that it has */
    uint64_t most;    /* bytes that the machine has */
    unsigned seconds; /* the least bound of time (bounds.h) */
    unsigned jobs;    /* done */
} descry_worker;

/* How a job ended. */
typedef enum descry_fate {
    DESCRY_FATE_DONE,      /* there is a reply; the worker can do more */
    DESCRY_FATE_CRASHED,
    DESCRY_FATE_FORBIDDEN, /* it asked the system for what it may not do */
    DESCRY_FATE_PROCESSOR, /* it took too long, of the processor */
    DESCRY_FATE_CLOCK,     /* or altogether */
    DESCRY_FATE_LIED,      /* or did not keep to the turns */
    DESCRY_FATE_KILLED,    /* by somebody else, or nobody knows how it ended */
    DESCRY_FATE_SYSTEM     /* memory to share could not be had, or not be handed over: *err says so, without a name */
} descry_fate;

/* Starts the program at `path`.  `walls`: those that are to stand; without DESCRY_WALL_LIMITS it has this process's environment
 * and error output, for debugging.  One that somebody kills meanwhile is started
 * again.  DESCRY_ERR_IO: it does not start; DESCRY_ERR_UNSUPPORTED: of another version. */
int descry_worker_start(descry_worker *worker, const char *path, uint32_t walls, unsigned seconds, descry_error *err);

/* A job for any worker. */
typedef struct descry_task {
    descry_request request;      /* what is wanted; the rest is filled in */
    const descry_shared *bytes;  /* in shared memory, if there are any */
    size_t room;                 /* bytes for results */
    size_t format;               /* of a picture, for its bounds; DESCRY_FORMATS: of none */
    const descry_limits *limits; /* of what may be declared; NULL: nothing */
    bool (*is_sound)(const struct descry_task *task, descry_reply *reply, size_t room); /* can it be? (check.h) */
    /* Takes what came of it out of worker->results, where the worker may still write. */
    int (*take)(const struct descry_task *task, const descry_worker *worker, const descry_reply *reply, descry_error *err);
    void *arg;                   /* theirs */
    bool fresh, urgent;          /* descry_decoders_lend */
} descry_task;

/* Does it: *reply is checked. */
descry_fate descry_worker_do(descry_worker *worker, const descry_task *task, descry_reply *reply, descry_error *err);

/* After a job: whether it has kept so much memory that the next picture might not have enough of what it may have.  Some
 * libraries lose what they took when they fail. */
bool descry_worker_is_full(const descry_worker *worker);

/* Between jobs: whether it is there, and says nothing.  Of one that is not even its number may be another process's by now. */
bool descry_worker_is_idle(const descry_worker *worker);

/* Ends it, whatever it does.  `fate`: NULL, or is replaced by how one has ended itself that has left its socket; LIED: it has not. */
void descry_worker_end(descry_worker *worker, descry_fate *fate);

/* Gives up what a process has of a worker that its parent started, before a fork. */
void descry_worker_forget(descry_worker *worker);

#endif
