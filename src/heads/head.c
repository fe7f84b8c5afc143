/* SPDX-License-Identifier: Apache-2.0 */
#include "heads/head.h"

#include "base/error.h"
#include "base/json.h"
#include "base/paths.h"
#include "tensors/tensors.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENDING ".safetensors"

enum { MAX_DIM = 16384, ROWS = 256 };

static const char *const tensor_names[] = {"image.weight", "image.bias", "text.weight", "text.bias"};

size_t descry_head_size(size_t dim)
{
    return dim > MAX_DIM ? SIZE_MAX : 2 * (dim * dim + dim);
}

int descry_head_new(descry_head **out, size_t dim, descry_error *err)
{
    *out = NULL;
    size_t size = descry_head_size(dim);
    if (dim == 0 || size == SIZE_MAX)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a head for embeddings of length %zu", dim);
    descry_head *head = calloc(1, sizeof *head);
    if (!head)
        return descry_fail_memory(err);
    head->dim = dim;
    head->values = calloc(size, sizeof *head->values);
    if (!head->values) {
        descry_head_free(&head);
        return descry_fail_memory(err);
    }
    *out = head;
    return 0;
}

void descry_head_free(descry_head **head)
{
    if (!*head)
        return;
    descry_linear_close(&(*head)->linear[0]);
    descry_linear_close(&(*head)->linear[1]);
    free((*head)->values);
    free(*head);
    *head = NULL;
}

int descry_head_prepare(descry_head *head, const descry_engine *engine, descry_error *err)
{
    size_t d = head->dim;
    int rc = 0;
    head->engine = *engine;
    for (int kind = 0; kind < 2 && !rc; kind++) {
        const float *weight = head->values + (size_t)kind * (d * d + d);
        descry_linear_close(&head->linear[kind]);
        rc = descry_linear_open(engine, &head->linear[kind], weight, d, d, d, 1, weight + d * d, err);
    }
    return rc;
}

int descry_head_apply(const descry_head *head, int kind, const float *x, size_t n, int normalize, float *out,
                      descry_error *err)
{
    size_t d = head->dim;
    float *rows = descry_alloc(ROWS, d * sizeof *rows);
    if (!rows)
        return descry_fail_memory(err);
    for (size_t i = 0; i < n; i += ROWS) {
        size_t count = n - i < ROWS ? n - i : ROWS;
        descry_multiply(&head->engine, &head->linear[kind], x + i * d, count, rows);
        if (normalize)
            descry_unit_rows(rows, count, d, NULL);
        memcpy(out + i * d, rows, count * d * sizeof *out);
    }
    free(rows);
    return 0;
}

/* ---- where heads are ------------------------------------------------------------------------------------------- */

int descry_head_is_name(const char *name)
{
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
    return name[0] && name[0] != '.' && name[0] != '-' && strlen(name) <= 100 && !name[strspn(name, good)];
}

int descry_head_is_file(const char *name)
{
    size_t n = strlen(name);
    return strchr(name, '/') || (n > sizeof ENDING - 1 && strcmp(name + n - (sizeof ENDING - 1), ENDING) == 0);
}

int descry_head_home(descry_buf *path, const char *recipe, const char *name, descry_error *err)
{
    int rc = descry_path_xdg(path, "XDG_DATA_HOME", ".local/share", err);
    if (rc == DESCRY_ERR_NOT_FOUND)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "HOME is not set: give the head as a file");
    return rc ? rc : descry_buf_printf(path, err, "/descry/heads/%s/%s" ENDING, recipe, name);
}

int descry_head_locate(descry_buf *path, const char *folder, const char *recipe, const char *name, descry_error *err)
{
    path->size = 0;
    if (descry_head_is_file(name))
        return descry_buf_append(path, name, strlen(name), err);
    if (!descry_head_is_name(name) || !folder || !recipe)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: not the name of a head", name);
    int rc = descry_buf_printf(path, err, "%s/heads/%s" ENDING, folder, name);
    if (rc || access(path->data, F_OK) == 0)
        return rc;
    descry_buf there = {0};
    rc = descry_buf_printf(&there, err, "%s", path->data);
    path->size = 0;
    if (!rc)
        rc = descry_head_home(path, recipe, name, err);
    if (!rc && access(path->data, F_OK) != 0)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no such head: neither %s nor %s", name, there.data, path->data);
    descry_buf_free(&there);
    return rc;
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

/* The recipe that the metadata names must be the model's. */
static int check_recipe(const descry_tensors *file, const char *recipe, descry_error *err)
{
    size_t length = 0; /* of the heading: descry_tensors_open_as has checked it */
    for (size_t i = 0; i < 8; i++)
        length |= (size_t)file->map.data[i] << (8 * i);
    json_error_t where;
    int code;
    json_t *heading = descry_json_load((const char *)file->map.data + 8, length, 0, &where, &code);
    if (!heading)
        return descry_fail_memory(err); /* it could be read before */
    const char *own = json_string_value(json_object_get(json_object_get(heading, "__metadata__"), "recipe"));
    int rc = own && recipe && strcmp(own, recipe) != 0
                 ? descry_fail(err, DESCRY_ERR_ARGUMENT,
                               "%s: this head was trained for another model, or this one as it was before: train it again",
                               file->path)
                 : 0;
    json_decref(heading);
    return rc;
}

static int read_tensor(const descry_tensors *file, const char *name, int is_weight, size_t dim, float *out,
                       descry_error *err)
{
    const descry_tensor *t = descry_tensors_find(file, name);
    char shape[DESCRY_SHAPE_TEXT];
    if (!t)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a head: no tensor \"%s\"", file->path, name);
    if (t->dtype < 0 || t->dims != 1 + is_weight || t->shape[0] != dim || (is_weight && t->shape[1] != dim))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: \"%s\" is %s, not of numbers for embeddings of length %zu",
                           file->path, name, descry_shape_text(shape, t->shape, t->dims), dim);
    descry_to_f32(out, t->data, (descry_dtype)t->dtype, t->elements);
    for (size_t i = 0; i < t->elements; i++)
        if (!isfinite(out[i]))
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: \"%s\" is not finite", file->path, name);
    return 0;
}

