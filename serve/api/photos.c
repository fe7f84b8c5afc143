/* SPDX-License-Identifier: Apache-2.0
 * Single pictures. */
#include "api/api.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_AT_ONCE = 200 };

int serve_id_list_of(const serve_request *request, size_t most, int64_t **ids, size_t *count, descry_error *err)
{
    const char *text = serve_argument_of(request, "ids");
    size_t room = 1;
    *count = 0;
    for (const char *at = text; at && *at; at++)
        room += *at == ',';
    *ids = calloc(room, sizeof **ids);
    if (!*ids)
        return serve_fail_memory(err);
    while (text && *text && *count < most) {
        char *end;
        errno = 0;
        long long id = strtoll(text, &end, 10);
        if (end == text || (*end && *end != ',') || (*end && !end[1]) || id < 1 || errno)
            break;
        (*ids)[(*count)++] = id;
        text = *end ? end + 1 : end;
    }
    if (text && !*text && *count > 0)
        return 0;
    free(*ids);
    *ids = NULL;
    return serve_fail(err, DESCRY_ERR_ARGUMENT, "ids: 1 to %zu numbers with commas between them are expected", most);
}

int serve_api_photos(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    json_t *array = json_array();
    int64_t *ids;
    size_t count;
    int rc = serve_id_list_of(request, MOST_AT_ONCE, &ids, &count, err);
    for (size_t i = 0; !rc && i < count; i++) {
        const descry_entry *entry;
        rc = descry_entry_at(worker->library, ids[i], NULL, &entry, err);
        if (rc == DESCRY_ERR_NOT_FOUND) /* forgotten meanwhile */
            rc = 0;
        else if (!rc && json_array_append_new(array, serve_entry_json(entry)))
            rc = serve_fail_memory(err);
    }
    free(ids);
    if (!rc)
        return serve_reply_json(reply, json_pack("{s:o}", "photos", array), err);
    json_decref(array);
    return rc;
}

