/* SPDX-License-Identifier: Apache-2.0
 * A task through a worker; a second time, by another, if the first ended badly. */
#ifndef DESCRY_DECODERS_TASK_H
#define DESCRY_DECODERS_TASK_H

#include "decoders/pool.h"

/* What has gone wrong is said of `name` and the decoder of `who`; *fault as in descry_decoders_prepare. */
int descry_decoders_run(descry_decoders *decoders, const descry_task *task, const char *who, const char *name, int *fault,
                        descry_error *err);

#endif
