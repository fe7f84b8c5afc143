/* SPDX-License-Identifier: Apache-2.0
 * A second engine, for the tests alone: a library in memory, as plain as can be, whose files several workers may share. */
#ifndef DESCRY_TESTS_MEMORY_STORE_H
#define DESCRY_TESTS_MEMORY_STORE_H

#include "store/store.h"

typedef struct memory memory; /* a library; outlives its stores, which may be used by a thread each */

int memory_open(memory **out, descry_error *err);
void memory_close(memory **slot);

int memory_store_open(descry_store **store, memory *library, const descry_store_options *options, descry_error *err);

#endif
