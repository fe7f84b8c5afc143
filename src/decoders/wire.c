/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* MSG_NOSIGNAL */
#include "decoders/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* systems with SO_NOSIGPIPE instead */
#endif

enum { MOST_FDS = 2 };

size_t descry_wire_pixels(const descry_preparation *wanted)
{
    const descry_preprocess *p = wanted->preprocess;
    return p ? (size_t)p->width * (size_t)p->height * 3 : 0;
}

size_t descry_wire_preview(const descry_preparation *wanted)
{
    enum { BLOCK = 16, HEAD = 2048 };
    size_t blocks = wanted->preview > 0 && wanted->preview <= DESCRY_PREVIEW_MOST ? ((size_t)wanted->preview + BLOCK - 1) / BLOCK : 0;
    return blocks * blocks * BLOCK * BLOCK * 3 + (blocks ? HEAD : 0);
}

size_t descry_wire_room(const descry_preparation *wanted)
{
    return descry_wire_pixels(wanted) + (wanted->packet ? DESCRY_PACKET_ROOM : 0) + descry_wire_preview(wanted);
}

int descry_wire_send(int fd, const void *message, size_t size, const int *fds, size_t n)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(MOST_FDS * sizeof(int))];
    } control;
    const char *at = message;
    while (size > 0) {
        struct iovec part = {(void *)at, size};
        struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
        if (n > 0) {
            memset(&control, 0, sizeof control);
            m.msg_control = &control;
            m.msg_controllen = CMSG_SPACE(n * sizeof(int));
            struct cmsghdr *c = CMSG_FIRSTHDR(&m);
            c->cmsg_level = SOL_SOCKET;
            c->cmsg_type = SCM_RIGHTS;
            c->cmsg_len = CMSG_LEN(n * sizeof(int));
            memcpy(CMSG_DATA(c), fds, n * sizeof(int));
        }
        /* sendmsg is not allowed in workers, which could send descriptors by it */
        ssize_t sent = n > 0 ? sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) : send(fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno;
        n = 0; /* descriptors are sent with the first byte */
        at += sent;
        size -= (size_t)sent;
    }
    return 0;
}
