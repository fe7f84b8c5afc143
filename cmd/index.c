/* SPDX-License-Identifier: Apache-2.0
 * descry index */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/stop.h"

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
    "Of a folder the files are looked at whose names end as a picture's do (.jpg, .heic, .nef ...), and those without an\n"
    "ending that begin as a picture does.  Hidden files and folders are passed over, and so are bins and snapshots below\n"
    "PATH (#recycle, $RECYCLE.BIN, lost+found ...); what the library knows of those stays as it is.\n"
    "\n"
    "With --caption, pictures without a caption are described, too: with the model itself when it can, in the same pass;\n"
    "else with the CoCa model installed, or MODEL, once all are indexed.  No caption is ever replaced.\n"
    "\n"
    "Large JPEGs, WebPs and JPEG 2000s are decoded at a half, a quarter or an eighth of their size, but at least twice the\n"
    "model's, which leaves the result nearly the same; --full-decode takes all of their pixels.\n"
    "\n"
    "A file that cannot be read is tried again by the next run.  But when its decoder crashed, did not come to an end or\n"
    "went beyond its bounds, it is named and not tried again until the file changes or descry does, or with --retry-failed.\n"
    "\n"
    "Work is saved as it goes.  After Ctrl-C, a crash or a power cut, the same command goes on where it was.\n"
    "\n"
    "A new library needs --model: a directory in open_clip's format (open_clip_config.json beside its weights) for\n"
    "real photographs, or demo, the small bundled model, to try things out.  Later runs use the library's model.\n"
    "Another --model adds its vectors beside those of the first.\n",
    "Exit status 3: done, but some files could not be read; each is named with the reason.  Ctrl-C finishes the\n"
    "pictures at hand, saves them and ends by the signal (130 in a shell); a second Ctrl-C ends at once.\n"
    "\n"
    "Examples:\n"
    "  descry index --model demo samples/gallery\n"
    "  descry index --model ~/models/ViT-B-32 ~/Pictures --exclude '*.tmp' --exclude thumbnails\n"
    "  descry index\n"
    "  descry index --caption=hf-hub:laion/CoCa-ViT-L-14-laion2B-s13B-b90k\n",
    run};

/* ---- files passed over ------------------------------------------------------------------------------------------ */

enum { ENDINGS_SHOWN = 8, ENDINGS_MAX = 64, ENDING_SIZE = 32 };

typedef struct other_files {
    struct {
        char ending[ENDING_SIZE]; /* "": none */
        uint64_t files;
    } each[ENDINGS_MAX];
    size_t count;
} other_files;

static void print_others(const other_files *o, uint64_t files, bool sniff)
{
    uint64_t rest = files;
    if (files == 0)
        return;
    printf("%" PRIu64 " other file%s passed over: ", files, files == 1 ? "" : "s");
    for (size_t i = 0; i < o->count && i < ENDINGS_SHOWN; i++) {
        const char *ending = o->each[i].ending;
        printf("%s%" PRIu64 " %s%s", i ? ", " : "", o->each[i].files, *ending ? "." : "without an ending", ending);
        rest -= o->each[i].files;
    }
    if (rest > 0)
        printf("%s%" PRIu64 " more", rest < files ? ", " : "", rest);
    puts(sniff ? "" : " (--sniff looks into them)");
}

static json_t *others_object(const other_files *o)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < o->count; i++)
        if (json_object_set_new(object, o->each[i].ending, json_integer((json_int_t)o->each[i].files))) {
            json_decref(object);
            object = NULL;
        }
    return object;
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

static void print_failure(void *arg, const char *path, const descry_error *err)
{
    (void)arg, (void)path;
    cmd_say("%s", err->message);
}

static void print_part(uint64_t count, const char *what)
{
    if (count > 0)
        printf(", %" PRIu64 " %s", count, what);
}

static void print_summary(const descry_index_counts *p, bool stopped, const descry_progress *last)
{
    if (stopped && last->stage == DESCRY_STAGE_LOOKING)
        fputs("stopped while looking for pictures", stdout);
    else if (stopped)
        printf("stopped after %" PRIu64 " of %" PRIu64 " pictures%s", last->done, last->total,
               last->stage == DESCRY_STAGE_CAPTIONS ? " without a caption" : "");
    else
        printf("%" PRIu64 " picture%s", p->found, p->found == 1 ? "" : "s");
    printf(": %" PRIu64 " new", p->embedded);
    print_part(p->recognised, "moved or copied");
    print_part(p->unchanged, "unchanged");
    print_part(p->failed, "failed");
    print_part(p->missing, "missing");
    print_part(p->captioned, "described");
    printf("; %.1f s", p->seconds);
    if (p->embedded > 0 && p->seconds > 0)
        printf(", %.1f a second", (double)p->embedded / p->seconds);
    puts(stopped ? "; what is done is kept" : "");
}

static int print_json(const descry_index_counts *p, const other_files *o, bool stopped, const char *model,
                      const char *library, bool captions)
{
    json_t *object =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:b, s:o}", "found", (json_int_t)p->found, "embedded",
                  (json_int_t)p->embedded, "unchanged", (json_int_t)p->unchanged, "recognised",
                  (json_int_t)p->recognised, "failed", (json_int_t)p->failed, "missing", (json_int_t)p->missing,
                  "seconds", p->seconds, "stopped", (int)stopped, "model", cmd_json_text(model, strlen(model)));
    if (object && (cmd_json_set_path(object, "library", library) ||
                   json_object_set_new(object, "passed_over", json_integer((json_int_t)p->passed_over)) ||
                   json_object_set_new(object, "endings", others_object(o)) ||
                   (captions && json_object_set_new(object, "captioned", json_integer((json_int_t)p->captioned))))) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

