/* SPDX-License-Identifier: Apache-2.0
 * Clients of an HTTP server that each keep a connection and ask for the next thing once they have the answer.
 *
 *     clients PORT CONNECTIONS SECONDS <requests
 *
 * requests: for each, a line "KIND BYTES", then so many bytes, which are sent as they are; KIND is a number below 8.  A client takes
 * them in turns, each beginning elsewhere.  Answers have to have a Content-Length.  Prints, for each kind that was asked for:
 * {"kind", "answers", "errors" (by status), "broken" (connections), "ms": [...], "cpu"}; what is still under way at the end
 * is not counted.  `ms` are at most 200,000 times, in order; `cpu` the seconds of a processor that this program took. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { KINDS = 8, MOST_REQUESTS = 100000, MOST_TIMES = 200000, MOST_CLIENTS = 1024, HEAD = 16 << 10 };

typedef struct request {
    int kind;
    char *bytes;
    size_t size;
} request;

typedef struct tally {
    size_t answers, errors, broken, timed;
    float *ms;
} tally;

typedef struct client {
    int fd;
    size_t next, sent;  /* the request, and how much of it went out */
    char head[HEAD];
    size_t got;         /* of the header */
    long long left;     /* of the body; -1: the header is not here yet */
    int status;
    double began;
} client;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const char *why)
{
    fprintf(stderr, "clients: %s\n", why);
    exit(1);
}

static void *room(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        die("out of memory");
    return p;
}

static size_t read_requests(request *requests)
{
    size_t n = 0;
    while (n < MOST_REQUESTS && scanf("%d %zu", &requests[n].kind, &requests[n].size) == 2) {
        request *r = &requests[n++];
        if (r->kind < 0 || r->kind >= KINDS || r->size == 0 || r->size > (64u << 20) || getchar() != '\n')
            die("not a list of requests");
        r->bytes = room(1, r->size);
        if (fread(r->bytes, 1, r->size, stdin) != r->size)
            die("the requests end early");
    }
    return n;
}

static int reach(client *c, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to))
        die("the server cannot be reached");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return c->fd;
}

/* Sends what it can of the request.  -1: the connection is broken. */
static int push(client *c, const request *r)
{
    while (c->sent < r->size) {
        ssize_t n = send(c->fd, r->bytes + c->sent, r->size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        c->sent += (size_t)n;
    }
    return 0;
}

static void begin(client *c, const request *r)
{
    c->sent = c->got = 0;
    c->left = -1;
    c->began = now();
    push(c, r);
}

/* The header, once it is here: its body's length. */
static void read_head(client *c)
{
    c->head[c->got] = 0;
    char *end = strstr(c->head, "\r\n\r\n"), *line = c->head;
    if (!end)
        return;
    c->status = (int)strtol(c->head + sizeof "HTTP/1.1", NULL, 10);
    while ((line = strstr(line, "\r\n")) != NULL && line < end) {
        line += 2;
        if (strncasecmp(line, "content-length:", 15) == 0)
            c->left = strtoll(line + 15, NULL, 10) - (long long)(c->got - (size_t)(end + 4 - c->head));
    }
    if (c->left < 0 && c->status)
        die("an answer without a length");
}

/* Reads what is there.  1: the answer is whole; 0: not yet; -1: the connection is broken. */
static int pull(client *c)
{
    static char sink[1 << 16];
    for (;;) {
        ssize_t n = c->left < 0 ? recv(c->fd, c->head + c->got, HEAD - 1 - c->got, MSG_DONTWAIT)
                                : recv(c->fd, sink, sizeof sink, MSG_DONTWAIT);
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
        if (c->left < 0) {
            c->got += (size_t)n;
            read_head(c);
        } else {
            c->left -= n;
        }
        if (c->left == 0)
            return 1;
    }
}

static void count(tally *t, const client *c)
{
    t->answers++;
    t->errors += c->status < 200 || c->status > 299;
    if (t->timed < MOST_TIMES)
        t->ms[t->timed++] = (float)(1e3 * (now() - c->began));
}

static void print(const tally *tallies, const bool *asked)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    for (int k = 0; k < KINDS; k++) {
        const tally *t = &tallies[k];
        if (!asked[k])
            continue;
        printf("{\"kind\": %d, \"answers\": %zu, \"errors\": %zu, \"broken\": %zu, \"cpu\": %.3f, \"ms\": [", k, t->answers, t->errors,
               t->broken, cpu);
        for (size_t i = 0; i < t->timed; i++)
            printf("%s%.3f", i ? ", " : "", (double)t->ms[i]);
        printf("]}\n");
    }
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die("usage: clients PORT CONNECTIONS SECONDS <requests");
    int port = atoi(argv[1]), n = atoi(argv[2]), poll = epoll_create1(0);
    if (poll < 0 || n < 1 || n > MOST_CLIENTS)
        die("from 1 to 1024 connections");
    request *requests = room(MOST_REQUESTS, sizeof *requests);
    client *clients = room((size_t)n, sizeof *clients);
    tally tallies[KINDS] = {0};
    for (int k = 0; k < KINDS; k++)
        tallies[k].ms = room(MOST_TIMES, sizeof *tallies[k].ms);
    size_t total = read_requests(requests);
    if (total == 0)
        die("no requests");
    bool asked[KINDS] = {false};
    for (size_t i = 0; i < total; i++)
        asked[requests[i].kind] = true;
    for (int i = 0; i < n; i++) {
        client *c = &clients[i];
        c->next = (size_t)i * total / (size_t)n;
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = c}};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, reach(c, port), &event))
            die("epoll");
        begin(c, &requests[c->next]);
    }
    double end = now() + atof(argv[3]), left;
    while ((left = end - now()) > 0) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, (int)(1e3 * left) + 1);
        for (int i = 0; i < ready; i++) {
            client *c = events[i].data.ptr;
            int answered;
            while ((answered = push(c, &requests[c->next]) ? -1 : pull(c)) != 0) {
                tally *t = &tallies[requests[c->next].kind];
                c->next = (c->next + 1) % total;
                if (answered > 0) {
                    count(t, c);
                } else {
                    t->broken++;
                    close(c->fd);
                    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = c}};
                    if (epoll_ctl(poll, EPOLL_CTL_ADD, reach(c, port), &event))
                        die("epoll");
                }
                begin(c, &requests[c->next]);
            }
        }
    }
    print(tallies, asked);
    return 0;
}
