/* SPDX-License-Identifier: Apache-2.0
 * descry tag */
#include "ui/common.h"
#include "eval/eval.h"
#include "ui/lines.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_tag = {
    "tag", "the labels that fit pictures best, out of a list of yours",
    "usage: descry tag [OPTIONS] FILE... --labels FILE\n"
    "\n"
    "Zero-shot classification: for each picture, the labels whose texts are nearest to it, with their probabilities.\n"
    "Those of one picture add up to 1 over all labels, however few fit: give labels for all that may come.  A model\n"
    "with a logit_bias (SigLIP) judges each label by itself.\n",
    "A picture that cannot be read is named on standard error; the rest is done and the exit status is 3.\n"
    "\n"
    "Examples:\n"
    "  descry tag photo.jpg -l cat -l dog -l 'something else'\n"
    "  descry tag --model demo --labels things.txt -k 1 --json samples/gallery/*.jpg\n",
    run};

enum { FILES = 0, LABEL = 1 };

typedef struct tag_job {
    cmd_common common;
    cmd_pixels pixels;
    const char *templates;
    size_t k;
    cmd_lines labels, own_templates;
    descry_context *ctx;
    descry_model *model;
    descry_head *head;
    descry_classifier *classifier;
    const char **paths;
    size_t count, failed;
    int status; /* of printing */
    float *scores, *probabilities; /* [labels] */
    size_t *order;                 /* [k] */
} tag_job;

/* Puts the k most probable labels into job->order; ties in input order. */
static void select_top_k(tag_job *job)
{
    for (size_t n = 0; n < job->k; n++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < job->labels.count; i++) {
            bool taken = false;
            for (size_t j = 0; j < n; j++)
                taken = taken || job->order[j] == i;
            if (!taken && (best == SIZE_MAX || job->scores[i] > job->scores[best]))
                best = i;
        }
        job->order[n] = best;
    }
}

static int print_json(const tag_job *job, const char *path)
{
    json_t *object = json_object(), *labels = json_array();
    int bad = !object || !labels || cmd_json_set_path(object, "path", path);
    for (size_t n = 0; n < job->k && !bad; n++) {
        size_t i = job->order[n];
        bad = json_array_append_new(labels, json_pack("{s:o, s:f, s:f}", "label",
                                                      cmd_json_text(job->labels.items[i], strlen(job->labels.items[i])),
                                                      "probability", (double)job->probabilities[i], "score",
                                                      (double)job->scores[i]));
    }
    bad = bad || json_object_set(object, "labels", labels);
    json_decref(labels);
    if (bad) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int print_labels(const tag_job *job, const char *path)
{
    if (job->common.json)
        return print_json(job, path);
    cmd_print_path(stdout, path);
    putchar('\n');
    for (size_t n = 0; n < job->k; n++) {
        printf("  %.4f  ", (double)job->probabilities[job->order[n]]);
        cmd_print_path(stdout, job->labels.items[job->order[n]]);
        putchar('\n');
    }
    return cmd_flush() ? CMD_DONE : CMD_FAILED;
}

static int tag_picture(void *arg, size_t i, const float *row, const descry_error *wrong)
{
    tag_job *job = arg;
    descry_error err;
    job->failed += wrong != NULL;
    if (wrong)
        return 0;
    cmd_progress_hide();
    if (descry_classify(job->classifier, row, job->scores, job->probabilities, &err)) {
        job->status = cmd_fail(&err);
    } else {
        select_top_k(job);
        job->status = print_labels(job, job->paths[i]);
    }
    return job->status != CMD_DONE;
}

static int tag(tag_job *job)
{
    descry_error err;
    size_t count;
    const char *const *templates = descry_templates(job->templates, &count);
    int status = templates ? CMD_DONE : cmd_lines_read(&job->own_templates, job->templates);
    if (!templates) {
        templates = (const char *const *)job->own_templates.items;
        count = job->own_templates.count;
    }
    if (status == CMD_DONE)
        status = eval_open(&cmd_tag, &job->common, &job->ctx, &job->model, &job->head);
    if (status != CMD_DONE)
        return status;
    if (descry_classifier_open(&job->classifier, job->model, job->head, (const char *const *)job->labels.items, job->labels.count,
                               templates, count, &err))
        return cmd_fail(&err);
    job->k = job->k < job->labels.count ? job->k : job->labels.count;
    job->scores = calloc(job->labels.count, sizeof *job->scores);
    job->probabilities = calloc(job->labels.count, sizeof *job->probabilities);
    job->order = calloc(job->k, sizeof *job->order);
    if (!job->scores || !job->probabilities || !job->order)
        return cmd_fail_memory();
    status = eval_each_file(job->model, job->head, job->paths, job->count, &job->pixels.options, tag_picture, job);
    status = status == CMD_DONE ? job->status : status;
    return status == CMD_DONE && job->failed > 0 ? CMD_PARTLY : status;
}

static int run(int argc, char **argv)
{
    tag_job job = {.templates = "simple", .k = 3, .pixels = CMD_PIXELS_INIT};
    const char *labels = NULL;
    const cmd_option options[] = {
        {"labels", 0, CMD_TEXT, &labels, "FILE", "the labels, one on each line", 0},
        {"label", 'l', CMD_OPERAND, NULL, "L", "one more label", LABEL},
        {"k", 'k', CMD_COUNT, &job.k, "N", "at most N labels for a picture (3)", 0},
        {"templates", 0, CMD_TEXT, &job.templates, "T",
         "simple (7, the default), openai (80), or a file with one on each line, {} being the label", 0},
        CMD_OPTION_REFERENCE(job.pixels),
        CMD_OPTION_PILLOW(job.pixels),
        CMD_OPTION_MAX_SIDE(job.pixels),
        CMD_OPTION_MAX_PIXELS(job.pixels),
        CMD_OPTION_MAX_PIXELS_PER_BYTE(job.pixels),
        CMD_OPTION_MODEL(job.common, "without it, the model that the library was last indexed with"),
        CMD_OPTION_HEAD(job.common, "through a learned head of the model: see 'descry adapt'"),
        CMD_OPTION_LIBRARY(job.common, "the library meant by that"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_PRECISION(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"path\", \"labels\": [{\"label\", \"probability\", \"score\"}]}; the score is the "
                        "cosine"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_tag, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    status = cmd_read_pixels(&cmd_tag, &job.pixels);
    if (status == CMD_DONE && labels)
        status = cmd_lines_read(&job.labels, labels);
    job.paths = calloc(operands.count + 1, sizeof *job.paths);
    if (status == CMD_DONE && !job.paths)
        status = cmd_fail_memory();
    for (size_t i = 0; i < operands.count && status == CMD_DONE; i++) {
        if (operands.items[i].kind == LABEL)
            status = cmd_lines_add(&job.labels, operands.items[i].text);
        else
            job.paths[job.count++] = operands.items[i].text;
    }
    if (status == CMD_DONE && job.labels.count == 0)
        status = cmd_usage(&cmd_tag, "which labels? --labels FILE, or --label TEXT");
    else if (status == CMD_DONE && job.count == 0)
        status = cmd_usage(&cmd_tag, "which picture?");
    if (status == CMD_DONE)
        status = tag(&job);
    cmd_lines_free(&job.labels);
    cmd_lines_free(&job.own_templates);
    descry_classifier_close(&job.classifier);
    descry_head_close(&job.head);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    free(job.paths);
    free(job.scores);
    free(job.probabilities);
    free(job.order);
    cmd_operands_free(&operands);
    return status;
}
