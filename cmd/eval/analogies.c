/* SPDX-License-Identifier: Apache-2.0
 * descry eval analogies */
#include "eval/eval.h"

#include "ui/lines.h"
#include "ui/output.h"
#include "ui/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_eval_analogies = {
    "eval analogies", "a list of pictures, each changed by two texts, and the pictures wanted",
    "usage: descry eval analogies [OPTIONS] FILE\n"
    "\n"
    "FILE has an object on each line: {\"start\": picture, \"positive\": text, \"negative\": text, \"wanted\": [pictures]};\n"
    "other keys are passed over, paths are relative to its folder.  start + lambda * (positive - negative), each of\n"
    "length 1, is compared with every picture in the folders of the pictures named, the start excepted.  Prints for\n"
    "each lambda the part of the list whose nearest picture is wanted.\n",
    "Examples:\n"
    "  descry eval analogies samples/analogies.jsonl --model demo\n"
    "  descry eval analogies samples/analogies.jsonl --model demo --lambda 1 --each\n",
    run};

typedef struct analogies {
    cmd_common common;
    int each;
    eval_sweep sweep;
    descry_context *ctx;
    descry_model *model;
    descry_head *head;
    char *folder;              /* of the list */
    json_t **rows;             /* [count] */
    size_t count, room;
    cmd_lines texts;           /* positive and negative of each */
    cmd_lines folders, paths;  /* of pictures */
    size_t *start;             /* [count] */
    uint8_t *wanted;           /* [count, paths] */
    float *images, *words, *changes;
    size_t *best;              /* [lambdas, count, 2] */
} analogies;

/* ---- the list -------------------------------------------------------------------------------------------------- */

static char *full_path(const analogies *job, const char *name)
{
    return name[0] == '/' ? strdup(name) : cmd_join_path(job->folder, name);
}

static bool is_analogy(const json_t *row)
{
    const json_t *wanted = json_object_get(row, "wanted");
    bool good = json_is_string(json_object_get(row, "start")) && json_is_string(json_object_get(row, "positive")) &&
                json_is_string(json_object_get(row, "negative")) && json_array_size(wanted) > 0;
    for (size_t i = 0; i < json_array_size(wanted); i++)
        good = good && json_is_string(json_array_get(wanted, i));
    return good;
}

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static int read_row(analogies *job, const char *path, const char *line, size_t number)
{
    json_t *row = json_loads(line, 0, NULL);
    if (!is_analogy(row)) {
        json_decref(row);
        cmd_say("%s: object %zu: not an analogy: \"start\", \"positive\", \"negative\" and \"wanted\"", path, number);
        return CMD_FAILED;
    }
    if (job->count == job->room) {
        size_t room = job->room ? 2 * job->room : 64;
        json_t **rows = realloc(job->rows, room * sizeof *rows);
        if (!rows) {
            json_decref(row);
            return cmd_fail_memory();
        }
        job->rows = rows;
        job->room = room;
    }
    job->rows[job->count++] = row;
    int status = cmd_lines_add(&job->texts, text_of(row, "positive"));
    return status == CMD_DONE ? cmd_lines_add(&job->texts, text_of(row, "negative")) : status;
}

static int read_list(analogies *job, const char *path)
{
    cmd_lines lines = {0};
    const char *slash = strrchr(path, '/');
    job->folder = slash ? strndup(path, (size_t)(slash - path + 1)) : strdup(".");
    int status = job->folder ? cmd_lines_read(&lines, path) : cmd_fail_memory();
    for (size_t i = 0; i < lines.count && status == CMD_DONE; i++)
        status = read_row(job, path, lines.items[i], i + 1);
    cmd_lines_free(&lines);
    if (status == CMD_DONE && job->count == 0) {
        cmd_say("%s: no analogies", path);
        status = CMD_FAILED;
    }
    return status;
}

/* ---- pictures -------------------------------------------------------------------------------------------------- */

static size_t find_line(const cmd_lines *lines, const char *text)
{
    size_t i = 0;
    while (i < lines->count && strcmp(lines->items[i], text) != 0)
        i++;
    return i;
}

