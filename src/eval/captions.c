/* SPDX-License-Identifier: Apache-2.0
 * Files of pictures and captions. */
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "descry_dev.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (UINT64_C(1) << 30)

typedef struct reader {
    descry_captions *to;
    const char *path;
    size_t folder;            /* length of the folder's name in path, with its slash */
    size_t *slots, slot_count; /* pictures by hash of their path, SIZE_MAX: free; a power of two */
    size_t path_room, text_room, owner_room;
} reader;

/* ---- pictures, each once --------------------------------------------------------------------------------------- */

static size_t hash(const char *text)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001B3);
    return (size_t)(h ^ h >> 32);
}

static size_t *find_slot(const reader *r, const char *path)
{
    size_t at = hash(path) & (r->slot_count - 1);
    while (r->slots[at] != SIZE_MAX && strcmp(r->to->paths[r->slots[at]], path) != 0)
        at = (at + 1) & (r->slot_count - 1);
    return &r->slots[at];
}

static int widen_slots(reader *r, descry_error *err)
{
    if (2 * (r->to->pictures + 1) <= r->slot_count)
        return 0;
    size_t count = r->slot_count ? 2 * r->slot_count : 1024;
    size_t *slots = descry_alloc(count, sizeof *slots);
    if (!slots)
        return descry_fail_memory(err);
    free(r->slots);
    r->slots = slots;
    r->slot_count = count;
    memset(slots, 0xFF, count * sizeof *slots);
    for (size_t i = 0; i < r->to->pictures; i++)
        *find_slot(r, r->to->paths[i]) = i;
    return 0;
}

/* Room for one more in an array of pointers or numbers; NULL: out of memory, the array is as it was. */
static void *widen(void *array, size_t count, size_t *room)
{
    if (count < *room)
        return array;
    size_t wider = *room ? 2 * *room : 256;
    void *moved = descry_realloc(array, wider, sizeof(void *));
    if (moved)
        *room = wider;
    return moved;
}

static int add_picture(reader *r, const char *name, size_t *index, descry_error *err)
{
    descry_buf path = {0};
    int rc = descry_buf_printf(&path, err, "%.*s%s", name[0] == '/' ? 0 : (int)r->folder, r->path, name);
    if (!rc)
        rc = widen_slots(r, err);
    size_t *slot = rc ? NULL : find_slot(r, path.data);
    if (slot && *slot == SIZE_MAX) {
        char **paths = widen(r->to->paths, r->to->pictures, &r->path_room);
        rc = paths ? 0 : descry_fail_memory(err);
        if (!rc) {
            r->to->paths = paths;
            *slot = r->to->pictures;
            r->to->paths[r->to->pictures++] = path.data;
            path = (descry_buf){0};
        }
    }
    *index = rc ? 0 : *slot;
    descry_buf_free(&path);
    return rc;
}

static int add_text(reader *r, size_t picture, const char *text, descry_error *err)
{
    descry_captions *c = r->to;
    char **texts = widen(c->texts, c->count, &r->text_room);
    if (!texts)
        return descry_fail_memory(err);
    c->texts = texts;
    size_t *owner = widen(c->owner, c->count, &r->owner_room);
    if (!owner)
        return descry_fail_memory(err);
    c->owner = owner;
    c->texts[c->count] = strdup(text);
    c->owner[c->count] = picture;
    if (!c->texts[c->count])
        return descry_fail_memory(err);
    c->count++;
    return 0;
}

/* ---- the two forms --------------------------------------------------------------------------------------------- */

