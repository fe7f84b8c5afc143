/* SPDX-License-Identifier: Apache-2.0
 * Chosen pictures as one file, made while it is sent. */
#include "api/api.h"
#include "pipe.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 100000, NAME = 200 };

typedef struct zip_file {
    char *path;
    char name[NAME]; /* in the archive: unique, without regard to case */
} zip_file;

typedef struct zip_job {
    locale_t utf8; /* the server's */
    zip_file *files;
    size_t count;
    char *missing; /* a text about those that could not be read */
    size_t missing_size;
} zip_job;

static void release(void *arg)
{
    zip_job *job = arg;
    for (size_t i = 0; job && i < job->count; i++)
        free(job->files[i].path);
    if (job) {
        free(job->files);
        free(job->missing);
    }
    free(job);
}

/* ---- names ------------------------------------------------------------------------------------------------------------ */

/* A file's name without what another system would not take, or would take for a folder; ill-formed UTF-8 is replaced. */
static bool make_name(char name[NAME], const char *path)
{
    const char *slash = strrchr(path, '/');
    json_t *text = serve_json_text(slash ? slash + 1 : path);
    const char *from = text ? json_string_value(text) : NULL;
    size_t n = 0;
    for (; from && *from && n < NAME - 16; from++)
        name[n++] = (unsigned char)*from < 32 || strchr("\\/:*?\"<>|\x7F", *from) ? '_' : *from;
    while (n > 0 && from && *from && ((unsigned char)name[n - 1] & 0xC0) == 0x80) /* cut between characters */
        n--;
    if (n > 0 && from && *from && (unsigned char)name[n - 1] >= 0xC0)
        n--;
    while (n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '))
        n--;
    name[n] = 0;
    if (n == 0)
        strcpy(name, "picture");
    json_decref(text);
    return from != NULL;
}

static int by_name(const void *a, const void *b)
{
    const zip_file *const *x = a, *const *y = b;
    int order = strcasecmp((*x)->name, (*y)->name);
    return order ? order : *x < *y ? -1 : 1;
}

/* "a.jpg" -> "a (2).jpg" */
static void number(char name[NAME], size_t n)
{
    char ending[NAME] = "";
    char *dot = strrchr(name, '.');
    if (dot && dot != name) {
        strcpy(ending, dot);
        *dot = 0;
    }
    size_t length = strlen(name), most = NAME - 1 - 14 - (strlen(ending) < 32 ? strlen(ending) : 0);
    if (length > most)
        name[length = most] = 0;
    snprintf(name + length, NAME - length, " (%zu)%s", n, strlen(ending) < 32 ? ending : "");
}

/* Names that are there more than once get a number, until all are different. */
static int make_unique(zip_job *job, descry_error *err)
{
    zip_file **order = calloc(job->count + 1, sizeof *order);
    bool changed = true;
    if (!order)
        return serve_fail_memory(err);
    for (size_t i = 0; i < job->count; i++)
        order[i] = &job->files[i];
    for (int round = 0; changed && round < 8; round++) {
        changed = false;
        qsort(order, job->count, sizeof *order, by_name);
        for (size_t i = 0, end; i < job->count; i = end) {
            for (end = i + 1; end < job->count && strcasecmp(order[end]->name, order[i]->name) == 0; end++)
                ;
            for (size_t k = i + 1; k < end; k++) {
                number(order[k]->name, k - i + 1);
                changed = true;
            }
        }
    }
    free(order);
    return 0;
}

/* ---- the archive ------------------------------------------------------------------------------------------------------ */

static la_ssize_t write_bytes(struct archive *archive, void *arg, const void *data, size_t size)
{
    if (serve_pipe_write(arg, data, size))
        return (la_ssize_t)size;
    archive_set_error(archive, EPIPE, "nobody reads");
    return -1;
}

static bool begin_entry(struct archive *archive, const char *name, int64_t size, time_t time)
{
    struct archive_entry *entry = archive_entry_new();
    bool good = entry != NULL;
    if (good) {
        archive_entry_set_pathname_utf8(entry, name);
        archive_entry_set_size(entry, size);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_mtime(entry, time, 0);
        good = archive_write_header(archive, entry) >= ARCHIVE_WARN;
        archive_entry_free(entry);
    }
    return good;
}

/* False: nobody reads any more, or the archive is broken.  A file that cannot be read is noted. */
static bool add_file(struct archive *archive, zip_job *job, const zip_file *file, FILE *missing)
{
    static const size_t room = 1 << 16;
    struct stat info;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *piece = fd >= 0 ? malloc(room) : NULL;
    (void)job;
    if (!piece || fstat(fd, &info) || !S_ISREG(info.st_mode)) {
        fprintf(missing, "%s: %s\n", file->path, fd < 0 ? strerror(errno) : "not a file");
        if (fd >= 0)
            close(fd);
        free(piece);
        return true;
    }
    bool good = begin_entry(archive, file->name, info.st_size, info.st_mtime);
    int64_t left = info.st_size;
    while (good && left > 0) {
        ssize_t n = read(fd, piece, room < (uint64_t)left ? room : (size_t)left);
        if (n <= 0) { /* shorter than it was: the archive could not tell */
            good = false;
            break;
        }
        good = archive_write_data(archive, piece, (size_t)n) == n;
        left -= n;
    }
    free(piece);
    close(fd);
    return good;
}

static bool make_zip(void *arg, serve_pipe *pipe)
{
    zip_job *job = arg;
    locale_t before = job->utf8 ? uselocale(job->utf8) : (locale_t)0;
    struct archive *archive = archive_write_new();
    FILE *missing = open_memstream(&job->missing, &job->missing_size);
    bool good = archive && missing && archive_write_set_format_zip(archive) == ARCHIVE_OK &&
                archive_write_set_options(archive, "zip:compression=store,zip:hdrcharset=UTF-8") >= ARCHIVE_WARN &&
                archive_write_set_bytes_per_block(archive, 0) == ARCHIVE_OK &&
                archive_write_open(archive, pipe, NULL, write_bytes, NULL) == ARCHIVE_OK;
    for (size_t i = 0; good && i < job->count; i++)
        good = add_file(archive, job, &job->files[i], missing);
    if (missing && fclose(missing) == 0 && good && job->missing_size > 0)
        good = begin_entry(archive, "not in this archive.txt", (int64_t)job->missing_size, time(NULL)) &&
               archive_write_data(archive, job->missing, job->missing_size) == (la_ssize_t)job->missing_size;
    good = good && archive_write_close(archive) == ARCHIVE_OK;
    archive_write_free(archive);
    if (job->utf8)
        uselocale(before);
    return good;
}

/* ---- requests --------------------------------------------------------------------------------------------------------- */

static int fill(serve_worker *worker, zip_job *job, const int64_t *ids, size_t count, descry_error *err)
{
    job->files = calloc(count + 1, sizeof *job->files);
    if (!job->files)
        return serve_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        const descry_entry *entry;
        zip_file *file = &job->files[job->count];
        int rc = descry_entry_at(worker->library, ids[i], NULL, &entry, err);
        if (rc && rc != DESCRY_ERR_NOT_FOUND)
            return rc;
        if (rc || entry->source)
            continue;
        file->path = strdup(entry->path);
        if (!file->path || !make_name(file->name, entry->path))
            return serve_fail_memory(err);
        job->count++;
    }
    return job->count ? make_unique(job, err) : serve_fail(err, DESCRY_ERR_NOT_FOUND, "none of these pictures has a file");
}

