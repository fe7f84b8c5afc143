/* SPDX-License-Identifier: Apache-2.0
 * descry help */
#include "ui/common.h"

#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_help = {
    "help", "how to use descry, or one of its commands",
    "usage: descry help [--man] [COMMAND]\n"
    "       descry help [--man] eval KIND\n"
    "\n"
    "Prints how to use descry, or what COMMAND --help or eval KIND --help prints.\n",
    "Examples:\n"
    "  descry help\n"
    "  descry help search\n"
    "  descry help eval retrieval\n"
    "  descry help --man search | man -l -\n",
    run};

static const char introduction[] =
    "usage: descry COMMAND [OPTIONS] ...\n"
    "\n"
    "descry finds pictures by what they show, with OpenCLIP models, on this machine alone.\n";

static const char common_options[] =
    "Options that most commands take:\n"
    "  --library FILE   the library; without it $DESCRY_LIBRARY, else $XDG_DATA_HOME/descry/library.db\n"
    "                   (~/.local/share/descry/library.db)\n"
    "  --model NAME     a directory in open_clip's format (open_clip_config.json beside its weights), a model of\n"
    "                   Hugging Face's cache (hf-hub:organisation/name), or demo, the small bundled one;\n"
    "                   without it, the model that the library was last indexed with\n"
    "  --threads N      worker threads; 0, the default: one per processor\n"
    "  --precision P    of the model's matrices, for caption, embed, tag and eval: f32 or bf16\n"
    "  --json           one JSON object a line on standard output; all else goes to standard error.\n"
    "                   A path that is not UTF-8 comes as text with U+FFFD and, in base64, as path_bytes.\n"
    "\n"
    "Exit status:\n"
    "  0  done\n"
    "  1  failed\n"
    "  2  wrong usage\n"
    "  3  done, but some inputs could not be read; each is named on standard error with the reason\n"
    "  A run stopped by Ctrl-C ends by that signal: a shell shows 130.\n"
    "\n"
    "Environment:\n"
    "  DESCRY_LIBRARY   the library\n"
    "  DESCRY_CPU       use no instruction set above this one: portable, avx2, avx512; on ARM portable, neon\n"
    "  DESCRY_SANDBOX   process: decode pictures without walls around the decoders; off: in this process (for debugging)\n"
    "  DESCRY_LIBEXEC   the folder with descry-decode\n"
    "  HF_HUB_CACHE, HF_HOME   where Hugging Face's cache is\n"
    "\n"
    "Examples:\n"
    "  descry index --model demo ~/Pictures\n"
    "  descry search a red apple beside a dog\n"
    "  descry help search\n";

static void print_overview(void)
{
    const cmd_command *command;
    printf("%s\nCommands:\n", introduction);
    for (size_t i = 0; (command = cmd_at(i)); i++)
        printf("  %-12s %s\n", command->name, command->summary);
    printf("\n%s", common_options);
}

static const cmd_command *find_kind(const char *name)
{
    const cmd_command *kind;
    for (size_t i = 0; (kind = cmd_eval_kind(i)); i++)
        if (strcmp(kind->name + strlen("eval "), name) == 0)
            return kind;
    return NULL;
}

static int run(int argc, char **argv)
{
    int man = 0;
    const cmd_option options[] = {{"man", 0, CMD_FLAG, &man, NULL, "as a manual page, for man or groff", 0}};
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_help, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    const char *name = operands.count > 0 ? operands.items[0].text : NULL;
    const char *kind = operands.count == 2 && strcmp(name, "eval") == 0 ? operands.items[1].text : NULL;
    const cmd_command *command = kind ? find_kind(kind) : name ? cmd_find(name) : NULL;
    if (operands.count > 1 && !kind)
        status = cmd_usage(&cmd_help, "one command at a time");
    else if (kind && !command)
        status = cmd_usage(&cmd_help, "eval has no kind '%s'", kind);
    else if (command)
        cmd_show_help(command, man ? cmd_print_manual : cmd_print_help);
    else if (name)
        status = cmd_unknown(name);
    else if (man)
        cmd_print_overview(introduction, common_options);
    else
        print_overview();
    cmd_operands_free(&operands);
    return status;
}
