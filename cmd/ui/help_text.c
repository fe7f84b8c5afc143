/* SPDX-License-Identifier: Apache-2.0
 * The output of --help. */
#include "ui/common.h"
#include "ui/output.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 110, WIDEST = 26 };

/* "-i, --image FILE" */
static int format_option(char *out, size_t room, const cmd_option *option)
{
    char letter[8] = "";
    if (option->letter && option->name[1])
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    return snprintf(out, room, "%s%s%s%s%s", letter, option->name[1] ? "--" : "-", option->name,
                    option->argument && option->argument[0] == '[' && option->argument[1] == '=' ? ""
                    : option->argument                                                           ? " "
                                                                                                 : "",
                    option->argument ? option->argument : "");
}

/* Prints a text, wrapped at spaces and indented to a column. */
static void print_wrapped(const char *text, int column)
{
    int at = column;
    while (*text) {
        int size = (int)strcspn(text, " ");
        if (at > column && at + 1 + size > WIDTH) {
            printf("\n%*s", column, "");
            at = column;
        } else if (at > column) {
            putchar(' ');
            at++;
        }
        fwrite(text, 1, (size_t)size, stdout);
        at += size;
        text += size + (text[size] == ' ');
    }
    putchar('\n');
}

void cmd_print_help(const cmd_command *command, const cmd_option *options, size_t count)
{
    char text[80];
    int column = 0;
    fputs(command->usage, stdout);
    cmd_flush();
    for (size_t i = 0; i < count; i++) {
        int size = format_option(text, sizeof text, &options[i]);
        column = size > column && size <= WIDEST ? size : column;
    }
    if (count > 0)
        fputs("\nOptions:\n", stdout);
    for (size_t i = 0; i < count; i++) {
        int size = format_option(text, sizeof text, &options[i]);
        if (size > column)
            printf("  %s\n%*s", text, column + 4, "");
        else
            printf("  %-*s  ", column, text);
        print_wrapped(options[i].help, column + 4);
        cmd_flush(); /* flushes before the buffer is full, to keep errno if it fails */
    }
    printf("\n%s", command->notes);
}
