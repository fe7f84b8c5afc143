/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/cache.h"

#include "base/error.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *descry_hub_name(const char *source)
{
    static const char hub[] = "hf-hub:";
    return strncmp(source, hub, sizeof hub - 1) == 0 ? source + sizeof hub - 1 : NULL;
}

int descry_hub_cache(descry_buf *path, const char *source, descry_error *err)
{
    static const char *const named[] = {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        const char *cache = getenv(named[i]);
        if (cache && *cache)
            return descry_buf_printf(path, err, "%s", cache);
    }
    const char *home = getenv("HF_HOME");
    if (home && *home)
        return descry_buf_printf(path, err, "%s/hub", home);
    int rc = descry_path_xdg(path, "XDG_CACHE_HOME", ".cache", err);
    if (rc == DESCRY_ERR_NOT_FOUND)
        return descry_fail(err, rc, "%s: HOME is not set: there is no model cache", source);
    return rc ? rc : descry_buf_printf(path, err, "/huggingface/hub");
}

/* Names as the hub allows them: what else stands there could lead out of the cache, or into another request. */
int descry_hub_is_name(const char *name, size_t size)
{
    if (size == 0 || size > 96 || name[0] == '.' || name[0] == '-')
        return 0;
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
              (c == '.' && name[i - 1] != '.')))
            return 0;
    }
    return 1;
}

int descry_hub_folder(descry_buf *path, const char *before, const char *source, descry_error *err)
{
    const char *name = descry_hub_name(source), *slash = name ? strchr(name, '/') : NULL, *last = slash ? slash + 1 : name;
    if (!name || (slash && !descry_hub_is_name(name, (size_t)(slash - name))) || !descry_hub_is_name(last, strlen(last)))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: not of the form hf-hub:organisation/name", source);
    return slash ? descry_buf_printf(path, err, "%smodels--%.*s--%s", before, (int)(slash - name), name, last)
                 : descry_buf_printf(path, err, "%smodels--%s", before, last);
}

int descry_hub_snapshot(descry_buf *folder, const char *repository, descry_error *err)
{
    descry_buf path = {0}, revision = {0};
    int rc = descry_buf_printf(&path, err, "%s/refs/main", repository);
    if (!rc)
        rc = descry_file_read(&revision, path.data, 256, err);
    if (!rc && revision.size == 0)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: empty", path.data);
    if (!rc) {
        revision.data[strcspn(revision.data, "\r\n")] = 0;
        folder->size = 0;
        rc = strchr(revision.data, '/') || revision.data[0] == '.'
                 ? descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a revision", path.data)
                 : descry_buf_printf(folder, err, "%s/snapshots/%s", repository, revision.data);
    }
    descry_buf_free(&path);
    descry_buf_free(&revision);
    return rc;
}

int descry_hub_each(int (*each)(void *arg, const char *source, const char *snapshot), void *arg)
{
    static const char prefix[] = "models--";
    descry_buf cache = {0};
    int rc = 0;
    DIR *dir = descry_hub_cache(&cache, "", NULL) == 0 ? opendir(cache.data) : NULL;
    for (struct dirent *entry; dir && !rc && (entry = readdir(dir)) != NULL;) {
        const char *org = entry->d_name + sizeof prefix - 1, *dashes;
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0 || !(dashes = strstr(org, "--")))
            continue;
        descry_buf repository = {0}, folder = {0}, source = {0};
        if (descry_buf_printf(&repository, NULL, "%s/%s", cache.data, entry->d_name) == 0 &&
            descry_hub_snapshot(&folder, repository.data, NULL) == 0 &&
            descry_buf_printf(&source, NULL, "hf-hub:%.*s/%s", (int)(dashes - org), org, dashes + 2) == 0)
            rc = each(arg, source.data, folder.data);
        descry_buf_free(&repository);
        descry_buf_free(&folder);
        descry_buf_free(&source);
    }
    if (dir)
        closedir(dir);
    descry_buf_free(&cache);
    return rc;
}

