/* SPDX-License-Identifier: Apache-2.0
 * Values of arrays: numbers of any width, texts of UCS-4. */
#ifndef DESCRY_NPZ_VALUES_H
#define DESCRY_NPZ_VALUES_H

#include "base/memory.h"
#include "npz/npy.h"

/* out[i] = the i-th number of `bytes`, in the array's type and byte order, `stride` items apart. */
void descry_npz_numbers(const descry_npy *npy, const uint8_t *bytes, size_t n, size_t stride, double *out);

/* One item of type 'U' or 'S' in *out (emptied first), without the NULs at its end.  Of 'U' it is UTF-8, and
 * U+DC80 .. U+DCFF become the bytes 80 .. FF (Python's surrogateescape).  0; DESCRY_ERR_FORMAT: not a character, or a
 * NUL in the middle. */
int descry_npz_text(const descry_npy *npy, const uint8_t *item, descry_buf *out, descry_error *err);

/* The reverse: code points of `text`, bytes that are not UTF-8 as U+DC80 .. U+DCFF.  Returns their number; `out`
 * (little-endian, room for size of them) may be NULL. */
size_t descry_npz_points(const char *text, size_t size, uint32_t *out);

#endif
