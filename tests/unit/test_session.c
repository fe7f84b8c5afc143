/* SPDX-License-Identifier: Apache-2.0
 * An index in pieces: what a session makes of a library is what one descry_index makes of it, and between two feeds the
 * library is whoever's that searches. */
#include "library_fixture.h"

#include <stdio.h>
#include <string.h>

/* One more handle on a library: on the fixture's own, or another. */
static descry_library *handle(fixture *f, const char *name)
{
    descry_library *library;
    check_rc(f->memories[0] ? open_in_memory(f, &library, name, 0)
                            : descry_library_open(&library, &f->context, at(f, "%s", name), NULL, &f->err),
             &f->err);
    return library;
}

static void on_failure(void *arg, const char *path, const descry_error *err)
{
    fixture *f = arg;
    assert_memory_equal(err->message, path, strlen(path));
    assert_true(f->failures < MAX_FAILURES);
    snprintf(f->failed[f->failures++], PATH_SIZE, "%s", path);
}

static descry_index_options options_of(fixture *f)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.failure = on_failure;
    options.arg = f;
    f->failures = 0;
    return options;
}

/* Over the fixture's library and counts. */
static descry_session *start(fixture *f, const descry_index_options *options)
{
    descry_session *session;
    check_rc(descry_session_open(&session, f->library, &f->model, options, &f->counts, &f->err), &f->err);
    return session;
}

/* What is at photos/name. */
static int feed(fixture *f, descry_session *session, const char *name)
{
    const char *path = at(f, "photos%s%s", *name ? "/" : "", name);
    return descry_session_feed(session, &path, 1, &f->err);
}

static void feed_ok(fixture *f, descry_session *session, const char *name)
{
    check_rc(feed(f, session, name), &f->err);
}

static void assert_seen(const descry_index_counts *counts, uint64_t found, uint64_t embedded, uint64_t unchanged,
                        uint64_t recognised, uint64_t failed, uint64_t missing)
{
    assert_int_equal(counts->found, found);
    assert_int_equal(counts->embedded, embedded);
    assert_int_equal(counts->unchanged, unchanged);
    assert_int_equal(counts->recognised, recognised);
    assert_int_equal(counts->failed, failed);
    assert_int_equal(counts->missing, missing);
}

/* ---- as one index ------------------------------------------------------------------------------------------------ */

typedef struct list {
    size_t count;
    int64_t ids[MAX_MATCHES];
    char paths[MAX_MATCHES][200];
    float scores[MAX_MATCHES], strengths[MAX_MATCHES];
} list;

static int keep_match(void *arg, const descry_match *match)
{
    list *to = arg;
    assert_true(to->count < MAX_MATCHES);
    to->ids[to->count] = match->id;
    to->scores[to->count] = match->score;
    to->strengths[to->count] = match->strength;
    snprintf(to->paths[to->count++], sizeof *to->paths, "%s", match->path);
    return 0;
}

static void find(fixture *f, descry_library *library, const char *query, list *to)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.k = MAX_MATCHES;
    memset(to, 0, sizeof *to);
    check_rc(search_each(library, &f->model, query, &options, keep_match, to, &f->err), &f->err);
}

static descry_library_status read_status(descry_library *library)
{
    const descry_library_status *status;
    assert_int_equal(descry_status(library, &status, NULL), 0);
    return *status;
}

static void assert_alike(fixture *f, descry_library *a, descry_library *b)
{
    static const char *const queries[] = {"0 0 0", "255 10 10", "#1", "9 200 77 - 1 1 1"};
    list x, y;
    descry_library_status one = read_status(a), other = read_status(b);
    assert_memory_equal(&one, &other, offsetof(descry_library_status, models));
    assert_int_equal(one.model_count, other.model_count);
    assert_int_equal(one.models[0]->vectors, other.models[0]->vectors);
    assert_int_equal(one.root_count, other.root_count);
    for (size_t i = 0; i < one.root_count; i++)
        assert_string_equal(one.roots[i], other.roots[i]);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        find(f, a, queries[i], &x);
        find(f, b, queries[i], &y);
        assert_true(x.count > 0);
        assert_memory_equal(&x, &y, sizeof x);
    }
}

