/* SPDX-License-Identifier: Apache-2.0
 * descry caption */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/stop.h"
#include "ui/visible.h"
#include "ui/xmp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_caption = {
    "caption", "describe pictures in words",
    "usage: descry caption [OPTIONS] FILE...|FOLDER...\n"
    "       descry caption [OPTIONS] --library [FILE]\n"
    "       descry caption --undo-xmp [--json] FILE...|FOLDER...\n"
    "\n"
    "Prints a line for each picture: its name and what a CoCa model says about it.  Folders are looked through as\n"
    "'descry index' does.\n"
    "\n"
    "With --library and no picture, the pictures of the library that have no caption are described, and the captions kept\n"
    "in it, where 'descry search' shows them and finds by them.  After Ctrl-C or a crash the same command goes on where it\n"
    "was.  No caption is ever replaced.\n",
    "A picture that cannot be read is named on standard error; the rest is done and the exit status is 3.  The same goes\n"
    "for a sidecar that cannot be written, or is damaged, and is then left as it is.  Pictures are never changed.\n"
    "Ctrl-C finishes the pictures at hand, says how many are done and ends by the signal; a second one ends at once.\n"
    "\n"
    "Examples:\n"
    "  descry caption --model demo samples/gallery/0001.jpg\n"
    "  descry caption --model ~/models/coca_ViT-L-14 --json ~/Pictures > captions.jsonl\n"
    "  descry caption --library\n"
    "  descry caption --model demo --prompt 'a photo of' --decode beam samples/gallery/*.jpg\n"
    "  descry caption --model demo --decode top-p --top-p 0.9 --temperature 0.8 --seed 7 samples/gallery/0001.jpg\n"
    "  descry caption --model ~/models/coca_ViT-L-14 --write-xmp ~/Pictures/2019\n"
    "  descry caption --undo-xmp ~/Pictures/2019\n",
    run};

typedef struct caption_job {
    cmd_common common;
    descry_caption_options options;
    descry_generation generation;
    descry_folder_options folders;
    descry_watch watch;
    descry_progress last;
    const char **paths;
    size_t count;
    descry_context *ctx;
    descry_model *model;
    const char *model_name;
    descry_library *library;
    size_t done, failed;
    int status;
    cmd_xmp xmp;
} caption_job;

/* ---- output ---------------------------------------------------------------------------------------------------- */

static json_t *ids_array(const descry_caption *caption)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < caption->count; i++)
        if (json_array_append_new(array, json_integer(caption->ids[i]))) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

static int print_json(caption_job *job, const char *path, const descry_caption *caption)
{
    json_t *object = json_object();
    if (!object || cmd_json_set_path(object, "path", path) ||
        json_object_set_new(object, "caption", cmd_json_text(caption->text, strlen(caption->text))) ||
        json_object_set_new(object, "ids", ids_array(caption)) ||
        json_object_set_new(object, "score", json_real(caption->score)) ||
        json_object_set_new(object, "model", cmd_json_text(job->model_name, strlen(job->model_name))) ||
        (job->xmp.write && !job->library && cmd_xmp_write(&job->xmp, path, caption->text, job->model_name, object))) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int on_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    caption_job *job = arg;
    if (!caption) {
        cmd_say("%s", err->message);
        job->failed++;
        return 0;
    }
    cmd_progress_hide();
    job->done++;
    if (job->common.json) {
        job->status = print_json(job, path, caption);
    } else {
        cmd_print_path(stdout, path);
        fputs(": ", stdout);
        cmd_print_visible(stdout, caption->text);
        putchar('\n');
        if (job->xmp.write && !job->library) /* those of a library are written at the end */
            cmd_xmp_write(&job->xmp, path, caption->text, job->model_name, NULL);
    }
    if (job->status == CMD_DONE && !cmd_flush())
        job->status = CMD_FAILED;
    return job->status != CMD_DONE;
}

static bool is_done(const descry_progress *p)
{
    return p->stage != DESCRY_STAGE_LOOKING && p->done == p->total;
}

static int on_progress(void *arg, const descry_progress *progress)
{
    caption_job *job = arg;
    job->last = *progress;
    if (is_done(progress))
        cmd_progress_hide();
    else if (!cmd_stopped())
        cmd_progress_show(progress);
    return 0;
}

