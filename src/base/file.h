/* SPDX-License-Identifier: Apache-2.0
 * Files read whole, files mapped, digests of files. */
#ifndef DESCRY_BASE_FILE_H
#define DESCRY_BASE_FILE_H

#include "base/memory.h"

#include <stdint.h>

/* A regular file mapped for reading.  All zero is closed; an empty file has size 0 and data NULL. */
typedef struct descry_map {
    const uint8_t *data;
    size_t size;
} descry_map;

int descry_map_open(descry_map *map, const char *path, descry_error *err);
void descry_map_close(descry_map *map);

/* Gives the pages read so far back to the system; they return from the file when they are touched again. */
void descry_map_release(const descry_map *map);

/* Opens a regular file for reading, of *size bytes; DESCRY_ERR_LIMIT when it is larger than `limit`. */
int descry_file_open(int *fd, uint64_t *size, const char *path, uint64_t limit, descry_error *err);

/* Reads a regular file into *buf (empty before); DESCRY_ERR_LIMIT when it is larger than `limit` bytes. */
int descry_file_read(descry_buf *buf, const char *path, uint64_t limit, descry_error *err);

enum { DESCRY_SHA256_SIZE = 32, DESCRY_SHA256_HEX = 65 };

typedef struct descry_sha256 {
    void *state;
} descry_sha256;

int descry_sha256_open(descry_sha256 *sha, descry_error *err);
int descry_sha256_add(descry_sha256 *sha, const void *data, size_t size, descry_error *err);
int descry_sha256_finish(descry_sha256 *sha, uint8_t digest[DESCRY_SHA256_SIZE], descry_error *err); /* and closes */
void descry_sha256_close(descry_sha256 *sha);

int descry_sha256_of(const void *data, size_t size, uint8_t digest[DESCRY_SHA256_SIZE], descry_error *err);
int descry_file_digest(char hex[DESCRY_SHA256_HEX], const char *path, descry_error *err); /* SHA-256, in hexadecimal */
void descry_hex(const uint8_t *data, size_t size, char *text); /* text: 2 * size + 1 bytes */

#endif
