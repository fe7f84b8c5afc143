/* SPDX-License-Identifier: Apache-2.0
 * How a vector is written as a row of bytes. */
#ifndef DESCRY_SCAN_CODEC_H
#define DESCRY_SCAN_CODEC_H

#include "kern/kernels.h"

typedef struct descry_row_codec {
    const char *name;
    uint32_t id;                                                 /* in scan files: never given to another */
    size_t (*size)(size_t dim);                                  /* bytes of a row */
    int (*pack)(const float *values, size_t dim, void *row);     /* 1 when every value is finite as a row has it, else 0 */
    void (*unpack)(const void *row, size_t dim, float *values);
    descry_dtype dot;                                            /* which of the kernels' `dot` reads rows */
} descry_row_codec;

extern const descry_row_codec descry_row_f16; /* little-endian; to nearest, ties to even */

#endif
