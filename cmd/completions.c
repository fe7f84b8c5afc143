/* SPDX-License-Identifier: Apache-2.0
 * descry completions */
#include "ui/common.h"

#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_completions = {
    "completions", "make a shell complete descry's commands and options",
    "usage: descry completions bash|zsh|fish\n"
    "\n"
    "Prints a script for the shell.  'descry' installed by a package or by ./run install has them in place already.\n",
    "Examples:\n"
    "  . <(descry completions bash)                 # in ~/.bashrc\n"
    "  descry completions zsh > ~/.zfunc/_descry    # in a folder of $fpath\n"
    "  descry completions fish > ~/.config/fish/completions/descry.fish\n",
    run};

/* What to complete an option's value with. */
typedef enum value { NO_VALUE, ANY, FILES, FOLDERS, MODELS, CHOICE } value;

static value value_of(const cmd_option *option)
{
    static const struct {
        const char *argument;
        value value;
    } known[] = {{"FILE", FILES},     {"OUT", FILES},   {"PATH", FILES},
                 {"[FILE]", FILES},   {"FOLDER", FOLDERS}, {"DIR", FOLDERS}, {"NAME", ANY}};
    if (!option->argument || strncmp(option->argument, "[=", 2) == 0) /* the value is part of the option's word */
        return NO_VALUE;
    if (strcmp(option->name, "model") == 0)
        return MODELS;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(option->argument, known[i].argument) == 0)
            return known[i].value;
    return strchr(option->argument, '|') ? CHOICE : ANY;
}

/* Prints a text with a backslash before each special character. */
static void print_escaped(const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            putchar('\\');
        putchar(*text);
    }
}

static void print_choices(const char *argument)
{
    for (; *argument; argument++)
        putchar(*argument == '|' ? ' ' : *argument);
}

static void each_command(cmd_help_printer *printer)
{
    const cmd_command *command;
    for (size_t i = 0; (command = cmd_at(i)); i++)
        cmd_show_help(command, printer);
    for (size_t i = 0; (command = cmd_eval_kind(i)); i++)
        cmd_show_help(command, printer);
}

static const char *kind_name(const cmd_command *kind)
{
    return kind->name + strlen("eval ");
}

static void print_kinds(void)
{
    const cmd_command *kind;
    for (size_t i = 0; (kind = cmd_eval_kind(i)); i++)
        printf("%s%s", i ? " " : "", kind_name(kind));
}

static void print_actions(void)
{
    const char *action;
    for (size_t i = 0; (action = cmd_album_action(i)); i++)
        printf("%s%s", i ? " " : "", action);
}

/* ---- bash ------------------------------------------------------------------------------------------------------ */

static void bash_case(const cmd_command *command, const cmd_option *options, size_t count)
{
    static const char *const kinds[] = {[ANY] = "any", [FILES] = "files", [FOLDERS] = "folders", [MODELS] = "models"};
    printf("    '%s')\n        options='--help", command->name);
    for (size_t i = 0; i < count; i++) {
        if (options[i].letter && options[i].name[1])
            printf(" -%c", options[i].letter);
        printf(" %s%s", options[i].name[1] ? "--" : "-", options[i].name);
    }
    puts("'\n        case $before in");
    for (size_t i = 0; i < count; i++) {
        value kind = value_of(&options[i]);
        if (kind == NO_VALUE)
            continue;
        fputs("        ", stdout);
        if (options[i].letter && options[i].name[1])
            printf("-%c | ", options[i].letter);
        printf("%s%s) ", options[i].name[1] ? "--" : "-", options[i].name);
        if (kind == CHOICE) {
            fputs("choices='", stdout);
            print_choices(options[i].argument);
            fputs("'", stdout);
        } else {
            printf("kind=%s", kinds[kind]);
        }
        puts(" ;;");
    }
    puts("        esac\n        ;;");
}

