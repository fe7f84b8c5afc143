/* SPDX-License-Identifier: Apache-2.0
 * descry index */
#include "common.h"
#include "output.h"
#include "progress.h"
#include "stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_index = {
    "index", "add new and changed pictures to the library",
    "usage: descry index [OPTIONS] [PATH...]\n"
    "\n"
    "Looks through folders (and files) and adds new and changed pictures to the library.  Without PATH it looks\n"
    "again at every folder indexed before.  Pictures that are there already, also under another name, are not\n"
    "computed again.  Pictures that are gone are marked as missing, never dropped: see 'descry forget'.\n"
    "\n"
    "Work is saved as it goes.  After Ctrl-C, a crash or a power cut, the same command goes on where it was.\n"
    "\n"
    "A new library needs --model: a directory in open_clip's format (open_clip_config.json beside its weights) for\n"
    "real photographs, or demo, the small bundled model, to try things out.  Later runs use the library's model.\n"
    "Another --model adds its vectors beside those of the first.\n"
    "\n"
    "Options:\n"
    "  --model NAME     the model; without it, the one that the library was last indexed with\n"
    "  --library FILE   the library; made if it is not there\n"
    "  --exclude GLOB   leave out files and folders whose name, or path below PATH, matches; may be repeated\n"
    "  --max-side N     refuse pictures with more pixels along a side (65500)\n"
    "  --max-pixels N   refuse pictures with more pixels in all (512000000)\n"
    "  --threads N      worker threads; 0, the default: one per processor\n"
    "  --precision P    f32 or auto: this build computes in f32\n"
    "  --json           one object at the end: {\"found\", \"embedded\", \"unchanged\", \"recognised\" (known content "
    "at\n"
    "                   a new place), \"failed\", \"missing\", \"seconds\", \"stopped\", \"model\", \"library\"}\n"
    "\n"
    "Exit status 3: done, but some files could not be read; each is named with the reason.  Ctrl-C finishes the\n"
    "pictures at hand, saves them and ends by the signal (130 in a shell); a second Ctrl-C ends at once.\n"
    "\n"
    "Examples:\n"
    "  descry index --model demo samples/gallery\n"
    "  descry index --model ~/models/ViT-B-32 ~/Pictures --exclude '*.tmp' --exclude thumbnails\n"
    "  descry index\n",
    run};

/* ---- the run --------------------------------------------------------------------------------------------------- */

static int show_progress(void *arg, const descry_index_progress *progress)
{
    (void)arg;
    if (cmd_stop_signal())
        return 1;
    cmd_progress_show(progress);
    return 0;
}

static void name_failure(void *arg, const char *path, const descry_error *err)
{
    (void)arg, (void)path;
    cmd_say("%s", err->message);
}

static void print_part(uint64_t count, const char *what)
{
    if (count > 0)
        printf(", %" PRIu64 " %s", count, what);
}

static void print_summary(const descry_index_progress *p, bool stopped)
{
    if (stopped && p->total == 0)
        fputs("stopped while looking for pictures", stdout);
    else if (stopped)
        printf("stopped after %" PRIu64 " of %" PRIu64 " pictures", p->done, p->total);
    else
        printf("%" PRIu64 " picture%s", p->found, p->found == 1 ? "" : "s");
    printf(": %" PRIu64 " new", p->embedded);
    print_part(p->recognised, "moved or copied");
    print_part(p->unchanged, "unchanged");
    print_part(p->failed, "failed");
    print_part(p->missing, "missing");
    printf("; %.1f s", p->seconds);
    if (p->embedded > 0 && p->seconds > 0)
        printf(", %.1f a second", (double)p->embedded / p->seconds);
    puts(stopped ? "; what is done is kept" : "");
}

static int print_json(const descry_index_progress *p, bool stopped, const char *model, const char *library)
{
    json_t *object =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:b, s:o}", "found", (json_int_t)p->found, "embedded",
                  (json_int_t)p->embedded, "unchanged", (json_int_t)p->unchanged, "recognised",
                  (json_int_t)p->recognised, "failed", (json_int_t)p->failed, "missing", (json_int_t)p->missing,
                  "seconds", p->seconds, "stopped", (int)stopped, "model", cmd_json_text(model, strlen(model)));
    if (object && cmd_json_set_path(object, "library", library)) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

typedef struct indexing {
    cmd_common common;
    descry_index_options options;
    const char **paths;
    size_t count;
    descry_context *ctx;
    descry_model *model;
    descry_library *library;
} indexing;

