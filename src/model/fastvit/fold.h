/* SPDX-License-Identifier: Apache-2.0
 * What was trained as several branches that are added, each a convolution and a batch norm, is one convolution: the sum of
 * their kernels, smaller ones at the centre of larger ones.  In double, rounded once.  After an error of the loader nothing
 * happens but the release of memory. */
#ifndef DESCRY_MODEL_FASTVIT_FOLD_H
#define DESCRY_MODEL_FASTVIT_FOLD_H

#include "layers/conv.h"

typedef struct descry_fold {
    descry_loader *loader;
    size_t out, in, side;  /* in: channels that one output sees; 1 where each channel is by itself */
    double *weight, *bias; /* [out, in, side, side], [out] */
} descry_fold;

descry_fold descry_fold_open(descry_loader *loader, size_t out, size_t in, size_t side);

/* Adds a convolution of this side, `name`.conv.weight, and its batch norm, `name`.bn. */
void descry_fold_branch(descry_fold *fold, const char *prefix, const char *name, size_t side);
/* Adds sign * batch norm of the input. */
void descry_fold_norm(descry_fold *fold, const char *prefix, const char *name, double sign);
/* Adds `name`.weight and .bias, as they are. */
void descry_fold_stored(descry_fold *fold, const char *prefix, const char *name);
void descry_fold_scale(descry_fold *fold, const float *gamma); /* what is there, by gamma [out] */
void descry_fold_input(descry_fold *fold);                     /* adds the input itself */

/* Closes it into a convolution whose sizes are set. */
void descry_fold_into_conv(descry_fold *fold, descry_conv *conv);
void descry_fold_into_depthwise(descry_fold *fold, descry_depthwise *conv);

#endif
