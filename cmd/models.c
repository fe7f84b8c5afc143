/* SPDX-License-Identifier: Apache-2.0
 * descry models */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int run(int argc, char **argv);

const cmd_command cmd_models = {
    "models", "known and installed models",
    "usage: descry models [OPTIONS] [WORD...]\n"
    "\n"
    "Lists the models, or those with every WORD in their name: first those installed, with the length of their\n"
    "embeddings, their size and their place, then the architectures that this build can run when given a directory\n"
    "with such a model, then the weights that are published for open_clip, which 'descry pull' fetches: with their\n"
    "parameters, how many of COCO's texts find their picture first, their licence, and where they are.  A * marks the\n"
    "model that the library was last indexed with; \"captions\", what can describe pictures; \"not yet\", what\n"
    "this build cannot run.  A model in a directory of its own needs no installing: give the directory to --model.\n",
    "Examples:\n"
    "  descry models\n"
    "  descry models siglip2\n"
    "  descry models --installed --json\n",
    run};

typedef struct model_list {
    int json, installed_only;
    const char *last; /* model that the library was last indexed with, or NULL */
    const cmd_operands *words;
    int status;
} model_list;

static bool has_word(const char *text, const char *word)
{
    size_t size = strlen(word);
    for (; *text; text++)
        if (strncasecmp(text, word, size) == 0)
            return true;
    return size == 0;
}

/* Every word is in the name, or in the other one; Immich's spelling is such a word, too. */
static bool is_wanted(const model_list *list, const char *name, const char *other)
{
    for (size_t i = 0; i < list->words->count; i++) {
        const char *word = list->words->items[i].text;
        const descry_pretrained *meant = descry_pretrained_find(word);
        if (!has_word(name, meant ? meant->name : word) && !has_word(other, meant ? meant->source : word))
            return false;
    }
    return true;
}

static json_t *optional(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *score(double value)
{
    return value >= 0 ? json_real(value) : json_null();
}

/* `weights` NULL: an installed model, or an architecture */
static int print_json(const descry_known_model *model, bool is_default, bool captions, const descry_pretrained *weights)
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
         json_object_set_new(object, "source", optional(weights ? weights->source : NULL)))) {
        json_decref(object);
        object = NULL;
    }
    if (object && weights) {
        int can = descry_pretrained_can(weights);
        if (json_object_set_new(object, "licence", optional(weights->licence)) ||
            json_object_set_new(object, "parameters", weights->parameters ? json_integer(weights->parameters) : json_null()) ||
            json_object_set_new(object, "coco", score(weights->coco)) ||
            json_object_set_new(object, "flickr", score(weights->flickr)) ||
            json_object_set_new(object, "imagenet", score(weights->imagenet)) ||
            json_object_set_new(object, "pictures", json_boolean((can & DESCRY_CAN_PICTURES) != 0)) ||
            json_object_set_new(object, "texts", json_boolean((can & DESCRY_CAN_TEXTS) != 0))) {
            json_decref(object);
            object = NULL;
        }
    }
    return cmd_json_line(object);
}

/* The pair of the table that a repository is, where it has one. */
static const char *tag_of(const char *source)
{
    const descry_pretrained *weights;
    for (size_t i = 0; (weights = descry_pretrained_at(i)) != NULL; i++)
        if (strcmp(weights->source, source) == 0)
            return weights->name;
    return "";
}

static int print_model(void *arg, const descry_known_model *model)
{
    model_list *list = arg;
    bool is_default = list->last && strcmp(list->last, model->name) == 0;
    const char *tag = tag_of(model->name);
    if ((!model->path && list->installed_only) || !is_wanted(list, model->name, tag))
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

static void print_weights(const descry_pretrained *weights, int can)
{
    printf("  %s", weights->name);
    if (weights->parameters > 0)
        printf("  %.0f M", (double)weights->parameters / 1e6);
    if (weights->coco >= 0)
        printf("  COCO %.1f", weights->coco * 100);
    printf("  licence %s%s  %s\n", weights->licence ? weights->licence : "unknown",
           !can                          ? "  not yet"
           : can & DESCRY_CAN_CAPTIONS   ? "  captions"
                                         : "",
           weights->source);
}

static void print_pretrained(model_list *list)
{
    const descry_pretrained *weights;
    for (size_t i = 0; list->status == CMD_DONE && (weights = descry_pretrained_at(i)); i++) {
        if (!is_wanted(list, weights->name, weights->source))
            continue;
        int can = descry_pretrained_can(weights);
        if (list->json)
            list->status = print_json(&(descry_known_model){.name = weights->name}, false,
                                      (can & DESCRY_CAN_CAPTIONS) != 0, weights);
        else
            print_weights(weights, can);
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
                                "source for all but published weights, which also have \"licence\", \"parameters\", "
                                "\"coco\", \"flickr\", \"imagenet\", \"pictures\" and \"texts\""),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_models, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    descry_context *ctx = NULL;
    char *last = NULL;
    status = cmd_open_context(&ctx, common.threads);
    if (status == CMD_DONE)
        status = load_last_model(&last, ctx, common.library);
    list.json = common.json;
    list.last = last;
    list.words = &operands;
    descry_error err;
    if (status == CMD_DONE && descry_models(print_model, &list, &err))
        status = cmd_fail(&err);
    if (status == CMD_DONE && !list.installed_only)
        print_pretrained(&list);
    descry_context_close(&ctx);
    free(last);
    cmd_operands_free(&operands);
    return status == CMD_DONE ? list.status : status;
}
