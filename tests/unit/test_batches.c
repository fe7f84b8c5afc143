/* SPDX-License-Identifier: Apache-2.0
 * Many pictures, in batches of which the next are loaded while one is done: nothing of that is to be seen. */
#include "library_fixture.h"

#include "base/error.h"
#include "descry_dev.h"

#include <stdio.h>
#include <string.h>

enum { PICTURES = 30 };

/* Of the room api, which would bring the real clip. */
const descry_model_info *descry_model_get_info(const descry_model *model)
{
    return descry_clip_info(model->clip);
}

int descry_embed_pixels(descry_model *model, const uint8_t *rgb, size_t n, int normalize, float *out, descry_error *err)
{
    return descry_clip_embed_pixels(model->clip, rgb, n, normalize, out, err);
}

static void copies_in_later_batches_are_recognised(void **state)
{
    fixture *f = *state;
    size_t embedded = 0;
    for (int batch = 1; batch <= 5; batch++) {
        descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
        options.batch = (size_t)batch;
        char name[32];
        snprintf(name, sizeof name, "photos/%d", batch);
        folder(f, name);
        for (int i = 0; i < 9; i++) {
            snprintf(name, sizeof name, "%d/%d.jpg", batch, i);
            picture(f, name, batch, 100 + i % 2, 7);
        }
        assert_int_equal(index_with(f, "", &options), 0);
        embedded += 2;
        assert_counts(f, 2, 9 * ((uint64_t)batch - 1), 7, 0, 0);
        assert_int_equal(f->clip.embedded, embedded);
    }
}

static void a_file_that_is_named_twice_is_unchanged(void **state)
{
    fixture *f = *state;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    char paths[3][PATH_SIZE];
    const char *const named[] = {paths[0], paths[1], paths[2], paths[0], paths[1], paths[0]};
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d.jpg", i);
        picture(f, name, i, 50, 50);
        snprintf(paths[i], PATH_SIZE, "%s", at(f, "photos/%s", name));
    }
    options.batch = 1;
    assert_int_equal(descry_index(f->library, &f->model, named, 6, &options, &f->counts, &f->err), 0);
    assert_counts(f, 3, 3, 0, 0, 0);
}

/* Of every ten one is no picture, one has no finite embedding and one no finite caption. */
static void many(fixture *f, char (*paths)[PATH_SIZE], const char **list)
{
    for (int i = 0; i < PICTURES; i++) {
        char name[32];
        snprintf(name, sizeof name, "%02d.jpg", i);
        snprintf(paths[i], PATH_SIZE, "%s", at(f, "photos/%s", name));
        list[i] = paths[i];
        if (i % 10 == 2)
            write_file(paths[i], "not one", 7);
        else if (i % 10 == 5)
            picture(f, name, 1, 2, 3);
        else if (i % 10 == 8)
            picture(f, name, 3, 2, 1);
        else
            picture(f, name, i, i, i);
    }
}

static int fails(size_t i, int captions)
{
    return i % 10 == 2 || i % 10 == 5 || (captions && i % 10 == 8);
}

typedef struct heard {
    const char **paths;
    size_t next, stop_at;
    fixture *f;
    descry_progress last;
} heard;

static int hear_of_row(void *arg, size_t i, const float *vector, const descry_error *err)
{
    heard *h = arg;
    assert_int_equal(i, h->next++);
    assert_int_equal(vector == NULL, fails(i, 0));
    assert_true(!vector == (err != NULL));
    if (err)
        assert_memory_equal(err->message, h->paths[i], strlen(h->paths[i]));
    if (vector && i % 10 != 8) {
        float expected[FAKE_DIM];
        int n = (int)i % PICTURES;
        fake_embedding(n, n, n, expected);
        assert_memory_equal(vector, expected, sizeof expected);
    }
    return h->next == h->stop_at;
}

static void files_are_embedded_in_order(void **state)
{
    fixture *f = *state;
    static char paths[PICTURES][PATH_SIZE];
    const char *list[4 * PICTURES];
    many(f, paths, list);
    for (size_t i = PICTURES; i < 4 * PICTURES; i++)
        list[i] = list[i % PICTURES];
    heard h = {.paths = list};
    assert_int_equal(descry_embed_files(&f->model, list, 0, NULL, hear_of_row, &h, &f->err), 0);
    assert_int_equal(h.next, 0);
    for (size_t stop_at = 1; stop_at < 3 * PICTURES; stop_at += 20) {
        h = (heard){.paths = list, .stop_at = stop_at};
        assert_int_equal(descry_embed_files(&f->model, list, PICTURES * 3, NULL, hear_of_row, &h, &f->err), DESCRY_ERR_CANCELLED);
        assert_int_equal(h.next, stop_at);
    }
    h = (heard){.paths = list};
    assert_int_equal(descry_embed_files(&f->model, list, 4 * PICTURES, NULL, hear_of_row, &h, &f->err), 0);
    assert_int_equal(h.next, 4 * PICTURES);
}

