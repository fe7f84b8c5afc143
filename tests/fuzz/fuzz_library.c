/* SPDX-License-Identifier: Apache-2.0
 * A library from a stranger: what was done to a good one, whatever it was, ends in an answer or in an error that names the
 * file.  The input is SQL, as a stranger can run it, and, after a NUL, edits of the file's bytes: of each 8 the first four
 * are where (little-endian), the others what. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/file.h"
#include "library/library.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 4, PICTURES = 5, STEPS = 200 * 1000 };

static char path[512], archive[512];
static descry_context *ctx;
static descry_buf good;

static void check_error(int rc, const descry_error *err)
{
    require(rc < 0 && rc == err->code && err->message[0] && !strpbrk(err->message, "\n\r"));
    require(rc != DESCRY_ERR_MEMORY && rc != DESCRY_ERR_CANCELLED && rc != DESCRY_ERR_NUMERIC);
}

/* ---- the good one --------------------------------------------------------------------------------------------------- */

static void put_pictures(descry_library *library)
{
    static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const descry_store_ops *ops = library->store->ops;
    descry_recipe recipe;
    require(ops->add_root(library->store, "/p", NULL) == 0);
    require(ops->recipe(library->store, digest, "model", DIM, 1, &recipe, NULL) == 0);
    for (int i = 0; i < PICTURES; i++) {
        char name[32];
        float vector[DIM] = {0};
        descry_content content = {.bytes = 10, .width = 3, .height = 2, .orientation = 1};
        descry_metadata metadata = {.taken = 1000 * i, .taken_offset = 60, .latitude = i, .longitude = -i};
        snprintf(name, sizeof name, i == 3 ? "https://p/%d" : "/p/red %d.jpg", i);
        snprintf(metadata.camera, sizeof metadata.camera, "Camera %d", i % 2);
        snprintf(metadata.title, sizeof metadata.title, "apple %d", i);
        content.sha256[0] = (uint8_t)(i < 4 ? i : 0); /* the last is a copy */
        vector[i % DIM] = 1;
        descry_put item = {.path = name, .kind = i == 3 ? DESCRY_PUT_SOURCE : DESCRY_PUT_FILE, .size = 10, .mtime = 20,
                           .content = &content, .metadata = &metadata, .vector = vector};
        require(ops->put(library->store, &recipe, &item, 1, NULL) == 0);
        descry_put_caption words = {.content = item.id, .text = "a red apple"};
        require(ops->put_captions(library->store, "model", digest, &words, 1, NULL) == 0);
    }
    const descry_calibration calibration = {1, PICTURES, 0.2, 0.05, 0.3, 0.8};
    require(ops->put_person_caption(library->store, 2, "mine", NULL) == 0);
    require(ops->put(library->store, NULL, &(descry_put){.path = "/p/bad.jpg", .kind = DESCRY_PUT_FAILED, .reason = "bad", .fault = "1"},
                     1, NULL) == 0);
    require(ops->put_calibration(library->store, &recipe, &calibration, NULL) == 0);
    int64_t album;
    require(ops->create_album(library->store, "Smart", "red album:Some", &album, NULL) == 0);
    require(ops->create_album(library->store, "Some", NULL, &album, NULL) == 0);
    require(ops->fill_album(library->store, album, (const int64_t[]){1, 2, 3}, 3, 0, NULL) == 0);
}

static void set_up(void)
{
    const descry_context_options options = {.size = sizeof options, .threads = 1};
    const descry_library_options create = {sizeof create, 0, 1};
    descry_library *library;
    require(setenv("DESCRY_SANDBOX", "off", 1) == 0 && descry_context_open(&ctx, &options, NULL) == 0);
    strcpy(path, fuzz_path("l.db"));
    strcpy(archive, fuzz_path("l.npz"));
    require(descry_library_open(&library, ctx, path, &create, NULL) == 0);
    put_pictures(library);
    descry_library_close(&library);
    require(descry_file_read(&good, path, UINT64_MAX, NULL) == 0);
}

/* ---- what is done to it --------------------------------------------------------------------------------------------- */

static int stop(void *arg)
{
    (void)arg;
    return 1;
}

