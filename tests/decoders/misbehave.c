/* SPDX-License-Identifier: Apache-2.0
 * In place of src/image/linked.c, in a worker whose decoder of GIF does what its "picture" says: "GIF89a crash".  It is what a
 * decoder does that somebody has taken over: it knows the socket, too. */
#define _GNU_SOURCE /* fork flags, syscall */
#include "decoders/wire.h"

#include "base/error.h"
#include "image/codecs.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SIDE = 8 };

static unsigned calls; /* in this process */

/* ---- lies --------------------------------------------------------------------------------------------------------- */

static void hang(void)
{
    for (;;)
        poll(NULL, 0, -1); /* which a worker may */
}

static void say(const void *message, size_t size)
{
    descry_wire_send(DESCRY_WIRE_SOCKET, message, size, NULL, 0);
}

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes, 7.1 */
    return *state >> 8;
}

/* An answer that is right but for one thing. */
static void lie(const char *which)
{
    descry_reply r = {.kind = DESCRY_WIRE_DONE, .form = DESCRY_WIRE_FORM};
    r.facts.width = r.facts.height = SIDE;
    r.facts.orientation = r.facts.has_placeholder = 1;
    descry_metadata *m = &r.facts.metadata;
    m->taken = DESCRY_NO_TIME;
    m->taken_offset = DESCRY_NO_OFFSET;
    m->latitude = m->longitude = NAN;
    size_t size = sizeof r;
    if (strcmp(which, "kind") == 0)
        r.kind = 77;
    else if (strcmp(which, "hello") == 0)
        r.kind = DESCRY_WIRE_HELLO;
    else if (strcmp(which, "code") == 0)
        r.code = 5;
    else if (strcmp(which, "stop") == 0)
        r.code = DESCRY_ERR_CANCELLED;
    else if (strcmp(which, "message") == 0)
        memset(r.message, 'x', sizeof r.message), r.code = DESCRY_ERR_FORMAT;
    else if (strcmp(which, "escape") == 0)
        strcpy(r.message, ": \033[2J"), r.code = DESCRY_ERR_FORMAT;
    else if (strcmp(which, "width") == 0)
        r.facts.width = -1;
    else if (strcmp(which, "height") == 0)
        r.facts.height = 1 << 20;
    else if (strcmp(which, "pixels") == 0)
        r.facts.width = r.facts.height = 65000;
    else if (strcmp(which, "orientation") == 0)
        r.facts.orientation = 9;
    else if (strcmp(which, "placeholder") == 0)
        r.facts.has_placeholder = 2;
    else if (strcmp(which, "draft") == 0)
        r.facts.draft = 2;
    else if (strcmp(which, "packet") == 0)
        r.facts.packet_size = 1 << 20;
    else if (strcmp(which, "packets") == 0)
        r.facts.packet_size = SIZE_MAX - 8;
    else if (strcmp(which, "preview") == 0)
        r.facts.preview_size = 1;
    else if (strcmp(which, "camera") == 0)
        memset(m->camera, 'x', sizeof m->camera);
    else if (strcmp(which, "title") == 0)
        strcpy(m->title, "\xC3");
    else if (strcmp(which, "line") == 0)
        strcpy(m->title, "a\nb");
    else if (strcmp(which, "latitude") == 0)
        m->latitude = 91, m->longitude = 0;
    else if (strcmp(which, "longitude") == 0)
        m->latitude = 1;
    else if (strcmp(which, "infinite") == 0)
        m->latitude = 1, m->longitude = INFINITY;
    else if (strcmp(which, "taken") == 0)
        m->taken = INT64_MAX;
    else if (strcmp(which, "offset") == 0)
        m->taken_offset = 100000;
    else if (strcmp(which, "declared") == 0)
        r.kind = DESCRY_WIRE_DECLARED, r.width = 1u << 31, r.height = 1u << 31;
    else if (strcmp(which, "again") == 0)
        r.kind = DESCRY_WIRE_DECLARED, r.width = 10, r.height = 10;
    else if (strcmp(which, "wrap") == 0)
        r.kind = DESCRY_WIRE_DECLARED, r.width = 1ull << 33, r.height = 1ull << 31;
    else if (strcmp(which, "short") == 0)
        size = sizeof r / 2;
    else if (strcmp(which, "nothing") == 0 || strcmp(which, "slow") == 0 || strcmp(which, "more") == 0 || strcmp(which, "later") == 0)
        size = 0;
    else if (strncmp(which, "random ", 7) == 0) { /* bytes here and there */
        unsigned seed = (unsigned)atoi(which + 7);
        for (int i = 0; i < 8; i++)
            ((uint8_t *)&r)[next_random(&seed) % (i < 4 ? 64 : sizeof r)] = (uint8_t)next_random(&seed);
    } else if (strcmp(which, "true") != 0)
        return;
    say(&r, size);
    if (strcmp(which, "nothing") == 0)
        close(DESCRY_WIRE_SOCKET);
    if (strcmp(which, "slow") == 0)
        for (size_t i = 0; i < sizeof r; i++, nanosleep(&(struct timespec){0, 100000000}, NULL))
            say((char *)&r + i, 1);
    r = (descry_reply){.kind = DESCRY_WIRE_DECLARED, .form = DESCRY_WIRE_FORM, .width = 16001, .height = 1000};
    if (strcmp(which, "more") == 0) /* and reads no answer */
        for (; r.width < 65000; r.width++)
            say(&r, sizeof r);
    descry_request go;
    if (strcmp(which, "later") == 0)
        for (; r.width < 65000; r.width++, sleep(1)) {
            say(&r, sizeof r);
            for (size_t n = 0; n < sizeof go;)
                n += (size_t)read(DESCRY_WIRE_SOCKET, (char *)&go + n, sizeof go - n);
        }
    if (strncmp(which, "random ", 7) == 0)
        _exit(0);
    hang();
}

