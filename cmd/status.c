/* SPDX-License-Identifier: Apache-2.0
 * descry status */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/visible.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int run(int argc, char **argv);

const cmd_command cmd_status = {
    "status", "what the library holds",
    "usage: descry status [OPTIONS]\n"
    "\n"
    "Prints what the library holds: pictures, models (last indexed first) and folders.\n",
    "Examples:\n"
    "  descry status\n"
    "  descry status --json --library holiday.db\n",
    run};

static json_t *make_models(const descry_library_status *held)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < held->model_count; i++) {
        const descry_library_model *m = held->models[i];
        json_array_append_new(array,
                              json_pack("{s:o, s:i, s:I, s:s, s:I}", "name", cmd_json_text(m->name, strlen(m->name)),
                                        "dim", m->dim, "vectors", (json_int_t)m->vectors, "recipe", m->recipe,
                                        "last_indexed", (json_int_t)m->last_indexed));
    }
    return array;
}

/* Objects with "path", as elsewhere, as a path may be invalid UTF-8. */
static json_t *make_roots(const descry_library_status *held)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < held->root_count; i++) {
        json_t *root = json_object();
        if (root)
            cmd_json_set_path(root, "path", held->roots[i]);
        json_array_append_new(array, root);
    }
    return array;
}

static int print_json(const descry_library *library, const descry_library_status *held)
{
    json_t *object = json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I}", "photos", (json_int_t)held->photos, "missing",
                               (json_int_t)held->missing, "contents", (json_int_t)held->contents, "captions",
                               (json_int_t)held->captions, "failed", (json_int_t)held->failed, "models",
                               make_models(held), "roots", make_roots(held), "sources",
                               (json_int_t)held->sources);
    if (object && cmd_json_set_path(object, "library", descry_library_path(library))) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static void print_plain(const descry_library *library, const descry_library_status *held)
{
    fputs("library   ", stdout);
    cmd_print_path(stdout, descry_library_path(library));
    printf("\npictures  %" PRIu64, held->photos);
    if (held->contents != held->photos)
        printf(", %" PRIu64 " different", held->contents);
    if (held->sources)
        printf(", %" PRIu64 " without a file", held->sources);
    if (held->missing)
        printf(", %" PRIu64 " missing", held->missing);
    if (held->failed)
        printf(", %" PRIu64 " could not be read", held->failed);
    printf("\ncaptions  %" PRIu64 "\n", held->captions);
    for (size_t i = 0; i < held->model_count; i++) {
        const descry_library_model *m = held->models[i];
        time_t when = (time_t)m->last_indexed;
        struct tm local;
        char text[32] = "?";
        if (localtime_r(&when, &local))
            strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
        fputs(i ? "          " : "models    ", stdout);
        cmd_print_path(stdout, m->name);
        printf(": %" PRIu64 " vectors of %d numbers, %s\n", m->vectors, m->dim, text);
    }
    for (size_t i = 0; i < held->root_count; i++) {
        fputs(i ? "          " : "folders   ", stdout);
        cmd_print_path(stdout, held->roots[i]);
        putchar('\n');
    }
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    const cmd_option options[] = {
        CMD_OPTION_LIBRARY(common, "the library"),
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common, "{\"photos\", \"missing\", \"contents\", \"captions\", \"failed\", \"sources\" (photos without a file), \"models\": [{\"name\", "
                                "\"dim\", \"vectors\", \"recipe\", \"last_indexed\"}], \"roots\": [...], \"library\"}; "
                                "last_indexed in seconds since 1970"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_status, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    descry_error err;
    descry_context *ctx = NULL;
    descry_library *library = NULL;
    const descry_library_status *held;
    if (operands.count > 0)
        status = cmd_usage(&cmd_status, "'%s' is not expected", operands.items[0].text);
    else
        status = cmd_open_context(&ctx, common.threads);
    if (status == CMD_DONE)
        status = cmd_open_library(&library, ctx, common.library);
    if (status == CMD_DONE && descry_status(library, &held, &err))
        status = cmd_fail(&err);
    if (status == CMD_DONE && common.json)
        status = print_json(library, held);
    else if (status == CMD_DONE)
        print_plain(library, held);
    descry_library_close(&library);
    descry_context_close(&ctx);
    cmd_operands_free(&operands);
    return status;
}
