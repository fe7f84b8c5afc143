/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/rows.h"

#include "base/error.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER = 4096, ALIGN = 64, VERSION = 2, MAX_DIM = 1 << 16, SPARE_SEGMENTS = 64 };

typedef struct header {
    char magic[8];
    uint32_t version, dim;
    uint32_t codec, row_size; /* its id; bytes */
    uint8_t library[DESCRY_LIBRARY_ID];
    char recipe[DESCRY_RECIPE_HEX];
    int64_t epoch, last;
    uint64_t count;
    uint64_t end; /* bytes in use, this header included */
    uint64_t sum; /* of all that stands before */
} header;

typedef struct segment {
    uint64_t count;
    uint64_t sum; /* of ids and rows, padding included */
    uint64_t zero[6];
} segment;

_Static_assert(sizeof(header) == 144, "the header has no holes");
_Static_assert(sizeof(segment) == ALIGN, "a segment's header is one line");

struct descry_rows {
    descry_map map;
    descry_rows_state state;
    uint64_t end;
    size_t row_size;
    size_t segments;
    size_t *offsets;  /* [segments] */
    uint8_t *checked; /* [segments] 1: its sum was right */
};

static const char MAGIC[8] = {'D', 'E', 'S', 'C', 'R', 'Y', 'S', 'C'};

