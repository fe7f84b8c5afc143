/* SPDX-License-Identifier: Apache-2.0 */
#include "text/points.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

static int reserve(descry_text *text, size_t size, descry_error *err)
{
    if (size <= text->capacity)
        return 0;
    size_t capacity = text->capacity ? text->capacity * 2 : 64;
    capacity = capacity > size ? capacity : size;
    uint32_t *data = descry_realloc(text->data, capacity, sizeof *data);
    if (!data)
        return descry_fail_memory(err);
    text->data = data;
    text->capacity = capacity;
    return 0;
}

int descry_text_put(descry_text *text, uint32_t c, descry_error *err)
{
    int rc = reserve(text, text->size + 1, err);
    if (!rc)
        text->data[text->size++] = c;
    return rc;
}

int descry_text_put_all(descry_text *text, const uint32_t *data, size_t size, descry_error *err)
{
    int rc = reserve(text, text->size + size, err);
    if (!rc && size) {
        memcpy(text->data + text->size, data, size * sizeof *data);
        text->size += size;
    }
    return rc;
}

int descry_text_same(const descry_text *a, const descry_text *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size * sizeof *a->data) == 0);
}

void descry_text_free(descry_text *text)
{
    free(text->data);
    *text = (descry_text){0};
}

void descry_text_take(descry_text *text, descry_text *from)
{
    descry_text_free(text);
    *text = *from;
    *from = (descry_text){0};
}

int descry_text_decode(descry_text *text, const char *utf8, size_t size, descry_error *err)
{
    int rc = reserve(text, size, err);
    for (size_t i = 0; i < size && !rc;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, (const uint8_t *)utf8 + i, size - i); /* U+FFFD and the length of what is ill-formed */
        rc = descry_text_put(text, c, err);
        i += n > 0 ? (size_t)n : 1;
    }
    return rc;
}

int descry_effort_spend(descry_effort *effort, size_t size, descry_error *err)
{
    if (effort->left < size)
        return descry_fail(err, DESCRY_ERR_LIMIT, "the text is encoded within itself too often");
    effort->left -= size;
    return 0;
}
