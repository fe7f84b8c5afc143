/* SPDX-License-Identifier: Apache-2.0
 * NumPy's files: whatever the bytes, as an archive, as an array, and as an array in an archive, values that are there, and
 * no more than there are. */
#include "fuzz.h"

#include "npz/array.h"
#include "npz/npz.h"
#include "npz/values.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { MOST = 1 << 20 };

static void check_error(int rc, const descry_error *err)
{
    require(rc == err->code && err->message[0] && !strpbrk(err->message, "\n\r"));
    require(rc != DESCRY_ERR_MEMORY && rc != DESCRY_ERR_ARGUMENT);
}

/* Values of an array, however it was read. */
static void check_array(const descry_array *array)
{
    size_t count = 1;
    require(array->dims <= 4);
    for (size_t i = 0; i < array->dims; i++)
        count *= array->shape[i];
    fuzz_read(array->values, count * sizeof *array->values);
}

static void read_values(descry_npz_array *array)
{
    const descry_npy *npy = &array->npy;
    descry_error err = {0};
    descry_buf text = {0};
    uint64_t bytes = npy->bytes;
    require(npy->item > 0 && npy->dims <= DESCRY_NPY_DIMS && bytes <= MOST);
    if (npy->item > MOST)
        return;
    uint8_t *item = malloc((size_t)npy->item);
    require(item != NULL);
    for (; bytes > 0; bytes -= npy->item) {
        double number;
        int rc = descry_npz_array_read(array, item, (size_t)npy->item, &err);
        if (rc) {
            check_error(rc, &err);
            break;
        }
        if (npy->type == 'f')
            descry_npz_numbers(npy, item, 1, 1, &number);
        else if ((rc = descry_npz_text(npy, item, &text, &err)) != 0)
            check_error(rc, &err);
        else {
            require(strlen(text.data) == text.size);
            require(npy->type != 'U' || descry_npz_points(text.data, text.size, NULL) <= npy->item / 4);
        }
    }
    free(item);
    descry_buf_free(&text);
}

static void read_archive(const void *data, size_t size)
{
    static const char *const keys[] = {"a", "b", "c", "../a"};
    const char *path = fuzz_file(data, size);
    descry_npz *npz;
    descry_error err = {0};
    int rc = descry_npz_open(&npz, path, &err);
    if (rc) {
        check_error(rc, &err);
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        descry_npz_array array;
        descry_array whole;
        rc = descry_npz_array_open(&array, npz, keys[i], MOST, &err);
        if (rc)
            check_error(rc, &err);
        else
            read_values(&array);
        descry_npz_array_close(&array);
        if (rc == DESCRY_ERR_LIMIT) /* more than there shall be here */
            continue;
        rc = descry_array_read_npz(&whole, path, keys[i], &err);
        if (rc)
            check_error(rc, &err);
        else
            check_array(&whole);
        descry_array_free(&whole);
    }
    descry_npz_close(&npz);
}

/* An archive with one array whose checksum is right, so that what is in it is looked at. */
static void read_member(const void *data, size_t size)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = archive ? zip_open_from_source(archive, ZIP_TRUNCATE, &error) : NULL;
    require(zip != NULL);
    zip_source_keep(archive);
    zip_int64_t at = zip_file_add(zip, "a.npy", zip_source_buffer(zip, data, size, 0), 0);
    require(at == 0 && zip_set_file_compression(zip, 0, ZIP_CM_STORE, 0) == 0 && zip_close(zip) == 0);
    require(zip_source_open(archive) == 0);
    uint8_t *bytes = malloc(size + 1024);
    require(bytes != NULL);
    zip_int64_t all = zip_source_read(archive, bytes, size + 1024);
    require(all > 0);
    zip_source_close(archive);
    zip_source_free(archive);
    zip_error_fini(&error);
    read_archive(bytes, (size_t)all);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    descry_array array;
    descry_error err = {0};
    if (size > 1 && data[0] == 'P') {
        read_archive(data, size);
        return 0;
    }
    int rc = descry_array_parse(&array, data, size, "x", &err);
    if (rc)
        check_error(rc, &err);
    else
        check_array(&array);
    descry_array_free(&array);
    read_member(data, size);
    return 0;
}
