/* SPDX-License-Identifier: Apache-2.0
 * descry-decode: the worker program, which decodes pictures and edits XMP for the library (src/decoders/), in a sandbox.  Only
 * the library starts it. */
#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC */
#include "sandbox.h"

#include "base/error.h"
#include "decoders/wire.h"
#include "image/codecs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct worker {
    descry_request request;
    uint64_t pixels;           /* allowed to decode */
    int fds[2];                /* received with the request */
    size_t fd_count;
    uint8_t *results;          /* [room] */
    size_t room;
} worker;

static void exit_now(int status) __attribute__((noreturn));
static void exit_now(int status)
{
    _exit(status); /* skips atexit handlers of libraries */
}

/* ---- the socket ---------------------------------------------------------------------------------------------------- */

static void take_descriptors(worker *w, struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n && w->fd_count < 2; i++)
            memcpy(&w->fds[w->fd_count++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
}

/* Receives a message; exits when the library has closed the socket. */
static void receive(worker *w, void *message, size_t size)
{
    char *at = message;
    size_t left = size;
    w->fd_count = 0;
    while (left > 0) {
        union {
            struct cmsghdr head;
            char room[CMSG_SPACE(2 * sizeof(int))];
        } control;
        struct iovec part = {at, left};
        struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        ssize_t n = recvmsg(DESCRY_WIRE_SOCKET, &m, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            exit_now(0);
        take_descriptors(w, &m);
        at += n;
        left -= (size_t)n;
    }
}

static void receive_request(worker *w, descry_wire_kind kind)
{
    receive(w, &w->request, sizeof w->request);
    if (w->request.kind != (uint32_t)kind || w->request.form != DESCRY_WIRE_FORM)
        exit_now(2);
}

static void send_message(const void *message, size_t size)
{
    if (descry_wire_send(DESCRY_WIRE_SOCKET, message, size, NULL, 0))
        exit_now(0);
}

static void send_reply(const descry_reply *reply)
{
    send_message(reply, sizeof *reply);
}

static void handshake(worker *w)
{
    descry_hello hello, own = {.kind = DESCRY_WIRE_HELLO, .form = DESCRY_WIRE_FORM, .version = DESCRY_VERSION};
    receive(w, &hello, sizeof hello);
    descry_codecs_warm();
    own.walls = sandbox_enter(hello.walls);
    send_message(&own, sizeof own);
}

/* ---- a job ---------------------------------------------------------------------------------------------------------- */

/* Declares a larger size; the library raises the limits before it replies GO, or kills this process. */
static int declare_size(void *arg, uint64_t width, uint64_t height)
{
    worker *w = arg;
    if (width * height <= w->pixels) /* sides are of 32 bits */
        return 0;
    descry_request job = w->request;
    descry_reply reply = {.kind = DESCRY_WIRE_DECLARED, .form = DESCRY_WIRE_FORM, .width = width, .height = height};
    alarm(0); /* do not count the time until the library replies: it may be stopped */
    send_reply(&reply);
    receive_request(w, DESCRY_WIRE_GO);
    w->pixels = w->request.pixels;
    alarm(w->request.seconds);
    w->request = job;
    return 0;
}

/* Maps the input, and the memory for results if it is new. */
static const uint8_t *map_input(worker *w)
{
    const uint8_t *bytes = NULL;
    size_t next = 0, needed = (w->request.size > 0) + (w->request.anew != 0);
    if (w->fd_count != needed || w->request.size > SIZE_MAX || w->request.room > SIZE_MAX)
        exit_now(2);
    if (w->request.size > 0) {
        bytes = mmap(NULL, (size_t)w->request.size, PROT_READ, MAP_SHARED, w->fds[next], 0);
        close(w->fds[next++]);
    }
    if (w->request.anew) {
        if (w->results)
            munmap(w->results, w->room);
        w->room = (size_t)w->request.room;
        w->results = mmap(NULL, w->room, PROT_READ | PROT_WRITE, MAP_SHARED, w->fds[next], 0);
        close(w->fds[next]);
    }
    if (bytes == MAP_FAILED || w->results == MAP_FAILED)
        exit_now(2);
    return bytes;
}

/* Copies packet and preview behind the pixels.  Both have maximal sizes, so they fit. */
static void write_blobs(const worker *w, descry_facts *facts, size_t pixels)
{
    if (facts->packet_size + facts->preview_size > w->room - pixels)
        exit_now(2);
    if (facts->packet_size > 0)
        memcpy(w->results + pixels, facts->packet, facts->packet_size);
    if (facts->preview_size > 0)
        memcpy(w->results + pixels + facts->packet_size, facts->preview, facts->preview_size);
    free(facts->packet);
    free(facts->preview);
    facts->packet = facts->preview = NULL;
}

static void run_picture(worker *w, const uint8_t *bytes)
{
    descry_request *r = &w->request;
    descry_declared_limits limits = {.limits = r->limits, .declare = declare_size, .arg = w};
    descry_preprocess preprocess = r->preprocess;
    descry_preprocess_options options = r->options;
    descry_preparation wanted = r->wanted;
    descry_reply reply = {.kind = DESCRY_WIRE_DONE, .form = DESCRY_WIRE_FORM};
    descry_error err = {0};
    limits.limits.size = sizeof limits;
    options.limits = &limits.limits;
    wanted.options = &options;
    wanted.preprocess = r->prepared ? &preprocess : NULL;
    if (descry_wire_room(&wanted) > w->room)
        exit_now(2);
    reply.code = descry_prepare(&wanted, bytes, (size_t)r->size, "", w->results, &reply.facts, &err);
    memcpy(reply.message, err.message, reply.code ? sizeof reply.message : 0);
    if (!reply.code)
        write_blobs(w, &reply.facts, descry_wire_pixels(&wanted));
    send_reply(&reply);
}

/* XMP: the input is the packet, followed by the texts to write. */
static void run_xmp(worker *w, const char *bytes)
{
    const descry_request *r = &w->request;
    size_t packet = (size_t)r->packet, rest = (size_t)r->size - packet;
    const char *texts[3] = {"", "", ""};
    descry_reply reply = {.kind = DESCRY_WIRE_DONE, .form = DESCRY_WIRE_FORM};
    descry_error err = {0};
    descry_buf out = {0};
    const descry_xmp *xmp;
    descry_sidecar_outcome outcome = DESCRY_SIDECAR_NOTHING;
    if (r->packet > r->size || (rest > 0 && bytes[r->size - 1] != 0))
        exit_now(2);
    const char *at = rest > 0 ? bytes + packet : NULL;
    for (size_t i = 0; i < 3 && at && at < bytes + r->size; i++, at += strlen(at) + 1)
        texts[i] = at;
    reply.code = descry_xmp_open(&xmp, "", &err);
    if (!reply.code && r->what == DESCRY_WIRE_XMP_PUT)
        reply.code = xmp->put(&out, packet ? bytes : NULL, packet, "", &(descry_xmp_caption){texts[0], texts[1], texts[2]},
                              (int)r->overwrite, (int)r->created, &outcome, &err);
    else if (!reply.code && r->what == DESCRY_WIRE_XMP_TAKE)
        reply.code = xmp->take(&out, bytes, packet, "", &outcome, &err);
    else if (!reply.code)
        outcome = (descry_sidecar_outcome)xmp->has_description(bytes, packet);
    if (!reply.code && out.size > w->room)
        reply.code = descry_fail(&err, DESCRY_ERR_LIMIT, ": too large with what is put in");
    memcpy(reply.message, err.message, reply.code ? sizeof reply.message : 0);
    if (!reply.code && out.size > 0)
        memcpy(w->results, out.data, reply.packet = out.size);
    reply.outcome = (int32_t)outcome;
    descry_buf_free(&out);
    send_reply(&reply);
}

int main(void)
{
    static worker w;
    sandbox_close_others(DESCRY_WIRE_SOCKET);
    if (fcntl(DESCRY_WIRE_SOCKET, F_GETFD) < 0) {
        fputs("descry-decode decodes pictures for descry, which starts it.\n", stderr);
        return 2;
    }
    handshake(&w);
    for (;;) {
        receive_request(&w, DESCRY_WIRE_JOB);
        const uint8_t *bytes = map_input(&w);
        w.pixels = w.request.pixels;
        alarm(w.request.seconds);
        if (w.request.what == DESCRY_WIRE_PICTURE)
            run_picture(&w, bytes);
        else
            run_xmp(&w, (const char *)bytes);
        alarm(0);
        if (bytes)
            munmap((void *)bytes, (size_t)w.request.size);
    }
}
