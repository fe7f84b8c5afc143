/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "descry.h"

#include <stdlib.h>

json_t *descry_json_load(const char *text, size_t size, size_t flags, json_error_t *where, int *code)
{
    json_t *first = json_loadb(text, size, flags, where), *second = json_loadb(text, size, flags, where);
    if (first && second && json_equal(first, second)) {
        json_decref(second);
        return first;
    }
    *code = first || second ? DESCRY_ERR_MEMORY : DESCRY_ERR_FORMAT;
    json_decref(first);
    json_decref(second);
    return NULL;
}

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
