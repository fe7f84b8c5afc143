/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/common.h"

#include "ui/progress.h"
#include "ui/visible.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- messages -------------------------------------------------------------------------------------------------- */

/* Messages may quote untrusted text: control characters are escaped. */
static void print_message(const char *command, const char *format, va_list arguments)
{
    char text[sizeof(descry_error) + 256];
    vsnprintf(text, sizeof text, format, arguments);
    cmd_progress_hide();
    fprintf(stderr, "descry%s%s: ", command ? " " : "", command ? command : "");
    cmd_print_visible(stderr, text);
    fputc('\n', stderr);
}

void cmd_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_message(NULL, format, arguments);
    va_end(arguments);
}

int cmd_fail(const descry_error *err)
{
    cmd_say("%s", err->message);
    return err->code == DESCRY_ERR_ARGUMENT ? CMD_USAGE : CMD_FAILED;
}

int cmd_fail_memory(void)
{
    cmd_say("out of memory");
    return CMD_FAILED;
}

int cmd_usage(const cmd_command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_message(command->name, format, arguments);
    va_end(arguments);
    fprintf(stderr, "See 'descry %s --help'.\n", command->name);
    return CMD_USAGE;
}

static void log_message(void *arg, descry_log_level level, const char *message)
{
    (void)arg;
    if (level == DESCRY_LOG_WARNING)
        cmd_say("warning: %s", message);
}

