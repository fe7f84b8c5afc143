/* SPDX-License-Identifier: Apache-2.0
 * On Linux memfd_create and seals; elsewhere an object of POSIX without a name, which its size alone protects. */
#define _GNU_SOURCE /* memfd_create, F_ADD_SEALS */
#include "base/shared.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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
    if (ftruncate(fd, (off_t)size) == 0)
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

/* An object of `size` bytes at least one, mapped for writing. */
static int begin(int *fd, void **data, size_t size, const char *name, descry_error *err)
{
    *fd = make_object();
    if (*fd < 0)
        return descry_fail_errno(err, errno, "%s: no memory to share", name);
    if (ftruncate(*fd, (off_t)size) == 0) {
        *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
        if (*data != MAP_FAILED)
            return 0;
    }
    int rc = descry_fail_errno(err, errno, "%s: no memory to share", name);
    close(*fd);
    return rc;
}

/* What was mapped with `room` bytes has `size` of them and is mapped anew, for reading: a seal wants no writer left. */
static int finish(descry_shared *shared, int fd, void *data, size_t room, size_t size, const char *name, descry_error *err)
{
    munmap(data, room);
    *shared = (descry_shared){.fd = fd};
    if (size != room && ftruncate(fd, (off_t)size) != 0) {
        int rc = descry_fail_errno(err, errno, "%s: no memory to share", name);
        close(fd);
        return rc;
    }
    seal(fd, 1);
    if (size == 0) {
        close(fd);
        *shared = descry_shared_none(NULL, 0);
        return 0;
    }
    data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) {
        int rc = descry_fail_errno(err, errno, "%s: no memory to share", name);
        close(fd);
        return rc;
    }
    shared->data = data;
    shared->size = size;
    return 0;
}

int descry_shared_copy(descry_shared *shared, const void *bytes, size_t size, const char *name, descry_error *err)
{
    int fd;
    void *data;
    *shared = descry_shared_none(NULL, 0);
    if (size == 0)
        return 0;
    int rc = begin(&fd, &data, size, name, err);
    if (rc)
        return rc;
    memcpy(data, bytes, size);
    return finish(shared, fd, data, size, size, name, err);
}

int descry_shared_read(descry_shared *shared, const char *path, uint64_t limit, descry_error *err)
{
    int from, fd;
    void *data;
    size_t size = 0;
    uint64_t length;
    *shared = descry_shared_none(NULL, 0);
    int rc = descry_file_open(&from, &length, path, limit, err);
    if (rc || length == 0) {
        if (!rc)
            close(from);
        return rc;
    }
    rc = begin(&fd, &data, (size_t)length, path, err);
    if (rc) {
        close(from);
        return rc;
    }
    while (!rc && size < length) { /* a file that grows meanwhile is what it was */
        ssize_t n = read(from, (char *)data + size, (size_t)length - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = descry_fail_errno(err, errno, "%s", path);
        if (n <= 0)
            break;
        size += (size_t)n;
    }
    close(from);
    if (!rc)
        return finish(shared, fd, data, (size_t)length, size, path, err);
    munmap(data, (size_t)length);
    close(fd);
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
