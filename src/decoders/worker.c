/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* prlimit, SOCK_CLOEXEC, environ */
#include "decoders/worker.h"

#include "base/clock.h"
#include "base/error.h"
#include "decoders/bounds.h"
#include "decoders/check.h"
#include "image/formats.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

extern char **environ;

enum { START_SECONDS = 60, END_SECONDS = 2, MAX_STARTS = 10, MAX_KEPT = 128 << 20 /* bytes, of which malloc may cache half */ };

/* ---- deadlines --------------------------------------------------------------------------------------------------- */

/* A timeout that does not count time during which this process was stopped. */
typedef struct deadline {
    double left, last;
} deadline;

static deadline start_deadline(double seconds)
{
    return (deadline){seconds, descry_clock_now()};
}

/* Updates the remaining time; must be called at least once a second: a longer gap (the process was stopped) counts as one. */
static bool is_expired(deadline *p)
{
    double now = descry_clock_now(), passed = now - p->last;
    p->last = now;
    p->left -= passed < 1 ? passed : 1;
    return p->left <= 0;
}

/* Waits until `fd` is readable, or at its end: 0, EXPIRED, or FAILED. */
enum { EXPIRED = -1, FAILED = -2 };
static int wait_readable(int fd, deadline *p)
{
    struct pollfd it = {.fd = fd, .events = POLLIN};
    while (!is_expired(p)) {
        int n = poll(&it, 1, 1000);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return FAILED;
    }
    return EXPIRED;
}

/* ---- the process ------------------------------------------------------------------------------------------------- */

/* A pidfd of the process, which must not be reaped yet; -1: not supported. */
static int open_process(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec */
#else
    (void)pid;
    return -1;
#endif
}

static int wait_process(const descry_worker *w, siginfo_t *info, int options)
{
    int rc;
    idtype_t type = P_PID;
    id_t id = (id_t)w->pid;
#ifdef __linux__
    enum { DESCRIPTOR = 3 }; /* P_PIDFD, which not all headers have */
    if (w->process >= 0) {
        type = (idtype_t)DESCRIPTOR;
        id = (id_t)w->process;
    }
#endif
    *info = (siginfo_t){0};
    do
        rc = waitid(type, id, info, WEXITED | options);
    while (rc != 0 && errno == EINTR);
    return rc;
}

static void kill_process(const descry_worker *w)
{
    siginfo_t info;
    if (wait_process(w, &info, WNOHANG | WNOWAIT) != 0) /* the host has reaped it: the pid may be reused */
        return;
#ifdef SYS_pidfd_send_signal
    if (w->process >= 0) {
        syscall(SYS_pidfd_send_signal, w->process, SIGKILL, NULL, 0);
        return;
    }
#endif
    kill(w->pid, SIGKILL);
}

/* Reaps the process; if the host has done so already, its status is unknown. */
static descry_fate reap(const descry_worker *w)
{
    siginfo_t info;
    if (wait_process(w, &info, 0) != 0)
        return DESCRY_FATE_KILLED;
    if (info.si_code == CLD_EXITED)
        return DESCRY_FATE_CRASHED; /* a codec called exit */
    switch (info.si_status) {
    case SIGSYS:
        return DESCRY_FATE_FORBIDDEN;
    case SIGXCPU:
        return DESCRY_FATE_PROCESSOR;
    case SIGALRM:
        return DESCRY_FATE_CLOCK;
    case SIGSEGV:
    case SIGBUS:
    case SIGABRT:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
        return DESCRY_FATE_CRASHED;
    default:
        return DESCRY_FATE_KILLED;
    }
}

void descry_worker_forget(descry_worker *w)
{
    close(w->socket);
    if (w->process >= 0)
        close(w->process);
    if (w->results)
        munmap(w->results, w->room);
    *w = (descry_worker){.process = -1, .socket = -1};
}