/* Opens the library and the captioner: --model, else the library's model, else the one installed. */
static int open_library(caption_job *job)
{
    descry_error err;
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    descry_model_options model = DESCRY_MODEL_OPTIONS_INIT;
    options.create = 0;
    model.precision = job->common.precision;
    descry_model *last = NULL;
    char *name = NULL;
    if (descry_library_open(&job->library, job->ctx, job->common.library, &options, &err))
        return cmd_fail(&err);
    int status = job->common.model ? CMD_DONE : cmd_last_model(&name, job->library);
    if (status == CMD_DONE && name && descry_model_open(&last, job->ctx, name, &model, &err))
        status = cmd_fail(&err);
    if (status == CMD_DONE)
        status = cmd_open_captioner(&job->model, job->ctx, job->common.model, model.precision, last, "--model ");
    if (job->model != last)
        descry_model_close(&last);
    free(name);
    return status;
}

static int run_captions(caption_job *job)
{
    descry_error err;
    int status = cmd_open_context(&job->ctx, job->common.threads);
    job->xmp.ctx = job->ctx;
    if (status == CMD_DONE)
        status = job->count ? cmd_open_model(&job->model, job->ctx, &cmd_caption, &job->common) : open_library(job);
    if (status != CMD_DONE)
        return status;
    const descry_model_info *info = descry_model_get_info(job->model);
    job->model_name = info->name;
    job->watch.progress = on_progress;
    job->watch.arg = job;
    job->watch.cancel = cmd_cancel();
    cmd_catch_signals();
    int rc = job->library ? descry_caption_library(job->library, job->model, &job->options, on_caption, job, &err)
                          : descry_caption_files(job->model, job->paths, job->count, &job->folders, &job->options,
                                                on_caption, job, &err);
    cmd_progress_hide();
    if (job->status != CMD_DONE)
        return job->status;
    if (rc == DESCRY_ERR_CANCELLED && is_done(&job->last)) /* Ctrl-C after the last picture */
        rc = 0;
    if (rc == DESCRY_ERR_CANCELLED) {
        cmd_say("stopped after %zu of %zu pictures%s", job->done + job->failed,
                (size_t)(job->last.stage == DESCRY_STAGE_LOOKING ? job->last.done : job->last.total),
                job->library ? "; their captions are kept" : "");
        return 128 + cmd_stopped();
    }
    if (rc) {
        status = cmd_fail(&err);
        if (!info->can_caption)
            cmd_suggest_captioner("--model ");
        return status;
    }
    if (job->library && job->done + job->failed == 0)
        cmd_say("no picture lacks a caption");
    status = job->library && job->xmp.write ? cmd_xmp_library(&job->xmp, job->library) : CMD_DONE;
    if (status == CMD_DONE && (job->failed || job->xmp.failed))
        status = CMD_PARTLY;
    if (job->failed)
        cmd_say("%zu of %zu could not be described", job->failed, job->failed + job->done);
    return status;
}

static int undo_xmp(caption_job *job)
{
    descry_error err;
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.read_only = 1;
    int status = cmd_open_context(&job->ctx, job->common.threads);
    job->xmp.ctx = job->ctx;
    if (status == CMD_DONE && job->count)
        return cmd_xmp_undo(&job->xmp, job->paths, job->count);
    if (status == CMD_DONE && descry_library_open(&job->library, job->ctx, job->common.library, &options, &err))
        status = cmd_fail(&err);
    return status == CMD_DONE ? cmd_xmp_library(&job->xmp, job->library) : status;
}

/* ---- arguments ------------------------------------------------------------------------------------------------- */

static int parse_decoding(descry_decoding *decode, const char *name)
{
    static const char *const names[] = {"group", "beam", "greedy", "top-k", "top-p"};
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) {
            *decode = (descry_decoding)i;
            return CMD_DONE;
        }
    return name ? cmd_usage(&cmd_caption, "--decode: '%s' is not group, beam, greedy, top-k or top-p", name) : CMD_DONE;
}

