/* SPDX-License-Identifier: Apache-2.0
 * One picture of a library, and what a person says of it. */
#include "exif_fixture.h"
#include "library_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 16 }; /* bytes of a caption */

static const descry_entry *entry_of(fixture *f, int64_t id, const char *model)
{
    const descry_entry *entry;
    check_rc(descry_entry_at(f->library, id, model, &entry, &f->err), &f->err);
    assert_int_equal(entry->id, id);
    return entry;
}

static void no_entry(fixture *f, int64_t id, const char *model)
{
    const descry_entry *entry = (void *)f;
    assert_int_equal(descry_entry_at(f->library, id, model, &entry, &f->err), DESCRY_ERR_NOT_FOUND);
    assert_null(entry);
    assert_int_equal(descry_entry_at(f->library, id, model, &entry, NULL), DESCRY_ERR_NOT_FOUND);
}

/* Of the one that is nearest to a colour. */
static int64_t id_of(fixture *f, int r, int g, int b)
{
    char query[64];
    snprintf(query, sizeof query, "%d %d %d", r, g, b);
    assert_int_equal(search_with(f, query, NULL), 0);
    assert_true(f->matches > 0);
    return f->ids[0];
}

/* ---- a picture ---------------------------------------------------------------------------------------------------- */

static void it_has_all_that_is_known(void **state)
{
    fixture *f = *state;
    float expected[FAKE_DIM];
    picture(f, "red.jpg", 255, 0, 0);
    static exif e;
    exif_full(&e, 0, 0);
    uint8_t file[EXIF_ROOM + 20];
    size_t size = (size_t)snprintf((char *)file, 20, "PIX 0 255 0\n");
    memcpy(file + size, e.bytes, e.size);
    write_file(at(f, "photos/green.jpg"), file, size + e.size);
    index_ok(f, "");
    int64_t id = id_of(f, 0, 255, 0);
    const descry_entry *entry = entry_of(f, id, NULL);
    assert_string_equal(entry->path, at(f, "photos/green.jpg"));
    assert_int_equal(entry->source, 0);
    assert_null(entry->caption);
    assert_null(entry->captioner);
    assert_null(entry->vector);
    assert_int_equal(entry->dim, 0);
    char time[DESCRY_TIME_SIZE];
    descry_time_print(time, entry->metadata->taken, entry->metadata->taken_offset);
    assert_string_equal(time, "2019-07-21T14:03:59.250+02:00");
    assert_string_equal(entry->metadata->camera, "NIKON D90");
    assert_true(entry->metadata->latitude > 48.1 && entry->metadata->latitude < 48.2);

    fake_embedding(0, 255, 0, expected);
    const char *const names[] = {"fake", f->clip.recipe};
    for (int i = 0; i < 2; i++) {
        entry = entry_of(f, id, names[i]);
        assert_int_equal(entry->dim, FAKE_DIM);
        for (int j = 0; j < FAKE_DIM; j++)
            assert_true(entry->vector[j] - expected[j] < 1e-3f && expected[j] - entry->vector[j] < 1e-3f);
    }
    no_entry(f, id, "none");
    assert_non_null(strstr(f->err.message, "nothing is indexed with none"));
    entry = entry_of(f, id_of(f, 255, 0, 0), NULL);
    assert_string_equal(entry->path, at(f, "photos/red.jpg"));
    assert_true(entry->metadata->taken == DESCRY_NO_TIME);
}

static void a_caption_has_its_author(void **state)
{
    fixture *f = *state;
    picture(f, "red.jpg", 255, 0, 0);
    index_ok(f, "");
    assert_int_equal(descry_caption_library(f->library, &f->model, NULL, NULL, NULL, &f->err), 0);
    const descry_entry *entry = entry_of(f, 1, NULL);
    assert_string_equal(entry->caption, "shade 255 of red, 0 of green, 0 of blue");
    assert_string_equal(entry->captioner, "fake");
    assert_int_equal(descry_caption_put(f->library, 1, "mine", &f->err), 0);
    entry = entry_of(f, 1, NULL);
    assert_string_equal(entry->caption, "mine");
    assert_null(entry->captioner);
}

