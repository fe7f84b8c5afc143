/* SPDX-License-Identifier: Apache-2.0
 * descry eval simat */
#include "eval/eval.h"

#include "ui/lines.h"
#include "ui/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run(int argc, char **argv);

const cmd_command cmd_eval_simat = {
    "eval simat", "the SIMAT benchmark",
    "usage: descry eval simat [OPTIONS] DIR\n"
    "\n"
    "SIMAT (Couairon et al. 2022): a picture and a change of one word, of its subject, its relation or its object;\n"
    "picture + lambda * (new word - old word) should be nearest to a picture that shows the changed scene.  Prints\n"
    "the score for each lambda, in per cent of the changes, weighted as published, and those of the three kinds.\n"
    "\n"
    "DIR holds the published transfos.csv, triplets.csv and captions.txt; oscar.npy; and the vectors of pictures,\n"
    "images.npy, in the order of dataset_id, or the names of picture files in that order, images.txt.  Vectors of\n"
    "words are computed by --model; without it words.npy is read, whose rows words.txt names.\n"
    "tools/convert_simat.py makes the .npy files from the published .pt files.\n",
    "Examples:\n"
    "  descry eval simat simat_db\n"
    "  descry eval simat simat_db --head ./head_clip_t=0.1.safetensors --lambda 1 --split test\n"
    "  descry eval simat build/demo-simat --model demo --json\n",
    run};

typedef struct simat_job {
    cmd_common common;
    const char *folder, *images_path, *split;
    eval_sweep sweep;
    descry_context *ctx;
    descry_model *model;
    descry_head *head;
    descry_simat *simat;
    size_t dim;
    float *images, *words; /* [pictures, dim], [words, dim] */
} simat_job;

/* ---- vectors --------------------------------------------------------------------------------------------------- */

static int need_model(simat_job *job)
{
    return job->model ? CMD_DONE : cmd_open_model(&job->model, job->ctx, &cmd_eval_simat, &job->common);
}

static int wrong_shape(const char *path, const char *wanted)
{
    cmd_say("%s: not an array of %s by their length", path, wanted);
    return CMD_FAILED;
}

static int read_array(const char *path, descry_array *array)
{
    descry_error err;
    return descry_array_read(array, path, &err) ? cmd_fail(&err) : CMD_DONE;
}

/* Embeds the pictures that a list names, relative to the folder. */
static int embed_pictures(simat_job *job, const char *list, size_t pictures)
{
    cmd_lines names = {0};
    int status = cmd_lines_read(&names, list);
    for (size_t i = 0; i < names.count && status == CMD_DONE; i++) {
        char *path = names.items[i][0] == '/' ? strdup(names.items[i]) : cmd_join_path(job->folder, names.items[i]);
        free(names.items[i]);
        names.items[i] = path;
        status = path ? CMD_DONE : cmd_fail_memory();
    }
    if (status == CMD_DONE && names.count != pictures) {
        cmd_say("%s: names %zu pictures; triplets.csv has %zu", list, names.count, pictures);
        status = CMD_FAILED;
    }
    if (status == CMD_DONE)
        status = need_model(job);
    if (status == CMD_DONE) {
        job->dim = (size_t)descry_model_get_info(job->model)->dim;
        status = eval_embed_files(job->model, NULL, (const char *const *)names.items, pictures, NULL, &job->images, NULL);
    }
    cmd_lines_free(&names);
    return status;
}

static int load_images(simat_job *job)
{
    size_t pictures = descry_simat_pictures(job->simat);
    char *vectors = cmd_join_path(job->folder, "images.npy"), *list = cmd_join_path(job->folder, "images.txt");
    const char *path = job->images_path ? job->images_path : vectors;
    descry_array array = {0};
    int status = vectors && list ? CMD_DONE : cmd_fail_memory();
    if (status == CMD_DONE && !job->images_path && access(vectors, F_OK) != 0 && access(list, F_OK) == 0) {
        status = embed_pictures(job, list, pictures);
    } else if (status == CMD_DONE) {
        status = read_array(path, &array);
        if (status == CMD_DONE && (array.dims != 2 || array.shape[0] != pictures || array.shape[1] == 0))
            status = wrong_shape(path, "the pictures of triplets.csv");
        if (status == CMD_DONE)
            status = eval_check_rows(path, array.values, pictures, array.shape[1]);
        job->dim = array.shape[1];
        job->images = array.values;
    }
    free(vectors);
    free(list);
    return status;
}