static int index_paths(indexing *job)
{
    descry_error err;
    descry_index_progress result = {0};
    descry_model_info info;
    descry_model_describe(job->model, &info);
    cmd_stop_catch();
    int rc = descry_index(job->library, job->model, job->paths, job->count, &job->options, &result, &err);
    bool stopped = rc == DESCRY_ERR_CANCELLED;
    cmd_progress_hide();
    if (rc && !stopped)
        return cmd_fail(&err);
    int status = CMD_DONE;
    if (job->common.json)
        status = print_json(&result, stopped, info.name, descry_library_path(job->library));
    else
        print_summary(&result, stopped);
    if (stopped)
        return 128 + cmd_stop_signal();
    return status == CMD_DONE && result.failed > 0 ? CMD_PARTLY : status;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

/* A directory is remembered by its full path, so that the library finds its model from anywhere. */
static int open_named_model(indexing *job)
{
    descry_error err;
    const char *name = job->common.model;
    bool is_directory = strcmp(name, "demo") != 0 && strncmp(name, "hf-hub:", 7) != 0;
    char *full = is_directory ? realpath(name, NULL) : NULL;
    int rc = descry_model_open(&job->model, job->ctx, full ? full : name, &err);
    free(full);
    return rc ? cmd_fail(&err) : CMD_DONE;
}

static int open_last_model(indexing *job)
{
    descry_error err;
    char *name;
    int status = cmd_last_model(&name, job->library);
    if (status == CMD_DONE && !name)
        status = cmd_no_model(&cmd_index);
    if (status == CMD_DONE && descry_model_open(&job->model, job->ctx, name, &err))
        status = cmd_fail(&err);
    free(name);
    return status;
}

/* A library is made only when its model is there. */
static int open_all(indexing *job)
{
    descry_error err;
    descry_library_options options = {.create = job->common.model != NULL};
    int status = cmd_open_context(&job->ctx, job->common.threads);
    if (status == CMD_DONE && job->common.model)
        status = open_named_model(job);
    if (status != CMD_DONE)
        return status;
    int rc = descry_library_open(&job->library, job->ctx, job->common.library, &options, &err);
    if (rc == DESCRY_ERR_NOT_FOUND && !job->common.model) {
        cmd_say("%s", err.message);
        return cmd_no_model(&cmd_index);
    }
    if (rc)
        return cmd_fail(&err);
    return job->common.model ? CMD_DONE : open_last_model(job);
}

enum { PATH, EXCLUDE };

/* Paths to the front, patterns after them. */
static int sort_operands(indexing *job, const cmd_operands *operands)
{
    job->paths = malloc((operands->count + 1) * sizeof *job->paths);
    if (!job->paths)
        return cmd_fail_memory();
    size_t n = 0;
    for (int kind = PATH; kind <= EXCLUDE; kind++) {
        for (size_t i = 0; i < operands->count; i++)
            if (operands->items[i].kind == kind)
                job->paths[n++] = operands->items[i].text;
        if (kind == PATH)
            job->count = n;
    }
    job->options.exclude = job->paths + job->count;
    job->options.excludes = n - job->count;
    return CMD_DONE;
}

static int run(int argc, char **argv)
{
    indexing job = {.options = DESCRY_INDEX_OPTIONS_INIT};
    cmd_pixels pixels = CMD_PIXELS_INIT;
    const cmd_option options[] = {CMD_OPTION_LIBRARY(job.common), CMD_OPTION_MODEL(job.common),
                                  CMD_OPTION_THREADS(job.common), CMD_OPTION_PRECISION,
                                  CMD_OPTION_JSON(job.common),    CMD_OPTION_MAX_SIDE(pixels),
                                  CMD_OPTION_MAX_PIXELS(pixels),  {"exclude", 0, CMD_OPERAND, NULL, EXCLUDE}};
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_index, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    job.options.progress = show_progress;
    job.options.failure = name_failure;
    status = cmd_read_pixels(&cmd_index, &pixels, &job.options.preprocess);
    if (status == CMD_DONE)
        status = sort_operands(&job, &operands);
    if (status == CMD_DONE)
        status = open_all(&job);
    if (status == CMD_DONE)
        status = index_paths(&job);
    descry_library_close(&job.library);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    free(job.paths);
    cmd_operands_free(&operands);
    return status;
}
