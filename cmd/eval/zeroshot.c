/* SPDX-License-Identifier: Apache-2.0
 * descry eval zeroshot */
#include "eval/eval.h"

#include "ui/lines.h"
#include "ui/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_eval_zeroshot = {
    "eval zeroshot", "pictures in a folder for each class: how often the class is right",
    "usage: descry eval zeroshot [OPTIONS] DIR\n"
    "\n"
    "DIR has a folder for each class with its pictures.  A class is called as its folder is, with spaces for _, or as\n"
    "--classes says.  Each picture is given the class whose texts, one for each template, are nearest to it.\n",
    "A picture that cannot be read is named and left out; the exit status is then 3.\n"
    "\n"
    "Examples:\n"
    "  descry eval zeroshot pets --model ~/models/ViT-B-32\n"
    "  descry eval zeroshot imagenet/val --classes names.tsv --templates simple --json\n",
    run};

typedef struct zeroshot {
    cmd_common common;
    cmd_pixels pixels;
    const char *templates, *classes;
    descry_context *ctx;
    descry_model *model;
    descry_head *head;
    cmd_lines folders, names, own_templates, paths;
    size_t *class_of;       /* [paths] */
    float *images;
    uint8_t *read;
    size_t *seen, *right;   /* [classes] */
    size_t pictures, top1, top5;
} zeroshot;

/* ---- inputs ---------------------------------------------------------------------------------------------------- */

/* "tabby_cat" -> "tabby cat" */
static int name_as_folder(zeroshot *job, const char *folder)
{
    int status = cmd_lines_add(&job->names, folder);
    for (char *at = status == CMD_DONE ? job->names.items[job->names.count - 1] : NULL; at && *at; at++)
        *at = *at == '_' ? ' ' : *at;
    return status;
}

static int name_classes(zeroshot *job)
{
    cmd_lines lines = {0};
    int status = job->classes ? cmd_lines_read(&lines, job->classes) : CMD_DONE;
    for (size_t i = 0; i < job->folders.count && status == CMD_DONE; i++) {
        const char *folder = job->folders.items[i], *name = NULL;
        size_t size = strlen(folder);
        for (size_t j = 0; j < lines.count && !name; j++)
            if (strncmp(lines.items[j], folder, size) == 0 && lines.items[j][size] == '\t')
                name = lines.items[j] + size + 1;
        if (name) {
            status = cmd_lines_add(&job->names, name);
        } else if (job->classes) {
            cmd_say("%s: no name of %s", job->classes, folder);
            status = CMD_FAILED;
        } else {
            status = name_as_folder(job, folder);
        }
    }
    cmd_lines_free(&lines);
    return status;
}

static int list_pictures(zeroshot *job, const char *root)
{
    int status = cmd_lines_list(&job->folders, root, 1);
    if (status == CMD_DONE && job->folders.count == 0) {
        cmd_say("%s: has no folders of pictures", root);
        status = CMD_FAILED;
    }
    for (size_t i = 0; i < job->folders.count && status == CMD_DONE; i++) {
        cmd_lines files = {0};
        char *folder = cmd_join_path(root, job->folders.items[i]);
        status = folder ? cmd_lines_list(&files, folder, 0) : cmd_fail_memory();
        size_t *wider = realloc(job->class_of, (job->paths.count + files.count + 1) * sizeof *wider);
        if (!wider)
            status = cmd_fail_memory();
        job->class_of = wider ? wider : job->class_of;
        for (size_t j = 0; j < files.count && status == CMD_DONE; j++) {
            char *path = cmd_join_path(folder, files.items[j]);
            job->class_of[job->paths.count] = i;
            status = path ? cmd_lines_add(&job->paths, path) : cmd_fail_memory();
            free(path);
        }
        free(folder);
        cmd_lines_free(&files);
    }
    if (status == CMD_DONE && job->paths.count == 0) {
        cmd_say("%s: no pictures in its folders", root);
        status = CMD_FAILED;
    }
    return status;
}

/* Reports classes without pictures, which still compete with the others; returns their number. */
static size_t report_empty(const zeroshot *job, const char *root)
{
    size_t empty = 0, at = 0;
    for (size_t i = 0; i < job->folders.count; i++) {
        if (at == job->paths.count || job->class_of[at] != i) {
            char *folder = cmd_join_path(root, job->folders.items[i]);
            cmd_say("%s: no pictures in it", folder ? folder : job->folders.items[i]);
            free(folder);
            empty++;
        }
        while (at < job->paths.count && job->class_of[at] == i)
            at++;
    }
    return empty;
}

static int load_templates(zeroshot *job, const char *const **templates, size_t *count)
{
    *templates = descry_templates(job->templates, count);
    if (*templates)
        return CMD_DONE;
    int status = cmd_lines_read(&job->own_templates, job->templates);
    *templates = (const char *const *)job->own_templates.items;
    *count = job->own_templates.count;
    if (status == CMD_DONE && *count == 0) {
        cmd_say("%s: no templates", job->templates);
        status = CMD_FAILED;
    }
    return status;
}

/* ---- classification -------------------------------------------------------------------------------------------- */

/* Ranks the right class of each picture: the number of classes with a higher score, or an equal one and lower index. */
static int classify_pictures(zeroshot *job, const descry_classifier *classifier, size_t dim)
{
    descry_error err;
    size_t classes = job->names.count;
    float *scores = calloc(classes + 1, sizeof *scores);
    int status = scores ? CMD_DONE : cmd_fail_memory();
    for (size_t i = 0; i < job->paths.count && status == CMD_DONE; i++) {
        size_t right = job->class_of[i], rank = 0;
        if (!job->read[i])
            continue;
        if (descry_classify(classifier, job->images + i * dim, scores, NULL, &err))
            status = cmd_fail(&err);
        for (size_t j = 0; j < classes; j++)
            rank += scores[j] > scores[right] || (scores[j] == scores[right] && j < right);
        job->pictures++;
        job->seen[right]++;
        job->right[right] += rank == 0;
        job->top1 += rank == 0;
        job->top5 += rank < 5;
    }
    free(scores);
    return status;
}

