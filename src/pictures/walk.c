/* SPDX-License-Identifier: Apache-2.0 */
#include "pictures/walk.h"

#include "base/aside.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/formats.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef struct folder_id {
    dev_t dev;
    ino_t ino;
} folder_id;

typedef struct walk_state {
    const descry_walk *walk;
    size_t root_size; /* where the path below the root begins */
    descry_buf path;
    folder_id *entered; /* open addressing; ino 0 is free */
    size_t entered_count, entered_size;
    descry_buf links; /* NUL-terminated paths of links to folders, to be walked last */
} walk_state;

/* ---- visited folders, against cycles --------------------------------------------------------------------------- */

static folder_id *slot_of(folder_id *table, size_t size, folder_id id)
{
    uint64_t hash = ((uint64_t)id.ino ^ (uint64_t)id.dev << 48) * 0x9E3779B97F4A7C15u;
    size_t i = (size_t)(hash >> 20) & (size - 1);
    while (table[i].ino && (table[i].ino != id.ino || table[i].dev != id.dev))
        i = (i + 1) & (size - 1);
    return &table[i];
}

/* 1: not visited before; 0: visited; or an error. */
static int enter(walk_state *state, const struct stat *st, descry_error *err)
{
    folder_id id = {st->st_dev, st->st_ino};
    if (2 * state->entered_count >= state->entered_size) {
        size_t size = state->entered_size ? 2 * state->entered_size : 64;
        folder_id *table = calloc(size, sizeof *table);
        if (!table)
            return descry_fail_memory(err);
        for (size_t i = 0; i < state->entered_size; i++)
            if (state->entered[i].ino)
                *slot_of(table, size, state->entered[i]) = state->entered[i];
        free(state->entered);
        state->entered = table;
        state->entered_size = size;
    }
    folder_id *slot = slot_of(state->entered, state->entered_size, id);
    if (slot->ino)
        return 0;
    *slot = id;
    state->entered_count++;
    return 1;
}

/* ---- which folders ---------------------------------------------------------------------------------------------- */

static int is_hidden(const char *name)
{
    return name[0] == '.';
}

int descry_walk_hides(const char *path, size_t size)
{
    for (const char *at = path + size - (size == 1); *at;) { /* 1: "/" */
        const char *end = at + 1 + strcspn(at + 1, "/");
        if (is_hidden(at + 1) || descry_folder_is_aside(path, (size_t)(end - path)))
            return 1;
        at = end;
    }
    return 0;
}

/* ---- which files ----------------------------------------------------------------------------------------------- */

static int belongs_to_library(const walk_state *state)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal", ".scan", ".scan.new", ".lock"};
    const char *library = state->walk->library;
    size_t size = library ? strlen(library) : 0;
    if (!library || strncmp(state->path.data, library, size) != 0)
        return 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcmp(state->path.data + size, endings[i]) == 0)
            return 1;
    return 0;
}

static int is_passed_over(const walk_state *state, const char *name)
{
    if (is_hidden(name) && (!state->walk->include_hidden || strcmp(name, ".") == 0 || strcmp(name, "..") == 0))
        return 1;
    const char *below = state->path.data + state->root_size;
    if (belongs_to_library(state))
        return 1;
    for (size_t i = 0; i < state->walk->excludes; i++)
        if (fnmatch(state->walk->exclude[i], name, 0) == 0 || fnmatch(state->walk->exclude[i], below, 0) == 0)
            return 1;
    return 0;
}

static int begins_as_picture(const char *path)
{
    unsigned char head[DESCRY_FORMAT_HEAD];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    return n > 0 && descry_format_begins(head, (size_t)n);
}

static int is_candidate(const walk_state *state, const char *path, const char *name)
{
    const char *dot = strrchr(name, '.');
    if (state->walk->ending)
        return dot && strcasecmp(dot + 1, state->walk->ending) == 0;
    if (dot && !dot[1])
        dot = NULL;
    if (dot && strncmp(name, "._", 2) != 0 && descry_format_ending(dot + 1)) /* ._photo.jpg: AppleDouble metadata of macOS */
        return 1;
    return (!dot || dot == name || state->walk->sniff) && begins_as_picture(path);
}

/* ---- walking --------------------------------------------------------------------------------------------------- */

