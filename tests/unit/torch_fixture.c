/* SPDX-License-Identifier: Apache-2.0 */
#include "torch_fixture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(descry_buf *out, const void *bytes, size_t size)
{
    int rc = descry_buf_append(out, bytes, size, NULL);
    assert(rc == 0);
    (void)rc;
}

static void number(descry_buf *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        append(out, &(uint8_t){(uint8_t)(i < 8 ? value >> (8 * i) : 0)}, 1);
}

/* ---- archives ---------------------------------------------------------------------------------------------------- */

/* What local headers and the directory have in common, from the version on. */
static void common(descry_buf *out, const torch_entry *e, uint64_t size, size_t extra)
{
    number(out, 20, 2);
    number(out, e->flags, 2);
    number(out, e->method, 2);
    number(out, 0, 8); /* time, date, checksum */
    number(out, size, 4);
    number(out, size, 4);
    number(out, strlen(e->name), 2);
    number(out, extra, 2);
}

void torch_archive(descry_buf *out, const torch_entry *entries, size_t count, bool wide)
{
    size_t *places = malloc((count + 1) * sizeof *places);
    assert(places);
    for (size_t i = 0; i < count; i++) {
        places[i] = out->size;
        number(out, 0x04034b50, 4);
        common(out, &entries[i], entries[i].size, 4);
        append(out, entries[i].name, strlen(entries[i].name));
        append(out, "FB\0\0", 4); /* an extra field, with which torch aligns */
        append(out, entries[i].bytes, entries[i].size);
    }
    size_t directory = out->size;
    for (size_t i = 0; i < count; i++) {
        uint64_t size = entries[i].size + (uint64_t)entries[i].lie, place = places[i] + (uint64_t)entries[i].shift;
        number(out, 0x02014b50, 4);
        number(out, 20, 2);
        common(out, &entries[i], wide ? UINT32_MAX : size, wide ? 28 : 0);
        number(out, 0, 10); /* comment, disk, attributes */
        number(out, wide ? UINT32_MAX : place, 4);
        append(out, entries[i].name, strlen(entries[i].name));
        if (wide) {
            number(out, 1, 2);
            number(out, 24, 2);
            number(out, size, 8);
            number(out, size, 8);
            number(out, place, 8);
        }
    }
    size_t end = out->size, size = end - directory;
    if (wide) {
        number(out, 0x06064b50, 4);
        number(out, 44, 8);
        number(out, 0x002d002d, 4);
        number(out, 0, 8);
        number(out, count, 8);
        number(out, count, 8);
        number(out, size, 8);
        number(out, directory, 8);
        number(out, 0x07064b50, 4);
        number(out, 0, 4);
        number(out, end, 8);
        number(out, 1, 4);
    }
    number(out, 0x06054b50, 4);
    number(out, 0, 4);
    number(out, wide ? 0xFFFF : count, 2);
    number(out, wide ? 0xFFFF : count, 2);
    number(out, wide ? UINT32_MAX : size, 4);
    number(out, wide ? UINT32_MAX : directory, 4);
    number(out, 0, 2);
    free(places);
}

/* ---- pickles ----------------------------------------------------------------------------------------------------- */

void torch_op(descry_buf *pickle, const char *bytes, size_t size)
{
    append(pickle, bytes, size);
}

void torch_text(descry_buf *pickle, const char *text)
{
    TORCH_OP(pickle, "X");
    number(pickle, strlen(text), 4);
    append(pickle, text, strlen(text));
}

void torch_number(descry_buf *pickle, int64_t value)
{
    TORCH_OP(pickle, "\x8a\x08");
    number(pickle, (uint64_t)value, 8);
}

void torch_storage(descry_buf *pickle, const char *type, const char *key, int64_t elements)
{
    TORCH_OP(pickle, "(");
    torch_text(pickle, "storage");
    TORCH_OP(pickle, "ctorch\n");
    append(pickle, type, strlen(type));
    TORCH_OP(pickle, "\n");
    torch_text(pickle, key);
    torch_text(pickle, "cpu");
    torch_number(pickle, elements);
    TORCH_OP(pickle, "tQ");
}

static void sizes(descry_buf *pickle, int dims, const int64_t *values)
{
    TORCH_OP(pickle, "(");
    for (int i = 0; i < dims; i++)
        torch_number(pickle, values[i]);
    TORCH_OP(pickle, "t");
}

void torch_tensor(descry_buf *pickle, const char *type, const char *key, int64_t elements, int64_t offset, int dims,
                  const int64_t *shape, const int64_t *strides)
{
    TORCH_OP(pickle, "ctorch._utils\n_rebuild_tensor_v2\n(");
    torch_storage(pickle, type, key, elements);
    torch_number(pickle, offset);
    sizes(pickle, dims, shape);
    sizes(pickle, dims, strides);
    TORCH_OP(pickle, "\x89" "ccollections\nOrderedDict\n)RtR");
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

void torch_file(descry_buf *out, const descry_tensors *tensors, const char *prefix, bool nested)
{
    static const char *const types[] = {"FloatStorage", "HalfStorage", "BFloat16Storage"};
    typedef char file_name[32];
    descry_buf pickle = {0};
    torch_entry *entries = calloc(tensors->count + 1, sizeof *entries);
    file_name *names = calloc(tensors->count, sizeof *names);
    assert(entries && names);
    TORCH_OP(&pickle, "\x80\x02");
    if (nested) {
        TORCH_OP(&pickle, "}(");
        torch_text(&pickle, "epoch");
        TORCH_OP(&pickle, "K\x03");
        torch_text(&pickle, "state_dict");
    }
    TORCH_OP(&pickle, "}(");
    for (size_t i = 0; i < tensors->count; i++) {
        const descry_tensor *t = &tensors->tensors[i];
        char name[256];
        int64_t shape[DESCRY_MAX_DIMS], strides[DESCRY_MAX_DIMS], stride = 1;
        for (int d = t->dims - 1; d >= 0; d--) {
            shape[d] = (int64_t)t->shape[d];
            strides[d] = stride;
            stride *= shape[d];
        }
        snprintf(name, sizeof name, "%s%s", prefix, t->name);
        snprintf(names[i], sizeof *names, "archive/data/%zu", i);
        torch_text(&pickle, name);
        torch_tensor(&pickle, types[t->dtype], strrchr(names[i], '/') + 1, stride, 0, t->dims, shape, strides);
        entries[i + 1] = (torch_entry){.name = names[i], .bytes = t->data,
                                       .size = t->elements * descry_dtype_size((descry_dtype)t->dtype)};
    }
    TORCH_OP(&pickle, "u");
    if (nested)
        TORCH_OP(&pickle, "u");
    TORCH_OP(&pickle, ".");
    entries[0] = (torch_entry){.name = "archive/data.pkl", .bytes = pickle.data, .size = pickle.size};
    torch_archive(out, entries, tensors->count + 1, false);
    descry_buf_free(&pickle);
    free(entries);
    free(names);
}
