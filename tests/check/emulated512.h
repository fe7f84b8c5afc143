/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EMULATED512_H
#define EMULATED512_H

#include "kern/kernels.h"

extern const descry_kernels descry_kernels_emulated512;

#endif