static void what_is_fed_in_pieces_is_as_indexed_at_once(void **state)
{
    fixture *f = *state;
    char paths[5][PATH_SIZE];
    const char *all[5], *const names[] = {"a", "one.jpg", "copy.jpg", "b", "broken.jpg"};
    folder(f, "photos/a");
    folder(f, "photos/b");
    for (int i = 0; i < 24; i++) {
        char name[32];
        snprintf(name, sizeof name, "%c/%02d.jpg", i % 3 ? 'a' : 'b', i);
        picture(f, name, 10 * i, 255 - 7 * i, 50);
    }
    picture(f, "one.jpg", 1, 1, 200);
    picture(f, "copy.jpg", 1, 1, 200);
    picture(f, "b/copy.jpg", 10, 248, 50); /* of a/01.jpg */
    write_file(at(f, "photos/broken.jpg"), "not one", 7);
    write_file(at(f, "photos/a/note.txt"), "words", 5);
    write_file(at(f, "photos/b/note.doc"), "words", 5);
    for (int i = 0; i < 5; i++) {
        snprintf(paths[i], PATH_SIZE, "%s", at(f, "photos/%s", names[i]));
        all[i] = paths[i];
    }
    descry_library *whole = handle(f, "whole.db");
    descry_index_counts at_once = DESCRY_INDEX_COUNTS_INIT;
    descry_index_options options = options_of(f);
    options.captioner = &f->model;
    check_rc(descry_index(whole, &f->model, all, 5, &options, &at_once, &f->err), &f->err);
    assert_seen(&at_once, 28, 25, 0, 2, 1, 0);

    descry_session *session = start(f, &options);
    for (int i = 0; i < 5; i++)
        feed_ok(f, session, names[i]);
    assert_seen(&f->counts, 28, 25, 0, 2, 1, 0);
    assert_int_equal(f->counts.captioned, at_once.captioned);
    assert_int_equal(f->counts.passed_over, 2);
    descry_session_close(&session);
    assert_int_equal(f->counts.captioned, 25);
    assert_alike(f, f->library, whole);

    session = start(f, &options); /* once more: nothing is done again */
    size_t calls = f->clip.calls;
    for (int i = 0; i < 4; i++)
        feed_ok(f, session, names[i]);
    assert_seen(&f->counts, 27, 0, 27, 0, 0, 0);
    for (int i = 0; i < 4; i++)
        feed_ok(f, session, names[i]);
    assert_seen(&f->counts, 54, 0, 54, 0, 0, 0);
    check_rc(descry_session_feed(session, all, 2, &f->err), &f->err);
    assert_seen(&f->counts, 71, 0, 71, 0, 0, 0);
    assert_int_equal(f->clip.calls, calls);
    descry_session_close(&session);
    assert_alike(f, f->library, whole);
    descry_library_close(&whole);
}

/* ---- batches ------------------------------------------------------------------------------------------------------- */

/* Pictures [first, end) of 343, each of a colour of its own, in a folder of this name. */
static void some(fixture *f, const char *name, int first, int end)
{
    folder(f, at(f, "photos/%s", name) + strlen(f->folder) + 1);
    for (int i = first; i < end; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%03d.jpg", name, i);
        picture(f, path, 40 * (i % 7), 40 * (i / 7 % 7), 40 * (i / 49));
    }
}

static void assert_each_is_itself(fixture *f, int count, int captions)
{
    for (int i = 0; i < count; i++) {
        descry_search_options one = DESCRY_SEARCH_OPTIONS_INIT;
        descry_results *results;
        const descry_match *match;
        int red = 40 * (i % 7), green = 40 * (i / 7 % 7), blue = 40 * (i / 49);
        char query[64], name[32], caption[80];
        one.k = 1;
        snprintf(query, sizeof query, "%d %d %d", red, green, blue);
        snprintf(name, sizeof name, "/%03d.jpg", i);
        snprintf(caption, sizeof caption, "shade %d of red, %d of green, %d of blue", red, green, blue);
        check_rc(descry_search(&results, f->library, &f->model, query, &one, &f->err), &f->err);
        assert_int_equal(descry_results_next(results, &match, &f->err), 1);
        assert_string_equal(strrchr(match->path, '/'), name);
        assert_true(match->score > 0.998f);
        if (captions)
            assert_string_equal(match->caption, caption);
        else
            assert_null(match->caption);
        descry_results_close(&results);
    }
}

