/* SPDX-License-Identifier: Apache-2.0
 * The workers of a context, lent one by one.  Whoever comes first is served first, but those who wait for one picture before
 * those who have many. */
#ifndef DESCRY_DECODERS_POOL_H
#define DESCRY_DECODERS_POOL_H

#include "decoders/decoders.h"
#include "decoders/worker.h"

struct descry_decoders;

/* Waits for its turn.  `fresh`: one that has done nothing yet. */
int descry_decoders_lend(descry_decoders *decoders, descry_worker *worker, bool fresh, bool urgent, const char *name,
                         descry_error *err);

/* Gives a worker back that can do more. */
void descry_decoders_take_back(descry_decoders *decoders, descry_worker *worker);

/* Ends one instead; `fate` as in descry_worker_end. */
void descry_decoders_dismiss(descry_decoders *decoders, descry_worker *worker, descry_fate *fate);

descry_sandbox descry_decoders_sandbox(const descry_decoders *decoders);

#endif
