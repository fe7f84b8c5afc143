/* SPDX-License-Identifier: Apache-2.0
 * Tables of kernels for tests: one for each set that this machine can run, capped at that set. */
#ifndef DESCRY_TESTS_TABLES_H
#define DESCRY_TESTS_TABLES_H

#include "kern/kernels.h"

const descry_kernels *table_at(size_t i); /* from the reference upwards; NULL after the last */
const descry_kernels *best_table(void);

#endif