/* 5, 40 and 200 pictures: no feed ends where a batch does, and together they go round the loader's ring. */
static void feed_245(fixture *f, size_t batch, descry_model *captioner)
{
    static const struct {
        const char *name;
        int end;
    } feeds[] = {{"a", 5}, {"b", 45}, {"c", 245}};
    descry_index_options options = options_of(f);
    options.batch = batch;
    options.captioner = captioner;
    f->counts = (descry_index_counts)DESCRY_INDEX_COUNTS_INIT;
    descry_session *session = start(f, &options);
    for (int i = 0, done = 0; i < 3; done = feeds[i++].end) {
        some(f, feeds[i].name, done, feeds[i].end);
        feed_ok(f, session, feeds[i].name);
        assert_int_equal(f->counts.embedded, feeds[i].end);
        assert_int_equal(f->counts.captioned, captioner ? feeds[i].end : 0);
        assert_int_equal(status_of(f).captions, captioner ? feeds[i].end : 0);
        assert_int_equal(status_of(f).contents, feeds[i].end);
    }
    assert_seen(&f->counts, 245, 245, 0, 0, 0, 0);
    descry_session_close(&session);
    assert_int_equal(f->failures, 0);
    assert_each_is_itself(f, 245, captioner != NULL);
}

static void feeds_end_within_batches(void **state)
{
    feed_245(*state, 0, NULL);
}

static void feeds_end_within_small_batches(void **state)
{
    feed_245(*state, 3, NULL);
}

static void a_caller_alone_feeds_too(void **state)
{
    fixture *f = *state;
    descry_pool *shared = f->context.pool;
    assert_int_equal(descry_pool_open(&f->context.pool, 1, NULL), 0);
    reopen(f); /* which keeps the pool */
    feed_245(f, 0, NULL);
    descry_library_close(&f->library);
    descry_pool_close(&f->context.pool);
    f->context.pool = shared;
}

static void captions_come_with_each_feed(void **state)
{
    fixture *f = *state;
    feed_245(f, 0, &f->model);
    assert_int_equal(f->clip.captioned, 245);
}

static void another_model_captions_after_each_feed(void **state)
{
    fixture *f = *state;
    struct descry_clip clip;
    struct descry_model captioner = {&f->context, &clip};
    fake_clip_init(&clip, "captioner", 'c');
    feed_245(f, 0, &captioner);
    assert_int_equal(clip.captioned, 245);
    assert_int_equal(f->clip.captioned, 0);
}

/* ---- who may ------------------------------------------------------------------------------------------------------- */

static int hear_nothing(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    (void)arg, (void)path, (void)caption, (void)err;
    return 0;
}

static int try_session(fixture *f, descry_library *library)
{
    descry_session *session = NULL;
    int rc = descry_session_open(&session, library, &f->model, NULL, NULL, &f->err);
    assert_int_equal(session == NULL, rc != 0);
    descry_session_close(&session);
    return rc;
}

static int try_forget(fixture *f, descry_library *library)
{
    uint64_t removed = 1;
    int rc = descry_forget(library, at(f, "photos/none"), &removed, &f->err);
    assert_int_equal(removed, 0);
    return rc;
}

