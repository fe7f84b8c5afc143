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

int descry_lock_take(int *out, const char *path, descry_error *err)
{
    *out = -1;
    for (int i = 0; i < TRIES; i++) {
        struct stat held, named;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0644);
        if (fd < 0 || fstat(fd, &held) != 0) {
            int rc = descry_fail_errno(err, errno, "%s", path);
            if (fd >= 0)
                close(fd);
            return rc;
        }
        if (!S_ISREG(held.st_mode)) {
            close(fd);
            return descry_fail(err, DESCRY_ERR_IO, "%s: not a regular file", path);
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            int number = errno;
            close(fd);
            if (number == EINTR)
                continue;
            if (number == EWOULDBLOCK)
                return descry_fail(err, DESCRY_ERR_BUSY, "%s: held by another process", path);
            return descry_fail_errno(err, number, "%s", path);
        }
        /* the last holder may have unlinked or renamed the file between our open and our lock */
        if (stat(path, &named) == 0 && named.st_dev == held.st_dev && named.st_ino == held.st_ino) {
            *out = fd;
            return 0;
        }
        close(fd);
    }
    return descry_fail(err, DESCRY_ERR_BUSY, "%s: held by another process", path);
}
