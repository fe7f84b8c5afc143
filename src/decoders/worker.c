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

enum { START_SECONDS = 60, END_SECONDS = 2, STARTS = 10, MOST_KEPT = 128 << 20 /* malloc itself may keep half of that */ };

/* ---- patience ---------------------------------------------------------------------------------------------------- */

/* Seconds that are left, of those that this process has lived to see. */
typedef struct patience {
    double left, last;
} patience;

static patience begin(double seconds)
{
    return (patience){seconds, descry_clock_now()};
}

/* Whatever happens meanwhile, a byte or a signal, costs the time that it took; when this process was stopped, a second. */
static bool is_over(patience *p)
{
    double now = descry_clock_now(), passed = now - p->last;
    p->last = now;
    p->left -= passed < 1 ? passed : 1;
    return p->left <= 0;
}

/* Until there is something to be read, or an end, at `fd`: 0, or OVER, or FAILED. */
enum { OVER = -1, FAILED = -2 };
static int await(int fd, patience *p)
{
    struct pollfd it = {.fd = fd, .events = POLLIN};
    while (!is_over(p)) {
        int n = poll(&it, 1, 1000);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return FAILED;
    }
    return OVER;
}

/* ---- the process ------------------------------------------------------------------------------------------------- */

/* A descriptor of the process, for which a child that is not yet reaped is needed. */
static int open_process(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0); /* it closes when another program is executed */
#else
    (void)pid;
    return -1;
#endif
}

static int wait_for(const descry_worker *w, siginfo_t *info, int options)
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

static void kill_it(const descry_worker *w)
{
    siginfo_t info;
    if (wait_for(w, &info, WNOHANG | WNOWAIT) != 0) /* somebody has reaped it: it is nobody, or somebody else */
        return;
#ifdef SYS_pidfd_send_signal
    if (w->process >= 0) {
        syscall(SYS_pidfd_send_signal, w->process, SIGKILL, NULL, 0);
        return;
    }
#endif
    kill(w->pid, SIGKILL);
}

