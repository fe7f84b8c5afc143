/* SPDX-License-Identifier: Apache-2.0
 * The SIMAT benchmark: Couairon, Douze, Cord, Schwenk, "Embedding Arithmetic of Multimodal Queries for Image Retrieval",
 * 2022, arXiv 2112.03162; files of https://github.com/facebookresearch/SIMAT (MIT). */
#ifndef DESCRY_EVAL_SIMAT_H
#define DESCRY_EVAL_SIMAT_H

#include "descry_dev.h"
#include "kern/linear.h"

/* descry_simat_run, given the context's engine. */
int descry_simat_score_all(const descry_simat *simat, const descry_engine *engine, const float *images,
                           const float *words, size_t dim, int test, const float *lambdas, size_t count,
                           descry_simat_score *scores, descry_error *err);

#endif
