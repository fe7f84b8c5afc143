/* SPDX-License-Identifier: Apache-2.0
 * The handles behind descry.h, shared by the verbs (descry.c, ingest.c, search.c). */
#ifndef DESCRY_INTERNAL_H
#define DESCRY_INTERNAL_H

#include "base/cpu.h"
#include "base/log.h"
#include "base/pool.h"
#include "clip/clip.h"

struct descry_context {
    descry_pool *pool;
    descry_cpu cpu;
    descry_log log;
    descry_tokenizer *tokenizer; /* CLIP's own, from its first use without a model on */
};

struct descry_model {
    descry_context *context;
    descry_clip *clip;
    struct descry_head *head; /* NULL: embeddings are as the model gives them */
};

#endif
