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
