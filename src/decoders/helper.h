/* SPDX-License-Identifier: Apache-2.0
 * The program that workers run, descry-decode: finding and starting it, and the sandbox features of the system. */
#ifndef DESCRY_DECODERS_HELPER_H
#define DESCRY_DECODERS_HELPER_H

#include "decoders/decoders.h"
#include "decoders/worker.h"

/* Starts a worker.  DESCRY_ERR_IO: the program is not found (names all paths tried); there is no fallback. */
int descry_helper_start(descry_worker *worker, const descry_decoders_options *how, const char *name, descry_error *err);

/* DESCRY_WALL_ bits of the restrictions that this build asks a worker for. */
uint32_t descry_helper_walls(descry_sandbox sandbox);

#endif
