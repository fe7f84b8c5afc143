/* SPDX-License-Identifier: Apache-2.0
 * On Linux memfd_create and seals; elsewhere an object of POSIX without a name, which its size alone protects. */
#define _GNU_SOURCE /* memfd_create, fallocate, F_ADD_SEALS */
#include "base/shared.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 }; /* bytes: a multiple of any page's */

static int make_object(void)
{
#ifdef MFD_ALLOW_SEALING
    return memfd_create("descry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
#else
    char name[40];
    int fd = -1;
    for (unsigned i = 0; fd < 0 && i < 1000; i++) {
        snprintf(name, sizeof name, "/descry-%ld-%u", (long)getpid(), i);
        fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd >= 0) {
        shm_unlink(name);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
#endif
}

/* A limit on the size of files is one on it, too, and beyond it is a signal. */
static int set_size(int fd, size_t size)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY && size > most.rlim_cur) {
        errno = EFBIG;
        return -1;
    }
    return ftruncate(fd, (off_t)size);
}

/* Allocates all of it now: without memory later, a write to the map would raise SIGBUS. */
static int reserve(int fd, size_t size)
{
#ifdef MFD_ALLOW_SEALING
    int rc;
    do
        rc = fallocate(fd, 0, 0, (off_t)size);
    while (rc != 0 && errno == EINTR);
    return rc != 0 && errno != EOPNOTSUPP && errno != ENOSYS ? -1 : 0;
#else
    (void)fd, (void)size;
    return 0;
#endif
}

/* Writes to it, from `at`, a multiple of CHUNK.  No mapping, which takes half as long again, could not be sealed while a child
 * that was forked meanwhile has it, and makes a signal of memory that runs short. */
static int write_at(int fd, const char *bytes, size_t size, size_t at)
{
#ifdef MFD_ALLOW_SEALING
    while (size > 0) {
        ssize_t n = pwrite(fd, bytes, size, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes += n;
        at += (size_t)n;
        size -= (size_t)n;
    }
#else
    void *to = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)at); /* POSIX shared memory can only be mapped */
    if (to == MAP_FAILED)
        return -1;
    memcpy(to, bytes, size);
    munmap(to, size);
#endif
    return 0;
}

static void seal(int fd, int contents)
{
#ifdef F_ADD_SEALS
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | (contents ? F_SEAL_WRITE : 0) | F_SEAL_SEAL);
#else
    (void)fd, (void)contents;
#endif
}

int descry_shared_make(size_t size, void **data)
{
    int fd = make_object();
    if (fd < 0)
        return -1;
    *data = MAP_FAILED;
    if (set_size(fd, size) == 0 && reserve(fd, size) == 0)
        *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (*data == MAP_FAILED) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    seal(fd, 0);
    return fd;
}

static int no_memory(int fd, const char *name, descry_error *err)
{
    int rc = descry_fail_errno(err, errno, "%s: no memory to share", name);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* An object of `size` bytes, at least one. */
static int begin(int *fd, size_t size, const char *name, descry_error *err)
{
    *fd = make_object();
    return *fd < 0 || set_size(*fd, size) != 0 ? no_memory(*fd, name, err) : 0;
}

/* What was made with `room` bytes has `size` of them, and is mapped for reading. */
static int finish(descry_shared *shared, int fd, size_t room, size_t size, const char *name, descry_error *err)
{
    if (size != room && ftruncate(fd, (off_t)size) != 0)
        return no_memory(fd, name, err);
    seal(fd, 1);
    if (size == 0) {
        close(fd);
        return 0;
    }
    void *data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return no_memory(fd, name, err);
    *shared = (descry_shared){.data = data, .size = size, .fd = fd};
    return 0;
}

int descry_shared_copy(descry_shared *shared, const void *bytes, size_t size, const char *name, descry_error *err)
{
    int fd;
    *shared = descry_shared_none(NULL, 0);
    if (size == 0)
        return 0;
    int rc = begin(&fd, size, name, err);
    if (rc)
        return rc;
    return write_at(fd, bytes, size, 0) != 0 ? no_memory(fd, name, err) : finish(shared, fd, size, size, name, err);
}

/* As many bytes as there are, up to `size`; a file that grows meanwhile is what it was. */
static int fill(int fd, int from, char *chunk, size_t length, size_t *size, const char *path, descry_error *err)
{
    for (;;) {
        size_t filled = 0;
        while (filled < CHUNK && *size + filled < length) {
            size_t most = length - *size - filled;
            ssize_t n = read(from, chunk + filled, most < CHUNK - filled ? most : CHUNK - filled);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return descry_fail_errno(err, errno, "%s", path);
            if (n == 0)
                break;
            filled += (size_t)n;
        }
        if (filled > 0 && write_at(fd, chunk, filled, *size) != 0)
            return descry_fail_errno(err, errno, "%s: no memory to share", path);
        *size += filled;
        if (filled < CHUNK)
            return 0;
    }
}

int descry_shared_read(descry_shared *shared, const char *path, uint64_t limit, descry_error *err)
{
    int from, fd = -1;
    size_t size = 0;
    uint64_t length;
    *shared = descry_shared_none(NULL, 0);
    int rc = descry_file_open(&from, &length, path, limit, err);
    if (rc || length == 0) {
        if (!rc)
            close(from);
        return rc;
    }
    char *chunk = malloc(CHUNK);
    rc = chunk ? begin(&fd, (size_t)length, path, err) : descry_fail_memory(err);
    if (!rc) {
        rc = fill(fd, from, chunk, (size_t)length, &size, path, err);
        if (rc)
            close(fd);
        else
            rc = finish(shared, fd, (size_t)length, size, path, err);
    }
    free(chunk);
    close(from);
    return rc;
}

descry_shared descry_shared_none(const void *bytes, size_t size)
{
    return (descry_shared){.data = size ? bytes : NULL, .size = size, .fd = -1};
}

void descry_shared_close(descry_shared *shared)
{
    if (shared->data && shared->fd >= 0) {
        munmap((void *)shared->data, shared->size);
        close(shared->fd);
    }
    *shared = descry_shared_none(NULL, 0);
}
