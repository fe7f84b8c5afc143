/* SPDX-License-Identifier: Apache-2.0
 * descry forget */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/visible.h"

#include <inttypes.h>
#include <stdio.h>

static int run(int argc, char **argv);

const cmd_command cmd_forget = {
    "forget", "remove pictures from the library",
    "usage: descry forget [OPTIONS] PATH...\n"
    "\n"
    "Removes the pictures at or under PATH from the library, with the vectors and captions that no other picture\n"
    "needs, and prints how many there were.  The files themselves are not touched; a folder that is still indexed\n"
    "will bring them back.  PATH may be a source, such as a URL, of pictures that were imported without a file.\n",
    "Examples:\n"
    "  descry forget ~/Pictures/old\n"
    "  descry forget --json ./blurred.jpg\n",
    run};

static int forget(descry_library *library, const char *path, int json)
{
    descry_error err;
    uint64_t removed;
    if (descry_forget(library, path, &removed, &err))
        return cmd_fail(&err);
    if (!json) {
        printf("%" PRIu64 " picture%s forgotten: ", removed, removed == 1 ? "" : "s");
        cmd_print_path(stdout, path);
        putchar('\n');
        return CMD_DONE;
    }
    json_t *object = json_object();
    if (object && (cmd_json_set_path(object, "path", path) ||
                   json_object_set_new(object, "removed", json_integer((json_int_t)removed)))) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    const cmd_option options[] = {
        CMD_OPTION_LIBRARY(common, "the library"),
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common, "{\"path\", \"removed\"}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_forget, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    descry_error err;
    descry_context *ctx = NULL;
    descry_library *library = NULL;
    descry_library_options existing = DESCRY_LIBRARY_OPTIONS_INIT;
    existing.create = 0;
    if (operands.count == 0)
        status = cmd_usage(&cmd_forget, "which picture or folder?");
    else
        status = cmd_open_context(&ctx, common.threads);
    if (status == CMD_DONE && descry_library_open(&library, ctx, common.library, &existing, &err))
        status = cmd_fail(&err);
    for (size_t i = 0; status == CMD_DONE && i < operands.count; i++)
        status = forget(library, operands.items[i].text, common.json);
    descry_library_close(&library);
    descry_context_close(&ctx);
    cmd_operands_free(&operands);
    return status;
}
