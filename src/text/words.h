/* SPDX-License-Identifier: Apache-2.0
 * Splits texts into search words: the same for indexed texts and for queries. */
#ifndef DESCRY_TEXT_WORDS_H
#define DESCRY_TEXT_WORDS_H

#include "base/memory.h"

/* Appends the words of a text, which need not be well-formed, with blanks between them: runs of letters, marks and
 * digits, case folded, in NFC, marks and strokes dropped from Latin, Greek, Cyrillic, Hebrew and Arabic letters, fullwidth
 * Latin and halfwidth kana made regular.  A word ends where the script changes.
 *
 * Where scripts set no spaces between words (Chinese, Japanese, Korean, Thai, ...), each character begins a word of its
 * own, with the one that follows it: "abc" gives "ab bc c".  Then a prefix search for "b" finds a b, and "ab bc" finds
 * "abc". */
int descry_words_index(descry_buf *words, const char *text, size_t size, descry_error *err);

/* The same for `part`, a word of a query: a phrase that is found in every text that contains it.  *count: words in the phrase;
 * 0: it has no letter or digit; *begins 1: the last one is a prefix. */
int descry_words_phrase(descry_buf *words, const char *part, size_t size, size_t *count, int *begins, descry_error *err);

#endif
