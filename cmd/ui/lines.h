/* SPDX-License-Identifier: Apache-2.0
 * Lists of lines and of files. */
#ifndef CMD_LINES_H
#define CMD_LINES_H

#include <stddef.h>

typedef struct cmd_lines {
    char **items;
    size_t count, room;
} cmd_lines;

/* These return an exit status, having said what is wrong; the list is to be freed in any case.  All zero is empty. */
int cmd_lines_add(cmd_lines *lines, const char *text);
int cmd_lines_read(cmd_lines *lines, const char *path); /* a text file's, without empty ones; a BOM is skipped */
/* Names in a folder in order of bytes, hidden ones left out: files, or with `folders` folders. */
int cmd_lines_list(cmd_lines *lines, const char *folder, int folders);
void cmd_lines_free(cmd_lines *lines);

char *cmd_join_path(const char *folder, const char *name); /* folder/name; to be freed; NULL: out of memory */

#endif
