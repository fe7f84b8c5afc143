/* SPDX-License-Identifier: Apache-2.0
 * Files that torch saved: whatever the bytes, each tensor lies in the file or in memory of its own, has as many elements as
 * its shape says, and a name of its own.  What is no archive is run as the pickle of one that has storages 0 to 2. */
#include "fuzz.h"

#include "tensors/tensors.h"
#include "unit/torch_fixture.h"

#include <string.h>

static void check_tensor(const descry_tensors *f, const descry_tensor *t)
{
    size_t elements = 1;
    require(t->dims >= 0 && t->dims <= DESCRY_MAX_DIMS && t->dtype >= -1 && t->dtype < DESCRY_DTYPE_COUNT);
    for (int i = 0; i < t->dims; i++)
        elements *= t->shape[i];
    require(elements == t->elements && descry_tensors_find(f, t->name) == t);
    fuzz_read(t->data, t->dtype < 0 ? elements : elements * descry_dtype_size((descry_dtype)t->dtype));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t storages[3][64] = {{1}, {2}, {0}};
    descry_buf file = {0};
    if (size < 2 || memcmp(data, "PK", 2) != 0) {
        const torch_entry entries[] = {{.name = "a/data.pkl", .bytes = data, .size = size},
                                       {.name = "a/data/0", .bytes = storages[0], .size = 64},
                                       {.name = "a/data/1", .bytes = storages[1], .size = 24},
                                       {.name = "a/data/2", .bytes = storages[2], .size = 0}};
        torch_archive(&file, entries, 4, false);
    }
    descry_tensors tensors;
    descry_error err = {0};
    const char *path = file.size ? fuzz_file(file.data, file.size) : fuzz_file(data, size);
    int rc = descry_tensors_open_as(&tensors, &descry_torch, path, &err);
    descry_buf_free(&file);
    if (rc) {
        require(rc == err.code && !strpbrk(err.message, "\n\r") &&
                (rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_UNSUPPORTED || rc == DESCRY_ERR_LIMIT));
        return 0;
    }
    for (size_t i = 0; i < tensors.count; i++) {
        check_tensor(&tensors, &tensors.tensors[i]);
        require(i == 0 || strcmp(tensors.tensors[i - 1].name, tensors.tensors[i].name) < 0);
    }
    descry_tensors_close(&tensors);
    return 0;
}