/* Adds all pictures of the folder of `name`, unless it was added before. */
static int add_folder(analogies *job, const char *name)
{
    char *path = full_path(job, name), *slash = path ? strrchr(path, '/') : NULL;
    cmd_lines files = {0};
    int status = path ? CMD_DONE : cmd_fail_memory();
    if (slash)
        *slash = 0;
    if (status == CMD_DONE && find_line(&job->folders, path) == job->folders.count) {
        status = cmd_lines_add(&job->folders, path);
        if (status == CMD_DONE)
            status = cmd_lines_list(&files, path, 0);
        for (size_t i = 0; i < files.count && status == CMD_DONE; i++) {
            char *file = cmd_join_path(path, files.items[i]);
            status = file ? cmd_lines_add(&job->paths, file) : cmd_fail_memory();
            free(file);
        }
    }
    cmd_lines_free(&files);
    free(path);
    return status;
}

static int find_picture(const analogies *job, const char *name, size_t *index)
{
    char *path = full_path(job, name);
    if (!path)
        return cmd_fail_memory();
    *index = find_line(&job->paths, path);
    int status = *index < job->paths.count ? CMD_DONE : CMD_FAILED;
    if (status != CMD_DONE)
        cmd_say("%s: no such picture", path);
    free(path);
    return status;
}

static int resolve_pictures(analogies *job)
{
    int status = CMD_DONE;
    for (size_t i = 0; i < job->count && status == CMD_DONE; i++) {
        const json_t *wanted = json_object_get(job->rows[i], "wanted");
        status = add_folder(job, text_of(job->rows[i], "start"));
        for (size_t j = 0; j < json_array_size(wanted) && status == CMD_DONE; j++)
            status = add_folder(job, json_string_value(json_array_get(wanted, j)));
    }
    job->start = calloc(job->count, sizeof *job->start);
    job->wanted = calloc(job->count, job->paths.count + 1);
    if (status == CMD_DONE && (!job->start || !job->wanted))
        status = cmd_fail_memory();
    for (size_t i = 0; i < job->count && status == CMD_DONE; i++) {
        const json_t *wanted = json_object_get(job->rows[i], "wanted");
        status = find_picture(job, text_of(job->rows[i], "start"), &job->start[i]);
        for (size_t j = 0; j < json_array_size(wanted) && status == CMD_DONE; j++) {
            size_t index = 0;
            status = find_picture(job, json_string_value(json_array_get(wanted, j)), &index);
            if (status == CMD_DONE)
                job->wanted[i * job->paths.count + index] = 1;
        }
    }
    return status;
}

/* ---- results --------------------------------------------------------------------------------------------------- */

static size_t nearest(const analogies *job, size_t lambda, size_t i)
{
    return job->best[(lambda * job->count + i) * 2];
}

static bool is_right(const analogies *job, size_t lambda, size_t i)
{
    size_t picture = nearest(job, lambda, i);
    return picture != SIZE_MAX && job->wanted[i * job->paths.count + picture];
}

static int print_each(const analogies *job, size_t lambda)
{
    int status = CMD_DONE;
    for (size_t i = 0; i < job->count && status == CMD_DONE; i++) {
        size_t picture = nearest(job, lambda, i);
        const char *name = picture == SIZE_MAX ? "" : job->paths.items[picture];
        const char *start = text_of(job->rows[i], "start"), *positive = text_of(job->rows[i], "positive");
        const char *negative = text_of(job->rows[i], "negative");
        bool right = is_right(job, lambda, i);
        if (job->common.json) {
            json_t *object = json_pack("{s:s, s:s, s:s, s:b}", "start", start, "positive", positive, "negative", negative,
                                       "right", (int)right);
            if (object && cmd_json_set_path(object, "found", name)) {
                json_decref(object);
                object = NULL;
            }
            status = cmd_json_line(object);
            continue;
        }
        printf("%s  ", right ? "right" : "wrong");
        cmd_print_path(stdout, start);
        fputs(" + \"", stdout);
        cmd_print_visible(stdout, positive);
        fputs("\" - \"", stdout);
        cmd_print_visible(stdout, negative);
        fputs("\": ", stdout);
        cmd_print_path(stdout, name);
        putchar('\n');
    }
    return status;
}