/* ---- changing -------------------------------------------------------------------------------------------------- */

int descry_hub_lock_path(descry_buf *path, const char *cache, const char *source, const char *name, descry_error *err)
{
    path->size = 0;
    int rc = descry_buf_printf(path, err, "%s/.locks/", cache);
    if (!rc)
        rc = descry_hub_folder(path, "", source, err);
    if (!rc)
        rc = descry_buf_printf(path, err, "/%s.lock", name);
    return rc ? rc : descry_path_make_folders(path->data, err);
}

/* Hugging Face's programs take all that is in snapshots/ for files of the model, and all in refs/ for branches, so what is on
 * its way there waits in the repository's folder; one that was killed leaves it to the next, as only one has the lock. */

/* A link to `target`, or the file `blob`, under the name `path` at once. */
static int put_in_place(const char *repository, const char *target, const char *path, const char *blob, descry_error *err)
{
    descry_buf link = {0};
    int rc = descry_buf_printf(&link, err, "%s/descry.link", repository);
    if (!rc) {
        const char *without = getenv("HF_HUB_DISABLE_SYMLINKS");
        unlink(link.data);
        int linked = !(without && *without && strcmp(without, "0") != 0) && symlink(target, link.data) == 0;
        if (rename(linked ? link.data : blob, path) != 0) {
            rc = descry_fail_errno(err, errno, "%s", path);
            if (linked)
                unlink(link.data);
        }
    }
    descry_buf_free(&link);
    return rc;
}

int descry_hub_link(const char *repository, const char *commit, const char *file, const char *etag, descry_error *err)
{
    descry_buf path = {0}, blob = {0}, target = {0};
    struct stat st;
    int rc = descry_buf_printf(&path, err, "%s/snapshots/%s/%s", repository, commit, file);
    if (!rc)
        rc = descry_buf_printf(&blob, err, "%s/blobs/%s", repository, etag);
    if (!rc)
        rc = descry_buf_printf(&target, err, "../../");
    for (const char *slash = file; !rc && (slash = strchr(slash, '/')) != NULL; slash++)
        rc = descry_buf_printf(&target, err, "../");
    if (!rc)
        rc = descry_buf_printf(&target, err, "blobs/%s", etag);
    if (!rc)
        rc = descry_path_make_folders(path.data, err);
    if (!rc && stat(blob.data, &st) == 0) /* else its content is in the snapshot already */
        rc = put_in_place(repository, target.data, path.data, blob.data, err);
    descry_buf_free(&path);
    descry_buf_free(&blob);
    descry_buf_free(&target);
    return rc;
}

int descry_hub_make_current(const char *repository, const char *commit, descry_error *err)
{
    descry_buf path = {0}, next = {0};
    size_t size = strlen(commit);
    int rc = descry_buf_printf(&path, err, "%s/refs/main", repository);
    if (!rc)
        rc = descry_buf_printf(&next, err, "%s/descry.main", repository);
    if (!rc)
        rc = descry_path_make_folders(path.data, err);
    if (!rc) {
        int fd = open(next.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        ssize_t n = fd >= 0 ? write(fd, commit, size) : -1;
        if (n != (ssize_t)size || fsync(fd) != 0 || rename(next.data, path.data) != 0)
            rc = descry_fail_errno(err, n >= 0 && n != (ssize_t)size ? ENOSPC : errno, "%s", path.data);
        if (fd >= 0)
            close(fd);
    }
    descry_buf_free(&path);
    descry_buf_free(&next);
    return rc;
}

/* ---- tokenizers ------------------------------------------------------------------------------------------------ */

const char *const descry_hub_tokenizer_files[] = {
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt",
    "merges.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "config.json", NULL};

int descry_hub_is_tokenizers(const char *file)
{
    size_t i = 0;
    while (descry_hub_tokenizer_files[i] && strcmp(descry_hub_tokenizer_files[i], file) != 0)
        i++;
    return descry_hub_tokenizer_files[i] != NULL;
}
