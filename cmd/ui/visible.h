/* SPDX-License-Identifier: Apache-2.0
 * Untrusted text on a terminal: without control characters and invisible characters. */
#ifndef CMD_VISIBLE_H
#define CMD_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Prints a name on one line, reversibly: control characters, ill-formed bytes, invisible characters and bidi controls as \n \t
 * \r or \xHH for each byte, a backslash doubled.  Joiners, variation selectors and tags are kept where words and emoji need
 * them. */
void cmd_print_path(FILE *file, const char *path);

/* The same without doubling backslashes, for messages. */
void cmd_print_visible(FILE *file, const char *text);

/* Whether these print the character at text[at] unchanged; text has `size` bytes. */
bool cmd_is_shown(const char *text, size_t size, size_t at);

/* Decodes the character at the start of text[0..size): returns its size, sets *character to its code point.  Ill-formed: the
 * number of bytes that one U+FFFD replaces (Unicode 3.9, table 3-7: the maximal subpart), and -1. */
size_t cmd_next_character(const char *text, size_t size, int32_t *character);

#endif