static void what_is_not_there_is_not_found(void **state)
{
    fixture *f = *state;
    no_entry(f, 1, NULL);
    no_entry(f, 1, "fake"); /* nothing is indexed */
    picture(f, "red.jpg", 255, 0, 0);
    write_file(at(f, "photos/broken.jpg"), "not one", 7);
    index_ok(f, "");
    assert_int_equal(status_of(f).failed, 1);
    int64_t red = id_of(f, 255, 0, 0);
    static const int64_t unknown[] = {0, -1, 1000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        no_entry(f, unknown[i], NULL);
    assert_non_null(strstr(f->err.message, "there is no picture"));
    for (int64_t id = 1; id <= 2; id++) /* the one that could never be read has an id, too */
        if (id != red)
            no_entry(f, id, NULL);

    remove_file(f, "red.jpg"); /* missing, but known */
    write_file(at(f, "photos/other.jpg"), "PIX 9 9 9\n", 10);
    index_ok(f, "");
    assert_int_equal(status_of(f).missing, 1);
    assert_string_equal(entry_of(f, red, "fake")->path, at(f, "photos/red.jpg"));
    assert_non_null(entry_of(f, red, "fake")->vector);
    assert_int_equal(descry_forget(f->library, at(f, "photos/red.jpg"), NULL, &f->err), 0);
    no_entry(f, red, NULL);
}

static void a_vector_is_one_model_s(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    int64_t a = id_of(f, 255, 0, 0), b = id_of(f, 0, 255, 0);
    fake_clip_init(&f->clip, "other", 'b');
    index_ok(f, "a.jpg");
    assert_non_null(entry_of(f, a, "other")->vector);
    assert_non_null(entry_of(f, b, "fake")->vector);
    assert_null(entry_of(f, b, "other")->vector); /* it is found all the same */
    assert_null(entry_of(f, b, NULL)->vector);
}

/* ---- a person's caption --------------------------------------------------------------------------------------------- */

static int put(fixture *f, int64_t id, const char *text)
{
    return descry_caption_put(f->library, id, text, &f->err);
}

static void put_ok(fixture *f, int64_t id, const char *text)
{
    check_rc(put(f, id, text), &f->err);
}

static int keep_caption(void *arg, const descry_match *match)
{
    snprintf(arg, 200, "%s", match->caption ? match->caption : "-");
    return 1;
}

/* By the entry and by a search. */
static void assert_caption(fixture *f, int64_t id, const char *expected)
{
    char found[200] = "", query[32];
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    const descry_entry *entry = entry_of(f, id, NULL);
    if (!expected) {
        assert_null(entry->caption);
        return;
    }
    assert_string_equal(entry->caption, expected);
    const char *under = entry->path;
    descry_filter filter = DESCRY_FILTER_INIT;
    filter.under = &under;
    filter.unders = 1;
    options.filter = &filter;
    snprintf(query, sizeof query, "1 1 1");
    check_rc(search_each(f->library, &f->model, query, &options, keep_caption, found, &f->err), &f->err);
    assert_string_equal(found, expected);
}

static size_t by_words(fixture *f, const char *words)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.ranking = DESCRY_RANKING_WORDS;
    assert_int_equal(search_with(f, words, &options), 0);
    return f->matches;
}

/* Three pictures, the second with a copy, captioned by the model; the ids of the three. */
static void captioned(fixture *f, int64_t ids[3])
{
    picture(f, "1.jpg", 255, 0, 0);
    picture(f, "2.jpg", 0, 255, 0);
    picture(f, "3.jpg", 0, 0, 255);
    picture(f, "4.jpg", 0, 255, 0);
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.captioner = &f->model;
    check_rc(index_with(f, "", &options), &f->err);
    assert_int_equal(f->counts.captioned, 3);
    ids[0] = id_of(f, 255, 0, 0);
    ids[1] = id_of(f, 0, 255, 0);
    ids[2] = id_of(f, 0, 0, 255);
}

