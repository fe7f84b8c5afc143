/* SPDX-License-Identifier: Apache-2.0 */
#include "base/replace.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int descry_file_unchanged(const char *path, const struct stat *before, descry_error *err)
{
    struct stat now;
    int there = lstat(path, &now) == 0;
    if (there ? before && now.st_ino == before->st_ino && now.st_dev == before->st_dev &&
                    now.st_size == before->st_size && descry_clock_changed(&now) == descry_clock_changed(before)
              : !before)
        return 0;
    return descry_fail(err, DESCRY_ERR_BUSY, "%s: another program changed it meanwhile", path);
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        data += n;
        size -= (size_t)n;
    }
    return fsync(fd);
}

/* Opens a new file in the folder of `path`, its first `folder` bytes. */
static int open_beside(descry_buf *name, const char *path, size_t folder, int *fd, descry_error *err)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        name->size = 0;
        int rc = descry_buf_append(name, path, folder, err);
        if (!rc)
            rc = descry_buf_printf(name, err, ".descry-%ld-%d.tmp", (long)getpid(), i);
        if (rc)
            return rc;
        *fd = open(name->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*fd >= 0 || errno != EEXIST)
            break;
    }
    return *fd >= 0 ? 0 : descry_fail_errno(err, errno, "%s: a new file beside it", path);
}

/* The rename itself has to reach the disk; some file systems cannot do that for folders, which is no failure. */
static void flush_folder(const char *path, size_t folder)
{
    descry_buf name = {0};
    if (folder ? descry_buf_append(&name, path, folder, NULL) : descry_buf_append(&name, ".", 1, NULL))
        return;
    int fd = open(name.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    descry_buf_free(&name);
}

int descry_file_replace(const char *path, const void *data, size_t size, const struct stat *before, descry_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    descry_buf name = {0};
    int fd = -1, rc = open_beside(&name, path, folder, &fd, err);
    if (rc) {
        descry_buf_free(&name);
        return rc;
    }
    if (before && fchown(fd, before->st_uid, before->st_gid) != 0)
        errno = 0; /* another user's file that we may write: the new one is ours */
    if ((before && fchmod(fd, before->st_mode & 0777) != 0) || write_all(fd, data, size) != 0)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (close(fd) != 0 && !rc)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (!rc)
        rc = descry_file_unchanged(path, before, err);
    if (!rc && rename(name.data, path) != 0)
        rc = descry_fail_errno(err, errno, "%s", path);
    if (rc)
        unlink(name.data);
    else
        flush_folder(path, folder);
    descry_buf_free(&name);
    return rc;
}
