/* SPDX-License-Identifier: Apache-2.0
 * Lists of text lines and of file names. */
#ifndef CMD_LINES_H
#define CMD_LINES_H

#include <stddef.h>

typedef struct cmd_lines {
    char **items;
    size_t count, room;
} cmd_lines;

/* These print an error and return an exit status; the list is to be freed in any case.  All zero: empty. */
int cmd_lines_add(cmd_lines *lines, const char *text);
int cmd_lines_read(cmd_lines *lines, const char *path); /* the non-empty lines of a text file; a BOM is skipped */
/* Names in a folder, sorted bytewise, without hidden ones: of files, or with `folders` of folders. */
int cmd_lines_list(cmd_lines *lines, const char *folder, int folders);
void cmd_lines_free(cmd_lines *lines);

char *cmd_join_path(const char *folder, const char *name); /* folder/name; to be freed; NULL: out of memory */

#endif
