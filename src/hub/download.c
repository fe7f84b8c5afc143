/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/download.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IN_VAIN = 5, WRONG = 2, PIECE = 1 << 20 }; /* tries that brought nothing; contents that were not right */

/* ---- digests --------------------------------------------------------------------------------------------------- */

/* Of SHA-256 the content alone, of git's SHA-1 "blob SIZE" and a NUL before it: git-hash-object(1). */
static int digest_begin(EVP_MD_CTX *md, const descry_hub_file *file, descry_error *err)
{
    int git = strlen(file->etag) == 40;
    char head[40];
    int length = snprintf(head, sizeof head, "blob %llu", (unsigned long long)file->size);
    if (EVP_DigestInit_ex(md, git ? EVP_sha1() : EVP_sha256(), NULL) == 1 &&
        (!git || EVP_DigestUpdate(md, head, (size_t)length + 1) == 1))
        return 0;
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "libcrypto computes no %s", git ? "SHA-1" : "SHA-256");
}

static int digest_is(EVP_MD_CTX *md, const char *etag)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned size = 0;
    if (EVP_DigestFinal_ex(md, digest, &size) != 1)
        return 0;
    descry_hex(digest, size, hex);
    return strcmp(hex, etag) == 0;
}

/* ---- the file that grows ---------------------------------------------------------------------------------------- */

typedef struct growing {
    descry_hub *hub;
    const descry_hub_file *file;
    const char *path; /* of what is incomplete */
    int fd;
    EVP_MD_CTX *md; /* of the first `have` bytes */
    uint64_t have;
    uint64_t before; /* that others had, in hub->watching */
    int wanted;      /* the answer at hand was looked at */
} growing;

static int tell(growing *g, descry_error *err)
{
    g->hub->watching->progress.done = g->before + g->have;
    return descry_watch_report(g->hub->watching, err);
}

static int start_over(growing *g, descry_error *err)
{
    g->have = 0;
    if (ftruncate(g->fd, 0) != 0 || lseek(g->fd, 0, SEEK_SET) != 0)
        return descry_fail_errno(err, errno, "%s", g->path);
    return digest_begin(g->md, g->file, err);
}

/* What was left by one that was stopped. */
static int take_up(growing *g, descry_error *err)
{
    struct stat st;
    int rc = digest_begin(g->md, g->file, err);
    if (rc)
        return rc;
    if (fstat(g->fd, &st) != 0)
        return descry_fail_errno(err, errno, "%s", g->path);
    if (!S_ISREG(st.st_mode))
        return descry_fail(err, DESCRY_ERR_IO, "%s: not a file", g->path);
    if (st.st_size <= 0 || (uint64_t)st.st_size > g->file->size)
        return start_over(g, err);
    char *piece = malloc(PIECE);
    ssize_t n = 0;
    rc = piece ? 0 : descry_fail_memory(err);
    while (!rc && (n = read(g->fd, piece, PIECE)) > 0) {
        if (EVP_DigestUpdate(g->md, piece, (size_t)n) != 1)
            rc = descry_fail_memory(err);
        g->have += (uint64_t)n;
        rc = rc ? rc : tell(g, err);
    }
    if (!rc && n < 0)
        rc = descry_fail_errno(err, errno, "%s", g->path);
    free(piece);
    return rc;
}

static int write_all(growing *g, const char *data, size_t size, descry_error *err)
{
    while (size > 0) {
        ssize_t n = write(g->fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || EVP_DigestUpdate(g->md, data, (size_t)n) != 1)
            return descry_fail_errno(err, n < 0 ? errno : ENOSPC, "%s", g->path);
        data += n;
        size -= (size_t)n;
        g->have += (uint64_t)n;
    }
    return 0;
}

static int receive(void *arg, const descry_reply *reply, const void *data, size_t size, descry_error *err)
{
    growing *g = arg;
    int rc = 0;
    if (!g->wanted) { /* 206: from where we asked; anything else begins at the first byte */
        g->wanted = 1;
        if (reply->status == 206 && reply->start != g->have)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the server gives another part than the one asked for", g->path);
        if (reply->status != 206 && g->have > 0)
            rc = start_over(g, err);
    }
    if (!rc && size > g->file->size - g->have)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: longer than the %llu bytes that the hub tells of", g->path,
                         (unsigned long long)g->file->size);
    if (!rc)
        rc = write_all(g, data, size, err);
    return rc ? rc : tell(g, err);
}

static int tick(void *arg, descry_error *err)
{
    return tell(arg, err);
}

