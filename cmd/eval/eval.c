/* SPDX-License-Identifier: Apache-2.0
 * descry eval: the kinds of evaluation, and what they share. */
#include "eval/eval.h"

#include "ui/progress.h"
#include "ui/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_eval = {
    "eval", "how good a model, or a learned head, is",
    "usage: descry eval KIND [OPTIONS] ...\n"
    "\n"
    "Kinds:\n"
    "  retrieval FILE   pictures found by their captions and captions by their pictures: recall@1, @5, @10\n"
    "  zeroshot DIR     pictures in a folder for each class: how often the class is right\n"
    "  simat DIR        the SIMAT benchmark: a picture changed by a word\n"
    "  analogies FILE   a list of pictures, each changed by two texts, and the pictures wanted\n"
    "\n"
    "Each has --help of its own.  docs/eval.md says how the figures are computed.\n",
    "Examples:\n"
    "  descry eval retrieval samples/facts.json --model demo\n"
    "  descry eval zeroshot --help\n",
    run};

static const cmd_command *const kinds[] = {&cmd_eval_retrieval, &cmd_eval_zeroshot, &cmd_eval_simat,
                                           &cmd_eval_analogies};

enum { KINDS = sizeof kinds / sizeof *kinds };

const cmd_command *cmd_eval_kind(size_t i)
{
    return i < KINDS ? kinds[i] : NULL;
}

static int run(int argc, char **argv)
{
    const char *names[KINDS];
    cmd_operands operands;
    int status;
    if (argc < 2 || argv[1][0] == '-') {
        if (cmd_parse(&cmd_eval, argc, argv, NULL, 0, &operands, &status)) {
            cmd_operands_free(&operands);
            status = cmd_usage(&cmd_eval, "which kind: retrieval, zeroshot, simat or analogies?");
        }
        return status;
    }
    for (size_t i = 0; i < KINDS; i++) {
        names[i] = kinds[i]->name + strlen("eval ");
        if (strcmp(argv[1], names[i]) == 0)
            return kinds[i]->run(argc - 1, argv + 1);
    }
    const char *near = cmd_nearest(argv[1], names, KINDS);
    return near ? cmd_usage(&cmd_eval, "unknown kind '%s'; did you mean '%s'?", argv[1], near)
                : cmd_usage(&cmd_eval, "unknown kind '%s'", argv[1]);
}

/* ---- lambdas --------------------------------------------------------------------------------------------------- */

static bool read_number(const char **text, double *number)
{
    char *end;
    *number = strtod(*text, &end);
    bool good = end != *text && isfinite(*number) && fabs(*number) <= 1000;
    *text = end;
    return good;
}

static bool read_range(const char *text, eval_sweep *sweep)
{
    double first, last, step;
    if (!read_number(&text, &first) || *text++ != ':' || !read_number(&text, &last) || *text++ != ':' ||
        !read_number(&text, &step) || *text || !(step > 0) || last < first || (last - first) / step >= EVAL_LAMBDAS - 0.5)
        return false;
    for (; first + (double)sweep->count * step <= last + step / 1000; sweep->count++)
        sweep->lambda[sweep->count] = (float)(first + (double)sweep->count * step);
    return true;
}

static bool read_list(const char *text, eval_sweep *sweep)
{
    for (;;) {
        double number;
        if (sweep->count == EVAL_LAMBDAS || !read_number(&text, &number) || (*text && *text != ','))
            return false;
        sweep->lambda[sweep->count++] = (float)number;
        if (!*text++)
            return true;
    }
}

int eval_read_sweep(const cmd_command *command, const char *text, eval_sweep *sweep)
{
    text = text ? text : "0:3:0.25";
    sweep->count = 0;
    if (strchr(text, ':') ? read_range(text, sweep) : read_list(text, sweep))
        return CMD_DONE;
    return cmd_usage(command, "--lambda: '%s' is not a list of numbers, 0,0.5,1, or a range, 0:3:0.25", text);
}

/* ---- embeddings ------------------------------------------------------------------------------------------------ */

int eval_open(const cmd_command *command, const cmd_common *common, descry_context **ctx, descry_model **model,
              descry_head **head)
{
    int status = cmd_open_context(ctx, common->threads);
    if (status == CMD_DONE)
        status = cmd_open_model(model, *ctx, command, common);
    return status == CMD_DONE ? cmd_open_head(head, *ctx, *model, common->head) : status;
}

