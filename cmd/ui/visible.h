/* SPDX-License-Identifier: Apache-2.0
 * Text that others wrote, on a terminal: nothing of it is hidden or does anything. */
#ifndef CMD_VISIBLE_H
#define CMD_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A name on one line, reversibly: control characters, ill-formed bytes, and what is invisible or changes the direction of
 * text as \n \t \r or \xHH for each byte, a backslash doubled.  Joiners, variation selectors and tags stay where words and
 * emoji need them. */
void cmd_print_path(FILE *file, const char *path);

/* The same but for the backslash, for messages. */
void cmd_print_visible(FILE *file, const char *text);

/* Would those print the character at text[at] of `size` bytes as it is? */
bool cmd_is_shown(const char *text, size_t size, size_t at);

/* Size of the character at the start of text[0..size), *character its code point.  Of an ill-formed one: the bytes
 * that one U+FFFD stands for (Unicode 3.9, table 3-7: the longest start of a well-formed sequence), and -1. */
size_t cmd_next_character(const char *text, size_t size, int32_t *character);

#endif