/* ---- faults ------------------------------------------------------------------------------------------------------- */

static int recurse(volatile char *above)
{
    volatile char here[4096];
    here[0] = above ? above[0] : 1;
    return recurse(here) + here[0];
}

static void *touch(void *arg)
{
    *(volatile int *)arg = 1;
    return NULL;
}

static void allocate(void)
{
    for (size_t size = 1 << 20;;) {
        char *memory = malloc(size);
        if (!memory)
            return;
        memset(memory, 1, size);
    }
}

/* What may be tried, and must not work: 1 when it did. */
static int try(const char *what)
{
    int other = -1;
    if (strcmp(what, "open") == 0)
        return open("/etc/passwd", O_RDONLY) >= 0 || open("/tmp/descry-was-here", O_CREAT | O_WRONLY, 0600) >= 0;
    if (strcmp(what, "connect") == 0)
        return socket(AF_INET, SOCK_STREAM, 0) >= 0;
    if (strcmp(what, "fork") == 0) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        return child > 0;
    }
    if (strcmp(what, "vfork") == 0)
        return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0;
    if (strcmp(what, "clone3") == 0)
        return syscall(435, NULL, 0) >= 0 || errno != ENOSYS;
    if (strcmp(what, "exec") == 0)
        return execl("/bin/true", "true", (char *)NULL) == 0;
    if (strcmp(what, "kill") == 0)
        return kill(getppid(), SIGTERM) == 0;
    if (strcmp(what, "limit") == 0)
        return setrlimit(RLIMIT_DATA, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}) == 0;
    if (strcmp(what, "execute") == 0)
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    if (strcmp(what, "shared") == 0) /* memory that no limit is about */
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ||
               mmap(NULL, 4096, PROT_READ | PROT_WRITE, 3 | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    if (strcmp(what, "stack") == 0)
        return mmap(NULL, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0) != MAP_FAILED;
    if (strcmp(what, "reserve") == 0)
        return mmap(NULL, (size_t)1 << 41, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED;
    if (strcmp(what, "poison") == 0)
        return syscall(SYS_madvise, NULL, 0, 100) == 0 || errno != ENOSYS;
    if (strcmp(what, "pass") == 0) { /* a descriptor on, which the library's user has only so many of */
        int fd = DESCRY_WIRE_SOCKET;
        char control[CMSG_SPACE(sizeof fd)] = {0}, byte = 0;
        struct iovec part = {&byte, 1};
        struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        *CMSG_FIRSTHDR(&m) = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), &fd, sizeof fd);
        return sendmsg(fd, &m, 0) >= 0;
    }
    if (strcmp(what, "killed") == 0)
        return syscall(SYS_tgkill, getpid(), getpid(), SIGKILL) == 0;
    if (strcmp(what, "deaf") == 0) { /* to what ends it in time */
        sigset_t all;
        sigfillset(&all);
        signal(SIGALRM, SIG_IGN);
        sigprocmask(SIG_BLOCK, &all, NULL);
        alarm(1);
        return nanosleep(&(struct timespec){2, 0}, NULL) == 0;
    }
    if (strcmp(what, "inherited") == 0)
        for (int fd = 4; fd < 1000; fd++)
            other = fcntl(fd, F_GETFD) >= 0 || lseek(fd, 0, SEEK_CUR) >= 0 ? fd : other;
    if (strcmp(what, "environment") == 0) {
        extern char **environ;
        return environ && environ[0];
    }
    return other >= 0;
}

