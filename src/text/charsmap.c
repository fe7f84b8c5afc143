/* SPDX-License-Identifier: Apache-2.0
 * As the crate spm_precompiled 0.1 does it, which tokenizers uses: grapheme by grapheme, and what replaces the shortest
 * match at the beginning of a grapheme replaces all of it if it has less than six bytes.  The trie: Darts-clone
 * (DoubleArrayUnit in darts.h). */
#include "text/charsmap.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <unistr.h>

enum { WHOLE = 6 };

/* ---- the trie ------------------------------------------------------------------------------------------------------ */

static uint32_t offset(uint32_t unit)
{
    return unit >> 10 << ((unit & 1u << 9) >> 6);
}

/* The replacement of the shortest key that the bytes begin with; NULL: none does. */
static const char *find(const descry_charsmap *map, const uint8_t *bytes, size_t size)
{
    if (map->units == 0)
        return NULL;
    size_t at = offset(map->trie[0]);
    for (size_t i = 0; i < size && bytes[i]; i++) {
        at ^= bytes[i];
        if (at >= map->units)
            return NULL;
        uint32_t unit = map->trie[at];
        if ((unit & (1u << 31 | 0xFF)) != bytes[i])
            return NULL;
        at ^= offset(unit);
        if (at >= map->units)
            return NULL;
        if (unit >> 8 & 1) {
            uint32_t text = map->trie[at] & ~(1u << 31);
            return text < map->size ? map->texts + text : NULL;
        }
    }
    return NULL;
}

/* ---- texts --------------------------------------------------------------------------------------------------------- */

static int replace(const descry_charsmap *map, const uint32_t *in, size_t n, descry_text *out, bool *done, descry_error *err)
{
    uint8_t bytes[4 * WHOLE];
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        int step = u8_uctomb(bytes + size, in[i], (ptrdiff_t)(sizeof bytes - size));
        size += step > 0 ? (size_t)step : 0;
    }
    const char *text = size < WHOLE ? find(map, bytes, size) : NULL;
    *done = text != NULL;
    return text ? descry_text_decode(out, text, strlen(text), err) : 0;
}

int descry_charsmap_apply(const descry_charsmap *map, descry_text *text, descry_error *err)
{
    descry_text out = {0};
    int rc = 0;
    for (size_t at = 0, n; at < text->size && !rc; at += n) {
        const uint32_t *in = text->data + at, *next = u32_grapheme_next(in, text->data + text->size);
        bool done = false;
        n = (size_t)(next - in);
        if (n > 1 && n < WHOLE)
            rc = replace(map, in, n, &out, &done, err);
        for (size_t i = 0; i < n && !rc && (n == 1 || !done); i++) {
            bool one;
            rc = replace(map, in + i, 1, &out, &one, err);
            if (!rc && !one)
                rc = descry_text_put(&out, in[i], err);
        }
    }
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    return rc;
}

/* ---- the file ------------------------------------------------------------------------------------------------------ */

static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* RFC 4648, section 4, without spaces; *size is the number of bytes.  false: it is not. */
static bool decode_base64(const char *text, size_t length, uint8_t *out, size_t *size)
{
    uint32_t bits = 0;
    size_t n = 0, padding = 0;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    if (length % 4)
        return false;
    for (size_t i = 0; i < length - padding; i++) {
        int value = digit(text[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4)
            out[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *size = n;
    return true;
}

int descry_charsmap_read(descry_charsmap *map, const char *base64, size_t length, const char *name, descry_error *err)
{
    *map = (descry_charsmap){0};
    size_t size = 0;
    uint8_t *blob = descry_alloc(length + 1, 1);
    if (!blob)
        return descry_fail_memory(err);
    map->blob = (char *)blob;
    if (!decode_base64(base64, length, blob, &size))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: precompiled_charsmap is not in Base64", name);
    if (size == 0)
        return 0;
    size_t bytes = size < 4 ? SIZE_MAX : blob[0] | (size_t)blob[1] << 8 | (size_t)blob[2] << 16 | (size_t)blob[3] << 24;
    if (bytes > size || bytes + 4 > size || bytes % 4)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: precompiled_charsmap is cut short", name);
    map->units = bytes / 4;
    if (!(map->trie = descry_alloc(map->units + 1, sizeof *map->trie)))
        return descry_fail_memory(err);
    for (size_t i = 0; i < map->units; i++) {
        const uint8_t *unit = blob + 4 + 4 * i;
        map->trie[i] = unit[0] | (uint32_t)unit[1] << 8 | (uint32_t)unit[2] << 16 | (uint32_t)unit[3] << 24;
    }
    map->texts = map->blob + 4 + bytes;
    map->size = size - 4 - bytes;
    map->blob[size] = 0;
    return 0;
}

void descry_charsmap_free(descry_charsmap *map)
{
    free(map->blob);
    free(map->trie);
    *map = (descry_charsmap){0};
}
