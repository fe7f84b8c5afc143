/* SPDX-License-Identifier: Apache-2.0
 * descry adapt */
#include "ui/common.h"
#include "descry_dev.h"
#include "eval/eval.h"
#include "ui/output.h"
#include "ui/lines.h"
#include "ui/progress.h"
#include "ui/stop.h"
#include "ui/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int run(int argc, char **argv);

const cmd_command cmd_adapt = {
    "adapt", "train a learned head on pictures with captions",
    "usage: descry adapt [OPTIONS] [PAIRS]\n"
    "\n"
    "Trains two linear layers, for pictures and for texts, that make a model's embeddings fit pairs of pictures and\n"
    "captions better, and differences of texts point where differences of pictures do (Couairon et al. 2022).  The\n"
    "model stays as it is.  Use the head with --head NAME in search, embed, tag and eval.\n"
    "\n"
    "PAIRS is a file of captions, as for 'descry eval retrieval'; or embeddings, an .npz file with the arrays images\n"
    "and texts or a folder with images.npy and texts.npy, whose rows go together; without PAIRS, the pictures of the\n"
    "library that have captions.\n",
    "A head belongs to its model and is kept in $XDG_DATA_HOME/descry/heads (~/.local/share), by the model's identity.\n"
    "Ctrl-C keeps the best so far, once training has begun, and ends by the signal.\n"
    "\n"
    "Examples:\n"
    "  descry adapt --model demo samples/facts.json --name gallery\n"
    "  descry adapt --name sharp --temperature 0.01\n"
    "  descry adapt pairs.npz --name ./head.safetensors --epochs 20\n",
    run};

enum { LEAST = 4 }; /* pairs */

typedef struct adapt_job {
    cmd_common common;
    const char *name;
    size_t seed;
    descry_adapt_options options;
    descry_adapt_state state;
    descry_watch watch;
    descry_context *ctx;
    descry_model *model;
    descry_library *library;
    float *images, *texts;     /* [count, dim] */
    size_t count, dim, room;
    cmd_lines captions;        /* of the library's pictures */
    size_t failed;
    int status;
} adapt_job;

/* ---- pairs ----------------------------------------------------------------------------------------------------- */

static bool has_ending(const char *text, const char *ending)
{
    size_t size = strlen(text), end = strlen(ending);
    return size > end && strcmp(text + size - end, ending) == 0;
}

static bool holds_arrays(const char *source)
{
    struct stat st;
    return has_ending(source, ".npz") || (stat(source, &st) == 0 && S_ISDIR(st.st_mode));
}

/* Reads an array [pairs, dim] from a .npz file or a folder and normalises its rows to length 1. */
static int read_array(const char *source, const char *key, descry_array *array)
{
    descry_error err;
    bool packed = has_ending(source, ".npz");
    char file[16], shown[300];
    snprintf(file, sizeof file, "%s.npy", key);
    char *path = packed ? strdup(source) : cmd_join_path(source, file);
    if (!path)
        return cmd_fail_memory();
    snprintf(shown, sizeof shown, "%s%s%s", path, packed ? ": " : "", packed ? key : "");
    int status = CMD_DONE;
    if (packed ? descry_array_read_npz(array, path, key, &err) : descry_array_read(array, path, &err))
        status = cmd_fail(&err);
    else if (array->dims != 2 || array->shape[1] == 0) {
        cmd_say("%s: not an array of pairs by their length", shown);
        status = CMD_FAILED;
    } else
        status = eval_unit_rows(shown, array->values, array->shape[0], array->shape[1]);
    free(path);
    return status;
}

static int load_arrays(adapt_job *job, const char *source)
{
    descry_array images = {0}, texts = {0};
    int status = read_array(source, "images", &images);
    if (status == CMD_DONE)
        status = read_array(source, "texts", &texts);
    job->images = images.values;
    job->texts = texts.values;
    if (status != CMD_DONE)
        return status;
    if (images.shape[0] != texts.shape[0] || images.shape[1] != texts.shape[1]) {
        cmd_say("%s: images are %zu vectors of length %zu, texts %zu of length %zu", source, images.shape[0],
                images.shape[1], texts.shape[0], texts.shape[1]);
        return CMD_FAILED;
    }
    job->count = images.shape[0];
    job->dim = images.shape[1];
    return CMD_DONE;
}

