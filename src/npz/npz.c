/* SPDX-License-Identifier: Apache-2.0
 * Reading. */
#include "npz/npz.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

enum { RATIO = 256, RATIO_FROM = 64 << 20 };

struct descry_npz {
    zip_t *zip;
    char *path;
};

static int fail_zip(const char *name, zip_error_t *error, descry_error *err)
{
    int code = zip_error_code_zip(error);
    if (code == ZIP_ER_MEMORY)
        return descry_fail_memory(err);
    if (code == ZIP_ER_COMPNOTSUPP || code == ZIP_ER_ENCRNOTSUPP || code == ZIP_ER_NOPASSWD)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: %s", name, zip_error_strerror(error));
    if (code == ZIP_ER_OPEN || code == ZIP_ER_READ || code == ZIP_ER_SEEK)
        return descry_fail(err, DESCRY_ERR_IO, "%s: %s", name, zip_error_strerror(error));
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: %s", name, zip_error_strerror(error));
}

int descry_npz_open(descry_npz **out, const char *path, descry_error *err)
{
    struct stat st;
    *out = NULL;
    if (stat(path, &st) != 0)
        return descry_fail_errno(err, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a regular file", path);
    descry_npz *npz = calloc(1, sizeof *npz);
    if (!npz || !(npz->path = strdup(path))) {
        free(npz);
        return descry_fail_memory(err);
    }
    int code = 0, rc = 0;
    npz->zip = zip_open(path, ZIP_RDONLY, &code);
    if (!npz->zip && code == ZIP_ER_NOZIP)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: not an .npz file", path);
    else if (!npz->zip) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        rc = fail_zip(path, &error, err);
        zip_error_fini(&error);
    }
    *out = npz;
    if (rc)
        descry_npz_close(out);
    return rc;
}

void descry_npz_close(descry_npz **slot)
{
    descry_npz *npz = *slot;
    if (!npz)
        return;
    if (npz->zip)
        zip_discard(npz->zip);
    free(npz->path);
    free(npz);
    *slot = NULL;
}

/* ---- an array --------------------------------------------------------------------------------------------------- */

static int read_bytes(descry_npz_array *array, void *out, size_t size, descry_error *err)
{
    for (uint8_t *to = out; size > 0;) {
        zip_int64_t n = zip_fread(array->file, to, size);
        if (n < 0)
            return fail_zip(array->name, zip_file_get_error(array->file), err);
        if (n == 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: it ends too early", array->name);
        to += n;
        size -= (size_t)n;
    }
    return 0;
}

static int check_sizes(descry_npz_array *array, const zip_stat_t *st, size_t header, uint64_t most, descry_error *err)
{
    unsigned long long bytes = array->npy.bytes;
    if (st->size < header || st->size - header != bytes)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: its header says %llu bytes, there are %llu",
                           array->name, bytes, (unsigned long long)(st->size - (st->size < header ? st->size : header)));
    if (bytes > most)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %llu bytes, more than the limit of %llu", array->name, bytes,
                           (unsigned long long)most);
    if (bytes > RATIO_FROM && st->comp_size < bytes / RATIO)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %llu bytes made of %llu: refused", array->name, bytes,
                           (unsigned long long)st->comp_size);
    return 0;
}

static int read_header(descry_npz_array *array, const zip_stat_t *st, uint64_t most, descry_error *err)
{
    uint8_t start[DESCRY_NPY_START];
    size_t size = 0;
    int rc = read_bytes(array, start, sizeof start, err);
    if (!rc)
        rc = descry_npy_start(start, sizeof start, &size, array->name, err);
    uint8_t *header = rc ? NULL : descry_alloc(size, 1);
    if (!rc && !header)
        rc = descry_fail_memory(err);
    if (!rc) {
        memcpy(header, start, sizeof start);
        rc = read_bytes(array, header + sizeof start, size - sizeof start, err);
    }
    if (!rc)
        rc = descry_npy_parse(&array->npy, header, size, array->name, err);
    if (!rc)
        rc = check_sizes(array, st, size, most, err);
    array->left = array->npy.bytes;
    free(header);
    return rc;
}

int descry_npz_array_open(descry_npz_array *array, descry_npz *npz, const char *key, uint64_t most, descry_error *err)
{
    zip_stat_t st;
    descry_buf file = {0};
    *array = (descry_npz_array){0};
    size_t path = strlen(npz->path), shown = path < 180 ? path : 180; /* a long path is shown from its end */
    snprintf(array->name, sizeof array->name, "%s: %.60s", npz->path + path - shown, key);
    int rc = descry_buf_printf(&file, err, "%s.npy", key);
    if (rc)
        return rc;
    zip_int64_t at = zip_name_locate(npz->zip, file.data, 0);
    descry_buf_free(&file);
    if (at < 0)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no array '%s' in it", npz->path, key);
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(npz->zip, (zip_uint64_t)at, 0, &st) != 0 || (st.valid & needed) != needed)
        return fail_zip(array->name, zip_get_error(npz->zip), err);
    array->file = zip_fopen_index(npz->zip, (zip_uint64_t)at, 0);
    rc = array->file ? read_header(array, &st, most, err) : fail_zip(array->name, zip_get_error(npz->zip), err);
    if (rc)
        descry_npz_array_close(array);
    return rc;
}

void descry_npz_array_close(descry_npz_array *array)
{
    if (array->file)
        zip_fclose(array->file);
    array->file = NULL;
}

int descry_npz_array_read(descry_npz_array *array, void *out, size_t size, descry_error *err)
{
    if (size > array->left)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: it ends too early", array->name);
    int rc = read_bytes(array, out, size, err);
    array->left -= size;
    if (rc || array->left > 0)
        return rc;
    char more;
    zip_int64_t n = zip_fread(array->file, &more, 1); /* libzip verifies the checksum at the end */
    if (n < 0)
        return fail_zip(array->name, zip_file_get_error(array->file), err);
    return n ? descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: it is too long", array->name) : 0;
}
