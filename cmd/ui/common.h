/* SPDX-License-Identifier: Apache-2.0
 * Shared by the commands: the command struct, option parsing, messages, opening of models and libraries. */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

#include "descry.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses.  A run that a signal stopped ends by that signal, which a shell shows as 128 + its number. */
enum { CMD_DONE = 0, CMD_FAILED = 1, CMD_USAGE = 2, CMD_PARTLY = 3 };

typedef struct cmd_command {
    const char *name;
    const char *summary;               /* one line of the list of commands */
    const char *usage;                 /* start of --help: usage lines, a blank one, paragraphs */
    const char *notes;                 /* end of --help, after the options: paragraphs, "Examples:" last */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit status */
} cmd_command;

/* One per file, all listed in main.c. */
extern const cmd_command cmd_adapt, cmd_album, cmd_caption, cmd_completions, cmd_embed, cmd_eval, cmd_export, cmd_forget,
    cmd_help, cmd_import, cmd_index, cmd_mcp, cmd_models, cmd_preprocess, cmd_pull, cmd_search, cmd_serve, cmd_status, cmd_tag, cmd_tokenize,
    cmd_version;

const cmd_command *cmd_find(const char *name); /* NULL: none of that name */
const cmd_command *cmd_at(size_t i);           /* in the order of the list; NULL after the last */
const cmd_command *cmd_eval_kind(size_t i);    /* "eval retrieval", ..., which are not in that list */
const char *cmd_album_action(size_t i);         /* "create", ...: what may follow "album"; NULL after the last */
int cmd_unknown(const char *name);             /* prints an error with the nearest name; CMD_USAGE */

/* ---- options (options.c) ----------------------------------------------------------------------------------------- */

typedef enum cmd_option_type {
    CMD_FLAG,      /* int *: set to 1 */
    CMD_TEXT,      /* const char ** */
    CMD_MAYBE,     /* const char **: "" without a value.  Of long form; the argument is "[=X]", or "[X]", which is also
                      taken from the next word */
    CMD_COUNT,     /* size_t *: a decimal number, 1 or more */
    CMD_SEED,      /* uint64_t *: a decimal number, 0 or more */
    CMD_THREADS,   /* unsigned *: 0 to 1024 */
    CMD_NUMBER,    /* float *: finite */
    CMD_TIME,      /* int64_t *: see descry_time_parse */
    CMD_NEAR,      /* descry_filter *: LAT,LON,KM */
    CMD_PRECISION, /* descry_precision *: f32 or bf16 */
    CMD_OPERAND    /* an operand of this kind, in order with the others */
} cmd_option_type;

typedef struct cmd_option {
    const char *name; /* without the dashes; of one letter: short only */
    char letter;      /* short form, or 0 */
    cmd_option_type type;
    void *value;
    const char *argument; /* placeholder in help: "N", "FILE"; "12|13": one of these; NULL: CMD_FLAG */
    const char *help;     /* text of any length */
    int kind;             /* of CMD_OPERAND */
} cmd_option;

typedef struct cmd_operand {
    int kind; /* 0, or that of its CMD_OPERAND option */
    const char *text;
} cmd_operand;

typedef struct cmd_operands {
    cmd_operand *items;
    size_t count;
} cmd_operands;

/* Parses the options of a command.  False: --help or an error was printed, and *status is the exit status.  True: the operands
 * are in the order given, to be released with cmd_operands_free. */
bool cmd_parse(const cmd_command *command, int argc, char **argv, const cmd_option *options, size_t count,
               cmd_operands *operands, int *status);
void cmd_operands_free(cmd_operands *operands);

/* Prints a command's usage and options: as --help, as a manual page, as completions. */
typedef void cmd_help_printer(const cmd_command *command, const cmd_option *options, size_t count);
void cmd_show_help(const cmd_command *command, cmd_help_printer *printer); /* runs --help with this printer */
cmd_help_printer cmd_print_help;   /* help_text.c */
cmd_help_printer cmd_print_manual; /* manual.c */
void cmd_print_overview(const char *introduction, const char *notes); /* the manual page of descry itself */

/* The one of `count` names that starts with `name`, else the nearest by edit distance; NULL: none is near. */
const char *cmd_nearest(const char *name, const char *const *names, size_t count);

/* Options of nearly every command. */
typedef struct cmd_common {
    const char *library;
    const char *model;
    const char *head;
    size_t image_size;          /* cmd_open_model and cmd_open_named open it so; 0: its own */
    descry_precision precision; /* the same */
    unsigned threads;
    int json;
} cmd_common;

