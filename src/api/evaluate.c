/* SPDX-License-Identifier: Apache-2.0
 * Evaluation over arrays: the functions of descry_dev.h. */
#include "api/handles.h"

#include "base/error.h"
#include "descry_dev.h"
#include "eval/analogy.h"
#include "eval/recall.h"
#include "eval/simat.h"

int descry_simat_run(const descry_simat *simat, descry_context *ctx, const float *images, const float *words,
                     size_t dim, int test, const float *lambdas, size_t count, descry_simat_score *scores,
                     descry_error *err)
{
    const descry_engine engine = descry_context_engine(ctx);
    return descry_simat_score_all(simat, &engine, images, words, dim, test, lambdas, count, scores, err);
}

int descry_analogies(descry_context *ctx, const float *images, size_t pictures, size_t dim, const size_t *start,
                     const float *change, size_t n, const float *lambdas, size_t count, size_t *best,
                     descry_error *err)
{
    const descry_engine engine = descry_context_engine(ctx);
    const descry_analogy_set set = {images, pictures, dim, start, change, n};
    for (size_t i = 0; i < n; i++)
        if (start[i] >= pictures)
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "analogy %zu starts at no picture", i);
    return descry_analogy_run(&engine, &set, lambdas, count, best, err);
}

int descry_recall_run(descry_context *ctx, const float *images, size_t pictures, const float *texts,
                      const size_t *owner, size_t count, size_t dim, descry_recall *recall, descry_error *err)
{
    const descry_engine engine = descry_context_engine(ctx);
    return descry_recall_measure(&engine, images, pictures, texts, owner, count, dim, recall, err);
}