void descry_worker_end(descry_worker *w, descry_fate *fate)
{
    deadline p = start_deadline(END_SECONDS);
    bool lives = fate && w->process >= 0 && wait_readable(w->process, &p) == EXPIRED;
    kill_process(w);
    descry_fate how = reap(w);
    if (fate)
        *fate = lives ? DESCRY_FATE_LIED : how;
    descry_worker_forget(w);
}

bool descry_worker_is_idle(const descry_worker *w)
{
    struct pollfd it = {.fd = w->socket, .events = POLLIN};
    int n;
    do
        n = poll(&it, 1, 0);
    while (n < 0 && errno == EINTR);
    return n == 0;
}

/* ---- starting ---------------------------------------------------------------------------------------------------- */

/* Standard streams are /dev/null, the socket is descriptor 3; the worker closes all other descriptors itself. */
static int spawn(descry_worker *w, const char *path, int end, bool bare)
{
    char *const arguments[] = {(char *)path, NULL}, *const nothing[] = {NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&how) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    int rc = posix_spawn_file_actions_adddup2(&files, end, DESCRY_WIRE_SOCKET);
    for (int fd = 0; fd < 3 && !rc; fd++)
        if (bare || fd != 2)
            rc = posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    if (!rc)
        rc = posix_spawnattr_setsigmask(&how, &none);
    if (!rc)
        rc = posix_spawnattr_setsigdefault(&how, &all);
    if (!rc)
        rc = posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!rc)
        rc = posix_spawn(&w->pid, path, &files, &how, arguments, bare ? nothing : environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* Receives a whole message, which may arrive in parts. */
static descry_fate receive(const descry_worker *w, void *message, size_t size, deadline *p)
{
    char *at = message;
    size_t left = size;
    while (left > 0) {
        int n = wait_readable(w->socket, p);
        if (n < 0)
            return n == EXPIRED ? DESCRY_FATE_CLOCK : DESCRY_FATE_KILLED;
        ssize_t got = recv(w->socket, at, left, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return DESCRY_FATE_KILLED; /* it has ended: see its exit status */
        at += got;
        left -= (size_t)got;
    }
    return DESCRY_FATE_DONE;
}

/* 0: set, or to the lower hard limit; or errno. */
static int set_limit(const descry_worker *w, int what, rlim_t value)
{
#ifdef __linux__
    struct rlimit limit;
    if (prlimit(w->pid, what, NULL, &limit) != 0)
        return errno;
    limit.rlim_cur = value < limit.rlim_max ? value : limit.rlim_max;
    return prlimit(w->pid, what, &limit, NULL) != 0 ? errno : 0;
#else
    (void)w, (void)what, (void)value;
    return ENOSYS;
#endif
}

/* Sets initial limits; false: this system does not let a process set another's. */
static bool try_limits(descry_worker *w)
{
    w->data = descry_bound_data(DESCRY_FORMATS, 0, 0);
    return set_limit(w, RLIMIT_DATA, (rlim_t)w->data) == 0;
}

static int check_hello(descry_worker *w, const char *path, const descry_hello *hello, uint32_t walls, descry_error *err)
{
    bool same = hello->form == DESCRY_WIRE_FORM && memcmp(hello->version, DESCRY_VERSION, sizeof DESCRY_VERSION) == 0;
    w->walls = hello->walls & walls;
    if (w->walls & DESCRY_WALL_LIMITS && !try_limits(w))
        w->walls &= ~(uint32_t)DESCRY_WALL_LIMITS;
    if (same && hello->kind == DESCRY_WIRE_HELLO)
        return 0;
    char version[DESCRY_WIRE_VERSION + 1];
    snprintf(version, sizeof version, "%.*s", DESCRY_WIRE_VERSION, hello->version);
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s is of descry %s, the library of descry %s: install one of them again", path,
                       version, DESCRY_VERSION);
}

/* A socket pair with close-on-exec and without SIGPIPE. */
static int open_sockets(int ends[2])
{
#ifdef SOCK_CLOEXEC
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
#else
    const int yes = 1;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return -1;
    for (int i = 0; i < 2; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
}

static uint64_t physical_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}

/* *killed: it did not start because it was killed from outside. */
static int start_once(descry_worker *w, const char *path, uint32_t walls, unsigned seconds, bool *killed, descry_error *err)
{
    int ends[2];
    *killed = false;
    *w = (descry_worker){.process = -1, .socket = -1, .most = physical_memory(), .seconds = seconds};
    if (open_sockets(ends) != 0)
        return descry_fail_errno(err, errno, "%s", path);
    w->socket = ends[0];
    int why = spawn(w, path, ends[1], walls & DESCRY_WALL_LIMITS);
    close(ends[1]);
    if (why) {
        close(w->socket);
        return why == ENOENT && access(path, F_OK) == 0 && access("/dev/null", F_OK) != 0
                   ? descry_fail(err, DESCRY_ERR_IO, "%s: needs /dev/null, which is not there", path)
                   : descry_fail(err, why == ENOMEM ? DESCRY_ERR_MEMORY : DESCRY_ERR_IO, "%s: %s", path, strerror(why));
    }
    /* The worker must answer a message sent after this: that proves that the pidfd is the worker's and not of a reused pid. */
    w->process = open_process(w->pid);
    descry_hello hello = {.kind = DESCRY_WIRE_HELLO, .form = DESCRY_WIRE_FORM, .version = DESCRY_VERSION, .walls = walls}, reply;
    why = descry_wire_send(w->socket, &hello, sizeof hello, NULL, 0);
    deadline p = start_deadline(START_SECONDS);
    descry_fate fate = why ? DESCRY_FATE_KILLED : receive(w, &reply, sizeof reply, &p);
    int rc = fate == DESCRY_FATE_DONE ? check_hello(w, path, &reply, walls, err)
                                      : descry_fail(err, DESCRY_ERR_IO, "%s: does not start as it should", path);
    if (rc) {
        descry_fate ended = DESCRY_FATE_DONE;
        descry_worker_end(w, fate == DESCRY_FATE_KILLED ? &ended : NULL);
        *killed = ended == DESCRY_FATE_KILLED; /* not by this process */
    }
    return rc;
}

int descry_worker_start(descry_worker *w, const char *path, uint32_t walls, unsigned seconds, descry_error *err)
{
    bool killed;
    int rc;
    unsigned starts = 0;
    do
        rc = start_once(w, path, walls, seconds, &killed, err);
    while (rc && killed && ++starts < MAX_STARTS);
    return rc;
}

/* ---- a job -------------------------------------------------------------------------------------------------------- */

/* Provides shared memory for `room` bytes of results, which is kept from job to job.  *fd: its descriptor if it is new, to be
 * sent to the worker, else -1. */
static int grow_results(descry_worker *w, size_t room, int *fd, descry_error *err)
{
    *fd = -1;
    if (room <= w->room)
        return 0;
    if (w->results)
        munmap(w->results, w->room);
    w->results = NULL;
    w->room = 0;
    void *data;
    *fd = descry_shared_make(room, &data);
    if (*fd < 0)
        return descry_fail_errno(err, errno, "no memory to share");
    w->results = data;
    w->room = room;
    return 0;
}

/* CPU seconds that the worker has used so far. */
static rlim_t cpu_seconds(const descry_worker *w)
{
    clockid_t clock;
    struct timespec used = {0};
    if (clock_getcpuclockid(w->pid, &clock) == 0)
        clock_gettime(clock, &used);
    return (rlim_t)used.tv_sec;
}

/* Sets the limits for a picture of so many pixels: memory, and CPU time in addition to `used`. */
static void set_limits(descry_worker *w, size_t format, uint64_t pixels, uint64_t size, rlim_t used)
{
    if (!(w->walls & DESCRY_WALL_LIMITS))
        return;
    uint64_t data = descry_bound_data(format, pixels, size);
    data = data < w->most ? data : w->most; /* else the OOM killer might kill another process first */
    if (w->data != data && set_limit(w, RLIMIT_DATA, (rlim_t)data) == 0)
        w->data = data;
    set_limit(w, RLIMIT_CPU, used + 1 + descry_bound_processor(pixels, w->seconds));
}

bool descry_worker_is_full(const descry_worker *w)
{
    char path[64], line[256];
    if (!(w->walls & DESCRY_WALL_LIMITS))
        return false;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)w->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    line[n > 0 ? n : 0] = '\0';
    unsigned long pages = 0; /* proc(5), sixth field: data, which RLIMIT_DATA limits, and stack */
    return sscanf(line, "%*u %*u %*u %*u %*u %lu", &pages) == 1 && pages > (unsigned long)(MAX_KEPT / sysconf(_SC_PAGESIZE));
}

