/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/loader.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_NAME = 256, PACKED_BLOCK = 32 << 20 /* bytes */ };

/* ---- finding --------------------------------------------------------------------------------------------------- */

/* What does not fit is cut: then there is no tensor of that name. */
static const char *join(char name[MAX_NAME], const char *prefix, const char *rest)
{
    size_t n = 0;
    for (; *prefix && n < MAX_NAME - 1; prefix++)
        name[n++] = *prefix;
    for (; *rest && n < MAX_NAME - 1; rest++)
        name[n++] = *rest;
    name[n] = 0;
    return name;
}

descry_tensor *descry_load_tensor(descry_loader *l, const char *prefix, const char *rest)
{
    char name[MAX_NAME];
    if (l->rc)
        return NULL;
    descry_tensor *t = descry_tensors_find(l->file, join(name, prefix, rest));
    if (!t) {
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\" is missing", l->file->path, name);
        return NULL;
    }
    if (t->dtype < 0) {
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": not of type F32, F16 or BF16", l->file->path,
                            name);
        return NULL;
    }
    if (!t->used)
        l->parameters += t->elements;
    t->used = true;
    return t;
}

void descry_load_ignore(descry_loader *l, const char *prefix, const char *rest)
{
    char name[MAX_NAME];
    descry_tensor *t = l->rc ? NULL : descry_tensors_find(l->file, join(name, prefix, rest));
    if (t)
        t->used = true;
}

void descry_load_misshapen(descry_loader *l, const descry_tensor *t, const char *expected)
{
    char found[DESCRY_SHAPE_TEXT];
    if (!l->rc)
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": shape %s, expected %s", l->file->path, t->name,
                            descry_shape_text(found, t->shape, t->dims), expected);
}

descry_tensor *descry_load_shaped(descry_loader *l, const char *prefix, const char *name, int dims, ...)
{
    descry_tensor *t = descry_load_tensor(l, prefix, name);
    if (!t)
        return NULL;
    size_t shape[DESCRY_MAX_DIMS];
    va_list args;
    va_start(args, dims);
    for (int i = 0; i < dims; i++)
        shape[i] = va_arg(args, size_t);
    va_end(args);
    if (t->dims == dims && memcmp(t->shape, shape, (size_t)dims * sizeof *shape) == 0)
        return t;
    char expected[DESCRY_SHAPE_TEXT];
    descry_load_misshapen(l, t, descry_shape_text(expected, shape, dims));
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

static void *room(descry_loader *l, size_t n, size_t size)
{
    void *memory = l->rc ? NULL : descry_arena_alloc(l->arena, n, size);
    if (!memory && !l->rc)
        l->rc = descry_fail_memory(l->err);
    return memory;
}

void *descry_load_alloc(descry_loader *l, size_t n, size_t size)
{
    void *memory = room(l, n, size);
    return memory ? memset(memory, 0, n * size) : NULL;
}

float *descry_load_floats(descry_loader *l, const descry_tensor *t)
{
    float *values = t ? room(l, t->elements, sizeof *values) : NULL;
    if (values)
        descry_to_f32(values, t->data, (descry_dtype)t->dtype, t->elements);
    return values;
}

const float *descry_load_vector(descry_loader *l, const char *prefix, const char *name, size_t n)
{
    return descry_load_floats(l, descry_load_shaped(l, prefix, name, 1, n));
}

float descry_load_scalar(descry_loader *l, const char *name)
{
    const descry_tensor *t = descry_load_tensor(l, "", name);
    float value = 0;
    if (t && (t->elements != 1 || t->dims > 1))
        descry_load_misshapen(l, t, "[] or [1]");
    else if (t)
        descry_to_f32(&value, t->data, (descry_dtype)t->dtype, 1);
    return value;
}

void descry_load_refuse_rest(descry_loader *l)
{
    const descry_tensors *f = l->file;
    for (size_t i = 0; i < f->count && !l->rc; i++) {
        const descry_tensor *t = &f->tensors[i];
        char found[DESCRY_SHAPE_TEXT];
        if (!t->used)
            l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\", shape %s, is not part of this model",
                                f->path, t->name, descry_shape_text(found, t->shape, t->dims));
    }
}

/* ---- linear layers --------------------------------------------------------------------------------------------- */

static void add_linear(descry_loader *l, descry_linear *linear, const descry_tensor *t, size_t first, descry_linear shape)
{
    struct descry_linear_item *item = t ? room(l, 1, sizeof *item) : NULL;
    if (!item)
        return;
    *linear = shape;
    linear->type = (descry_dtype)t->dtype;
    linear->source = (const char *)t->data + first * shape.k * descry_dtype_size(linear->type);
    *item = (struct descry_linear_item){.linear = linear};
    struct descry_linear_item **end = l->linears->end ? l->linears->end : &l->linears->first;
    *end = item;
    l->linears->end = &item->next;
}

void descry_load_rows(descry_loader *l, descry_linear *linear, const descry_tensor *t, size_t first, size_t n, size_t k,
                      const float *bias)
{
    add_linear(l, linear, t, first, (descry_linear){.n = n, .k = k, .n_stride = k, .k_stride = 1, .bias = bias});
}

void descry_load_linear(descry_loader *l, descry_linear *linear, const char *prefix, const char *rest, size_t n, size_t k)
{
    char name[MAX_NAME];
    const descry_tensor *t = descry_load_shaped(l, join(name, prefix, rest), ".weight", 2, n, k);
    descry_load_rows(l, linear, t, 0, n, k, descry_load_vector(l, name, ".bias", n));
}

void descry_load_matrix(descry_loader *l, descry_linear *linear, const char *prefix, const char *name, size_t k, size_t n)
{
    add_linear(l, linear, descry_load_shaped(l, prefix, name, 2, k, n), 0,
        (descry_linear){.n = n, .k = k, .n_stride = 1, .k_stride = n});
}

/* ---- packing --------------------------------------------------------------------------------------------------- */

int descry_linears_pack(const descry_linears *linears, const descry_engine *engine, bool bf16, descry_arena *arena,
                        const descry_tensors *file, descry_error *err)
{
    arena->least = PACKED_BLOCK;
    for (const struct descry_linear_item *i = linears->first; i; i = i->next) {
        descry_linear *l = i->linear;
        if (l->packed)
            continue;
        l->packed_type = bf16 && l->type == DESCRY_F32 ? DESCRY_BF16 : l->type;
        size_t size = descry_packed_size(engine->kernels, l->packed_type, l->n, l->k);
        void *packed = size == SIZE_MAX ? NULL : descry_arena_alloc(arena, size, descry_dtype_size(l->packed_type));
        if (!packed)
            return descry_fail_memory(err);
        descry_linear_pack(engine, l, packed);
        descry_map_release(&file->map); /* the packed copy is the one in use */
    }
    return 0;
}

bool descry_linears_any_f32(const descry_linears *linears)
{
    for (const struct descry_linear_item *i = linears->first; i; i = i->next)
        if (i->linear->type == DESCRY_F32)
            return true;
    return false;
}
