/* SPDX-License-Identifier: Apache-2.0
 * SentencePiece's precompiled normalisation: a double-array trie of what is replaced, and the replacements. */
#ifndef DESCRY_TEXT_CHARSMAP_H
#define DESCRY_TEXT_CHARSMAP_H

#include "text/points.h"

typedef struct descry_charsmap {
    char *blob; /* owned */
    uint32_t *trie;
    size_t units;
    const char *texts; /* in the blob, each ended by a NUL, as the last is here */
    size_t size;
} descry_charsmap;

int descry_charsmap_read(descry_charsmap *map, const char *base64, size_t size, const char *name, descry_error *err);
int descry_charsmap_apply(const descry_charsmap *map, descry_text *text, descry_error *err);
void descry_charsmap_free(descry_charsmap *map);

#endif