static void a_person_s_comes_before_a_model_s(void **state)
{
    static const char model_s[] = "shade 255 of red, 0 of green, 0 of blue";
    fixture *f = *state;
    int64_t ids[3];
    captioned(f, ids);
    assert_caption(f, ids[0], model_s);
    put_ok(f, ids[0], "a tall Tomato");
    assert_caption(f, ids[0], "a tall Tomato");
    assert_caption(f, ids[2], "shade 0 of red, 0 of green, 255 of blue");
    assert_int_equal(status_of(f).captions, 3); /* pictures that have one */
    assert_int_equal(by_words(f, "tomato"), 1);
    assert_int_equal(f->ids[0], ids[0]);
    assert_int_equal(by_words(f, "tomato shade"), 1); /* the model's are found, too, though they are not shown */
    put_ok(f, ids[0], "two pears");                   /* in place of the first */
    assert_caption(f, ids[0], "two pears");
    assert_int_equal(by_words(f, "tomato"), 0);
    assert_int_equal(by_words(f, "pears"), 1);
    reopen(f);
    assert_caption(f, ids[0], "two pears");
    put_ok(f, ids[0], NULL);
    assert_caption(f, ids[0], model_s);
    assert_int_equal(by_words(f, "pears"), 0);
    assert_int_equal(by_words(f, "shade"), 3);
    put_ok(f, ids[0], NULL); /* there is none any more */
    put_ok(f, ids[0], "");
    assert_caption(f, ids[0], model_s);
    assert_int_equal(status_of(f).captions, 3);
}

static void copies_have_it_too(void **state)
{
    fixture *f = *state;
    int64_t ids[3], copy = 0;
    captioned(f, ids);
    for (int64_t id = 1; id <= 4; id++)
        if (id != ids[0] && id != ids[1] && id != ids[2])
            copy = id;
    put_ok(f, copy, "twins");
    assert_caption(f, ids[1], "twins");
    assert_caption(f, copy, "twins");
    picture(f, "5.jpg", 0, 255, 0); /* and one that comes later */
    index_ok(f, "");
    assert_counts(f, 0, 4, 1, 0, 0);
    assert_caption(f, 5, "twins");
    assert_int_equal(by_words(f, "twins"), 1); /* copies are one match */
}

static void no_model_replaces_it(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    int64_t a = id_of(f, 255, 0, 0), b = id_of(f, 0, 255, 0);
    put_ok(f, a, "mine");
    assert_int_equal(status_of(f).captions, 1);
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.captioner = &f->model;
    check_rc(index_with(f, "", &options), &f->err);
    assert_int_equal(f->counts.captioned, 1);
    assert_int_equal(descry_caption_library(f->library, &f->model, NULL, NULL, NULL, &f->err), 0);
    assert_caption(f, a, "mine");
    assert_caption(f, b, "shade 0 of red, 255 of green, 0 of blue");
    put_ok(f, a, NULL); /* there was no model's */
    assert_caption(f, a, NULL);
    assert_int_equal(status_of(f).captions, 1);
    assert_int_equal(by_words(f, "mine"), 0);
    assert_int_equal(descry_caption_library(f->library, &f->model, NULL, NULL, NULL, &f->err), 0);
    assert_caption(f, a, "shade 255 of red, 0 of green, 0 of blue");
}

static void a_person_may_write_while_pictures_are_fed(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    descry_session *session;
    const char *path = at(f, "photos");
    check_rc(descry_session_open(&session, f->library, &f->model, NULL, NULL, &f->err), &f->err);
    check_rc(descry_session_feed(session, &path, 1, &f->err), &f->err);
    put_ok(f, 1, "mine");
    picture(f, "b.jpg", 0, 255, 0);
    check_rc(descry_session_feed(session, &path, 1, &f->err), &f->err);
    descry_session_close(&session);
    assert_caption(f, 1, "mine");
    assert_int_equal(status_of(f).contents, 2);
}

