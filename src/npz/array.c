/* SPDX-License-Identifier: Apache-2.0 */
#include "npz/array.h"

#include "base/error.h"
#include "base/file.h"
#include "npz/values.h"

#include <stdlib.h>

enum { AT_ONCE = 512 };

static int take_shape(descry_array *array, const descry_npy *npy, const char *name, descry_error *err)
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

static int take_values(descry_array *array, const descry_npy *npy, const uint8_t *bytes, descry_error *err)
{
    double part[AT_ONCE];
    size_t count = (size_t)(npy->bytes / npy->item);
    array->values = descry_alloc(count ? count : 1, sizeof *array->values);
    if (!array->values)
        return descry_fail_memory(err);
    for (size_t i = 0; i < count; i += AT_ONCE) {
        size_t n = count - i < AT_ONCE ? count - i : AT_ONCE;
        descry_npz_numbers(npy, bytes + i * npy->item, n, 1, part);
        for (size_t k = 0; k < n; k++)
            array->values[i + k] = (float)part[k];
    }
    return 0;
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
        rc = take_shape(array, &npy, name, err);
    if (!rc)
        rc = take_values(array, &npy, (const uint8_t *)data + header, err);
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

void descry_array_free(descry_array *array)
{
    free(array->values);
    *array = (descry_array){0};
}
