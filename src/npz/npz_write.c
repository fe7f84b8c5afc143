/* SPDX-License-Identifier: Apache-2.0
 * Writing: libzip asks for the bytes when the archive is closed. */
#include "npz/npz.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

typedef struct writer {
    const descry_npz_part *part;
    char header[DESCRY_NPY_HEADER];
    uint64_t size, at; /* header included */
    descry_error err;  /* of the source */
    zip_error_t error; /* for libzip */
} writer;

static zip_int64_t add_buffer(writer *w, void *data, zip_uint64_t size)
{
    if (w->at == w->size || size == 0)
        return 0;
    if (size > w->size - w->at)
        size = w->size - w->at;
    int64_t n;
    if (w->at < DESCRY_NPY_HEADER) {
        n = (int64_t)(size < DESCRY_NPY_HEADER - w->at ? size : DESCRY_NPY_HEADER - w->at);
        memcpy(data, w->header + w->at, (size_t)n);
    } else
        n = w->part->source(w->part->arg, data, (size_t)size, &w->err);
    if (n <= 0) {
        zip_error_set(&w->error, ZIP_ER_INTERNAL, 0);
        return -1;
    }
    w->at += (uint64_t)n;
    return n;
}

static zip_int64_t serve(void *arg, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
    writer *w = arg;
    switch (command) {
    case ZIP_SOURCE_OPEN:
        if (w->at) { /* once only */
            zip_error_set(&w->error, ZIP_ER_INTERNAL, 0);
            return -1;
        }
        return 0;
    case ZIP_SOURCE_READ:
        return add_buffer(w, data, size);
    case ZIP_SOURCE_STAT: {
        zip_stat_t *st = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, size, &w->error);
        if (!st)
            return -1;
        zip_stat_init(st);
        st->size = w->size;
        st->valid = ZIP_STAT_SIZE;
        return sizeof *st;
    }
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&w->error, data, size);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    default:
        zip_error_set(&w->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static int fail_with(const char *path, zip_error_t *error, descry_error *err)
{
    if (zip_error_code_zip(error) == ZIP_ER_MEMORY)
        return descry_fail_memory(err);
    return descry_fail(err, DESCRY_ERR_IO, "%s: %s", path, zip_error_strerror(error));
}

static int add(zip_t *zip, writer *w, const descry_npz_part *part, const char *path, descry_error *err)
{
    uint64_t bytes = part->item;
    descry_buf name = {0};
    w->part = part;
    zip_error_init(&w->error);
    for (size_t i = 0; i < part->dims; i++)
        if (__builtin_mul_overflow(bytes, part->shape[i], &bytes) || bytes > INT64_MAX / 2)
            return descry_fail(err, DESCRY_ERR_LIMIT, "%s: too much", path);
    if (!descry_npy_header(w->header, part->type, part->shape, part->dims))
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: too many dimensions", path);
    w->size = bytes + DESCRY_NPY_HEADER;
    int rc = descry_buf_printf(&name, err, "%s.npy", part->key);
    zip_source_t *source = rc ? NULL : zip_source_function(zip, serve, w);
    zip_int64_t at = source ? zip_file_add(zip, name.data, source, ZIP_FL_ENC_UTF_8) : -1;
    if (!rc && (at < 0 || zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) != 0))
        rc = fail_with(path, zip_get_error(zip), err);
    if (at < 0 && source)
        zip_source_free(source);
    descry_buf_free(&name);
    return rc;
}

int descry_npz_write(const char *path, const descry_npz_part *parts, size_t count, descry_error *err)
{
    int code = 0, rc = 0;
    writer *writers = calloc(count, sizeof *writers);
    if (!writers)
        return descry_fail_memory(err);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        rc = fail_with(path, &error, err);
        zip_error_fini(&error);
    }
    for (size_t i = 0; i < count && !rc; i++)
        rc = add(zip, &writers[i], &parts[i], path, err);
    if (!rc && zip_close(zip) != 0)
        rc = fail_with(path, zip_get_error(zip), err);
    else if (!rc)
        zip = NULL;
    for (size_t i = 0; i < count; i++)
        if (rc && writers[i].err.code)
            rc = descry_fail(err, writers[i].err.code, "%s", writers[i].err.message);
    if (zip)
        zip_discard(zip);
    free(writers);
    return rc;
}
