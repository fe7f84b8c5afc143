/* SPDX-License-Identifier: Apache-2.0
 * What /metrics tells, in Prometheus' text format. */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double bounds[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
enum { BOUNDS = sizeof bounds / sizeof *bounds, ROWS = 64, CODES = 6 };

typedef struct row {
    const char *route; /* static */
    uint64_t codes[CODES]; /* of status 1xx .. 5xx; 0: others */
    uint64_t below[BOUNDS];
    double seconds;
} row;

struct serve_metrics {
    pthread_mutex_t mutex;
    row rows[ROWS]; /* more routes than these are the last row's */
    size_t count;
    long connections;
};

int serve_metrics_open(serve_metrics **metrics, descry_error *err)
{
    *metrics = calloc(1, sizeof **metrics);
    if (!*metrics)
        return serve_fail_memory(err);
    pthread_mutex_init(&(*metrics)->mutex, NULL);
    return 0;
}

void serve_metrics_close(serve_metrics **metrics)
{
    if (*metrics)
        pthread_mutex_destroy(&(*metrics)->mutex);
    free(*metrics);
    *metrics = NULL;
}

void serve_metrics_count(serve_metrics *metrics, const char *route, unsigned status, double seconds)
{
    size_t i = 0;
    pthread_mutex_lock(&metrics->mutex);
    while (i < metrics->count && strcmp(metrics->rows[i].route, route) != 0)
        i++;
    if (i == metrics->count && i < ROWS)
        metrics->rows[metrics->count++].route = route;
    row *r = &metrics->rows[i < ROWS ? i : ROWS - 1];
    r->codes[status / 100 < CODES ? status / 100 : 0]++;
    r->seconds += seconds;
    for (size_t b = 0; b < BOUNDS; b++)
        r->below[b] += seconds <= bounds[b];
    pthread_mutex_unlock(&metrics->mutex);
}

void serve_metrics_connections(serve_metrics *metrics, int more)
{
    pthread_mutex_lock(&metrics->mutex);
    metrics->connections += more;
    pthread_mutex_unlock(&metrics->mutex);
}

static uint64_t requests(const row *r)
{
    uint64_t sum = 0;
    for (size_t c = 0; c < CODES; c++)
        sum += r->codes[c];
    return sum;
}

/* Bytes of this process's memory that are resident; 0: unknown. */
static unsigned long long resident(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%*u %llu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static void print(const serve_metrics *m, FILE *to)
{
    fputs("# HELP descry_http_requests_total Requests answered, by route and class of status.\n"
          "# TYPE descry_http_requests_total counter\n", to);
    for (size_t i = 0; i < m->count; i++)
        for (size_t c = 0; c < CODES; c++)
            if (m->rows[i].codes[c])
                fprintf(to, "descry_http_requests_total{route=\"%s\",code=\"%zuxx\"} %llu\n", m->rows[i].route, c,
                        (unsigned long long)m->rows[i].codes[c]);
    fputs("# HELP descry_http_request_seconds Time from a request's header to its answer.\n"
          "# TYPE descry_http_request_seconds histogram\n", to);
    for (size_t i = 0; i < m->count; i++) {
        const row *r = &m->rows[i];
        for (size_t b = 0; b < BOUNDS; b++)
            fprintf(to, "descry_http_request_seconds_bucket{route=\"%s\",le=\"%g\"} %llu\n", r->route, bounds[b],
                    (unsigned long long)r->below[b]);
        fprintf(to, "descry_http_request_seconds_bucket{route=\"%s\",le=\"+Inf\"} %llu\n", r->route, (unsigned long long)requests(r));
        fprintf(to, "descry_http_request_seconds_sum{route=\"%s\"} %.6f\n", r->route, r->seconds);
        fprintf(to, "descry_http_request_seconds_count{route=\"%s\"} %llu\n", r->route, (unsigned long long)requests(r));
    }
    fprintf(to, "# TYPE descry_http_connections gauge\ndescry_http_connections %ld\n", m->connections);
    fprintf(to, "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %llu\n", resident());
}

int serve_api_metrics(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    serve_server *server = worker->server;
    serve_metrics *m = server->metrics;
    (void)request;
    FILE *to = open_memstream(&reply->body, &reply->size);
    if (!to)
        return serve_fail_memory(err);
    pthread_mutex_lock(&m->mutex);
    print(m, to);
    pthread_mutex_unlock(&m->mutex);
    fprintf(to, "# TYPE descry_waiting_requests gauge\ndescry_waiting_requests %zu\n", serve_queue_length(server->queue));
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    return fclose(to) ? serve_fail_memory(err) : 0;
}
