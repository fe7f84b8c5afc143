/* SPDX-License-Identifier: Apache-2.0
 * describe, photo, contact_sheet, status. */
#include "mcp/work.h"

#include "ui/output.h"
#include "ui/visible.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHEET_SIDE = 2048, CELL_MOST = 256, GAP = 4, IDS_MOST = 100 };

/* ---- describe ------------------------------------------------------------------------------------------------------ */

typedef struct wanted_path {
    const char *given, *real;
    int64_t id; /* 0: not found */
} wanted_path;

static int look_at(void *arg, const descry_entry *entry)
{
    wanted_path *wanted = arg;
    if (strcmp(entry->path, wanted->given) == 0 || (wanted->real && strcmp(entry->path, wanted->real) == 0))
        wanted->id = entry->id;
    return 1; /* what is at that path is the first; a folder is no picture */
}

/* The id of the picture of the library at a path. */
static int find_path(mcp_work *work, const char *path, int64_t *id, descry_error *err)
{
    descry_export_options options = DESCRY_EXPORT_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    char *real = realpath(path, NULL);
    wanted_path wanted = {path, real, 0};
    filter.under = &path;
    filter.unders = 1;
    options.filter = &filter;
    int rc = descry_entries(work->library, &options, look_at, &wanted, err);
    free(real);
    *id = wanted.id;
    if (wanted.id)
        return 0;
    return rc && rc != DESCRY_ERR_CANCELLED ? rc : mcp_fail(err, DESCRY_ERR_NOT_FOUND, "%s: not in the library", path);
}

typedef struct written {
    char *text;
    descry_error err;
} written;

static int keep_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    written *to = arg;
    (void)path;
    if (caption)
        to->text = strdup(caption->text);
    else
        to->err = *err;
    return 0;
}

/* Has the model write a caption, if it can; else *text is NULL, and `to` says why. */
static int write_caption(mcp_work *work, mcp_call *call, const char *path, char **text, FILE *to, descry_error *err)
{
    descry_caption_options options = DESCRY_CAPTION_OPTIONS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    written w = {0};
    watch.cancel = &call->cancel;
    options.watch = &watch;
    *text = NULL;
    int rc = mcp_open_usual_model(work, err);
    if (!rc && !descry_model_get_info(work->model)->can_caption)
        rc = mcp_fail(err, DESCRY_ERR_UNSUPPORTED, "%s cannot write captions", work->model_name);
    if (!rc)
        rc = descry_caption_files(work->model, &path, 1, NULL, &options, keep_caption, &w, err);
    if (rc == DESCRY_ERR_CANCELLED || rc == DESCRY_ERR_MEMORY)
        return rc;
    *text = w.text;
    if (!w.text) {
        fputs("no caption: ", to);
        cmd_print_visible(to, rc ? err->message : *w.err.message ? w.err.message : "out of memory");
        putc('\n', to);
    }
    return 0;
}

static void print_metadata(FILE *to, const json_t *picture)
{
    static const char *const keys[] = {"taken", "camera", "title"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = json_string_value(json_object_get(picture, keys[i]));
        if (value) {
            fprintf(to, "%s: ", keys[i]);
            cmd_print_visible(to, value);
            putc('\n', to);
        }
    }
    if (json_object_get(picture, "lat"))
        fprintf(to, "place: %.6f, %.6f\n", json_number_value(json_object_get(picture, "lat")),
                json_number_value(json_object_get(picture, "lon")));
    if (json_object_get(picture, "width"))
        fprintf(to, "size: %d x %d\n", (int)json_integer_value(json_object_get(picture, "width")),
                (int)json_integer_value(json_object_get(picture, "height")));
}

static int set_caption(json_t *object, const char *caption, const char *by)
{
    return json_object_set_new(object, "caption", cmd_json_text(caption, strlen(caption))) ||
           json_object_set_new(object, "captioned_by", cmd_json_text(by, strlen(by)));
}

