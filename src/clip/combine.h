/* SPDX-License-Identifier: Apache-2.0
 * Calls of several threads as one batch: the first takes what is waiting, runs it, and wakes the others. */
#ifndef DESCRY_CLIP_COMBINE_H
#define DESCRY_CLIP_COMBINE_H

#include "descry.h"

typedef struct descry_combiner descry_combiner;

/* Runs n rows: in [n] rows of bytes -> out float [n, dim].  A row's result does not depend on the others. */
typedef int (*descry_combine_run)(void *arg, const void *in, size_t n, float *out, descry_error *err);

/* Of rows of `row` bytes, at most `most` at once; `run` is called by one thread at a time. */
int descry_combiner_open(descry_combiner **combiner, size_t row, size_t dim, size_t most, descry_combine_run run, void *arg,
                         descry_error *err);
void descry_combiner_close(descry_combiner **combiner); /* once no call is waiting */

/* run(arg, in, n, out, err), n at most `most`, maybe together with others' calls.  When a batch fails each call is run alone. */
int descry_combiner_call(descry_combiner *combiner, const void *in, size_t n, float *out, descry_error *err);

size_t descry_combiner_waiting(descry_combiner *combiner); /* calls that nobody runs yet */

#endif
