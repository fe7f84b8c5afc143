/* SPDX-License-Identifier: Apache-2.0
 * The folder may be anybody's: links are not followed, and only files with names of thumbnails are deleted. */
#define _GNU_SOURCE /* O_DIRECTORY, O_NOFOLLOW, futimens */
#include "thumbs/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    FOLDERS = 256,
    DIGITS = 2 * (DESCRY_SHA256_SIZE - 1), /* of the digest in a file's name */
    NAME = 96,
    OWN = NAME + 40, /* with the process that writes it */
    TRIES = 100,
    LARGEST = 1 << 22, /* a thumbnail of 1024 x 1024 pixels is smaller: image/preview.h */
    USED_AGAIN = 3600  /* seconds after which a use is noted in the file's time */
};

/* ---- names ----------------------------------------------------------------------------------------------------- */

static void name_of(const descry_thumbs *thumbs, char folder[4], char name[NAME])
{
    char rest[DIGITS + 1];
    snprintf(folder, 4, ".%02x", thumbs->sha256[0]);
    descry_hex(thumbs->sha256 + 1, DESCRY_SHA256_SIZE - 1, rest);
    snprintf(name, NAME, "%s-%d.thumb", rest, thumbs->side);
}

/* Also that of one that was never finished. */
static int is_ours(const char *name)
{
    return strspn(name, "0123456789abcdef") == DIGITS && name[DIGITS] == '-' && strlen(name) < OWN && strstr(name, ".thumb");
}

/* The folder of a thumbnail; -1: there is none. */
static int open_folder(const descry_thumbs *thumbs, const char *folder, int create)
{
    const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (create && mkdir(thumbs->folder, 0700) != 0 && errno != EEXIST)
        return -1;
    int all = open(thumbs->folder, how), fd = -1;
    if (all < 0)
        return -1;
    if (!create || mkdirat(all, folder, 0700) == 0 || errno == EEXIST)
        fd = openat(all, folder, how);
    close(all);
    return fd;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int read_all(int fd, uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = read(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        bytes += n;
        size -= (size_t)n;
    }
    return 1;
}

/* bytes [size]: the file, of which the JPEG takes its place */
static int is_whole(uint8_t *bytes, size_t size)
{
    uint8_t digest[DESCRY_SHA256_SIZE];
    if (descry_sha256_of(bytes + sizeof digest, size - sizeof digest, digest, NULL) || memcmp(digest, bytes, sizeof digest) != 0)
        return 0;
    memmove(bytes, bytes + sizeof digest, size - sizeof digest);
    return 1;
}

int descry_thumbs_get(const descry_thumbs *thumbs, uint8_t **jpeg, size_t *size)
{
    char folder[4], name[NAME];
    struct stat st;
    *jpeg = NULL;
    if (!thumbs->folder)
        return 0;
    name_of(thumbs, folder, name);
    int at = open_folder(thumbs, folder, 0);
    int fd = at < 0 ? -1 : openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (at >= 0)
        close(at);
    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > DESCRY_SHA256_SIZE && st.st_size <= LARGEST)
        *jpeg = malloc((size_t)st.st_size);
    if (*jpeg && read_all(fd, *jpeg, (size_t)st.st_size) && is_whole(*jpeg, (size_t)st.st_size)) {
        *size = (size_t)st.st_size - DESCRY_SHA256_SIZE;
        if (st.st_mtim.tv_sec < time(NULL) - USED_AGAIN)
            futimens(fd, NULL);
    } else {
        free(*jpeg);
        *jpeg = NULL;
    }
    close(fd);
    return *jpeg != NULL;
}

/* ---- room -------------------------------------------------------------------------------------------------------- */

typedef struct kept {
    char name[OWN];
    uint64_t size;
    struct timespec used;
} kept;

static int compare_ages(const void *a, const void *b)
{
    const kept *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

/* The files in a folder; 0: they cannot be listed. */
static int list(int at, kept **files, size_t *count)
{
    size_t room = 0;
    struct stat st;
    int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    const struct dirent *entry;
    while ((entry = readdir(dir))) {
        if (!is_ours(entry->d_name) || fstatat(at, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
            continue;
        if (*count == room) {
            kept *more = descry_realloc(*files, room = room ? 2 * room : 64, sizeof *more);
            if (!more)
                break;
            *files = more;
        }
        kept *file = &(*files)[(*count)++];
        *file = (kept){.size = (uint64_t)st.st_size, .used = st.st_mtim};
        memcpy(file->name, entry->d_name, strlen(entry->d_name) + 1);
    }
    closedir(dir);
    return !entry;
}

/* Deletes the files that were not used for longest until `most` bytes are left; 0: they may be more. */
static int trim(int at, uint64_t most)
{
    kept *files = NULL;
    size_t count = 0, i = 0;
    uint64_t sum = 0;
    int known = list(at, &files, &count);
    for (size_t k = 0; k < count; k++)
        sum += files[k].size;
    if (known && sum > most)
        qsort(files, count, sizeof *files, compare_ages);
    for (; known && i < count && sum > most; i++)
        if (unlinkat(at, files[i].name, 0) == 0 || errno == ENOENT)
            sum -= files[i].size;
    free(files);
    return known && sum <= most;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        bytes += n;
        size -= (size_t)n;
    }
    return 1;
}

/* A new file of a name of its own, also among threads. */
static int open_new(int at, const char *name, char own[OWN])
{
    int fd = -1;
    for (int i = 0; i < TRIES && fd < 0; i++) {
        snprintf(own, OWN, "%s.%ld-%d", name, (long)getpid(), i);
        fd = openat(at, own, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    return fd;
}

/* It is not flushed to disk: one that a power cut damages is made anew. */
static void write_file(int at, const char *name, const uint8_t *jpeg, size_t size)
{
    char own[OWN];
    uint8_t digest[DESCRY_SHA256_SIZE];
    if (descry_sha256_of(jpeg, size, digest, NULL))
        return;
    int fd = open_new(at, name, own);
    if (fd < 0)
        return;
    int good = write_all(fd, digest, sizeof digest) && write_all(fd, jpeg, size);
    good = close(fd) == 0 && good;
    if (!good || renameat(at, own, at, name) != 0)
        unlinkat(at, own, 0);
}

void descry_thumbs_put(const descry_thumbs *thumbs, const uint8_t *jpeg, size_t size)
{
    char folder[4], name[NAME];
    uint64_t most = thumbs->most / FOLDERS, whole = (uint64_t)size + DESCRY_SHA256_SIZE;
    if (!thumbs->folder || whole > most || whole > LARGEST)
        return;
    name_of(thumbs, folder, name);
    int at = open_folder(thumbs, folder, 1);
    if (at < 0)
        return;
    if (trim(at, most - whole))
        write_file(at, name, jpeg, size);
    close(at);
}