/* Every try begins at the hub, whose links to where the content is stored are good for a short time only. */
static int get_rest(growing *g, const char *url, descry_error *err)
{
    descry_reply reply = {0};
    int in_vain = 0, rc = 0;
    while (!rc && g->have < g->file->size) {
        uint64_t had = g->have;
        descry_request request = {.url = url, .token = g->hub->token.size ? g->hub->token.data : NULL, .from = had,
                                  .seconds = g->hub->download_seconds, .may_connect = g->hub->may_connect,
                                  .receive = receive, .tick = tick, .arg = g};
        g->wanted = 0;
        rc = g->hub->net->ask(&reply, &request, err);
        if (!rc && g->have < g->file->size) { /* it was all, but it was not */
            reply.again = 1;
            rc = descry_fail(err, DESCRY_ERR_IO, "%s: ends after %llu of %llu bytes", url, (unsigned long long)g->have,
                             (unsigned long long)g->file->size);
        }
        if (!rc)
            break;
        int stale = reply.elsewhere && (reply.status == 401 || reply.status == 403 || reply.status == 404);
        if (reply.status == 416) { /* it has no such part: what we have is of something else */
            int again = start_over(g, err);
            if (again)
                return again;
            stale = 1;
        }
        in_vain = g->have > had ? 1 : in_vain + 1;
        if ((!reply.again && !stale) || in_vain == IN_VAIN)
            return rc;
        rc = descry_hub_wait(g->hub, in_vain, reply.retry_after, err);
    }
    return rc;
}

static int get_right(growing *g, const char *url, descry_error *err)
{
    int rc = take_up(g, err);
    for (int tries = 1; !rc; tries++) {
        rc = get_rest(g, url, err);
        if (rc && rc != DESCRY_ERR_FORMAT)
            break;
        if (!rc && digest_is(g->md, g->file->etag))
            break;
        if (!rc)
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: what came does not have the digest that the hub tells, %s", url, g->file->etag);
        if (tries == WRONG)
            break;
        rc = start_over(g, err);
    }
    return rc;
}

static int finish(const growing *g, const char *blob, descry_error *err)
{
    descry_buf folder = {0};
    if (fsync(g->fd) != 0 || rename(g->path, blob) != 0)
        return descry_fail_errno(err, errno, "%s", blob);
    const char *slash = strrchr(blob, '/');
    if (descry_buf_append(&folder, blob, (size_t)(slash - blob), NULL) == 0) { /* the name, too, has to reach the disk */
        int fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0) {
            fsync(fd);
            close(fd);
        }
    }
    descry_buf_free(&folder);
    return 0;
}

int descry_hub_download(descry_hub *hub, const char *source, const char *repository, const char *commit,
                        const descry_hub_file *file, descry_error *err)
{
    descry_buf blob = {0}, path = {0}, url = {0};
    growing g = {.hub = hub, .file = file, .fd = -1, .before = hub->watching->progress.done};
    int rc = descry_buf_printf(&blob, err, "%s/blobs/%s", repository, file->etag);
    if (!rc)
        rc = descry_buf_printf(&path, err, "%s.incomplete", blob.data);
    if (!rc)
        rc = descry_hub_url(&url, hub, source, commit, file->name, err);
    if (!rc)
        rc = descry_path_make_folders(blob.data, err);
    if (!rc && !(g.md = EVP_MD_CTX_new()))
        rc = descry_fail_memory(err);
    g.path = path.data;
    if (!rc && (g.fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)) < 0)
        rc = descry_fail_errno(err, errno, "%s", path.data);
    if (!rc)
        rc = get_right(&g, url.data, err);
    if (!rc)
        rc = finish(&g, blob.data, err);
    else if (rc == DESCRY_ERR_FORMAT && g.fd >= 0)
        unlink(path.data);
    if (g.fd >= 0)
        close(g.fd);
    EVP_MD_CTX_free(g.md);
    descry_buf_free(&blob);
    descry_buf_free(&path);
    descry_buf_free(&url);
    return rc;
}

/* Of a file below the repository's folder; -1: there is none. */
static int64_t size_of(const char *repository, const char *below, const char *name, const char *ending)
{
    descry_buf path = {0};
    struct stat st;
    int64_t size = descry_buf_printf(&path, NULL, "%s/%s/%s%s", repository, below, name, ending) == 0 &&
                           stat(path.data, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : -1;
    descry_buf_free(&path);
    return size;
}

uint64_t descry_hub_missing(const char *repository, const char *commit, const descry_hub_file *file)
{
    descry_buf snapshot = {0};
    int64_t size = (int64_t)file->size, part = size_of(repository, "blobs", file->etag, ".incomplete");
    int is = size_of(repository, "blobs", file->etag, "") == size;
    if (!is && descry_buf_printf(&snapshot, NULL, "snapshots/%s", commit) == 0)
        is = size_of(repository, snapshot.data, file->name, "") == size;
    descry_buf_free(&snapshot);
    return is ? 0 : part > 0 && part < size ? (uint64_t)(size - part) : size > 0 ? file->size : 1;
}
