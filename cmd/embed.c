/* SPDX-License-Identifier: Apache-2.0
 * descry embed */
#include "ui/common.h"
#include "ui/npy.h"
#include "ui/output.h"

#include "descry_dev.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_embed = {
    "embed", "the embeddings of texts and pictures",
    "usage: descry embed [OPTIONS] TEXT|PICTURE...\n"
    "\n"
    "Prints embeddings, of length 1: a line of numbers for each text, then for each picture, in the order given.\n"
    "An argument that begins with ./ ../ / or ~/ is a picture, any other a text.\n",
    "A picture that cannot be read, or whose embedding is not finite, is named on standard error and has no row; the\n"
    "rest is done and the exit status is 3.\n"
    "\n"
    "Examples:\n"
    "  descry embed --model demo 'a cat' ./samples/gallery/0001.jpg --json\n"
    "  descry embed --model demo --npy all.npy samples/gallery/*.jpg --image odd-name.jpg\n"
    "  descry embed --model demo --logits 'a cat' 'a dog' ./samples/gallery/0001.jpg\n",
    run};

enum { TEXT = 1, IMAGE = 2 };
enum { BATCH = 16 };

typedef struct embed_job {
    cmd_common common;
    cmd_pixels pixels;
    int raw, logits;
    const char *npy_path;
    cmd_operands operands;
    descry_context *ctx;
    descry_model *model;
    descry_head *head;
    const descry_model_info *info;
    cmd_npy npy;
    size_t dim;                   /* of an embedding */
    const cmd_operand *batch[BATCH]; /* texts of the current batch */
    const cmd_operand **pictures; /* [image_count] */
    int status;                   /* of printing their rows */
    float *rows;                  /* [BATCH, dim] */
    float *texts;                 /* [text_count, dim], for the logits only */
    float *row;                   /* [text_count], one row of logits */
    size_t text_count, image_count, failed;
} embed_job;

/* ---- output ---------------------------------------------------------------------------------------------------- */