/* Nothing outside of the file. */
static int authorize(void *arg, int what, const char *first, const char *second, const char *database, const char *trigger)
{
    (void)arg, (void)second, (void)database, (void)trigger;
    int is_folder = what == SQLITE_PRAGMA && first && strcasestr(first, "_directory");
    return what == SQLITE_ATTACH || is_folder ? SQLITE_DENY : SQLITE_OK;
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    require(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_exec(db, "PRAGMA synchronous = OFF; PRAGMA max_page_count = 500", NULL, NULL, NULL);
    sqlite3_set_authorizer(db, authorize, NULL);
    sqlite3_progress_handler(db, STEPS, stop, NULL);
    for (const char *end; *sql; sql = end) { /* what fails is passed over */
        sqlite3_stmt *stmt = NULL;
        if (sqlite3_prepare_v2(db, sql, -1, &stmt, &end) != SQLITE_OK) {
            end = strchr(sql, ';');
            end = end ? end + 1 : sql + strlen(sql);
        }
        while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
            ;
        sqlite3_finalize(stmt);
    }
    sqlite3_close(db);
}

static void edit(const uint8_t *edits, size_t count)
{
    descry_buf file = {0};
    if (descry_file_read(&file, path, UINT64_MAX, NULL) == 0 && file.size > 4) {
        for (; count > 0; count--, edits += 8) {
            size_t at = (size_t)edits[0] | (size_t)edits[1] << 8 | (size_t)edits[2] << 16 | (size_t)edits[3] << 24;
            memcpy(file.data + at % (file.size - 3), edits + 4, 4);
        }
        fuzz_write(path, file.data, file.size);
    }
    descry_buf_free(&file);
}

/* ---- what it is asked ----------------------------------------------------------------------------------------------- */

static void check_text(const char *text)
{
    if (text)
        fuzz_read(text, strlen(text) + 1);
}

static void check_metadata(const descry_metadata *m)
{
    char text[DESCRY_TIME_SIZE];
    require(memchr(m->camera, 0, sizeof m->camera) && memchr(m->title, 0, sizeof m->title));
    require(isnan(m->latitude) == isnan(m->longitude));
    require(isnan(m->latitude) || (fabs(m->latitude) <= 90 && fabs(m->longitude) <= 180));
    descry_time_print(text, m->taken, m->taken_offset);
}

static int take_entry(void *arg, const descry_entry *entry)
{
    (void)arg;
    require(entry->id > 0 && entry->path);
    check_text(entry->path);
    check_text(entry->caption);
    check_text(entry->captioner);
    check_metadata(entry->metadata);
    for (int d = 0; entry->vector && d < entry->dim; d++)
        require(isfinite(entry->vector[d]));
    return 0;
}

static void ask_entries(descry_library *library, const descry_filter *filter)
{
    descry_error err = {0};
    for (int vectors = 0; vectors < 3; vectors++) {
        const descry_export_options options = {.size = sizeof options, .vectors = vectors, .filter = filter};
        int rc = descry_entries(library, &options, take_entry, NULL, &err);
        if (rc)
            check_error(rc, &err);
    }
    const descry_export_options options = {.size = sizeof options, .filter = filter};
    int rc = descry_export_npz(library, archive, &options, NULL, &err);
    if (rc)
        check_error(rc, &err);
    for (int64_t id = 1; id < 4; id++) {
        const descry_entry *entry;
        rc = descry_entry_at(library, id, "model", &entry, &err);
        if (rc)
            check_error(rc, &err);
        else
            take_entry(NULL, entry);
    }
}

static void take_matches(int rc, descry_results *results, const descry_error *err)
{
    const descry_match *match;
    uint64_t rank = 0;
    if (rc) {
        check_error(rc, err);
        return;
    }
    while ((rc = descry_results_next(results, &match, NULL)) == 1) {
        require(match->rank > rank && match->id > 0);
        rank = match->rank;
        check_text(match->path);
        check_text(match->caption);
        check_metadata(match->metadata);
    }
    require(rc <= 0);
    descry_results_close(&results);
}

static void ask_search(descry_library *library, const descry_filter *filter, int dim)
{
    static const char *const queries[] = {"#1", "#2 NOT #1", "red -apple", "mine", "2", "album:Smart", "red album:Some"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
        descry_results *results = NULL;
        descry_error err = {0};
        options.filter = filter;
        options.ranking = i < 2 ? DESCRY_RANKING_VECTORS : DESCRY_RANKING_WORDS;
        options.k = i == 0 ? 1 : 20;
        int rc = descry_search(&results, library, NULL, queries[i], &options, &err);
        take_matches(rc, results, &err);
    }
    descry_results *results = NULL;
    descry_error err = {0};
    float *vector = calloc((size_t)dim, sizeof *vector);
    require(vector != NULL);
    vector[0] = 1;
    const descry_search_options options = {.size = sizeof options, .k = 3, .threshold = -2, .not_threshold = -2, .filter = filter};
    int rc = descry_search_vector(&results, library, NULL, vector, (size_t)dim, &options, &err);
    take_matches(rc, results, &err);
    free(vector);
}

/* The length of the first model's vectors. */
static int ask_status(descry_library *library)
{
    const descry_library_status *status;
    descry_error err = {0};
    int rc = descry_status(library, &status, &err);
    if (rc) {
        check_error(rc, &err);
        return DIM;
    }
    for (size_t i = 0; i < status->root_count; i++)
        check_text(status->roots[i]);
    for (size_t i = 0; i < status->model_count; i++) {
        const descry_library_model *model = status->models[i];
        require(model->dim > 0 && model->dim <= 1 << 16);
        check_text(model->recipe);
        check_text(model->name);
    }
    return status->model_count > 0 ? status->models[0]->dim : DIM;
}

static int take_album(void *arg, const descry_album *album)
{
    (void)arg;
    require(album->id > 0 && strlen(album->name) > 0 && (!album->query || album->count == 0));
    check_text(album->name);
    check_text(album->query);
    return 0;
}

static void ask_albums(descry_library *library)
{
    descry_error err = {0};
    int rc = descry_albums(library, take_album, NULL, &err);
    if (rc)
        check_error(rc, &err);
}

static void change_albums(descry_library *library)
{
    const int64_t ids[] = {1, 2};
    descry_error err = {0};
    int64_t id;
    int rc = descry_album_create(library, "New", NULL, &id, &err);
    if (!rc)
        rc = descry_album_add(library, id, ids, 2, &err);
    if (!rc)
        rc = descry_album_change(library, id, "Other", NULL, &err);
    if (rc)
        check_error(rc, &err);
    rc = descry_album_take(library, 1, ids, 1, &err);
    if (rc)
        check_error(rc, &err);
    rc = descry_album_remove(library, 1, &err);
    if (rc)
        check_error(rc, &err);
}

static void change(descry_library *library)
{
    descry_error err = {0};
    change_albums(library);
    int rc = descry_caption_put(library, 1, "another", &err);
    if (rc)
        check_error(rc, &err);
    rc = descry_forget(library, "/p/red 1.jpg", NULL, &err);
    if (rc)
        check_error(rc, &err);
    rc = descry_forget(library, "/p", NULL, &err);
    if (rc)
        check_error(rc, &err);
}

static void ask(int read_only)
{
    static const descry_filter none = DESCRY_FILTER_INIT;
    static const char *const under[] = {"/p"};
    static const descry_filter some = {sizeof some, under, 1, 0, 5000, "CAMERA", 1, -1, 10000, DESCRY_HAS_CAPTION, NULL};
    static const descry_filter album = {sizeof album, NULL, 0, DESCRY_NO_TIME, DESCRY_NO_TIME, NULL, 0, 0, -1, 0, "Some"};
    const descry_library_options options = {sizeof options, read_only, 0};
    descry_library *library = NULL;
    descry_error err = {0};
    int rc = descry_library_open(&library, ctx, path, &options, &err);
    if (rc) {
        check_error(rc, &err);
        require(rc != DESCRY_ERR_ARGUMENT && strstr(err.message, path) && !library);
        return;
    }
    int dim = ask_status(library);
    ask_entries(library, &none);
    ask_entries(library, &some);
    ask_entries(library, &album);
    ask_search(library, &none, dim);
    ask_search(library, &some, dim);
    ask_search(library, &album, dim);
    ask_albums(library);
    if (!read_only) {
        change(library);
        ask_status(library);
    }
    descry_library_close(&library);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!ctx)
        set_up();
    char *sql = malloc(size + 1);
    require(sql != NULL);
    memcpy(sql, data, size);
    sql[size] = 0;
    size_t length = strlen(sql);
    fuzz_clear();
    fuzz_write(path, good.data, good.size);
    if (length > 0)
        run_sql(sql);
    if (length < size)
        edit(data + length + 1, (size - length - 1) / 8);
    ask(1);
    ask(0);
    free(sql);
    return 0;
}
