/* SPDX-License-Identifier: Apache-2.0 */
#include "npz/values.h"

#include "base/error.h"
#include "kern/kernels.h"

#include <string.h>
#include <unistr.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "points are written as they are");

static uint64_t read_integer(const uint8_t *bytes, size_t size, int big)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)bytes[big ? size - 1 - i : i] << 8 * i;
    return value;
}

void descry_npz_numbers(const descry_npy *npy, const uint8_t *bytes, size_t n, size_t stride, double *out)
{
    size_t size = (size_t)npy->item;
    for (size_t i = 0; i < n; i++) {
        uint64_t raw = read_integer(bytes + i * stride * size, size, npy->big);
        uint32_t word = (uint32_t)raw;
        float single;
        if (size == 8)
            memcpy(&out[i], &raw, sizeof out[i]);
        else if (size == 2)
            out[i] = (double)descry_f16_to_f32((uint16_t)raw);
        else {
            memcpy(&single, &word, sizeof single);
            out[i] = (double)single;
        }
    }
}

static int append_point(descry_buf *out, uint32_t point, descry_error *err)
{
    uint8_t bytes[6];
    if (point >= 0xDC80 && point <= 0xDCFF) {
        bytes[0] = (uint8_t)(point - 0xDC00);
        return descry_buf_append(out, bytes, 1, err);
    }
    int size = point ? u8_uctomb(bytes, point, sizeof bytes) : -1;
    if (size < 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "a text with the character U+%04lX", (unsigned long)point);
    return descry_buf_append(out, bytes, (size_t)size, err);
}

int descry_npz_text(const descry_npy *npy, const uint8_t *item, descry_buf *out, descry_error *err)
{
    size_t width = npy->type == 'U' ? 4 : 1, n = (size_t)npy->item / width;
    int rc = 0;
    out->size = 0;
    while (n > 0 && read_integer(item + (n - 1) * width, width, npy->big) == 0)
        n--;
    if (width == 1 && n > 0 && memchr(item, 0, n))
        return descry_fail(err, DESCRY_ERR_FORMAT, "a text with the character U+0000");
    if (width == 1)
        return descry_buf_append(out, item, n, err);
    for (size_t i = 0; i < n && !rc; i++)
        rc = append_point(out, (uint32_t)read_integer(item + 4 * i, 4, npy->big), err);
    return rc ? rc : descry_buf_append(out, "", 0, err);
}

size_t descry_npz_points(const char *text, size_t size, uint32_t *out)
{
    size_t n = 0;
    for (size_t at = 0; at < size; n++) {
        ucs4_t point;
        int step = u8_mbtoucr(&point, (const uint8_t *)text + at, size - at);
        if (step <= 0) {
            point = 0xDC00 + (unsigned char)text[at];
            step = 1;
        }
        at += (size_t)step;
        if (out)
            out[n] = point;
    }
    return n;
}