static int print_json(const embed_job *job, const cmd_operand *operand, const float *values, size_t count)
{
    bool is_text = operand->kind == TEXT;
    json_t *object = json_object();
    int rc = object ? 0 : -1;
    if (!rc && is_text)
        rc = json_object_set_new(object, "input", cmd_json_text(operand->text, strlen(operand->text)));
    else if (!rc)
        rc = cmd_json_set_path(object, "input", operand->text);
    if (!rc)
        rc = json_object_set_new(object, "kind", json_string(is_text ? "text" : "image"));
    if (!rc)
        rc = json_object_set_new(object, "model", cmd_json_text(job->info->name, strlen(job->info->name)));
    if (!rc && !job->logits)
        rc = json_object_set_new(object, "dim", json_integer(job->info->dim));
    if (!rc)
        rc = json_object_set_new(object, job->logits ? "logits" : "embedding", cmd_json_floats(values, count));
    if (rc) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int print_row(embed_job *job, const cmd_operand *operand, const float *values, size_t count)
{
    int status = CMD_DONE;
    if (job->npy_path)
        status = cmd_npy_write(&job->npy, values, 1);
    if (status == CMD_DONE && job->common.json) {
        status = print_json(job, operand, values, count);
    } else if (!job->npy_path) {
        for (size_t i = 0; i < count; i++)
            printf("%s%.9g", i ? " " : "", (double)values[i]); /* nine digits are enough to round-trip a float */
        putchar('\n');
    }
    return status == CMD_DONE && !cmd_flush() ? CMD_FAILED : status;
}

/* logit[j] = exp(logit_scale) * picture . text[j] + bias */
static int print_logits(embed_job *job, const cmd_operand *operand, const float *image)
{
    for (size_t j = 0; j < job->text_count; j++) {
        const float *text = job->texts + j * job->dim;
        double dot = 0;
        for (size_t i = 0; i < job->dim; i++)
            dot += (double)image[i] * (double)text[i];
        job->row[j] = (float)((double)job->info->logit_scale * dot + (double)job->info->logit_bias);
    }
    return print_row(job, operand, job->row, job->text_count);
}

/* ---- embedding ------------------------------------------------------------------------------------------------- */

/* Collects the next texts from *next on, at most BATCH, into job->batch. */
static size_t next_texts(embed_job *job, size_t *next)
{
    size_t n = 0;
    for (; *next < job->operands.count && n < BATCH; ++*next)
        if (job->operands.items[*next].kind == TEXT)
            job->batch[n++] = &job->operands.items[*next];
    return n;
}

static int embed_texts(embed_job *job)
{
    descry_error err;
    const char *texts[BATCH];
    size_t next = 0, done = 0, n;
    int status = CMD_DONE;
    while (status == CMD_DONE && (n = next_texts(job, &next)) > 0) {
        float *rows = job->logits ? job->texts + done * job->dim : job->rows;
        for (size_t i = 0; i < n; i++)
            texts[i] = job->batch[i]->text;
        int rc = descry_embed_texts(job->model, texts, n, !job->raw || job->head, rows, &err);
        if (!rc && job->head)
            rc = descry_head_map(job->head, DESCRY_TEXTS, rows, n, !job->raw, rows, &err);
        if (rc)
            return cmd_fail(&err);
        for (size_t i = 0; i < n && !job->logits && status == CMD_DONE; i++)
            status = print_row(job, job->batch[i], rows + i * job->dim, job->dim);
        done += n;
    }
    return status;
}

/* Expands a leading "~/" that the shell did not, as search does. */
static char *expand_home(const char *name)
{
    const char *home = strncmp(name, "~/", 2) == 0 ? getenv("HOME") : NULL;
    size_t size = strlen(name) + (home ? strlen(home) : 0);
    char *full = malloc(size + 1);
    if (full)
        snprintf(full, size + 1, "%s%s", home ? home : "", home ? name + 1 : name);
    return full;
}

static int on_picture(void *arg, size_t i, const float *row, const descry_error *err)
{
    embed_job *job = arg;
    job->failed += err != NULL;
    if (err)
        cmd_say("%s", err->message);
    else
        job->status = job->logits ? print_logits(job, job->pictures[i], row) : print_row(job, job->pictures[i], row, job->dim);
    return job->status != CMD_DONE;
}

static int embed_pictures(embed_job *job)
{
    descry_error err;
    descry_files_options options = DESCRY_FILES_OPTIONS_INIT;
    options.preprocess = &job->pixels.options;
    options.raw = job->raw;
    options.head = job->head;
    size_t n = 0;
    char **paths = calloc(job->image_count + 1, sizeof *paths);
    job->pictures = calloc(job->image_count + 1, sizeof *job->pictures);
    int status = paths && job->pictures ? CMD_DONE : cmd_fail_memory();
    for (size_t i = 0; i < job->operands.count && status == CMD_DONE; i++) {
        if (job->operands.items[i].kind != IMAGE)
            continue;
        job->pictures[n] = &job->operands.items[i];
        paths[n] = expand_home(job->operands.items[i].text);
        status = paths[n++] ? CMD_DONE : cmd_fail_memory();
    }
    if (status == CMD_DONE) {
        int rc = descry_embed_files(job->model, (const char *const *)paths, n, &options, on_picture, job, &err);
        status = rc && job->status == CMD_DONE ? cmd_fail(&err) : job->status;
    }
    while (paths && n > 0)
        free(paths[--n]);
    free(paths);
    return status;
}

static int embed(embed_job *job)
{
    int status = cmd_open_context(&job->ctx, job->common.threads);
    if (status == CMD_DONE)
        status = cmd_open_model(&job->model, job->ctx, &cmd_embed, &job->common);
    if (status == CMD_DONE)
        status = cmd_open_head(&job->head, job->ctx, job->model, job->common.head);
    if (status != CMD_DONE)
        return status;
    job->info = descry_model_get_info(job->model);
    job->dim = (size_t)job->info->dim;
    job->rows = malloc(BATCH * job->dim * sizeof *job->rows);
    job->texts = job->logits ? calloc(job->text_count, job->dim * sizeof *job->texts) : NULL;
    job->row = job->logits ? calloc(job->text_count, sizeof *job->row) : NULL;
    if (!job->rows || (job->logits && (!job->texts || !job->row)))
        return cmd_fail_memory();
    const size_t shape[] = {0, job->logits ? job->text_count : job->dim};
    if (job->npy_path)
        status = cmd_npy_open(&job->npy, job->npy_path, "f4", shape, 2);
    if (status == CMD_DONE)
        status = embed_texts(job);
    if (status == CMD_DONE)
        status = embed_pictures(job);
    int closed = cmd_npy_close(&job->npy);
    status = status == CMD_DONE ? closed : status;
    if (status != CMD_DONE || job->failed == 0)
        return status;
    cmd_say("%zu of %zu pictures could not be read and have no row", job->failed, job->image_count);
    return CMD_PARTLY;
}

/* ---- arguments ------------------------------------------------------------------------------------------------- */

static void classify(embed_job *job)
{
    for (size_t i = 0; i < job->operands.count; i++) {
        cmd_operand *operand = &job->operands.items[i];
        if (!operand->kind)
            operand->kind = cmd_is_picture(operand->text) ? IMAGE : TEXT;
        job->text_count += operand->kind == TEXT;
        job->image_count += operand->kind == IMAGE;
    }
}

static int run(int argc, char **argv)
{
    embed_job job = {.pixels = CMD_PIXELS_INIT};
    const cmd_option options[] = {
        {"text", 't', CMD_OPERAND, NULL, "TEXT", "a text, whatever it begins with", TEXT},
        {"image", 'i', CMD_OPERAND, NULL, "FILE", "a picture, whatever its name", IMAGE},
        {"raw", 0, CMD_FLAG, &job.raw, NULL, "as the tower gives it, before it is brought to length 1", 0},
        {"logits", 0, CMD_FLAG, &job.logits, NULL,
         "instead, for each picture a line with a number for each text: exp(logit_scale) * cosine + logit_bias", 0},
        {"npy", 0, CMD_TEXT, &job.npy_path, "OUT",
         "write the rows to OUT as a NumPy array, float32 [n, dim], instead of printing them; with --logits "
         "[pictures, texts]; with --json, print them too",
         0},
        CMD_OPTION_MODEL(job.common, "without it, the model that the library was last indexed with"),
        CMD_OPTION_IMAGE_SIZE(job.common),
        CMD_OPTION_LIBRARY(job.common, "the library meant by that"),
        CMD_OPTION_HEAD(job.common, "through a learned head of the model: see 'descry adapt'"),
        CMD_OPTION_REFERENCE(job.pixels),
        CMD_OPTION_PILLOW(job.pixels),
        CMD_OPTION_MAX_SIDE(job.pixels),
        CMD_OPTION_MAX_PIXELS(job.pixels),
        CMD_OPTION_MAX_PIXELS_PER_BYTE(job.pixels),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_PRECISION(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"input\", \"kind\": \"text\" or \"image\", \"model\", \"dim\", \"embedding\": [...]}; with "
                        "--logits \"logits\" takes the place of \"dim\" and \"embedding\""),
    };
    int status;
    if (!cmd_parse(&cmd_embed, argc, argv, options, sizeof options / sizeof *options, &job.operands, &status))
        return status;
    classify(&job);
    if (job.operands.count == 0)
        status = cmd_usage(&cmd_embed, "which text or picture?");
    else if (job.logits && (job.text_count == 0 || job.image_count == 0))
        status = cmd_usage(&cmd_embed, "--logits needs a text and a picture");
    else if (job.logits && job.raw)
        status = cmd_usage(&cmd_embed, "--logits and --raw do not go together");
    else
        status = cmd_read_pixels(&cmd_embed, &job.pixels);
    if (status == CMD_DONE)
        status = embed(&job);
    descry_head_close(&job.head);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    free(job.rows);
    free(job.texts);
    free(job.row);
    free(job.pictures);
    cmd_operands_free(&job.operands);
    return status;
}
