/* SPDX-License-Identifier: Apache-2.0
 * Thumbnails on disk: in a folder beside the library, which may be deleted at any time.
 *
 *     FOLDER/.ab/REST-SIDE.thumb    ab, REST: the digest of the picture's file, in hexadecimal
 *
 * A file is the SHA-256 of a JPEG, then the JPEG: neither by its name nor by its beginning a picture, and in a hidden folder, so
 * that an index of the folder around it passes by.  Each of the 256 folders has at most a 256th of the bound, as digests are
 * spread evenly; so only one is looked through for a new file. */
#ifndef DESCRY_THUMBS_CACHE_H
#define DESCRY_THUMBS_CACHE_H

#include "base/file.h"

typedef struct descry_thumbs {
    const char *folder; /* NULL: nothing is kept */
    uint64_t most;      /* bytes of all files */
    const uint8_t *sha256;
    int side;
} descry_thumbs;

/* 1: *jpeg [*size], to be freed with free; 0: it is not there, or damaged. */
int descry_thumbs_get(const descry_thumbs *thumbs, uint8_t **jpeg, size_t *size);

/* Keeps it, if the system permits; what was not used for longest goes to make room. */
void descry_thumbs_put(const descry_thumbs *thumbs, const uint8_t *jpeg, size_t size);

#endif
