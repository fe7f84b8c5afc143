/* SPDX-License-Identifier: Apache-2.0
 * Option parsing, with getopt_long. */
#include "ui/common.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPTIONS = 40, LONG_ONLY = 256, HELP = 1000 };

/* ---- near names ------------------------------------------------------------------------------------------------ */

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Edit distance (Damerau, optimal string alignment) of names shorter than 32 letters. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { N = 32 };
    size_t d[N][N], n = strlen(a), m = strlen(b);
    if (n >= N || m >= N)
        return N;
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1, d[i][j]);
        }
    return d[n][m];
}

const char *cmd_nearest(const char *name, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 2, size = strlen(name);
    for (size_t i = 0; i < count; i++) {
        size_t d = size > 1 && strncmp(name, names[i], size) == 0 ? 0 : edit_distance(name, names[i]);
        if (d <= best_distance && d < size) {
            best = names[i];
            best_distance = d ? d - 1 : 0;
            if (d == 0)
                break;
        }
    }
    return best;
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

static int bad_value(const cmd_command *command, const char *label, const char *text, const char *wanted)
{
    return cmd_usage(command, "%s: '%s' is not %s", label, text, wanted);
}

/* Accepts decimal digits only: strtoull accepts " -1". */
static bool read_number(const char *text, unsigned long long most, unsigned long long *number)
{
    if (!*text || text[strspn(text, "0123456789")])
        return false;
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return errno == 0 && *number <= most;
}

/* "LAT,LON,KM" */
static bool read_near(const char *text, descry_filter *filter)
{
    double values[3];
    for (size_t i = 0; i < 3; i++) {
        char *end;
        values[i] = strtod(text, &end);
        if (end == text || !isfinite(values[i]) || *end != (i < 2 ? ',' : 0))
            return false;
        text = end + 1;
    }
    filter->latitude = values[0];
    filter->longitude = values[1];
    filter->km = values[2];
    return fabs(values[0]) <= 90 && fabs(values[1]) <= 180 && values[2] >= 0;
}

static int store_value(const cmd_command *command, const cmd_option *option, const char *label, const char *text)
{
    unsigned long long number;
    char *end;
    switch (option->type) {
    case CMD_FLAG:
        *(int *)option->value = 1;
        return CMD_DONE;
    case CMD_TEXT:
        *(const char **)option->value = text;
        return CMD_DONE;
    case CMD_MAYBE:
        *(const char **)option->value = text ? text : "";
        return CMD_DONE;
    case CMD_COUNT:
        if (!read_number(text, SIZE_MAX, &number) || number == 0)
            return bad_value(command, label, text, "a number from 1");
        *(size_t *)option->value = (size_t)number;
        return CMD_DONE;
    case CMD_SEED:
        if (!read_number(text, UINT64_MAX, &number))
            return bad_value(command, label, text, "a number from 0 to 2^64 - 1");
        *(uint64_t *)option->value = number;
        return CMD_DONE;
    case CMD_THREADS:
        if (!read_number(text, 1024, &number))
            return bad_value(command, label, text, "a number from 0 to 1024");
        *(unsigned *)option->value = (unsigned)number;
        return CMD_DONE;
    case CMD_NUMBER:
        *(float *)option->value = strtof(text, &end);
        if (end == text || *end || !isfinite(*(float *)option->value))
            return bad_value(command, label, text, "a number");
        return CMD_DONE;
    case CMD_TIME:
        if (descry_time_parse(text, option->value, NULL))
            return bad_value(command, label, text, "a date: YYYY, YYYY-MM or YYYY-MM-DD, then THH:MM or THH:MM:SS");
        return CMD_DONE;
    case CMD_NEAR:
        if (!read_near(text, option->value))
            return bad_value(command, label, text,
                             "LAT,LON,KM: degrees from -90 to 90, from -180 to 180, and kilometres");
        return CMD_DONE;
    case CMD_PRECISION: {
        bool bf16 = strcmp(text, "bf16") == 0;
        *(descry_precision *)option->value = bf16 ? DESCRY_PRECISION_BF16 : DESCRY_PRECISION_F32;
        if (strcmp(text, "int8") == 0)
            return cmd_usage(command, "%s: %s is not supported by this build", label, text);
        return bf16 || strcmp(text, "f32") == 0 ? CMD_DONE : bad_value(command, label, text, "f32 or bf16");
    }
    case CMD_OPERAND:
        break;
    }
    return CMD_DONE;
}

/* ---- parsing --------------------------------------------------------------------------------------------------- */

static int unknown_option(const cmd_command *command, const char *given, const cmd_option *options, size_t count)
{
    const char *names[MAX_OPTIONS + 1];
    char name[64];
    if (strncmp(given, "--", 2) != 0)
        return cmd_usage(command, "unknown option '%s'", given);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(given + 2, "="), given + 2);
    for (size_t i = 0; i < count; i++)
        names[i] = options[i].name;
    names[count] = "help";
    const char *near = cmd_nearest(name, names, count + 1);
    return near ? cmd_usage(command, "unknown option '--%s'; did you mean '--%s'?", name, near)
                : cmd_usage(command, "unknown option '--%s'", name);
}