static size_t padded(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t ids_size(size_t count)
{
    return padded(count * sizeof(int64_t));
}

static size_t payload_size(size_t count, size_t row_size)
{
    return ids_size(count) + padded(count * row_size);
}

/* Independent lanes, so that it runs at the speed of memory.  `size` is a multiple of 8. */
static uint64_t sum_of(const void *data, size_t size)
{
    uint64_t lane[8] = {1, 2, 3, 4, 5, 6, 7, 8}, word[8], sum = size;
    for (; size >= sizeof word; size -= sizeof word, data = (const char *)data + sizeof word) {
        memcpy(word, data, sizeof word);
        for (int i = 0; i < 8; i++)
            lane[i] = (lane[i] << 5 | lane[i] >> 59) ^ (word[i] + (lane[i] << 1));
    }
    memset(word, 0, sizeof word);
    memcpy(word, data, size);
    for (int i = 0; i < 8; i++)
        sum = ((sum ^ lane[i]) * 0x9E3779B97F4A7C15u ^ word[i]) * 0xC2B2AE3D27D4EB4Fu + (sum >> 29);
    return sum;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static int damaged(const char *path, const char *what, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: %s", path, what);
}

static int check_header(const header *head, size_t size, const descry_rows_key *key, const char *path,
                        descry_error *err)
{
    if (memcmp(head->magic, MAGIC, sizeof MAGIC) != 0 || head->version != VERSION)
        return damaged(path, "not a scan file of this version", err);
    if (head->sum != sum_of(head, offsetof(header, sum)))
        return damaged(path, "the header is damaged", err);
    if (head->dim != key->dim || head->dim == 0 || head->dim > MAX_DIM ||
        memcmp(head->library, key->library, sizeof head->library) != 0 ||
        memcmp(head->recipe, key->recipe, sizeof head->recipe) != 0)
        return damaged(path, "of another library or model", err);
    if (head->codec != key->codec->id || head->row_size == 0 || head->row_size != key->codec->size(head->dim))
        return damaged(path, "its rows are of another codec", err);
    if (head->end < HEADER || head->end > size || head->count > (head->end - HEADER) / head->row_size)
        return damaged(path, "shorter than it says", err);
    return 0;
}

static int find_segments(descry_rows *rows, const char *path, descry_error *err)
{
    uint64_t count = 0;
    size_t capacity = 0, at = HEADER;
    while (at < rows->end) {
        if (rows->end - at < sizeof(segment))
            return damaged(path, "a segment is cut off", err);
        const segment *head = (const segment *)(rows->map.data + at);
        if (head->count == 0 || head->count > DESCRY_ROWS_SEGMENT ||
            payload_size((size_t)head->count, rows->row_size) > rows->end - at - sizeof *head)
            return damaged(path, "a segment is damaged", err);
        if (rows->segments == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            size_t *offsets = descry_realloc(rows->offsets, capacity, sizeof *offsets);
            if (!offsets)
                return descry_fail_memory(err);
            rows->offsets = offsets;
        }
        rows->offsets[rows->segments++] = at;
        count += head->count;
        at += sizeof *head + payload_size((size_t)head->count, rows->row_size);
    }
    if (count != rows->state.count)
        return damaged(path, "rows are lacking", err);
    rows->checked = calloc(rows->segments + 1, 1);
    return rows->checked ? 0 : descry_fail_memory(err);
}

int descry_rows_open(descry_rows **out, const char *path, const descry_rows_key *key, descry_error *err)
{
    *out = NULL;
    descry_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return descry_fail_memory(err);
    int rc = descry_map_open(&rows->map, path, err);
    if (!rc && rows->map.size < HEADER)
        rc = damaged(path, "shorter than a header", err);
    if (!rc) {
        header head; /* a copy: the file may be published anew while it is looked at */
        memcpy(&head, rows->map.data, sizeof head);
        rc = check_header(&head, rows->map.size, key, path, err);
        if (!rc) {
            rows->state = (descry_rows_state){head.epoch, head.last, head.count};
            rows->end = head.end;
            rows->row_size = head.row_size;
            rc = find_segments(rows, path, err);
        }
    }
    if (rc)
        descry_rows_close(&rows);
    *out = rows;
    return rc;
}

void descry_rows_close(descry_rows **rows)
{
    if (!*rows)
        return;
    descry_map_close(&(*rows)->map);
    free((*rows)->offsets);
    free((*rows)->checked);
    free(*rows);
    *rows = NULL;
}

const descry_rows_state *descry_rows_get_state(const descry_rows *rows)
{
    return &rows->state;
}

static void get_segment(const descry_rows *rows, size_t i, size_t *count, const int64_t **ids, const void **values)
{
    const uint8_t *data = rows->map.data + rows->offsets[i];
    *count = (size_t)((const segment *)data)->count;
    *ids = (const int64_t *)(data + sizeof(segment));
    *values = data + sizeof(segment) + ids_size(*count);
}

int descry_rows_last(const descry_rows *rows, int64_t *id, const void **row)
{
    if (rows->segments == 0)
        return 0;
    size_t count;
    const int64_t *ids;
    get_segment(rows, rows->segments - 1, &count, &ids, row);
    *id = ids[count - 1];
    *row = (const char *)*row + (count - 1) * rows->row_size;
    return 1;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static int write_at(int fd, const void *data, size_t size, uint64_t at, const char *path, descry_error *err)
{
    for (const char *p = data; size > 0;) {
        ssize_t n = pwrite(fd, p, size, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return descry_fail_errno(err, n < 0 ? errno : ENOSPC, "%s", path);
        p += n;
        size -= (size_t)n;
        at += (uint64_t)n;
    }
    return 0;
}

/* Writes what `source` gives as segments from *end on; *end and *count grow. */
static int write_segments(int fd, const char *path, const descry_rows_key *key, descry_rows_source source, void *arg,
                          uint64_t *end, uint64_t *count, descry_error *err)
{
    const size_t row_size = key->codec->size(key->dim);
    size_t most = sizeof(segment) + payload_size(DESCRY_ROWS_SEGMENT, row_size);
    uint8_t *block = descry_alloc_aligned(most, 1);
    int64_t *ids = descry_alloc(DESCRY_ROWS_SEGMENT, sizeof *ids);
    char *rows = descry_alloc(DESCRY_ROWS_SEGMENT, row_size);
    int rc = block && ids && rows ? 1 : descry_fail_memory(err);
    while (rc == 1) {
        size_t n = 0;
        const void *row;
        while (n < DESCRY_ROWS_SEGMENT && (rc = source(arg, &ids[n], &row, err)) == 1)
            memcpy(rows + n++ * row_size, row, row_size);
        if (rc < 0 || n == 0)
            break;
        size_t size = payload_size(n, row_size);
        memset(block, 0, sizeof(segment) + size);
        memcpy(block + sizeof(segment), ids, n * sizeof *ids);
        memcpy(block + sizeof(segment) + ids_size(n), rows, n * row_size);
        segment head = {.count = n, .sum = sum_of(block + sizeof(segment), size)};
        memcpy(block, &head, sizeof head);
        int failed = write_at(fd, block, sizeof head + size, *end, path, err);
        if (failed)
            rc = failed;
        *end += sizeof head + size;
        *count += n;
    }
    free(block);
    free(ids);
    free(rows);
    return rc;
}

/* The rows must be on the disk before a header says so. */
static int publish(int fd, const char *path, const descry_rows_key *key, const descry_rows_state *state, uint64_t end,
                   descry_error *err)
{
    header head = {.version = VERSION, .dim = key->dim, .codec = key->codec->id,
                   .row_size = (uint32_t)key->codec->size(key->dim), .epoch = state->epoch, .last = state->last,
                   .count = state->count, .end = end};
    memcpy(head.magic, MAGIC, sizeof MAGIC);
    memcpy(head.library, key->library, sizeof head.library);
    memcpy(head.recipe, key->recipe, sizeof head.recipe);
    head.sum = sum_of(&head, offsetof(header, sum));
    if (fdatasync(fd) != 0)
        return descry_fail_errno(err, errno, "%s", path);
    return write_at(fd, &head, sizeof head, 0, path, err);
}

int descry_rows_write(const char *path, unsigned mode, const descry_rows_key *key, const descry_rows_state *state,
                      descry_rows_source source, void *arg, descry_error *err)
{
    descry_buf name = {0};
    int fd = -1, rc = descry_buf_printf(&name, err, "%s.new", path);
    if (!rc)
        rc = descry_lock_new(&fd, name.data, mode, err);
    if (rc) {
        descry_buf_free(&name);
        return rc;
    }
    uint64_t end = HEADER, count = 0;
    const uint8_t blank[HEADER] = {0};
    rc = write_at(fd, blank, sizeof blank, 0, name.data, err);
    if (!rc)
        rc = write_segments(fd, name.data, key, source, arg, &end, &count, err);
    if (!rc && count != state->count)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: %llu rows instead of %llu", path, (unsigned long long)count,
                         (unsigned long long)state->count);
    if (!rc)
        rc = publish(fd, name.data, key, state, end, err);
    if (!rc && rename(name.data, path) != 0)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (rc)
        unlink(name.data);
    close(fd);
    descry_buf_free(&name);
    return rc;
}

int descry_rows_append(const descry_rows *rows, const char *path, const descry_rows_key *key,
                       const descry_rows_state *state, descry_rows_source source, void *arg, descry_error *err)
{
    if (rows->segments >= SPARE_SEGMENTS + rows->state.count / 256)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: in too many pieces", path);
    int fd, rc = descry_lock_take(&fd, path, err);
    if (rc) /* not ours to write to: a new one takes its place */
        return rc == DESCRY_ERR_IO ? DESCRY_ERR_FORMAT : rc;
    header head;
    struct stat st;
    uint64_t end = rows->end, count = rows->state.count;
    /* its place may have been taken since it was opened, also by one of another codec's */
    if (fstat(fd, &st) != 0 || pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        check_header(&head, (size_t)st.st_size, key, path, NULL) || head.end != end || head.count != count ||
        head.last != rows->state.last || head.epoch != rows->state.epoch)
        rc = descry_fail(err, DESCRY_ERR_BUSY, "%s: another process has added to it", path);
    /* what a killed process left behind the end */
    if (!rc && ftruncate(fd, (off_t)end) != 0)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (!rc)
        rc = write_segments(fd, path, key, source, arg, &end, &count, err);
    if (!rc && count != state->count)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: %llu rows instead of %llu", path, (unsigned long long)count,
                         (unsigned long long)state->count);
    if (!rc)
        rc = publish(fd, path, key, state, end, err);
    close(fd);
    return rc;
}

/* ---- scanning -------------------------------------------------------------------------------------------------- */

typedef struct scan {
    descry_rows *rows;
    const descry_scan_query *query;
    descry_top *tops;     /* one for each worker */
    descry_error *errors;
    int *codes;
} scan;

static void scan_segment(void *arg, size_t i, unsigned worker)
{
    scan *job = arg;
    if (job->codes[worker])
        return;
    size_t count;
    const int64_t *ids;
    const void *rows;
    get_segment(job->rows, i, &count, &ids, &rows);
    /* which also brings it into the cache for the scan */
    if (!job->rows->checked[i] && sum_of(ids, payload_size(count, job->rows->row_size)) != ((const segment *)ids - 1)->sum) {
        job->codes[worker] = descry_fail(&job->errors[worker], DESCRY_ERR_FORMAT, "a segment is damaged");
        return;
    }
    job->rows->checked[i] = 1;
    job->codes[worker] = descry_scan_block(job->query, ids, rows, count, &job->tops[worker], &job->errors[worker]);
}

int descry_rows_scan(descry_rows *rows, descry_pool *pool, const descry_scan_query *query, descry_top *top,
                     descry_error *err)
{
    unsigned threads = descry_pool_threads(pool);
    scan job = {rows, query, calloc(threads, sizeof(descry_top)), calloc(threads, sizeof(descry_error)),
                calloc(threads, sizeof(int))};
    int rc = job.tops && job.errors && job.codes ? 0 : descry_fail_memory(err);
    if (!rc) {
        for (unsigned i = 0; i < threads; i++)
            job.tops[i].k = query->k;
        descry_pool_run(pool, rows->segments, scan_segment, &job);
        for (unsigned i = 0; i < threads && !rc; i++) {
            if (job.codes[i])
                rc = descry_fail(err, job.codes[i], "%s", job.errors[i].message);
            for (size_t j = 0; j < job.tops[i].count && !rc; j++)
                rc = descry_top_add(top, job.tops[i].items[j].score, job.tops[i].items[j].id, err);
        }
        for (unsigned i = 0; i < threads; i++)
            descry_top_free(&job.tops[i]);
    }
    free(job.tops);
    free(job.errors);
    free(job.codes);
    return rc;
}
