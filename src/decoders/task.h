/* SPDX-License-Identifier: Apache-2.0
 * Runs a task in a worker, and again in another if the first one fails. */
#ifndef DESCRY_DECODERS_TASK_H
#define DESCRY_DECODERS_TASK_H

#include "decoders/pool.h"

/* Errors name the picture `name` and the decoder of format `who`; *fault as in descry_decoders_prepare. */
int descry_decoders_run(descry_decoders *decoders, const descry_task *task, const char *who, const char *name, int *fault,
                        descry_error *err);

#endif
