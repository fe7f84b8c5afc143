/* SPDX-License-Identifier: Apache-2.0
 * The sandbox of a worker, which it enters by itself. */
#ifndef DESCRY_DECODE_SANDBOX_H
#define DESCRY_DECODE_SANDBOX_H

#include <stdint.h>

/* Closes all descriptors except the standard streams and `keep`. */
void sandbox_close_others(int keep);

/* Applies the requested restrictions (DESCRY_WALL_ bits) that the system supports, irreversibly.  Returns those in effect. */
uint32_t sandbox_enter(uint32_t walls);

#endif