static int select_words(simat_job *job, const cmd_lines *names, const descry_array *array, const char *path)
{
    size_t count = descry_simat_words(job->simat), dim = job->dim;
    if (array->dims != 2 || array->shape[0] != names->count || array->shape[1] != dim)
        return wrong_shape(path, "the words of words.txt");
    int status = eval_check_rows(path, array->values, names->count, dim);
    if (status != CMD_DONE)
        return status;
    job->words = calloc(count + 1, dim * sizeof *job->words);
    if (!job->words)
        return cmd_fail_memory();
    for (size_t i = 0; i < count; i++) {
        const char *word = descry_simat_word(job->simat, i);
        size_t row = 0;
        while (row < names->count && strcmp(names->items[row], word) != 0)
            row++;
        if (row == names->count) {
            cmd_say("%s: no vector of \"%s\"", path, word);
            return CMD_FAILED;
        }
        memcpy(job->words + i * dim, array->values + row * dim, dim * sizeof *job->words);
    }
    return CMD_DONE;
}

static int embed_words(simat_job *job)
{
    size_t count = descry_simat_words(job->simat);
    const char **words = calloc(count + 1, sizeof *words);
    int status = words ? need_model(job) : cmd_fail_memory();
    for (size_t i = 0; i < count && status == CMD_DONE; i++)
        words[i] = descry_simat_word(job->simat, i);
    if (status == CMD_DONE) {
        int dim = descry_model_get_info(job->model)->dim;
        if ((size_t)dim != job->dim) {
            cmd_say("the model's embeddings have length %d, those of the pictures %zu", dim, job->dim);
            status = CMD_FAILED;
        }
    }
    if (status == CMD_DONE)
        status = eval_embed_texts(job->model, NULL, words, count, &job->words);
    free(words);
    return status;
}

static int load_words(simat_job *job)
{
    char *vectors = cmd_join_path(job->folder, "words.npy"), *list = cmd_join_path(job->folder, "words.txt");
    descry_array array = {0};
    cmd_lines names = {0};
    int status = vectors && list ? CMD_DONE : cmd_fail_memory();
    if (status == CMD_DONE && (job->common.model || access(vectors, F_OK) != 0)) {
        status = embed_words(job);
    } else if (status == CMD_DONE) {
        status = read_array(vectors, &array);
        if (status == CMD_DONE)
            status = cmd_lines_read(&names, list);
        if (status == CMD_DONE)
            status = select_words(job, &names, &array, vectors);
    }
    descry_array_free(&array);
    cmd_lines_free(&names);
    free(vectors);
    free(list);
    return status;
}

/* Applies the head; without one, normalises to length 1. */
static int finish_vectors(simat_job *job)
{
    descry_error err;
    size_t pictures = descry_simat_pictures(job->simat), words = descry_simat_words(job->simat);
    if (!job->common.head) {
        int status = eval_unit_rows("vectors of pictures", job->images, pictures, job->dim);
        return status == CMD_DONE ? eval_unit_rows("vectors of words", job->words, words, job->dim) : status;
    }
    if (descry_head_open(&job->head, job->ctx, job->model, job->common.head, &err))
        return cmd_fail(&err);
    if (descry_head_dim(job->head) != job->dim) {
        cmd_say("%s: a head for embeddings of length %zu, not %zu", job->common.head, descry_head_dim(job->head), job->dim);
        return CMD_FAILED;
    }
    if (descry_head_map(job->head, DESCRY_PICTURES, job->images, pictures, 1, job->images, &err) ||
        descry_head_map(job->head, DESCRY_TEXTS, job->words, words, 1, job->words, &err))
        return cmd_fail(&err);
    return CMD_DONE;
}

