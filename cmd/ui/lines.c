/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/lines.h"

#include "ui/common.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

int cmd_lines_add(cmd_lines *lines, const char *text)
{
    if (lines->count == lines->room) {
        size_t room = lines->room ? 2 * lines->room : 64;
        char **items = room < SIZE_MAX / sizeof *items ? realloc(lines->items, room * sizeof *items) : NULL;
        if (!items)
            return cmd_fail_memory();
        lines->items = items;
        lines->room = room;
    }
    lines->items[lines->count] = strdup(text);
    return lines->items[lines->count] ? (lines->count++, CMD_DONE) : cmd_fail_memory();
}

static int fail(const char *path)
{
    cmd_say("%s: %s", path, strerror(errno));
    return CMD_FAILED;
}

int cmd_lines_read(cmd_lines *lines, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int status = CMD_DONE, first = 1;
    if (!file)
        return fail(path);
    errno = 0;
    while (status == CMD_DONE && (size = getline(&line, &room, file)) >= 0) {
        char *text = first && strncmp(line, "\xEF\xBB\xBF", 3) == 0 ? line + 3 : line;
        text[strcspn(text, "\r\n")] = 0;
        if (*text)
            status = cmd_lines_add(lines, text);
        first = 0;
    }
    if (status == CMD_DONE && ferror(file))
        status = fail(path);
    free(line);
    fclose(file);
    return status;
}

char *cmd_join_path(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", folder, *folder && folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    return path;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int cmd_lines_list(cmd_lines *lines, const char *folder, int folders)
{
    DIR *dir = opendir(folder);
    size_t first = lines->count;
    int status = CMD_DONE;
    if (!dir)
        return fail(folder);
    for (struct dirent *entry; status == CMD_DONE && (entry = readdir(dir)) != NULL;) {
        struct stat st;
        char *path = entry->d_name[0] == '.' ? NULL : cmd_join_path(folder, entry->d_name);
        if (path && stat(path, &st) == 0 && (folders ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode)))
            status = cmd_lines_add(lines, entry->d_name);
        free(path);
    }
    closedir(dir);
    if (lines->count > first)
        qsort(lines->items + first, lines->count - first, sizeof *lines->items, by_bytes);
    return status;
}

void cmd_lines_free(cmd_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->items[i]);
    free(lines->items);
    *lines = (cmd_lines){0};
}