/* Reaps it, which somebody else may have done: then nothing is known. */
static descry_fate reap(const descry_worker *w)
{
    siginfo_t info;
    if (wait_for(w, &info, 0) != 0)
        return DESCRY_FATE_KILLED;
    if (info.si_code == CLD_EXITED)
        return DESCRY_FATE_CRASHED; /* a codec that exits */
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
    patience p = begin(END_SECONDS);
    bool lives = fate && w->process >= 0 && await(w->process, &p) == OVER;
    kill_it(w);
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

/* Its streams are nowhere, its socket is number 3; whatever else it inherits it closes itself. */
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

/* Receives a message, however it comes. */
static descry_fate receive(const descry_worker *w, void *message, size_t size, patience *p)
{
    char *at = message;
    size_t left = size;
    while (left > 0) {
        int n = await(w->socket, p);
        if (n < 0)
            return n == OVER ? DESCRY_FATE_CLOCK : DESCRY_FATE_KILLED;
        ssize_t got = recv(w->socket, at, left, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return DESCRY_FATE_KILLED; /* it has ended: its status tells how */
        at += got;
        left -= (size_t)got;
    }
    return DESCRY_FATE_DONE;
}

/* 0: it has it, or a lower one of this process's. */
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

/* Has it limits, as it should?  Not every system lets one process set another's. */
static bool has_limits(descry_worker *w)
{
    w->data = descry_bound_data(DESCRY_FORMATS, 0, 0);
    return set_limit(w, RLIMIT_DATA, (rlim_t)w->data) == 0;
}

static int check_hello(descry_worker *w, const char *path, const descry_hello *hello, uint32_t walls, descry_error *err)
{
    bool same = hello->form == DESCRY_WIRE_FORM && memcmp(hello->version, DESCRY_VERSION, sizeof DESCRY_VERSION) == 0;
    w->walls = hello->walls & walls;
    if (w->walls & DESCRY_WALL_LIMITS && !has_limits(w))
        w->walls &= ~(uint32_t)DESCRY_WALL_LIMITS;
    if (same && hello->kind == DESCRY_WIRE_HELLO)
        return 0;
    char version[DESCRY_WIRE_VERSION + 1];
    snprintf(version, sizeof version, "%.*s", DESCRY_WIRE_VERSION, hello->version);
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s is of descry %s, the library of descry %s: install one of them again", path,
                       version, DESCRY_VERSION);
}

/* Not for other programs that this process starts; without a signal when nobody is there. */
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

static uint64_t memory_of_machine(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}

/* *killed: that is why it did not start. */
static int start(descry_worker *w, const char *path, uint32_t walls, unsigned seconds, bool *killed, descry_error *err)
{
    int ends[2];
    *killed = false;
    *w = (descry_worker){.process = -1, .socket = -1, .most = memory_of_machine(), .seconds = seconds};
    if (open_sockets(ends) != 0)
        return descry_fail_errno(err, errno, "%s", path);
    w->socket = ends[0];
    int why = spawn(w, path, ends[1], walls & DESCRY_WALL_LIMITS);
    close(ends[1]);
    if (why) {
        close(w->socket);
        return why == ENOENT && access(path, F_OK) == 0 && access("/dev/null", F_OK) != 0
                   ? descry_fail(err, DESCRY_ERR_IO, "%s: needs /dev/null, which is not there", path)
                   : descry_fail(err, DESCRY_ERR_IO, "%s: %s", path, strerror(why));
    }
    /* Its answer to what is sent only now shows that it lives: the descriptor is of it, not of one that came after it. */
    w->process = open_process(w->pid);
    descry_hello hello = {.kind = DESCRY_WIRE_HELLO, .form = DESCRY_WIRE_FORM, .version = DESCRY_VERSION, .walls = walls}, reply;
    why = descry_wire_send(w->socket, &hello, sizeof hello, NULL, 0);
    patience p = begin(START_SECONDS);
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
        rc = start(w, path, walls, seconds, &killed, err);
    while (rc && killed && ++starts < STARTS);
    return rc;
}

/* ---- a job -------------------------------------------------------------------------------------------------------- */

/* Memory for `room` bytes of results, which is kept from job to job.  *fd: its descriptor, when it is new, to be handed over; -1. */
static int make_room(descry_worker *w, size_t room, int *fd, descry_error *err)
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

/* Seconds of a processor that it has used. */
static rlim_t used_by(const descry_worker *w)
{
    clockid_t clock;
    struct timespec used = {0};
    if (clock_getcpuclockid(w->pid, &clock) == 0)
        clock_gettime(clock, &used);
    return (rlim_t)used.tv_sec;
}

/* The bounds of a picture of so many pixels: of memory, and of the processor, of which `used` was used before it. */
static void bound(descry_worker *w, size_t format, uint64_t pixels, uint64_t size, rlim_t used)
{
    if (!(w->walls & DESCRY_WALL_LIMITS))
        return;
    uint64_t data = descry_bound_data(format, pixels, size);
    data = data < w->most ? data : w->most; /* else it would end somebody else first */
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
    unsigned long pages = 0; /* proc(5): the sixth number, of what RLIMIT_DATA is about, and the stack */
    return sscanf(line, "%*u %*u %*u %*u %*u %lu", &pages) == 1 && pages > (unsigned long)(MOST_KEPT / sysconf(_SC_PAGESIZE));
}

/* Hands a request over, for which there is room at once when the worker has read the one before. */
static descry_fate hand(const descry_worker *w, const descry_request *request, const int *fds, size_t n, descry_error *err)
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
    if (make_room(w, task->room, &results, err))
        return DESCRY_FATE_SYSTEM;
    rlim_t used = used_by(w);
    bound(w, task->format, granted, bytes->size, used);
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
    descry_fate fate = hand(w, &request, fds, (size_t)n, err);
    if (results >= 0)
        close(results);
    patience p = begin(descry_bound_clock(granted, w->seconds));
    for (;;) {
        fate = fate == DESCRY_FATE_DONE ? receive(w, reply, sizeof *reply, &p) : fate;
        if (fate != DESCRY_FATE_DONE)
            return fate;
        if (reply->kind == DESCRY_WIRE_DONE)
            break;
        /* each more than before; all within the time for the largest */
        uint64_t pixels = task->limits ? descry_declared(reply, task->limits) : 0;
        if (reply->kind != DESCRY_WIRE_DECLARED || pixels <= granted)
            return DESCRY_FATE_LIED;
        p.left += descry_bound_clock(pixels, w->seconds) - descry_bound_clock(granted, w->seconds);
        granted = pixels;
        bound(w, task->format, granted, bytes->size, used);
        request = (descry_request){.kind = DESCRY_WIRE_GO, .form = DESCRY_WIRE_FORM, .pixels = granted,
                                   .seconds = 2 * descry_bound_clock(granted, w->seconds)};
        fate = hand(w, &request, NULL, 0, err);
    }
    w->jobs++;
    bool sound = reply->code ? descry_error_is_sound(reply) : task->is_sound(task, reply, w->room);
    return sound ? DESCRY_FATE_DONE : DESCRY_FATE_LIED;
}
