/* SPDX-License-Identifier: Apache-2.0
 * Indexing from the page: folders below the server's roots, jobs, and what is told about them. */
#include "jobs.h"

#include "api/api.h"
#include "events.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_FOLDERS = 5000 };

/* Whether `path` is `root` or below it. */
static bool is_below(const char *path, const char *root)
{
    size_t n = strlen(root);
    return strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == 0 || (n && root[n - 1] == '/'));
}

/* The real path of something below a root, to be freed; NULL: *err says why not. */
static char *find_path(const serve_server *server, const char *given, descry_error *err)
{
    char *path = given[0] == '/' ? realpath(given, NULL) : NULL;
    for (size_t i = 0; path && i < server->options->root_count; i++)
        if (is_below(path, server->options->roots[i]))
            return path;
    free(path);
    serve_fail(err, DESCRY_ERR_NOT_FOUND, "%.800s: not below a folder that the server was started with (--root)", given);
    return NULL;
}

/* ---- folders -------------------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(DIR *dir, const struct dirent *entry)
{
    struct stat info;
    return entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &info, 0) == 0 && S_ISDIR(info.st_mode);
}

/* Names of the folders in a folder, sorted, without hidden ones. */
static json_t *folders_of(const char *path, descry_error *err)
{
    DIR *dir = opendir(path);
    char **names = calloc(MOST_FOLDERS, sizeof *names);
    json_t *array = json_array();
    const struct dirent *entry;
    size_t n = 0;
    if (!dir)
        serve_fail(err, DESCRY_ERR_IO, "%s: %s", path, strerror(errno));
    else if (!names || !array)
        serve_fail_memory(err);
    while (dir && names && n < MOST_FOLDERS && (entry = readdir(dir)) != NULL)
        if (is_folder(dir, entry) && (names[n] = strdup(entry->d_name)) != NULL)
            n++;
    if (n)
        qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(array, serve_json_text(names[i]));
        free(names[i]);
    }
    free(names);
    if (dir && array) {
        closedir(dir);
        return array;
    }
    json_decref(array);
    return NULL;
}

int serve_api_browse(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const serve_server *server = worker->server;
    const char *given = serve_argument_of(request, "path");
    if (!given || !*given) {
        json_t *roots = json_array();
        for (size_t i = 0; roots && i < server->options->root_count; i++)
            json_array_append_new(roots, serve_json_text(server->options->roots[i]));
        return serve_reply_json(reply, json_pack("{s:o}", "roots", roots), err);
    }
    char *path = find_path(server, given, err);
    json_t *folders = path ? folders_of(path, err) : NULL;
    if (!folders) {
        free(path);
        return err->code;
    }
    json_t *object = json_pack("{s:o, s:o}", "path", serve_json_text(path), "folders", folders);
    bool is_root = false;
    for (size_t i = 0; i < server->options->root_count; i++)
        is_root |= strcmp(path, server->options->roots[i]) == 0;
    if (object) {
        char *slash = strrchr(path, '/');
        if (slash)
            slash[slash == path] = 0;
        json_object_set_new(object, "parent", is_root ? json_null() : serve_json_text(path));
    }
    free(path);
    return serve_reply_json(reply, object, err);
}

/* ---- jobs ----------------------------------------------------------------------------------------------------------- */

static int add_job(serve_server *server, const json_t *object, int64_t *id, descry_error *err)
{
    const json_t *paths = json_object_get(object, "paths");
    const char *model = json_string_value(json_object_get(object, "model"));
    size_t count = json_array_size(paths), n = 0;
    char **found = calloc(count + 1, sizeof *found);
    int rc = found ? 0 : serve_fail_memory(err);
    if (!rc && !json_is_array(paths))
        rc = serve_fail(err, DESCRY_ERR_ARGUMENT, "paths: an array of folders is expected; [] for those that the library knows");
    for (; !rc && n < count; n++) {
        const char *path = json_string_value(json_array_get(paths, n));
        found[n] = path ? find_path(server, path, err) : NULL;
        if (!path)
            rc = serve_fail(err, DESCRY_ERR_ARGUMENT, "paths: an array of strings is expected");
        else if (!found[n])
            rc = err->code;
    }
    if (!rc)
        rc = serve_jobs_add(server->jobs, (const char *const *)found, count, model, json_is_true(json_object_get(object, "caption")), id,
                            err);
    for (size_t i = 0; found && i < count; i++)
        free(found[i]);
    free(found);
    return rc;
}

static int describe(serve_worker *worker, int64_t id, serve_reply *reply, descry_error *err)
{
    json_t *job = serve_jobs_describe(worker->server->jobs, id);
    return job ? serve_reply_json(reply, job, err) : serve_fail(err, DESCRY_ERR_NOT_FOUND, "no job %lld", (long long)id);
}

int serve_api_add_job(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    json_t *object = NULL;
    int64_t id = 0;
    int rc = serve_object_of(request, &object, err);
    rc = rc ? rc : add_job(worker->server, object, &id, err);
    json_decref(object);
    if (rc)
        return rc;
    reply->status = 202;
    return describe(worker, id, reply, err);
}

int serve_api_jobs(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)request;
    return serve_reply_json(reply, json_pack("{s:o}", "jobs", serve_jobs_list(worker->server->jobs)), err);
}

int serve_api_job(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    return describe(worker, request->id, reply, err);
}

int serve_api_cancel_job(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    if (!serve_jobs_cancel(worker->server->jobs, request->id))
        return serve_fail(err, DESCRY_ERR_NOT_FOUND, "no job %lld", (long long)request->id);
    return describe(worker, request->id, reply, err);
}

int serve_api_events(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)request;
    reply->type = "text/event-stream";
    return serve_events_listen(worker->server->events, &reply->stream, err);
}