/* Repeats each picture's row for each of its captions; drops those of unreadable pictures. */
static int expand_rows(adapt_job *job, const descry_captions *captions, const float *rows, const uint8_t *read)
{
    job->images = calloc(captions->count + 1, job->dim * sizeof *job->images);
    if (!job->images)
        return cmd_fail_memory();
    for (size_t i = 0; i < captions->count; i++) {
        size_t owner = captions->owner[i];
        if (!read[owner])
            continue;
        memcpy(job->images + job->count * job->dim, rows + owner * job->dim, job->dim * sizeof *rows);
        memmove(job->texts + job->count * job->dim, job->texts + i * job->dim, job->dim * sizeof *rows);
        job->count++;
    }
    return CMD_DONE;
}

static int load_captions(adapt_job *job, const char *path)
{
    descry_error err;
    descry_captions captions;
    float *rows = NULL;
    if (descry_captions_read(&captions, path, &err))
        return cmd_fail(&err);
    uint8_t *read = calloc(captions.pictures + 1, 1);
    int status = read ? eval_embed_texts(job->model, NULL, (const char *const *)captions.texts, captions.count, &job->texts)
                      : cmd_fail_memory();
    if (status == CMD_DONE)
        status = eval_embed_files(job->model, NULL, (const char *const *)captions.paths, captions.pictures, NULL, &rows, read);
    for (size_t i = 0; i < captions.pictures && status == CMD_DONE; i++)
        job->failed += !read[i];
    if (status == CMD_DONE)
        status = expand_rows(job, &captions, rows, read);
    descry_captions_free(&captions);
    free(read);
    free(rows);
    return status;
}

static int add_pair(void *arg, const char *path, const char *caption, const float *vector)
{
    adapt_job *job = arg;
    (void)path;
    if (job->count == job->room) {
        size_t room = job->room ? 2 * job->room : 1024;
        float *images = realloc(job->images, room * job->dim * sizeof *images);
        if (!images)
            return job->status = cmd_fail_memory();
        job->images = images;
        job->room = room;
    }
    memcpy(job->images + job->count++ * job->dim, vector, job->dim * sizeof *vector);
    return (job->status = cmd_lines_add(&job->captions, caption)) != CMD_DONE;
}

static int load_library(adapt_job *job)
{
    descry_error err;
    int status = cmd_open_library(&job->library, job->ctx, job->common.library);
    if (status == CMD_DONE && descry_library_pairs(job->library, job->model, add_pair, job, &err))
        status = cmd_fail(&err);
    status = status == CMD_DONE ? job->status : status;
    if (status == CMD_DONE && job->count == 0) {
        cmd_say("%s: no picture that is indexed with this model has a caption", descry_library_path(job->library));
        status = CMD_FAILED;
    }
    return status == CMD_DONE
               ? eval_embed_texts(job->model, NULL, (const char *const *)job->captions.items, job->count, &job->texts)
               : status;
}

static int load_pairs(adapt_job *job, const char *source)
{
    bool is_file = strchr(job->name, '/') || has_ending(job->name, ".safetensors");
    bool arrays = source && holds_arrays(source);
    int status = CMD_DONE;
    if (!arrays || job->common.model || !is_file) {
        status = cmd_open_model(&job->model, job->ctx, &cmd_adapt, &job->common);
        if (status != CMD_DONE)
            return status;
        job->dim = (size_t)descry_model_get_info(job->model)->dim;
    }
    size_t wanted = job->dim;
    status = arrays ? load_arrays(job, source) : source ? load_captions(job, source) : load_library(job);
    if (status == CMD_DONE && wanted && wanted != job->dim) {
        cmd_say("the model's embeddings have length %zu, those of %s %zu", wanted, source, job->dim);
        status = CMD_FAILED;
    }
    if (status == CMD_DONE && job->count < LEAST) {
        cmd_say("%s: %zu pairs are too few to learn from", source ? source : descry_library_path(job->library), job->count);
        status = CMD_FAILED;
    }
    return status;
}

/* ---- training -------------------------------------------------------------------------------------------------- */

static int on_progress(void *arg, const descry_progress *p)
{
    const adapt_job *job = arg;
    char text[120];
    if (cmd_stopped())
        return 1;
    snprintf(text, sizeof text, "epoch %zu/%zu  loss %.4f, best %.4f", job->state.epoch + 1, job->options.epochs,
             job->state.held_loss, job->state.best_loss);
    cmd_progress_say(p, text);
    return 0;
}

