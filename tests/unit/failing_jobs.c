/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "descry_dev.h"
#include "failing_jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Things that go on without: what is lost is told by nobody, and comes back by itself. */
const char *const GOES_ON[] = {
    "libsqlite3.so",       /* what only makes it faster; what is said of the library is the same */
    "libzip.so",           /* asks again, or not for what it need not have */
    "libc.so.6:tzset",
    "descry_clip_caption_fit", /* then a batch is as large as without captions, which are written for fewer at a time */
    "libjpeg.so",          /* asks for less */
    "libc.so.6:qsort_r",   /* sorts in place */
    "libunistring.so",     /* a result stays in more memory than it needs */
    "libcrypto.so",        /* an algorithm is looked up again the next time */
    "walk_folder",         /* while pictures are only counted */
    "get_rows",            /* the scan file: a search compares with what the tables have */
    "descry_sqlite_remove_rows",
    "descry_thumbs_get",   /* then a thumbnail is made anew, */
    "descry_thumbs_put",   /* or not kept */
    "descry_jpeg_write",   /* a JPEG stays in more memory than it needs */
    "descry_sqlite_unlock", /* the name of the lock stays, which nobody holds */
    "descry_recipe",       /* but for what it is computed from: the cache of digests */
    NULL,
};

enum { SIDE = 256 };

static const char *const pictures[] = {"tests/data/formats/dated.jpg", "tests/data/formats/rle8.bmp",
                                       "tests/data/formats/interlaced.png"}; /* the last in a folder below */

/* ---- what is seen, without memory -------------------------------------------------------------------------------- */

static void note(world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(world *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(w->seen + w->seen_size, SEEN - w->seen_size, format, args);
    va_end(args);
    w->seen_size += n > 0 && (size_t)n < SEEN - w->seen_size ? (size_t)n : 0;
}

static void note_vector(world *w, const float *vector, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += vector[i] * (double)(i + 1);
    note(w, " [%zu] %.6f", n, sum);
}

static void fail_one(world *w, const descry_error *err)
{
    if (w->failures++ == 0) {
        w->failure_code = err->code;
        memcpy(w->failure, err->message, sizeof w->failure);
    }
}

static const char *below(const world *w, const char *path)
{
    size_t n = strlen(w->folder);
    return strncmp(path, w->folder, n) == 0 ? path + n : path;
}

static int see_entry(void *arg, const descry_entry *entry)
{
    world *w = arg;
    note(w, "%s '%s' by %s '%s' %" PRId64, below(w, entry->path), entry->caption ? entry->caption : "",
         entry->captioner ? "a model" : "-", entry->metadata->title, entry->metadata->taken);
    if (entry->vector)
        note_vector(w, entry->vector, (size_t)entry->dim);
    note(w, "\n");
    return 0;
}

static int see_entries(world *w, descry_error *err)
{
    descry_export_options options = DESCRY_EXPORT_OPTIONS_INIT;
    options.vectors = 1;
    return descry_entries(w->library, &options, see_entry, w, err);
}

static int search(world *w, descry_model *model, const char *query, const descry_search_options *options, descry_error *err)
{
    descry_results *results;
    const descry_match *match;
    int rc = descry_search(&results, w->library, model, query, options, err);
    note(w, "%s\n", query);
    while (!rc && (rc = descry_results_next(results, &match, err)) == 1) {
        note(w, "%" PRIu64 " %.4f %.4f %s '%s'", match->rank, (double)match->score, (double)match->strength, below(w, match->path),
             match->caption ? match->caption : "");
        for (size_t i = 0; i < match->share_count; i++)
            note(w, " %s %.4f", match->shares[i]->term, (double)match->shares[i]->score);
        note(w, "\n");
        rc = 0;
    }
    descry_results_close(&results);
    return rc;
}

static int see_status(world *w, descry_error *err)
{
    const descry_library_status *status;
    int rc = descry_status(w->library, &status, err);
    if (!rc)
        note(w, "%" PRIu64 " photos, %" PRIu64 " missing, %" PRIu64 " contents, %" PRIu64 " captions, %" PRIu64 " failed, %zu roots\n",
             status->photos, status->missing, status->contents, status->captions, status->failed, status->root_count);
    return rc;
}

/* Those that are there, in no order: ids may be others when a part was done before. */
static int see_library(world *w, descry_error *err)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    int rc = see_status(w, err);
    if (!rc)
        rc = search(w, w->model, "a red apple", &options, err);
    options.ranking = DESCRY_RANKING_WORDS;
    return rc ? rc : search(w, NULL, "png", &options, err);
}