/* A model could not be opened. */
static int fail_to_open(const char *name, const descry_error *err)
{
    const descry_pretrained *weights = descry_pretrained_find(name);
    bool is_demo = strcmp(name, "demo") == 0 || strncmp(name, "demo@", 5) == 0;
    if (err->code != DESCRY_ERR_NOT_FOUND || is_demo || descry_model_folder(name))
        return cmd_fail(err);
    cmd_say("%s: 'descry pull %s' fetches it", err->message, weights ? weights->name : name);
    return CMD_FAILED;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

int cmd_open_context(descry_context **ctx, unsigned threads)
{
    descry_error err;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    options.threads = threads;
    options.log = log_message;
    return descry_context_open(ctx, &options, &err) ? cmd_fail(&err) : CMD_DONE;
}

int cmd_open_existing(descry_library **library, descry_context *ctx, const char *path, descry_error *err)
{
    descry_library_options reading = DESCRY_LIBRARY_OPTIONS_INIT, changing = DESCRY_LIBRARY_OPTIONS_INIT;
    reading.read_only = 1;
    changing.create = 0;
    int rc = descry_library_open(library, ctx, path, &reading, err);
    if (rc != DESCRY_ERR_UNSUPPORTED || descry_library_open(library, ctx, path, &changing, NULL))
        return rc;
    descry_library_close(library);
    return descry_library_open(library, ctx, path, &reading, err);
}

int cmd_open_library(descry_library **library, descry_context *ctx, const char *path)
{
    descry_error err;
    int rc = cmd_open_existing(library, ctx, path, &err);
    if (rc == DESCRY_ERR_NOT_FOUND) {
        cmd_say("%s ('descry index' makes a library)", err.message);
        return CMD_FAILED;
    }
    return rc ? cmd_fail(&err) : CMD_DONE;
}

int cmd_last_model(char **name, descry_library *library)
{
    descry_error err;
    const descry_library_status *status;
    *name = NULL;
    if (descry_status(library, &status, &err))
        return cmd_fail(&err);
    if (status->model_count == 0)
        return CMD_DONE;
    *name = strdup(status->models[0]->name);
    if (!*name)
        return cmd_fail_memory();
    if (status->model_count > 1)
        cmd_say("warning: the library holds vectors of %zu models; using the last indexed, %s (--model chooses)",
                status->model_count, *name);
    return CMD_DONE;
}

/* Prints how to choose a model. */
static int fail_no_model(const cmd_command *command)
{
    return cmd_usage(command,
                     "which model? 'descry pull' fetches one for real photographs (without a name it offers some); then "
                     "--model NAME, or --model DIRECTORY (in open_clip's format: open_clip_config.json beside its weights); "
                     "--model demo is the small bundled one");
}

/* The last model of a library; if the default library does not exist, *name is NULL, without an error. */
static int last_model_at(char **name, descry_context *ctx, const char *path)
{
    descry_error err;
    descry_library *library;
    *name = NULL;
    int rc = cmd_open_existing(&library, ctx, path, &err);
    if (rc == DESCRY_ERR_NOT_FOUND && !path)
        return CMD_DONE;
    int status = rc ? cmd_fail(&err) : cmd_last_model(name, library);
    descry_library_close(&library);
    return status;
}

static descry_model_options model_options(const cmd_common *common)
{
    descry_model_options options = DESCRY_MODEL_OPTIONS_INIT;
    options.precision = common->precision;
    options.image_size = common->image_size < INT_MAX ? (int)common->image_size : INT_MAX;
    return options;
}

int cmd_open_model(descry_model **model, descry_context *ctx, const cmd_command *command, const cmd_common *common)
{
    descry_error err;
    char *last = NULL;
    *model = NULL;
    int status = common->model ? CMD_DONE : last_model_at(&last, ctx, common->library);
    const char *name = common->model ? common->model : last;
    if (status == CMD_DONE && !name)
        status = fail_no_model(command);
    const descry_model_options options = model_options(common);
    if (status == CMD_DONE && descry_model_open(model, ctx, name, &options, &err))
        status = fail_to_open(name, &err);
    free(last);
    return status;
}

int cmd_open_head(descry_head **head, descry_context *ctx, const descry_model *model, const char *name)
{
    descry_error err;
    *head = NULL;
    return name && descry_head_open(head, ctx, model, name, &err) ? cmd_fail(&err) : CMD_DONE;
}

char *cmd_full_model(const char *name)
{
    size_t length = descry_model_folder(name);
    char *folder = strndup(name, length);
    if (!folder)
        return NULL;
    char *real = length ? realpath(folder, NULL) : NULL;
    size_t size = real ? strlen(real) + strlen(name + length) + 2 : 0;
    char *full = real ? malloc(size) : strdup(name);
    const char *after = name + length;
    if (real && !*after && descry_model_folder(real) < strlen(real))
        after = "/"; /* the folder's own name ends in "@N" */
    if (real && full)
        snprintf(full, size, "%s%s", real, after);
    free(real);
    free(folder);
    return full;
}

int cmd_open_named(descry_model **model, descry_context *ctx, const char *name, const cmd_common *common)
{
    descry_error err;
    const descry_model_options options = model_options(common);
    char *full = cmd_full_model(name);
    int status = full ? CMD_DONE : cmd_fail_memory();
    if (status == CMD_DONE && descry_model_open(model, ctx, full, &options, &err))
        status = fail_to_open(full, &err);
    free(full);
    return status;
}

static int open_last_model(descry_model **model, descry_context *ctx, const cmd_command *command, const cmd_common *common,
                           descry_library *library)
{
    descry_error err;
    char *name;
    const descry_model_options options = model_options(common);
    int status = cmd_last_model(&name, library);
    if (status == CMD_DONE && !name)
        status = fail_no_model(command);
    if (status == CMD_DONE && descry_model_open(model, ctx, name, &options, &err))
        status = fail_to_open(name, &err);
    free(name);
    return status;
}

int cmd_open_to_change(descry_library **library, descry_model **model, descry_context **ctx,
                       const cmd_command *command, const cmd_common *common)
{
    descry_error err;
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.create = common->model != NULL;
    int status = cmd_open_context(ctx, common->threads);
    if (status == CMD_DONE && common->model)
        status = cmd_open_named(model, *ctx, common->model, common);
    if (status != CMD_DONE)
        return status;
    int rc = descry_library_open(library, *ctx, common->library, &options, &err);
    if (rc == DESCRY_ERR_NOT_FOUND && !common->model) {
        cmd_say("%s", err.message);
        return fail_no_model(command);
    }
    if (rc)
        return cmd_fail(&err);
    return common->model ? CMD_DONE : open_last_model(model, *ctx, command, common, *library);
}

/* ---- arguments ------------------------------------------------------------------------------------------------- */

bool cmd_is_picture(const char *argument)
{
    static const char *const starts[] = {"./", "../", "/", "~/"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(argument, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

int cmd_read_pixels(const cmd_command *command, cmd_pixels *pixels)
{
    if (pixels->pillow && pixels->pillow != 12 && pixels->pillow != 13)
        return cmd_usage(command, "--pillow: %zu is not 12 or 13", pixels->pillow);
    if (pixels->max_side > UINT32_MAX)
        return cmd_usage(command, "--max-side: %zu is too much", pixels->max_side);
    if (pixels->pillow)
        pixels->options.pillow = (int)pixels->pillow;
    if (pixels->max_side)
        pixels->limits.max_side = (uint32_t)pixels->max_side;
    if (pixels->max_pixels)
        pixels->limits.max_pixels = pixels->max_pixels;
    pixels->options.limits = &pixels->limits;
    return CMD_DONE;
}
