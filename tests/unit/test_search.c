/* SPDX-License-Identifier: Apache-2.0
 * Searching and forgetting, with models that know colours. */
#define _GNU_SOURCE
#include "library_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- searching ------------------------------------------------------------------------------------------------- */

static void queries_are_texts_pictures_and_ids(void **state)
{
    fixture *f = *state;
    picture(f, "red.jpg", 255, 0, 0);
    picture(f, "red_copy.jpg", 255, 0, 0);
    picture(f, "dark.jpg", 200, 0, 0);
    picture(f, "blue.jpg", 0, 0, 255);
    index_ok(f, "");
    search_ok(f, "  255 0 0 ", 3); /* copies are one result */
    assert_found(f, 1, "red.jpg");
    char id[32];
    snprintf(id, sizeof id, "#%d", (int)f->ids[0]);
    search_ok(f, id, 2); /* without itself and its copy */
    assert_found(f, 1, "dark.jpg");
    size_t embedded = f->clip.embedded;
    search_ok(f, at(f, "photos/red_copy.jpg"), 2);
    assert_found(f, 1, "dark.jpg");
    assert_int_equal(f->clip.embedded, embedded); /* its vector is known */
    picture(f, "../new.jpg", 0, 10, 250);
    search_ok(f, at(f, "new.jpg"), 3);
    assert_found(f, 1, "blue.jpg");
    assert_int_equal(f->clip.embedded, embedded + 1);

    assert_int_equal(chdir(at(f, "photos/")), 0);
    search_ok(f, "./red.jpg", 2);
    search_ok(f, "../new.jpg", 3);
    assert_int_equal(setenv("HOME", f->folder, 1), 0);
    search_ok(f, "~/new.jpg", 3);
    assert_int_equal(chdir("/"), 0);
}

static void bad_queries_are_refused(void **state)
{
    fixture *f = *state;
    assert_int_equal(search_with(f, "1 1 1", NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(index_with(f, NULL, NULL), DESCRY_ERR_ARGUMENT); /* no root yet */
    picture(f, "red.jpg", 255, 0, 0);
    index_ok(f, "");
    assert_int_equal(search_with(f, " + ", NULL), DESCRY_ERR_ARGUMENT);
    assert_int_equal(search_with(f, "./no/such.jpg", NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(search_with(f, "/", NULL), DESCRY_ERR_IO);
    assert_int_equal(search_with(f, "#99", NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(search_with(f, "#0", NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(search_with(f, "#99999999999999999999", NULL), DESCRY_ERR_ARGUMENT); /* a text */
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.threshold = NAN;
    assert_int_equal(search_with(f, "1 1 1", &options), DESCRY_ERR_ARGUMENT);
    options = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
    options.k = 0;
    assert_int_equal(search_with(f, "1 1 1", &options), 0);
    assert_int_equal(f->matches, 0);
}

static void results_can_be_limited(void **state)
{
    fixture *f = *state;
    folder(f, "photos/ab");
    folder(f, "photos/a");
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s/%02d.jpg", i % 4 ? "ab" : "a", i);
        picture(f, name, 6 * i, 0, 0);
    }
    index_ok(f, "");
    folder(f, "photos/a-b"); /* between a and a/ in the order of bytes */
    picture(f, "a-b/50.jpg", 250, 250, 250);
    picture(f, "a.jpg", 250, 250, 251);
    index_ok(f, "");
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    options.filter = &filter;
    options.k = 5;
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 5);
    float third = f->scores[2], fourth = f->scores[3];
    options.threshold = third;
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 3);
    assert_true(fourth < third);
    options.threshold = 2;
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 0);
    options.threshold = -2;
    options.k = SIZE_MAX;
    const char *under = at(f, "photos/a/"); /* not ab */
    filter.under = &under;
    filter.unders = 1;
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 10);
    assert_found(f, 1, "a/00.jpg");
    assert_found(f, 2, "a/04.jpg");
    under = "/";
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 42);
    under = at(f, "photos/a.jpg");
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 1);
    assert_int_equal(symlink("photos", at(f, "link")), 0);
    under = at(f, "link/a");
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 10);
    under = "/nowhere";
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 0);
    assert_int_equal(chdir(at(f, "photos")), 0);
    under = "./a/../ab";
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 30);
    assert_int_equal(chdir("/"), 0);
}

/* ---- several models -------------------------------------------------------------------------------------------- */