static int run(int argc, char **argv)
{
    caption_job job = {.options = DESCRY_CAPTION_OPTIONS_INIT, .generation = DESCRY_GENERATION_INIT,
                       .folders = DESCRY_FOLDER_OPTIONS_INIT, .watch = DESCRY_WATCH_INIT};
    cmd_pixels pixels = CMD_PIXELS_INIT;
    descry_generation *how = &job.generation;
    const char *rule = NULL;
    const cmd_option options[] = {
        {"decode", 0, CMD_TEXT, &rule, "group|beam|greedy|top-k|top-p",
         "group, the default: the beams of open_clip 3.3, by raw logits; beam: those of its successor, by logarithms "
         "of probabilities; greedy: always the likeliest; top-k, top-p: drawn by chance", 0},
        {"beams", 0, CMD_COUNT, &how->beams, "N", "of group and beam (6)", 0},
        {"groups", 0, CMD_COUNT, &how->groups, "N",
         "of group, as in open_clip: N beams in so many groups are N / groups beams (3)", 0},
        {"min-length", 0, CMD_COUNT, &how->min_length, "N",
         "ids before the end token may come, start token included (5)", 0},
        {"max-length", 0, CMD_COUNT, &how->max_length, "N", "ids in all, start and end token included (30)", 0},
        {"repetition-penalty", 0, CMD_NUMBER, &how->repetition_penalty, "P",
         "makes ids that are there already less likely, above 1 (1)", 0},
        {"prompt", 0, CMD_TEXT, &how->prompt, "TEXT", "begin with these words and go on", 0},
        {"temperature", 0, CMD_NUMBER, &how->temperature, "T",
         "of top-k and top-p: below 1 bolder, above 1 wilder (1)", 0},
        {"top-k", 0, CMD_COUNT, &how->top_k, "N", "draw from the N likeliest (1)", 0},
        {"top-p", 0, CMD_NUMBER, &how->top_p, "P", "draw from the fewest that together have the probability P (0.1)", 0},
        {"seed", 0, CMD_SEED, &how->seed, "N", "of the draws: the same seed, the same caption (0)", 0},
        {"batch", 0, CMD_COUNT, &job.options.batch, "N", "pictures at once; more is faster and takes more memory (8)", 0},
        CMD_OPTIONS_FOLDERS(job.folders),
        CMD_OPTIONS_XMP(job.xmp),
        CMD_OPTION_REFERENCE(pixels),
        CMD_OPTION_PILLOW(pixels),
        CMD_OPTION_MAX_SIDE(pixels),
        CMD_OPTION_MAX_PIXELS(pixels),
        CMD_OPTION_MAX_PIXELS_PER_BYTE(pixels),
        CMD_OPTION_MODEL(job.common,
                         "a model with a decoder; without it, the model that the library was last indexed with"),
        {"library", 0, CMD_MAYBE, &job.common.library, "[FILE]",
         "the library meant by that; the usual one without FILE.  Without a picture to describe, those that it has without "
         "a caption, by that model, else by the one installed that can; with --write-xmp or --undo-xmp, all that a model "
         "has described", 0},
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_PRECISION(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"path\", \"caption\", \"ids\" (from the start token to the last one chosen), \"score\","
                        " \"model\"}; with --write-xmp also \"xmp\", the sidecar, and \"outcome\": written, replaced, "
                        "same, kept, embedded or failed; --undo-xmp: {\"xmp\", \"outcome\"}: undone, restored, changed or "
                        "deleted"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_caption, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    job.paths = calloc(operands.count + 1, sizeof *job.paths);
    for (; job.paths && job.count < operands.count; job.count++)
        job.paths[job.count] = operands.items[job.count].text;
    if (!job.paths)
        status = cmd_fail_memory();
    else if (operands.count == 0 && !job.common.library)
        status = cmd_usage(&cmd_caption, "which picture? (--library alone: those in the library without a caption)");
    else
        status = parse_decoding(&how->decode, rule);
    if (status == CMD_DONE)
        status = cmd_xmp_check(&cmd_caption, &job.xmp);
    job.xmp.json = job.common.json;
    job.xmp.include_hidden = job.folders.include_hidden;
    job.options.generation = how;
    job.options.preprocess = &pixels.options;
    job.options.watch = &job.watch;
    if (status == CMD_DONE)
        status = cmd_read_pixels(&cmd_caption, &pixels);
    if (job.common.library && !*job.common.library)
        job.common.library = NULL;
    if (status == CMD_DONE)
        status = job.xmp.undo ? undo_xmp(&job) : run_captions(&job);
    descry_library_close(&job.library);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    free(job.paths);
    cmd_operands_free(&operands);
    return status;
}
