/* SPDX-License-Identifier: Apache-2.0
 * Worker processes that do nothing but decode pictures, from the side of whoever has a picture decoded. */
#ifndef DESCRY_DECODERS_DECODERS_H
#define DESCRY_DECODERS_DECODERS_H

#include "base/shared.h"
#include "image/prepare.h"

typedef struct descry_decoders descry_decoders;

typedef struct descry_job {
    descry_preparation wanted;
    int stranger; /* 1: from a URL or an upload: a fresh worker does it, and nothing else */
    int urgent;   /* 1: somebody waits for it: it comes before others */
} descry_job;

/* descry_prepare, by a worker, whose every word is checked; the bytes are copied when they are not in shared memory.  Any
 * number of threads may call.  *fault (may be NULL): whether the picture is what is wrong, for its decoder crashed, did not
 * come to an end or went beyond its bounds, twice: the same would happen again. */
int descry_decoders_prepare(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err);

#endif
