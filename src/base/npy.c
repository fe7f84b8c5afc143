/* SPDX-License-Identifier: Apache-2.0 */
#include "base/npy.h"

#include "base/error.h"
#include "base/file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct heading {
    const char *at, *end; /* what is left of it */
    char type[4];         /* "<f4" */
    int order;            /* whether fortran_order was there */
    int shape;
} heading;

/* ---- the heading: a Python dictionary -------------------------------------------------------------------------- */

static void skip_spaces(heading *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\n'))
        h->at++;
}

static int take(heading *h, const char *text)
{
    size_t n = strlen(text);
    skip_spaces(h);
    if ((size_t)(h->end - h->at) < n || memcmp(h->at, text, n) != 0)
        return 0;
    h->at += n;
    return 1;
}

static int take_number(heading *h, size_t *number)
{
    skip_spaces(h);
    const char *start = h->at;
    *number = 0;
    for (; h->at < h->end && *h->at >= '0' && *h->at <= '9'; h->at++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (size_t)(*h->at - '0'), number))
            return 0;
    return h->at > start;
}

/* '<f4' in quotes */
static int take_type(heading *h)
{
    skip_spaces(h);
    if (h->end - h->at < 5 || *h->at != '\'' || h->at[4] != '\'')
        return 0;
    memcpy(h->type, h->at + 1, 3);
    h->at += 5;
    return 1;
}

/* "()", "(3,)", "(3, 4)": 1; 0 when it is none; -1 when it has too many numbers. */
static int take_shape(heading *h, descry_npy *array)
{
    if (!take(h, "("))
        return 0;
    while (!take(h, ")")) {
        if (array->dims == DESCRY_NPY_DIMS)
            return -1;
        if (!take_number(h, &array->shape[array->dims++]))
            return 0;
        if (!take(h, ",") && (array->dims == 1 || h->at == h->end || *h->at != ')'))
            return 0;
    }
    return 1;
}

static int parse_heading(heading *h, descry_npy *array, const char *name, descry_error *err)
{
    int good = take(h, "{"), shape = 0;
    while (good && !take(h, "}")) {
        if (!h->type[0] && take(h, "'descr':")) {
            if (!take_type(h))
                return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its elements are not plain numbers", name);
        } else if (!h->order && take(h, "'fortran_order':")) {
            if (take(h, "True"))
                return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: in Fortran order; C order is wanted", name);
            good = h->order = take(h, "False");
        } else if (!shape && take(h, "'shape':")) {
            if ((shape = take_shape(h, array)) < 0)
                return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: more than %d dimensions", name, DESCRY_NPY_DIMS);
            good = shape;
        } else {
            good = 0;
        }
        if (good && !take(h, ",")) {
            good = take(h, "}");
            break;
        }
    }
    skip_spaces(h);
    return good && h->type[0] && h->order && shape && h->at == h->end
               ? 0
               : descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a NumPy array: bad heading", name);
}

/* ---- the elements ---------------------------------------------------------------------------------------------- */

static uint64_t little(const uint8_t *bytes, size_t size)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    return bits;
}

/* IEEE half precision; kern/ has the same for weights, which is a floor above. */
static float half(uint64_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (uint32_t)(h >> 10 & 31), fraction = (uint32_t)(h & 0x3FF);
    uint32_t bits = sign | (exponent == 31 ? 0x7F800000u : (exponent + 112) << 23) | fraction << 13;
    float f;
    if (exponent == 0)
        return (sign ? -1.0f : 1.0f) * (float)fraction * 0x1p-24f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static float element(const uint8_t *bytes, char kind, size_t size)
{
    uint64_t bits = little(bytes, size);
    if (kind == 'f' && size == 2)
        return half(bits);
    if (kind == 'f' && size == 4) {
        uint32_t word = (uint32_t)bits;
        float f;
        memcpy(&f, &word, sizeof f);
        return f;
    }
    if (kind == 'f') {
        double d;
        memcpy(&d, &bits, sizeof d);
        return (float)d;
    }
    uint64_t top = UINT64_C(1) << (8 * size - 1);
    if (kind == 'i' && bits & top) /* two's complement: -(2^n - bits) */
        return -(float)((~bits & (top | (top - 1))) + 1);
    return (float)bits;
}

static size_t size_of_type(const char *type)
{
    size_t size = (size_t)(type[2] - '0');
    int whole = type[1] == 'i' || type[1] == 'u';
    if (type[0] == '|')
        return size == 1 && (whole || type[1] == 'b') ? 1 : 0;
    if (type[0] != '<' || (size != 2 && size != 4 && size != 8))
        return 0;
    return whole || type[1] == 'f' ? size : 0;
}

static int convert(descry_npy *array, const heading *h, const uint8_t *data, size_t left, const char *name,
                   descry_error *err)
{
    size_t size = size_of_type(h->type), bytes;
    if (!size)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: elements of type %s", name, h->type);
    array->count = 1;
    int large = 0;
    for (size_t i = 0; i < array->dims; i++)
        large |= __builtin_mul_overflow(array->count, array->shape[i], &array->count);
    if (large || __builtin_mul_overflow(array->count, size, &bytes) || bytes != left)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: %zu bytes of data do not fit its shape", name, left);
    array->values = descry_alloc(array->count ? array->count : 1, sizeof *array->values);
    if (!array->values)
        return descry_fail_memory(err);
    for (size_t i = 0; i < array->count; i++)
        array->values[i] = element(data + i * size, h->type[1], size);
    return 0;
}

int descry_npy_parse(descry_npy *array, const void *data, size_t size, const char *name, descry_error *err)
{
    static const uint8_t magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    const uint8_t *bytes = data;
    *array = (descry_npy){0};
    if (size < 12 || memcmp(bytes, magic, sizeof magic) != 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a NumPy array", name);
    size_t prefix = bytes[6] == 1 ? 10 : 12, length = (size_t)little(bytes + 8, prefix - 8);
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: version %d.%d of the format", name, bytes[6], bytes[7]);
    if (length > size - prefix)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a NumPy array: cut off in its heading", name);
    heading h = {.at = (const char *)bytes + prefix, .end = (const char *)bytes + prefix + length};
    int rc = parse_heading(&h, array, name, err);
    if (!rc)
        rc = convert(array, &h, bytes + prefix + length, size - prefix - length, name, err);
    if (rc)
        descry_npy_free(array);
    return rc;
}

int descry_npy_read(descry_npy *array, const char *path, descry_error *err)
{
    descry_map map;
    *array = (descry_npy){0};
    int rc = descry_map_open(&map, path, err);
    if (rc)
        return rc;
    rc = descry_npy_parse(array, map.data, map.size, path, err);
    descry_map_close(&map);
    return rc;
}

void descry_npy_free(descry_npy *array)
{
    free(array->values);
    *array = (descry_npy){0};
}
