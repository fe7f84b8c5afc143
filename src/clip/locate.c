/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/locate.h"

#include "base/error.h"
#include "hub/cache.h"
#include "model/zoo.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG "open_clip_config.json"

enum { MAX_SIZE_DIGITS = 5 };

/* 0: it has none; else 1, or an error. */
static int find_config(const char *folder, descry_error *err)
{
    descry_buf path = {0};
    struct stat st;
    int rc = descry_buf_printf(&path, err, "%s/" CONFIG, folder);
    if (!rc)
        rc = stat(path.data, &st) == 0 && S_ISREG(st.st_mode);
    descry_buf_free(&path);
    return rc;
}

/* Folders that may contain models/demo: $DESCRY_DATA_DIR, relative to the executable (installed or in its build folder), and
 * the install prefix. */
static int locate_demo(descry_buf *folder, descry_error *err)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = 0;
    const char *data = getenv("DESCRY_DATA_DIR");
    const char *const candidates[][2] = {{data ? data : "", ""}, {self, "/../share/descry"}, {self, "/../.."},
                                         {self, "/../../.."}, {DESCRY_DATADIR, ""}};
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (!*candidates[i][0])
            continue;
        folder->size = 0;
        int rc = descry_buf_printf(folder, err, "%s%s/models/demo", candidates[i][0], candidates[i][1]);
        if (rc)
            return rc;
        int has = find_config(folder->data, err);
        char *real = has == 1 ? realpath(folder->data, NULL) : NULL;
        if (has < 0 || (has && !real && errno == ENOMEM))
            return descry_fail_memory(err);
        if (real) {
            folder->size = 0;
            rc = descry_buf_append(folder, real, strlen(real), err);
            free(real);
            return rc;
        }
    }
    return descry_fail(err, DESCRY_ERR_NOT_FOUND, "demo: the bundled model is not installed in %s/models", DESCRY_DATADIR);
}

/* ---- Hugging Face's cache ---------------------------------------------------------------------------------------- */

/* Whether a snapshot is a model: with its configuration, or with nothing but weights that we know the architecture of. */
static int is_model(const char *source, const char *folder)
{
    descry_buf path = {0};
    int is = find_config(folder, NULL) == 1 ||
             (descry_zoo_of_repository(source) && descry_locate_weights(&path, folder, NULL) != DESCRY_ERR_NOT_FOUND);
    descry_buf_free(&path);
    return is;
}

static int locate_hub(descry_buf *folder, const char *source, descry_error *err)
{
    descry_buf cache = {0}, repository = {0};
    int rc = descry_hub_cache(&cache, source, err);
    if (!rc)
        rc = descry_buf_printf(&repository, err, "%s/", cache.data);
    if (!rc)
        rc = descry_hub_folder(&repository, "", source, err);
    if (!rc && (descry_hub_snapshot(folder, repository.data, NULL) != 0 || !is_model(source, folder->data)))
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: not in the model cache %s", source, cache.data);
    descry_buf_free(&cache);
    descry_buf_free(&repository);
    return rc;
}

int descry_locate_repository_folder(descry_buf *folder, const char *name)
{
    descry_buf source = {0}, repository = {0};
    int rc = descry_buf_printf(&source, NULL, "hf-hub:%s", name);
    if (!rc)
        rc = descry_hub_cache(&repository, source.data, NULL);
    if (!rc)
        rc = descry_hub_folder(&repository, "/", source.data, NULL);
    if (!rc)
        rc = descry_hub_snapshot(folder, repository.data, NULL);
    descry_buf_free(&source);
    descry_buf_free(&repository);
    return rc;
}

/* ---- by name --------------------------------------------------------------------------------------------------- */

static int is_demo(const char *name)
{
    return strcmp(name, "demo") == 0;
}

const char *descry_locate_repository(const char *name)
{
    const descry_pretrained *weights = descry_zoo_find(name);
    return weights ? weights->source : descry_hub_name(name) ? name : NULL;
}