static int hear_of_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    heard *h = arg;
    size_t i = h->next++;
    assert_string_equal(path, h->paths[i]);
    assert_int_equal(caption == NULL, fails(i, 1));
    if (!caption)
        assert_memory_equal(err->message, path, strlen(path));
    if (caption) {
        char expected[64];
        snprintf(expected, sizeof expected, "shade %zu of red, %zu of green, %zu of blue", i, i, i);
        assert_string_equal(caption->text, expected);
    }
    return h->next == h->stop_at;
}

static void files_are_captioned_in_order(void **state)
{
    fixture *f = *state;
    static char paths[PICTURES][PATH_SIZE];
    const char *list[PICTURES];
    many(f, paths, list);
    for (size_t batch = 1; batch <= 8; batch++)
        for (size_t stop_at = 0; stop_at < PICTURES; stop_at += 7) {
            descry_caption_options options = DESCRY_CAPTION_OPTIONS_INIT;
            heard h = {.paths = list, .stop_at = stop_at};
            options.batch = batch;
            int rc = descry_caption_files(&f->model, list, PICTURES, NULL, &options, hear_of_caption, &h, &f->err);
            assert_int_equal(rc, stop_at ? DESCRY_ERR_CANCELLED : 0);
            assert_int_equal(h.next, stop_at ? stop_at : PICTURES);
        }
}

static void hear_of_failure(void *arg, const char *path, const descry_error *err)
{
    heard *h = arg;
    while (!fails(h->next, 0))
        h->next++;
    assert_string_equal(path, h->paths[h->next++]);
    assert_memory_equal(err->message, path, strlen(path));
    h->f->failures++;
}

/* Failures are reported in input order, each batch before the next is counted. */
static int hear_of_progress(void *arg, const descry_progress *progress)
{
    heard *h = arg;
    size_t failed = 0;
    for (size_t i = 0; i < h->next; i++)
        failed += (size_t)fails(i, 0);
    assert_int_equal(progress->failed, failed);
    /* meanwhile the library is the caller's */
    status_of(h->f);
    h->last = *progress;
    return h->stop_at && progress->stage == DESCRY_STAGE_WORKING && progress->done >= h->stop_at;
}

static void indexing_tells_in_order_and_keeps_what_is_done(void **state)
{
    fixture *f = *state;
    static char paths[PICTURES][PATH_SIZE];
    const char *list[PICTURES];
    many(f, paths, list);
    heard h = {.paths = list, .f = f, .stop_at = 14};
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    options.watch = &watch;
    options.batch = 3;
    options.failure = hear_of_failure;
    watch.progress = hear_of_progress;
    watch.arg = &h;
    options.arg = &h;
    assert_int_equal(index_with(f, "", &options), DESCRY_ERR_CANCELLED);
    assert_int_equal(h.last.done, 15);
    assert_int_equal(f->counts.embedded, 12);
    assert_int_equal(status_of(f).photos, 12); /* the three that failed are none */
    h.next = h.stop_at = 0;
    assert_int_equal(index_with(f, "", &options), 0);
    assert_counts(f, 10, 12, 2, 6, 0);
}

/* ---- one that takes long ----------------------------------------------------------------------------------------- */

/* It does until this many are done: were one of them to wait for it, the test would not end. */
static int lets_it_come(void *arg, const descry_progress *progress)
{
    heard *h = arg;
    if (progress->stage != DESCRY_STAGE_LOOKING && progress->done >= h->stop_at)
        h->f->clip.come = 1;
    return 0;
}

static int count_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    (void)path, (void)err;
    *(size_t *)arg += caption != NULL;
    return 0;
}

