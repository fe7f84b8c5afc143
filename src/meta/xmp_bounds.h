/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DESCRY_META_XMP_BOUNDS_H
#define DESCRY_META_XMP_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>

/* No writer exceeds these, and Expat would need many times the packet's size in memory for more. */
enum { DESCRY_XMP_MAX_DEPTH = 64, DESCRY_XMP_MAX_NODES = 200000, DESCRY_XMP_MAX_ATTRIBUTES = 4096, DESCRY_XMP_MAX_URI = 1000 };

/* Has no tag more attributes than that, nor a namespace a longer name?  Expat puts the name of its namespace before each
 * attribute before anyone can stop it.  A packet of another character set than XML's usual ones must be short. */
bool descry_xmp_is_modest(const char *data, size_t size);

#endif
