/* SPDX-License-Identifier: Apache-2.0
 * descry search */
#include "common.h"
#include "output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_search = {
    "search", "find pictures by a text or a picture",
    "usage: descry search [OPTIONS] QUERY...\n"
    "\n"
    "Prints the pictures of the library that are nearest to a query, best first: rank, score, path.  The words of\n"
    "QUERY make one text.  A query that begins with ./ ../ / or ~/ is a picture, and #17 is the picture with that\n"
    "id in the library; a picture named in the query is left out of its results.\n"
    "\n"
    "The score is the cosine of the two embeddings.  What is a good one depends on the model, and is much less for\n"
    "a text than for a picture.\n"
    "\n"
    "Options:\n"
    "  -k N             at most N pictures (10)\n"
    "  --threshold S    only pictures with a score of at least S\n"
    "  --under FOLDER   only pictures in this folder and those below it\n"
    "  --library FILE   the library\n"
    "  --model NAME     search what was indexed with this model; without it, the last one indexed with\n"
    "  --head NAME      through a learned head of the model: see 'descry adapt'; reads every vector, so it takes longer\n"
    "  --threads N      worker threads; 0, the default: one per processor\n"
    "  --precision P    f32 or auto: this build computes in f32\n"
    "  -0, --print0     paths only, as they are, each followed by a NUL: for xargs -0\n"
    "  --json           {\"rank\", \"score\", \"id\", \"path\", \"caption\"}\n"
    "\n"
    "Without --json and -0 a path is always on one line: control characters and bytes that are not UTF-8 are shown\n"
    "as \\n, \\t, \\r or \\xHH, and a backslash as \\\\.\n"
    "\n"
    "Examples:\n"
    "  descry search a red apple beside a dog\n"
    "  descry search -k 3 --json ./samples/gallery/0007.jpg\n"
    "  descry search '#17' --threshold 0.6\n"
    "  descry search -0 beach | xargs -0 cp -t /tmp/beach --\n",
    run};

typedef struct printer {
    int json, print0;
    int status;
    uint64_t count;
} printer;

static int print_json(const descry_match *match)
{
    json_t *object = json_pack("{s:I, s:f, s:I}", "rank", (json_int_t)match->rank, "score", (double)match->score, "id",
                               (json_int_t)match->id);
    json_t *caption = match->caption ? cmd_json_text(match->caption, strlen(match->caption)) : json_null();
    if (object && (cmd_json_set_path(object, "path", match->path) || json_object_set(object, "caption", caption))) {
        json_decref(object);
        object = NULL;
    }
    json_decref(caption);
    return cmd_json_line(object);
}

static int print_match(void *arg, const descry_match *match)
{
    printer *to = arg;
    to->count++;
    if (to->json) {
        to->status = print_json(match);
    } else if (to->print0) {
        fwrite(match->path, 1, strlen(match->path) + 1, stdout);
    } else {
        printf("%3" PRIu64 "  %.4f  ", match->rank, (double)match->score);
        cmd_print_path(stdout, match->path);
        putchar('\n');
    }
    return to->status != CMD_DONE || ferror(stdout);
}

static char *join(const cmd_operands *operands)
{
    size_t size = 1;
    for (size_t i = 0; i < operands->count; i++)
        size += strlen(operands->items[i].text) + 1;
    char *query = malloc(size), *to = query;
    if (!query)
        return NULL;
    for (size_t i = 0; i < operands->count; i++) {
        if (i)
            *to++ = ' ';
        size = strlen(operands->items[i].text);
        memcpy(to, operands->items[i].text, size);
        to += size;
    }
    *to = 0;
    return query;
}

/* "#17" */
static bool is_id(const char *query)
{
    return query[0] == '#' && query[1] && !query[1 + strspn(query + 1, "0123456789")];
}

/* The model as named, else the last of the library; none, to save its opening, when the query is the id of a picture
 * and leaves no doubt. */
static int open_model(descry_model **model, descry_context *ctx, descry_library *library, const char *name,
                      const char *head, const char *query)
{
    descry_error err;
    descry_library_status held;
    char *last = NULL;
    int status = CMD_DONE;
    if (!name && descry_status(library, &held, &err))
        return cmd_fail(&err);
    if (!name && !head && is_id(query) && held.model_count == 1)
        return CMD_DONE;
    if (!name)
        status = cmd_last_model(&last, library);
    name = name ? name : last;
    if (status == CMD_DONE && name && descry_model_open(model, ctx, name, &err))
        status = cmd_fail(&err);
    free(last);
    return status == CMD_DONE && *model ? cmd_use_head(*model, head) : status;
}

static int search(const cmd_common *common, const char *query, const descry_search_options *options, printer *to)
{
    descry_error err;
    descry_context *ctx = NULL;
    descry_library *library = NULL;
    descry_model *model = NULL;
    int status = cmd_open_context(&ctx, common->threads);
    if (status == CMD_DONE)
        status = cmd_open_library(&library, ctx, common->library);
    if (status == CMD_DONE)
        status = open_model(&model, ctx, library, common->model, common->head, query);
    if (status == CMD_DONE && descry_search(library, model, query, options, print_match, to, &err))
        status = cmd_fail(&err);
    descry_library_close(&library);
    descry_model_close(&model);
    descry_context_close(&ctx);
    return status == CMD_DONE ? to->status : status;
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    printer to = {0};
    const cmd_option options[] = {CMD_OPTION_LIBRARY(common),
                                  CMD_OPTION_MODEL(common),
                                  CMD_OPTION_HEAD(common),
                                  CMD_OPTION_THREADS(common),
                                  CMD_OPTION_PRECISION,
                                  CMD_OPTION_JSON(common),
                                  {"k", 'k', CMD_COUNT, &how.k, 0},
                                  {"threshold", 0, CMD_NUMBER, &how.threshold, 0},
                                  {"under", 0, CMD_TEXT, &how.under, 0},
                                  {"print0", '0', CMD_FLAG, &to.print0, 0}};
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_search, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    to.json = common.json;
    char *query = join(&operands);
    if (!query)
        status = cmd_fail_memory();
    else if (!query[strspn(query, " \t\n")])
        status = cmd_usage(&cmd_search, "what to look for?");
    else if (to.json && to.print0)
        status = cmd_usage(&cmd_search, "--json and --print0 do not go together");
    else
        status = search(&common, query, &how, &to);
    if (status == CMD_DONE && to.count == 0)
        cmd_say("no match");
    free(query);
    cmd_operands_free(&operands);
    return status;
}