static void models_do_not_mix(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    fake_clip_init(&f->clip, "other", 'b');
    assert_int_equal(search_with(f, "255 0 0", NULL), DESCRY_ERR_NOT_FOUND);
    assert_non_null(strstr(f->err.message, "nothing is indexed with other as it is now, only with fake"));
    index_ok(f, "a.jpg");
    assert_counts(f, 1, 0, 0, 0, 0);
    search_ok(f, "255 0 0", 1);
    assert_int_equal(f->warnings, 1);
    assert_string_equal(f->warning, "1 pictures are not indexed with this model and cannot be found");
    assert_int_equal(exists(at(f, "library.db.scan")) && exists(at(f, "library.db.scan-2")), !f->memories[0]);
    /* a picture without a vector of this model is looked at */
    search_ok(f, "#2", 1);
    assert_int_equal(f->clip.embedded, 2);

    descry_library_status status = status_of(f);
    assert_int_equal(status.model_count, 2);
    assert_string_equal(status.models[0]->name, "other");
    assert_int_equal(status.models[0]->vectors, 1);
    assert_int_equal(status.models[1]->vectors, 2);
    assert_int_equal(search_each(f->library, NULL, "#1", NULL, NULL, NULL, &f->err), DESCRY_ERR_ARGUMENT);
    index_ok(f, "");
    assert_counts(f, 1, 1, 0, 0, 0);
    search_ok(f, "255 0 0", 2);
    assert_int_equal(f->warnings, 0);
}

static void no_model_is_needed_for_known_pictures(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    assert_int_equal(search_each(f->library, NULL, "#1", NULL, NULL, NULL, &f->err), 0);
    assert_int_equal(search_each(f->library, NULL, at(f, "photos/a.jpg"), NULL, NULL, NULL, &f->err), 0);
    assert_int_equal(search_each(f->library, NULL, "1 1 1", NULL, NULL, NULL, &f->err), DESCRY_ERR_ARGUMENT);
}

/* ---- forgetting ------------------------------------------------------------------------------------------------ */

static void forgetting_leaves_what_others_need(void **state)
{
    fixture *f = *state;
    uint64_t removed;
    folder(f, "photos/a");
    folder(f, "photos/b");
    picture(f, "a/one.jpg", 255, 0, 0);
    picture(f, "a/two.jpg", 0, 255, 0);
    picture(f, "b/one.jpg", 255, 0, 0);
    picture(f, "b/three.jpg", 0, 0, 255);
    picture(f, "ab.jpg", 0, 9, 255);
    index_ok(f, "");
    index_ok(f, "a"); /* covered by the first: no root of its own */
    assert_int_equal(status_of(f).root_count, 1);
    picture(f, "b/three.jpg", 4, 5, 6); /* the old one is kept for the place */
    index_ok(f, "");
    assert_int_equal(status_of(f).contents, 5);
    search_ok(f, "0 0 0", 4);

    assert_int_equal(descry_forget(f->library, at(f, "photos/a"), &removed, &f->err), 0);
    assert_int_equal(removed, 2);
    assert_int_equal(status_of(f).contents, 4); /* red is still at b */
    assert_false(exists(at(f, "library.db.scan")));
    search_ok(f, "255 0 0", 3);
    assert_found(f, 1, "b/one.jpg");
    assert_int_equal(exists(at(f, "library.db.scan")), !f->memories[0]);
    assert_true(exists(at(f, "photos/a/one.jpg")));
    index_ok(f, "");
    assert_counts(f, 1, 3, 1, 0, 0); /* the same photos, as new */
    assert_int_equal(descry_forget(f->library, at(f, "photos/none"), &removed, &f->err), 0);
    assert_int_equal(removed, 0);
    assert_int_equal(descry_forget(f->library, at(f, "photos"), &removed, &f->err), 0);
    assert_int_equal(removed, 5);
    descry_library_status status = status_of(f);
    assert_int_equal(status.contents, 0);
    assert_int_equal(status.root_count, 0);
    assert_int_equal(status.model_count, 0);
    assert_int_equal(search_with(f, "1 1 1", NULL), DESCRY_ERR_NOT_FOUND);
}

static void a_read_only_library_is_not_changed(void **state)
{
    fixture *f = *state;
    uint64_t removed;
    picture(f, "a.jpg", 255, 0, 0);
    index_ok(f, "");
    open_named(f, "library.db", 1);
    search_ok(f, "0 0 0", 1);
    assert_int_equal(index_with(f, "", NULL), DESCRY_ERR_IO);
    assert_int_equal(descry_forget(f->library, at(f, "photos"), &removed, &f->err), DESCRY_ERR_IO);
    assert_non_null(strstr(f->err.message, "read-only"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(queries_are_texts_pictures_and_ids),
        BOTH_TEST(bad_queries_are_refused),
        BOTH_TEST(results_can_be_limited),
        BOTH_TEST(models_do_not_mix),
        BOTH_TEST(no_model_is_needed_for_known_pictures),
        BOTH_TEST(forgetting_leaves_what_others_need),
        BOTH_TEST(a_read_only_library_is_not_changed),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
