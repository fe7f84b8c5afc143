/* SPDX-License-Identifier: Apache-2.0
 * The walls around a worker, put up from inside. */
#ifndef DESCRY_DECODE_SANDBOX_H
#define DESCRY_DECODE_SANDBOX_H

#include <stdint.h>

/* Closes all descriptors but the three streams and `keep`. */
void sandbox_close_others(int keep);

/* Puts up what is wanted (DESCRY_WALL_ bits) and can be; there is no way back.  Returns those that stand. */
uint32_t sandbox_enter(uint32_t walls);

#endif