/* Of several workers the engine may let others index, too; what would change what they do is for one alone. */
static void nobody_else_writes_until_it_is_closed(void **state)
{
    fixture *f = *state;
    int several = f->memories[0] != NULL;
    descry_library *other = handle(f, "library.db");
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    descry_session *session = start(f, NULL);
    for (int i = 0; i < 2; i++) {
        descry_library *library = i ? other : f->library;
        assert_int_equal(try_session(f, library), i && several ? 0 : DESCRY_ERR_BUSY);
        assert_int_equal(try_forget(f, library), DESCRY_ERR_BUSY);
        assert_int_equal(descry_caption_library(library, &f->model, NULL, hear_nothing, NULL, &f->err), DESCRY_ERR_BUSY);
        assert_non_null(strstr(f->err.message, "is indexing"));
    }
    feed_ok(f, session, "a.jpg"); /* it has lost nothing by that, */
    assert_int_equal(try_forget(f, f->library), DESCRY_ERR_BUSY);
    assert_int_equal(try_forget(f, other), DESCRY_ERR_BUSY); /* nor after it */
    feed_ok(f, session, "b.jpg");
    descry_session_close(&session);
    assert_int_equal(try_session(f, other), 0);
    assert_int_equal(try_forget(f, other), 0);
    assert_int_equal(try_session(f, f->library), 0);
    assert_int_equal(try_forget(f, f->library), 0);
    assert_int_equal(read_status(other).photos, 2);
    assert_false(exists(at(f, "library.db.lock")));
    descry_library_close(&other);
}

static void a_read_only_library_has_no_session(void **state)
{
    fixture *f = *state;
    open_named(f, "library.db", 1);
    assert_int_equal(try_session(f, f->library), DESCRY_ERR_IO);
    assert_non_null(strstr(f->err.message, "read-only"));
}

static void what_may_be_null(void **state)
{
    fixture *f = *state;
    descry_session *session = NULL;
    descry_session_close(NULL);
    descry_session_close(&session);
    picture(f, "a.jpg", 255, 0, 0);
    check_rc(descry_session_open(&session, f->library, &f->model, NULL, NULL, NULL), &f->err);
    descry_session_close(&session); /* nothing was fed */
    assert_null(session);
    assert_int_equal(status_of(f).model_count, 0);
    check_rc(descry_session_open(&session, f->library, &f->model, NULL, NULL, NULL), &f->err);
    const char *paths[] = {at(f, "photos/a.jpg"), at(f, "photos/none.jpg")};
    assert_int_equal(descry_session_feed(session, paths, 2, NULL), 0);
    descry_session_close(&session);
    assert_int_equal(status_of(f).contents, 1);
    session = start(f, NULL);
    assert_int_equal(descry_session_feed(session, NULL, 0, NULL), DESCRY_ERR_ARGUMENT); /* no folder is known */
    assert_int_equal(descry_session_feed(session, paths, 1, NULL), DESCRY_ERR_ARGUMENT);
    descry_session_close(&session);

    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.size = 3;
    session = (void *)f;
    assert_int_equal(descry_session_open(&session, f->library, &f->model, &options, NULL, NULL), DESCRY_ERR_ARGUMENT);
    assert_null(session);
    f->clip.no_decoder = 1;
    options = options_of(f);
    options.captioner = &f->model;
    session = (void *)f;
    assert_int_equal(descry_session_open(&session, f->library, &f->model, &options, NULL, NULL), DESCRY_ERR_UNSUPPORTED);
    assert_null(session);
    assert_int_equal(try_session(f, f->library), 0); /* not locked by those that failed */
}

/* ---- meanwhile ------------------------------------------------------------------------------------------------------ */

static void the_library_is_searched_between_feeds(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    descry_session *session = start(f, NULL);
    assert_int_equal(search_with(f, "255 0 0", NULL), DESCRY_ERR_NOT_FOUND);
    feed_ok(f, session, "");
    search_ok(f, "255 0 0", 2);
    assert_found(f, 1, "a.jpg");
    descry_library *other = handle(f, "library.db");
    descry_results *results;
    const descry_match *match;
    check_rc(descry_search(&results, f->library, &f->model, "255 0 0", NULL, &f->err), &f->err);
    picture(f, "c.jpg", 250, 0, 0);
    picture(f, "b.jpg", 255, 1, 1); /* another picture by now */
    remove_file(f, "a.jpg");
    check_rc(descry_session_feed(session, NULL, 0, &f->err), &f->err); /* the folder is known by now */
    assert_seen(&f->counts, 4, 4, 0, 0, 0, 1);
    assert_int_equal(descry_results_count(results), 2);
    assert_int_equal(descry_results_next(results, &match, &f->err), 1); /* as it was found */
    assert_int_equal(match->id, f->ids[0]);
    descry_results_close(&results);
    search_ok(f, "255 0 0", 2);
    assert_found(f, 1, "b.jpg");
    assert_found(f, 2, "c.jpg");
    list seen;
    find(f, other, "255 0 0", &seen);
    assert_int_equal(seen.count, 2);
    descry_library_close(&other);
    descry_session_close(&session);
}