static void print_bash(void)
{
    const cmd_command *command;
    fputs("# bash completion for descry\n"
          "_descry()\n"
          "{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options='' choices='' "
          "kind=operand\n"
          "    COMPREPLY=()\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W '--help --version",
          stdout);
    for (size_t i = 0; (command = cmd_at(i)); i++)
        printf(" %s", command->name);
    puts("' -- \"$word\"))\n"
         "        return\n"
         "    fi\n"
         "    local command=${COMP_WORDS[1]}\n"
         "    if [[ $command == eval ]] && ((COMP_CWORD > 2)); then\n"
         "        command=\"eval ${COMP_WORDS[2]}\"\n"
         "    fi\n"
         "    case $command in");
    each_command(bash_case);
    fputs("    esac\n"
          "    case $kind in\n"
          "    models) choices=$(descry models --installed 2>/dev/null | awk '{ print $1 == \"*\" ? $2 : $1 }') ;;\n"
          "    operand)\n"
          "        case $command in\n"
          "        eval) choices='",
          stdout);
    print_kinds();
    fputs("' ;;\n"
          "        album) if ((COMP_CWORD == 2)); then choices='",
          stdout);
    print_actions();
    fputs("'; fi ;;\n"
          "        help) choices='",
          stdout);
    for (size_t i = 0; (command = cmd_at(i)); i++)
        printf("%s%s", i ? " " : "", command->name);
    puts("' ;;\n"
         "        completions) choices='bash zsh fish' ;;\n"
         "        esac\n"
         "        ;;\n"
         "    esac\n"
         "    if [[ $word == -* && $kind == operand ]]; then\n"
         "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "    elif [[ $choices ]]; then\n"
         "        COMPREPLY=($(compgen -W \"$choices\" -- \"$word\"))\n"
         "        if [[ $kind == models ]]; then\n"
         "            compopt -o filenames 2>/dev/null\n"
         "            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- \"$word\")\n"
         "        fi\n"
         "    elif [[ $kind == folders ]]; then\n"
         "        compopt -o filenames 2>/dev/null\n"
         "        mapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n"
         "    elif [[ $kind == files || $kind == operand ]]; then\n"
         "        compopt -o filenames 2>/dev/null\n"
         "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
         "    fi\n"
         "}\n"
         "complete -F _descry descry");
}

/* ---- zsh ------------------------------------------------------------------------------------------------------- */

static void zsh_option(const cmd_option *option)
{
    value kind = value_of(option);
    static const char *const actions[] = {
        [NO_VALUE] = "", [ANY] = "", [FILES] = "_files", [FOLDERS] = "_files -/", [MODELS] = "_descry_models"};
    if (option->letter && option->name[1])
        printf("            '*'{-%c,--%s}'[", option->letter, option->name);
    else
        printf("            '*%s%s[", option->name[1] ? "--" : "-", option->name);
    for (const char *c = option->help; *c; c++)
        if (*c == '\'')
            fputs("'\\''", stdout);
        else
            print_escaped((const char[]){*c, 0}, "[]:\\");
    putchar(']');
    if (kind == CHOICE) {
        fputs(":value:(", stdout);
        print_choices(option->argument);
        putchar(')');
    } else if (kind != NO_VALUE) {
        printf(":%s:%s", option->argument, actions[kind]);
    }
    puts("' \\");
}

static void zsh_case(const cmd_command *command, const cmd_option *options, size_t count)
{
    printf("    '%s')\n        _arguments -s \\\n            '(-h --help)'{-h,--help}'[how to use it]' \\\n",
           command->name);
    for (size_t i = 0; i < count; i++)
        zsh_option(&options[i]);
    if (strcmp(command->name, "help") == 0)
        puts("            \"1:command:($names)\" ;;");
    else if (command == &cmd_completions)
        puts("            '1:shell:(bash zsh fish)' ;;");
    else if (command == &cmd_album) {
        fputs("            '1:action:(", stdout);
        print_actions();
        puts(")' '*:file:_files' ;;");
    }
    else
        puts("            '*:file:_files' ;;");
}

static void zsh_summary(const char *name, const char *summary)
{
    printf("        '%s:", name);
    for (const char *c = summary; *c; c++)
        fputs(*c == '\'' ? "'\\''" : (const char[]){*c, 0}, stdout);
    puts("'");
}