static int misbehave(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits,
                     descry_error *err)
{
    char what[32] = {0};
    memcpy(what, bytes + 7, size - 7 < sizeof what ? size - 7 : sizeof what - 1);
    int started = 0;
    pthread_t thread;
    calls++;
    if (strncmp(what, "lie ", 4) == 0)
        lie(what + 4);
    if (strcmp(what, "crash") == 0 || (strcmp(what, "tired") == 0 && calls > 1))
        touch(NULL);
    else if (strcmp(what, "overflow") == 0)
        recurse(NULL);
    else if (strcmp(what, "abort") == 0)
        abort();
    else if (strcmp(what, "exit") == 0)
        exit(0);
    else if (strcmp(what, "hang") == 0)
        hang();
    else if (strcmp(what, "spin") == 0)
        for (volatile unsigned i = 0;; i++)
            ;
    else if (strcmp(what, "allocate") == 0) {
        allocate();
        return descry_fail(err, DESCRY_ERR_MEMORY, "%s: out of memory", name);
    } else if (strcmp(what, "thread") == 0) {
        if (pthread_create(&thread, NULL, touch, &started) == 0)
            pthread_join(thread, NULL);
        if (!started)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: no thread", name);
    } else if (strncmp(what, "large ", 6) == 0) { /* declares so many megapixels, and takes 4 bytes for each */
        size_t pixels = strtoul(what + 6, NULL, 10) * 1000000;
        int rc = descry_picture_check(pixels / 10000, 10000, name, limits, err);
        char *memory = rc ? NULL : malloc(4 * pixels);
        if (!rc && !memory)
            rc = descry_fail(err, DESCRY_ERR_MEMORY, "%s: out of memory", name);
        if (rc)
            return rc;
        memset(memory, 1, 4 * pixels);
        free(memory);
    } else if (strcmp(what, "good") != 0 && strcmp(what, "tired") != 0 && try(what))
        lie("true"); /* a picture where there must be none */
    else if (strcmp(what, "good") != 0 && strcmp(what, "tired") != 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: could not", name);
    int rc = descry_picture_create(picture, SIDE, SIDE, DESCRY_MODE_L, name, limits, err);
    if (!rc)
        memset(picture->data, 99, SIDE * SIDE);
    return rc;
}

int descry_codecs_open(const descry_codecs **codecs, const char *name, descry_error *err)
{
    static const descry_codec bad = {misbehave, NULL, NULL};
    static descry_codecs table;
    (void)name, (void)err;
    table = descry_codecs_table;
    table.codecs[DESCRY_FORMAT_GIF] = &bad;
    *codecs = &table;
    return 0;
}
