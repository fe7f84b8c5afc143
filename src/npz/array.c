/* SPDX-License-Identifier: Apache-2.0 */
#include "npz/array.h"

#include "base/error.h"
#include "base/file.h"
#include "npz/npz.h"
#include "npz/values.h"

#include <stdlib.h>

#define MAX_BYTES (UINT64_C(1) << 36)

enum { AT_ONCE = 512 };

static int copy_shape(descry_array *array, const descry_npy *npy, const char *name, descry_error *err)
{
    if (npy->type != 'f')
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: texts where numbers are wanted", name);
    if (npy->fortran && npy->dims > 1)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: in Fortran order; C order is wanted", name);
    array->dims = npy->dims;
    if (npy->dims > sizeof array->shape / sizeof *array->shape)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: %zu dimensions", name, npy->dims);
    for (size_t i = 0; i < npy->dims; i++)
        array->shape[i] = (size_t)npy->shape[i];
    return 0;
}

static int allocate_values(descry_array *array, const descry_npy *npy, descry_error *err)
{
    size_t count = (size_t)(npy->bytes / npy->item);
    array->values = descry_alloc(count ? count : 1, sizeof *array->values);
    return array->values ? 0 : descry_fail_memory(err);
}

/* Converts n values, at most AT_ONCE, to values[first ..]. */
static void convert_values(descry_array *array, const descry_npy *npy, const uint8_t *bytes, size_t first, size_t n)
{
    double part[AT_ONCE];
    descry_npz_numbers(npy, bytes, n, 1, part);
    for (size_t i = 0; i < n; i++)
        array->values[first + i] = (float)part[i];
}

static size_t next_count(const descry_npy *npy, size_t first)
{
    size_t left = (size_t)(npy->bytes / npy->item) - first;
    return left < AT_ONCE ? left : AT_ONCE;
}

int descry_array_parse(descry_array *array, const void *data, size_t size, const char *name, descry_error *err)
{
    descry_npy npy;
    size_t header;
    *array = (descry_array){0};
    int rc = descry_npy_start(data, size, &header, name, err);
    if (!rc && header > size)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a NumPy array: its header is cut off", name);
    if (!rc)
        rc = descry_npy_parse(&npy, data, header, name, err);
    if (!rc && npy.bytes != size - header)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: %zu bytes of values do not fit its shape", name, size - header);
    if (!rc)
        rc = copy_shape(array, &npy, name, err);
    if (!rc)
        rc = allocate_values(array, &npy, err);
    for (size_t i = 0, n; !rc && (n = next_count(&npy, i)) > 0; i += n)
        convert_values(array, &npy, (const uint8_t *)data + header + i * npy.item, i, n);
    if (rc)
        descry_array_free(array);
    return rc;
}

int descry_array_read(descry_array *array, const char *path, descry_error *err)
{
    descry_map map;
    *array = (descry_array){0};
    int rc = descry_map_open(&map, path, err);
    if (rc)
        return rc;
    rc = descry_array_parse(array, map.data, map.size, path, err);
    descry_map_close(&map);
    return rc;
}

static int read_member(descry_array *array, descry_npz_array *member, descry_error *err)
{
    uint8_t bytes[AT_ONCE * sizeof(double)]; /* the widest type */
    const descry_npy *npy = &member->npy;
    int rc = copy_shape(array, npy, member->name, err);
    if (!rc)
        rc = allocate_values(array, npy, err);
    for (size_t i = 0, n; !rc && (n = next_count(npy, i)) > 0; i += n) {
        rc = descry_npz_array_read(member, bytes, n * (size_t)npy->item, err);
        if (!rc)
            convert_values(array, npy, bytes, i, n);
    }
    return rc;
}

int descry_array_read_npz(descry_array *array, const char *path, const char *key, descry_error *err)
{
    descry_npz *npz;
    descry_npz_array member;
    *array = (descry_array){0};
    int rc = descry_npz_open(&npz, path, err);
    if (rc)
        return rc;
    rc = descry_npz_array_open(&member, npz, key, MAX_BYTES, err);
    if (!rc) {
        rc = read_member(array, &member, err);
        descry_npz_array_close(&member);
    }
    descry_npz_close(&npz);
    if (rc)
        descry_array_free(array);
    return rc;
}

void descry_array_free(descry_array *array)
{
    free(array->values);
    *array = (descry_array){0};
}
