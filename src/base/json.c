/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "descry.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- loading ----------------------------------------------------------------------------------------------------- */

/* Jansson's lexer keeps the token that it reads in one buffer for the whole text, of 16 bytes at first, twice as large each
 * time that a byte has no room (strbuffer.c).  So the text is read as the second item of an array, whose first one is a
 * string that makes the buffer as large as any token of the text needs. */
typedef struct wrapped {
    const char *text;
    size_t size, filler, at; /* bytes: of the text, of the string; of all that was read already */
} wrapped;

static const char before[] = "[\"", between[] = "\",", after[] = "]";

/* Bytes of the longest string, with its quotes, or number. */
static size_t longest_token(const char *text, size_t size)
{
    size_t longest = 0, begin = 0;
    bool inside = false;
    for (size_t i = 0; i < size; i++) {
        bool quote = text[i] == '"';
        if (inside && text[i] == '\\')
            i++;
        else if (inside ? quote : quote || strchr(" \t\r\n,:[]{}", text[i])) {
            longest = i - begin + 1 > longest ? i - begin + 1 : longest;
            begin = inside ? i + 1 : i;
            inside = quote && !inside;
        }
    }
    return size - begin > longest ? size - begin : longest;
}

/* As many that the buffer grows for none of the last eight. */
static size_t filler_for(size_t longest)
{
    size_t room = 16;
    while (room <= longest + 2) /* and what ends a number, and a NUL */
        room *= 2;
    return room / 2 + 8;
}

/* Of the bytes at w->at, those of this part, which begins at `begin`. */
static size_t give(wrapped *w, size_t begin, const char *part, size_t size, char *to, size_t room)
{
    if (w->at < begin || w->at - begin >= size)
        return 0;
    size_t n = size - (w->at - begin) < room ? size - (w->at - begin) : room;
    if (part)
        memcpy(to, part + (w->at - begin), n);
    else
        memset(to, '.', n);
    w->at += n;
    return n;
}

static size_t next(void *buffer, size_t room, void *arg)
{
    wrapped *w = arg;
    const struct {
        const char *part;
        size_t size;
    } parts[] = {{before, sizeof before - 1}, {NULL, w->filler}, {between, sizeof between - 1}, {w->text, w->size},
                 {after, sizeof after - 1}};
    size_t begin = 0, n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && n < room; i++) {
        n += give(w, begin, parts[i].part, parts[i].size, (char *)buffer + n, room - n);
        begin += parts[i].size;
    }
    return n;
}

/* What the text has; NULL: it is no array or object, or memory is short, or with the array around it, it is too deep. */
static json_t *load_wrapped(const char *text, size_t size, size_t flags, json_error_t *where)
{
    wrapped w = {.text = text, .size = size, .filler = filler_for(longest_token(text, size))};
    void *enough = malloc(8 * w.filler); /* where there is so much, the buffer will grow */
    free(enough);
    json_t *all = enough ? json_load_callback(next, &w, flags, where) : NULL, *filler = json_array_get(all, 0), *value = NULL;
    if (json_array_size(all) == 2 && json_string_length(filler) == w.filler)
        value = json_incref(json_array_get(all, 1));
    json_decref(all);
    if (json_is_object(value) || json_is_array(value))
        return value;
    json_decref(value);
    return NULL;
}

json_t *descry_json_load(const char *text, size_t size, size_t flags, json_error_t *where, int *code)
{
    json_error_t ours = {0};
    json_t *value = load_wrapped(text, size, flags, &ours), *again = value ? NULL : json_loadb(text, size, flags, where);
    bool is_deep = again && json_error_code(&ours) == json_error_stack_overflow;
    if (is_deep && where)
        *where = ours;
    *code = value ? 0 : again && !is_deep ? DESCRY_ERR_MEMORY : DESCRY_ERR_FORMAT;
    json_decref(again);
    return value;
}

/* ---- dumping ----------------------------------------------------------------------------------------------------- */

char *descry_json_dump(const json_t *json, size_t flags)
{
    size_t size = json_dumpb(json, NULL, 0, flags);
    char *text = size ? malloc(size + 1) : NULL;
    if (text && json_dumpb(json, text, size, flags) == size) {
        text[size] = 0;
        return text;
    }
    free(text);
    return NULL;
}