static int print_result(const adapt_job *job, const descry_adapt_state *p, const char *path)
{
    if (job->common.json) {
        json_t *object = json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:b}", "pairs", (json_int_t)p->trained, "held_out",
                                   (json_int_t)p->held, "epochs", (json_int_t)p->epoch, "best_epoch",
                                   (json_int_t)p->best_epoch, "first_loss", p->first_loss, "best_loss", p->best_loss,
                                   "stopped", p->stopped);
        if (object && cmd_json_set_path(object, "head", path)) {
            json_decref(object);
            object = NULL;
        }
        return cmd_json_line(object);
    }
    printf("%zu pairs, %zu held out; %s%zu epochs; loss %.4f, at first %.4f, after epoch %zu\n", p->trained, p->held,
           p->stopped ? "stopped after " : "", p->epoch, p->best_loss, p->first_loss, p->best_epoch);
    cmd_print_path(stdout, path);
    putchar('\n');
    return CMD_DONE;
}

static int train(adapt_job *job)
{
    descry_error err;
    descry_head *head = NULL;
    const descry_adapt_state *result = &job->state;
    char about[200], *path = NULL;
    int status = CMD_DONE;
    cmd_catch_signals();
    cmd_progress_restart();
    int rc = descry_adapt(job->ctx, job->images, job->texts, job->count, job->dim, &job->options, &head, &job->state,
                          &err);
    cmd_progress_hide();
    snprintf(about, sizeof about, "temperature %g, batch %zu, rate %g, seed %zu, %zu pairs, best epoch %zu of %zu",
             (double)job->options.temperature, job->options.batch, (double)job->options.learning_rate, job->seed,
             result->trained, result->best_epoch, result->epoch);
    if (rc || descry_head_save(head, job->model, job->name, about, &path, &err))
        status = cmd_fail(&err);
    else
        status = print_result(job, result, path);
    descry_head_close(&head);
    descry_free(path);
    return status == CMD_DONE && result->stopped ? 128 + cmd_stopped() : status;
}

static int run(int argc, char **argv)
{
    adapt_job job = {.name = "adapted", .seed = 1, .options = DESCRY_ADAPT_OPTIONS_INIT,
                     .state = DESCRY_ADAPT_STATE_INIT, .watch = DESCRY_WATCH_INIT};
    const cmd_option options[] = {
        {"name", 0, CMD_TEXT, &job.name, "NAME",
         "what the head is called (adapted); with a slash or .safetensors at the end, its file", 0},
        {"temperature", 0, CMD_NUMBER, &job.options.temperature, "T", "tau (0.1)", 0},
        {"epochs", 0, CMD_COUNT, &job.options.epochs, "N", "at most (50)", 0},
        {"batch", 0, CMD_COUNT, &job.options.batch, "N", "pairs in a step (512)", 0},
        {"rate", 0, CMD_NUMBER, &job.options.learning_rate, "R",
         "learning rate of Adam (0.001)", 0},
        {"decay-every", 0, CMD_COUNT, &job.options.decay_every, "N", "epochs after which the rate is divided by 10 (25)", 0},
        {"holdout", 0, CMD_NUMBER, &job.options.holdout, "P",
         "part of the pairs that judges and is not learned from (0.1)", 0},
        {"patience", 0, CMD_COUNT, &job.options.patience, "N", "stop after N epochs without a better loss (10)", 0},
        {"seed", 0, CMD_COUNT, &job.seed, "N", "of all that is random (1)", 0},
        CMD_OPTION_MODEL(job.common, "without it, the model that the library was last indexed with"),
        CMD_OPTION_LIBRARY(job.common, "the library"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"head\", \"pairs\", \"held_out\", \"epochs\", \"best_epoch\", \"first_loss\", "
                        "\"best_loss\", \"stopped\"}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_adapt, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    job.options.seed = job.seed;
    job.options.watch = &job.watch;
    job.watch.progress = on_progress;
    job.watch.arg = &job;
    job.watch.cancel = cmd_cancel();
    status = operands.count > 1 ? cmd_usage(&cmd_adapt, "pairs from one place at a time")
                                : cmd_open_context(&job.ctx, job.common.threads);
    if (status == CMD_DONE)
        status = load_pairs(&job, operands.count ? operands.items[0].text : NULL);
    if (status == CMD_DONE)
        status = train(&job);
    if (status == CMD_DONE && job.failed > 0)
        status = CMD_PARTLY;
    descry_library_close(&job.library);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    cmd_lines_free(&job.captions);
    free(job.images);
    free(job.texts);
    cmd_operands_free(&operands);
    return status;
}
