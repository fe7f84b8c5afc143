/* SPDX-License-Identifier: Apache-2.0
 * descry import */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int run(int argc, char **argv);

const cmd_command cmd_import = {
    "import", "embeddings that another program made",
    "usage: descry import --npz FILE --model NAME [OPTIONS]\n"
    "\n"
    "Adds embeddings from a NumPy archive (np.savez or np.savez_compressed) to the library: features, floats of 16,\n"
    "32 or 64 bits [n, dim], and urls, texts [n].  They must be of the model that is named: nothing can tell, but the\n"
    "length.  They are searched like those of any picture.\n"
    "\n"
    "A url that is the absolute path of a picture file here becomes that picture, as if it had been indexed.  Any\n"
    "other becomes a picture without a file: searches show the url, and 'descry forget URL' removes it.  What is in\n"
    "the library already is not changed.\n",
    "A file that is damaged, or not what it says, changes nothing.  Exit status 3: done, but some rows were left out;\n"
    "each is named with the reason.\n"
    "\n"
    "Examples:\n"
    "  descry import --npz unsplash.npz --model ~/models/ViT-B-32\n"
    "  descry import --npz clip.npz --features image_embeddings --urls names --library other.db --model demo\n",
    run};

/* Shows progress in rows; while the archive is checked, 0. */
static int on_progress(void *arg, const descry_progress *progress)
{
    const descry_import_counts *counts = arg;
    descry_progress p = *progress;
    if (p.stage == DESCRY_STAGE_CHECKING) {
        p.done = 0;
        p.total = counts->rows;
    }
    if (!cmd_stopped())
        cmd_progress_show(&p);
    return 0;
}

static void print_failure(void *arg, uint64_t row, const char *url, const descry_error *err)
{
    (void)arg, (void)row, (void)url;
    cmd_say("%s", err->message);
}

static void print_summary(const descry_import_counts *p, bool stopped)
{
    if (stopped)
        printf("stopped after %" PRIu64 " of %" PRIu64 " rows", p->added + p->completed + p->unchanged + p->failed, p->rows);
    else
        printf("%" PRIu64 " row%s", p->rows, p->rows == 1 ? "" : "s");
    printf(": %" PRIu64 " new", p->added);
    if (p->completed)
        printf(", %" PRIu64 " completed", p->completed);
    if (p->unchanged)
        printf(", %" PRIu64 " unchanged", p->unchanged);
    if (p->failed)
        printf(", %" PRIu64 " failed", p->failed);
    printf("; %.1f s%s\n", p->seconds, stopped ? "; what is done is kept" : "");
}

static int print_json(const descry_import_counts *p, bool stopped, const char *library)
{
    json_t *object = json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:b}", "rows", (json_int_t)p->rows, "added",
                               (json_int_t)p->added, "completed", (json_int_t)p->completed, "unchanged",
                               (json_int_t)p->unchanged, "failed", (json_int_t)p->failed, "seconds", p->seconds,
                               "stopped", (int)stopped);
    if (object && cmd_json_set_path(object, "library", library)) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int import_file(const cmd_common *common, const char *path, descry_import_options *options)
{
    descry_error err;
    descry_context *ctx = NULL;
    descry_model *model = NULL;
    descry_library *library = NULL;
    descry_import_counts result = DESCRY_IMPORT_COUNTS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    watch.progress = on_progress;
    watch.arg = &result;
    watch.cancel = cmd_cancel();
    options->watch = &watch;
    if (access(path, R_OK) != 0) { /* checked before a library is created */
        cmd_say("%s: %s", path, strerror(errno));
        return CMD_FAILED;
    }
    int rc = 0, status = cmd_open_to_change(&library, &model, &ctx, &cmd_import, common);
    if (status == CMD_DONE) {
        cmd_catch_signals();
        rc = descry_import_npz(library, model, path, options, &result, &err);
        cmd_progress_hide();
    }
    bool stopped = rc == DESCRY_ERR_CANCELLED;
    if (rc && !stopped)
        status = cmd_fail(&err);
    else if (status == CMD_DONE && common->json)
        status = print_json(&result, stopped, descry_library_path(library));
    else if (status == CMD_DONE)
        print_summary(&result, stopped);
    if (stopped)
        status = 128 + cmd_stopped();
    else if (status == CMD_DONE && result.failed > 0)
        status = CMD_PARTLY;
    descry_library_close(&library);
    descry_model_close(&model);
    descry_context_close(&ctx);
    return status;
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    descry_import_options how = DESCRY_IMPORT_OPTIONS_INIT;
    const char *npz = NULL;
    const cmd_option options[] = {
        {"npz", 0, CMD_TEXT, &npz, "FILE", "the archive", 0},
        {"features", 0, CMD_TEXT, &how.features, "KEY", "the array's name in the archive (features)", 0},
        {"urls", 0, CMD_TEXT, &how.urls, "KEY", "the same (urls)", 0},
        CMD_OPTION_MODEL(common,
                         "the model that made the embeddings; without it, the one that the library was last "
                         "indexed with"),
        CMD_OPTION_LIBRARY(common, "the library; made if it is not there"),
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common,
                        "one object at the end: {\"rows\", \"added\", \"completed\" (known pictures that had no "
                        "embedding of this model), \"unchanged\", \"failed\", \"seconds\", \"stopped\", "
                        "\"library\"}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_import, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    how.failure = print_failure;
    if (operands.count > 0)
        status = cmd_usage(&cmd_import, "'%s' is not expected", operands.items[0].text);
    else if (!npz)
        status = cmd_usage(&cmd_import, "which file? --npz FILE");
    else
        status = import_file(&common, npz, &how);
    cmd_operands_free(&operands);
    return status;
}
