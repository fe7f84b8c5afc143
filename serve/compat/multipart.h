/* SPDX-License-Identifier: Apache-2.0
 * Bodies of type multipart/form-data (RFC 7578, RFC 2046 5.1). */
#ifndef SERVE_COMPAT_MULTIPART_H
#define SERVE_COMPAT_MULTIPART_H

#include <stddef.h>

/* A field.  Both point into the body: nothing is copied. */
typedef struct serve_part {
    const char *name; /* [length], as it stands between the quotes */
    size_t length;
    const char *data; /* [size] */
    size_t size;
} serve_part;

/* The fields of a body [size], in its order, at most `room`; `type` is its Content-Type (NULL: none), which names the boundary.
 * NULL: *count are read; else what is wrong, static. */
const char *serve_multipart(const char *type, const char *body, size_t size, serve_part *parts, size_t room, size_t *count);

/* The field of that name; NULL: none. */
const serve_part *serve_part_of(const serve_part *parts, size_t count, const char *name);

#endif
