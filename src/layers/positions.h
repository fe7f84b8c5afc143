/* SPDX-License-Identifier: Apache-2.0
 * Positional embeddings, resampled for another picture size or context length, as open_clip does when it loads. */
#ifndef DESCRY_LAYERS_POSITIONS_H
#define DESCRY_LAYERS_POSITIONS_H

#include "layers/loader.h"

/* [before + rows * columns, width], with dims 3 behind a dimension of 1: rows of class tokens and a grid; stored for a square
 * grid of another size, it is resampled. */
const float *descry_load_grid_positions(descry_loader *loader, const char *prefix, const char *name, int dims, size_t before,
                                        size_t rows, size_t columns, size_t width);

/* [rows * columns, width], of a table [1, side, side, width] that a model resamples for each grid itself, linearly. */
const float *descry_load_table_positions(descry_loader *loader, const char *prefix, const char *name, size_t side, size_t rows,
                                         size_t columns, size_t width);

/* [rows, width]; stored with another number of rows, it is resampled. */
const float *descry_load_line_positions(descry_loader *loader, const char *prefix, const char *name, size_t rows,
                                        size_t width);

typedef enum descry_resize { DESCRY_RESIZE_CUBIC, DESCRY_RESIZE_LINEAR } descry_resize;

/* out [before + rows * columns, width] from in [before + side * side, width]: the first rows are copied, the square grid
 * resampled with torch's antialiased bicubic (a = -0.5) or bilinear interpolation, align_corners false.  1; 0: `in_rows` is not
 * of that form; DESCRY_ERR_MEMORY. */
int descry_resize_grid(descry_resize resize, float *out, size_t before, size_t rows, size_t columns, const float *in,
                       size_t in_rows, size_t width);

/* out [rows, width] from in [in_rows, width], linear interpolation, align_corners false. */
void descry_resize_line(float *out, size_t rows, const float *in, size_t in_rows, size_t width);

#endif