/* What browsers show by themselves; the rest is to be saved. */
static const char *type_of(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {{".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".png", "image/png"}, {".gif", "image/gif"},
                 {".webp", "image/webp"}, {".avif", "image/avif"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(dot, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* The folder that its file is in, to be freed; NULL: it has no file, or out of memory. */
static char *folder_of(const descry_entry *entry)
{
    const char *slash = entry->source ? NULL : strrchr(entry->path, '/');
    return slash ? strndup(entry->path, slash > entry->path ? (size_t)(slash - entry->path) : 1) : NULL;
}

int serve_api_photo(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const descry_entry *entry;
    struct stat info;
    int rc = descry_entry_at(worker->library, request->id, NULL, &entry, err);
    if (rc)
        return rc;
    json_t *object = serve_entry_json(entry);
    bool there = !entry->source && stat(entry->path, &info) == 0;
    if (object) {
        char *folder = folder_of(entry);
        json_object_set_new(object, "folder", serve_json_text(folder));
        free(folder);
        json_object_set_new(object, "bytes", there ? json_integer((json_int_t)info.st_size) : json_null());
        json_object_set_new(object, "missing", json_boolean(!there));
        json_object_set_new(object, "type", json_string(type_of(entry->path)));
    }
    return serve_reply_json(reply, object, err);
}

int serve_api_caption(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    json_t *object;
    int rc = serve_object_of(request, &object, err);
    if (rc)
        return rc;
    json_t *text = json_object_get(object, "text");
    if (!json_is_string(text) && !json_is_null(text))
        rc = serve_fail(err, DESCRY_ERR_ARGUMENT, "text: a string, or null, is expected");
    else
        rc = descry_caption_put(worker->library, request->id, json_string_value(text), err);
    json_decref(object);
    return rc ? rc : serve_api_photo(worker, request, reply, err);
}

/* "bytes=A-B", "bytes=A-", "bytes=-N" of a file of `size` bytes.  False: another form, which is ignored; *count 0: none of it. */
static bool read_range(const char *text, uint64_t size, uint64_t *first, uint64_t *count)
{
    char *end;
    if (!text || strncmp(text, "bytes=", 6) != 0 || strchr(text, ','))
        return false;
    text += 6;
    errno = 0;
    if (*text == '-') {
        uint64_t last = strtoull(text + 1, &end, 10);
        *count = last < size ? last : size;
        *first = size - *count;
        return end > text + 1 && !*end && !errno;
    }
    *first = strtoull(text, &end, 10);
    if (end == text || *end != '-' || errno)
        return false;
    uint64_t last = end[1] ? strtoull(end + 1, &end, 10) : UINT64_MAX;
    if (*end && !(end[0] == '-' && !end[1]))
        return false;
    *count = *first >= size || last < *first ? 0 : (last < size - 1 ? last : size - 1) - *first + 1;
    return !errno;
}

/* A header's quoted name: others than ASCII letters, digits and a few signs are percent-encoded (RFC 5987). */
static int add_disposition(serve_reply *reply, const char *path, descry_error *err)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char encoded[3 * 256 + 1];
    size_t n = 0;
    for (; *name && n + 4 < sizeof encoded; name++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", *name))
            encoded[n++] = *name;
        else
            n += (size_t)sprintf(encoded + n, "%%%02X", (unsigned char)*name);
    }
    encoded[n] = 0;
    return serve_reply_header(reply, err, "Content-Disposition", "attachment; filename*=UTF-8''%s", encoded);
}

int serve_api_file(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const descry_entry *entry;
    const char *wanted = request->headers[SERVE_RANGE];
    struct stat info;
    uint64_t first, count;
    int rc = descry_entry_at(worker->library, request->id, NULL, &entry, err);
    if (rc)
        return rc;
    if (entry->source)
        return serve_fail(err, DESCRY_ERR_NOT_FOUND, "picture %lld has no file", (long long)request->id);
    int fd = open(entry->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &info) || !S_ISREG(info.st_mode)) {
        rc = serve_fail(err, DESCRY_ERR_NOT_FOUND, "%s: %s", entry->path, fd < 0 ? strerror(errno) : "not a file");
        if (fd >= 0)
            close(fd);
        return rc;
    }
    reply->fd = fd;
    reply->size = (size_t)info.st_size;
    reply->type = type_of(entry->path);
    rc = serve_reply_header(reply, err, "ETag", "\"%llx-%llx\"", (unsigned long long)info.st_mtim.tv_sec * 1000000000u + (unsigned long long)info.st_mtim.tv_nsec,
                            (unsigned long long)info.st_size);
    const char *etag = rc ? NULL : reply->headers[reply->header_count - 1].value, *seen = request->headers[SERVE_IF_NONE_MATCH];
    rc = rc ? rc : serve_reply_header(reply, err, "Cache-Control", "private, max-age=60");
    rc = rc ? rc : serve_reply_header(reply, err, "Accept-Ranges", "bytes");
    if (!rc && (serve_argument_of(request, "download") || strcmp(reply->type, "application/octet-stream") == 0))
        rc = add_disposition(reply, entry->path, err);
    if (rc)
        return rc;
    if (seen && strcmp(seen, etag) == 0) {
        close(reply->fd);
        reply->fd = -1;
        reply->status = 304;
        return 0;
    }
    if (request->headers[SERVE_IF_RANGE] && strcmp(request->headers[SERVE_IF_RANGE], etag) != 0)
        wanted = NULL;
    if (!read_range(wanted, (uint64_t)info.st_size, &first, &count))
        return 0;
    if (count == 0) {
        close(reply->fd);
        reply->fd = -1;
        reply->status = 416;
        return serve_reply_header(reply, err, "Content-Range", "bytes */%lld", (long long)info.st_size);
    }
    reply->status = 206;
    reply->offset = first;
    reply->size = (size_t)count;
    return serve_reply_header(reply, err, "Content-Range", "bytes %llu-%llu/%lld", (unsigned long long)first,
                              (unsigned long long)(first + count - 1), (long long)info.st_size);
}

/* ---- the desktop --------------------------------------------------------------------------------------------------- */

extern char **environ;

/* Waits for the program, so that it does not stay as a zombie. */
static void *wait_for(void *arg)
{
    pid_t *pid = arg;
    waitpid(*pid, NULL, 0);
    free(pid);
    return NULL;
}

static int open_folder(const char *folder, descry_error *err)
{
    char program[] = "xdg-open", *copy = strdup(folder), *arguments[] = {program, copy, NULL};
    pid_t *pid = malloc(sizeof *pid);
    posix_spawn_file_actions_t actions;
    pthread_t thread;
    int rc = copy && pid && posix_spawn_file_actions_init(&actions) == 0 ? 0 : serve_fail_memory(err);
    if (!rc) {
        for (int fd = 0; fd < 3; fd++)
            posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", fd ? O_WRONLY : O_RDONLY, 0);
        int why = posix_spawnp(pid, program, &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        if (why)
            rc = serve_fail(err, DESCRY_ERR_UNSUPPORTED, "xdg-open: %s", strerror(why));
        else if (pthread_create(&thread, NULL, wait_for, pid) == 0) {
            pthread_detach(thread);
            pid = NULL;
        }
    }
    free(pid);
    free(copy);
    return rc;
}

int serve_api_open(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const descry_entry *entry;
    if (!worker->server->local)
        return serve_fail(err, DESCRY_ERR_UNSUPPORTED, "there is no desktop here");
    int rc = descry_entry_at(worker->library, request->id, NULL, &entry, err);
    if (rc)
        return rc;
    char *folder = folder_of(entry);
    rc = folder ? open_folder(folder, err) : serve_fail(err, DESCRY_ERR_NOT_FOUND, "picture %lld has no file", (long long)request->id);
    free(folder);
    reply->status = 204;
    return rc;
}
