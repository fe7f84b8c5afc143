/* SPDX-License-Identifier: Apache-2.0
 * Sidecars: finding a picture's, reading, editing, writing. */
#include "api/handles.h"
#include "base/error.h"
#include "base/options.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/replace.h"
#include "image/formats.h"
#include "store/store.h"
#include "pictures/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistd.h>
#include <unistr.h>

/* ---- names ------------------------------------------------------------------------------------------------------ */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Length of a name without its extension. */
static size_t stem_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot > name ? (size_t)(dot - name) : strlen(name);
}

static int has_ending(const char *name, const char *ending)
{
    size_t stem = stem_of(name);
    return name[stem] && strcasecmp(name + stem + 1, ending) == 0;
}

static int is_picture_name(const char *name)
{
    size_t stem = stem_of(name);
    return name[stem] && descry_format_ending(name + stem + 1);
}

/* Whether the extension is that of a camera's RAW format. */
static int is_raw(const char *name)
{
    char endings[512];
    size_t stem = stem_of(name);
    strncpy(endings, descry_format_at(DESCRY_FORMAT_RAW)->endings, sizeof endings - 1);
    endings[sizeof endings - 1] = 0;
    char *rest = NULL;
    for (char *one = strtok_r(endings, " ", &rest); one; one = strtok_r(NULL, " ", &rest))
        if (name[stem] && strcasecmp(name + stem + 1, one) == 0)
            return 1;
    return 0;
}

/* Equal names, ignoring case and Unicode normalisation: macOS decomposes accents, others do not. */
static int names_equal(const char *a, size_t a_size, const char *b, size_t b_size)
{
    const uint8_t *x = (const uint8_t *)a, *y = (const uint8_t *)b;
    int differs = 1;
    if (a_size == b_size && strncasecmp(a, b, a_size) == 0)
        return 1;
    if (a_size == 0 || b_size == 0 || ((x[0] | y[0]) < 0x80 && strncasecmp(a, b, 1) != 0)) /* the common case */
        return 0;
    return !u8_check(x, a_size) && !u8_check(y, b_size) &&
           u8_casecmp(x, a_size, y, b_size, NULL, UNINORM_NFC, &differs) == 0 && !differs;
}

/* How a sidecar's name matches a picture's, best first: the picture's name with .xmp appended (LONG), or with .xmp in place of
 * its extension (SHORT); each exactly, with .xmp in another case, or ignoring case altogether. */
enum { LONG, LONG_XMP, LONG_CASE, SHORT, SHORT_XMP, SHORT_CASE, NO_NAME };

static int match_name(const char *name, const char *picture)
{
    size_t bare = stem_of(name), size = strlen(picture);
    if (!has_ending(name, "xmp"))
        return NO_NAME;
    int how = LONG;
    if (!names_equal(name, bare, picture, size)) {
        how = SHORT;
        size = stem_of(picture);
        if (!names_equal(name, bare, picture, size))
            return NO_NAME;
    }
    int exact = bare == size && strncmp(name, picture, size) == 0;
    return how + (exact ? strcmp(name + bare, ".xmp") != 0 : 2);
}

/* Counts of other pictures in the folder that a SHORT sidecar could belong to: the same name with another extension. */
typedef struct rivals {
    size_t exact, exact_raw; /* of the same case */
    size_t any, any_raw;     /* ignoring case */
    size_t twins;            /* also with the same extension, ignoring case: photo.jpg and PHOTO.JPG */
} rivals;

static void count_rival(rivals *others, const char *name, const char *picture)
{
    size_t stem = stem_of(picture), bare = stem_of(name);
    if (!is_picture_name(name) || !names_equal(name, bare, picture, stem))
        return;
    size_t raw = (size_t)is_raw(name), exact = bare == stem && strncmp(name, picture, stem) == 0;
    others->any++;
    others->any_raw += raw;
    others->exact += exact;
    others->exact_raw += exact && raw;
    others->twins += (size_t)names_equal(name, strlen(name), picture, strlen(picture));
}

/* Whether a sidecar whose name matches like this is the picture's.  Not when it could be another picture's, except that
 * programs which write photo.xmp do so for RAW files: it is the RAW file's if there is exactly one. */
