/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* madvise */
#include "base/file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: a named pipe must not hold us; it is refused after fstat. */
static int open_regular(const char *path, int *fd, struct stat *st, descry_error *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return descry_fail_errno(err, errno, "%s", path);
    if (fstat(*fd, st) != 0) {
        int rc = descry_fail_errno(err, errno, "%s", path);
        close(*fd);
        return rc;
    }
    if (!S_ISREG(st->st_mode)) {
        close(*fd);
        return descry_fail(err, DESCRY_ERR_IO, "%s: not a regular file", path);
    }
    return 0;
}

int descry_map_open(descry_map *map, const char *path, descry_error *err)
{
    *map = (descry_map){0};
    int fd;
    struct stat st;
    int rc = open_regular(path, &fd, &st, err);
    if (rc)
        return rc;
    if (st.st_size > 0) {
        void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED)
            rc = descry_fail_errno(err, errno, "%s", path);
        else
            *map = (descry_map){data, (size_t)st.st_size};
    }
    close(fd);
    return rc;
}

void descry_map_close(descry_map *map)
{
    if (map->data)
        munmap((void *)map->data, map->size);
    *map = (descry_map){0};
}

void descry_map_release(const descry_map *map)
{
    if (map->data)
        madvise((void *)map->data, map->size, MADV_DONTNEED);
}

int descry_file_open(int *fd, uint64_t *size, const char *path, uint64_t limit, descry_error *err)
{
    struct stat st;
    int rc = open_regular(path, fd, &st, err);
    if (rc)
        return rc;
    *size = (uint64_t)st.st_size;
    if (*size <= limit)
        return 0;
    close(*fd);
    return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %llu bytes, more than the limit of %llu", path, (unsigned long long)*size,
                       (unsigned long long)limit);
}

int descry_file_read(descry_buf *buf, const char *path, uint64_t limit, descry_error *err)
{
    int fd;
    uint64_t size;
    int rc = descry_file_open(&fd, &size, path, limit, err);
    if (rc)
        return rc;
    rc = descry_buf_reserve(buf, (size_t)size, err);
    while (!rc) {
        /* the file may grow while it is read: one byte more than expected shows that */
        rc = descry_buf_reserve(buf, 1, err);
        if (rc)
            break;
        ssize_t n = read(fd, buf->data + buf->size, buf->capacity - buf->size - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = descry_fail_errno(err, errno, "%s", path);
        if (n <= 0)
            break;
        buf->size += (size_t)n;
        if (buf->size > limit)
            rc = descry_fail(err, DESCRY_ERR_LIMIT, "%s: more than the limit of %llu bytes", path,
                             (unsigned long long)limit);
    }
    close(fd);
    if (rc)
        descry_buf_free(buf);
    else
        buf->data[buf->size] = 0;
    return rc;
}

/* ---- SHA-256 --------------------------------------------------------------------------------------------------- */

static int sha_failed(descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_MEMORY, "SHA-256 failed");
}

int descry_sha256_open(descry_sha256 *sha, descry_error *err)
{
    sha->state = EVP_MD_CTX_new();
    if (sha->state && EVP_DigestInit_ex(sha->state, EVP_sha256(), NULL) == 1)
        return 0;
    descry_sha256_close(sha);
    return sha_failed(err);
}

int descry_sha256_add(descry_sha256 *sha, const void *data, size_t size, descry_error *err)
{
    return EVP_DigestUpdate(sha->state, data, size) == 1 ? 0 : sha_failed(err);
}

int descry_sha256_finish(descry_sha256 *sha, uint8_t digest[DESCRY_SHA256_SIZE], descry_error *err)
{
    int ok = EVP_DigestFinal_ex(sha->state, digest, NULL) == 1;
    descry_sha256_close(sha);
    return ok ? 0 : sha_failed(err);
}

void descry_sha256_close(descry_sha256 *sha)
{
    EVP_MD_CTX_free(sha->state);
    sha->state = NULL;
}

int descry_sha256_of(const void *data, size_t size, uint8_t digest[DESCRY_SHA256_SIZE], descry_error *err)
{
    return EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) == 1 ? 0 : sha_failed(err);
}

void descry_hex(const uint8_t *data, size_t size, char *text)
{
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = "0123456789abcdef"[data[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[data[i] & 15];
    }
    text[2 * size] = 0;
}

int descry_file_digest(char hex[DESCRY_SHA256_HEX], const char *path, descry_error *err)
{
    uint8_t digest[DESCRY_SHA256_SIZE];
    descry_map map;
    int rc = descry_map_open(&map, path, err);
    if (!rc)
        rc = descry_sha256_of(map.data, map.size, digest, err);
    descry_map_close(&map);
    if (!rc)
        descry_hex(digest, sizeof digest, hex);
    return rc;
}