int mcp_describe(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    const descry_entry *entry;
    const char *given = mcp_text(call, "path");
    int64_t id = mcp_number(call, "id", 0);
    char *text = NULL, *path = NULL;
    if (!given == !id)
        return mcp_fail(err, DESCRY_ERR_ARGUMENT, "describe: either 'id' or 'path' is expected");
    int rc = given ? find_path(work, given, &id, err) : 0;
    rc = rc ? rc : descry_entry_at(work->library, id, NULL, &entry, err);
    if (rc)
        return rc;
    json_t *object = says->structured = mcp_picture(id, entry->path, NULL, entry->metadata, entry->width, entry->height);
    if (!object || (entry->caption && set_caption(object, entry->caption, entry->captioner ? entry->captioner : "person")))
        return mcp_fail_memory(err);
    fprintf(says->text, "#%" PRId64 "  ", id);
    cmd_print_path(says->text, entry->path);
    putc('\n', says->text);
    if (!entry->caption && !entry->source) {
        path = strdup(entry->path); /* the entry lives until the next call only */
        rc = path ? write_caption(work, call, path, &text, says->text, err) : mcp_fail_memory(err);
        if (!rc && text && set_caption(object, text, work->model_name))
            rc = mcp_fail_memory(err);
    }
    if (json_object_get(object, "caption")) {
        fputs("caption: ", says->text);
        cmd_print_visible(says->text, json_string_value(json_object_get(object, "caption")));
        fputs(" (by ", says->text);
        cmd_print_visible(says->text, json_string_value(json_object_get(object, "captioned_by")));
        fputs(")\n", says->text);
    }
    print_metadata(says->text, object);
    free(text);
    free(path);
    return rc;
}

/* ---- photo, contact_sheet ------------------------------------------------------------------------------------------ */

/* Takes the JPEG. */
static int show(mcp_says *says, uint8_t *jpeg, size_t size, descry_error *err)
{
    says->image = cmd_json_base64(jpeg, size);
    descry_free(jpeg);
    return says->image ? 0 : mcp_fail_memory(err);
}

int mcp_photo(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    const descry_entry *entry;
    int64_t id = mcp_number(call, "id", 0);
    uint8_t *jpeg;
    size_t size;
    int rc = descry_entry_at(work->library, id, NULL, &entry, err);
    if (rc)
        return rc;
    fprintf(says->text, "#%" PRId64 "  ", id);
    cmd_print_path(says->text, entry->path);
    putc('\n', says->text);
    rc = descry_thumbnail(work->library, id, (int)mcp_number(call, "side", 512), &jpeg, &size, NULL, err);
    return rc ? rc : show(says, jpeg, size, err);
}

/* The pictures of the ids in the arguments. */
static int of_ids(mcp_work *work, const json_t *ids, json_t **pictures, descry_error *err)
{
    const descry_entry *entry;
    int rc = 0;
    *pictures = json_array();
    for (size_t i = 0; i < json_array_size(ids) && !rc; i++) {
        rc = descry_entry_at(work->library, json_integer_value(json_array_get(ids, i)), NULL, &entry, err);
        if (!rc && json_array_append_new(*pictures,
                                         mcp_picture(entry->id, entry->path, NULL, entry->metadata, entry->width, entry->height)))
            rc = mcp_fail_memory(err);
    }
    return rc;
}

/* Where on the sheet each picture is; fills `ids`. */
static int lay_out(mcp_says *says, const json_t *pictures, size_t columns, int64_t *ids, descry_error *err)
{
    json_t *places = json_array();
    says->structured = json_pack("{s:o, s:I}", "pictures", places, "columns", (json_int_t)columns);
    if (!says->structured)
        return mcp_fail_memory(err);
    for (size_t i = 0; i < json_array_size(pictures); i++) {
        const json_t *picture = json_array_get(pictures, i);
        size_t row = i / columns + 1, column = i % columns + 1;
        ids[i] = json_integer_value(json_object_get(picture, "id"));
        if (json_array_append_new(places, json_pack("{s:I, s:I, s:I, s:O}", "id", (json_int_t)ids[i], "row", (json_int_t)row, "column",
                                                    (json_int_t)column, "path", json_object_get(picture, "path"))))
            return mcp_fail_memory(err);
        fprintf(says->text, "row %zu, column %zu: #%" PRId64 "  ", row, column, ids[i]);
        cmd_print_visible(says->text, json_string_value(json_object_get(picture, "path")));
        putc('\n', says->text);
    }
    return 0;
}

