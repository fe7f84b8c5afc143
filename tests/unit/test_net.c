/* SPDX-License-Identifier: Apache-2.0
 * Which addresses are public, and fetching from a small server of our own. */
#define _GNU_SOURCE
#include "cmocka_test.h"

#include "net/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- addresses ------------------------------------------------------------------------------------------------- */

static int is_public(const char *text)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return descry_address_is_public((struct sockaddr *)&in);
    assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    return descry_address_is_public((struct sockaddr *)&in6);
}

static void addresses(void **state)
{
    (void)state;
    static const char *const open[] = {
        "1.1.1.1",         "8.8.8.8",        "9.255.255.255",    "11.0.0.0",        "100.63.255.255",  "100.128.0.0",
        "126.255.255.255", "128.0.0.1",      "169.253.1.1",      "172.15.255.255",  "172.32.0.0",      "192.167.1.1",
        "192.169.0.0",     "198.17.255.255", "198.20.0.0",       "223.255.255.255", "2606:4700::1111", "2a00::1",
        "2001:200::1",     "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"};
    static const char *const shut[] = {"0.0.0.0",
                                       "0.1.2.3",
                                       "10.0.0.1",
                                       "10.255.255.255",
                                       "100.64.0.1",
                                       "100.127.255.255",
                                       "127.0.0.1",
                                       "127.255.255.255",
                                       "169.254.169.254",
                                       "172.16.0.1",
                                       "172.31.255.255",
                                       "192.0.0.1",
                                       "192.0.2.1",
                                       "192.168.0.1",
                                       "198.18.0.1",
                                       "198.19.255.255",
                                       "198.51.100.7",
                                       "203.0.113.9",
                                       "224.0.0.1",
                                       "239.1.1.1",
                                       "240.0.0.1",
                                       "255.255.255.255",
                                       "::",
                                       "::1",
                                       "::7f00:1",
                                       "::ffff:127.0.0.1",
                                       "::ffff:10.0.0.1",
                                       "64:ff9b::10.0.0.1",
                                       "64:ff9b:1::1",
                                       "100::1",
                                       "fc00::1",
                                       "fdff::1",
                                       "fe80::1",
                                       "febf::1",
                                       "fec0::1",
                                       "ff02::1",
                                       "2001::1",
                                       "2001:1ff::1",
                                       "2001:db8::1",
                                       "2002:7f00:1::1",
                                       "2002:a00:1::1",
                                       "3fff:1::1",
                                       "4000::1"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (!is_public(open[i]))
            fail_msg("%s is public", open[i]);
    for (size_t i = 0; i < sizeof shut / sizeof *shut; i++)
        if (is_public(shut[i]))
            fail_msg("%s is not public", shut[i]);
    struct sockaddr other = {.sa_family = AF_UNIX};
    assert_int_equal(descry_address_is_public(&other), 0);
}

/* ---- a server on all addresses of this machine ----------------------------------------------------------------- */

static struct {
    int fd, port, requests;
    char last[2000]; /* request */
    pthread_t thread;
} server;

static void answer(int client, const char *path)
{
    char head[300];
    if (strcmp(path, "/a") == 0)
        dprintf(client, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
    else if (strcmp(path, "/declared") == 0)
        dprintf(client, "HTTP/1.1 200 OK\r\nContent-Length: 999999\r\nConnection: close\r\n\r\nxxxx");
    else if (strcmp(path, "/endless") == 0) {
        snprintf(head, sizeof head, "%0200d", 0);
        dprintf(client, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < 10000 && dprintf(client, "%s", head) > 0; i++)
            ;
    } else if (strcmp(path, "/loop") == 0)
        dprintf(client, "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    else if (strcmp(path, "/here") == 0)
        dprintf(client, "HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    else if (strcmp(path, "/there") == 0)
        dprintf(
            client,
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:%d/a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            server.port);
    else if (strcmp(path, "/file") == 0)
        dprintf(client, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n"
                        "Connection: close\r\n\r\n");
    else if (strcmp(path, "/headers") == 0)
        dprintf(client, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: W/\"abc\"\r\nX-Repo-Commit: c0\r\nx-linked-size: 12\r\n"
                        "X-Linked-Etag: \"def\"\r\nConnection: close\r\n\r\nhello");
    else if (strcmp(path, "/part") == 0)
        dprintf(client, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\nConnection: close\r\n\r\nlo");
    else if (strcmp(path, "/busy") == 0)
        dprintf(client, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!");
    else if (strcmp(path, "/short") == 0)
        dprintf(client, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhello");
    else if (strcmp(path, "/slow") == 0)
        recv(client, head, sizeof head, 0); /* until the other side gives up */
    else
        dprintf(client, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

static void *serve(void *arg)
{
    (void)arg;
    for (int client; (client = accept(server.fd, NULL, NULL)) >= 0; close(client)) {
        char request[2000] = {0}, path[100] = {0};
        for (size_t n = 0; n + 1 < sizeof request && !strstr(request, "\r\n\r\n");) {
            ssize_t got = recv(client, request + n, sizeof request - 1 - n, 0);
            if (got <= 0)
                break;
            n += (size_t)got;
        }
        if (sscanf(request, "%*[A-Z] %99s", path) != 1)
            continue;
        memcpy(server.last, request, sizeof request);
        if (strcmp(path, "/stop") == 0) {
            close(client);
            break;
        }
        server.requests++;
        answer(client, path);
    }
    return NULL;
}

static int start(void **state)
{
    (void)state;
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t size = sizeof any;
    server.fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server.fd, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(listen(server.fd, 5), 0);
    assert_int_equal(getsockname(server.fd, (struct sockaddr *)&any, &size), 0);
    server.port = ntohs(any.sin_port);
    return pthread_create(&server.thread, NULL, serve, NULL);
}

static int stop(void **state)
{
    (void)state;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        dprintf(fd, "GET /stop HTTP/1.1\r\n\r\n");
    close(fd);
    pthread_join(server.thread, NULL);
    close(server.fd);
    return 0;
}

/* ---- fetching -------------------------------------------------------------------------------------------------- */

static int only_one(const struct sockaddr *address)
{
    struct sockaddr_in in;
    memcpy(&in, address, sizeof in);
    return address->sa_family == AF_INET && in.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

static int fetch(const char *path, int (*may_connect)(const struct sockaddr *), char *got, descry_error *err)
{
    char url[200];
    descry_buf bytes = {0};
    descry_fetch_options options = {100, 2, may_connect};
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server.port, path);
    const descry_net *net;
    int rc = descry_net_open(&net, url, err);
    rc = rc ? rc : net->fetch(&bytes, *path == '/' ? url : path, &options, err);
    snprintf(got, 100, "%s", bytes.data ? bytes.data : "");
    descry_buf_free(&bytes);
    return rc;
}

static void files_are_fetched_within_limits(void **state)
{
    (void)state;
    char got[100];
    descry_error err;
    assert_int_equal(fetch("/a", NULL, got, &err), 0);
    assert_string_equal(got, "hello");
    assert_int_equal(fetch("/here", NULL, got, &err), 0);
    assert_string_equal(got, "hello");
    assert_int_equal(fetch("/none", NULL, got, &err), DESCRY_ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "/none"));
    assert_int_equal(fetch("/declared", NULL, got, &err), DESCRY_ERR_LIMIT);
    assert_non_null(strstr(err.message, "larger than 100 bytes"));
    assert_int_equal(fetch("/endless", NULL, got, &err), DESCRY_ERR_LIMIT);
    assert_non_null(strstr(err.message, "larger than 100 bytes"));
    assert_int_equal(fetch("/slow", NULL, got, &err), DESCRY_ERR_LIMIT);
    assert_int_equal(fetch("/loop", NULL, got, &err), DESCRY_ERR_IO);
    assert_int_equal(fetch("/file", NULL, got, &err), DESCRY_ERR_IO);
    assert_string_equal(got, "");
    assert_int_equal(fetch("ftp://127.0.0.1/a", NULL, got, &err), DESCRY_ERR_IO);
    assert_int_equal(fetch("file:///etc/passwd", NULL, got, &err), DESCRY_ERR_IO);
    assert_string_equal(got, "");
}

static void connections_are_checked(void **state)
{
    (void)state;
    char got[100], url[100];
    descry_error err;
    int before = server.requests;
    assert_int_equal(fetch("/a", descry_address_is_public, got, &err), DESCRY_ERR_IO);
    assert_non_null(strstr(err.message, "leads to 127.0.0.1, which is not a public address"));
    snprintf(url, sizeof url, "http://localhost:%d/a", server.port); /* a name */
    assert_int_equal(fetch(url, descry_address_is_public, got, &err), DESCRY_ERR_IO);
    snprintf(url, sizeof url, "http://[::ffff:127.0.0.1]:%d/a", server.port);
    assert_int_equal(fetch(url, descry_address_is_public, got, &err), DESCRY_ERR_IO);
    snprintf(url, sizeof url, "http://0x7f.1:%d/a", server.port);
    assert_int_equal(fetch(url, descry_address_is_public, got, &err), DESCRY_ERR_IO);
    assert_int_equal(server.requests, before);
    /* a redirection leads elsewhere */
    assert_int_equal(fetch("/here", only_one, got, &err), 0);
    before = server.requests;
    assert_int_equal(fetch("/there", only_one, got, &err), DESCRY_ERR_IO);
    assert_non_null(strstr(err.message, "leads to 127.0.0.2"));
    assert_int_equal(server.requests, before + 1);
    assert_int_equal(fetch("/there", NULL, got, &err), 0);
    assert_string_equal(got, "hello");
    /* a proxy would connect in our stead */
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(fetch("/a", only_one, got, &err), 0);
    assert_int_equal(fetch("/a", NULL, got, &err), DESCRY_ERR_IO);
    unsetenv("http_proxy");
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

static int take(void *arg, const descry_reply *reply, const void *data, size_t size, descry_error *err)
{
    (void)reply;
    return descry_buf_append(arg, data, size, err);
}

static int stop_at_once(void *arg, descry_error *err)
{
    (void)arg, (void)err;
    return DESCRY_ERR_CANCELLED;
}

static int ask(descry_request request, const char *path, descry_reply *reply, char got[100], descry_error *err)
{
    char url[200];
    descry_buf bytes = {0};
    const descry_net *net;
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server.port, path);
    request.url = url;
    request.seconds = 1;
    request.receive = take;
    request.arg = &bytes;
    int rc = descry_net_open(&net, url, err);
    rc = rc ? rc : net->ask(reply, &request, err);
    snprintf(got, 100, "%s", bytes.data ? bytes.data : "");
    descry_buf_free(&bytes);
    return rc;
}

static void requests_tell_what_servers_answer(void **state)
{
    (void)state;
    char got[100];
    descry_reply reply;
    descry_error err;
    assert_int_equal(ask((descry_request){.token = "secret"}, "/headers", &reply, got, &err), 0);
    assert_string_equal(got, "hello");
    assert_string_equal(reply.etag, "abc");
    assert_string_equal(reply.linked_etag, "def");
    assert_string_equal(reply.commit, "c0");
    assert_true(reply.status == 200 && reply.length == 5 && reply.linked_length == 12 && reply.start == UINT64_MAX && !reply.elsewhere);
    assert_non_null(strstr(server.last, "Authorization: Bearer secret"));
    assert_null(strstr(server.last, "Range:"));
    assert_int_equal(ask((descry_request){.from = 3}, "/part", &reply, got, &err), 0);
    assert_string_equal(got, "lo");
    assert_true(reply.status == 206 && reply.start == 3 && reply.length == 2 && reply.etag[0] == 0);
    assert_non_null(strstr(server.last, "Range: bytes=3-"));
    assert_null(strstr(server.last, "Authorization"));
    assert_int_equal(ask((descry_request){0}, "/busy", &reply, got, &err), DESCRY_ERR_IO);
    assert_true(reply.again && reply.retry_after == 7 && reply.status == 429);
    assert_string_equal(got, "");
    assert_int_equal(ask((descry_request){0}, "/none", &reply, got, &err), DESCRY_ERR_NOT_FOUND);
    assert_false(reply.again);
    assert_int_equal(ask((descry_request){0}, "/short", &reply, got, &err), DESCRY_ERR_IO);
    assert_true(reply.again);
    assert_int_equal(ask((descry_request){.tick = stop_at_once}, "/slow", &reply, got, &err), DESCRY_ERR_CANCELLED);
    assert_int_equal(ask((descry_request){0}, "/slow", &reply, got, &err), DESCRY_ERR_LIMIT);
    assert_int_equal(ask((descry_request){0}, "/loop", &reply, got, &err), DESCRY_ERR_IO);
    assert_int_equal(ask((descry_request){0}, "/file", &reply, got, &err), DESCRY_ERR_IO);
}

static void secrets_are_for_one_server(void **state)
{
    (void)state;
    char got[100];
    descry_reply reply;
    descry_error err;
    assert_int_equal(ask((descry_request){.token = "secret"}, "/here", &reply, got, &err), 0); /* the same one */
    assert_true(strncmp(server.last, "GET /a ", 7) == 0 && strstr(server.last, "secret") && !reply.elsewhere);
    assert_int_equal(ask((descry_request){.token = "secret"}, "/there", &reply, got, &err), 0);
    assert_string_equal(got, "hello");
    assert_true(strncmp(server.last, "GET /a ", 7) == 0 && !strstr(server.last, "secret") && reply.elsewhere);
    int before = server.requests;
    assert_int_equal(ask((descry_request){.token = "secret", .head = 1}, "/there", &reply, got, &err), 0);
    assert_true(reply.status == 302 && server.requests == before + 1 && !reply.elsewhere);
    assert_int_equal(ask((descry_request){.may_connect = only_one}, "/there", &reply, got, &err), DESCRY_ERR_IO);
    assert_non_null(strstr(err.message, "leads to 127.0.0.2"));
    assert_false(reply.again);
}

static int begin(void **state)
{
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    return start(state);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* the server goes on when a client has had enough */
    const struct CMUnitTest local[] = {cmocka_unit_test(addresses)};
    const struct CMUnitTest fetched[] = {
        cmocka_unit_test(files_are_fetched_within_limits),
        cmocka_unit_test(connections_are_checked),
        cmocka_unit_test(requests_tell_what_servers_answer),
        cmocka_unit_test(secrets_are_for_one_server),
    };
    int failed = cmocka_run_group_tests_name("net addresses", local, NULL, NULL);
    if (descry_fetch_feature())
        failed += cmocka_run_group_tests_name("net", fetched, begin, stop);
    return failed;
}