typedef struct row_sink {
    descry_file_fn each;
    void *arg;
} row_sink;

static int on_row(void *arg, size_t i, const float *row, const descry_error *err)
{
    const row_sink *r = arg;
    if (err)
        cmd_say("%s", err->message);
    return r->each(r->arg, i, row, err);
}

int eval_each_file(descry_model *model, const descry_head *head, const char *const *paths, size_t n,
                   const descry_preprocess_options *pixels, descry_file_fn each, void *arg)
{
    descry_error err;
    row_sink r = {.each = each, .arg = arg};
    descry_files_options options = DESCRY_FILES_OPTIONS_INIT;
    cmd_watching watching;
    options.watch = cmd_watch(&watching);
    options.head = head;
    options.preprocess = pixels;
    cmd_catch_signals();
    cmd_progress_restart();
    int rc = descry_embed_files(model, paths, n, &options, on_row, &r, &err);
    cmd_progress_hide();
    if (rc == DESCRY_ERR_CANCELLED && cmd_stopped()) {
        cmd_say("stopped after %zu of %zu pictures", (size_t)watching.last.done, (size_t)watching.last.total);
        return 128 + cmd_stopped();
    }
    return rc && rc != DESCRY_ERR_CANCELLED ? cmd_fail(&err) : CMD_DONE;
}

typedef struct row_array {
    float *rows;
    uint8_t *read; /* or NULL */
    size_t dim, failed;
} row_array;

static int store_row(void *arg, size_t i, const float *row, const descry_error *err)
{
    row_array *f = arg;
    f->failed += err != NULL;
    if (row)
        memcpy(f->rows + i * f->dim, row, f->dim * sizeof *row);
    if (f->read)
        f->read[i] = !err;
    return 0;
}

int eval_embed_files(descry_model *model, const descry_head *head, const char *const *paths, size_t n,
                     const descry_preprocess_options *pixels, float **out, uint8_t *read)
{
    row_array f = {.read = read, .dim = (size_t)descry_model_get_info(model)->dim};
    *out = f.rows = calloc(n + 1, f.dim * sizeof *f.rows);
    int status = f.rows ? eval_each_file(model, head, paths, n, pixels, store_row, &f) : cmd_fail_memory();
    return status == CMD_DONE && f.failed > 0 && !read ? CMD_FAILED : status;
}

int eval_embed_texts(descry_model *model, const descry_head *head, const char *const *texts, size_t n, float **out)
{
    enum { BATCH = 256 };
    descry_error err;
    size_t dim = (size_t)descry_model_get_info(model)->dim;
    *out = calloc(n + 1, dim * sizeof **out);
    if (!*out)
        return cmd_fail_memory();
    for (size_t i = 0; i < n; i += BATCH) {
        size_t count = n - i < BATCH ? n - i : BATCH;
        if (cmd_stopped())
            return 128 + cmd_stopped();
        float *rows = *out + i * dim;
        if (descry_embed_texts(model, texts + i, count, 1, rows, &err) ||
            (head && descry_head_map(head, DESCRY_TEXTS, rows, count, 1, rows, &err)))
            return cmd_fail(&err);
    }
    return CMD_DONE;
}

static double length_of(const float *row, size_t dim)
{
    double square = 0;
    for (size_t j = 0; j < dim; j++)
        square += (double)row[j] * (double)row[j];
    return sqrt(square);
}

int eval_check_rows(const char *name, const float *rows, size_t n, size_t dim)
{
    for (size_t i = 0; i < n; i++) {
        double length = length_of(rows + i * dim, dim);
        if (isfinite(length) && length >= 1e-12)
            continue;
        cmd_say("%s: row %zu, counted from 0, is %s", name, i, isfinite(length) ? "zero" : "not finite");
        return CMD_FAILED;
    }
    return CMD_DONE;
}

int eval_unit_rows(const char *name, float *rows, size_t n, size_t dim)
{
    int status = eval_check_rows(name, rows, n, dim);
    for (size_t i = 0; i < n && status == CMD_DONE; i++, rows += dim) {
        double length = length_of(rows, dim);
        for (size_t j = 0; j < dim; j++)
            rows[j] = (float)((double)rows[j] / length);
    }
    return status;
}
