/* SPDX-License-Identifier: Apache-2.0
 * Classes of characters. */
#ifndef DESCRY_TEXT_CLASSES_H
#define DESCRY_TEXT_CLASSES_H

#include <stddef.h>
#include <stdint.h>

/* 1 when c is in one of `count` ascending ranges. */
int descry_in_ranges(const uint32_t (*ranges)[2], size_t count, uint32_t c);
#define DESCRY_IN_RANGES(table, c) descry_in_ranges(table, sizeof table / sizeof *table, c)

int descry_is_letter(uint32_t c); /* \p{L} */
int descry_is_number(uint32_t c); /* \p{N} */
int descry_is_space(uint32_t c);  /* what Python's str.split() splits at */

int descry_is_piece(uint32_t c);  /* whether any branch of the reference's pattern matches it: no space, and not U+0345, which is
                                     a mark, but a letter in its other case */

#endif
