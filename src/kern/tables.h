/* SPDX-License-Identifier: Apache-2.0
 * One table per instruction set. */
#ifndef DESCRY_KERN_TABLES_H
#define DESCRY_KERN_TABLES_H

#include "kern/kernels.h"

extern const descry_kernels descry_kernels_portable;
extern const descry_kernels descry_kernels_avx2;
extern const descry_kernels descry_kernels_avx512;
extern const descry_kernels descry_kernels_neon;

#endif