size_t descry_locate_size(const char *name, int *size)
{
    const char *at = strrchr(name, '@');
    size_t digits = at ? strspn(at + 1, "0123456789") : 0;
    bool has = at > name && digits > 0 && digits <= MAX_SIZE_DIGITS && at[1] != '0' && at[1 + digits] == 0;
    *size = has ? atoi(at + 1) : 0;
    return has ? (size_t)(at - name) : strlen(name);
}

size_t descry_locate_folder(const char *name)
{
    char own[256]; /* the other forms are shorter */
    int size;
    size_t length = descry_locate_size(name, &size);
    if (length >= sizeof own)
        return length;
    memcpy(own, name, length);
    own[length] = 0;
    return is_demo(own) || descry_locate_repository(own) ? 0 : length;
}

int descry_locate_model(descry_buf *folder, const char *name, descry_error *err)
{
    if (is_demo(name))
        return locate_demo(folder, err);
    const char *source = descry_locate_repository(name);
    if (source)
        return locate_hub(folder, source, err);
    struct stat st;
    errno = 0;
    char *real = stat(name, &st) == 0 && S_ISDIR(st.st_mode) ? realpath(name, NULL) : NULL;
    if (!real && errno == ENOMEM)
        return descry_fail_memory(err);
    if (!real)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND,
                           "%s: no such model: give a folder with " CONFIG ", architecture/tag as 'descry models' "
                           "lists them, hf-hub:organisation/name, or demo", name);
    int rc = find_config(real, err);
    if (rc >= 0)
        rc = rc ? descry_buf_append(folder, real, strlen(real), err)
                : descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: has no " CONFIG, name);
    free(real);
    return rc;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

/* Kinds of files of weights in the order in which open_clip's _find_checkpoint_in_dir looks; 0: none. */
static int kind_of_weights(const char *name)
{
    static const char *const endings[] = {".pt", ".pth", ".bin", ".safetensors"};
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (size > ending && strcmp(name + size - ending, endings[i]) == 0)
            return i == 3 ? 3 : i > 0 ? 2 : 1; /* .bin and .pth by name alone */
    }
    return 0;
}

/* *name = the file of weights that has none of the names expected: by its kind, then by its name. */
static int other_weights(descry_buf *name, const char *folder, descry_error *err)
{
    int rc = 0, best = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && !rc && (entry = readdir(dir)) != NULL;) {
        int kind = entry->d_name[0] == '.' ? 0 : kind_of_weights(entry->d_name);
        if (!kind || kind < best || (kind == best && strcmp(entry->d_name, name->data) > 0))
            continue;
        best = kind;
        name->size = 0;
        rc = descry_buf_printf(name, err, "%s", entry->d_name);
    }
    if (dir)
        closedir(dir);
    return rc;
}

int descry_locate_weights(descry_buf *path, const char *folder, descry_error *err)
{
    static const char *const names[] = {"open_clip_model.safetensors", "open_clip_pytorch_model.safetensors",
                                        "open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth",
                                        "model.safetensors", "pytorch_model.bin", "pytorch_model.pth", "model.pth"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        path->size = 0;
        int rc = descry_buf_printf(path, err, "%s/%s", folder, names[i]);
        struct stat st;
        if (rc || stat(path->data, &st) == 0)
            return rc;
    }
    descry_buf name = {0};
    int rc = other_weights(&name, folder, err);
    path->size = 0;
    if (!rc)
        rc = name.size ? descry_buf_printf(path, err, "%s/%s", folder, name.data)
                       : descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no weights: expected %s", folder, names[0]);
    descry_buf_free(&name);
    return rc;
}

typedef struct visitor {
    int (*each)(void *arg, const char *name, const char *folder);
    void *arg;
} visitor;

static int visit(void *arg, const char *source, const char *folder)
{
    const visitor *v = arg;
    return is_model(source, folder) ? v->each(v->arg, source, folder) : 0;
}

int descry_each_installed(int (*each)(void *arg, const char *name, const char *folder), void *arg)
{
    descry_buf folder = {0};
    visitor v = {each, arg};
    int rc = locate_demo(&folder, NULL) == 0 ? each(arg, "demo", folder.data) : 0;
    if (!rc)
        rc = descry_hub_each(visit, &v);
    descry_buf_free(&folder);
    return rc;
}
