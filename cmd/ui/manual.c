/* SPDX-License-Identifier: Apache-2.0
 * Manual pages, in the man macros of roff. */
#include "ui/common.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Prints text with roff's special characters escaped. */
static void print_text(const char *text, size_t size)
{
    static const char special[] = "\\-'`^~";
    static const char *const escaped[] = {"\\e", "\\-", "\\(aq", "\\(ga", "\\(ha", "\\(ti"};
    if (size && (*text == '.' || *text == '\''))
        fputs("\\&", stdout);
    for (size_t i = 0; i < size; i++) {
        const char *at = strchr(special, text[i]);
        if (text[i] && at)
            fputs(escaped[at - special], stdout);
        else
            putchar(text[i]);
    }
}

static void print_line(const char *text, size_t size)
{
    print_text(text, size);
    putchar('\n');
}

/* Prints paragraphs; indented lines are printed literally, and an unindented line "Name:" before them is a heading. */
static void print_paragraphs(const char *text)
{
    int literal = 0, empty = 0;
    while (*text) {
        size_t size = strcspn(text, "\n");
        const char *next = text + size + (text[size] == '\n');
        int indented = size > 0 && *text == ' ', heads = size > 1 && !indented && text[size - 1] == ':' && *next == ' ';
        if (literal && !indented && size > 0)
            puts(".fi");
        if (size > 0 && empty && !heads)
            puts(".PP");
        if (indented && !literal)
            puts(".nf");
        literal = size > 0 ? indented : literal;
        if (heads) {
            fputs(".SH ", stdout);
            for (size_t i = 0; i + 1 < size; i++)
                putchar(toupper((unsigned char)text[i]));
            putchar('\n');
        } else if (size > 0)
            print_line(text, size);
        empty = size == 0;
        text = next;
    }
    if (literal)
        puts(".fi");
}

static void print_head(const char *name, const char *summary)
{
    char upper[64];
    size_t size = strlen(name);
    for (size_t i = 0; i <= size && i < sizeof upper; i++)
        upper[i] = (char)toupper((unsigned char)name[i]);
    printf(".TH ");
    print_text(upper, strnlen(upper, sizeof upper - 1));
    printf(" 1 \"\" \"descry %s\" \"User Commands\"\n.nh\n.SH NAME\n", descry_version());
    print_text(name, size);
    printf(" \\- ");
    print_line(summary, strlen(summary));
}

/* Prints the usage lines without "usage:"; returns the text after the blank line that follows them. */
static const char *print_synopsis(const char *usage)
{
    puts(".SH SYNOPSIS\n.nf");
    while (*usage && *usage != '\n') {
        size_t size = strcspn(usage, "\n"), skip = size > 7 ? 7 : size;
        print_line(usage + skip, size - skip);
        usage += size + (usage[size] == '\n');
    }
    puts(".fi");
    return usage + (*usage == '\n');
}

static void print_option(const cmd_option *option)
{
    puts(".TP");
    if (option->letter && option->name[1])
        printf("\\fB\\-%c\\fR, ", option->letter);
    fputs(option->name[1] ? "\\fB\\-\\-" : "\\fB\\-", stdout);
    print_text(option->name, strlen(option->name));
    fputs("\\fR", stdout);
    if (option->argument) {
        fputs(&" \\fI"[option->argument[0] == '[' && option->argument[1] == '='], stdout);
        print_text(option->argument, strlen(option->argument));
        fputs("\\fR", stdout);
    }
    putchar('\n');
    print_line(option->help, strlen(option->help));
}

enum { NAME = 40 };

/* "descry-eval-simat" */
static void page_name(char name[NAME], const cmd_command *command)
{
    snprintf(name, NAME, "descry-%s", command->name);
    for (char *space = name; (space = strchr(space, ' '));)
        *space = '-';
}

void cmd_print_manual(const cmd_command *command, const cmd_option *options, size_t count)
{
    char name[NAME];
    page_name(name, command);
    print_head(name, command->summary);
    const char *description = print_synopsis(command->usage);
    puts(".SH DESCRIPTION");
    print_paragraphs(description);
    if (count > 0)
        puts(".SH OPTIONS");
    for (size_t i = 0; i < count; i++)
        print_option(&options[i]);
    if (strncmp(command->notes, "Examples:", 9) != 0)
        puts(".SH NOTES");
    print_paragraphs(command->notes);
    fputs(".SH SEE ALSO\n\\fBdescry\\fR(1)", stdout);
    const cmd_command *kind;
    for (size_t i = 0; command == cmd_find("eval") && (kind = cmd_eval_kind(i)); i++) {
        page_name(name, kind);
        fputs(", \\fB", stdout);
        print_text(name, strlen(name));
        fputs("\\fR(1)", stdout);
    }
    putchar('\n');
}

static void print_member(const cmd_command *command)
{
    char name[NAME];
    page_name(name, command);
    fputs(".TP\n\\fB", stdout);
    print_text(name, strlen(name));
    puts("\\fR(1)");
    print_line(command->summary, strlen(command->summary));
}

void cmd_print_overview(const char *introduction, const char *notes)
{
    print_head("descry", "find and describe pictures with OpenCLIP");
    const char *description = print_synopsis(introduction);
    puts(".SH DESCRIPTION");
    print_paragraphs(description);
    puts(".SH COMMANDS");
    const cmd_command *command;
    for (size_t i = 0; (command = cmd_at(i)); i++)
        print_member(command);
    for (size_t i = 0; (command = cmd_eval_kind(i)); i++)
        print_member(command);
    print_paragraphs(notes);
}