static int send_zip(serve_worker *worker, const int64_t *ids, size_t count, serve_reply *reply, descry_error *err)
{
    zip_job *job = calloc(1, sizeof *job);
    if (job)
        job->utf8 = worker->server->utf8;
    int rc = job ? fill(worker, job, ids, count, err) : serve_fail_memory(err);
    rc = rc ? rc : serve_reply_header(reply, err, "Content-Disposition", "attachment; filename=\"descry.zip\"");
    rc = rc ? rc : serve_pipe_open(&reply->stream, make_zip, release, job, err);
    if (rc)
        release(job);
    reply->type = "application/zip";
    return rc;
}

int serve_api_zip(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    json_t *object = NULL;
    int64_t *ids = NULL;
    size_t count = 0;
    int rc = serve_object_of(request, &object, err);
    rc = rc ? rc : serve_ids_of(object, MOST, &ids, &count, err);
    rc = rc ? rc : send_zip(worker, ids, count, reply, err);
    free(ids);
    json_decref(object);
    return rc;
}

int serve_api_zip_of(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    int64_t *ids;
    size_t count;
    int rc = serve_id_list_of(request, MOST, &ids, &count, err);
    rc = rc ? rc : send_zip(worker, ids, count, reply, err);
    free(ids);
    return rc;
}