static void ill_formed_texts_are_mended(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    index_ok(f, "");
    static const char *const texts[][2] = {
        {"caf\xc3\xa9 \xf0\x9f\x90\x88", "caf\xc3\xa9 \xf0\x9f\x90\x88"},
        {"a\xff" "b", "a\xef\xbf\xbd" "b"},
        {"cut \xc3", "cut \xef\xbf\xbd"},
        {"\xed\xa0\x80", NULL},     /* a surrogate */
        {"\xf4\x90\x80\x80", NULL}, /* beyond U+10FFFF */
        {"\xc0\x80", NULL},         /* a NUL in two bytes */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put_ok(f, 1, texts[i][0]);
        if (texts[i][1])
            assert_caption(f, 1, texts[i][1]);
        else
            assert_memory_equal(entry_of(f, 1, NULL)->caption, "\xef\xbf\xbd", 3);
    }
    put_ok(f, 1, "a\xff" "b cats");
    assert_int_equal(by_words(f, "cats"), 1);
}

static void a_caption_has_at_most_64_kib(void **state)
{
    fixture *f = *state;
    char *text = malloc(MOST + 2);
    assert_non_null(text);
    picture(f, "a.jpg", 255, 0, 0);
    index_ok(f, "");
    memset(text, 'x', MOST + 2);
    text[MOST] = 0;
    text[MOST - 5] = ' ';
    put_ok(f, 1, text);
    assert_string_equal(entry_of(f, 1, NULL)->caption, text);
    text[MOST] = 'x';
    text[MOST + 1] = 0;
    assert_int_equal(put(f, 1, text), DESCRY_ERR_LIMIT);
    text[MOST] = 0;
    text[0] = '\xff'; /* three bytes when it is mended */
    assert_int_equal(put(f, 1, text), DESCRY_ERR_LIMIT);
    text[0] = 'x';
    assert_string_equal(entry_of(f, 1, NULL)->caption, text); /* as it was */
    free(text);
}

static void it_is_of_a_picture_that_is_known(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    write_file(at(f, "photos/broken.jpg"), "not one", 7);
    index_ok(f, "");
    int64_t a = id_of(f, 255, 0, 0);
    assert_int_equal(put(f, 3 - a, "x"), DESCRY_ERR_NOT_FOUND); /* never read */
    assert_int_equal(put(f, 3 - a, NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(put(f, 1000, "x"), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(put(f, 0, NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(descry_caption_put(f->library, -1, "x", NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(status_of(f).captions, 0);
    put_ok(f, a, "mine");
    open_named(f, "library.db", 1);
    assert_int_equal(put(f, a, "other"), DESCRY_ERR_IO);
    assert_non_null(strstr(f->err.message, "read-only"));
    assert_int_equal(put(f, a, NULL), DESCRY_ERR_IO);
    assert_caption(f, a, "mine");
}

static int put_caption(void *arg, const descry_entry *entry)
{
    fixture *f = arg;
    assert_int_equal(descry_caption_put(f->library, entry->id, "a wall", &f->err), DESCRY_ERR_BUSY);
    return 0;
}

/* A write that succeeded while pictures are listed must not be rolled back with the end of the list. */
static void nothing_is_written_while_pictures_are_listed(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    index_ok(f, "");
    if (descry_entries(f->library, NULL, put_caption, f, NULL))
        fail_msg("%s", f->err.message);
    assert_int_equal(status_of(f).captions, 0);
    assert_int_equal(descry_caption_put(f->library, 1, "a wall", &f->err), 0);
    assert_int_equal(status_of(f).captions, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(it_has_all_that_is_known),
        BOTH_TEST(a_caption_has_its_author),
        BOTH_TEST(what_is_not_there_is_not_found),
        BOTH_TEST(a_vector_is_one_model_s),
        BOTH_TEST(a_person_s_comes_before_a_model_s),
        BOTH_TEST(copies_have_it_too),
        BOTH_TEST(no_model_replaces_it),
        BOTH_TEST(a_person_may_write_while_pictures_are_fed),
        BOTH_TEST(ill_formed_texts_are_mended),
        BOTH_TEST(a_caption_has_at_most_64_kib),
        BOTH_TEST(it_is_of_a_picture_that_is_known),
        BOTH_TEST(nothing_is_written_while_pictures_are_listed),
    };
    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