/* ---- the world --------------------------------------------------------------------------------------------------- */

static const char *in(const world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static const char *in(const world *w, const char *format, ...)
{
    static char paths[4][300];
    static unsigned next;
    char *path = paths[next++ % 4];
    va_list args;
    int n = snprintf(path, 300, "%s/", w->folder);
    va_start(args, format);
    vsnprintf(path + n, (size_t)(300 - n), format, args);
    va_end(args);
    return path;
}

static void fail_picture(void *arg, const char *path, const descry_error *err)
{
    (void)path;
    fail_one(arg, err);
}

static void fail_row(void *arg, uint64_t row, const char *url, const descry_error *err)
{
    (void)row, (void)url;
    fail_one(arg, err);
}

static descry_generation short_captions(void)
{
    descry_generation how = DESCRY_GENERATION_INIT;
    how.decode = DESCRY_DECODE_GREEDY;
    how.max_length = 8;
    return how;
}

static int index_folder(world *w, const char *folder, descry_model *captioner, descry_error *err)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.failure = fail_picture;
    options.arg = w;
    const descry_generation generation = short_captions();
    options.captioner = captioner;
    options.generation = &generation;
    return descry_index(w->library, w->model, &(const char *){in(w, "%s", folder)}, 1, &options, NULL, err);
}

static void open_library(world *w)
{
    descry_error err;
    check_rc(descry_library_open(&w->library, w->ctx, w->path, NULL, &err), &err);
}

static void close_library(world *w)
{
    descry_library_close(&w->library);
}

static void make_template(world *w, const char *name, int full)
{
    descry_error err;
    snprintf(w->path, sizeof w->path, "%s", in(w, "%s", name));
    open_library(w);
    if (full)
        check_rc(index_folder(w, "photos", full == 2 ? w->model : NULL, &err), &err);
    if (full)
        check_rc(failing_make_albums(w, &err), &err);
    close_library(w);
}

int world_open(void **state)
{
    static world w;
    descry_error err;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    options.threads = 1;
    *state = &w;
    strcpy(w.folder, "/dev/shm/descry-test-XXXXXX"); /* where nothing waits for a disk */
    if (!mkdtemp(w.folder))
        assert_int_equal(make_folder(w.folder), 0);
    check_rc(descry_context_open(&w.ctx, &options, &err), &err);
    check_rc(descry_model_open(&w.model, w.ctx, source_path("models/demo"), NULL, &err), &err);
    mkdir(in(&w, "photos"), 0777);
    mkdir(in(&w, "photos/more"), 0777);
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        copy_file(source_path("%s", pictures[i]), in(&w, "photos/%s%zu%s", i == 2 ? "more/" : "", i, strrchr(pictures[i], '.')));
    const char *walls = getenv("DESCRY_SANDBOX");
    char kept[20];
    snprintf(kept, sizeof kept, "%s", walls ? walls : "");
    setenv("DESCRY_SANDBOX", "off", 1);
    check_rc(descry_context_open(&w.open_ctx, &options, &err), &err);
    setenv("DESCRY_SANDBOX", kept, 1);
    check_rc(descry_model_open(&w.open_model, w.open_ctx, source_path("models/demo"), NULL, &err), &err);
    make_template(&w, "empty", 0);
    make_template(&w, "plain", 1);
    make_template(&w, "full", 2);
    open_library(&w);
    check_rc(descry_export_npz(w.library, in(&w, "full.npz"), NULL, NULL, &err), &err);
    close_library(&w);
    snprintf(w.path, sizeof w.path, "%s", in(&w, "now/library.db"));
    return 0;
}

