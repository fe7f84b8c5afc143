/* SPDX-License-Identifier: Apache-2.0
 * Indexing in pieces: feeds of any size one after the other, and what else is done with the library between two. */
#include "library_fixture.h"

#include <stdio.h>
#include <string.h>

enum { FOLDERS = 6 };

static descry_session *open_session(fixture *f, const descry_index_options *options)
{
    descry_session *session;
    descry_index_counts_init(&f->counts);
    if (descry_session_open(&session, f->library, &f->model, options, &f->counts, &f->err))
        fail_msg("%s", f->err.message);
    return session;
}

static void feed(fixture *f, descry_session *session, const char *name)
{
    const char *path = at(f, "photos/%s", name);
    if (descry_session_feed(session, &path, 1, &f->err))
        fail_msg("%s", f->err.message);
}

static void fill(fixture *f, const char *name, int number, int pictures)
{
    char below[32];
    snprintf(below, sizeof below, "photos/%s", name);
    folder(f, below);
    for (int i = 0; i < pictures; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%03d.jpg", name, i);
        picture(f, path, number * 40, i, 255 - i);
    }
}

/* A feed that ends within a batch, or within the slots of a loader, is no reason for the next to go beyond them. */
static void feeds_are_of_any_size(void **state)
{
    static const int PICTURES[FOLDERS] = {1, 30, 5, 110, 3, 40};
    fixture *f = *state;
    descry_session *session = open_session(f, NULL);
    uint64_t all = 0;
    for (int i = 0; i < FOLDERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        fill(f, name, i, PICTURES[i]);
        feed(f, session, name);
        all += (uint64_t)PICTURES[i];
        assert_int_equal(f->counts.embedded, all);
        assert_int_equal(status_of(f).contents, all);
    }
    descry_session_close(&session);
    assert_int_equal(f->counts.failed, 0);
    index_ok(f, "");
    assert_counts(f, 0, all, 0, 0, 0);
}

/* What is refused because of a session leaves to it the right to write. */
static void a_session_keeps_its_right_to_write(void **state)
{
    fixture *f = *state;
    uint64_t removed;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    descry_session *session = open_session(f, NULL);
    feed(f, session, "a.jpg");
    assert_int_equal(descry_forget(f->library, at(f, "photos"), &removed, &f->err), DESCRY_ERR_BUSY);
    assert_int_equal(descry_import_npz(f->library, &f->model, at(f, "none.npz"), NULL, NULL, &f->err), DESCRY_ERR_NOT_FOUND);
    feed(f, session, "b.jpg");
    assert_int_equal(descry_forget(f->library, at(f, "photos"), &removed, &f->err), DESCRY_ERR_BUSY);
    descry_session_close(&session);
    assert_int_equal(f->counts.embedded, 2);
    assert_int_equal(descry_forget(f->library, at(f, "photos"), &removed, &f->err), 0);
    assert_int_equal(removed, 2);
}

static int put_caption(void *arg, const descry_entry *entry)
{
    fixture *f = arg;
    assert_int_equal(descry_caption_put(f->library, entry->id, "a wall", &f->err), DESCRY_ERR_BUSY);
    return 0;
}

/* What was said to be written while pictures are listed must not be undone with the end of the list. */
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
        BOTH_TEST(feeds_are_of_any_size),
        BOTH_TEST(a_session_keeps_its_right_to_write),
        BOTH_TEST(nothing_is_written_while_pictures_are_listed),
    };
    return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
