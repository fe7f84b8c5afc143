/* SPDX-License-Identifier: Apache-2.0 */
#include "npz_fixture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

static void add(zip_t *zip, const npz_array *array, int compressed)
{
    size_t length = strlen(array->dictionary) + 1, size = 10 + length + array->size;
    uint8_t *bytes = malloc(size);
    assert(bytes && length < 65536);
    memcpy(bytes, "\x93NUMPY\1\0", 8);
    bytes[8] = (uint8_t)length;
    bytes[9] = (uint8_t)(length >> 8);
    memcpy(bytes + 10, array->dictionary, length - 1);
    bytes[9 + length] = '\n';
    if (array->size)
        memcpy(bytes + 10 + length, array->values, array->size);
    char name[64];
    snprintf(name, sizeof name, "%s.npy", array->key);
    zip_int64_t at = zip_file_add(zip, name, zip_source_buffer(zip, bytes, size, 1), 0);
    int rc = at < 0 ? -1 : zip_set_file_compression(zip, (zip_uint64_t)at, compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    assert(rc == 0);
    (void)rc;
}

void npz_write(const char *path, const npz_array *arrays, size_t count, int compressed)
{
    unlink(path);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_EXCL, NULL);
    assert(zip);
    for (size_t i = 0; i < count; i++)
        add(zip, &arrays[i], compressed);
    int rc = zip_close(zip);
    assert(rc == 0);
    (void)rc;
}

/* ---- importing -------------------------------------------------------------------------------------------------- */

static int on_progress(void *arg, const descry_progress *p)
{
    told *t = arg;
    const descry_import_counts *counts = t->counts;
    assert_true(p->done <= p->total);
    if (p->stage == DESCRY_STAGE_WORKING) {
        assert_int_equal(p->done, counts->added + counts->completed + counts->unchanged + counts->failed);
        assert_int_equal(p->total, counts->rows);
    } else
        assert_int_equal(p->stage, DESCRY_STAGE_CHECKING);
    assert_int_equal(p->failed, counts->failed);
    t->last = *p;
    return ++t->calls == t->stop_after;
}

static void on_failure(void *arg, uint64_t row, const char *url, const descry_error *err)
{
    told *t = arg;
    (void)url;
    assert_true(t->failures < ROOM);
    t->rows[t->failures] = row;
    snprintf(t->messages[t->failures++], sizeof *t->messages, "%s", err->message);
}

int import_with(fixture *f, const char *path, told *t, descry_import_counts *p)
{
    descry_import_options options = DESCRY_IMPORT_OPTIONS_INIT;
    descry_import_counts own = DESCRY_IMPORT_COUNTS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    options.watch = &watch;
    watch.progress = on_progress;
    watch.arg = t;
    t->counts = p = p ? p : &own;
    options.failure = on_failure;
    options.arg = t;
    return descry_import_npz(f->library, &f->model, path, &options, p, &f->err);
}

void import_ok(fixture *f, const char *path, uint64_t added, uint64_t completed, uint64_t unchanged, uint64_t failed)
{
    told t = {0};
    descry_import_counts p = DESCRY_IMPORT_COUNTS_INIT;
    if (import_with(f, path, &t, &p))
        fail_msg("%s", f->err.message);
    assert_int_equal(p.added, added);
    assert_int_equal(p.completed, completed);
    assert_int_equal(p.unchanged, unchanged);
    assert_int_equal(p.failed, failed);
    assert_int_equal(t.failures, failed);
    assert_int_equal(p.added + p.completed + p.unchanged + p.failed, p.rows);
    assert_int_equal(t.last.done, t.last.total);
    assert_false(exists(at(f, "library.db.lock")));
}

void fill_reds(float *features, uint32_t *urls, size_t n, const char *format)
{
    memset(urls, 0, n * WIDTH * sizeof *urls);
    for (size_t i = 0; i < n; i++) {
        char url[WIDTH];
        fake_embedding((int)(20 * i), 0, 0, features + FAKE_DIM * i);
        int size = snprintf(url, sizeof url, format, (int)i);
        for (int c = 0; c < size; c++)
            urls[WIDTH * i + (size_t)c] = (unsigned char)url[c];
    }
}
