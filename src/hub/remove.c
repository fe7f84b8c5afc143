/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/lock.h"
#include "hub/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- all of a repository ----------------------------------------------------------------------------------------- */

/* A folder in an open one; NULL: there is none, or it is a link. */
static DIR *open_folder(int fd, const char *name)
{
    int inner = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = inner >= 0 ? fdopendir(inner) : NULL;
    if (!dir && inner >= 0)
        close(inner);
    return dir;
}

/* The next entry that is not the folder itself, or the one above. */
static struct dirent *next_entry(DIR *dir)
{
    struct dirent *entry;
    do
        entry = readdir(dir);
    while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry;
}

static int remove_folder(int fd, const char *name, uint64_t *bytes);

static int remove_entry(int fd, const char *name, uint64_t *bytes)
{
    struct stat st;
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
    if (S_ISDIR(st.st_mode))
        return remove_folder(fd, name, bytes);
    if (S_ISREG(st.st_mode))
        *bytes += (uint64_t)st.st_size;
    return unlinkat(fd, name, 0);
}

/* Depth first, links not followed. */
static int remove_folder(int fd, const char *name, uint64_t *bytes)
{
    DIR *dir = open_folder(fd, name);
    if (!dir)
        return -1;
    int rc = 0;
    for (struct dirent *entry; !rc && (entry = next_entry(dir)) != NULL;)
        rc = remove_entry(dirfd(dir), entry->d_name, bytes);
    int error = errno;
    closedir(dir);
    errno = error;
    return rc ? rc : unlinkat(fd, name, AT_REMOVEDIR);
}

/* ---- all but its tokenizer ----------------------------------------------------------------------------------------- */

/* Whether `name` is what a link in the folder of a snapshot leads to, "../../blobs/NAME". */
static int links_to(int fd, const char *link, const char *name)
{
    char target[256];
    ssize_t n = readlinkat(fd, link, target, sizeof target - 1);
    target[n > 0 ? n : 0] = 0;
    const char *slash = strrchr(target, '/');
    return slash && strcmp(slash + 1, name) == 0;
}

typedef struct keeping {
    const char *blob; /* is looked for; NULL: what is not a tokenizer's is to be removed */
    int found;
    uint64_t *bytes;
} keeping;

static int visit_snapshot(int fd, const char *name, keeping *k)
{
    DIR *dir = open_folder(fd, name);
    int rc = 0;
    for (struct dirent *entry; dir && !rc && !k->found && (entry = next_entry(dir)) != NULL;) {
        if (k->blob)
            k->found = links_to(dirfd(dir), entry->d_name, k->blob);
        else if (!descry_hub_is_tokenizers(entry->d_name))
            rc = remove_entry(dirfd(dir), entry->d_name, k->bytes);
    }
    int error = errno;
    if (dir)
        closedir(dir);
    errno = error;
    return rc;
}

static int visit_snapshots(int fd, keeping *k)
{
    DIR *dir = open_folder(fd, "snapshots");
    int rc = 0;
    for (struct dirent *entry; dir && !rc && !k->found && (entry = next_entry(dir)) != NULL;)
        rc = visit_snapshot(dirfd(dir), entry->d_name, k);
    int error = errno;
    if (dir)
        closedir(dir);
    errno = error;
    return rc;
}

static int remove_rest(int cache, const char *folder, uint64_t *bytes)
{
    int fd = openat(cache, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int rc = fd < 0 ? -1 : visit_snapshots(fd, &(keeping){.bytes = bytes});
    DIR *blobs = rc ? NULL : open_folder(fd, "blobs");
    for (struct dirent *entry; blobs && !rc && (entry = next_entry(blobs)) != NULL;) {
        keeping k = {.blob = entry->d_name};
        rc = visit_snapshots(fd, &k);
        if (!rc && !k.found)
            rc = remove_entry(dirfd(blobs), entry->d_name, bytes);
    }
    int error = errno;
    if (blobs)
        closedir(blobs);
    if (fd >= 0)
        close(fd);
    errno = error;
    return rc;
}

/* ---- under its lock ------------------------------------------------------------------------------------------------- */

static int remove_all(int cache, const char *folder, uint64_t *bytes)
{
    /* first what makes it a model: should we be stopped half way, none is left that could be opened */
    int fd = openat(cache, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int rc = fd < 0 || (unlinkat(fd, "refs/main", 0) != 0 && errno != ENOENT) ? -1 : 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return rc ? rc : remove_folder(cache, folder, bytes);
}

int descry_hub_remove(const char *source, int keep_tokenizer, uint64_t *bytes, descry_error *err)
{
    descry_buf cache = {0}, folder = {0}, path = {0};
    struct stat st;
    int lock = -1, fd = -1;
    *bytes = 0;
    int rc = descry_hub_cache(&cache, source, err);
    if (!rc)
        rc = descry_hub_folder(&folder, "", source, err);
    if (!rc)
        fd = open(cache.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!rc && (fd < 0 || fstatat(fd, folder.data, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode)))
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: not in the model cache %s", source, cache.data);
    if (!rc)
        rc = descry_hub_lock_path(&path, cache.data, source, "descry-pull", err);
    if (!rc)
        rc = descry_lock_take(&lock, path.data, err);
    if (!rc && (keep_tokenizer ? remove_rest : remove_all)(fd, folder.data, bytes) != 0)
        rc = descry_fail_errno(err, errno, "%s/%s", cache.data, folder.data);
    if (lock >= 0)
        close(lock);
    if (fd >= 0)
        close(fd);
    descry_buf_free(&cache);
    descry_buf_free(&folder);
    descry_buf_free(&path);
    return rc;
}

int descry_hub_only_tokenizer(const char *source)
{
    descry_buf path = {0}, cache = {0}, folder = {0};
    struct stat st;
    int only = descry_hub_cache(&cache, source, NULL) == 0 && descry_buf_printf(&path, NULL, "%s/.locks/", cache.data) == 0 &&
               descry_hub_folder(&path, "", source, NULL) == 0 && descry_buf_printf(&path, NULL, "/descry-pull.lock") == 0 &&
               stat(path.data, &st) == 0;
    path.size = 0;
    only = only && descry_buf_printf(&path, NULL, "%s/", cache.data) == 0 && descry_hub_folder(&path, "", source, NULL) == 0 &&
           descry_hub_snapshot(&folder, path.data, NULL) == 0;
    DIR *dir = only ? opendir(folder.data) : NULL;
    only = dir != NULL;
    for (struct dirent *entry; only && (entry = next_entry(dir)) != NULL;)
        only = descry_hub_is_tokenizers(entry->d_name);
    if (dir)
        closedir(dir);
    descry_buf_free(&path);
    descry_buf_free(&cache);
    descry_buf_free(&folder);
    return only;
}