int world_close(void **state)
{
    world *w = *state;
    descry_model_close(&w->open_model);
    descry_context_close(&w->open_ctx);
    descry_model_close(&w->model);
    descry_context_close(&w->ctx);
    return remove_folder(w->folder);
}

static void copy_template(world *w, const char *name)
{
    if (exists(in(w, "now")))
        assert_int_equal(remove_folder(in(w, "now")), 0);
    assert_int_equal(mkdir(in(w, "now"), 0777), 0);
    if (name)
        copy_file(in(w, "%s", name), w->path);
}

static void no_library(world *w)
{
    copy_template(w, NULL);
}

static void closed_library(world *w)
{
    copy_template(w, "full");
}

static void empty_library(world *w)
{
    copy_template(w, "empty");
    open_library(w);
}

static void plain_library(world *w)
{
    copy_template(w, "plain");
    open_library(w);
}

static void full_library(world *w)
{
    copy_template(w, "full");
    open_library(w);
}

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

static int context(world *w, descry_error *err)
{
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    options.threads = 1;
    return descry_context_open(&w->own_ctx, &options, err);
}

static void close_context(world *w)
{
    descry_context_close(&w->own_ctx);
}

static void nothing(world *w)
{
    (void)w;
}

static int model(world *w, descry_error *err)
{
    int rc = descry_model_open(&w->own_model, w->ctx, source_path("models/demo"), NULL, err);
    if (!rc)
        note(w, "%s", descry_model_get_info(w->own_model)->recipe);
    return rc;
}

static void close_model(world *w)
{
    descry_model_close(&w->own_model);
}

static void own_model(world *w)
{
    descry_error err;
    check_rc(model(w, &err), &err);
}

static int see_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    world *w = arg;
    if (caption)
        note(w, "%s %s %zu %.4f\n", path ? path : "-", caption->text, caption->count, caption->score);
    else
        fail_one(w, err);
    return 0;
}

static const uint8_t *pixels(void)
{
    static uint8_t rgb[2 * 3 * SIDE * SIDE];
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)(i * i >> 7);
    return rgb;
}

/* Weights are packed when they are first used. */
static int first_text(world *w, descry_error *err)
{
    float vector[1024];
    int rc = descry_embed_texts(w->own_model, &(const char *){"a &amp; b\xc3\xa4 \xe4\xbd\xa0"}, 1, 1, vector, err);
    if (!rc)
        note_vector(w, vector, (size_t)descry_model_get_info(w->own_model)->dim);
    return rc;
}

static int first_picture(world *w, descry_error *err)
{
    float vector[1024];
    int rc = descry_embed_pixels(w->own_model, pixels(), 1, 1, vector, err);
    if (!rc)
        note_vector(w, vector, (size_t)descry_model_get_info(w->own_model)->dim);
    return rc;
}

static int first_caption(world *w, descry_error *err)
{
    return descry_caption_pixels(w->own_model, pixels(), 2, NULL, NULL, see_caption, w, err);
}

static int drawn_caption(world *w, descry_error *err)
{
    descry_generation how = DESCRY_GENERATION_INIT;
    how.decode = DESCRY_DECODE_TOP_P;
    how.top_p = 0.9f;
    how.prompt = "a picture of";
    return descry_caption_pixels(w->model, pixels(), 1, &how, NULL, see_caption, w, err);
}

static int caption_files(world *w, descry_error *err)
{
    return descry_caption_files(w->model, &(const char *){in(w, "photos")}, 1, NULL, NULL, see_caption, w, err);
}

static int tokenize(world *w, descry_error *err)
{
    int32_t *ids;
    size_t count;
    int rc = descry_tokenize(w->own_ctx, NULL, "a diagram", 9, &ids, &count, err);
    note(w, "%zu", count);
    descry_free(ids);
    return rc;
}

