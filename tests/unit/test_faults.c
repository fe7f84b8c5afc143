/* SPDX-License-Identifier: Apache-2.0
 * Pictures whose decoder fails: they cost that once, and not again until their file or descry is another. */
#define _GNU_SOURCE
#include "library_fixture.h"

#include "library/library.h"
#include "store/sqlite/sqlite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CRASHED[] = "the PIX decoder crashed on it", NOT_TRIED[] = " (not tried again: the file is as it was)";

static void faulty(fixture *f, const char *name)
{
    write_file(at(f, "photos/%s", name), "PIX fault\n", 10);
}

/* Moves a file's time by so many nanoseconds. */
static void touch(fixture *f, const char *name, long by)
{
    struct stat st;
    assert_int_equal(stat(at(f, "photos/%s", name), &st), 0);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    times[1].tv_nsec += by;
    if (times[1].tv_nsec < 0 || times[1].tv_nsec >= 1000000000)
        times[1].tv_nsec -= 2 * by;
    assert_int_equal(utimensat(AT_FDCWD, at(f, "photos/%s", name), times, 0), 0);
}

typedef struct heard {
    fixture *f;
    char last[sizeof ((descry_error *)NULL)->message];
} heard;

static void on_failure(void *arg, const char *path, const descry_error *err)
{
    heard *h = arg;
    assert_int_equal(strncmp(err->message, path, strlen(path)), 0);
    assert_int_equal(err->message[strlen(path)], ':');
    snprintf(h->f->failed[h->f->failures++], PATH_SIZE, "%s", path);
    snprintf(h->last, sizeof h->last, "%s", err->message);
}

/* How often a decoder failed while the folder was indexed, and that it failed `failed` times; with what was said last. */
static size_t index_them(fixture *f, const descry_index_options *like, size_t failed, char **last)
{
    static heard h;
    descry_index_options options = *like;
    h = (heard){.f = f};
    *last = h.last;
    options.failure = on_failure;
    options.arg = &h;
    f->clip.faults = 0;
    if (index_with(f, "", &options))
        fail_msg("%s", f->err.message);
    assert_int_equal(f->counts.failed, failed);
    assert_int_equal(f->failures, failed);
    return f->clip.faults;
}

static size_t index_again(fixture *f, size_t failed)
{
    const descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    char *last;
    return index_them(f, &options, failed, &last);
}

static void expect_last(fixture *f, const char *name, const char *end)
{
    const descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    char expected[PATH_SIZE + 100], *last;
    assert_int_equal(index_them(f, &options, 1, &last), *end ? 0 : 1);
    snprintf(expected, sizeof expected, "%s: %s%s", at(f, "photos/%s", name), CRASHED, end);
    assert_string_equal(last, expected);
}

static void a_fault_is_told_again_and_not_tried_again(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    faulty(f, "b.jpg");
    picture(f, "c.jpg", 0, 255, 0);
    expect_last(f, "b.jpg", "");
    assert_counts(f, 2, 0, 0, 1, 0);
    assert_int_equal(status_of(f).failed, 1);
    for (int i = 0; i < 3; i++) {
        reopen(f);
        expect_last(f, "b.jpg", NOT_TRIED); /* nor does the message grow */
        assert_counts(f, 0, 2, 0, 1, 0);
        assert_string_equal(f->failed[0], at(f, "photos/b.jpg"));
        assert_int_equal(status_of(f).failed, 1);
        assert_int_equal(status_of(f).photos, 2);
    }
    /* a copy is another file, and what is wrong otherwise is tried each time */
    faulty(f, "d.jpg");
    f->clip.killed = 1;
    assert_int_equal(index_again(f, 2), 1);
    assert_int_equal(index_again(f, 2), 1);
    f->clip.killed = 0;
    assert_int_equal(index_again(f, 2), 1);
    assert_int_equal(index_again(f, 2), 0);
    assert_int_equal(status_of(f).failed, 2);
}

static void it_is_told_in_its_turn(void **state)
{
    fixture *f = *state;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    char *last;
    for (int i = 0; i < 9; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d.jpg", i);
        if (i % 3 == 0)
            faulty(f, name);
        else if (i % 3 == 1)
            write_file(at(f, "photos/%s", name), "no picture", 10);
        else
            picture(f, name, 10 * i, 0, 0);
    }
    for (options.batch = 1; options.batch < 10; options.batch++) {
        assert_int_equal(index_them(f, &options, 6, &last), options.batch == 1 ? 3 : 0);
        for (size_t i = 0; i < 6; i++)
            assert_string_equal(f->failed[i], at(f, "photos/%zu.jpg", i / 2 * 3 + i % 2));
        assert_int_equal(f->counts.embedded + f->counts.unchanged, 3);
        picture(f, "8.jpg", 100, 100, (int)options.batch); /* one that is new among them */
    }
}

