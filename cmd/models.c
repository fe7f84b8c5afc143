/* SPDX-License-Identifier: Apache-2.0
 * descry models */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_models = {
    "models", "known and installed models",
    "usage: descry models [OPTIONS]\n"
    "\n"
    "Lists the models: first those installed, with the length of their embeddings, their size and their place, then\n"
    "the architectures that this build can run when given a directory with such a model, and published weights of\n"
    "CoCa with what --model takes once they are in Hugging Face's cache.  A * marks the model that the library was\n"
    "last indexed with; \"captions\", what can describe pictures.  A model in a directory of its own needs no\n"
    "installing: give the directory to --model.\n",
    "Examples:\n"
    "  descry models\n"
    "  descry models --installed --json\n",
    run};

typedef struct model_list {
    int json, installed_only;
    const char *last; /* model that the library was last indexed with, or NULL */
    int status;
} model_list;

static int print_json(const descry_known_model *model, bool is_default, bool captions, const char *source)
{
    json_t *object = json_object();
    if (object &&
        (json_object_set_new(object, "name", cmd_json_text(model->name, strlen(model->name))) ||
         json_object_set_new(object, "installed", json_boolean(model->path != NULL)) ||
         (model->path ? cmd_json_set_path(object, "path", model->path) : json_object_set_new(object, "path", json_null())) ||
         json_object_set_new(object, "dim", model->dim > 0 ? json_integer(model->dim) : json_null()) ||
         json_object_set_new(object, "bytes", model->path ? json_integer((json_int_t)model->bytes) : json_null()) ||
         json_object_set_new(object, "default", json_boolean(is_default)) ||
         json_object_set_new(object, "captions", json_boolean(captions)) ||
         json_object_set_new(object, "source", source ? json_string(source) : json_null()))) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int print_model(void *arg, const descry_known_model *model)
{
    model_list *list = arg;
    bool is_default = list->last && strcmp(list->last, model->name) == 0;
    if (!model->path && list->installed_only)
        return 0;
    bool captions = descry_can_caption(model->name);
    const char *mark = captions ? "  captions" : "";
    if (list->json) {
        list->status = print_json(model, is_default, captions, NULL);
    } else if (!model->path) {
        fputs("  ", stdout);
        cmd_print_visible(stdout, model->name);
        puts(mark);
    } else {
        printf("%c ", is_default ? '*' : ' ');
        cmd_print_visible(stdout, model->name);
        printf("  dim %d  %.1f MB%s  ", model->dim, (double)model->bytes / 1e6, mark);
        cmd_print_path(stdout, model->path);
        putchar('\n');
    }
    return list->status != CMD_DONE || ferror(stdout);
}

static void print_pretrained(model_list *list)
{
    const descry_pretrained *weights;
    for (size_t i = 0; list->status == CMD_DONE && (weights = descry_pretrained_at(i)); i++) {
        if (list->json)
            list->status = print_json(&(descry_known_model){.name = weights->name}, false, weights->can_caption, weights->source);
        else
            printf("  %s%s  %s\n", weights->name, weights->can_caption ? "  captions" : "", weights->source);
    }
}

/* The last model of the library given, or of the default one if it exists. */
static int load_last_model(char **name, descry_context *ctx, const char *path)
{
    descry_error err;
    descry_library *library;
    const descry_library_status *held;
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.read_only = 1;
    *name = NULL;
    int rc = descry_library_open(&library, ctx, path, &options, &err);
    if (!rc)
        rc = descry_status(library, &held, &err);
    if (!rc && held->model_count > 0)
        *name = strdup(held->models[0]->name);
    descry_library_close(&library);
    return rc && path ? cmd_fail(&err) : CMD_DONE;
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    model_list list = {0};
    const cmd_option options[] = {
        {"installed", 0, CMD_FLAG, &list.installed_only, NULL, "only those installed", 0},
        CMD_OPTION_LIBRARY(common, "the library meant by *"),
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common, "{\"name\", \"installed\", \"path\", \"dim\", \"bytes\", \"default\", "
                                "\"captions\", \"source\"}; path, dim and bytes are null for what is not installed, "
                                "source for all but published weights"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_models, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    descry_context *ctx = NULL;
    char *last = NULL;
    if (operands.count > 0)
        status = cmd_usage(&cmd_models, "'%s' is not expected", operands.items[0].text);
    else
        status = cmd_open_context(&ctx, common.threads);
    if (status == CMD_DONE)
        status = load_last_model(&last, ctx, common.library);
    list.json = common.json;
    list.last = last;
    if (status == CMD_DONE)
        descry_models(print_model, &list);
    if (status == CMD_DONE && !list.installed_only)
        print_pretrained(&list);
    descry_context_close(&ctx);
    free(last);
    cmd_operands_free(&operands);
    return status == CMD_DONE ? list.status : status;
}