static int print_results(const zeroshot *job)
{
    double n = job->pictures ? (double)job->pictures : 1, mean = 0;
    size_t used = 0, unreadable = job->paths.count - job->pictures;
    for (size_t i = 0; i < job->names.count; i++)
        if (job->seen[i]) {
            mean += (double)job->right[i] / (double)job->seen[i];
            used++;
        }
    mean = used ? mean / (double)used : 0;
    if (!job->common.json) {
        printf("%zu pictures of %zu classes\n  top 1                   %.4f\n  top 5                   %.4f\n"
               "  top 1, mean of classes  %.4f\n",
               job->pictures, job->names.count, (double)job->top1 / n, (double)job->top5 / n, mean);
        return CMD_DONE;
    }
    int status = cmd_json_line(json_pack("{s:I, s:I, s:f, s:f, s:f, s:I}", "pictures", (json_int_t)job->pictures, "classes",
                                         (json_int_t)job->names.count, "top1", (double)job->top1 / n, "top5",
                                         (double)job->top5 / n, "mean_class_top1", mean, "unreadable",
                                         (json_int_t)unreadable));
    for (size_t i = 0; i < job->names.count && status == CMD_DONE; i++)
        status = cmd_json_line(json_pack(
            "{s:o, s:I, s:o}", "class", cmd_json_text(job->names.items[i], strlen(job->names.items[i])), "pictures",
            (json_int_t)job->seen[i], "top1",
            job->seen[i] ? json_real((double)job->right[i] / (double)job->seen[i]) : json_null()));
    return status;
}

static int evaluate(zeroshot *job, const char *root)
{
    descry_error err;
    descry_classifier *classifier = NULL;
    const char *const *templates;
    size_t count;
    int status = load_templates(job, &templates, &count);
    if (status == CMD_DONE)
        status = list_pictures(job, root);
    if (status == CMD_DONE)
        status = name_classes(job);
    if (status == CMD_DONE)
        status = eval_open(&cmd_eval_zeroshot, &job->common, &job->ctx, &job->model, &job->head);
    if (status != CMD_DONE)
        return status;
    size_t empty = report_empty(job, root);
    size_t dim = (size_t)descry_model_get_info(job->model)->dim;
    job->read = calloc(job->paths.count + 1, 1);
    job->seen = calloc(job->names.count, sizeof *job->seen);
    job->right = calloc(job->names.count, sizeof *job->right);
    if (!job->read || !job->seen || !job->right)
        return cmd_fail_memory();
    if (descry_classifier_open(&classifier, job->model, job->head, (const char *const *)job->names.items, job->names.count,
                               templates, count, &err))
        return cmd_fail(&err);
    status = eval_embed_files(job->model, job->head, (const char *const *)job->paths.items, job->paths.count,
                              &job->pixels.options, &job->images, job->read);
    if (status == CMD_DONE)
        status = classify_pictures(job, classifier, dim);
    descry_classifier_close(&classifier);
    if (status == CMD_DONE && job->pictures == 0) {
        cmd_say("%s: no picture could be read", root);
        return CMD_FAILED;
    }
    if (status == CMD_DONE)
        status = print_results(job);
    return status == CMD_DONE && (empty > 0 || job->pictures < job->paths.count) ? CMD_PARTLY : status;
}

static int run(int argc, char **argv)
{
    zeroshot job = {.templates = "openai", .pixels = CMD_PIXELS_INIT};
    const cmd_option options[] = {
        {"templates", 0, CMD_TEXT, &job.templates, "T",
         "openai (80, the default), simple (7), or a file with one on each line, {} being the class", 0},
        {"classes", 0, CMD_TEXT, &job.classes, "FILE", "lines of folder, tab, name of the class", 0},
        CMD_OPTION_REFERENCE(job.pixels),
        CMD_OPTION_PILLOW(job.pixels),
        CMD_OPTION_MAX_SIDE(job.pixels),
        CMD_OPTION_MAX_PIXELS(job.pixels),
        CMD_OPTION_MAX_PIXELS_PER_BYTE(job.pixels),
        CMD_OPTION_MODEL(job.common, "without it, the model that the library was last indexed with"),
        CMD_OPTION_IMAGE_SIZE(job.common),
        CMD_OPTION_HEAD(job.common, "through a learned head of the model: see 'descry adapt'"),
        CMD_OPTION_LIBRARY(job.common, "the library meant by that"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_PRECISION(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"pictures\", \"classes\", \"top1\", \"top5\", \"mean_class_top1\", \"unreadable\"}, "
                        "then for each class {\"class\", \"pictures\", \"top1\"}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_eval_zeroshot, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    status = operands.count == 1 ? cmd_read_pixels(&cmd_eval_zeroshot, &job.pixels)
                                 : cmd_usage(&cmd_eval_zeroshot, "which folder?");
    if (status == CMD_DONE)
        status = evaluate(&job, operands.items[0].text);
    cmd_lines_free(&job.folders);
    cmd_lines_free(&job.names);
    cmd_lines_free(&job.own_templates);
    cmd_lines_free(&job.paths);
    free(job.class_of);
    free(job.images);
    free(job.read);
    free(job.seen);
    free(job.right);
    descry_head_close(&job.head);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    cmd_operands_free(&operands);
    return status;
}
