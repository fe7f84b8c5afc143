/* SPDX-License-Identifier: Apache-2.0 */
#include "tensors/tensors.h"

#include "base/error.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_HEADER = 100000000 }; /* as in the format's own implementation */

typedef struct span {
    size_t begin, end;
    const char *name;
} span;

static int bad(const descry_tensors *f, const char *tensor, const char *why, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": %s", f->path, tensor, why);
}

static size_t element_size(const char *name, int *dtype)
{
    static const struct {
        const char *name;
        int dtype;
        size_t size;
    } types[] = {{"F32", DESCRY_F32, 4}, {"F16", DESCRY_F16, 2}, {"BF16", DESCRY_BF16, 2}, {"F64", -1, 8},
                 {"I64", -1, 8}, {"U64", -1, 8}, {"I32", -1, 4}, {"U32", -1, 4}, {"I16", -1, 2}, {"U16", -1, 2},
                 {"I8", -1, 1}, {"U8", -1, 1}, {"BOOL", -1, 1}, {"F8_E4M3", -1, 1}, {"F8_E5M2", -1, 1}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0) {
            *dtype = types[i].dtype;
            return types[i].size;
        }
    return 0;
}

static bool to_size(const json_t *value, size_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (size_t)json_integer_value(value);
    return true;
}

static int read_entry(descry_tensors *f, descry_tensor *t, span *at, size_t data_size, json_t *entry,
                      descry_error *err)
{
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape"), *offsets = json_object_get(entry, "data_offsets");
    size_t size = type ? element_size(type, &t->dtype) : 0, bytes = size;
    if (!size)
        return bad(f, t->name, "unknown dtype", err);
    if (!json_is_array(shape) || json_array_size(shape) > DESCRY_MAX_DIMS)
        return bad(f, t->name, "bad shape", err);
    t->dims = (int)json_array_size(shape);
    t->elements = 1;
    for (int i = 0; i < t->dims; i++)
        if (!to_size(json_array_get(shape, (size_t)i), &t->shape[i]) ||
            __builtin_mul_overflow(t->elements, t->shape[i], &t->elements))
            return bad(f, t->name, "bad shape", err);
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 || !to_size(json_array_get(offsets, 0), &at->begin) ||
        !to_size(json_array_get(offsets, 1), &at->end) || at->begin > at->end)
        return bad(f, t->name, "bad data_offsets", err);
    if (at->end > data_size)
        return bad(f, t->name, "its data lies beyond the end of the file", err);
    if (__builtin_mul_overflow(t->elements, size, &bytes) || bytes != at->end - at->begin)
        return bad(f, t->name, "data_offsets do not fit the shape", err);
    at->name = t->name;
    t->data = f->map.data + (f->map.size - data_size) + at->begin;
    return 0;
}

static int by_begin(const void *a, const void *b)
{
    const span *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static int check_spans(const descry_tensors *f, span *spans, size_t count, size_t data_size, descry_error *err)
{
    qsort(spans, count, sizeof *spans, by_begin);
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (spans[i].begin < end)
            return bad(f, spans[i].name, "its data overlaps that of another tensor", err);
        if (spans[i].begin > end)
            return bad(f, spans[i].name, "there is a gap before its data", err);
        end = spans[i].end;
    }
    if (end != data_size)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: %zu bytes after the last tensor", f->path, data_size - end);
    return 0;
}

static int read_header(descry_tensors *f, json_t *header, size_t data_size, descry_error *err)
{
    size_t most = json_object_size(header);
    f->tensors = descry_arena_alloc(&f->arena, most, sizeof *f->tensors);
    span *spans = descry_alloc(most, sizeof *spans);
    int rc = f->tensors && spans ? 0 : descry_fail_memory(err);
    const char *name;
    json_t *entry;
    json_object_foreach(header, name, entry)
    {
        if (rc)
            break;
        if (strcmp(name, "__metadata__") == 0)
            continue;
        descry_tensor *t = &f->tensors[f->count];
        *t = (descry_tensor){.name = descry_arena_strdup(&f->arena, name)};
        rc = t->name ? read_entry(f, t, &spans[f->count], data_size, entry, err) : descry_fail_memory(err);
        f->count++;
    }
    if (!rc)
        rc = check_spans(f, spans, f->count, data_size, err);
    free(spans);
    return rc;
}

static int read_safetensors(descry_tensors *f, descry_error *err)
{
    uint64_t length = 0;
    for (size_t i = 0; i < 8 && f->map.size >= 8; i++)
        length |= (uint64_t)f->map.data[i] << (8 * i);
    if (f->map.size < 8)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a safetensors file: only %zu bytes", f->path, f->map.size);
    if (length > MAX_HEADER || length > f->map.size - 8)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a safetensors file: its header would be %llu bytes", f->path,
                           (unsigned long long)length);
    json_error_t where;
    int code;
    json_t *header = descry_json_load((const char *)f->map.data + 8, (size_t)length, JSON_REJECT_DUPLICATES, &where, &code);
    if (!header && code == DESCRY_ERR_MEMORY)
        return descry_fail_memory(err);
    int rc = json_is_object(header) ? read_header(f, header, f->map.size - 8 - (size_t)length, err)
                                    : descry_fail(err, DESCRY_ERR_FORMAT, "%s: bad header: %s", f->path,
                                                  header ? "not an object" : where.text);
    json_decref(header);
    return rc;
}

static bool claim_safetensors(const uint8_t *bytes, size_t size)
{
    return size > 8 && bytes[8] == '{';
}

const descry_tensor_reader descry_safetensors = {"safetensors", claim_safetensors, read_safetensors};
