/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/locate.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG "open_clip_config.json"

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

static int has_config(const char *folder)
{
    return find_config(folder, NULL) == 1;
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

static int hub_folder(descry_buf *path)
{
    const char *cache = getenv("HF_HUB_CACHE"), *home = getenv("HF_HOME");
    if (cache && *cache)
        return descry_buf_printf(path, NULL, "%s", cache);
    if (home && *home)
        return descry_buf_printf(path, NULL, "%s/hub", home);
    int rc = descry_path_xdg(path, "XDG_CACHE_HOME", ".cache", NULL);
    return rc ? rc : descry_buf_printf(path, NULL, "/huggingface/hub");
}

/* hub/models--org--name: the snapshot that refs/main names */
static int snapshot(descry_buf *folder, const char *model_folder, descry_error *err)
{
    descry_buf path = {0}, revision = {0};
    int rc = descry_buf_printf(&path, err, "%s/refs/main", model_folder);
    if (!rc)
        rc = descry_file_read(&revision, path.data, 256, err);
    if (!rc) {
        revision.data[strcspn(revision.data, "\r\n")] = 0;
        folder->size = 0;
        rc = strchr(revision.data, '/') || revision.data[0] == '.'
                 ? descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a revision", path.data)
                 : descry_buf_printf(folder, err, "%s/snapshots/%s", model_folder, revision.data);
    }
    descry_buf_free(&path);
    descry_buf_free(&revision);
    return rc;
}

static int locate_hub(descry_buf *folder, const char *name, descry_error *err)
{
    const char *slash = strchr(name, '/');
    descry_buf hub = {0}, model = {0};
    int rc = hub_folder(&hub);
    if (rc)
        rc = rc == DESCRY_ERR_NOT_FOUND ? descry_fail(err, rc, "hf-hub:%s: HOME is not set: there is no model cache", name)
                                        : descry_fail_memory(err);
    if (!slash || slash == name || !slash[1] || strchr(slash + 1, '/') || strstr(name, ".."))
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "hf-hub:%s: not of the form hf-hub:organisation/name", name);
    if (!rc)
        rc = descry_buf_printf(&model, err, "%s/models--%.*s--%s", hub.data, (int)(slash - name), name, slash + 1);
    if (!rc && (snapshot(folder, model.data, err) != 0 || !has_config(folder->data)))
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "hf-hub:%s: not in the model cache %s", name, hub.data);
    descry_buf_free(&hub);
    descry_buf_free(&model);
    return rc;
}

int descry_locate_repository(descry_buf *folder, const char *name)
{
    const char *slash = strchr(name, '/');
    descry_buf hub = {0}, model = {0};
    int rc = !*name || name[0] == '/' || strstr(name, "..") || (slash && strchr(slash + 1, '/')) ? DESCRY_ERR_ARGUMENT : hub_folder(&hub);
    if (!rc)
        rc = slash ? descry_buf_printf(&model, NULL, "%s/models--%.*s--%s", hub.data, (int)(slash - name), name, slash + 1)
                   : descry_buf_printf(&model, NULL, "%s/models--%s", hub.data, name);
    if (!rc)
        rc = snapshot(folder, model.data, NULL);
    descry_buf_free(&hub);
    descry_buf_free(&model);
    return rc;
}

/* ---- by name --------------------------------------------------------------------------------------------------- */

static int is_demo(const char *name)
{
    return strcmp(name, "demo") == 0;
}

/* The name after "hf-hub:"; NULL: it has no such prefix. */
static const char *hub_name(const char *name)
{
    static const char hub[] = "hf-hub:";
    return strncmp(name, hub, sizeof hub - 1) == 0 ? name + sizeof hub - 1 : NULL;
}

int descry_locate_is_folder(const char *name)
{
    return !is_demo(name) && !hub_name(name);
}

int descry_locate_model(descry_buf *folder, const char *name, descry_error *err)
{
    if (is_demo(name))
        return locate_demo(folder, err);
    if (hub_name(name))
        return locate_hub(folder, hub_name(name), err);
    struct stat st;
    errno = 0;
    char *real = stat(name, &st) == 0 && S_ISDIR(st.st_mode) ? realpath(name, NULL) : NULL;
    if (!real && errno == ENOMEM)
        return descry_fail_memory(err);
    if (!real)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND,
                           "%s: no such model: give a folder with " CONFIG ", hf-hub:organisation/name, or demo", name);
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

static int each_of_hub(DIR *dir, const char *hub, int (*each)(void *, const char *, const char *), void *arg)
{
    static const char prefix[] = "models--";
    int rc = 0;
    for (struct dirent *entry; !rc && (entry = readdir(dir)) != NULL;) {
        const char *org = entry->d_name + sizeof prefix - 1, *dashes;
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0 || !(dashes = strstr(org, "--")))
            continue;
        descry_buf model = {0}, folder = {0}, name = {0};
        if (descry_buf_printf(&model, NULL, "%s/%s", hub, entry->d_name) == 0 && snapshot(&folder, model.data, NULL) == 0 &&
            has_config(folder.data) &&
            descry_buf_printf(&name, NULL, "hf-hub:%.*s/%s", (int)(dashes - org), org, dashes + 2) == 0)
            rc = each(arg, name.data, folder.data);
        descry_buf_free(&model);
        descry_buf_free(&folder);
        descry_buf_free(&name);
    }
    return rc;
}

int descry_each_installed(int (*each)(void *arg, const char *name, const char *folder), void *arg)
{
    descry_buf folder = {0}, hub = {0};
    int rc = locate_demo(&folder, NULL) == 0 ? each(arg, "demo", folder.data) : 0;
    DIR *dir = !rc && hub_folder(&hub) == 0 ? opendir(hub.data) : NULL;
    if (dir) {
        rc = each_of_hub(dir, hub.data, each, arg);
        closedir(dir);
    }
    descry_buf_free(&folder);
    descry_buf_free(&hub);
    return rc;
}