static int report_failure(walk_state *state, const descry_error *err)
{
    if (state->walk->failure)
        state->walk->failure(state->walk->arg, state->path.data, err);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef struct file_names {
    descry_buf text; /* NUL-terminated names */
    char **names;    /* [count], sorted, pointing into text */
    size_t count;
} file_names;

static void free_file_names(file_names *list)
{
    descry_buf_free(&list->text);
    free(list->names);
}

/* All names of a folder, so that its descriptor is not open while those below it are walked. */
static int list_folder(file_names *list, const char *path, descry_error *err)
{
    *list = (file_names){0};
    DIR *dir = opendir(path);
    if (!dir)
        return descry_fail_errno(err, errno, "%s", path);
    int rc = 0;
    for (struct dirent *entry; !rc && (errno = 0, entry = readdir(dir)); list->count++)
        rc = descry_buf_append(&list->text, entry->d_name, strlen(entry->d_name) + 1, err);
    if (!rc && errno)
        rc = descry_fail_errno(err, errno, "%s", path);
    closedir(dir);
    if (!rc && !(list->names = descry_alloc(list->count, sizeof *list->names)))
        rc = descry_fail_memory(err);
    if (rc) {
        free_file_names(list);
        return rc;
    }
    char *name = list->text.data;
    for (size_t i = 0; i < list->count; i++, name += strlen(name) + 1)
        list->names[i] = name;
    if (list->count)
        qsort(list->names, list->count, sizeof *list->names, by_name);
    return 0;
}

static int walk_folder(walk_state *state, int is_root, descry_error *err);

/* The entry at state->path. */
static int walk_entry(walk_state *state, const char *name, descry_error *err)
{
    struct stat st;
    descry_error why;
    const char *path = state->path.data;
    int linked = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
    if (stat(path, &st) != 0) {
        int error = errno, dangling = error == ENOENT || error == ELOOP;
        int picture = strchr(name, '.') && is_candidate(state, path, name);
        /* a file deleted meanwhile is ignored; a dangling link is an error only if its name is a picture's */
        if (dangling ? !linked || !picture : !picture && strchr(name, '.'))
            return 0;
        descry_fail_errno(&why, error, "%s", path);
        return report_failure(state, &why);
    }
    if (S_ISDIR(st.st_mode) && !state->walk->include_hidden && descry_folder_is_aside(path, state->path.size))
        return 0;
    if (S_ISDIR(st.st_mode))
        return linked ? descry_buf_append(&state->links, path, state->path.size + 1, err) : walk_folder(state, 0, err);
    if (!S_ISREG(st.st_mode))
        return 0;
    if (is_candidate(state, path, name))
        return state->walk->file(state->walk->arg, path, &st);
    return state->walk->other && !is_hidden(name) ? state->walk->other(state->walk->arg, name) : 0;
}

static int walk_folder(walk_state *state, int is_root, descry_error *err)
{
    struct stat st;
    descry_error why;
    file_names list;
    size_t size = state->path.size;
    int rc = stat(state->path.data, &st) == 0 ? enter(state, &st, err)
                                              : descry_fail_errno(&why, errno, "%s", state->path.data);
    if (rc == 0 || rc == DESCRY_ERR_MEMORY)
        return rc;
    if (rc > 0)
        rc = list_folder(&list, state->path.data, &why);
    if (rc)
        return is_root ? descry_fail(err, rc, "%s", why.message) : report_failure(state, &why);
    for (size_t i = 0; i < list.count && !rc; i++) {
        state->path.size = size;
        if (state->path.data[size - 1] != '/')
            rc = descry_buf_append(&state->path, "/", 1, err);
        if (!rc)
            rc = descry_buf_append(&state->path, list.names[i], strlen(list.names[i]), err);
        if (!rc && !is_passed_over(state, list.names[i]))
            rc = walk_entry(state, list.names[i], err);
    }
    state->path.size = size;
    state->path.data[size] = 0;
    free_file_names(&list);
    return rc;
}

int descry_walk_run(const descry_walk *walk, const char *root, descry_error *err)
{
    walk_state state = {.walk = walk};
    int rc = descry_buf_printf(&state.path, err, "%s", root);
    state.root_size = strlen(root) + (root[1] != 0);
    if (!rc)
        rc = walk_folder(&state, 1, err);
    for (size_t at = 0; !rc && at < state.links.size;) {
        size_t size = strlen(state.links.data + at);
        state.path.size = 0;
        rc = descry_buf_append(&state.path, state.links.data + at, size, err);
        at += size + 1;
        if (!rc)
            rc = walk_folder(&state, 0, err);
    }
    descry_buf_free(&state.path);
    descry_buf_free(&state.links);
    free(state.entered);
    return rc;
}
