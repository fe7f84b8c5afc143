/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* flock */
#include "base/lock.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 100 };

static int held_by_another(const char *path, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_BUSY, "%s: held by another process", path);
}

/* Whether the open descriptor is still the file of that name and owned by us: a link in its place could point anywhere. */
static int is_ours(const struct stat *st)
{
    return st->st_nlink == 1 && (st->st_uid == geteuid() || geteuid() == 0);
}

/* 1: locked, and still of that name; 0: it was unlinked or renamed between our open and our lock. */
static int lock(int fd, const char *path, descry_error *err)
{
    struct stat held, named;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0)
        if (errno != EINTR)
            return errno == EWOULDBLOCK ? held_by_another(path, err) : descry_fail_errno(err, errno, "%s", path);
    return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && named.st_dev == held.st_dev &&
           named.st_ino == held.st_ino;
}

int descry_lock_take(int *out, const char *path, descry_error *err)
{
    *out = -1;
    for (int i = 0; i < TRIES; i++) {
        struct stat st;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0644), rc;
        if (fd < 0 && errno == ELOOP)
            return descry_fail(err, DESCRY_ERR_IO, "%s: a link: not written to", path);
        if (fd < 0 || fstat(fd, &st) != 0)
            rc = descry_fail_errno(err, errno, "%s", path);
        else if (!S_ISREG(st.st_mode))
            rc = descry_fail(err, DESCRY_ERR_IO, "%s: not a regular file", path);
        else
            rc = lock(fd, path, err);
        if (rc == 1 && !is_ours(&st))
            rc = descry_fail(err, DESCRY_ERR_IO, "%s: a link or another user's file: not written to", path);
        if (rc == 1) {
            *out = fd;
            return 0;
        }
        if (fd >= 0)
            close(fd);
        if (rc)
            return rc;
    }
    return held_by_another(path, err);
}

/* Removes what is at `path`, unless a process holds it. */
static int clear(const char *path, descry_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd >= 0) { /* what cannot be opened, such as a link, holds no lock */
        int rc = lock(fd, path, err);
        if (rc != DESCRY_ERR_BUSY)
            rc = rc != 0; /* a file system without locks; 0: gone meanwhile, or another's by now */
        if (rc == 1 && unlink(path) != 0 && errno != ENOENT)
            rc = descry_fail_errno(err, errno, "%s", path);
        close(fd);
        return rc < 0 ? rc : 0;
    }
    return unlink(path) == 0 || errno == ENOENT ? 0 : descry_fail_errno(err, errno, "%s", path);
}

int descry_lock_new(int *out, const char *path, unsigned mode, descry_error *err)
{
    *out = -1;
    for (int i = 0; i < TRIES; i++) {
        int rc = clear(path, err);
        if (rc)
            return rc;
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd < 0)
            return descry_fail_errno(err, errno, "%s", path);
        rc = lock(fd, path, err);
        if (rc == 1) {
            *out = fd;
            return 0;
        }
        close(fd);
        if (rc)
            return rc;
    }
    return held_by_another(path, err);
}
