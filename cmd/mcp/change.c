/* SPDX-License-Identifier: Apache-2.0
 * What --write allows: set_caption, index. */
#include "mcp/work.h"

#include "ui/output.h"
#include "ui/visible.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int mcp_set_caption(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    int64_t id = mcp_number(call, "id", 0);
    const char *text = mcp_text(call, "text");
    const descry_entry *entry;
    int rc = descry_caption_put(work->library, id, text, err);
    rc = rc ? rc : descry_entry_at(work->library, id, NULL, &entry, err);
    if (rc)
        return rc;
    const char *now = entry->caption;
    says->structured = json_pack("{s:I}", "id", (json_int_t)id);
    if (!says->structured || (now && json_object_set_new(says->structured, "caption", cmd_json_text(now, strlen(now)))))
        return mcp_fail_memory(err);
    fprintf(says->text, "#%" PRId64 ": ", id);
    cmd_print_visible(says->text, now ? now : "no caption");
    putc('\n', says->text);
    return 0;
}

/* ---- index --------------------------------------------------------------------------------------------------------- */

enum { FAILURES = 20 }; /* that are named */

typedef struct indexing {
    mcp_work *work;
    mcp_call *call;
    mcp_says *says;
    json_t *failures;
    double reported, seconds;
} indexing;

static bool is_below(const char *path, const char *root)
{
    size_t length = strlen(root);
    while (length > 0 && root[length - 1] == '/')
        length--;
    return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* The real path of what `index` was asked for, if it may be indexed; to be freed. */
static int allow(const mcp_work *work, const char *given, char **path, descry_error *err)
{
    *path = realpath(given, NULL);
    for (size_t i = 0; *path && i < work->root_count; i++)
        if (is_below(*path, work->roots[i]))
            return 0;
    free(*path);
    *path = NULL;
    /* the same for what is not there: nobody is to learn of what there is elsewhere */
    return mcp_fail(err, DESCRY_ERR_ARGUMENT, "%s: not there, or in none of the folders that descry mcp was given with --root", given);
}

static void on_failure(void *arg, const char *path, const descry_error *err)
{
    indexing *job = arg;
    (void)path;
    if (json_array_size(job->failures) >= FAILURES)
        return;
    json_array_append_new(job->failures, cmd_json_text(err->message, strlen(err->message)));
    cmd_print_visible(job->says->text, err->message);
    putc('\n', job->says->text);
}

/* Reports grow, as the protocol wants it, and come four times a second at most. */
static int on_progress(void *arg, const descry_progress *p)
{
    indexing *job = arg;
    if (p->stage == DESCRY_STAGE_WORKING && (double)p->done > job->reported &&
        (p->done == p->total || p->seconds >= job->seconds + 0.25)) {
        mcp_report(job->work->connection, job->call, (double)p->done, (double)p->total);
        job->reported = (double)p->done;
        job->seconds = p->seconds;
    }
    return 0;
}

static int say_counts(mcp_says *says, const descry_index_counts *n, const json_t *failures, descry_error *err)
{
    fprintf(says->text, "%" PRIu64 " pictures: %" PRIu64 " new, %" PRIu64 " moved or copied, %" PRIu64 " unchanged, %" PRIu64
            " failed, %" PRIu64 " missing\n", n->found, n->embedded, n->recognised, n->unchanged, n->failed, n->missing);
    says->structured =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "found", (json_int_t)n->found, "embedded", (json_int_t)n->embedded, "unchanged",
                  (json_int_t)n->unchanged, "recognised", (json_int_t)n->recognised, "failed", (json_int_t)n->failed, "missing",
                  (json_int_t)n->missing, "failures", failures);
    return says->structured ? 0 : mcp_fail_memory(err);
}

static int index_paths(indexing *job, char **paths, size_t count, descry_error *err)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_index_counts counts = DESCRY_INDEX_COUNTS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    watch.progress = on_progress;
    watch.arg = job;
    watch.cancel = &job->call->cancel;
    options.watch = &watch;
    options.failure = on_failure;
    options.arg = job;
    int rc = mcp_open_usual_model(job->work, err);
    rc = rc ? rc : descry_index(job->work->library, job->work->model, (const char *const *)paths, count, &options, &counts, err);
    return rc ? rc : say_counts(job->says, &counts, job->failures, err);
}

int mcp_index(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    const json_t *given = json_object_get(call->arguments, "paths");
    size_t count = given ? json_array_size(given) : work->root_count;
    indexing job = {work, call, says, json_array(), 0, -1};
    char **paths = calloc(count + 1, sizeof *paths);
    int rc = paths && job.failures ? 0 : mcp_fail_memory(err);
    if (!rc && count == 0)
        rc = mcp_fail(err, DESCRY_ERR_ARGUMENT, "index: descry mcp was given no folder with --root");
    for (size_t i = 0; i < count && !rc; i++)
        rc = allow(work, given ? json_string_value(json_array_get(given, i)) : work->roots[i], &paths[i], err);
    rc = rc ? rc : index_paths(&job, paths, count, err);
    for (size_t i = 0; paths && i < count; i++)
        free(paths[i]);
    free(paths);
    json_decref(job.failures);
    return rc;
}
