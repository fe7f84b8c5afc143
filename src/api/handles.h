/* SPDX-License-Identifier: Apache-2.0
 * The structs behind the handles of descry.h, shared by the rooms above. */
#ifndef DESCRY_API_HANDLES_H
#define DESCRY_API_HANDLES_H

#include "base/log.h"
#include "base/pool.h"
#include "clip/clip.h"
#include "decoders/decoders.h"
#include "kern/linear.h"

#include <pthread.h>

struct descry_context {
    descry_pool *pool;
    descry_kernels kernels; /* for this machine's features, under the cap */
    descry_log log;
    descry_decoders *decoders;
    pthread_mutex_t opening;     /* guards `tokenizer` */
    descry_tokenizer *tokenizer; /* CLIP's own, opened at its first use without a model */
};

struct descry_model {
    descry_context *context;
    descry_clip *clip;
};

/* Kernels and threads for the arithmetic. */
static inline descry_engine descry_context_engine(const descry_context *ctx)
{
    return (descry_engine){.kernels = &ctx->kernels, .pool = ctx->pool};
}

#endif