static int read_head(descry_head **head, const descry_tensors *file, size_t dim, descry_error *err)
{
    const descry_tensor *bias = descry_tensors_find(file, "image.bias");
    if (!bias || bias->dims != 1)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a head: no vector \"image.bias\"", file->path);
    size_t d = bias->shape[0];
    if (dim && d != dim)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: a head for embeddings of length %zu, not %zu", file->path, d,
                           dim);
    int rc = descry_head_new(head, d, err);
    float *at = rc ? NULL : (*head)->values;
    for (int i = 0; i < 4 && !rc; i++) {
        rc = read_tensor(file, tensor_names[i], i % 2 == 0, d, at, err);
        at += i % 2 == 0 ? d * d : d;
    }
    return rc;
}

int descry_head_read(descry_head **head, const char *path, size_t dim, const char *recipe, descry_error *err)
{
    descry_tensors file;
    *head = NULL;
    int rc = descry_tensors_open_as(&file, &descry_safetensors, path, err);
    if (rc)
        return rc;
    rc = check_recipe(&file, recipe, err);
    if (!rc)
        rc = read_head(head, &file, dim, err);
    descry_tensors_close(&file);
    if (rc)
        descry_head_free(head);
    return rc;
}

static int make_heading(descry_buf *out, const descry_head *head, const char *recipe, const char *about,
                        descry_error *err)
{
    size_t d = head->dim, at = 0;
    json_t *root = json_object(), *meta = json_object();
    int bad = !root || !meta || json_object_set_new(meta, "format", json_string("descry head"));
    if (!bad && recipe)
        bad = json_object_set_new(meta, "recipe", json_string(recipe));
    if (!bad && about)
        bad = json_object_set_new(meta, "about", json_string(about));
    bad = bad || json_object_set(root, "__metadata__", meta);
    for (int i = 0; i < 4 && !bad; i++) {
        size_t count = i % 2 == 0 ? d * d : d, end = at + count * sizeof(float);
        json_t *shape = i % 2 == 0 ? json_pack("[II]", (json_int_t)d, (json_int_t)d) : json_pack("[I]", (json_int_t)d);
        bad = json_object_set_new(root, tensor_names[i],
                                  json_pack("{s:s, s:o, s:[II]}", "dtype", "F32", "shape", shape, "data_offsets",
                                            (json_int_t)at, (json_int_t)end));
        at = end;
    }
    char *text = bad ? NULL : json_dumps(root, JSON_COMPACT);
    int rc = text ? descry_buf_printf(out, err, "%s", text) : descry_fail_memory(err);
    while (!rc && out->size % 8)
        rc = descry_buf_append(out, " ", 1, err);
    free(text);
    json_decref(root);
    json_decref(meta);
    return rc;
}

static int write_file(FILE *file, const descry_buf *heading, const descry_head *head)
{
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)heading->size >> (8 * i));
    size_t count = descry_head_size(head->dim);
    return fwrite(length, sizeof length, 1, file) == 1 && fwrite(heading->data, heading->size, 1, file) == 1 &&
           fwrite(head->values, sizeof *head->values, count, file) == count && fflush(file) == 0;
}

/* Written to a temporary file beside it, then renamed, so that a head is whole or absent. */
int descry_head_write(const descry_head *head, const char *path, const char *recipe, const char *about,
                      descry_error *err)
{
    descry_buf heading = {0}, beside = {0};
    int rc = make_heading(&heading, head, recipe, about, err);
    if (!rc)
        rc = descry_buf_printf(&beside, err, "%s.part-%ld", path, (long)getpid());
    FILE *file = rc ? NULL : fopen(beside.data, "wb");
    if (!rc && !file)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (!rc && !write_file(file, &heading, head))
        rc = descry_fail_errno(err, errno, "%s", path);
    if (file && fclose(file) != 0 && !rc)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (!rc && rename(beside.data, path) != 0)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (rc && file)
        unlink(beside.data);
    descry_buf_free(&heading);
    descry_buf_free(&beside);
    return rc;
}
