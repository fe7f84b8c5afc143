/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* nftw */
#include "support.h"

#include "base/file.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4200, PATHS = 4 };

const char *source_path(const char *format, ...)
{
    static char paths[PATHS][PATH_ROOM];
    static unsigned next;
    char *path = paths[next++ % PATHS];
    const char *root = getenv("DESCRY_SOURCE_ROOT");
    va_list args;
    assert_non_null(root);
    int n = snprintf(path, PATH_ROOM, "%s/", root);
    assert_in_range(n, 1, PATH_ROOM - 1);
    va_start(args, format);
    int more = vsnprintf(path + n, (size_t)(PATH_ROOM - n), format, args);
    va_end(args);
    assert_in_range(more, 1, PATH_ROOM - 1 - n);
    return path;
}

void check_rc(int rc, const descry_error *err)
{
    if (rc)
        fail_msg("%s", err->message);
}

descry_buf whole_file(const char *path)
{
    descry_buf file = {0};
    descry_error err;
    check_rc(descry_file_read(&file, path, 1 << 30, &err), &err);
    return file;
}

descry_buf file_of(const char *name)
{
    return whole_file(source_path("tests/data/%s", name));
}

size_t read_file(const char *path, void *data, size_t size)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, data, size);
    assert_true(n >= 0);
    close(fd);
    return (size_t)n;
}

void write_file(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    assert_int_equal(close(fd), 0);
}

void copy_file(const char *from, const char *to)
{
    descry_buf file = whole_file(from);
    assert_true(file.size > 0);
    write_file(to, file.data, file.size);
    descry_buf_free(&file);
}

int exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

int make_folder(char path[FOLDER_SIZE])
{
    strcpy(path, "/tmp/descry-test-XXXXXX");
    return mkdtemp(path) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int remove_folder(const char *path)
{
    return nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
}

/* ---- results --------------------------------------------------------------------------------------------------- */

int search_each(descry_library *library, descry_model *model, const char *query, const descry_search_options *options,
                int (*each)(void *arg, const descry_match *match), void *arg, descry_error *err)
{
    descry_results *results;
    const descry_match *match;
    int rc = descry_search(&results, library, model, query, options, err);
    while (!rc && (rc = descry_results_next(results, &match, err)) == 1)
        if ((rc = 0, each && each(arg, match)))
            break;
    descry_results_close(&results);
    return rc;
}

int load_picture(descry_picture *picture, const char *path, const descry_limits *limits, descry_error *err)
{
    descry_buf file = {0};
    *picture = (descry_picture){0};
    int rc = descry_file_read(&file, path, limits->max_bytes, err);
    if (!rc)
        rc = descry_picture_decode(picture, (const uint8_t *)file.data, file.size, path, limits, err);
    descry_buf_free(&file);
    return rc;
}
