/* SPDX-License-Identifier: Apache-2.0
 * Parts of the library that are files of their own, opened when they are first needed: with them come libraries that
 * most programs never use, and that take longer to load than a search takes. */
#ifndef DESCRY_BASE_MODULE_H
#define DESCRY_BASE_MODULE_H

#include "descry.h"

/* The first member of the table that a module exports. */
typedef struct descry_module {
    const char *version; /* DESCRY_VERSION, as it was built with */
} descry_module;

#ifdef DESCRY_BUILD_MODULE
#define DESCRY_MODULE_TABLE __attribute__((visibility("default")))
#else
#define DESCRY_MODULE_TABLE
#endif

/* Finds the table `symbol` of the module in `file` ("descry-net.so"), which then stays open; `name`: what needs it, for
 * messages.  Any thread may call it at any time, and again: an open module is found by its name, within microseconds.
 * DESCRY_ERR_IO: not there, or what it is linked with is not; DESCRY_ERR_UNSUPPORTED: of another version of descry. */
int descry_module_open(const descry_module **table, const char *file, const char *symbol, const char *name,
                       descry_error *err);

/* The same for the module beside the library `beside`, a path. */
int descry_module_open_beside(const descry_module **table, const char *beside, const char *file, const char *symbol,
                              const char *name, descry_error *err);

#endif
