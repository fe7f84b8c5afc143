/* SPDX-License-Identifier: Apache-2.0
 * After PKWARE's APPNOTE.TXT 6.3.10: 4.3.7 local headers, 4.3.12 the central directory, 4.3.14 to 4.3.16 its end. */
#include "tensors/archive.h"

#include "base/error.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50, END_64 = 0x06064b50, LOCATOR_64 = 0x07064b50,
    LOCAL_SIZE = 30, CENTRAL_SIZE = 46, END_SIZE = 22, END_64_SIZE = 56, LOCATOR_64_SIZE = 20,
    MAX_COMMENT = 65535, MAX_FILES = 1 << 20,
    ENCRYPTED = 1, STORED = 0, EXTRA_64 = 1
};

static uint64_t number(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static int damaged(const descry_archive *a, const char *why, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: %s", a->path, why);
}

/* The name of a file as far as errors have room for it. */
static int shown(const descry_archive_file *file)
{
    return (int)(file->name_size < 100 ? file->name_size : 100);
}

/* ---- the end of the central directory, where reading begins ------------------------------------------------------ */

typedef struct directory {
    uint64_t count, at, size;
} directory;

static const uint8_t *find_end(const descry_map *map)
{
    for (size_t comment = 0; comment <= MAX_COMMENT && comment + END_SIZE <= map->size; comment++) {
        const uint8_t *end = map->data + map->size - END_SIZE - comment;
        if (number(end, 4) == END && number(end + 20, 2) == comment)
            return end;
    }
    return NULL;
}

static int find_directory(const descry_archive *a, directory *d, descry_error *err)
{
    const descry_map *map = a->map;
    const uint8_t *end = find_end(map);
    if (!end)
        return damaged(a, "the archive has no end, as if it were cut", err);
    uint64_t disks = number(end + 4, 2) | number(end + 6, 2), here = number(end + 8, 2);
    *d = (directory){number(end + 10, 2), number(end + 16, 4), number(end + 12, 4)};
    size_t before = (size_t)(end - map->data);
    if (before >= LOCATOR_64_SIZE && number(end - LOCATOR_64_SIZE, 4) == LOCATOR_64) {
        uint64_t at = number(end - LOCATOR_64_SIZE + 8, 8);
        before -= LOCATOR_64_SIZE;
        if (before < END_64_SIZE || at > before - END_64_SIZE || number(map->data + at, 4) != END_64)
            return damaged(a, "the end of its 64-bit directory is not where it says", err);
        end = map->data + at;
        before = (size_t)at;
        disks = number(end + 16, 4) | number(end + 20, 4);
        here = number(end + 24, 8);
        *d = (directory){number(end + 32, 8), number(end + 48, 8), number(end + 40, 8)};
    }
    if (disks != 0 || here != d->count)
        return damaged(a, "it is one of several parts", err);
    if (d->size > before || d->at > before - d->size || d->count > d->size / CENTRAL_SIZE)
        return damaged(a, "its directory lies beyond the end of the file", err);
    return d->count > MAX_FILES ? descry_fail(err, DESCRY_ERR_LIMIT, "%s: more than %d files", a->path, MAX_FILES) : 0;
}

/* ---- its entries ------------------------------------------------------------------------------------------------- */

/* Numbers that do not fit their 32 bits are in an extra field, in this order. */
static bool widen(descry_archive_file *file, const uint8_t *extra, size_t size)
{
    uint64_t *wide[3] = {&file->size, &file->packed, &file->header};
    while (size >= 4) {
        uint64_t id = number(extra, 2), length = number(extra + 2, 2);
        extra += 4;
        size -= 4;
        if (length > size)
            return false;
        size -= (size_t)length;
        const uint8_t *next = extra + length;
        for (size_t i = 0; i < 3 && id == EXTRA_64; i++)
            if (*wide[i] == UINT32_MAX) {
                if (next - extra < 8)
                    return false;
                *wide[i] = number(extra, 8);
                extra += 8;
            }
        extra = next;
    }
    return true;
}

static int read_directory(descry_archive *a, const directory *d, descry_error *err)
{
    const uint8_t *at = a->map->data + d->at;
    size_t left = (size_t)d->size;
    for (; a->count < d->count; a->count++) {
        if (left < CENTRAL_SIZE || number(at, 4) != CENTRAL)
            return damaged(a, "its directory ends too early", err);
        size_t name = (size_t)number(at + 28, 2), extra = (size_t)number(at + 30, 2), comment = (size_t)number(at + 32, 2);
        descry_archive_file *file = &a->files[a->count];
        *file = (descry_archive_file){
            .name = (const char *)at + CENTRAL_SIZE, .name_size = name, .flags = (unsigned)number(at + 8, 2),
            .method = (unsigned)number(at + 10, 2), .packed = number(at + 20, 4), .size = number(at + 24, 4),
            .header = number(at + 42, 4)};
        if (name + extra + comment > left - CENTRAL_SIZE || !widen(file, at + CENTRAL_SIZE + name, extra))
            return damaged(a, "its directory ends too early", err);
        if (memchr(file->name, 0, name))
            return damaged(a, "the name of a file in it has a NUL", err);
        at += CENTRAL_SIZE + name + extra + comment;
        left -= CENTRAL_SIZE + name + extra + comment;
    }
    return 0;
}

static int by_header(const void *a, const void *b)
{
    const descry_archive_file *x = a, *y = b;
    return x->header < y->header ? -1 : x->header > y->header;
}

static int by_name(const void *a, const void *b)
{
    const descry_archive_file *x = a, *y = b;
    size_t least = x->name_size < y->name_size ? x->name_size : y->name_size;
    int order = least ? memcmp(x->name, y->name, least) : 0;
    return order ? order : x->name_size < y->name_size ? -1 : x->name_size > y->name_size;
}

static int check_files(descry_archive *a, uint64_t files_end, descry_error *err)
{
    qsort(a->files, a->count, sizeof *a->files, by_header);
    for (size_t i = 0; i < a->count; i++) {
        descry_archive_file *file = &a->files[i];
        file->end = i + 1 < a->count ? file[1].header : files_end;
        if (file->end > files_end || file->header > file->end || file->end - file->header < LOCAL_SIZE ||
            file->packed > file->end - file->header - LOCAL_SIZE)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: the file %.*s in it reaches into what follows it", a->path,
                               shown(file), file->name);
    }
    qsort(a->files, a->count, sizeof *a->files, by_name);
    for (size_t i = 1; i < a->count; i++)
        if (by_name(&a->files[i - 1], &a->files[i]) == 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: there are two files %.*s in it", a->path,
                               shown(&a->files[i]), a->files[i].name);
    return 0;
}