static int measure_speed(world *w, descry_error *err)
{
    double speed;
    int rc = descry_measure_speed(w->own_ctx, &speed, err);
    note(w, "%d", speed > 1e6);
    return rc;
}

static void own_context(world *w)
{
    descry_error err;
    check_rc(context(w, &err), &err);
}

static int classify(world *w, descry_error *err)
{
    static const char *const labels[] = {"cat", "dog"}, *const templates[] = {"a photo of a {}.", "{}"};
    descry_classifier *classifier;
    int rc = descry_classifier_open(&classifier, w->model, NULL, labels, 2, templates, 2, err);
    if (!rc)
        note_vector(w, descry_classifier_weights(classifier), 2);
    descry_classifier_close(&classifier);
    return rc;
}

static int open_only(world *w, descry_error *err)
{
    return descry_library_open(&w->library, w->ctx, w->path, NULL, err);
}

static int open_read_only(world *w, descry_error *err)
{
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.read_only = 1;
    int rc = descry_library_open(&w->library, w->ctx, w->path, &options, err);
    return rc;
}

static int status(world *w, descry_error *err)
{
    const descry_library_status *s;
    int rc = descry_status(w->library, &s, err);
    if (!rc)
        note(w, "%" PRIu64 " %zu %zu %s", s->photos, s->model_count, s->root_count, below(w, s->roots[0]));
    return rc;
}

static int index_new(world *w, descry_error *err)
{
    return index_folder(w, "photos", NULL, err);
}

static int index_and_caption(world *w, descry_error *err)
{
    return index_folder(w, "photos/more", w->model, err);
}

static int see_failure(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    (void)path;
    if (!caption)
        fail_one(arg, err);
    return 0;
}

static int caption_library(world *w, descry_error *err)
{
    descry_caption_options options = DESCRY_CAPTION_OPTIONS_INIT;
    descry_generation generation = short_captions();
    options.generation = &generation;
    return descry_caption_library(w->library, w->model, &options, see_failure, w, err);
}

static int find(world *w, const char *query, descry_ranking ranking, descry_error *err)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.ranking = ranking;
    return search(w, w->model, query, &options, err);
}