static void another_file_is_tried(void **state)
{
    fixture *f = *state;
    faulty(f, "a.jpg");
    assert_int_equal(index_again(f, 1), 1);
    touch(f, "a.jpg", 1);
    assert_int_equal(index_again(f, 1), 1);
    assert_int_equal(index_again(f, 1), 0);
    touch(f, "a.jpg", -1000000);
    assert_int_equal(index_again(f, 1), 1);
    assert_int_equal(index_again(f, 1), 0);

    struct stat st;
    assert_int_equal(stat(at(f, "photos/a.jpg"), &st), 0);
    write_file(at(f, "photos/a.jpg"), "PIX fault, longer", 17);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, at(f, "photos/a.jpg"), times, 0), 0);
    assert_int_equal(index_again(f, 1), 1);
    assert_int_equal(index_again(f, 1), 0);
    rename_file(f, "a.jpg", "b.jpg");
    assert_int_equal(index_again(f, 1), 1);
    assert_int_equal(status_of(f).failed, 1);

    picture(f, "b.jpg", 9, 9, 9);
    assert_int_equal(index_again(f, 0), 0);
    assert_counts(f, 1, 0, 0, 0, 0);
    assert_int_equal(status_of(f).failed, 0);
    index_ok(f, "");
    assert_counts(f, 0, 1, 0, 0, 0);
}

/* What the library has of a picture stays, while its file is a faulty one and after it. */
static void a_picture_may_become_faulty_and_be_restored(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 200, 0, 0);
    index_ok(f, "");
    rename_file(f, "a.jpg", "../kept");
    faulty(f, "a.jpg");
    assert_int_equal(index_again(f, 1), 1);
    assert_int_equal(index_again(f, 1), 0);
    search_ok(f, "200 0 0", 1);
    assert_int_equal(status_of(f).failed, 1);

    remove_file(f, "a.jpg"); /* and comes back, as the faulty one: not taken for the good one */
    picture(f, "other.jpg", 0, 0, 200);
    index_ok(f, "");
    assert_counts(f, 1, 0, 0, 0, 1);
    assert_int_equal(status_of(f).failed, 0);
    faulty(f, "a.jpg");
    assert_int_equal(index_again(f, 1), 1);
    assert_int_equal(index_again(f, 1), 0);

    rename_file(f, "../kept", "a.jpg");
    index_ok(f, "");
    assert_counts(f, 0, 2, 0, 0, 0);
    assert_int_equal(status_of(f).failed, 0);
}

/* As a run of another version leaves it. */
static void put_fault(fixture *f, const char *name, const char *version, int64_t later)
{
    struct stat st;
    assert_int_equal(stat(at(f, "photos/%s", name), &st), 0);
    descry_put item = {.path = at(f, "photos/%s", name), .kind = DESCRY_PUT_FAILED,
                       .reason = at(f, "photos/%s: it was so", name), .fault = version, .size = (uint64_t)st.st_size,
                       .mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec + later};
    assert_int_equal(f->library->store->ops->put(f->library->store, NULL, &item, 1, &f->err), 0);
}

static void another_descry_tries(void **state)
{
    fixture *f = *state;
    const descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    char *last;
    faulty(f, "a.jpg");
    assert_int_equal(index_again(f, 1), 1);
    put_fault(f, "a.jpg", DESCRY_VERSION, 0);
    assert_int_equal(index_them(f, &options, 1, &last), 0);
    assert_non_null(strstr(last, "a.jpg: it was so (not tried"));
    put_fault(f, "a.jpg", DESCRY_VERSION ".1", 0);
    assert_int_equal(index_again(f, 1), 1);
    put_fault(f, "a.jpg", DESCRY_VERSION, 1);
    assert_int_equal(index_again(f, 1), 1);
    put_fault(f, "a.jpg", NULL, 0);
    assert_int_equal(index_again(f, 1), 1);
    assert_int_equal(index_again(f, 1), 0);

    put_fault(f, "a.jpg", "0.0.1", 0);
    write_file(at(f, "photos/a.jpg"), "PIX 1 1 1\n", 10); /* as large: this descry can read it */
    assert_int_equal(index_again(f, 0), 0);
    assert_int_equal(f->counts.embedded, 1);
}

static void all_are_tried_when_asked_for(void **state)
{
    fixture *f = *state;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    char *last;
    faulty(f, "a.jpg");
    picture(f, "b.jpg", 9, 9, 9);
    assert_int_equal(index_again(f, 1), 1);
    options.retry_failed = 1;
    assert_int_equal(index_them(f, &options, 1, &last), 1);
    assert_null(strstr(last, "not tried"));
    assert_counts(f, 0, 1, 0, 1, 0);
    assert_int_equal(index_again(f, 1), 0);
    f->clip.killed = 1; /* another thing than before is wrong: that is no fault any more */
    assert_int_equal(index_them(f, &options, 1, &last), 1);
    assert_int_equal(index_again(f, 1), 1);
}

