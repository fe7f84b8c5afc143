/* SPDX-License-Identifier: Apache-2.0
 * From the rows of a sequence to the one that stands for it. */
#ifndef DESCRY_LAYERS_POOL_H
#define DESCRY_LAYERS_POOL_H

#include "layers/attention.h"
#include "layers/norm.h"

/* x [n, rows, width] -> x [n, width]: the mean of each sequence's rows from `first` on. */
void descry_pool_mean(float *x, size_t n, size_t rows, size_t first, size_t width);

/* x [rows, width] -> x [count, width]: the mean of each sequence's rows that are not hidden, of which there is one. */
void descry_pool_mean_of(float *x, const descry_sequences *s, size_t width);

/* x [n, rows, width] -> first [n, width], the first row of each; rest [n, rows - 1, width], the others, or NULL. */
void descry_pool_first(const float *x, size_t n, size_t rows, size_t width, float *first, float *rest);

/* open_clip's attentional pooler, torch's MultiheadAttention with kdim = vdim = W: learned queries attend to all rows. */
typedef struct descry_pooler {
    size_t queries, heads, dim, width; /* dim E: of the queries; width W: of the rows that they attend to */
    const float *query;                /* [queries, E] */
    descry_norm ln_q, ln_k;            /* [E], [W] */
    descry_linear q, k, v;             /* [E, E], [E, W], [E, W] */
    descry_linear out;                 /* [E, E] */
} descry_pooler;

/* The sizes in *pooler are set by the caller. */
void descry_load_pooler(descry_loader *loader, descry_pooler *pooler, const char *prefix);

/* x [rows, W] -> out [count, queries, E] by the first `queries` queries; x is overwritten. */
int descry_run_pooler(const descry_engine *engine, const descry_pooler *pooler, const descry_sequences *s, size_t queries,
                      float *x, float *out, descry_error *err);

/* timm's AttentionPoolLatent with one latent, SigLIP's "map": a learned query looks at all rows, then an MLP. */
typedef struct descry_map_pooler {
    size_t heads, width, mlp;     /* W; M hidden units */
    descry_activation activation; /* of the MLP */
    float eps;
    const float *latent;          /* [W] */
    descry_linear q, kv, proj;    /* [W, W], [2W, W] (keys, values), [W, W] */
    descry_norm norm;             /* [W] */
    descry_linear fc1, fc2;       /* [M, W], [W, M] */
} descry_map_pooler;

/* The sizes in *pooler are set by the caller. */
void descry_load_map_pooler(descry_loader *loader, descry_map_pooler *pooler, const char *prefix);

/* x [rows, W] -> out [count, W] */
int descry_run_map_pooler(const descry_engine *engine, const descry_map_pooler *pooler, const descry_sequences *s,
                          const float *x, float *out, descry_error *err);

#endif
