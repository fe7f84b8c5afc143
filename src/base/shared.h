/* SPDX-License-Identifier: Apache-2.0
 * Bytes in sealed memory that can be passed to another process and cannot be changed any more. */
#ifndef DESCRY_BASE_SHARED_H
#define DESCRY_BASE_SHARED_H

#include "descry.h"

#include <stddef.h>
#include <stdint.h>

/* All zero is empty and closed, whatever `fd` is. */
typedef struct descry_shared {
    const uint8_t *data; /* NULL when size is 0 */
    size_t size;
    int fd;              /* of a memory object of this size; sealed, where the system can; -1: the bytes are somebody else's */
} descry_shared;

/* Reads a regular file; DESCRY_ERR_LIMIT when it is larger than `limit` bytes. */
int descry_shared_read(descry_shared *shared, const char *path, uint64_t limit, descry_error *err);

/* A copy; `name` is for messages. */
int descry_shared_copy(descry_shared *shared, const void *bytes, size_t size, const char *name, descry_error *err);

/* Bytes that stay where they are, and somebody else's. */
descry_shared descry_shared_none(const void *bytes, size_t size);

void descry_shared_close(descry_shared *shared);

/* A memory object of `size` zero bytes that two processes write to, mapped at *data.  Its size is fixed where the system can:
 * then no process can make the other fail by cutting it.  Returns its descriptor; -1: errno says why. */
int descry_shared_make(size_t size, void **data);

#endif
