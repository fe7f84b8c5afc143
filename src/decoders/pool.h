/* SPDX-License-Identifier: Apache-2.0
 * The pool of workers of a context.  First come, first served, but urgent jobs before others. */
#ifndef DESCRY_DECODERS_POOL_H
#define DESCRY_DECODERS_POOL_H

#include "decoders/decoders.h"
#include "decoders/worker.h"

struct descry_decoders;

/* Takes a worker out of the pool; waits for a free slot.  `fresh`: a new one. */
int descry_decoders_lend(descry_decoders *decoders, descry_worker *worker, bool fresh, bool urgent, const char *name,
                         descry_error *err);

/* Returns a worker that can do more jobs. */
void descry_decoders_take_back(descry_decoders *decoders, descry_worker *worker);

/* Ends a worker instead; `fate` as in descry_worker_end. */
void descry_decoders_dismiss(descry_decoders *decoders, descry_worker *worker, descry_fate *fate);

descry_sandbox descry_decoders_sandbox(const descry_decoders *decoders);

#endif