/* ---- stopping ------------------------------------------------------------------------------------------------------ */

typedef struct watcher {
    descry_watch watch;
    descry_progress first, last;
    descry_stage stage; /* stops in it when that much is done; 0: never */
    uint64_t stop_at;
    const descry_index_counts *counts; /* up to date when it is called */
    int told, flag; /* flag: stops by it when the watch has it */
} watcher;

static int see(void *arg, const descry_progress *progress)
{
    watcher *w = arg;
    w->first = w->told++ ? w->first : *progress;
    w->last = *progress;
    if (progress->stage == DESCRY_STAGE_WORKING && w->counts)
        assert_true(w->counts->embedded + w->counts->unchanged + w->counts->failed >= progress->done);
    int stop = w->stop_at && progress->stage == w->stage && progress->done >= w->stop_at;
    w->flag |= stop;
    return stop && !w->watch.cancel;
}

static const descry_watch *watch_with(watcher *w)
{
    descry_watch_init(&w->watch);
    w->watch.progress = see;
    w->watch.arg = w;
    return &w->watch;
}

static void a_stopped_session_can_only_be_closed(void **state)
{
    fixture *f = *state;
    watcher w = {.stage = DESCRY_STAGE_WORKING, .stop_at = 4, .counts = &f->counts};
    descry_index_options options = options_of(f);
    options.watch = watch_with(&w);
    options.batch = 2;
    some(f, "a", 0, 1);
    some(f, "b", 1, 10);
    descry_session *session = start(f, &options);
    feed_ok(f, session, "a");
    assert_int_equal(feed(f, session, "b"), DESCRY_ERR_CANCELLED);
    assert_int_equal(f->counts.embedded, 5);
    w.stop_at = 0;
    assert_int_equal(feed(f, session, "a"), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "can only be closed"));
    assert_int_equal(try_forget(f, f->library), DESCRY_ERR_BUSY);
    descry_session_close(&session);
    assert_int_equal(status_of(f).contents, 5); /* the batches that were done are kept */
    session = start(f, &options);
    feed_ok(f, session, "");
    assert_seen(&f->counts, 10, 5, 5, 0, 0, 0);
    descry_session_close(&session);
    assert_each_is_itself(f, 10, 0);
}

static void captions_that_are_stopped_end_it(void **state)
{
    fixture *f = *state;
    struct descry_clip clip;
    struct descry_model captioner = {&f->context, &clip};
    fake_clip_init(&clip, "captioner", 'c');
    watcher w = {.stage = DESCRY_STAGE_CAPTIONS, .stop_at = 4};
    descry_index_options options = options_of(f);
    options.watch = watch_with(&w);
    w.watch.cancel = &w.flag;
    options.captioner = &captioner;
    some(f, "a", 0, 30);
    descry_session *session = start(f, &options);
    assert_int_equal(feed(f, session, "a"), DESCRY_ERR_CANCELLED);
    w.stop_at = 0;
    w.flag = 0;
    assert_int_equal(feed(f, session, "a"), DESCRY_ERR_ARGUMENT);
    assert_int_equal(f->counts.embedded, 30);
    descry_session_close(&session);
    list found;
    find(f, f->library, "1 1 1", &found);
    assert_true(found.strengths[0] >= 0); /* calibrated: all that was fed is in */
    session = start(f, &options);
    feed_ok(f, session, "a");
    assert_true(f->counts.captioned > 0 && f->counts.captioned < 30);
    assert_int_equal(status_of(f).captions, 30);
    descry_session_close(&session);
}

/* ---- failures ------------------------------------------------------------------------------------------------------ */