/* getopt's tables.  "-": operands are returned in order with the options; ":": a missing value returns ':', not '?'. */
static void make_tables(const cmd_option *options, size_t count, char *letters, struct option *names)
{
    size_t n = 0;
    *letters++ = '-';
    *letters++ = ':';
    *letters++ = 'h';
    for (size_t i = 0; i < count; i++) {
        int has_value = options[i].type == CMD_FLAG    ? no_argument
                        : options[i].type == CMD_MAYBE ? optional_argument
                                                       : required_argument;
        if (options[i].name[1])
            names[n++] = (struct option){options[i].name, has_value, NULL, LONG_ONLY + (int)i};
        if (options[i].letter) {
            *letters++ = options[i].letter;
            if (has_value)
                *letters++ = ':';
        }
    }
    names[n++] = (struct option){"help", no_argument, NULL, HELP};
    names[n] = (struct option){0};
    *letters = 0;
}

static const cmd_option *find_option(const cmd_option *options, size_t count, int code)
{
    if (code >= LONG_ONLY && code < LONG_ONLY + (int)count)
        return &options[code - LONG_ONLY];
    for (size_t i = 0; i < count; i++)
        if (code && options[i].letter == code)
            return &options[i];
    return NULL;
}

/* Reports an error of getopt, which sets optopt to a short option's letter, and advances optind past a long option. */
static int parse_error(const cmd_command *command, int code, char **argv, const cmd_option *options, size_t count)
{
    const cmd_option *option = find_option(options, count, optopt);
    char letter[3] = {'-', (char)optopt, 0};
    const char *given = optopt && optopt < LONG_ONLY ? letter : argv[optind - 1];
    if (code == ':')
        return cmd_usage(command, "option '%s' needs a value", given);
    if (option || optopt == HELP)
        return cmd_usage(command, "option '%s' takes no value", given);
    return unknown_option(command, given, options, count);
}

/* CMD_MAYBE of the form "[FILE]" also takes the next word, unless that is an option. */
static bool takes_next_word(const cmd_option *option, const char *value, int argc, char **argv)
{
    return option->type == CMD_MAYBE && !value && option->argument[1] != '=' && optind < argc && argv[optind][0] != '-';
}

/* What --help calls. */
static cmd_help_printer *print_help = cmd_print_help;

void cmd_show_help(const cmd_command *command, cmd_help_printer *printer)
{
    char name[32], help[] = "--help", *argv[] = {name, help, NULL};
    snprintf(name, sizeof name, "%s", command->name);
    print_help = printer;
    command->run(2, argv);
    print_help = cmd_print_help;
}

bool cmd_parse(const cmd_command *command, int argc, char **argv, const cmd_option *options, size_t count,
               cmd_operands *operands, int *status)
{
    struct option names[MAX_OPTIONS + 2];
    char letters[2 * MAX_OPTIONS + 4];
    *status = CMD_DONE;
    *operands = (cmd_operands){calloc((size_t)argc + 1, sizeof *operands->items), 0};
    if (!operands->items || count > MAX_OPTIONS) {
        *status = cmd_fail_memory();
        return false;
    }
    make_tables(options, count, letters, names);
    opterr = 0;
    optind = 1;
    bool stop = false;
    int code;
    while (!stop && (code = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        if (code == 1) {
            operands->items[operands->count++] = (cmd_operand){0, optarg};
        } else if (code == 'h' || code == HELP) {
            print_help(command, options, count);
            stop = true;
        } else if (code == '?' || code == ':') {
            *status = parse_error(command, code, argv, options, count);
        } else {
            const cmd_option *option = find_option(options, count, code);
            char label[40];
            snprintf(label, sizeof label, "%s%s", option->name[1] ? "--" : "-", option->name);
            if (takes_next_word(option, optarg, argc, argv))
                optarg = argv[optind++];
            *status = store_value(command, option, label, optarg);
            if (option->type == CMD_OPERAND)
                operands->items[operands->count++] = (cmd_operand){option->kind, optarg};
        }
        stop = stop || *status != CMD_DONE;
    }
    for (int i = optind; !stop && i < argc; i++)
        operands->items[operands->count++] = (cmd_operand){0, argv[i]};
    if (stop)
        cmd_operands_free(operands);
    return !stop;
}

int cmd_filter_under(descry_filter *filter, cmd_operands *operands, const char ***folders)
{
    size_t kept = 0;
    *folders = calloc(operands->count + 1, sizeof **folders);
    if (!*folders)
        return cmd_fail_memory();
    for (size_t i = 0; i < operands->count; i++)
        if (operands->items[i].kind == CMD_UNDER)
            (*folders)[filter->unders++] = operands->items[i].text;
        else
            operands->items[kept++] = operands->items[i];
    operands->count = kept;
    filter->under = *folders;
    return CMD_DONE;
}

void cmd_operands_free(cmd_operands *operands)
{
    free(operands->items);
    *operands = (cmd_operands){0};
}