/* ---- scores ---------------------------------------------------------------------------------------------------- */

static int print_scores(const simat_job *job, int test, const descry_simat_score *scores)
{
    const char *name = test ? "test" : "dev";
    size_t rows = descry_simat_rows(job->simat, test), best = 0;
    int status = CMD_DONE;
    if (!job->common.json)
        printf("%s split, %zu changes\n  lambda   score    subj     rel     obj\n", name, rows);
    for (size_t i = 0; i < job->sweep.count && status == CMD_DONE; i++) {
        const descry_simat_score *s = &scores[i];
        best = s->score > scores[best].score ? i : best;
        if (job->common.json)
            status = cmd_json_line(json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:I}", "split", name, "lambda",
                                             (double)s->lambda, "score", s->score, "subj", s->field[0], "rel",
                                             s->field[1], "obj", s->field[2], "changes", (json_int_t)rows));
        else
            printf("  %6.4g  %6.2f  %6.2f  %6.2f  %6.2f\n", (double)s->lambda, s->score, s->field[0], s->field[1],
                   s->field[2]);
    }
    if (!job->common.json)
        printf("  best: %.2f with lambda %.4g\n", scores[best].score, (double)scores[best].lambda);
    return status;
}

static int run_benchmark(simat_job *job)
{
    descry_error err;
    descry_simat_score scores[EVAL_LAMBDAS];
    int status = cmd_open_context(&job->ctx, job->common.threads);
    if (status == CMD_DONE && descry_simat_open(&job->simat, job->folder, &err))
        status = cmd_fail(&err);
    if (status == CMD_DONE)
        status = load_images(job);
    if (status == CMD_DONE)
        status = load_words(job);
    if (status == CMD_DONE)
        status = finish_vectors(job);
    for (int test = 0; test < 2 && status == CMD_DONE; test++) {
        if (strcmp(job->split, test ? "dev" : "test") == 0)
            continue;
        if (descry_simat_run(job->simat, job->ctx, job->images, job->words, job->dim, test, job->sweep.lambda,
                             job->sweep.count, scores, &err))
            status = cmd_fail(&err);
        else
            status = print_scores(job, test, scores);
    }
    return status;
}

static int run(int argc, char **argv)
{
    simat_job job = {.split = "both"};
    const char *lambda = NULL;
    const cmd_option options[] = {
        {"images", 0, CMD_TEXT, &job.images_path, "FILE", "vectors of pictures, in place of images.npy", 0},
        {"lambda", 0, CMD_TEXT, &lambda, "L", "0,0.5,1 or 0:3:0.25, the default", 0},
        {"split", 0, CMD_TEXT, &job.split, "S", "dev, test or both (both)", 0},
        CMD_OPTION_MODEL(job.common, "the model of the words, and of images.txt"),
        CMD_OPTION_HEAD(job.common, "through a learned head (a file, when there is no model): see 'descry adapt'"),
        CMD_OPTION_LIBRARY(job.common, "the library whose model is meant without --model"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_PRECISION(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"split\", \"lambda\", \"score\", \"subj\", \"rel\", \"obj\", \"changes\"} for each "
                        "lambda"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_eval_simat, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    status = eval_read_sweep(&cmd_eval_simat, lambda, &job.sweep);
    if (status == CMD_DONE && operands.count != 1)
        status = cmd_usage(&cmd_eval_simat, "which folder?");
    if (status == CMD_DONE && strcmp(job.split, "dev") != 0 && strcmp(job.split, "test") != 0 &&
        strcmp(job.split, "both") != 0)
        status = cmd_usage(&cmd_eval_simat, "--split: '%s' is not dev, test or both", job.split);
    if (status == CMD_DONE) {
        job.folder = operands.items[0].text;
        status = run_benchmark(&job);
    }
    free(job.images);
    free(job.words);
    descry_simat_close(&job.simat);
    descry_head_close(&job.head);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    cmd_operands_free(&operands);
    return status;
}
