/* SPDX-License-Identifier: Apache-2.0 */
#include "base/paths.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Appends the components of `path` to the absolute path in *out. */
static int append_components(descry_buf *out, const char *path, descry_error *err)
{
    int rc = 0;
    while (*path && !rc) {
        size_t size = strcspn(path, "/");
        if (size == 2 && path[0] == '.' && path[1] == '.') {
            while (out->size > 0 && out->data[out->size - 1] != '/')
                out->size--;
            out->size -= out->size > 0;
        } else if (size > 0 && !(size == 1 && path[0] == '.')) {
            rc = descry_buf_append(out, "/", 1, err);
            if (!rc)
                rc = descry_buf_append(out, path, size, err);
        }
        path += size;
        path += *path == '/';
    }
    if (!rc && out->size == 0)
        rc = descry_buf_append(out, "/", 1, err);
    else if (!rc)
        out->data[out->size] = 0;
    return rc;
}

int descry_path_absolute(descry_buf *out, const char *path, descry_error *err)
{
    if (!*path)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "an empty path");
    int rc = 0;
    out->size = 0;
    if (path[0] != '/') {
        char *folder = getcwd(NULL, 0);
        if (!folder)
            return descry_fail_errno(err, errno, "current folder");
        rc = strcmp(folder, "/") == 0 ? 0 : descry_buf_append(out, folder, strlen(folder), err);
        free(folder);
    }
    return rc ? rc : append_components(out, path, err);
}

int descry_path_real(descry_buf *out, const char *path, descry_error *err)
{
    descry_buf text = {0};
    int rc = descry_buf_printf(&text, err, "%s", path);
    char *real = NULL;
    /* cut components off until the rest exists */
    size_t cut = text.size;
    while (!rc && !(real = realpath(cut ? text.data : ".", NULL)) && errno != ENOMEM && cut > 0) {
        while (cut > 0 && text.data[cut - 1] == '/')
            cut--;
        while (cut > 0 && text.data[cut - 1] != '/')
            cut--;
        text.data[cut] = 0;
    }
    if (!rc && !real)
        rc = descry_fail_errno(err, errno, "%s", path);
    out->size = 0;
    if (!rc && strcmp(real, "/") != 0)
        rc = descry_buf_append(out, real, strlen(real), err);
    if (!rc)
        rc = append_components(out, path + cut, err);
    free(real);
    descry_buf_free(&text);
    return rc;
}

int descry_path_real_folder(descry_buf *out, const char *path, descry_error *err)
{
    descry_buf whole = {0}, folder = {0};
    int rc = descry_path_absolute(&whole, path, err);
    if (!rc) {
        char *slash = strrchr(whole.data, '/');
        *slash = 0;
        rc = descry_path_real(&folder, slash == whole.data ? "/" : whole.data, err);
        out->size = 0;
        if (!rc && strcmp(folder.data, "/") != 0)
            rc = descry_buf_append(out, folder.data, folder.size, err);
        if (!rc)
            rc = descry_buf_append(out, "/", 1, err);
        if (!rc)
            rc = descry_buf_append(out, slash + 1, strlen(slash + 1), err);
    }
    descry_buf_free(&whole);
    descry_buf_free(&folder);
    return rc;
}

int descry_path_is_below(const char *path, const char *folder)
{
    size_t size = strlen(folder);
    if (size == 1) /* "/" */
        return 1;
    return strncmp(path, folder, size) == 0 && (path[size] == 0 || path[size] == '/');
}

int descry_path_xdg(descry_buf *path, const char *variable, const char *below, descry_error *err)
{
    const char *folder = getenv(variable), *home = getenv("HOME");
    if (folder && *folder == '/')
        return descry_buf_printf(path, err, "%s", folder);
    if (home && *home == '/')
        return descry_buf_printf(path, err, "%s/%s", home, below);
    return DESCRY_ERR_NOT_FOUND;
}

int descry_path_make_folders(const char *path, descry_error *err)
{
    descry_buf text = {0};
    int rc = descry_buf_printf(&text, err, "%s", path);
    for (size_t i = 1; !rc && i < text.size; i++) {
        if (text.data[i] != '/')
            continue;
        text.data[i] = 0;
        if (mkdir(text.data, 0700) != 0 && errno != EEXIST)
            rc = descry_fail_errno(err, errno, "%s", text.data);
        text.data[i] = '/';
    }
    descry_buf_free(&text);
    return rc;
}
