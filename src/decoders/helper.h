/* SPDX-License-Identifier: Apache-2.0
 * The program that workers run, descry-decode: where it is, and what the system has to shut it in. */
#ifndef DESCRY_DECODERS_HELPER_H
#define DESCRY_DECODERS_HELPER_H

#include "decoders/decoders.h"
#include "decoders/worker.h"

/* Starts it.  DESCRY_ERR_IO: it is not there, with all the places where it could be; never anything instead of it. */
int descry_helper_start(descry_worker *worker, const descry_decoders_options *how, const char *name, descry_error *err);

/* DESCRY_WALL_ bits that this build would have stand. */
uint32_t descry_helper_walls(descry_sandbox sandbox);

#endif
