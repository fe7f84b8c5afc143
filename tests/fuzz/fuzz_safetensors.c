/* SPDX-License-Identifier: Apache-2.0
 * Files of weights: whatever the bytes, each tensor lies in the file, apart from all others, and has as many bytes as its
 * shape says. */
#include "fuzz.h"

#include "tensors/tensors.h"

#include <string.h>

static size_t check_tensor(const descry_tensors *f, const descry_tensor *t)
{
    static const size_t sizes[] = {[DESCRY_F32] = 4, [DESCRY_F16] = 2, [DESCRY_BF16] = 2};
    const uint8_t *begin = t->data, *end = f->map.data + f->map.size;
    size_t elements = 1;
    char text[DESCRY_SHAPE_TEXT];
    require(t->dims >= 0 && t->dims <= DESCRY_MAX_DIMS);
    for (int i = 0; i < t->dims; i++)
        elements *= t->shape[i];
    require(elements == t->elements && begin >= f->map.data + 8 && begin <= end);
    require(descry_tensors_find(f, t->name) == t);
    require(strlen(descry_shape_text(text, t->shape, t->dims)) < sizeof text);
    size_t bytes = t->dtype < 0 ? 0 : elements * sizes[t->dtype]; /* at least, of a type that weights do not have */
    require(bytes <= (size_t)(end - begin));
    fuzz_read(begin, bytes);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    descry_tensors file;
    descry_error err = {0};
    int rc = descry_tensors_open_as(&file, &descry_safetensors, fuzz_file(data, size), &err);
    if (rc) {
        require(rc == err.code && rc == DESCRY_ERR_FORMAT && !strpbrk(err.message, "\n\r"));
        return 0;
    }
    size_t bytes = 0;
    for (size_t i = 0; i < file.count; i++) {
        bytes += check_tensor(&file, &file.tensors[i]);
        require(i == 0 || strcmp(file.tensors[i - 1].name, file.tensors[i].name) < 0);
    }
    require(bytes <= size - 8);
    descry_tensors_close(&file);
    return 0;
}