#define FIND(name, query, ranking)                                                                                     \
    static int name(world *w, descry_error *err) { return find(w, query, DESCRY_RANKING_##ranking, err); }
FIND(search_text, "a red apple", VECTORS)
FIND(search_picture, source_path("samples/gallery/0007.jpg"), VECTORS)
FIND(search_words, "png", WORDS)
FIND(search_hybrid, "a png", HYBRID)
FIND(search_newest, "has:caption", WORDS)
FIND(search_album, "album:Smart", VECTORS)

static int search_expression(world *w, descry_error *err)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.explain = 1;
    options.not_threshold = 0.9f;
    return search(w, w->model, "#1 + #1[0,0,0.5,1] + 2 * (\"a cat\" - \"a dog\") NOT \"a train\"", &options, err);
}

static int search_filtered(world *w, descry_error *err)
{
    char query[400];
    snprintf(query, sizeof query, "two in:\"%s\" cats", in(w, "photos/more"));
    return find(w, query, DESCRY_RANKING_VECTORS, err);
}

static int entry_at(world *w, descry_error *err)
{
    const descry_entry *entry;
    int rc = descry_entry_at(w->library, 1, descry_model_get_info(w->model)->name, &entry, err);
    if (!rc)
        see_entry(w, entry);
    return rc;
}

static int export(world *w, descry_error *err)
{
    uint64_t count;
    int rc = descry_export_npz(w->library, in(w, "now/out.npz"), NULL, &count, err);
    if (!rc)
        note(w, "%" PRIu64, count);
    return rc;
}

static int import(world *w, descry_error *err)
{
    descry_import_options options = DESCRY_IMPORT_OPTIONS_INIT;
    options.failure = fail_row;
    options.arg = w;
    return descry_import_npz(w->library, w->model, in(w, "full.npz"), &options, NULL, err);
}

static int put_caption(world *w, descry_error *err)
{
    return descry_caption_put(w->library, 1, "what a person says", err);
}

static int forget(world *w, descry_error *err)
{
    uint64_t removed;
    return descry_forget(w->library, in(w, "photos/more"), &removed, err);
}

const job JOBS[] = {
    {"context", nothing, context, NULL, close_context, NULL},
    {"model", nothing, model, NULL, close_model, NULL},
    {"tokenize", own_context, tokenize, NULL, NULL, close_context},
    {"measure speed", own_context, measure_speed, NULL, NULL, close_context},
    {"tokenizer of JSON", nothing, failing_json_tokenizer, NULL, NULL, NULL},
    {"tokenizer of pieces", nothing, failing_unigram_tokenizer, NULL, NULL, NULL},
    {"tokenizer of merges", nothing, failing_bpe_tokenizer, NULL, NULL, NULL},
    {"first text", own_model, first_text, NULL, NULL, close_model},
    {"first picture", own_model, first_picture, NULL, NULL, close_model},
    {"first caption", own_model, first_caption, NULL, NULL, close_model},
    {"drawn caption", nothing, drawn_caption, NULL, NULL, NULL},
    {"caption files", nothing, caption_files, NULL, NULL, NULL},
    {"decode JPEG", nothing, failing_decode_0, NULL, NULL, NULL},
    {"decode PNG", nothing, failing_decode_1, NULL, NULL, NULL},
    {"decode BMP", nothing, failing_decode_2, NULL, NULL, NULL},
    {"decode PNM", nothing, failing_decode_3, NULL, NULL, NULL},
    {"decode GIF", nothing, failing_decode_4, NULL, NULL, NULL},
    {"classify", nothing, classify, NULL, NULL, NULL},
    {"make a library", no_library, open_only, see_status, close_library, NULL},
    {"open", closed_library, open_only, see_library, close_library, NULL},
    {"open read-only", closed_library, open_read_only, see_library, close_library, NULL},
    {"status", full_library, status, NULL, NULL, close_library},
    {"index", empty_library, index_new, see_library, NULL, close_library},
    {"index and caption", empty_library, index_and_caption, see_library, NULL, close_library},
    {"index again", full_library, index_new, see_library, NULL, close_library},
    {"caption library", plain_library, caption_library, see_library, NULL, close_library},
    {"search text", full_library, search_text, NULL, NULL, close_library},
    {"search picture", full_library, search_picture, NULL, NULL, close_library},
    {"search expression", full_library, search_expression, NULL, NULL, close_library},
    {"search words", full_library, search_words, NULL, NULL, close_library},
    {"search hybrid", full_library, search_hybrid, NULL, NULL, close_library},
    {"search filtered", full_library, search_filtered, NULL, NULL, close_library},
    {"search newest", full_library, search_newest, NULL, NULL, close_library},
    {"search album", full_library, search_album, NULL, NULL, close_library},
    {"albums", full_library, failing_see_albums, NULL, NULL, close_library},
    {"change albums", full_library, failing_change_albums, failing_see_albums, NULL, close_library},
    {"list all", full_library, failing_listing, NULL, NULL, close_library},
    {"preview", nothing, failing_preview, NULL, NULL, NULL},
    {"thumbnail", full_library, failing_thumbnail, NULL, failing_without_thumbnails, close_library},
    {"contact sheet", full_library, failing_contact_sheet, NULL, failing_without_thumbnails, close_library},
    {"entries", full_library, see_entries, NULL, NULL, close_library},
    {"entry", full_library, entry_at, NULL, NULL, close_library},
    {"export", full_library, export, NULL, NULL, close_library},
    {"import", empty_library, import, see_library, NULL, close_library},
    {"put caption", full_library, put_caption, see_library, NULL, close_library},
    {"forget", full_library, forget, see_library, NULL, close_library},
};

const size_t JOB_COUNT = sizeof JOBS / sizeof *JOBS;