#define CMD_OPTION_LIBRARY(common, help)                                                                               \
    {                                                                                                                  \
        "library", 0, CMD_TEXT, &(common).library, "FILE", help, 0                                                     \
    }
#define CMD_OPTION_MODEL(common, help)                                                                                 \
    {                                                                                                                  \
        "model", 0, CMD_TEXT, &(common).model, "NAME", help, 0                                                         \
    }
/* For commands that embed pictures. */
#define CMD_OPTION_IMAGE_SIZE(common)                                                                                       \
    {                                                                                                                  \
        "image-size", 0, CMD_COUNT, &(common).image_size, "N",                                                         \
            "pictures of N x N pixels, another size than the model's own: --model NAME@N", 0                           \
    }
#define CMD_OPTION_HEAD(common, help)                                                                                  \
    {                                                                                                                  \
        "head", 0, CMD_TEXT, &(common).head, "NAME", help, 0                                                           \
    }
#define CMD_OPTION_THREADS(common)                                                                                     \
    {                                                                                                                  \
        "threads", 0, CMD_THREADS, &(common).threads, "N", "worker threads; 0, the default: one per processor", 0      \
    }
/* For commands that neither make nor compare a library's vectors. */
#define CMD_OPTION_PRECISION(common)                                                                                        \
    {                                                                                                                  \
        "precision", 0, CMD_PRECISION, &(common).precision, "f32|bf16",                                                \
            "bf16: the model's f32 matrices are rounded to bf16, which takes half the memory, and less time for a "    \
            "single caption; f32, the default: they are used as they are",                                             \
            0                                                                                                          \
    }
#define CMD_OPTION_JSON(common, help)                                                                                  \
    {                                                                                                                  \
        "json", 0, CMD_FLAG, &(common).json, NULL, help, 0                                                             \
    }

/* Selects files of folders; for descry_folder_options. */
#define CMD_OPTIONS_FOLDERS(folders)                                                                                   \
    {"include-hidden", 0, CMD_FLAG, &(folders).include_hidden, NULL,                                                   \
     "also hidden files and folders, bins and snapshots", 0},                                                          \
    {                                                                                                                  \
        "sniff", 0, CMD_FLAG, &(folders).sniff, NULL,                                                                  \
            "also look into files with other endings: some are pictures", 0                                           \
    }

/* Selects pictures; --under is an operand of this kind, see cmd_filter_under. */
enum { CMD_UNDER = 1000 };

#define CMD_OPTIONS_FILTER(filter)                                                                                     \
    {"under",                                                                                                          \
     0,                                                                                                                \
     CMD_OPERAND,                                                                                                      \
     NULL,                                                                                                             \
     "FOLDER",                                                                                                         \
     "only pictures in this folder and those below it; may be repeated: in one of them",                               \
     CMD_UNDER},                                                                                                       \
        {"after",                                                                                                      \
         0,                                                                                                            \
         CMD_TIME,                                                                                                     \
         &(filter).after,                                                                                              \
         "DATE",                                                                                                       \
         "only pictures taken at DATE or later: YYYY, YYYY-MM or YYYY-MM-DD, the last also with THH:MM[:SS]; the "     \
         "time is that of the clock where it was taken",                                                               \
         0},                                                                                                           \
        {"before",                                                                                                     \
         0,                                                                                                            \
         CMD_TIME,                                                                                                     \
         &(filter).before,                                                                                             \
         "DATE",                                                                                                       \
         "only pictures taken before DATE begins: --after 2019 --before 2020 is all of 2019",                          \
         0},                                                                                                           \
        {"camera",                                                                                                     \
         0,                                                                                                            \
         CMD_TEXT,                                                                                                     \
         &(filter).camera,                                                                                             \
         "TEXT",                                                                                                       \
         "only pictures by a camera whose make and model contain TEXT, in capitals or not",                            \
         0},                                                                                                           \
    {                                                                                                                  \
        "near", 0, CMD_NEAR, &(filter), "LAT,LON,KM",                                                                  \
            "only pictures taken at most KM kilometres from there, in degrees: south and west are negative", 0         \
    }

/* Moves the operands of kind CMD_UNDER into the filter; *folders is to be released with free. */
int cmd_filter_under(descry_filter *filter, cmd_operands *operands, const char ***folders);

/* Options for reading pictures. */
typedef struct cmd_pixels {
    size_t max_side, max_pixels, pillow; /* values of the options; 0: not given */
    descry_limits limits;
    descry_preprocess_options options; /* complete after cmd_read_pixels; its limits point to `limits` */
} cmd_pixels;

