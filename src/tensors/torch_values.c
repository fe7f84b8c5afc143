/* SPDX-License-Identifier: Apache-2.0
 * After torch/_utils.py, torch/serialization.py (persistent_load) and torch/jit/_pickle.py. */
#include "tensors/torch_values.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { MAX_KEY = 64 };

typedef descry_pickle machine;
typedef descry_pickle_value value;
typedef descry_pickle_global global;

static int bad(machine *p, const char *why)
{
    return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "%s", why);
}

/* ---- storages ---------------------------------------------------------------------------------------------------- */

/* By the tags of `globals`. */
static const torch_type types[] = {
    {DESCRY_F32, 4, false}, {DESCRY_F16, 2, false}, {DESCRY_BF16, 2, false}, {-1, 8, true}, {-1, 8, false},
    {-1, 4, false}, {-1, 2, false}, {-1, 1, false}, {-1, 1, false}, {-1, 1, false},
};

const descry_archive_file *descry_torch_find(const torch_file *file, const char *name, size_t size)
{
    char path[1024];
    if (file->prefix_size + size > sizeof path)
        return NULL;
    memcpy(path, file->prefix, file->prefix_size);
    memcpy(path + file->prefix_size, name, size);
    return descry_archive_find(&file->archive, path, file->prefix_size + size);
}

static int size_of(machine *p, const value *v, size_t *out)
{
    if (v->kind != DESCRY_PICKLE_INTEGER)
        return bad(p, "a size that is no integer");
    if (v->as.integer < 0)
        return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "a size of %lld", (long long)v->as.integer);
    *out = (size_t)v->as.integer;
    return 0;
}

static int open_storage(machine *p, const torch_type *type, const value *key, size_t elements, value *out)
{
    torch_file *file = p->arg;
    char name[MAX_KEY + 8];
    int size = snprintf(name, sizeof name, "data/%.*s", (int)key->size, key->as.text);
    const descry_archive_file *found = descry_torch_find(file, name, (size_t)size);
    if (!found)
        return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "storage %s is not in the archive", name);
    if (elements > found->size / type->size)
        return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "storage %s: %llu bytes, too few for %zu elements", name,
                                  (unsigned long long)found->size, elements);
    torch_storage *storage = descry_arena_alloc(&file->arena, 1, sizeof *storage);
    if (!storage)
        return descry_fail_memory(p->err);
    *storage = (torch_storage){.type = type, .elements = elements};
    *out = (value){.kind = TORCH_STORAGE, .as.own = storage};
    return descry_archive_bytes(&file->archive, found, &storage->data, p->err);
}

/* ("storage", type, key, location, elements), in old archives with None at its end: a view */
static int persistent(machine *p, const value *id, value *out)
{
    const descry_pickle_node *n = id->kind == DESCRY_PICKLE_TUPLE ? id->as.node : NULL;
    const value *items = n ? n->items : NULL;
    size_t elements = 0;
    if (!n || (n->count != 5 && (n->count != 6 || items[5].kind != DESCRY_PICKLE_NONE)) ||
        !descry_pickle_is_text(&items[0], "storage") || items[1].kind != DESCRY_PICKLE_GLOBAL || items[1].as.global->tag < 0 ||
        items[2].kind != DESCRY_PICKLE_TEXT || items[2].size > MAX_KEY)
        return bad(p, "not a storage as torch writes it");
    int rc = size_of(p, &items[4], &elements);
    return rc ? rc : open_storage(p, &types[items[1].as.global->tag], &items[2], elements, out);
}

/* ---- tensors ----------------------------------------------------------------------------------------------------- */

static int sizes_of(machine *p, const value *v, size_t sizes[DESCRY_MAX_DIMS], int dims)
{
    int rc = 0;
    for (int i = 0; !rc && i < dims; i++)
        rc = size_of(p, &v->as.node->items[i], &sizes[i]);
    return rc;
}

/* The last of its elements must be one of the storage's. */
static int check_extent(machine *p, torch_tensor *t)
{
    size_t last = t->offset, step;
    t->elements = 1;
    for (int i = 0; i < t->dims; i++)
        if (t->shape[i] == 0)
            t->elements = 0;
    for (int i = 0; i < t->dims && t->elements; i++) {
        if (__builtin_mul_overflow(t->elements, t->shape[i], &t->elements))
            return bad(p, "a tensor of too many elements");
        if (__builtin_mul_overflow(t->shape[i] - 1, t->strides[i], &step) || __builtin_add_overflow(last, step, &last))
            return bad(p, "a tensor that reaches beyond its storage");
    }
    if (t->elements ? last >= t->storage->elements : t->offset > t->storage->elements)
        return bad(p, "a tensor that reaches beyond its storage");
    return 0;
}

