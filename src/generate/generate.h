/* SPDX-License-Identifier: Apache-2.0
 * Choosing the ids of captions by a model's logits: open_clip's generate, without knowing what computes the logits. */
#ifndef DESCRY_GENERATE_GENERATE_H
#define DESCRY_GENERATE_GENERATE_H

#include "kern/linear.h"
#include "generate/selection.h"

/* Computes logits of the next id for a batch of sequences.
 * begin: called once, first: logits [pictures, V] after the prompt, which is the sequence of every picture.
 * advance: logits [n, V] after each of n sequences, each of which extends one of the previous call by an id. */
typedef struct descry_logits_source {
    int (*begin)(void *arg, const int32_t *prompt, float *logits, descry_error *err);
    int (*advance)(void *arg, const descry_branch *branches, size_t n, float *logits, descry_error *err);
    void *arg;
    size_t vocabulary; /* V */
    int32_t end, pad;  /* ids */
    const descry_engine *engine; /* its pool runs the rows of logits in parallel */
} descry_logits_source;

/* Whether options and prompt (`length` ids, start token included) fit a context of so many ids and a vocabulary. */
int descry_generate_check(const descry_generation *options, size_t length, size_t context, size_t vocabulary,
                          descry_error *err);
size_t descry_generate_beams(const descry_generation *options); /* sequences of one picture */

/* Generates for `pictures` pictures at once; results [pictures], each with room for max_length ids.  What a picture gets
 * does not depend on the others.  DESCRY_ERR_NUMERIC: logits that are not finite. */
int descry_generate(const descry_logits_source *source, const descry_generation *options, const int32_t *prompt,
                    size_t length, size_t pictures, descry_generated *results, descry_error *err);

#endif
