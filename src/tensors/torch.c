/* SPDX-License-Identifier: Apache-2.0
 * Files as torch.save and torch.jit.save write them since torch 1.6: a zip archive with a pickle, data.pkl, and a file for
 * each storage, data/0, data/1 ... */
#include "tensors/tensors.h"
#include "tensors/torch_values.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_PICKLE = 64 << 20, MAX_NAME = 1024, MAX_DEPTH = 64, /* of modules in modules */
    MAX_TENSORS = 1 << 17, /* and modules */
    MORE_TIMES = 4, MORE_BYTES = 64 << 20 /* copies may take so many times the file's size, and so many bytes more */
};

typedef struct reading {
    descry_tensors *out;
    torch_file file;
    descry_pickle pickle;
    size_t room, seen; /* of out->tensors, for as long as they are read; tensors and modules */
    size_t left;       /* bytes that may still be copied */
    descry_error *err;
} reading;

/* ---- a tensor ---------------------------------------------------------------------------------------------------- */

static bool is_contiguous(const torch_tensor *t)
{
    size_t stride = 1;
    for (int i = t->dims - 1; i >= 0; i--) {
        if (t->shape[i] != 1 && t->strides[i] != stride)
            return false;
        stride *= t->shape[i];
    }
    return true;
}

static void gather(void *to, const torch_tensor *t)
{
    const torch_type *type = t->storage->type;
    size_t at[DESCRY_MAX_DIMS] = {0}, from = t->offset;
    for (size_t i = 0; i < t->elements; i++) {
        const uint8_t *element = t->storage->data + from * type->size;
        if (type->is_f64) {
            double wide;
            memcpy(&wide, element, sizeof wide);
            ((float *)to)[i] = (float)wide;
        } else
            memcpy((uint8_t *)to + i * type->size, element, type->size);
        for (int d = t->dims - 1; d >= 0; d--) { /* to the next one, as an odometer turns */
            from += t->strides[d];
            if (++at[d] < t->shape[d])
                break;
            from -= t->shape[d] * t->strides[d];
            at[d] = 0;
        }
    }
}

/* What is not in the file as it is used: with strides of its own, or in f64. */
static int copy(reading *r, descry_tensor *to, const torch_tensor *t)
{
    size_t size = t->storage->type->is_f64 ? sizeof(float) : t->storage->type->size, bytes;
    if (__builtin_mul_overflow(t->elements, size, &bytes) || bytes > r->left)
        return descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: tensor \"%s\": its copy would be too large for a file of %zu bytes",
                           r->out->path, to->name, r->out->map.size);
    void *memory = descry_arena_alloc(&r->out->arena, t->elements, size);
    if (!memory)
        return descry_fail_memory(r->err);
    r->left -= bytes;
    gather(memory, t);
    to->data = memory;
    return 0;
}

static int place(reading *r, const char *name, const torch_tensor *t)
{
    descry_tensors *out = r->out;
    if (out->count == r->room) {
        size_t room = r->room ? 2 * r->room : 256;
        descry_tensor *tensors = descry_realloc(out->tensors, room, sizeof *tensors);
        if (!tensors)
            return descry_fail_memory(r->err);
        out->tensors = tensors;
        r->room = room;
    }
    const torch_type *type = t->storage->type;
    descry_tensor *to = &out->tensors[out->count];
    *to = (descry_tensor){.name = descry_arena_strdup(&out->arena, name), .dtype = type->is_f64 ? DESCRY_F32 : type->dtype,
                          .dims = t->dims, .elements = t->elements};
    if (!to->name)
        return descry_fail_memory(r->err);
    memcpy(to->shape, t->shape, sizeof to->shape);
    out->count++;
    if (t->elements && (type->is_f64 || !is_contiguous(t)))
        return copy(r, to, t);
    to->data = t->storage->data + t->offset * type->size;
    return 0;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static int count(reading *r)
{
    return ++r->seen > MAX_TENSORS ? descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: more than %d tensors and modules", r->out->path,
                                                 MAX_TENSORS)
                                   : 0;
}

/* name[at] on: `key`, and a dot where one follows */
static int put_name(reading *r, char name[MAX_NAME], size_t at, const descry_pickle_value *key, const char *after)
{
    if (key->kind != DESCRY_PICKLE_TEXT)
        return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: a name that is no text", r->out->path);
    if (key->size + 2 > MAX_NAME - at)
        return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: tensor \"%.*s...\": a name of more than %d bytes", r->out->path,
                           100, key->as.text, MAX_NAME);
    memcpy(name + at, key->as.text, key->size);
    strcpy(name + at + key->size, after);
    return 0;
}

static int read_dict(reading *r, const descry_pickle_node *dict)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < dict->count; i += 2) {
        const descry_pickle_value *v = &dict->items[i + 1];
        char name[MAX_NAME];
        rc = put_name(r, name, 0, &dict->items[i], "");
        if (!rc && v->kind != TORCH_TENSOR)
            rc = descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: \"%s\" is no tensor", r->out->path, name);
        if (!rc)
            rc = count(r);
        if (!rc)
            rc = place(r, name, v->as.own);
    }
    return rc;
}

/* As open_clip's load_state_dict takes them away from modules. */
static bool is_dropped(const char *name)
{
    return strcmp(name, "input_resolution") == 0 || strcmp(name, "context_length") == 0 || strcmp(name, "vocab_size") == 0;
}

