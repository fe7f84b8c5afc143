/* SPDX-License-Identifier: Apache-2.0
 * descry export */
#include "ui/common.h"
#include "ui/npy.h"
#include "ui/output.h"
#include "ui/stop.h"
#include "ui/visible.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_export = {
    "export", "embeddings and what is known of pictures, for other programs",
    "usage: descry export --npz FILE [OPTIONS]\n"
    "       descry export --jsonl [--vectors] [--npy FILE] [OPTIONS]\n"
    "\n"
    "Gives out what the library holds, in order of id.  Copies of a picture are one; missing files are left out.\n"
    "The model itself is not needed.\n",
    "Examples:\n"
    "  descry export --npz photos.npz\n"
    "  descry export --jsonl --after 2019 --before 2020 > 2019.jsonl\n"
    "  descry export --jsonl --npy vectors.npy --model demo > rows.jsonl\n"
    "  python3 -c 'import numpy; print(numpy.load(\"photos.npz\")[\"features\"].shape)'\n",
    run};

typedef struct export_job {
    cmd_common common;
    descry_export_options options;
    descry_filter filter;
    descry_watch watch;
    const char *npz, *npy_path;
    int jsonl, vectors;
    cmd_npy npy;
    int status;
} export_job;

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static json_t *make_object(const export_job *job, const descry_entry *entry)
{
    json_t *object = json_pack("{s:I}", "id", (json_int_t)entry->id);
    int rc = !object || cmd_json_set_path(object, "path", entry->path);
    if (!rc && entry->source)
        rc = json_object_set_new(object, "source", json_true());
    if (!rc)
        rc = json_object_set_new(object, "caption",
                                 entry->caption ? cmd_json_text(entry->caption, strlen(entry->caption)) : json_null());
    if (!rc)
        rc = cmd_json_set_metadata(object, entry->metadata);
    if (!rc && job->vectors)
        rc = json_object_set_new(object, "embedding",
                                 entry->vector ? cmd_json_floats(entry->vector, (size_t)entry->dim) : json_null());
    if (rc) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

static int print_entry(void *arg, const descry_entry *entry)
{
    export_job *job = arg;
    job->status = cmd_json_line(make_object(job, entry));
    if (job->status == CMD_DONE && job->npy_path)
        job->status = cmd_npy_write(&job->npy, entry->vector, 1);
    return job->status != CMD_DONE;
}

/* Creates the array, which must exist even if no row is written. */
static int open_array(export_job *job, descry_library *library)
{
    descry_error err;
    const descry_library_status *held;
    if (descry_status(library, &held, &err))
        return cmd_fail(&err);
    for (size_t i = 0; i < held->model_count; i++)
        if (strcmp(held->models[i]->name, job->options.model ? job->options.model : held->models[0]->name) == 0) {
            const size_t shape[] = {0, (size_t)held->models[i]->dim};
            return cmd_npy_open(&job->npy, job->npy_path, "f4", shape, 2);
        }
    return CMD_DONE; /* no such model: descry_entries reports it */
}

static int export_lines(export_job *job, descry_library *library)
{
    descry_error err;
    if (job->npy_path && open_array(job, library) != CMD_DONE)
        return CMD_FAILED;
    job->options.vectors = job->npy_path ? 2 : job->vectors;
    int rc = descry_entries(library, &job->options, print_entry, job, &err);
    int status = cmd_npy_close(&job->npy);
    if (rc == DESCRY_ERR_CANCELLED)
        return 128 + cmd_stopped();
    if (rc)
        return cmd_fail(&err);
    return job->status != CMD_DONE ? job->status : status;
}

/* ---- the archive ------------------------------------------------------------------------------------------------ */

static int export_archive(export_job *job, descry_library *library)
{
    descry_error err;
    uint64_t count;
    int rc = descry_export_npz(library, job->npz, &job->options, &count, &err);
    if (rc == DESCRY_ERR_CANCELLED)
        return 128 + cmd_stopped();
    if (rc)
        return cmd_fail(&err);
    printf("%" PRIu64 " picture%s in ", count, count == 1 ? "" : "s");
    cmd_print_path(stdout, job->npz);
    putchar('\n');
    return CMD_DONE;
}

/* ---- the command ------------------------------------------------------------------------------------------------ */

static int export_all(export_job *job)
{
    descry_context *ctx = NULL;
    descry_library *library = NULL;
    char *model = NULL;
    bool needs_model = job->npz || job->vectors || job->npy_path;
    int status = cmd_open_context(&ctx, job->common.threads);
    if (status == CMD_DONE)
        status = cmd_open_library(&library, ctx, job->common.library);
    if (status == CMD_DONE && job->common.model && !(model = cmd_full_model(job->common.model)))
        status = cmd_fail_memory();
    if (status == CMD_DONE && !job->common.model && needs_model)
        status = cmd_last_model(&model, library);
    if (status == CMD_DONE) {
        cmd_catch_signals();
        job->options.model = model;
        status = job->npz ? export_archive(job, library) : export_lines(job, library);
    }
    free(model);
    descry_library_close(&library);
    descry_context_close(&ctx);
    return status;
}

static int run(int argc, char **argv)
{
    export_job job = {.options = DESCRY_EXPORT_OPTIONS_INIT, .filter = DESCRY_FILTER_INIT, .watch = DESCRY_WATCH_INIT};
    const cmd_option options[] = {
        {"npz", 0, CMD_TEXT, &job.npz, "FILE",
         "the embeddings as a NumPy archive: features, float32 [n, dim], and urls, unicode [n], the paths (or "
         "sources); for numpy.load and 'descry import'", 0},
        {"jsonl", 0, CMD_FLAG, &job.jsonl, NULL,
         "one JSON object a line for each picture on standard output: {\"id\", \"path\", \"caption\"}, then what "
         "is known of \"taken\", \"camera\", \"title\", \"lat\", \"lon\"; \"source\": true when \"path\" is no file", 0},
        {"vectors", 0, CMD_FLAG, &job.vectors, NULL,
         "with --jsonl: \"embedding\" too, null for a picture that this model has not seen", 0},
        {"npy", 0, CMD_TEXT, &job.npy_path, "FILE",
         "with --jsonl: the embeddings, float32 [n, dim], a row for each line; pictures that this model has not "
         "seen are left out", 0},
        CMD_OPTIONS_FILTER(job.filter),
        CMD_OPTION_MODEL(job.common, "embeddings of this model; without it, of the last one indexed with"),
        CMD_OPTION_LIBRARY(job.common, "the library"),
        CMD_OPTION_THREADS(job.common),
    };
    cmd_operands operands;
    const char **folders = NULL;
    int status;
    if (!cmd_parse(&cmd_export, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    job.options.filter = &job.filter;
    job.options.watch = &job.watch;
    job.watch.cancel = cmd_cancel();
    status = cmd_filter_under(&job.filter, &operands, &folders);
    if (status == CMD_DONE && operands.count > 0)
        status = cmd_usage(&cmd_export, "'%s' is not expected", operands.items[0].text);
    else if (status == CMD_DONE && !job.npz == !job.jsonl)
        status = cmd_usage(&cmd_export, "either --npz FILE or --jsonl");
    else if (status == CMD_DONE && job.npz && (job.npy_path || job.vectors))
        status = cmd_usage(&cmd_export, "--npy and --vectors go with --jsonl");
    else if (status == CMD_DONE)
        status = export_all(&job);
    free(folders);
    cmd_operands_free(&operands);
    return status;
}
