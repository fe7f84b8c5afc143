/* SPDX-License-Identifier: Apache-2.0
 * The words by which a text is found, the same for what is looked in and what is looked for. */
#ifndef DESCRY_TEXT_WORDS_H
#define DESCRY_TEXT_WORDS_H

#include "base/memory.h"

/* Appends the words of a text, which need not be well-formed, with blanks between them: runs of letters, marks and
 * digits, case folded, in NFC, marks and strokes dropped from Latin, Greek, Cyrillic, Hebrew and Arabic letters, wide Latin and narrow
 * kana made usual ones.  A word ends where the script changes.
 *
 * Where scripts set no spaces between words (Chinese, Japanese, Korean, Thai, ...), each character begins a word of its
 * own, with the one that follows it: "abc" gives "ab bc c".  Then a prefix search for "b" finds a b, and "ab bc" finds
 * "abc". */
int descry_words_index(descry_buf *words, const char *text, size_t size, descry_error *err);

/* The words that stand in a row in the words of every text that `part` is a part of, which is a word as a person types
 * it.  *count: how many they are, 0: there is no letter or digit in it; *begins 1: of the last one, only its beginning is
 * known. */
int descry_words_phrase(descry_buf *words, const char *part, size_t size, size_t *count, int *begins, descry_error *err);

#endif