static void print_zsh(void)
{
    const cmd_command *command;
    puts("#compdef descry\n"
         "_descry_models()\n"
         "{\n"
         "    local -a models\n"
         "    models=(${(f)\"$(descry models --installed 2>/dev/null | awk '{ print $1 == \"*\" ? $2 : $1 }')\"})\n"
         "    _alternative 'models:model:compadd -a models' 'folders:folder:_files -/'\n"
         "}\n"
         "_descry()\n"
         "{\n"
         "    local -a commands\n"
         "    commands=(");
    for (size_t i = 0; (command = cmd_at(i)); i++)
        zsh_summary(command->name, command->summary);
    puts("    )\n"
         "    local -a kinds\n"
         "    kinds=(");
    for (size_t i = 0; (command = cmd_eval_kind(i)); i++)
        zsh_summary(kind_name(command), command->summary);
    puts("    )\n"
         "    if ((CURRENT == 2)); then\n"
         "        _describe command commands\n"
         "        return\n"
         "    fi\n"
         "    local names=\"${(j: :)${(@)commands%%:*}}\"\n"
         "    shift words\n"
         "    ((CURRENT--))\n"
         "    if [[ $words[1] == eval ]]; then\n"
         "        if ((CURRENT == 2)); then\n"
         "            _describe kind kinds\n"
         "            return\n"
         "        fi\n"
         "        shift words\n"
         "        ((CURRENT--))\n"
         "        words[1]=\"eval $words[1]\"\n"
         "    fi\n"
         "    case $words[1] in");
    each_command(zsh_case);
    puts("    esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _descry ]; then\n"
         "    _descry \"$@\"\n"
         "else\n"
         "    compdef _descry descry\n"
         "fi");
}

/* ---- fish ------------------------------------------------------------------------------------------------------ */

/* The start of a rule for a command, all of whose words ("eval simat") must have been typed. */
static void fish_condition(const cmd_command *command)
{
    fputs("complete -c descry -n '__fish_seen_subcommand_from ", stdout);
    for (const char *c = command->name; *c; c++)
        fputs(*c == ' ' ? "; and __fish_seen_subcommand_from " : (const char[]){*c, 0}, stdout);
    putchar('\'');
}

static void fish_lines(const cmd_command *command, const cmd_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cmd_option *option = &options[i];
        value kind = value_of(option);
        fish_condition(command);
        if (option->letter)
            printf(" -s %c", option->letter);
        if (option->name[1])
            printf(" -l %s", option->name);
        if (kind == FILES)
            fputs(" -r -F", stdout);
        else if (kind == FOLDERS)
            fputs(" -x -a '(__fish_complete_directories)'", stdout);
        else if (kind == MODELS)
            fputs(" -r -F -a '(descry models --installed 2>/dev/null | string replace -r \"^[* ]*(\\S+).*\" \"\\$1\")'",
                  stdout);
        else if (kind == ANY)
            fputs(" -x", stdout);
        if (kind == CHOICE) {
            fputs(" -x -a '", stdout);
            print_choices(option->argument);
            putchar('\'');
        }
        fputs(" -d '", stdout);
        print_escaped(option->help, "'\\");
        puts("'");
    }
    fish_condition(command);
    puts(" -s h -l help -d 'how to use it'");
}

static void print_fish(void)
{
    const cmd_command *command;
    puts("# fish completion for descry");
    for (size_t i = 0; (command = cmd_at(i)); i++) {
        printf("complete -c descry -n __fish_use_subcommand -f -a %s -d '", command->name);
        print_escaped(command->summary, "'\\");
        puts("'");
    }
    each_command(fish_lines);
    for (size_t i = 0; (command = cmd_eval_kind(i)); i++) {
        fputs("complete -c descry -n '__fish_seen_subcommand_from eval; and not __fish_seen_subcommand_from ", stdout);
        print_kinds();
        printf("' -f -a %s -d '", kind_name(command));
        print_escaped(command->summary, "'\\");
        puts("'");
    }
    fputs("complete -c descry -n '__fish_seen_subcommand_from album; and not __fish_seen_subcommand_from ", stdout);
    print_actions();
    fputs("' -f -a '", stdout);
    print_actions();
    puts("'");
    puts("complete -c descry -n '__fish_seen_subcommand_from completions' -f -a 'bash zsh fish'");
    fputs("complete -c descry -n '__fish_seen_subcommand_from help' -f -a '", stdout);
    for (size_t i = 0; (command = cmd_at(i)); i++)
        printf("%s%s", i ? " " : "", command->name);
    puts("'");
}

static int run(int argc, char **argv)
{
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_completions, argc, argv, NULL, 0, &operands, &status))
        return status;
    const char *shell = operands.count == 1 ? operands.items[0].text : "";
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else if (strcmp(shell, "fish") == 0)
        print_fish();
    else
        status = cmd_usage(&cmd_completions, "for which shell? bash, zsh or fish");
    cmd_operands_free(&operands);
    return status;
}
