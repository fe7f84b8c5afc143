/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/codec.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rows are little-endian");

static size_t size_f16(size_t dim)
{
    return dim * sizeof(uint16_t);
}

static int pack_f16(const float *values, size_t dim, void *row)
{
    uint16_t *halves = row;
    int finite = 1;
    for (size_t i = 0; i < dim; i++) {
        halves[i] = descry_f32_to_f16(values[i]);
        finite &= (halves[i] & 0x7C00) != 0x7C00;
    }
    return finite;
}

static void unpack_f16(const void *row, size_t dim, float *values)
{
    descry_to_f32(values, row, DESCRY_F16, dim);
}

const descry_row_codec descry_row_f16 = {"f16", 1, size_f16, pack_f16, unpack_f16, DESCRY_F16};