int descry_archive_open(descry_archive *a, const descry_map *map, const char *path, descry_error *err)
{
    directory d = {0};
    *a = (descry_archive){.path = path, .map = map};
    int rc = find_directory(a, &d, err);
    if (rc)
        return rc;
    a->files = descry_alloc((size_t)d.count, sizeof *a->files);
    rc = a->files ? read_directory(a, &d, err) : descry_fail_memory(err);
    if (!rc)
        rc = check_files(a, d.at, err);
    if (rc)
        descry_archive_close(a);
    return rc;
}

void descry_archive_close(descry_archive *a)
{
    free(a->files);
    *a = (descry_archive){0};
}

/* ---- a file ------------------------------------------------------------------------------------------------------ */

const descry_archive_file *descry_archive_find(const descry_archive *a, const char *name, size_t size)
{
    const descry_archive_file key = {.name = name, .name_size = size};
    return a->count ? bsearch(&key, a->files, a->count, sizeof *a->files, by_name) : NULL;
}

int descry_archive_bytes(const descry_archive *a, const descry_archive_file *file, const uint8_t **bytes, descry_error *err)
{
    const uint8_t *local = a->map->data + file->header;
    if (number(local, 4) != LOCAL)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: the file %.*s is not where the directory says", a->path,
                           shown(file), file->name);
    if (file->flags & ENCRYPTED)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: the file %.*s in it is encrypted", a->path, shown(file),
                           file->name);
    if (file->method != STORED)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: the file %.*s in it is compressed, which torch does not do",
                           a->path, shown(file), file->name);
    uint64_t before = LOCAL_SIZE + number(local + 26, 2) + number(local + 28, 2), room = file->end - file->header;
    if (file->size != file->packed || before > room || file->size > room - before)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged: the file %.*s in it reaches into what follows it", a->path,
                           shown(file), file->name);
    *bytes = local + before;
    return 0;
}