static void nobody_waits_for_one_that_takes_long(void **state)
{
    fixture *f = *state;
    char name[32];
    size_t captions = 0;
    heard h = {.f = f, .stop_at = 19};
    descry_watch watch = DESCRY_WATCH_INIT;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_caption_options captioning = DESCRY_CAPTION_OPTIONS_INIT;
    watch.progress = lets_it_come;
    watch.arg = &h;
    options.watch = captioning.watch = &watch;
    options.batch = captioning.batch = 2;
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%02d.jpg", i);
        picture(f, name, i == 13 ? 0 : 5 * i, 7, 9);
    }
    f->clip.late = "/00.jpg"; /* its copy is there before it */
    assert_int_equal(index_with(f, "", &options), 0);
    assert_counts(f, 19, 0, 1, 0, 0);
    assert_int_equal(f->clip.embedded, 19);
    assert_int_equal(index_with(f, "", &options), 0);
    assert_counts(f, 0, 20, 0, 0, 0);

    f->clip.late = "/05.jpg"; /* captioned later */
    f->clip.come = 0;
    h.stop_at = 18;
    assert_int_equal(descry_caption_library(f->library, &f->model, &captioning, count_caption, &captions, &f->err), 0);
    assert_int_equal(captions, 19);

    for (int i = 20; i < 40; i++) { /* captioned at once */
        snprintf(name, sizeof name, "%02d.jpg", i);
        picture(f, name, 5 * i, 7, 9);
    }
    f->clip.late = "/21.jpg";
    f->clip.come = 0;
    h.stop_at = 39;
    options.captioner = &f->model;
    assert_int_equal(index_with(f, "", &options), 0);
    assert_counts(f, 20, 20, 0, 0, 0);
    assert_int_equal(f->counts.captioned, 20);
    search_ok(f, "105 7 9", 10);
    assert_found(f, 1, "21.jpg");
}

/* ---- drafts ------------------------------------------------------------------------------------------------------ */

static void index_as(fixture *f, int full_decode, descry_model *captioner, uint64_t embedded, uint64_t unchanged, uint64_t recognised)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.full_decode = full_decode;
    options.captioner = captioner;
    options.batch = 2;
    assert_int_equal(index_with(f, "", &options), 0);
    assert_counts(f, embedded, unchanged, recognised, 0, 0);
}

/* Of the large picture of the colour 222 0 `blue`. */
static void expect_draft(fixture *f, int blue, int draft)
{
    char query[32];
    snprintf(query, sizeof query, "222 0 %d", blue + 64 * draft);
    search_ok(f, query, status_of(f).models[0]->vectors);
    assert_true(f->scores[0] > .999F);
    snprintf(query, sizeof query, "222 0 %d", blue + 64 * !draft);
    search_ok(f, query, status_of(f).models[0]->vectors);
    assert_true(f->scores[0] < .999F);
}

static void large_pictures_are_indexed_as_drafts(void **state)
{
    fixture *f = *state;
    picture(f, "large.jpg", 222, 0, 100);
    picture(f, "small.jpg", 0, 100, 0);
    picture(f, "small2.jpg", 0, 0, 100);
    index_as(f, 0, NULL, 3, 0, 0);
    expect_draft(f, 100, 1);
    /* what there is of it is left alone, until the whole is asked for; then only what is of a draft is done */
    index_as(f, 0, NULL, 0, 3, 0);
    picture(f, "copy.jpg", 222, 0, 100);
    index_as(f, 0, NULL, 0, 3, 1);
    size_t embedded = f->clip.embedded;
    index_as(f, 1, NULL, 1, 3, 0);
    assert_int_equal(f->clip.embedded, embedded + 1);
    expect_draft(f, 100, 0);
    assert_int_equal(status_of(f).models[0]->vectors, 3);
    index_as(f, 1, NULL, 0, 4, 0);
    index_as(f, 0, NULL, 0, 4, 0);
    expect_draft(f, 100, 0);
    /* a session of the whole; what a caption is made of */
    picture(f, "new.jpg", 222, 0, 0);
    index_as(f, 1, NULL, 1, 4, 0);
    expect_draft(f, 0, 0);
    picture(f, "described.jpg", 222, 0, 190);
    index_as(f, 0, &f->model, 1, 5, 0);
    expect_draft(f, 190, 0);
}

static int keep_caption(void *arg, const descry_match *match)
{
    snprintf(arg, 64, "%s", match->caption);
    return 0;
}

/* Nor is it while another model captions it afterwards: then it is decoded anew. */
static void a_draft_is_not_captioned(void **state)
{
    fixture *f = *state;
    picture(f, "large.jpg", 222, 0, 100);
    struct descry_clip clip;
    fake_clip_init(&clip, "other", '7');
    descry_model other = f->model;
    other.clip = &clip;
    index_as(f, 0, &other, 1, 0, 0);
    expect_draft(f, 100, 1);
    char caption[64];
    assert_int_equal(search_each(f->library, &f->model, "9 9 9", NULL, keep_caption, caption, NULL), 0);
    assert_string_equal(caption, "shade 222 of red, 0 of green, 100 of blue");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(copies_in_later_batches_are_recognised),
        BOTH_TEST(a_file_that_is_named_twice_is_unchanged),
        LIBRARY_TEST(files_are_embedded_in_order),
        LIBRARY_TEST(files_are_captioned_in_order),
        BOTH_TEST(indexing_tells_in_order_and_keeps_what_is_done),
        LIBRARY_TEST(nobody_waits_for_one_that_takes_long),
        LIBRARY_TEST(large_pictures_are_indexed_as_drafts),
        LIBRARY_TEST(a_draft_is_not_captioned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
