/* SPDX-License-Identifier: Apache-2.0
 * Training a head on pairs of embeddings, as Couairon et al. 2022 (arXiv 2112.03162) do: both sides through a linear
 * layer each, brought to length 1, a symmetric cross-entropy over the pairs of a batch, Adam. */
#ifndef DESCRY_HEADS_ADAPT_H
#define DESCRY_HEADS_ADAPT_H

#include "descry_dev.h"
#include "heads/head.h"

/* splitmix64 (Steele, Lea, Flood 2014): the only source of randomness in a training. */
uint64_t descry_random_next(uint64_t *state);

/* weight = identity + 0.01 r, bias = 0.01 r with r uniform in +-1 / sqrt(d), which is how a linear layer usually
 * begins; r in the order of the values. */
void descry_adapt_begin(descry_head *head, uint64_t *random);

/* Buffers for one batch. */
typedef struct descry_adapt_room {
    const descry_engine *engine;
    size_t most, dim; /* rows at most, d */
    float *side[2];   /* [most, d]: outputs of length 1, pictures and texts */
    float *length[2]; /* [most]: their norms before */
    float *back[2];   /* [most, d]: gradients of the outputs */
    float *logits, *turned; /* [most, most], and transposed */
    float *spare;     /* [most, d] transposed */
} descry_adapt_room;

int descry_adapt_room_open(descry_adapt_room *room, const descry_engine *engine, size_t most, size_t dim,
                           descry_error *err);
void descry_adapt_room_close(descry_adapt_room *room);

/* *loss = (cross-entropy over rows + over columns) / 2 of U V^T / tau with the diagonal as labels, U and V being the
 * head's outputs for x, y [n, d].  gradient (or NULL): d loss / d head->values, in their order.  Packs the head. */
int descry_adapt_loss(descry_adapt_room *room, descry_head *head, const float *x, const float *y, size_t n, double tau,
                      float *gradient, double *loss, descry_error *err);

/* images, texts [n, dim].  *head is the best seen.  See descry_adapt_options. */
int descry_adapt_run(const descry_engine *engine, const float *images, const float *texts, size_t n, size_t dim,
                     const descry_adapt_options *options, descry_head **head, descry_adapt_state *state,
                     descry_error *err);

#endif