static int is_sidecar_of(const char *picture, int how, const rivals *others)
{
    switch (how) {
    case LONG:
    case LONG_XMP:
        return 1;
    case LONG_CASE:
        return others->twins == 0;
    case SHORT_CASE:
        return others->any == 0 || (is_raw(picture) && others->any_raw == 0);
    default:
        return others->exact == 0 || (is_raw(picture) && others->exact_raw == 0);
    }
}

typedef struct sidecars {
    descry_buf text; /* for each a digit, how it matches, then its NUL-terminated name */
    char **names;    /* [count] into text, the best first */
    size_t count;
} sidecars;

static void free_sidecars(sidecars *found)
{
    descry_buf_free(&found->text);
    free(found->names);
}

static int best_first(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* On a case-insensitive file system the directory entry's case may differ from that of the path given. */
static int is_same_file(DIR *dir, const char *name, const char *picture)
{
    struct stat a, b;
    return names_equal(name, strlen(name), picture, strlen(picture)) &&
           (strcmp(name, picture) == 0 ||
            (fstatat(dirfd(dir), name, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
             fstatat(dirfd(dir), picture, &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev));
}

/* Lists all names that match, and counts rivals.  A folder that cannot be read has none. */
static int list_names(sidecars *found, rivals *others, const char *picture, descry_error *err)
{
    const char *name = name_of(picture);
    descry_buf folder = {0};
    int rc = name > picture ? descry_buf_append(&folder, picture, (size_t)(name - picture), err)
                            : descry_buf_append(&folder, ".", 1, err);
    DIR *dir = rc ? NULL : opendir(folder.data);
    descry_buf_free(&folder);
    for (struct dirent *entry; dir && !rc && (entry = readdir(dir));) {
        char digit = (char)('0' + match_name(entry->d_name, name));
        if (digit < '0' + NO_NAME) {
            rc = descry_buf_append(&found->text, &digit, 1, err);
            if (!rc)
                rc = descry_buf_append(&found->text, entry->d_name, strlen(entry->d_name) + 1, err);
            found->count++;
        } else if (!is_same_file(dir, entry->d_name, name))
            count_rival(others, entry->d_name, name);
    }
    if (dir)
        closedir(dir);
    return rc;
}

/* The picture's existing sidecars, best first.  To be freed in any case. */
static int find_sidecars(sidecars *found, const char *picture, descry_error *err)
{
    rivals others = {0};
    *found = (sidecars){0};
    int rc = list_names(found, &others, picture, err);
    if (!rc && !(found->names = descry_alloc(found->count + 1, sizeof *found->names)))
        rc = descry_fail_memory(err);
    size_t all = rc ? 0 : found->count;
    char *name = found->text.data;
    found->count = 0;
    for (size_t i = 0; i < all; i++, name += strlen(name) + 1)
        if (is_sidecar_of(name_of(picture), *name - '0', &others))
            found->names[found->count++] = name;
    if (found->count > 1)
        qsort(found->names, found->count, sizeof *found->names, best_first);
    for (size_t i = 0; i < found->count; i++)
        found->names[i]++;
    return rc;
}

static int exists_at(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* The path of `name` in the picture's folder. */
static int path_beside(descry_buf *path, const char *picture, const char *name, descry_error *err)
{
    path->size = 0;
    int rc = descry_buf_append(path, picture, (size_t)(name_of(picture) - picture), err);
    return rc ? rc : descry_buf_append(path, name, strlen(name), err);
}

/* The path of a picture's sidecar, existing or not.  The folder is listed only if there is none under the usual name. */
static int find_sidecar(descry_buf *path, const char *picture, descry_error *err)
{
    sidecars found = {0};
    int rc = descry_buf_printf(path, err, "%s.xmp", picture);
    if (rc || exists_at(path->data))
        return rc;
    rc = find_sidecars(&found, picture, err);
    if (!rc && found.count > 0)
        rc = path_beside(path, picture, found.names[0], err);
    free_sidecars(&found);
    return rc;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

typedef struct sidecar {
    const char *name; /* its path as found, for messages */
    char *path;       /* with links resolved */
    int is_link, exists;
    struct stat st;
    descry_buf text; /* UTF-8, with byte order mark if it has one; size 0: no file yet */
    size_t bom_size; /* bytes of the byte order mark */
} sidecar;

/* Converts UTF-16 with a byte order mark to UTF-8 and drops the XML declaration, which names the encoding. */
static int to_utf8(sidecar *s, descry_error *err)
{
    const unsigned char *bytes = (const unsigned char *)s->text.data;
    size_t n = s->text.size / 2 - 1;
    int big = bytes[0] == 0xFE;
    uint16_t *units = descry_alloc(n + 1, sizeof *units);
    if (!units)
        return descry_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        units[i] = (uint16_t)(bytes[2 * i + 2] << (big ? 8 : 0) | bytes[2 * i + 3] << (big ? 0 : 8));
    size_t size = 0, skip = 0;
    uint8_t *text = s->text.size % 2 ? NULL : u16_to_u8(units, n, NULL, &size);
    free(units);
    if (!text)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged XMP: ill-formed UTF-16", s->name);
    if (size > 5 && memcmp(text, "<?xml", 5) == 0)
        while (skip < size && text[skip++] != '>')
            ;
    s->text.size = 0;
    int rc = descry_buf_append(&s->text, text + skip, size - skip, err);
    free(text);
    return rc;
}

static int read_sidecar(sidecar *s, const char *name, uint64_t limit, descry_error *err)
{
    struct stat link;
    *s = (sidecar){.name = name};
    if (limit == 0 || limit > DESCRY_XMP_MAX_SIZE)
        limit = DESCRY_XMP_MAX_SIZE;
    if (lstat(name, &link) != 0) {
        if (errno != ENOENT)
            return descry_fail_errno(err, errno, "%s", name);
        s->path = strdup(name);
        return s->path ? 0 : descry_fail_memory(err);
    }
    s->exists = 1;
    s->is_link = S_ISLNK(link.st_mode);
    s->path = s->is_link ? realpath(name, NULL) : strdup(name);
    if (!s->path && s->is_link && errno == ENOENT)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: a link to nothing", name);
    if (!s->path || stat(s->path, &s->st) != 0)
        return descry_fail_errno(err, errno, "%s", name);
    int rc = descry_file_read(&s->text, s->path, limit, err);
    if (rc)
        return rc;
    const unsigned char *bytes = (const unsigned char *)s->text.data;
    if (s->text.size >= 2 && ((bytes[0] == 0xFE && bytes[1] == 0xFF) || (bytes[0] == 0xFF && bytes[1] == 0xFE)))
        return to_utf8(s, err);
    s->bom_size = s->text.size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return 0;
}

static int write_sidecar(const sidecar *s, const descry_buf *text, descry_error *err)
{
    if (s->exists && access(s->path, W_OK) != 0) /* rename() would replace a read-only file */
        return descry_fail_errno(err, errno, "%s", s->name);
    return descry_file_replace(s->path, text->data, text->size, s->exists ? &s->st : NULL, err);
}

static void close_sidecar(sidecar *s)
{
    free(s->path);
    descry_buf_free(&s->text);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* Makes a text one line of well-formed UTF-8 of characters that XML allows, trimmed. */
static int clean_text(descry_buf *line, const char *text, descry_error *err)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t left = strlen(text);
    int rc = descry_buf_append(line, "", 0, err);
    while (left > 0 && !rc) {
        ucs4_t c;
        uint8_t bytes[6];
        int n = u8_mbtoucr(&c, at, left);
        if (n < 0) {
            c = 0xFFFD;
            n = 1;
        } else if (c < ' ' || (c >= 0x7F && c < 0xA0) || c == 0xFFFE || c == 0xFFFF)
            c = ' ';
        if (c != ' ' || line->size > 0)
            rc = descry_buf_append(line, bytes, (size_t)u8_uctomb(bytes, c, sizeof bytes), err);
        at += n;
        left -= (size_t)n;
    }
    while (!rc && line->size > 0 && line->data[line->size - 1] == ' ')
        line->data[--line->size] = 0;
    return rc;
}

/* The name of a model; of one in a folder only the folder's name: its path is private. */
static int clean_model(descry_buf *line, const char *model, descry_error *err)
{
    size_t size = strlen(model);
    descry_buf name = {0};
    while (size > 1 && model[size - 1] == '/')
        size--;
    int rc = descry_buf_append(&name, model, size, err);
    if (!rc)
        rc = clean_text(line, descry_model_folder(name.data) ? name_of(name.data) : name.data, err);
    descry_buf_free(&name);
    return rc;
}

/* Whether a person's description is embedded in the picture's own XMP, which a sidecar's would override.  JPEG only; a damaged
 * file counts as without. */
static int has_own_description(descry_decoders *decoders, int *embedded, const char *path, descry_error *err)
{
    descry_reading reading;
    descry_facts facts;
    descry_shared file;
    *embedded = 0;
    int rc = descry_reading_copy(&reading, NULL, err);
    if (rc || descry_shared_read(&file, path, reading.limits.max_bytes, NULL))
        return rc;
    if (file.size > 3 && memcmp(file.data, "\xFF\xD8\xFF", 3) == 0) {
        const descry_job job = {.wanted = {.options = &reading.options, .packet = 1}};
        rc = descry_decoders_prepare(decoders, &job, &file, path, NULL, &facts, NULL, err);
        if (!rc && facts.packet)
            rc = descry_decoders_xmp_has_description(decoders, embedded, (const char *)facts.packet, facts.packet_size, path, err);
        descry_facts_free(&facts);
    }
    descry_shared_close(&file);
    return rc == DESCRY_ERR_IO ? rc : 0; /* IO: descry-decode is missing */
}

static int write_caption(descry_decoders *decoders, sidecar *s, const descry_xmp_caption *caption,
                         const descry_sidecar_options *options, descry_sidecar_outcome *outcome, descry_error *err)
{
    descry_buf out = {0};
    int rc = descry_buf_append(&out, s->text.data, s->bom_size, err);
    if (!rc)
        rc = descry_decoders_xmp_insert(decoders, &out, s->exists ? s->text.data + s->bom_size : NULL, s->text.size - s->bom_size,
                                        s->name, caption, options->overwrite, !s->exists, outcome, err);
    if (!rc && (*outcome == DESCRY_SIDECAR_WRITTEN || *outcome == DESCRY_SIDECAR_REPLACED))
        rc = write_sidecar(s, &out, err);
    descry_buf_free(&out);
    return rc;
}

int descry_sidecar_write(descry_context *ctx, const char *picture, const char *caption, const char *model,
                         const descry_sidecar_options *options, descry_sidecar_outcome *outcome, char **name,
                         descry_error *err)
{
    struct stat st;
    sidecar s = {0};
    int embedded = 0;
    descry_buf path = {0}, text = {0}, model_name = {0};
    char date[32];
    descry_sidecar_options how = DESCRY_SIDECAR_OPTIONS_INIT;
    *outcome = DESCRY_SIDECAR_KEPT;
    if (name)
        *name = NULL;
    int rc = DESCRY_COPY_OPTIONS(&how, options, err);
    if (rc)
        return rc;
    if (stat(picture, &st) != 0)
        return descry_fail_errno(err, errno, "%s", picture);
    time_t now = how.time ? (time_t)how.time : time(NULL);
    struct tm tm;
    if (!gmtime_r(&now, &tm) || strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: no such time", picture);
    rc = find_sidecar(&path, picture, err);
    if (!rc)
        rc = clean_text(&text, caption, err);
    if (!rc)
        rc = clean_model(&model_name, model, err);
    if (!rc && text.size == 0)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: an empty caption", picture);
    if (!rc && text.size > DESCRY_CAPTION_SIZE)
        rc = descry_fail(err, DESCRY_ERR_LIMIT, "%s: a caption of %zu bytes: at most %d", picture, text.size,
                         DESCRY_CAPTION_SIZE);
    if (!rc)
        rc = read_sidecar(&s, path.data, how.max_bytes, err);
    if (!rc && !how.overwrite)
        rc = has_own_description(ctx->decoders, &embedded, picture, err);
    if (!rc && embedded)
        *outcome = DESCRY_SIDECAR_EMBEDDED;
    else if (!rc)
        rc = write_caption(ctx->decoders, &s, &(descry_xmp_caption){text.data, model_name.data, date}, &how, outcome, err);
    close_sidecar(&s);
    descry_buf_free(&text);
    descry_buf_free(&model_name);
    if (name)
        *name = path.data;
    else
        descry_buf_free(&path);
    return rc;
}

/* ---- undoing ---------------------------------------------------------------------------------------------------- */

typedef struct undo_job {
    descry_decoders *decoders;
    descry_sidecar_options options;
    descry_sidecar_callback each;
    void *arg;
    int stopped;
} undo_job;

static int undo_file(descry_decoders *decoders, const char *path, const descry_sidecar_options *options,
                     descry_sidecar_outcome *outcome, descry_error *err)
{
    sidecar s;
    descry_buf out = {0};
    *outcome = DESCRY_SIDECAR_NOTHING;
    int rc = read_sidecar(&s, path, options->max_bytes, err);
    if (!rc)
        rc = descry_buf_append(&out, s.text.data, s.bom_size, err);
    if (!rc && s.text.size > 0 && strstr(s.text.data, "descry")) /* the URI of descry's namespace contains it */
        rc = descry_decoders_xmp_remove(decoders, &out, s.text.data + s.bom_size, s.text.size - s.bom_size, path, outcome, err);
    if (!rc && *outcome == DESCRY_SIDECAR_DELETED) {
        rc = descry_file_unchanged(s.path, &s.st, err);
        if (!rc && (unlink(s.path) != 0 || (s.is_link && unlink(path) != 0)))
            rc = descry_fail_errno(err, errno, "%s", path);
    } else if (!rc && *outcome != DESCRY_SIDECAR_NOTHING)
        rc = write_sidecar(&s, &out, err);
    descry_buf_free(&out);
    close_sidecar(&s);
    return rc;
}

static int undo_and_report(undo_job *u, const char *path)
{
    descry_error err;
    descry_sidecar_outcome outcome;
    int rc = undo_file(u->decoders, path, &u->options, &outcome, &err);
    u->stopped = u->each(u->arg, path, outcome, rc ? &err : NULL) != 0;
    return u->stopped;
}

static int on_file(void *arg, const char *path, const struct stat *st)
{
    (void)st;
    return undo_and_report(arg, path);
}

static void on_walk_failure(void *arg, const char *path, const descry_error *err)
{
    undo_job *u = arg;
    if (!u->stopped)
        u->stopped = u->each(u->arg, path, DESCRY_SIDECAR_NOTHING, err) != 0;
}

/* All sidecars of a picture. */
static int undo_picture(undo_job *u, const char *picture, int picture_exists, descry_error *err)
{
    descry_buf path = {0};
    sidecars found;
    int rc = find_sidecars(&found, picture, err);
    for (size_t i = 0; i < found.count && !rc && !u->stopped; i++) {
        rc = path_beside(&path, picture, found.names[i], err);
        if (!rc)
            undo_and_report(u, path.data);
    }
    if (!rc && found.count == 0 && !picture_exists)
        rc = descry_fail_errno(err, ENOENT, "%s", picture);
    descry_buf_free(&path);
    free_sidecars(&found);
    return rc;
}

int descry_sidecar_undo(descry_context *ctx, const char *path, const descry_sidecar_options *options, descry_sidecar_callback each,
                        void *arg, descry_error *err)
{
    struct stat st;
    undo_job u = {ctx->decoders, DESCRY_SIDECAR_OPTIONS_INIT, each, arg, 0};
    int exists = stat(path, &st) == 0, rc = DESCRY_COPY_OPTIONS(&u.options, options, err);
    if (rc)
        return rc;
    if (exists && S_ISDIR(st.st_mode)) {
        descry_walk walk = {.ending = "xmp", .file = on_file, .failure = on_walk_failure, .arg = &u,
                            .include_hidden = u.options.include_hidden};
        rc = descry_walk_run(&walk, path, err);
        rc = rc > 0 ? 0 : rc;
    } else if (exists_at(path) && has_ending(path, "xmp"))
        undo_and_report(&u, path);
    else
        rc = undo_picture(&u, path, exists, err);
    return u.stopped ? descry_fail(err, DESCRY_ERR_CANCELLED, "stopped") : rc;
}
