/* SPDX-License-Identifier: Apache-2.0
 * The search for one picture's ids, between two calls of the decoder. */
#ifndef DESCRY_GENERATE_SELECTION_H
#define DESCRY_GENERATE_SELECTION_H

#include "descry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sequence: that of row `parent` of the call before, and one id more. */
typedef struct descry_branch {
    uint32_t parent;
    int32_t id;
} descry_branch;

typedef struct descry_generated {
    int32_t *ids; /* [max_length] */
    size_t count;
    double score;
} descry_generated;

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
    bool ended;     /* by the end token, which ids do not hold */
} descry_hypothesis;

typedef struct descry_selection {
    const descry_generation *options;
    size_t beams, length, prompt; /* B; ids in each live sequence, and of these in the prompt */
    size_t live;                  /* sequences now: 1 at first, then B */
    int32_t end, pad;
    int32_t *ids, *next_ids;      /* [B, max_length] */
    float *scores;                /* [B] */
    descry_candidate *candidates; /* [B, 2 B]: of each live sequence, the best first; an id of
                                     DESCRY_NOT_FINITE is of its logits */
    descry_candidate *best;       /* [2 B]: of all */
    uint32_t *parents;            /* [B]: the beam that each live sequence extends */
    descry_hypothesis *kept;      /* [3 B]: group: the B best that are complete; beam: and room to merge */
    size_t kept_count;
    double worst;                 /* group: of those kept */
    bool improvable;              /* beam */
    bool done;
    double sum;                   /* sampling: of the logarithms */
} descry_selection;

/* Sequence `to` of the next round: candidate c. */
void descry_selection_continue(descry_selection *s, size_t to, const descry_candidate *c);

#endif
