/* SPDX-License-Identifier: Apache-2.0
 * Who may ask.  Against DNS rebinding, a Host header has to name this machine as its owner does; against forged requests of
 * other sites' pages, what changes something needs the token, or the same origin and a type that no form has. */
#include "server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

bool serve_same_secret(const char *a, const char *b)
{
    size_t m = strlen(a), n = strlen(b);
    unsigned differs = m != n;
    for (size_t i = 0; i < m; i++)
        differs |= (unsigned char)a[i] ^ (unsigned)(unsigned char)b[n ? i % n : 0];
    return !differs;
}

int serve_random_name(char name[65], descry_error *err)
{
    uint8_t bytes[32];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return serve_fail(err, DESCRY_ERR_IO, "the system gives no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(name + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

/* Length of the host in "host", "host:port", "[host]:port" or a bare IPv6 address; *host is its begin. */
static size_t host_part(const char *text, const char **host)
{
    *host = text;
    if (*text == '[') {
        *host = text + 1;
        return strcspn(text + 1, "]");
    }
    size_t length = strcspn(text, ":");
    return text[length] && strchr(text + length + 1, ':') ? strlen(text) : length;
}

static bool is_host(const char *header, const char *name)
{
    const char *host;
    size_t length = host_part(header, &host);
    return strlen(name) == length && strncasecmp(host, name, length) == 0;
}

static bool read_address(const char *text, size_t length, struct in6_addr *address)
{
    char copy[INET6_ADDRSTRLEN];
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = 0;
    return inet_pton(AF_INET6, copy, address) == 1;
}

/* Whether the Host is the address that a listener has, which is not "any address".  One of IPv6 may be written in several ways. */
static bool is_address(const char *header, const char *listen)
{
    const char *host, *address;
    struct in6_addr x, y;
    size_t length = host_part(header, &host), n = host_part(listen, &address);
    if (read_address(address, n, &y))
        return !IN6_IS_ADDR_UNSPECIFIED(&y) && read_address(host, length, &x) && memcmp(&x, &y, sizeof x) == 0;
    return n > 0 && length == n && strncasecmp(host, address, n) == 0 && strncmp(address, "0.0.0.0", n) != 0;
}

static bool host_is_ours(const serve_server *server, const char *header)
{
    static const char *const always[] = {"localhost", "127.0.0.1", "::1"};
    const serve_options *options = server->options;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (is_host(header, always[i]))
            return true;
    for (size_t i = 0; i < options->host_name_count; i++)
        if (is_host(header, options->host_names[i]))
            return true;
    for (size_t i = 0; i < options->listen_count; i++)
        if (is_address(header, options->listen[i]))
            return true;
    return false;
}

/* The value of a cookie: its length, 0 if there is none. */
static size_t cookie(const char *header, const char *name, const char **value)
{
    size_t n = strlen(name);
    while (header && *header) {
        header += strspn(header, " ;");
        if (strncmp(header, name, n) == 0 && header[n] == '=') {
            *value = header + n + 1;
            return strcspn(*value, "; ");
        }
        header += strcspn(header, ";");
    }
    return 0;
}

/* The token that was sent; NULL: none. */
static const char *token_of(const serve_request *request)
{
    const char *header = request->headers[SERVE_AUTHORIZATION];
    return header && strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 + strspn(header + 7, " ") : NULL;
}

static bool has_cookie(const serve_server *server, const serve_request *request)
{
    const char *value;
    char copy[SERVE_SESSION] = "", session[SERVE_SESSION];
    if (cookie(request->headers[SERVE_COOKIE], "descry_session", &value) != 64)
        return false;
    memcpy(copy, value, 64);
    serve_logins_session(server->logins, session);
    return serve_same_secret(copy, session);
}

/* "http://host" and the Host header are the same. */
static bool is_origin(const char *origin, const char *host)
{
    const char *at = strstr(origin, "://");
    return at && host && strcasecmp(at + 3, host) == 0;
}

static bool is_of_another_site(const serve_server *server, const serve_request *request)
{
    const char *site = request->headers[SERVE_FETCH_SITE], *origin = request->headers[SERVE_ORIGIN];
    if (origin && server->options->cors && strcmp(origin, server->options->cors) == 0)
        return false;
    if (origin && !is_origin(origin, request->headers[SERVE_HOST]))
        return true;
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

/* A type that a form of another site cannot send without asking first. */
static bool is_plain_type(const char *type)
{
    return !type || !*type || strncasecmp(type, "text/", 5) == 0 || strncasecmp(type, "multipart/", 10) == 0 ||
           strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0;
}

unsigned serve_gate_wrong(const serve_server *server, const char *message, serve_reply *reply)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned wait = serve_logins_wrong(server->logins, now.tv_sec), status = wait ? 429 : 401;
    serve_reply_error(reply, status, wait ? "busy" : "unauthorized", wait ? "too many wrong tokens: try again later" : message, -1);
    if (wait)
        serve_reply_header(reply, NULL, "Retry-After", "%u", wait);
    else
        serve_reply_header(reply, NULL, "WWW-Authenticate", "Bearer");
    return status;
}

unsigned serve_gate(const serve_server *server, const serve_request *request, const serve_route *route, bool local_socket,
                    serve_reply *reply)
{
    const char *host = request->headers[SERVE_HOST];
    bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    const char *sent = token_of(request), *wanted = server->options->token;
    bool token = wanted && sent && serve_same_secret(sent, wanted);
    bool any_site = route && route->flags & SERVE_ANY_SITE;
    if (!local_socket && (!host || !host_is_ours(server, host))) {
        serve_reply_error(reply, 403, "forbidden", "this server does not answer for that Host (--host-name lets one through)", -1);
        return 403;
    }
    if (wanted && !local_socket && !token && !(route && route->flags & SERVE_OPEN) && !has_cookie(server, request)) {
        if (sent)
            return serve_gate_wrong(server, "that is not the token", reply);
        serve_reply_error(reply, 401, "unauthorized", "the token is needed: Authorization: Bearer TOKEN", -1);
        serve_reply_header(reply, NULL, "WWW-Authenticate", "Bearer");
        return 401;
    }
    if (route && route->flags & SERVE_CHANGES && server->options->read_only) {
        serve_reply_error(reply, 403, "forbidden", "this server changes nothing (--read-only)", -1);
        return 403;
    }
    if (!reads && !token && !any_site && is_of_another_site(server, request)) {
        serve_reply_error(reply, 403, "forbidden", "another site's page may not do this", -1);
        return 403;
    }
    if (!reads && !token && !any_site && strcmp(request->method, "DELETE") != 0 && is_plain_type(request->headers[SERVE_CONTENT_TYPE])) {
        serve_reply_error(reply, 415, "unsupported", "Content-Type: application/json, or that of a picture, is needed", -1);
        return 415;
    }
    return 0;
}
