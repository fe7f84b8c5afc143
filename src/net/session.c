/* SPDX-License-Identifier: Apache-2.0 */
#include "net/session.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

enum { CONNECT_SECONDS = 10 };

/* The address is final here: names are resolved, redirections followed. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    descry_session_guard *guard = arg;
    (void)purpose;
    if ((to->family != AF_INET && to->family != AF_INET6) ||
        (guard->may_connect && !guard->may_connect(&to->addr))) {
        const struct sockaddr *address = &to->addr;
        const void *bytes = to->family == AF_INET
                                ? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
                                : (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (!inet_ntop(to->family, bytes, guard->refused, sizeof guard->refused))
            guard->refused[0] = '?';
        return CURL_SOCKET_BAD;
    }
    int fd = socket(to->family, to->socktype, to->protocol);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

CURLcode descry_session_set(CURL *curl, descry_session_guard *guard, const char *url)
{
    CURLcode code = CURLE_OK;
#define SET(option, value) (code = code ? code : curl_easy_setopt(curl, option, value))
    SET(CURLOPT_URL, url);
    SET(CURLOPT_ERRORBUFFER, guard->reason);
    SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    SET(CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    SET(CURLOPT_USERAGENT, "descry/" DESCRY_VERSION);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, guard);
    if (guard->may_connect)
        SET(CURLOPT_PROXY, "");
#undef SET
    return code;
}