static void failures_are_told_and_do_not_end_it(void **state)
{
    fixture *f = *state;
    watcher w = {.counts = &f->counts};
    descry_index_options options = options_of(f);
    options.watch = watch_with(&w);
    some(f, "a", 0, 3);
    write_file(at(f, "photos/a/broken.jpg"), "not one", 7);
    picture(f, "endless.jpg", 1, 2, 3); /* no finite embedding */
    descry_session *session = start(f, &options);
    feed_ok(f, session, "a");
    assert_int_equal(f->failures, 1);
    assert_string_equal(f->failed[0], at(f, "photos/a/broken.jpg"));
    assert_int_equal(w.last.failed, 1);
    feed_ok(f, session, "endless.jpg");
    assert_int_equal(f->failures, 2);
    assert_string_equal(f->failed[1], at(f, "photos/endless.jpg"));
    feed_ok(f, session, "none.jpg");
    assert_int_equal(f->failures, 3);
    assert_string_equal(f->failed[2], at(f, "photos/none.jpg"));
    assert_seen(&f->counts, 5, 3, 0, 0, 3, 0);

    some(f, "b", 3, 8); /* progress begins anew, counts go on */
    w.told = 0;
    feed_ok(f, session, "b");
    assert_int_equal(w.first.stage, DESCRY_STAGE_LOOKING);
    assert_int_equal(w.first.done, 0);
    assert_int_equal(w.last.stage, DESCRY_STAGE_WORKING);
    assert_true(w.last.done == 5 && w.last.total == 5 && w.last.failed == 0);
    assert_seen(&f->counts, 10, 8, 0, 0, 3, 0);
    descry_session_close(&session);
    assert_int_equal(f->failures, 3);
    assert_each_is_itself(f, 8, 0);
}

static void what_is_gone_is_counted_in_all_feeds(void **state)
{
    fixture *f = *state;
    char paths[2][PATH_SIZE];
    const char *const gone[] = {paths[0], paths[1]};
    some(f, "a", 0, 6);
    descry_index_options options = options_of(f);
    descry_session *session = start(f, &options);
    feed_ok(f, session, "a");
    for (int i = 0; i < 2; i++) {
        char name[32];
        snprintf(name, sizeof name, "a/%03d.jpg", i);
        snprintf(paths[i], PATH_SIZE, "%s", at(f, "photos/%s", name));
        remove_file(f, name);
    }
    check_rc(descry_session_feed(session, gone, 2, &f->err), &f->err); /* reported as removed by a watcher */
    assert_seen(&f->counts, 6, 6, 0, 0, 2, 2);
    remove_file(f, "a/002.jpg");
    feed_ok(f, session, "a/002.jpg");
    assert_seen(&f->counts, 6, 6, 0, 0, 3, 3);
    picture(f, "a/002.jpg", 80, 0, 0); /* and is back */
    feed_ok(f, session, "a/002.jpg");
    assert_int_equal(status_of(f).missing, 2);
    descry_session_close(&session);
}

/* ---- scores --------------------------------------------------------------------------------------------------------- */

static void scores_are_calibrated_at_the_end(void **state)
{
    fixture *f = *state;
    list found;
    some(f, "a", 0, 15);
    some(f, "b", 15, 30);
    descry_session *session = start(f, NULL);
    feed_ok(f, session, "a");
    feed_ok(f, session, "b");
    find(f, f->library, "1 1 1", &found);
    assert_true(found.strengths[0] < 0);
    descry_session_close(&session);
    find(f, f->library, "1 1 1", &found);
    assert_true(found.strengths[0] >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(what_is_fed_in_pieces_is_as_indexed_at_once),
        LIBRARY_TEST(feeds_end_within_batches),
        LIBRARY_TEST(feeds_end_within_small_batches),
        LIBRARY_TEST(a_caller_alone_feeds_too),
        BOTH_TEST(captions_come_with_each_feed),
        LIBRARY_TEST(another_model_captions_after_each_feed),
        BOTH_TEST(nobody_else_writes_until_it_is_closed),
        BOTH_TEST(a_read_only_library_has_no_session),
        BOTH_TEST(what_may_be_null),
        BOTH_TEST(the_library_is_searched_between_feeds),
        BOTH_TEST(a_stopped_session_can_only_be_closed),
        BOTH_TEST(captions_that_are_stopped_end_it),
        BOTH_TEST(failures_are_told_and_do_not_end_it),
        BOTH_TEST(what_is_gone_is_counted_in_all_feeds),
        BOTH_TEST(scores_are_calibrated_at_the_end),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