static int add_object(reader *r, const json_t *object, size_t number, descry_error *err)
{
    const char *name = json_string_value(json_object_get(object, "path"));
    const json_t *one = json_object_get(object, "caption"), *many = json_object_get(object, "captions");
    name = name ? name : json_string_value(json_object_get(object, "file"));
    if (!name || !*name || (!json_is_string(one) && !json_is_array(many)))
        return json_is_null(one) && name && *name
                   ? 0 /* as search prints it for a picture without a caption */
                   : descry_fail(err, DESCRY_ERR_FORMAT, "%s: object %zu: no \"path\" with a \"caption\"", r->path, number);
    size_t picture;
    int rc = add_picture(r, name, &picture, err);
    if (!rc && json_is_string(one))
        rc = add_text(r, picture, json_string_value(one), err);
    for (size_t i = 0; i < json_array_size(many) && !rc; i++) {
        const char *text = json_string_value(json_array_get(many, i));
        rc = text ? add_text(r, picture, text, err)
                  : descry_fail(err, DESCRY_ERR_FORMAT, "%s: object %zu: a caption is not a text", r->path, number);
    }
    return rc;
}

static int read_json(reader *r, const descry_buf *text, descry_error *err)
{
    const char *at = text->data, *end = text->data + text->size;
    size_t number = 1;
    int rc = 0;
    while (!rc) {
        at += strspn(at, " \t\r\n");
        if (at >= end)
            break;
        json_error_t where;
        json_t *value = json_loadb(at, (size_t)(end - at), JSON_DISABLE_EOF_CHECK, &where);
        if (!json_is_object(value) && !(json_is_array(value) && number == 1)) {
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: object %zu: %s", r->path, number,
                             value ? "not an object" : where.text);
        } else if (json_is_object(value)) {
            rc = add_object(r, value, number++, err);
        } else {
            for (; number <= json_array_size(value) && !rc; number++)
                rc = add_object(r, json_array_get(value, number - 1), number, err);
            number += number == 1;
        }
        json_decref(value);
        at += where.position; /* of the end, when there was no error */
    }
    return rc;
}

static int read_lines(reader *r, descry_buf *text, descry_error *err)
{
    char *line = text->data, *end = text->data + text->size;
    int rc = 0;
    for (size_t number = 1; line < end && !rc; number++) {
        char *next = line + strcspn(line, "\n"), *tab = line + strcspn(line, "\t\n");
        size_t picture;
        if (next > line && next[-1] == '\r')
            next[-1] = 0;
        *next = 0;
        if (*line && (tab == line || !*tab))
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: line %zu: no path, tab and caption", r->path, number);
        else if (*line) {
            *tab = 0;
            rc = add_picture(r, line, &picture, err);
        }
        for (char *cell = tab + 1; !rc && *line && cell < next; cell = tab + 1) {
            tab = cell + strcspn(cell, "\t");
            *tab = 0;
            if (*cell)
                rc = add_text(r, picture, cell, err);
        }
        line = next + 1;
    }
    return rc;
}

int descry_captions_read(descry_captions *captions, const char *path, descry_error *err)
{
    descry_buf text = {0};
    const char *slash = strrchr(path, '/');
    *captions = (descry_captions){0};
    reader r = {.to = captions, .path = path, .folder = slash ? (size_t)(slash + 1 - path) : 0};
    int rc = descry_file_read(&text, path, LIMIT, err);
    if (!rc && text.size > 0 && memchr(text.data, 0, text.size))
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a text", path);
    const char *first = rc || !text.data ? "" : text.data + strspn(text.data, " \t\r\n");
    if (!rc)
        rc = *first == '{' || *first == '[' ? read_json(&r, &text, err) : read_lines(&r, &text, err);
    if (!rc && captions->count == 0)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: no captions", path);
    descry_buf_free(&text);
    free(r.slots);
    if (rc)
        descry_captions_free(captions);
    return rc;
}

void descry_captions_free(descry_captions *c)
{
    for (size_t i = 0; i < c->pictures; i++)
        free(c->paths[i]);
    for (size_t i = 0; i < c->count; i++)
        free(c->texts[i]);
    free(c->paths);
    free(c->texts);
    free(c->owner);
    *c = (descry_captions){0};
}
