/* SPDX-License-Identifier: Apache-2.0
 * One worker process.  The host process may ignore SIGCHLD, reap children that it did not start, and have other threads.  So the
 * end of a worker is detected by its socket, and it is killed through a pidfd, which cannot refer to another process, or, where
 * the system has none, only while it is known not to be reaped. */
#ifndef DESCRY_DECODERS_WORKER_H
#define DESCRY_DECODERS_WORKER_H

#include "decoders/wire.h"

#include <stdbool.h>
#include <sys/types.h>

typedef struct descry_worker {
    pid_t pid;
    int process; /* pidfd; -1: not supported */
    int socket;
    uint32_t walls;
    uint8_t *results; /* [room], shared with it */
    size_t room;
    uint64_t data;    /* its current RLIMIT_DATA */
    uint64_t most;    /* physical memory in bytes */
    unsigned seconds; /* minimal time limit (bounds.h) */
    unsigned jobs;    /* completed */
} descry_worker;

/* How a job ended. */
typedef enum descry_fate {
    DESCRY_FATE_DONE,      /* a valid reply; the worker can do more jobs */
    DESCRY_FATE_CRASHED,
    DESCRY_FATE_FORBIDDEN, /* killed by seccomp for a system call */
    DESCRY_FATE_PROCESSOR, /* exceeded its CPU time */
    DESCRY_FATE_CLOCK,     /* exceeded its elapsed time */
    DESCRY_FATE_LIED,      /* an invalid reply, or a violation of the protocol */
    DESCRY_FATE_KILLED,    /* from outside, or its status is unknown */
    DESCRY_FATE_SYSTEM     /* the system could not provide or send shared memory: *err, without the picture's name */
} descry_fate;

/* Starts the program at `path`.  `walls`: the restrictions requested; without DESCRY_WALL_LIMITS it gets this process's
 * environment and stderr, for debugging.  A worker that is killed from outside while it starts is started again.
 * DESCRY_ERR_IO: it does not start; DESCRY_ERR_UNSUPPORTED: it is of another version. */
int descry_worker_start(descry_worker *worker, const char *path, uint32_t walls, unsigned seconds, descry_error *err);

/* A job for any worker. */
typedef struct descry_task {
    descry_request request;      /* the job; transport fields are filled in by descry_worker_do */
    const descry_shared *bytes;  /* the input, in shared memory unless empty */
    size_t room;                 /* bytes for results */
    size_t format;               /* of a picture, for its limits; DESCRY_FORMATS: not a picture */
    const descry_limits *limits; /* of sizes that may be declared; NULL: none may */
    bool (*is_sound)(const struct descry_task *task, descry_reply *reply, size_t room); /* validates a reply (check.h) */
    /* Copies results out of worker->results, where the worker may still write. */
    int (*take)(const struct descry_task *task, const descry_worker *worker, const descry_reply *reply, descry_error *err);
    void *arg;                   /* of both */
    bool fresh, urgent;          /* descry_decoders_lend */
} descry_task;

/* Runs a job; *reply is validated. */
descry_fate descry_worker_do(descry_worker *worker, const descry_task *task, descry_reply *reply, descry_error *err);

/* After a job: whether the worker retains so much memory that the next picture's limit might not suffice.  Some libraries leak
 * on errors. */
bool descry_worker_is_full(const descry_worker *worker);

/* Between jobs: whether it is alive and has sent nothing.  The pid of one that is not may be reused. */
bool descry_worker_is_idle(const descry_worker *worker);

/* Kills and reaps it.  `fate` (may be NULL), for one that closed its socket: set to how it ended; LIED: it had not ended. */
void descry_worker_end(descry_worker *worker, descry_fate *fate);

/* Closes the copies that a forked child has of its parent's worker. */
void descry_worker_forget(descry_worker *worker);

#endif
