/* SPDX-License-Identifier: Apache-2.0
 * Terms to vectors.  x + lambda * (positive - negative), each of length 1: Couairon, Cord, Douze, Schwenk, "Embedding
 * Arithmetic of Multimodal Queries for Image Retrieval", 2022, arXiv 2112.03162. */
#include "query/query.h"

#include "base/error.h"
#include "kern/linear.h"

#include <math.h>
#include <stdlib.h>

/* A sum shorter than this share of its terms' weights is zero but for rounding. */
static const double NOTHING = 1e-6;

/* sum += weight * normalise(embedding of the term); share [dim], if not NULL, gets the summand. */
static int add_term(const descry_term *term, size_t dim, descry_query_embed embed, void *arg, float *vector, double *sum,
                    float *share, descry_error *err)
{
    int rc = embed(arg, term, vector, err);
    if (rc)
        return rc;
    double length = sqrt(descry_dot(vector, vector, dim));
    if (!(length > 1e-12) || !isfinite(length))
        return descry_fail(err, DESCRY_ERR_NUMERIC, "%s: its embedding is not a direction", term->text);
    for (size_t d = 0; d < dim; d++) {
        double value = term->weight * (vector[d] / length);
        sum[d] += value;
        if (share)
            share[d] = (float)value;
    }
    return 0;
}

int descry_query_evaluate(const descry_query *query, descry_terms part, size_t dim, descry_query_embed embed, void *arg,
                          float *vector, float *shares, descry_error *err)
{
    double *sum = calloc(dim ? dim : 1, sizeof *sum), weights = 0, square = 0;
    int rc = sum ? 0 : descry_fail_memory(err);
    for (size_t i = part.begin; i < part.end && !rc; i++) {
        float *share = shares ? shares + (i - part.begin) * dim : NULL;
        rc = add_term(&query->terms[i], dim, embed, arg, vector, sum, share, err);
        weights += fabs(query->terms[i].weight);
    }
    for (size_t d = 0; d < dim && !rc; d++)
        square += sum[d] * sum[d];
    double length = sqrt(square);
    if (!rc && !(length > NOTHING * weights))
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s",
                         part.begin == 0 ? "the terms cancel each other out: nothing is left to look for"
                                         : "the terms after NOT cancel each other out: nothing is left to leave out");
    for (size_t d = 0; d < dim && !rc; d++)
        vector[d] = (float)(sum[d] / length);
    for (size_t j = 0; shares && j < (part.end - part.begin) * dim && !rc; j++)
        shares[j] = (float)(shares[j] / length);
    free(sum);
    return rc;
}
