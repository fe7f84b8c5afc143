/* SPDX-License-Identifier: Apache-2.0
 * descry tokenize */
#include "ui/common.h"
#include "ui/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_tokenize = {
    "tokenize", "the ids of a text",
    "usage: descry tokenize [OPTIONS] TEXT...\n"
    "       descry tokenize [OPTIONS] --stdin\n"
    "\n"
    "Prints the ids that a model's text tower is given: start token, text, end token, without padding.\n"
    "Each argument is a text of its own.\n",
    "Examples:\n"
    "  descry tokenize 'a photo of a cat'\n"
    "  descry tokenize --json --stdin < captions.txt\n",
    run};

typedef struct tokenize_job {
    descry_context *ctx;
    descry_model *model; /* or NULL */
    int json;
} tokenize_job;

static json_t *make_array(const int32_t *ids, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        json_array_append_new(array, json_integer(ids[i]));
    return array;
}

static int print_ids(const tokenize_job *job, const char *text, size_t size)
{
    descry_error err;
    int32_t *ids;
    size_t count;
    int status = CMD_DONE;
    if (descry_tokenize(job->ctx, job->model, text, size, &ids, &count, &err))
        return cmd_fail(&err);
    if (job->json) {
        status =
            cmd_json_line(json_pack("{s:o, s:o}", "text", cmd_json_text(text, size), "ids", make_array(ids, count)));
    } else {
        for (size_t i = 0; i < count; i++)
            printf("%s%" PRId32, i ? " " : "", ids[i]);
        putchar('\n');
    }
    descry_free(ids);
    return status;
}

static int print_stdin(const tokenize_job *job)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int status = CMD_DONE;
    errno = 0;
    while (status == CMD_DONE && (size = getline(&line, &room, stdin)) != -1) {
        size -= size > 0 && line[size - 1] == '\n';
        status = print_ids(job, line, (size_t)size);
        if (status == CMD_DONE && !cmd_flush())
            status = CMD_FAILED;
        errno = 0;
    }
    if (status == CMD_DONE && !feof(stdin)) {
        cmd_say("standard input: %s", strerror(errno));
        status = CMD_FAILED;
    }
    free(line);
    return status;
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    int from_stdin = 0;
    const cmd_option options[] = {
        {"stdin", 0, CMD_FLAG, &from_stdin, NULL, "one text a line from standard input", 0},
        CMD_OPTION_MODEL(common, "use this model's table and length; without it CLIP's own table and 77 ids"),
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common, "{\"text\", \"ids\": [...]}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_tokenize, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    tokenize_job job = {.json = common.json};
    if (from_stdin && operands.count > 0)
        status = cmd_usage(&cmd_tokenize, "texts come as arguments or with --stdin, not both");
    else if (!from_stdin && operands.count == 0)
        status = cmd_usage(&cmd_tokenize, "which text?");
    else
        status = cmd_open_context(&job.ctx, common.threads);
    if (status == CMD_DONE && common.model)
        status = cmd_open_model(&job.model, job.ctx, &cmd_tokenize, &common);
    for (size_t i = 0; status == CMD_DONE && i < operands.count; i++)
        status = print_ids(&job, operands.items[i].text, strlen(operands.items[i].text));
    if (status == CMD_DONE && from_stdin)
        status = print_stdin(&job);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    cmd_operands_free(&operands);
    return status;
}