typedef struct index_job {
    cmd_common common;
    descry_index_options options;
    descry_folder_options folders;
    cmd_watching watching;
    const char **paths;
    size_t count;
    descry_context *ctx;
    descry_model *model;
    descry_library *library;
    const char *caption; /* --caption; NULL: no captions; "": default model */
    other_files other_files;
} index_job;

static void on_passed_over(void *arg, const char *ending, uint64_t files)
{
    other_files *o = &((index_job *)arg)->other_files;
    if (ending && o->count < ENDINGS_MAX) {
        snprintf(o->each[o->count].ending, ENDING_SIZE, "%s", ending);
        o->each[o->count++].files = files;
    }
}

static int index_paths(index_job *job)
{
    descry_error err;
    descry_index_counts result = DESCRY_INDEX_COUNTS_INIT;
    cmd_catch_signals();
    int rc = descry_index(job->library, job->model, job->paths, job->count, &job->options, &result, &err);
    bool stopped = rc == DESCRY_ERR_CANCELLED;
    cmd_progress_hide();
    if (rc && !stopped)
        return cmd_fail(&err);
    int status = CMD_DONE;
    if (job->common.json)
        status = print_json(&result, &job->other_files, stopped, descry_model_get_info(job->model)->name,
                            descry_library_path(job->library), job->caption != NULL);
    else {
        print_summary(&result, stopped, &job->watching.last);
        print_others(&job->other_files, result.passed_over, job->folders.sniff);
    }
    if (stopped)
        return 128 + cmd_stopped();
    return status == CMD_DONE && result.failed > 0 ? CMD_PARTLY : status;
}

/* ---- the command ------------------------------------------------------------------------------------------------ */

enum { PATH, EXCLUDE };

/* Copies paths first, then exclude patterns. */
static int split_operands(index_job *job, const cmd_operands *operands)
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
    job->folders.exclude = job->paths + job->count;
    job->folders.excludes = n - job->count;
    return CMD_DONE;
}

static int run(int argc, char **argv)
{
    index_job job = {.options = DESCRY_INDEX_OPTIONS_INIT, .folders = DESCRY_FOLDER_OPTIONS_INIT};
    cmd_pixels pixels = CMD_PIXELS_INIT;
    const cmd_option options[] = {
        {"exclude", 0, CMD_OPERAND, NULL, "GLOB",
         "leave out files and folders whose name, or path below PATH, matches; may be repeated", EXCLUDE},
        CMD_OPTIONS_FOLDERS(job.folders),
        {"caption", 0, CMD_MAYBE, &job.caption, "[=MODEL]",
         "also describe pictures that have no caption: with MODEL, else with the model indexed with if it can, else with "
         "the one installed that can", 0},
        {"full-decode", 0, CMD_FLAG, &job.options.full_decode, NULL,
         "decode large pictures at full size, too, and embed anew those that were not: slower, and nearly the same", 0},
        {"retry-failed", 0, CMD_FLAG, &job.options.retry_failed, NULL,
         "try again also the pictures whose decoder crashed, did not come to an end or went beyond its bounds", 0},
        CMD_OPTION_MAX_SIDE(pixels),
        CMD_OPTION_MAX_PIXELS(pixels),
        CMD_OPTION_MAX_PIXELS_PER_BYTE(pixels),
        CMD_OPTION_MODEL(job.common, "the model; without it, the one that the library was last indexed with"),
        CMD_OPTION_IMAGE_SIZE(job.common),
        CMD_OPTION_LIBRARY(job.common, "the library; made if it is not there"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_JSON(job.common,
                        "one object at the end: {\"found\", \"embedded\", \"unchanged\", \"recognised\" (known content "
                        "at a new place), \"failed\", \"missing\", \"seconds\", \"stopped\", \"model\", \"library\", "
                        "\"passed_over\" (other files), \"endings\" (of how many of those by ending, \"\" for none; 64 at "
                        "most)}; with --caption also \"captioned\""),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_index, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    job.options.folders = &job.folders;
    job.options.preprocess = &pixels.options;
    job.options.watch = cmd_watch(&job.watching);
    job.options.failure = print_failure;
    job.options.passed_over = on_passed_over;
    job.options.arg = &job;
    status = cmd_read_pixels(&cmd_index, &pixels);
    if (status == CMD_DONE)
        status = split_operands(&job, &operands);
    if (status == CMD_DONE)
        status = cmd_open_to_change(&job.library, &job.model, &job.ctx, &cmd_index, &job.common);
    if (status == CMD_DONE && job.caption)
        status = cmd_open_captioner(&job.options.captioner, job.ctx, job.caption, DESCRY_PRECISION_F32, job.model,
                                    "--caption=");
    if (status == CMD_DONE)
        status = index_paths(&job);
    descry_library_close(&job.library);
    if (job.options.captioner != job.model)
        descry_model_close(&job.options.captioner);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    free(job.paths);
    cmd_operands_free(&operands);
    return status;
}