static int print_results(const analogies *job)
{
    size_t best = 0, most = 0;
    int status = CMD_DONE;
    if (!job->common.json)
        printf("%zu analogies, %zu pictures\n  lambda   top 1\n", job->count, job->paths.count);
    for (size_t l = 0; l < job->sweep.count && status == CMD_DONE; l++) {
        size_t right = 0;
        for (size_t i = 0; i < job->count; i++)
            right += is_right(job, l, i);
        if (right > most) {
            best = l;
            most = right;
        }
        double lambda = (double)job->sweep.lambda[l], part = (double)right / (double)job->count;
        if (job->common.json)
            status = cmd_json_line(json_pack("{s:f, s:f, s:I, s:I}", "lambda", lambda, "top1", part, "right",
                                             (json_int_t)right, "analogies", (json_int_t)job->count));
        else
            printf("  %6.4g  %6.4f\n", lambda, part);
    }
    if (!job->common.json)
        printf("  best: %.4f with lambda %.4g\n", (double)most / (double)job->count, (double)job->sweep.lambda[best]);
    return status == CMD_DONE && job->each ? print_each(job, best) : status;
}

static int evaluate(analogies *job, const char *path)
{
    descry_error err;
    int status = read_list(job, path);
    if (status == CMD_DONE)
        status = resolve_pictures(job);
    if (status == CMD_DONE)
        status = eval_open(&cmd_eval_analogies, &job->common, &job->ctx, &job->model, &job->head);
    if (status == CMD_DONE)
        status = eval_embed_texts(job->model, job->head, (const char *const *)job->texts.items, job->texts.count, &job->words);
    if (status == CMD_DONE)
        status = eval_embed_files(job->model, job->head, (const char *const *)job->paths.items, job->paths.count, NULL, &job->images,
                                  NULL);
    if (status != CMD_DONE)
        return status;
    size_t dim = (size_t)descry_model_get_info(job->model)->dim;
    job->changes = calloc(job->count, dim * sizeof *job->changes);
    job->best = calloc(job->sweep.count * job->count, 2 * sizeof *job->best);
    if (!job->changes || !job->best)
        return cmd_fail_memory();
    for (size_t i = 0; i < job->count; i++)
        for (size_t j = 0; j < dim; j++)
            job->changes[i * dim + j] = job->words[2 * i * dim + j] - job->words[(2 * i + 1) * dim + j];
    if (descry_analogies(job->ctx, job->images, job->paths.count, dim, job->start, job->changes, job->count,
                         job->sweep.lambda, job->sweep.count, job->best, &err))
        return cmd_fail(&err);
    return print_results(job);
}

static int run(int argc, char **argv)
{
    analogies job = {0};
    const char *lambda = NULL;
    const cmd_option options[] = {
        {"lambda", 0, CMD_TEXT, &lambda, "L", "0,0.5,1 or 0:3:0.25, the default", 0},
        {"each", 0, CMD_FLAG, &job.each, NULL, "for each analogy, what was found with the best lambda", 0},
        CMD_OPTION_MODEL(job.common, "without it, the model that the library was last indexed with"),
        CMD_OPTION_HEAD(job.common, "through a learned head of the model: see 'descry adapt'"),
        CMD_OPTION_LIBRARY(job.common, "the library meant by that"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_PRECISION(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"lambda\", \"top1\", \"right\", \"analogies\"} for each lambda; with --each then "
                        "{\"start\", \"positive\", \"negative\", \"found\", \"right\"} for each analogy"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_eval_analogies, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    status = eval_read_sweep(&cmd_eval_analogies, lambda, &job.sweep);
    if (status == CMD_DONE && operands.count != 1)
        status = cmd_usage(&cmd_eval_analogies, "which list?");
    if (status == CMD_DONE)
        status = evaluate(&job, operands.items[0].text);
    for (size_t i = 0; i < job.count; i++)
        json_decref(job.rows[i]);
    free(job.rows);
    free(job.folder);
    cmd_lines_free(&job.texts);
    cmd_lines_free(&job.folders);
    cmd_lines_free(&job.paths);
    free(job.start);
    free(job.wanted);
    free(job.images);
    free(job.words);
    free(job.changes);
    free(job.best);
    descry_head_close(&job.head);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    cmd_operands_free(&operands);
    return status;
}
