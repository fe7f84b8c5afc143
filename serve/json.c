/* SPDX-License-Identifier: Apache-2.0 */
#include "http.h"

#include <stdlib.h>
#include <string.h>

json_t *serve_json_text(const char *text)
{
    return text ? cmd_json_text(text, strlen(text)) : json_null();
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