/* A module's attributes that are tensors, and those of the modules in it.  Not by recursion: what is in what the file says. */
static int read_module(reading *r, const descry_pickle_node *object)
{
    struct level {
        const descry_pickle_node *state;
        size_t next, name; /* of its attributes; the size of the name before theirs */
    } levels[MAX_DEPTH];
    char name[MAX_NAME];
    size_t depth = 0;
    int rc = 0;
    if (object->count)
        levels[depth++] = (struct level){object->items[0].as.node, 0, 0};
    while (!rc && depth) {
        struct level *l = &levels[depth - 1];
        if (l->next == l->state->count) {
            depth--;
            continue;
        }
        const descry_pickle_value *key = &l->state->items[l->next], *v = key + 1;
        l->next += 2;
        if (v->kind != TORCH_TENSOR && v->kind != DESCRY_PICKLE_OBJECT)
            continue;
        rc = put_name(r, name, l->name, key, v->kind == TORCH_TENSOR ? "" : ".");
        if (!rc)
            rc = count(r);
        if (rc)
            return rc;
        if (v->kind == TORCH_TENSOR)
            rc = is_dropped(name) ? 0 : place(r, name, v->as.own);
        else if (depth == MAX_DEPTH)
            rc = descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: modules in modules, more than %d", r->out->path, MAX_DEPTH);
        else if (v->as.node->count)
            levels[depth++] = (struct level){v->as.node->items[0].as.node, 0, strlen(name)};
    }
    return rc;
}

/* A checkpoint of training has the weights as one of its entries. */
static int read_top(reading *r, const descry_pickle_value *top)
{
    static const char *const inside[] = {"state_dict", "model"};
    if (top->kind == DESCRY_PICKLE_OBJECT)
        return read_module(r, top->as.node);
    if (top->kind != DESCRY_PICKLE_DICT)
        return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: neither a dict of tensors nor a module", r->out->path);
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        const descry_pickle_value *found = descry_pickle_get(top->as.node, inside[i]);
        if (found && found->kind == DESCRY_PICKLE_DICT)
            return read_dict(r, found->as.node);
    }
    return read_dict(r, top->as.node);
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

/* All names in the archive begin with the same folder, which is where data.pkl is. */
static int find_prefix(reading *r)
{
    static const char name[] = "/data.pkl";
    const descry_archive *a = &r->file.archive;
    size_t n = sizeof name - 1;
    for (size_t i = 0; i < a->count; i++) {
        const char *slash = memchr(a->files[i].name, '/', a->files[i].name_size);
        if (slash && a->files[i].name_size - (size_t)(slash - a->files[i].name) == n && memcmp(slash, name, n) == 0) {
            r->file.prefix = a->files[i].name;
            r->file.prefix_size = (size_t)(slash - a->files[i].name) + 1;
            return 0;
        }
    }
    return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: a zip archive without a data.pkl: not a file of torch's", r->out->path);
}

static int check_order(reading *r)
{
    const descry_archive_file *file = descry_torch_find(&r->file, "byteorder", strlen("byteorder"));
    const uint8_t *text;
    int rc = file ? descry_archive_bytes(&r->file.archive, file, &text, r->err) : 0;
    if (file && !rc && (file->size != 6 || memcmp(text, "little", 6) != 0))
        return descry_fail(r->err, DESCRY_ERR_UNSUPPORTED, "%s: saved on a machine that is not little-endian", r->out->path);
    return rc;
}

static int read_archive(reading *r)
{
    descry_pickle *p = &r->pickle;
    descry_pickle_value top;
    int rc = find_prefix(r);
    if (!rc)
        rc = check_order(r);
    if (rc)
        return rc;
    const descry_archive_file *file = descry_torch_find(&r->file, "data.pkl", strlen("data.pkl"));
    if (!file || file->size > MAX_PICKLE)
        return descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: its data.pkl is larger than %d MiB", r->out->path, MAX_PICKLE >> 20);
    p->size = (size_t)file->size;
    rc = descry_archive_bytes(&r->file.archive, file, &p->bytes, r->err);
    if (!rc)
        rc = descry_pickle_run(p, &top);
    return rc ? rc : read_top(r, &top);
}

static int read_torch(descry_tensors *f, descry_error *err)
{
    reading r = {.out = f, .err = err};
    if (f->map.size > 0 && f->map.data[0] != 'P')
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED,
                           "%s: a Python pickle that is no archive, as torch saved before 1.6: load and save it with a newer one",
                           f->path);
    if (__builtin_mul_overflow(f->map.size, MORE_TIMES, &r.left) || __builtin_add_overflow(r.left, MORE_BYTES, &r.left))
        r.left = SIZE_MAX;
    int rc = descry_archive_open(&r.file.archive, &f->map, f->path, err);
    if (rc)
        return rc;
    r.pickle = (descry_pickle){.path = f->path, .rules = &descry_torch_rules, .arg = &r.file, .err = err};
    rc = read_archive(&r);
    descry_tensor *read = f->tensors; /* to the arena, as all of it */
    f->tensors = rc ? NULL : descry_arena_alloc(&f->arena, f->count, sizeof *read);
    if (!rc && !f->tensors)
        rc = descry_fail_memory(err);
    if (!rc && f->count)
        memcpy(f->tensors, read, f->count * sizeof *read);
    free(read);
    descry_pickle_close(&r.pickle);
    descry_archive_close(&r.file.archive);
    descry_arena_free(&r.file.arena);
    return rc;
}

/* An archive, or what older ones of torch wrote, of which it says so. */
static bool claim_torch(const uint8_t *bytes, size_t size)
{
    return (size > 4 && memcmp(bytes, "PK\3\4", 4) == 0) || (size > 2 && bytes[0] == 0x80 && bytes[1] <= 5);
}

const descry_tensor_reader descry_torch = {"torch", claim_torch, read_torch};