#define CMD_PIXELS_INIT                                                                                                \
    {                                                                                                                  \
        0, 0, 0, DESCRY_LIMITS_INIT, DESCRY_PREPROCESS_OPTIONS_INIT                                                    \
    }
#define CMD_OPTION_MAX_SIDE(pixels)                                                                                    \
    {                                                                                                                  \
        "max-side", 0, CMD_COUNT, &(pixels).max_side, "N",                                                             \
            "refuse pictures with more pixels along a side (65500)", 0                                                 \
    }
#define CMD_OPTION_MAX_PIXELS(pixels)                                                                                  \
    {                                                                                                                  \
        "max-pixels", 0, CMD_COUNT, &(pixels).max_pixels, "N",                                                         \
            "refuse pictures with more pixels in all (512000000)", 0                                                   \
    }
#define CMD_OPTION_MAX_PIXELS_PER_BYTE(pixels)                                                                         \
    {                                                                                                                  \
        "max-pixels-per-byte", 0, CMD_SEED, &(pixels).limits.max_pixels_per_byte, "N",                                        \
            "refuse JPEG, PNG and GIF of more pixels to a byte (10000; 0: never)", 0                                   \
    }
#define CMD_OPTION_PILLOW(pixels)                                                                                      \
    {                                                                                                                  \
        "pillow", 0, CMD_COUNT, &(pixels).pillow, "12|13", "resample as this version of Pillow does (13)", 0           \
    }
#define CMD_OPTION_REFERENCE(pixels)                                                                                   \
    {                                                                                                                  \
        "reference", 0, CMD_FLAG, &(pixels).options.reference, NULL,                                                           \
            "read pictures in open_clip's own order: resize in the file's mode, no EXIF rotation", 0                   \
    }

/* Completes pixels->options.  CMD_USAGE after a message about an invalid value. */
int cmd_read_pixels(const cmd_command *command, cmd_pixels *pixels);

/* ---- messages (common.c), all to standard error ------------------------------------------------------------------ */

void cmd_say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* a line: "descry: ..." */
int cmd_fail(const descry_error *err); /* prints it; CMD_USAGE for DESCRY_ERR_ARGUMENT, else CMD_FAILED */
int cmd_fail_memory(void);             /* CMD_FAILED */
int cmd_usage(const cmd_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* CMD_USAGE */

/* Prints the query, and on the next line a caret under its byte `position` (caret.c). */
void cmd_print_caret(const char *query, size_t position);

/* ---- opening (common.c); these print an error and return an exit status ------------------------------------------- */

int cmd_open_context(descry_context **ctx, unsigned threads);

/* Opens a library read-only; one of an older schema is migrated first, if it is writable.  Prints nothing: 0 or an error. */
int cmd_open_existing(descry_library **library, descry_context *ctx, const char *path, descry_error *err);

/* The same, as the others do it. */
int cmd_open_library(descry_library **library, descry_context *ctx, const char *path);

/* Name of the model that `library` was last indexed with, NULL if there is none; warns if there are several.  To be released
 * with free. */
int cmd_last_model(char **name, descry_library *library);

/* Opens common->model, else the last model of the library that common->library names. */
int cmd_open_model(descry_model **model, descry_context *ctx, const cmd_command *command, const cmd_common *common);

/* A model's name as libraries store it: a directory as its absolute path.  NULL: out of memory.  To be released with free. */
char *cmd_full_model(const char *name);

/* Opens the model of that name as common->precision and common->image_size say. */
int cmd_open_named(descry_model **model, descry_context *ctx, const char *name, const cmd_common *common);

/* Opens common->model and the library, which is created if needed; or an existing library and its last model.  A library is
 * created only after its model could be opened. */
int cmd_open_to_change(descry_library **library, descry_model **model, descry_context **ctx,
                       const cmd_command *command, const cmd_common *common);

/* Opens the model for captions: `name`; if that is NULL or "", `search` if it can caption, else the only installed one that can,
 * the bundled one aside.  *captioner is `search` if both are the same model.  captioner.c. */
int cmd_open_captioner(descry_model **captioner, descry_context *ctx, const char *name, descry_precision precision,
                       descry_model *search, const char *option);
void cmd_suggest_captioner(const char *option); /* prints which model to use instead of one that cannot */
int cmd_open_head(descry_head **head, descry_context *ctx, const descry_model *model, const char *name); /* NULL: none */

/* True for a query or an argument that begins with ./ ../ / or ~/ */
bool cmd_is_picture(const char *argument);

#endif
