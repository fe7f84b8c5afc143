/* SPDX-License-Identifier: Apache-2.0 */
#include "tensors/tensors.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first is for files that no reader claims, too: it says what is wrong with them. */
static const descry_tensor_reader *const readers[] = {&descry_safetensors, &descry_torch};

static int open_with(descry_tensors *f, const descry_tensor_reader *reader, const char *path, descry_error *err)
{
    *f = (descry_tensors){.path = path};
    int rc = descry_map_open(&f->map, path, err);
    if (rc)
        return rc;
    for (size_t i = 0; !reader && i < sizeof readers / sizeof *readers; i++)
        reader = readers[i]->claims(f->map.data, f->map.size) ? readers[i] : NULL;
    rc = (reader ? reader : readers[0])->read(f, err);
    if (!rc && !(f->path = descry_arena_strdup(&f->arena, path)))
        rc = descry_fail_memory(err);
    if (!rc)
        rc = descry_tensors_sort(f, err);
    if (rc)
        descry_tensors_close(f);
    return rc;
}

int descry_tensors_open(descry_tensors *f, const char *path, descry_error *err)
{
    return open_with(f, NULL, path, err);
}

int descry_tensors_open_as(descry_tensors *f, const descry_tensor_reader *reader, const char *path, descry_error *err)
{
    return open_with(f, reader, path, err);
}

void descry_tensors_close(descry_tensors *f)
{
    descry_map_close(&f->map);
    descry_arena_free(&f->arena);
    *f = (descry_tensors){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const descry_tensor *)a)->name, ((const descry_tensor *)b)->name);
}

int descry_tensors_sort(descry_tensors *f, descry_error *err)
{
    if (f->count > 0)
        qsort(f->tensors, f->count, sizeof *f->tensors, by_name);
    for (size_t i = 1; i < f->count; i++)
        if (strcmp(f->tensors[i - 1].name, f->tensors[i].name) == 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": there are two of this name", f->path,
                               f->tensors[i].name);
    return 0;
}

descry_tensor *descry_tensors_find(const descry_tensors *f, const char *name)
{
    descry_tensor key = {.name = name};
    return f->count ? bsearch(&key, f->tensors, f->count, sizeof *f->tensors, by_name) : NULL;
}

const char *descry_shape_text(char text[DESCRY_SHAPE_TEXT], const size_t *shape, int dims)
{
    size_t n = (size_t)snprintf(text, DESCRY_SHAPE_TEXT, "[");
    for (int i = 0; i < dims && n < DESCRY_SHAPE_TEXT; i++)
        n += (size_t)snprintf(text + n, DESCRY_SHAPE_TEXT - n, "%s%zu", i ? ", " : "", shape[i]);
    if (n < DESCRY_SHAPE_TEXT)
        snprintf(text + n, DESCRY_SHAPE_TEXT - n, "]");
    return text;
}
