/* SPDX-License-Identifier: Apache-2.0
 * The merges of a byte pair encoding in CLIP's format, as pairs of ids.  Also used by the program that compiles CLIP's
 * own merges into the library. */
#ifndef DESCRY_TEXT_MERGES_H
#define DESCRY_TEXT_MERGES_H

#include "base/memory.h"

/* Ids: 0 .. 255 bytes, 256 .. 511 bytes that end a word, then one for each merge. */
enum { DESCRY_BYTE_IDS = 512, DESCRY_MAX_MERGES = 49152 - 256 - 2 };

typedef struct descry_merge {
    uint16_t left, right;
} descry_merge;

/* Reads a gzip file: the first line is skipped, each other is "left right"; of longer files the first DESCRY_MAX_MERGES
 * merges count, as in open_clip.  One newline at the end is allowed and ignored.  DESCRY_ERR_FORMAT names the line. */
int descry_merges_read(descry_merge **merges, size_t *count, const char *path, descry_error *err);

/* The id of a byte inside a word: printable bytes come first, in the order of CLIP's bytes_to_unicode. */
int descry_byte_id(uint8_t byte);

#endif
