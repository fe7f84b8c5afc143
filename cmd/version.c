/* SPDX-License-Identifier: Apache-2.0
 * descry version */
#include "ui/common.h"
#include "ui/output.h"

#include <stdio.h>

static int run(int argc, char **argv);

const cmd_command cmd_version = {
    "version", "version, instruction set, picture formats",
    "usage: descry version [--json]\n"
    "\n"
    "Prints the version, the instruction set in use, the number of threads, and what was built in.\n",
    "Examples:\n"
    "  descry version\n"
    "  DESCRY_CPU=portable descry version --json\n",
    run};

static int print_json(const descry_context *ctx)
{
    json_t *features = json_array();
    for (size_t i = 0; features && descry_feature(i); i++)
        json_array_append_new(features, json_string(descry_feature(i)));
    return cmd_json_line(json_pack("{s:s, s:s, s:i, s:o}", "version", descry_version(), "cpu", descry_context_cpu(ctx),
                                   "threads", (int)descry_context_threads(ctx), "features", features));
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    const cmd_option options[] = {
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common, "{\"version\", \"cpu\", \"threads\", \"features\": [...]}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_version, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    descry_context *ctx = NULL;
    if (operands.count > 0)
        status = cmd_usage(&cmd_version, "'%s' is not expected", operands.items[0].text);
    else
        status = cmd_open_context(&ctx, common.threads);
    if (status == CMD_DONE && common.json) {
        status = print_json(ctx);
    } else if (status == CMD_DONE) {
        printf("descry %s\ninstruction set: %s\nthreads: %u\nbuilt in:\n", descry_version(), descry_context_cpu(ctx),
               descry_context_threads(ctx));
        for (size_t i = 0; descry_feature(i); i++)
            printf("  %s\n", descry_feature(i));
    }
    descry_context_close(&ctx);
    cmd_operands_free(&operands);
    return status;
}