/* (storage, offset, shape, strides, requires_grad, hooks); a seventh says how to read the bits of complex numbers */
static int rebuild_tensor(machine *p, const global *self, const value *args, size_t count, value *out)
{
    (void)self;
    torch_file *file = p->arg;
    if (count != 6 || args[0].kind != TORCH_STORAGE || args[2].kind != DESCRY_PICKLE_TUPLE ||
        args[3].kind != DESCRY_PICKLE_TUPLE || args[4].kind != DESCRY_PICKLE_BOOL || args[5].kind != DESCRY_PICKLE_DICT ||
        args[5].as.node->count || args[2].as.node->count != args[3].as.node->count)
        return bad(p, "not a tensor as torch writes it");
    if (args[2].as.node->count > DESCRY_MAX_DIMS)
        return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "a tensor of %zu dimensions", args[2].as.node->count);
    torch_tensor *t = descry_arena_alloc(&file->arena, 1, sizeof *t);
    if (!t)
        return descry_fail_memory(p->err);
    *t = (torch_tensor){.storage = args[0].as.own, .dims = (int)args[2].as.node->count};
    *out = (value){.kind = TORCH_TENSOR, .as.own = t};
    int rc = size_of(p, &args[1], &t->offset);
    if (!rc)
        rc = sizes_of(p, &args[2], t->shape, t->dims);
    if (!rc)
        rc = sizes_of(p, &args[3], t->strides, t->dims);
    return rc ? rc : check_extent(p, t);
}

/* (tensor, requires_grad, hooks) */
static int rebuild_parameter(machine *p, const global *self, const value *args, size_t count, value *out)
{
    (void)self;
    if (count != 3 || args[0].kind != TORCH_TENSOR)
        return bad(p, "not a parameter as torch writes it");
    *out = args[0];
    return 0;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static int ordered_dict(machine *p, const global *self, const value *args, size_t count, value *out)
{
    (void)self, (void)args;
    return count ? bad(p, "an OrderedDict that is not empty") : descry_pickle_make(p, DESCRY_PICKLE_DICT, out);
}

/* torch.Size(tuple), lists of one type, a value with its type: the first argument as it is. */
static int as_it_is(machine *p, const global *self, const value *args, size_t count, value *out)
{
    if (count < 1 || count > 2)
        return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "%s with %zu arguments", self->name, count);
    *out = args[0];
    return 0;
}

static const global *find(const char *module, const char *name)
{
    static const global globals[] = {
        {"torch", "FloatStorage", NULL, false, 0},
        {"torch", "HalfStorage", NULL, false, 1},
        {"torch", "BFloat16Storage", NULL, false, 2},
        {"torch", "DoubleStorage", NULL, false, 3},
        {"torch", "LongStorage", NULL, false, 4},
        {"torch", "IntStorage", NULL, false, 5},
        {"torch", "ShortStorage", NULL, false, 6},
        {"torch", "CharStorage", NULL, false, 7},
        {"torch", "ByteStorage", NULL, false, 8},
        {"torch", "BoolStorage", NULL, false, 9},
        {"torch._utils", "_rebuild_tensor_v2", rebuild_tensor, false, -1},
        {"torch._utils", "_rebuild_parameter", rebuild_parameter, false, -1},
        {"collections", "OrderedDict", ordered_dict, false, -1},
        {"torch", "Size", as_it_is, false, -1},
        {"torch.jit._pickle", "build_intlist", as_it_is, false, -1},
        {"torch.jit._pickle", "build_doublelist", as_it_is, false, -1},
        {"torch.jit._pickle", "build_boollist", as_it_is, false, -1},
        {"torch.jit._pickle", "build_tensorlist", as_it_is, false, -1},
        {"torch.jit._pickle", "restore_type_tag", as_it_is, false, -1},
    };
    static const global class_of_script = {"__torch__", "class", NULL, true, -1};
    static const char script[] = "__torch__";
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
        if (strcmp(module, globals[i].module) == 0 && strcmp(name, globals[i].name) == 0)
            return &globals[i];
    size_t n = sizeof script - 1; /* the modules of TorchScript are all below this one */
    return strncmp(module, script, n) == 0 && (!module[n] || module[n] == '.') ? &class_of_script : NULL;
}

const descry_pickle_rules descry_torch_rules = {find, persistent};
