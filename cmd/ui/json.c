/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/json.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

json_t *cmd_json_text(const char *text, size_t size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    const uint8_t *at = (const uint8_t *)text;
    if (!u8_check(at, size))
        return json_stringn_nocheck(text, size);
    char *copy = malloc(3 * size); /* one bad byte can become three */
    size_t used = 0;
    for (int step; copy && size > 0; at += step, size -= (size_t)step) {
        ucs4_t c;
        step = u8_mbtoucr(&c, at, size);
        size_t bytes = step > 0 ? (size_t)step : sizeof replacement - 1;
        memcpy(copy + used, step > 0 ? (const char *)at : replacement, bytes);
        used += bytes;
        step = step > 0 ? step : 1;
    }
    json_t *string = copy ? json_stringn_nocheck(copy, used) : NULL;
    free(copy);
    return string;
}

int cmd_json_set_path(json_t *object, const char *key, const char *path)
{
    char name[64];
    size_t size = strlen(path);
    int rc = json_object_set_new(object, key, cmd_json_text(path, size));
    if (rc || !u8_check((const uint8_t *)path, size))
        return rc;
    snprintf(name, sizeof name, "%s_bytes", key);
    return json_object_set_new(object, name, cmd_json_base64(path, size));
}

char *cmd_base64(const void *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *from = bytes;
    char *text = size < SIZE_MAX / 2 ? malloc((size + 2) / 3 * 4 + 1) : NULL, *to = text;
    if (!text)
        return NULL;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = 0;
        for (size_t j = i; j < i + 3; j++)
            group = group << 8 | (j < size ? from[j] : 0);
        for (int j = 0; j < 4; j++)
            *to++ = i + (size_t)j > size ? '=' : digits[group >> (18 - 6 * j) & 63];
    }
    *to = 0;
    return text;
}

json_t *cmd_json_base64(const void *bytes, size_t size)
{
    char *text = cmd_base64(bytes, size);
    json_t *string = text ? json_string_nocheck(text) : NULL;
    free(text);
    return string;
}
