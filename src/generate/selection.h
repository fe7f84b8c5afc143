/* SPDX-License-Identifier: Apache-2.0
 * State of the search for one picture's ids, between two calls of the decoder. */
#ifndef DESCRY_GENERATE_SELECTION_H
#define DESCRY_GENERATE_SELECTION_H

#include "descry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sequence: row `parent` of the previous call, extended by one id. */
typedef struct descry_branch {
    uint32_t parent;
    int32_t id;
} descry_branch;

typedef struct descry_generated {
    int32_t *ids; /* [max_length] */
    size_t count;
    double score;
} descry_generated;

enum { DESCRY_MAX_BEAMS = 64 };
enum { DESCRY_NOT_FINITE = -1, DESCRY_NO_MEMORY = -2 }; /* in place of an id */

/* Candidate: beam and token that extends it. */
typedef struct descry_candidate {
    float score; /* of the whole sequence */
    uint32_t beam;
    int32_t id;
} descry_candidate;

typedef struct descry_hypothesis {
    int32_t *ids;   /* [max_length] */
    size_t length;
    double score;
    bool finished;  /* beam: not one of the empty ones that the search begins with */
    bool ended;     /* by the end token, which is not in ids */
} descry_hypothesis;

typedef struct descry_selection {
    const descry_generation *options;
    size_t beams, length, prompt; /* B; ids in each live sequence, and of these in the prompt */
    size_t live;                  /* sequences now: 1 at first, then B */
    int32_t end, pad;
    int32_t *ids, *next_ids;      /* [B, max_length] */
    float *scores;                /* [B] */
    descry_candidate *candidates; /* [B, 2 B]: of each live sequence, the best first; the first id is
                                     DESCRY_NOT_FINITE when its logits are not */
    descry_candidate *best;       /* [2 B]: of all live sequences */
    uint32_t *parents;            /* [B]: the beam that each live sequence extends */
    descry_hypothesis *kept;      /* [3 B]: group: up to B complete ones; beam: the B best, then scratch */
    size_t kept_count;
    double worst;                 /* group: lowest score of those kept */
    bool improvable;              /* beam: a live sequence may still beat a kept one */
    bool done;
    double sum;                   /* sampling: of log probabilities */
} descry_selection;

/* Makes candidate c sequence `to` of the next round. */
void descry_selection_continue(descry_selection *s, size_t to, const descry_candidate *c);

#endif
