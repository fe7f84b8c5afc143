/* SPDX-License-Identifier: Apache-2.0
 * Convolutions over maps of activations: pixels one after the other, all channels of a pixel together. */
#ifndef DESCRY_LAYERS_CONV_H
#define DESCRY_LAYERS_CONV_H

#include "layers/patches.h"

/* x [n, height, width, channels] */
typedef struct descry_maps {
    size_t n, height, width, channels;
} descry_maps;

size_t descry_map_pixels(const descry_maps *maps); /* n * height * width */

/* A square kernel; zeros beyond the edges.  As a product of rows of pixels under the kernel. */
typedef struct descry_conv {
    size_t kernel, stride, pad;
    descry_linear linear; /* [out, kernel * kernel * in] */
} descry_conv;

/* `name`.weight [out, in, kernel, kernel], `name`.bias [out] if `bias`; the sizes in *conv are set by the caller. */
void descry_load_conv(descry_loader *loader, descry_conv *conv, const char *prefix, const char *name, size_t in, size_t out,
                      bool bias);

/* The same of kernels that were found or made: [out, in, kernel, kernel], bias [out] or NULL. */
void descry_load_kernels(descry_loader *loader, descry_conv *conv, const descry_tensor *kernels, size_t in, size_t out,
                         const float *bias);

/* Batch norm, eps 1e-5, of what the convolution (without bias) gives, folded into its scale and bias: `name`.weight, .bias,
 * .running_mean, .running_var [out]. */
void descry_load_batch_norm(descry_loader *loader, descry_conv *conv, const char *prefix, const char *name);

/* The same as times * x + plus, in double: n times, then n plus; to be freed.  NULL after an error. */
double *descry_load_norm_factors(descry_loader *loader, const char *prefix, const char *name, size_t n);

descry_maps descry_conv_size(const descry_conv *conv, const descry_maps *in); /* of what it gives */

/* out = residual + activation(conv(x)); residual may be NULL, or out. */
int descry_run_conv(const descry_engine *engine, const descry_conv *conv, const descry_maps *in, const float *x,
                    descry_activation activation, const float *residual, float *out, descry_error *err);

/* A convolution of each channel by itself. */
typedef struct descry_depthwise {
    size_t kernel, stride, pad, channels;
    const float *weight; /* [kernel * kernel, channels] */
    const float *bias;   /* [channels] or NULL */
} descry_depthwise;

/* `name`.weight [channels, 1, kernel, kernel] and `name`.bias; the sizes are set by the caller. */
void descry_load_depthwise(descry_loader *loader, descry_depthwise *conv, const char *prefix, const char *name);

/* Batch norm of what no convolution gives, as one of 1 x 1 pixels. */
void descry_load_pixel_norm(descry_loader *loader, descry_depthwise *conv, const char *prefix, const char *name,
                            size_t channels);

descry_maps descry_depthwise_size(const descry_depthwise *conv, const descry_maps *in);
void descry_run_depthwise(const descry_engine *engine, const descry_depthwise *conv, const descry_maps *in, const float *x,
                          float *out);

/* out [n, height, width, times * channels]: each channel several times in a row, as a convolution that gives so many maps of
 * each channel reads them. */
void descry_repeat_channels(const descry_engine *engine, const descry_maps *in, size_t times, const float *x, float *out);

/* Means of squares of `size` pixels, `stride` apart; of what of a square lies beyond the edges only the inside counts. */
descry_maps descry_average_size(const descry_maps *in, size_t size, size_t stride, size_t pad);
void descry_run_average(const descry_engine *engine, const descry_maps *in, size_t size, size_t stride, size_t pad,
                        const float *x, float *out);

/* In place, x [pixels, channels]. */
void descry_run_activation(const descry_engine *engine, const descry_maps *maps, descry_activation activation, float *x);

/* [n, height, width, 3] */
void descry_pictures_to_maps(const descry_engine *engine, const descry_pictures *pictures, float *out);

#endif