/* Sends a request; the socket has room for it unless the worker has not read the previous one. */
static descry_fate send_request(const descry_worker *w, const descry_request *request, const int *fds, size_t n, descry_error *err)
{
    int why = descry_wire_send(w->socket, request, sizeof *request, fds, n);
    if (why == 0)
        return DESCRY_FATE_DONE;
    if (why == EAGAIN)
        return DESCRY_FATE_LIED;
    if (why == EPIPE || why == ECONNRESET)
        return DESCRY_FATE_KILLED;
    descry_fail_errno(err, why, "cannot be handed to its decoder");
    return DESCRY_FATE_SYSTEM;
}

descry_fate descry_worker_do(descry_worker *w, const descry_task *task, descry_reply *reply, descry_error *err)
{
    int results, fds[2], n = 0;
    uint64_t granted = DESCRY_FREE_PIXELS;
    const descry_shared *bytes = task->bytes;
    if (grow_results(w, task->room, &results, err))
        return DESCRY_FATE_SYSTEM;
    rlim_t used = cpu_seconds(w);
    set_limits(w, task->format, granted, bytes->size, used);
    descry_request request = task->request;
    request.kind = DESCRY_WIRE_JOB;
    request.form = DESCRY_WIRE_FORM;
    request.size = bytes->size;
    request.room = w->room;
    request.anew = results >= 0;
    request.pixels = granted;
    request.seconds = 2 * descry_bound_clock(granted, w->seconds);
    if (bytes->size > 0)
        fds[n++] = bytes->fd;
    if (results >= 0)
        fds[n++] = results;
    descry_fate fate = send_request(w, &request, fds, (size_t)n, err);
    if (results >= 0)
        close(results);
    deadline p = start_deadline(descry_bound_clock(granted, w->seconds));
    for (;;) {
        fate = fate == DESCRY_FATE_DONE ? receive(w, reply, sizeof *reply, &p) : fate;
        if (fate != DESCRY_FATE_DONE)
            return fate;
        if (reply->kind == DESCRY_WIRE_DONE)
            break;
        /* each declaration must be larger than before; the deadline is that of the largest */
        uint64_t pixels = task->limits ? descry_declared(reply, task->limits) : 0;
        if (reply->kind != DESCRY_WIRE_DECLARED || pixels <= granted)
            return DESCRY_FATE_LIED;
        p.left += descry_bound_clock(pixels, w->seconds) - descry_bound_clock(granted, w->seconds);
        granted = pixels;
        set_limits(w, task->format, granted, bytes->size, used);
        request = (descry_request){.kind = DESCRY_WIRE_GO, .form = DESCRY_WIRE_FORM, .pixels = granted,
                                   .seconds = 2 * descry_bound_clock(granted, w->seconds)};
        fate = send_request(w, &request, NULL, 0, err);
    }
    w->jobs++;
    bool sound = reply->code ? descry_error_is_sound(reply) : task->is_sound(task, reply, w->room);
    return sound ? DESCRY_FATE_DONE : DESCRY_FATE_LIED;
}