/* That one model needs more of a file than another has is not to be tried by turns. */
static void what_is_known_of_it_is_unchanged_for_its_model(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 200, 0, 0);
    index_ok(f, "");
    put_fault(f, "a.jpg", DESCRY_VERSION, 0);
    struct descry_clip clip;
    struct descry_model first = f->model;
    for (int i = 0; i < 2; i++) {
        index_ok(f, "");
        assert_counts(f, 0, 1, 0, 0, 0);
        fake_clip_init(&clip, "other", 'b');
        f->model.clip = &clip;
        assert_int_equal(index_again(f, 1), 0);
        assert_int_equal(clip.embedded, 0);
        f->model = first;
    }
    put_fault(f, "a.jpg", "0.0.1", 0); /* it was, then: as any other reason, this goes with the first model's run */
    index_ok(f, "");
    assert_int_equal(status_of(f).failed, 0);
}

static void a_faulty_picture_is_not_captioned(void **state)
{
    fixture *f = *state;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    char *last;
    faulty(f, "a.jpg");
    picture(f, "b.jpg", 9, 9, 9);
    options.captioner = &f->model;
    assert_int_equal(index_them(f, &options, 1, &last), 1);
    assert_int_equal(f->counts.captioned, 1);
    assert_int_equal(index_them(f, &options, 1, &last), 0);
    /* nor is what it was before it became one */
    assert_int_equal(index_again(f, 1), 0);
    picture(f, "c.jpg", 8, 8, 8);
    assert_int_equal(index_again(f, 1), 0);
    faulty(f, "c.jpg");
    assert_int_equal(index_them(f, &options, 2, &last), 1);
    assert_int_equal(index_them(f, &options, 2, &last), 0);
    assert_int_equal(f->counts.captioned, 0);
}

static void kill_child(fixture *f)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.batch = 2;
    f->clip.kill_after = 3; /* in the second batch */
    if (!descry_library_open(&f->library, &f->context, at(f, "library.db"), NULL, &f->err))
        index_with(f, "", &options);
}

static void a_killed_run_remembers_what_it_committed(void **state)
{
    fixture *f = *state;
    static const char names[] = "abcdef"; /* a and e are faulty */
    for (int i = 0; i < 6; i++) {
        char name[] = {names[i], '.', 'j', 'p', 'g', 0};
        if (i % 4 == 0)
            faulty(f, name);
        else
            picture(f, name, 30 * i, 10, 10);
    }
    f->clip.faults = 0;
    assert_int_equal(in_child(kill_child, f, 0), 1000 + SIGKILL);
    reopen(f);
    assert_int_equal(status_of(f).failed, 1);
    assert_int_equal(status_of(f).models[0]->vectors, 1);
    assert_int_equal(index_again(f, 2), 1);
    assert_counts(f, 3, 1, 0, 2, 0);
    assert_int_equal(index_again(f, 2), 0);
    assert_int_equal(status_of(f).failed, 2);
}

/* Values that descry would not write are ignored: the file is retried. */
static void a_stranger_says_what_is_no_fault(void **state)
{
    static const char *const CHANGES[] = {
        "fault = 1", "fault = zeroblob(5)", "fault = fault || zeroblob(1000)", "fault_size = -1", "fault_size = 'x'",
        "fault_size = fault_size + 0.5", "fault_mtime = NULL", "fault_mtime = CAST(fault_mtime AS TEXT) || 'x'",
        "error = NULL", "error = X'00'", "error = ''", "error = CAST(zeroblob(2000) AS TEXT)",
    };
    fixture *f = *state;
    faulty(f, "a.jpg");
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        char sql[200];
        index_again(f, 1);
        assert_int_equal(index_again(f, 1), 0);
        snprintf(sql, sizeof sql, "UPDATE places SET %s", CHANGES[i]);
        assert_int_equal(sqlite3_exec(((descry_sqlite *)f->library->store)->db, sql, NULL, NULL, NULL), SQLITE_OK);
        if (index_again(f, 1) != 1)
            fail_msg("%s", CHANGES[i]);
    }
    sqlite3_exec(((descry_sqlite *)f->library->store)->db, "UPDATE places SET error = 'a' || char(10, 27) || 'b'", NULL, NULL, NULL);
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    assert_int_equal(index_with(f, "", &options), 0);
    assert_int_equal(f->counts.failed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(a_fault_is_told_again_and_not_tried_again),
        BOTH_TEST(it_is_told_in_its_turn),
        BOTH_TEST(another_file_is_tried),
        BOTH_TEST(a_picture_may_become_faulty_and_be_restored),
        BOTH_TEST(another_descry_tries),
        BOTH_TEST(all_are_tried_when_asked_for),
        BOTH_TEST(what_is_known_of_it_is_unchanged_for_its_model),
        BOTH_TEST(a_faulty_picture_is_not_captioned),
        LIBRARY_TEST(a_killed_run_remembers_what_it_committed),
        LIBRARY_TEST(a_stranger_says_what_is_no_fault),
    };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
