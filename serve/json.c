/* SPDX-License-Identifier: Apache-2.0 */
#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

json_t *serve_json_text(const char *text)
{
    if (!text)
        return json_null();
    size_t size = strlen(text);
    const uint8_t *at = (const uint8_t *)text;
    if (!u8_check(at, size))
        return json_stringn_nocheck(text, size);
    char *clean = malloc(size * 3 + 1);
    size_t n = 0;
    for (size_t left = size; clean && left;) {
        ucs4_t c;
        int length = u8_mbtoucr(&c, at, left);
        if (length > 0) {
            memcpy(clean + n, at, (size_t)length);
            n += (size_t)length;
        } else {
            memcpy(clean + n, "\xEF\xBF\xBD", 3);
            n += 3;
            length = 1;
        }
        at += length;
        left -= (size_t)length;
    }
    json_t *value = clean ? json_stringn_nocheck(clean, n) : NULL;
    free(clean);
    return value;
}

int serve_json_path(json_t *object, const char *key, const char *path)
{
    char name[64];
    int rc = json_object_set_new(object, key, serve_json_text(path));
    if (rc || !path || !u8_check((const uint8_t *)path, strlen(path)) || strlen(key) > sizeof name - sizeof "_bytes")
        return rc;
    strcat(strcpy(name, key), "_bytes");
    char *text = serve_base64((const uint8_t *)path, strlen(path));
    rc = text ? json_object_set_new(object, name, json_string(text)) : -1;
    free(text);
    return rc;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *serve_base64(const uint8_t *bytes, size_t size)
{
    char *text = size < SIZE_MAX / 2 ? malloc((size + 2) / 3 * 4 + 1) : NULL;
    char *to = text;
    for (size_t i = 0; text && i < size; i += 3) {
        size_t n = size - i < 3 ? size - i : 3;
        uint32_t v = (uint32_t)bytes[i] << 16 | (n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (n > 2 ? bytes[i + 2] : 0u);
        *to++ = digits[v >> 18];
        *to++ = digits[v >> 12 & 63];
        *to++ = '=';
        *to++ = '=';
        if (n > 1)
            to[-2] = digits[v >> 6 & 63];
        if (n > 2)
            to[-1] = digits[v & 63];
    }
    if (text)
        *to = 0;
    return text;
}

uint8_t *serve_base64_decode(const char *text, size_t length, size_t *size)
{
    uint8_t *bytes = malloc(length / 4 * 3 + 3);
    uint32_t v = 0;
    size_t n = 0, count = 0, pads = 0;
    for (size_t i = 0; bytes && i < length; i++) {
        const char *digit = text[i] ? strchr(digits, text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]) : NULL;
        if (strchr("\r\n\t ", text[i]) && text[i])
            continue;
        if (text[i] == '=' && count % 4 >= 2 && pads < 2)
            pads++;
        if (!digit || pads) {
            if (text[i] == '=' && pads)
                continue;
            free(bytes);
            return NULL;
        }
        v = v << 6 | (uint32_t)(digit - digits);
        if (++count % 4 == 0) {
            bytes[n++] = (uint8_t)(v >> 16);
            bytes[n++] = (uint8_t)(v >> 8);
            bytes[n++] = (uint8_t)v;
        }
    }
    if (bytes && count % 4 == 1) {
        free(bytes);
        return NULL;
    }
    if (bytes && count % 4 == 2)
        bytes[n++] = (uint8_t)(v >> 4);
    if (bytes && count % 4 == 3) {
        bytes[n++] = (uint8_t)(v >> 10);
        bytes[n++] = (uint8_t)(v >> 2);
    }
    *size = n;
    return bytes;
}