static int draw(mcp_work *work, const mcp_call *call, mcp_says *says, const json_t *pictures, descry_error *err)
{
    int64_t ids[IDS_MOST];
    uint8_t *jpeg;
    size_t size, count = json_array_size(pictures), square = (size_t)ceil(sqrt((double)count));
    size_t columns = (size_t)mcp_number(call, "columns", (json_int_t)square);
    columns = columns < count ? columns : count;
    size_t rows = (count + columns - 1) / columns, longer = rows > columns ? rows : columns;
    int side = SHEET_SIDE / (int)longer - GAP < CELL_MOST ? SHEET_SIDE / (int)longer - GAP : CELL_MOST;
    int rc = lay_out(says, pictures, columns, ids, err);
    rc = rc ? rc : descry_contact_sheet(work->library, ids, count, columns, side, &jpeg, &size, err);
    return rc ? rc : show(says, jpeg, size, err);
}

int mcp_contact_sheet(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    const json_t *ids = json_object_get(call->arguments, "ids");
    const char *query = mcp_text(call, "query");
    json_t *pictures = NULL;
    if (!ids == !query)
        return mcp_fail(err, DESCRY_ERR_ARGUMENT, "contact_sheet: either 'ids' or 'query' is expected");
    int rc = ids ? of_ids(work, ids, &pictures, err) : mcp_find(work, call, query, (size_t)mcp_number(call, "k", 20), &pictures, err);
    if (!rc && json_array_size(pictures) == 0)
        rc = mcp_fail(err, DESCRY_ERR_NOT_FOUND, "no match");
    rc = rc ? rc : draw(work, call, says, pictures, err);
    json_decref(pictures);
    return rc;
}

/* ---- status -------------------------------------------------------------------------------------------------------- */

static json_t *paths_of(const char *const *paths, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        json_array_append_new(array, cmd_json_text(paths[i], strlen(paths[i])));
    return array;
}

static json_t *models_of(const descry_library_status *held)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < held->model_count; i++)
        json_array_append_new(array, json_pack("{s:o, s:I}", "name", cmd_json_text(held->models[i]->name, strlen(held->models[i]->name)),
                                               "vectors", (json_int_t)held->models[i]->vectors));
    return array;
}

int mcp_status(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    const descry_library_status *held;
    const char *path = descry_library_path(work->library);
    int rc = descry_status(work->library, &held, err);
    (void)call;
    if (rc)
        return rc;
    says->structured = json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:o, s:b, s:o}", "photos", (json_int_t)held->photos, "captions", (json_int_t)held->captions, "missing",
        (json_int_t)held->missing, "failed", (json_int_t)held->failed, "models", models_of(held), "folders",
        paths_of(held->roots, held->root_count), "may_write", (int)work->write, "may_index",
        paths_of((const char *const *)work->roots, work->write ? work->root_count : 0));
    if (!says->structured || cmd_json_set_path(says->structured, "library", path))
        return mcp_fail_memory(err);
    cmd_print_path(says->text, path);
    fprintf(says->text, ": %" PRIu64 " pictures, %" PRIu64 " with a caption, %" PRIu64 " missing, %" PRIu64 " could not be read\n",
            held->photos, held->captions, held->missing, held->failed);
    for (size_t i = 0; i < held->model_count; i++) {
        fputs("model ", says->text);
        cmd_print_path(says->text, held->models[i]->name);
        fprintf(says->text, ": %" PRIu64 " pictures\n", held->models[i]->vectors);
    }
    for (size_t i = 0; i < held->root_count; i++) {
        fputs("folder ", says->text);
        cmd_print_path(says->text, held->roots[i]);
        putc('\n', says->text);
    }
    return 0;
}
