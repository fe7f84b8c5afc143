/* SPDX-License-Identifier: Apache-2.0
 * The table of commands, and dispatch. */
#include "ui/common.h"
#include "ui/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const cmd_command *const commands[] = {
    &cmd_index,    &cmd_search, &cmd_album, &cmd_caption, &cmd_tag,        &cmd_status, &cmd_forget, &cmd_serve, &cmd_mcp, &cmd_models, &cmd_pull, &cmd_export,  &cmd_import,
    &cmd_tokenize, &cmd_embed,  &cmd_preprocess, &cmd_eval, &cmd_adapt,  &cmd_completions, &cmd_version, &cmd_help,
};

enum { COMMANDS = sizeof commands / sizeof *commands };

const cmd_command *cmd_at(size_t i)
{
    return i < COMMANDS ? commands[i] : NULL;
}

const cmd_command *cmd_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int cmd_unknown(const char *name)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *near = cmd_nearest(name, names, COMMANDS);
    if (near)
        cmd_say("unknown command '%s'; did you mean '%s'?", name, near);
    else
        cmd_say("unknown command '%s'", name);
    fputs("See 'descry help'.\n", stderr);
    return CMD_USAGE;
}

/* Opens standard streams that are closed: else the next file opened, such as the library, would get their descriptor. */
static bool open_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

static int short_usage(void)
{
    fputs("usage: descry COMMAND [OPTIONS] ...\n\n", stderr);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(stderr, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nSee 'descry help' and 'descry COMMAND --help'.\n", stderr);
    return CMD_USAGE;
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return short_usage();
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0)
        name = "version";
    const cmd_command *command = cmd_find(name);
    if (command)
        return command->run(argc - 1, argv + 1);
    if (name[0] != '-')
        return cmd_unknown(name);
    cmd_say("unknown option '%s'; options come after the command", name);
    fputs("See 'descry help'.\n", stderr);
    return CMD_USAGE;
}

int main(int argc, char **argv)
{
    if (!open_standard_streams())
        return CMD_FAILED;
    signal(SIGXFSZ, SIG_IGN); /* so that exceeding RLIMIT_FSIZE is an I/O error */
    int status = cmd_close_output(run(argc, argv));
    if (status > 128) { /* stopped by a signal: end by it, for the shell */
        signal(status - 128, SIG_DFL);
        raise(status - 128);
    }
    return status;
}
