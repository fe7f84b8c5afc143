/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DESCRY_META_XMP_BOUNDS_H
#define DESCRY_META_XMP_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>

/* No writer exceeds these bounds, beyond which Expat may need many times the packet's size in memory. */
enum { DESCRY_XMP_MAX_DEPTH = 64, DESCRY_XMP_MAX_NODES = 200000, DESCRY_XMP_MAX_ATTRIBUTES = 4096, DESCRY_XMP_MAX_URI = 1000 };

/* Whether every tag and namespace is within the bounds of attributes and URIs: Expat prefixes each attribute with its
 * namespace's URI before a handler can stop it.  Packets in UTF-16, which are not checked, must be short. */
bool descry_xmp_is_modest(const char *data, size_t size);

#endif
