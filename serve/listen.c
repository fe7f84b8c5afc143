/* SPDX-License-Identifier: Apache-2.0
 * systemd's side of it: sd_listen_fds(3), sd_notify(3), whose protocols are as simple as this. */
#include "listen.h"

#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_PASSED = 3, BACKLOG = 512 };

static int add(serve_sockets *sockets, int fd, bool local, bool for_immich, descry_error *err)
{
    if (sockets->count == SERVE_MOST_SOCKETS) {
        close(fd);
        return serve_fail(err, DESCRY_ERR_LIMIT, "more than %d sockets to listen at", SERVE_MOST_SOCKETS);
    }
    serve_socket *s = &sockets->items[sockets->count++];
    *s = (serve_socket){.fd = fd, .local = local, .for_immich = for_immich};
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    char host[64], port[16];
    if (local)
        snprintf(s->name, sizeof s->name, "a Unix socket");
    else if (getsockname(fd, (struct sockaddr *)&at, &size) == 0 &&
             getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(s->name, sizeof s->name, strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s", host, port);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

/* Whether only this machine reaches the address. */
static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

/* Splits "host:port", "[host]:port", "host" or ":port". */
static int split(const char *text, const char *otherwise, char host[256], char port[8], descry_error *err)
{
    const char *begin = *text == '[' ? text + 1 : text;
    size_t length = *text == '[' ? strcspn(begin, "]") : strcspn(begin, ":");
    const char *rest = begin + length + (*text == '[' && begin[length] == ']');
    if (*text != '[' && *rest == ':' && strchr(rest + 1, ':')) { /* a bare IPv6 address */
        length = strlen(begin);
        rest = begin + length;
    }
    if (length >= 256 || (*rest && *rest != ':') || strlen(rest) > 6 || (*rest && strspn(rest + 1, "0123456789") != strlen(rest + 1)) ||
        (*rest == ':' && !rest[1]))
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "'%s' is no address: ADDRESS:PORT, or [ADDRESS]:PORT", text);
    memcpy(host, begin, length);
    host[length] = 0;
    strcpy(port, *rest ? rest + 1 : otherwise);
    return 0;
}

static int listen_at(serve_sockets *sockets, const char *text, const serve_options *options, bool for_immich, descry_error *err)
{
    char host[256], port[8];
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int rc = split(text, for_immich ? SERVE_IMMICH_PORT : SERVE_PORT, host, port, err), one = 1;
    if (rc)
        return rc;
    int why = getaddrinfo(*host ? host : "127.0.0.1", port, &hints, &found);
    if (why)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "'%s' is no address of this machine: %s", text, gai_strerror(why));
    if (!is_loopback(found->ai_addr) && !for_immich && !options->token && !options->insecure) {
        freeaddrinfo(found);
        return serve_fail(err, DESCRY_ERR_ARGUMENT,
                          "others reach this machine at %s: --token keeps them out, --insecure lets them in", text);
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        if (found->ai_family == AF_INET6 && strcmp(host, "::") != 0)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    }
    if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, BACKLOG)) {
        rc = serve_fail(err, DESCRY_ERR_IO, "cannot listen at %s: %s", text, strerror(errno));
        if (fd >= 0)
            close(fd);
    } else {
        rc = add(sockets, fd, false, for_immich, err);
    }
    freeaddrinfo(found);
    return rc;
}

/* A socket that its owner alone may open.  One that is left over from a process that is gone is replaced. */
static int listen_unix(serve_sockets *sockets, const char *path, descry_error *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat info;
    if (strlen(path) >= sizeof at.sun_path)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "%s: too long for a socket: at most %zu bytes", path, sizeof at.sun_path - 1);
    strcpy(at.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return serve_fail(err, DESCRY_ERR_IO, "%s: %s", path, strerror(errno));
    if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode) && connect(fd, (struct sockaddr *)&at, sizeof at) && errno == ECONNREFUSED)
        unlink(path);
    mode_t mask = umask(0177);
    int failed = bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, BACKLOG);
    umask(mask);
    if (failed) {
        int rc = serve_fail(err, DESCRY_ERR_IO, "%s: %s", path, strerror(errno));
        close(fd);
        return rc;
    }
    sockets->unix_path = path;
    return add(sockets, fd, true, false, err);
}

/* The name of the i-th passed socket in LISTEN_FDNAMES, "a:b:c". */
static bool is_named(size_t i, const char *name)
{
    const char *names = getenv("LISTEN_FDNAMES");
    while (names && i--)
        if ((names = strchr(names, ':')) != NULL)
            names++;
    return names && strlen(name) == strcspn(names, ":") && strncmp(names, name, strlen(name)) == 0;
}

static int take_passed(serve_sockets *sockets, const serve_options *options, descry_error *err)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    int rc = 0;
    if (!pid || !fds || strtol(pid, NULL, 10) != (long)getpid())
        return 0;
    long n = strtol(fds, NULL, 10);
    for (long i = 0; !rc && i < n && i < SERVE_MOST_SOCKETS; i++) {
        struct sockaddr_storage at;
        socklen_t size = sizeof at;
        int fd = FIRST_PASSED + (int)i;
        bool for_immich = is_named((size_t)i, "immich");
        if (getsockname(fd, (struct sockaddr *)&at, &size))
            rc = serve_fail(err, DESCRY_ERR_ARGUMENT, "LISTEN_FDS: descriptor %d is no socket", fd);
        else if (at.ss_family != AF_UNIX && !is_loopback((struct sockaddr *)&at) && !for_immich && !options->token && !options->insecure)
            rc = serve_fail(err, DESCRY_ERR_ARGUMENT, "others reach the socket that was passed: --token keeps them out, --insecure lets them in");
        else
            rc = add(sockets, fd, at.ss_family == AF_UNIX, for_immich, err);
        if (!rc)
            sockets->items[sockets->count - 1].passed = true;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return rc;
}

int serve_listen(serve_sockets *sockets, const serve_options *options, descry_error *err)
{
    *sockets = (serve_sockets){0};
    int rc = take_passed(sockets, options, err);
    if (!rc && options->unix_socket)
        rc = listen_unix(sockets, options->unix_socket, err);
    for (size_t i = 0; !rc && i < options->listen_count; i++)
        rc = listen_at(sockets, options->listen[i], options, false, err);
    if (!rc && sockets->count == 0)
        rc = listen_at(sockets, "127.0.0.1:" SERVE_PORT, options, false, err);
    if (!rc && options->immich)
        rc = listen_at(sockets, options->immich, options, true, err);
    if (rc)
        serve_listen_close(sockets);
    return rc;
}

void serve_listen_close(serve_sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->items[i].fd >= 0)
            close(sockets->items[i].fd);
    if (sockets->unix_path)
        unlink(sockets->unix_path);
    *sockets = (serve_sockets){0};
}

void serve_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!path || (*path != '/' && *path != '@') || strlen(path) >= sizeof to.sun_path)
        return;
    size_t length = strlen(path);
    memcpy(to.sun_path, path, length);
    if (*path == '@')
        to.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
        errno = 0; /* systemd is not there: nobody waits for it */
    close(fd);
}
