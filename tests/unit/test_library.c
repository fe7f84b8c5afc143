/* SPDX-License-Identifier: Apache-2.0
 * Indexing, with a model that knows colours. */
#define _GNU_SOURCE
#include "library_fixture.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* In a child, where cmocka's asserts have nobody to tell. */
#define REQUIRE(code, condition)                                                                                       \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, f->err.message);                               \
            _exit(code);                                                                                               \
        }                                                                                                              \
    } while (0)

/* ---- files that come and go ------------------------------------------------------------------------------------ */

static void only_what_is_new_is_read(void **state)
{
    fixture *f = *state;
    picture(f, "red.jpg", 255, 0, 0);
    picture(f, "green.JPEG", 0, 255, 0);
    index_ok(f, "");
    assert_counts(f, 2, 0, 0, 0, 0);
    assert_int_equal(f->clip.embedded, 2);
    index_ok(f, "");
    assert_counts(f, 0, 2, 0, 0, 0);
    picture(f, "blue.png", 0, 0, 255);
    index_ok(f, NULL); /* the root is remembered */
    assert_counts(f, 1, 2, 0, 0, 0);
    assert_int_equal(f->clip.embedded, 3);

    descry_library_status status = status_of(f);
    assert_int_equal(status.photos, 3);
    assert_int_equal(status.contents, 3);
    assert_int_equal(status.model_count, 1);
    assert_int_equal(status.models[0]->vectors, 3);
    assert_int_equal(status.models[0]->dim, FAKE_DIM);
    assert_true(status.models[0]->last_indexed > 1000000000);
    assert_int_equal(status.root_count, 1);
    assert_string_equal(status.roots[0], at(f, "photos"));
    reopen(f);
    search_ok(f, "250 5 5", 3);
    assert_found(f, 1, "red.jpg");
    assert_true(f->scores[0] > f->scores[1] && f->scores[1] >= f->scores[2]);
    float query[FAKE_DIM], red[FAKE_DIM];
    double score = 0;
    fake_embedding(250, 5, 5, query);
    fake_embedding(255, 0, 0, red);
    for (int i = 0; i < FAKE_DIM; i++)
        score += query[i] * red[i];
    assert_true(fabs(f->scores[0] - score) < 5e-4);
}

static void changed_files_are_read_again(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    picture(f, "a.jpg", 10, 10, 255); /* of another size */
    index_ok(f, "");
    assert_counts(f, 1, 1, 0, 0, 0);
    search_ok(f, "0 0 255", 2);
    assert_found(f, 1, "a.jpg");

    /* only the time tells: a second ago, and nanoseconds ago */
    picture(f, "a.jpg", 20, 20, 255);
    struct timespec times[2] = {{1000000000, 5}, {1000000000, 5}};
    assert_int_equal(utimensat(AT_FDCWD, at(f, "photos/a.jpg"), times, 0), 0);
    index_ok(f, "");
    assert_counts(f, 1, 1, 0, 0, 0);
    times[1].tv_nsec = 6;
    assert_int_equal(utimensat(AT_FDCWD, at(f, "photos/a.jpg"), times, 0), 0);
    index_ok(f, "");
    assert_counts(f, 0, 2, 0, 0, 0); /* read, and found to be as it was */
    index_ok(f, "");
    assert_counts(f, 0, 2, 0, 0, 0);
    /* what it was before is still known */
    picture(f, "a.jpg", 255, 0, 0);
    index_ok(f, "");
    assert_counts(f, 0, 1, 1, 0, 0);
}

static void moved_and_copied_files_are_recognised(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    folder(f, "photos/sub");
    rename_file(f, "a.jpg", "sub/moved.jpg");
    picture(f, "copy.jpg", 0, 255, 0);
    index_ok(f, "");
    assert_counts(f, 0, 1, 2, 0, 1);
    assert_int_equal(f->clip.embedded, 2);
    descry_library_status status = status_of(f);
    assert_int_equal(status.photos, 4);
    assert_int_equal(status.missing, 1);
    assert_int_equal(status.contents, 2);
    /* one place for each content: not the missing one, else the oldest */
    search_ok(f, "255 0 0", 2);
    assert_found(f, 1, "sub/moved.jpg");
    assert_found(f, 2, "b.jpg");

    /* new copies within one batch go through the model once */
    picture(f, "x1.jpg", 9, 9, 9);
    picture(f, "x2.jpg", 9, 9, 9);
    picture(f, "x3.jpg", 9, 9, 9);
    index_ok(f, "");
    assert_counts(f, 1, 3, 2, 0, 1);
    assert_int_equal(f->clip.embedded, 3);
}

static void missing_files_are_kept_and_may_come_back(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    search_ok(f, "255 0 0", 2);
    int64_t id = f->ids[0];
    rename_file(f, "a.jpg", "a.away");
    index_ok(f, "");
    assert_counts(f, 0, 1, 0, 0, 1);
    search_ok(f, "255 0 0", 1);
    assert_found(f, 1, "b.jpg");
    assert_int_equal(status_of(f).photos, 2);
    index_ok(f, "");
    assert_counts(f, 0, 1, 0, 0, 1);
    rename_file(f, "a.away", "a.jpg");
    index_ok(f, "");
    assert_counts(f, 0, 2, 0, 0, 0);
    assert_int_equal(f->clip.embedded, 2);
    search_ok(f, "255 0 0", 2);
    assert_int_equal(f->ids[0], id);
}

static void an_absent_or_empty_root_loses_nothing(void **state)
{
    fixture *f = *state;
    folder(f, "photos/disk");
    picture(f, "disk/a.jpg", 255, 0, 0);
    index_ok(f, "disk");
    rename_file(f, "disk", "unmounted");
    folder(f, "photos/disk");
    index_ok(f, NULL); /* empty */
    assert_counts(f, 0, 0, 0, 0, 0);
    assert_int_equal(f->warnings, 1);
    search_ok(f, "0 0 0", 1);
    assert_int_equal(rmdir(at(f, "photos/disk")), 0);
    index_ok(f, NULL); /* absent */
    assert_counts(f, 0, 0, 0, 0, 0);
    assert_int_equal(f->warnings, 1);
    index_ok(f, "disk"); /* named and absent */
    assert_counts(f, 0, 0, 0, 1, 0);
    search_ok(f, "0 0 0", 1);
    rename_file(f, "unmounted", "disk");
    index_ok(f, NULL);
    assert_counts(f, 0, 1, 0, 0, 0);
    assert_int_equal(f->warnings, 0);
}

/* ---- which files ----------------------------------------------------------------------------------------------- */

static void hidden_and_excluded_files_are_passed_over(void **state)
{
    fixture *f = *state;
    folder(f, "photos/.trash");
    folder(f, "photos/@eaDir");
    folder(f, "photos/raw");
    folder(f, "photos/keep");
    folder(f, "photos/keep/raw2");
    picture(f, ".trash/a.jpg", 1, 0, 0);
    picture(f, "@eaDir/a.jpg", 2, 0, 0);
    picture(f, ".hidden.jpg", 3, 0, 0);
    picture(f, "raw/a.jpg", 4, 0, 0);
    picture(f, "keep/raw2/a.jpg", 5, 0, 0);
    picture(f, "keep/a.jpg", 6, 0, 0);
    picture(f, "keep/a_thumb.jpg", 7, 0, 0);
    picture(f, "notes.txt", 8, 0, 0);
    picture(f, "noending", 9, 0, 0); /* does not begin as a picture does */
    const char *exclude[] = {"*_thumb.*", "raw", "keep/raw?"};
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_folder_options folders = DESCRY_FOLDER_OPTIONS_INIT;
    options.folders = &folders;
    folders.exclude = exclude;
    folders.excludes = 3;
    assert_int_equal(index_with(f, "", &options), 0);
    assert_int_equal(f->counts.embedded, 1);
    search_ok(f, "0 0 0", 1);
    assert_found(f, 1, "keep/a.jpg");
    index_ok(f, "");
    assert_counts(f, 3, 1, 0, 0, 0);
    /* excluded later: not looked at, but not missing either */
    assert_int_equal(index_with(f, "", &options), 0);
    assert_int_equal(f->counts.missing, 0);
    search_ok(f, "0 0 0", 4);
    /* a file that is named is taken whatever its name is */
    index_ok(f, "notes.txt");
    assert_counts(f, 1, 0, 0, 0, 0);
    /* without an ending, the beginning decides */
    write_file(at(f, "photos/IMG1"), "\xFF\xD8\xFF", 3);
    index_ok(f, "");
    assert_counts(f, 0, 4, 0, 1, 0);
}

static void links_are_followed_once(void **state)
{
    fixture *f = *state;
    folder(f, "photos/real");
    folder(f, "elsewhere");
    picture(f, "real/a.jpg", 255, 0, 0);
    picture(f, "../elsewhere/b.jpg", 0, 255, 0);
    assert_int_equal(symlink("../real", at(f, "photos/real/loop")), 0);
    assert_int_equal(symlink("real", at(f, "photos/a_link")), 0);
    assert_int_equal(symlink("../elsewhere", at(f, "photos/out")), 0);
    assert_int_equal(symlink("real/a.jpg", at(f, "photos/file.jpg")), 0);
    assert_int_equal(symlink("nowhere.jpg", at(f, "photos/dangling.jpg")), 0);
    assert_int_equal(symlink("self", at(f, "photos/self")), 0);
    index_ok(f, "");
    assert_counts(f, 2, 0, 1, 1, 0);
    assert_string_equal(f->failed[0], at(f, "photos/dangling.jpg"));
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    options.filter = &filter;
    filter.under = &(const char *){at(f, "photos/real")};
    filter.unders = 1;
    assert_int_equal(search_with(f, "255 0 0", &options), 0);
    assert_int_equal(f->matches, 1);
    assert_found(f, 1, "real/a.jpg");
    search_ok(f, "0 255 0", 2);
    assert_found(f, 1, "out/b.jpg");
    /* a root by its link is the root itself */
    index_ok(f, "a_link/.");
    assert_int_equal(f->counts.unchanged, 1);
}

static void names_are_bytes(void **state)
{
    fixture *f = *state;
    picture(f, "new\nline.jpg", 255, 0, 0);
    picture(f, "latin-\xE9.jpg", 0, 255, 0);
    picture(f, "quote'\"%?#.jpg", 0, 0, 255);
    index_ok(f, "");
    assert_counts(f, 3, 0, 0, 0, 0);
    search_ok(f, "255 0 0", 3);
    assert_found(f, 1, "new\nline.jpg");
    search_ok(f, "0 255 0", 3);
    assert_found(f, 1, "latin-\xE9.jpg");
    index_ok(f, "");
    assert_counts(f, 0, 3, 0, 0, 0);
    uint64_t removed;
    assert_int_equal(descry_forget(f->library, at(f, "photos/latin-\xE9.jpg"), &removed, NULL), 0);
    assert_int_equal(removed, 1);
}

static void what_cannot_be_read_does_not_stop_the_rest(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    write_file(at(f, "photos/bad.jpg"), "hello, no picture", 17);
    write_file(at(f, "photos/empty.jpg"), "", 0);
    picture(f, "nan.jpg", 1, 2, 3);
    picture(f, "nan_twin.jpg", 1, 2, 3);
    picture(f, "z.jpg", 0, 255, 0);
    folder(f, "photos/folder.jpg");
    index_ok(f, "");
    assert_counts(f, 2, 0, 0, 4, 0);
    assert_string_equal(f->failed[0], at(f, "photos/bad.jpg"));
    assert_string_equal(f->failed[2], at(f, "photos/nan.jpg"));
    search_ok(f, "0 255 0", 2);
    assert_found(f, 1, "z.jpg");
    assert_int_equal(status_of(f).failed, 4);
    assert_int_equal(status_of(f).photos, 2);
    index_ok(f, ""); /* tried again */
    assert_counts(f, 0, 2, 0, 4, 0);
    picture(f, "bad.jpg", 0, 0, 255);
    remove_file(f, "empty.jpg"); /* never was a picture: not missing */
    index_ok(f, "");
    assert_counts(f, 1, 2, 0, 2, 0);
    assert_int_equal(status_of(f).failed, 2);
    /* a picture that is damaged later stays known by what it was */
    write_file(at(f, "photos/z.jpg"), "damaged", 7);
    index_ok(f, "");
    assert_counts(f, 0, 2, 0, 3, 0);
    search_ok(f, "0 255 0", 3);
    assert_found(f, 1, "z.jpg");
}

static void files_may_vanish_meanwhile(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    picture(f, "c.jpg", 0, 0, 255);
    descry_pool_close(&f->context.pool);
    assert_int_equal(descry_pool_open(&f->context.pool, 1, NULL), 0);
    reopen(f);
    f->clip.unlink_on_read = at(f, "photos/b.jpg");
    index_ok(f, "");
    assert_counts(f, 2, 0, 0, 1, 0);
    assert_string_equal(f->failed[0], at(f, "photos/b.jpg"));
    f->clip.unlink_on_read = NULL;
    index_ok(f, "");
    assert_counts(f, 0, 2, 0, 0, 0);
}

static void unreadable_child(fixture *f)
{
    folder(f, "photos/sub");
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "sub/b.jpg", 0, 255, 0);
    REQUIRE(2, !descry_library_open(&f->library, &f->context, at(f, "nobody.db"), NULL, &f->err));
    REQUIRE(3, !index_with(f, "", NULL) && f->counts.embedded == 2 && f->counts.failed == 0);
    REQUIRE(4, chmod(at(f, "photos/sub"), 0) == 0);
    REQUIRE(5, !index_with(f, "", NULL) && f->counts.unchanged == 1 && f->failures == 1);
    REQUIRE(6, strcmp(f->failed[0], at(f, "photos/sub")) == 0 && f->counts.missing == 0);
    REQUIRE(7, chmod(at(f, "photos/sub"), 0777) == 0 && chmod(at(f, "photos/sub/b.jpg"), 0) == 0);
    picture(f, "sub/c.jpg", 7, 7, 7);
    REQUIRE(8, !index_with(f, "", NULL) && f->counts.unchanged == 2 && f->counts.embedded == 1);
    REQUIRE(9, chmod(at(f, "photos/sub/c.jpg"), 0) == 0 && truncate(at(f, "photos/sub/c.jpg"), 3) != 0);
    REQUIRE(10, chmod(at(f, "photos/sub"), 0400) == 0); /* names can be read, files cannot */
    REQUIRE(11, !index_with(f, "", NULL) && f->failures == 2 && f->counts.missing == 0);
    REQUIRE(12, chmod(at(f, "photos/sub"), 0777) == 0);
    REQUIRE(13, !search_with(f, "0 255 0", NULL) && f->matches == 3);
}

static void unreadable_folders_lose_nothing(void **state)
{
    fixture *f = *state;
    assert_int_equal(in_child(unreadable_child, f, 1), 0);
}

/* ---- one at a time, and being killed --------------------------------------------------------------------------- */

static void kill_child(fixture *f)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.batch = 4;
    f->clip.kill_after = 18;
    REQUIRE(2, !descry_library_open(&f->library, &f->context, at(f, "library.db"), NULL, &f->err));
    index_with(f, "", &options);
}

static void a_killed_run_is_continued(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 30; i++) {
        char name[32];
        snprintf(name, sizeof name, "%02d.jpg", i);
        picture(f, name, 8 * i, 100, 3 * i);
    }
    assert_int_equal(in_child(kill_child, f, 0), 1000 + SIGKILL);
    assert_true(exists(at(f, "library.db.lock"))); /* of a process that is no more */
    reopen(f);
    assert_int_equal(status_of(f).models[0]->vectors, 16); /* four batches; the fifth was in flight */
    f->clip.embedded = 0;
    index_ok(f, "");
    assert_counts(f, 14, 16, 0, 0, 0);
    search_ok(f, "80 100 30", 10);
    assert_found(f, 1, "10.jpg");
}

/* ---- captions -------------------------------------------------------------------------------------------------- */

static void pictures(fixture *f, int n)
{
    for (int i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%02d.jpg", i);
        picture(f, name, 8 * i, 100, 3 * i);
    }
}

static void caption_kill_child(fixture *f)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.captioner = &f->model;
    f->clip.kill_after_captions = 6;
    REQUIRE(2, !descry_library_open(&f->library, &f->context, at(f, "library.db"), NULL, &f->err));
    index_with(f, "", &options);
}

static void captions_come_with_vectors_and_after_them(void **state)
{
    fixture *f = *state;
    pictures(f, 10);
    assert_int_equal(in_child(caption_kill_child, f, 0), 1000 + SIGKILL);
    reopen(f);
    assert_int_equal(status_of(f).models[0]->vectors, 8); /* of both batches: those come first */
    assert_int_equal(status_of(f).captions, 4);          /* of the first: the second was in flight */
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.captioner = &f->model;
    f->clip.embedded = f->clip.captioned = 0;
    assert_int_equal(index_with(f, "", &options), 0);
    assert_int_equal(f->clip.embedded, 2);
    assert_int_equal(f->clip.captioned, 6);
    assert_int_equal(f->counts.captioned, 6);
    assert_int_equal(status_of(f).captions, 10);
    assert_int_equal(index_with(f, "", &options), 0);
    assert_int_equal(f->clip.captioned, 6); /* nothing twice */
    f->clip.no_decoder = 1;
    assert_int_equal(index_with(f, "", &options), DESCRY_ERR_UNSUPPORTED);
}

static int on_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    fixture *f = arg;
    if (!caption) {
        assert_true(strncmp(err->message, path, strlen(path)) == 0);
        snprintf(f->failed[f->failures++], PATH_SIZE, "%s", path);
    } else
        f->matches++;
    return 0;
}

static int keep_caption(void *arg, const descry_match *match)
{
    snprintf(arg, 200, "%s", match->caption ? match->caption : "-");
    return 0;
}

static void a_library_is_captioned_afterwards(void **state)
{
    fixture *f = *state;
    char caption[200];
    pictures(f, 6);
    index_ok(f, "");
    descry_search_options one = DESCRY_SEARCH_OPTIONS_INIT;
    one.k = 1;
    picture(f, "02.jpg", 200, 0, 0); /* another picture now */
    remove_file(f, "03.jpg");
    f->matches = f->failures = 0;
    assert_int_equal(descry_caption_library(f->library, &f->model, NULL, on_caption, f, &f->err), 0);
    assert_int_equal(f->matches, 4);
    assert_int_equal(f->failures, 2);
    assert_string_equal(f->failed[0], at(f, "photos/02.jpg"));
    assert_string_equal(f->failed[1], at(f, "photos/03.jpg"));
    assert_int_equal(status_of(f).captions, 4);
    assert_int_equal(search_each(f->library, &f->model, "8 100 3", &one, keep_caption, caption, &f->err), 0);
    assert_string_equal(caption, "shade 8 of red, 100 of green, 3 of blue");
    assert_int_equal(descry_caption_library(f->library, &f->model, NULL, NULL, NULL, &f->err), 0);
    assert_int_equal(status_of(f).captions, 4); /* what failed is tried again, and fails again */
    index_ok(f, "");
    assert_int_equal(descry_caption_library(f->library, &f->model, NULL, NULL, NULL, &f->err), 0);
    assert_int_equal(status_of(f).captions, 5);
}

static void one_process_indexes(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    index_ok(f, "");
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char line[32];
        int fd = open(at(f, "library.db.lock"), O_RDWR | O_CREAT, 0644);
        int n = snprintf(line, sizeof line, "%ld\n", (long)getpid());
        if (flock(fd, LOCK_EX) || write(fd, line, (size_t)n) != n || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(index_with(f, "", NULL), DESCRY_ERR_BUSY);
    char expected[PATH_SIZE + 64];
    snprintf(expected, sizeof expected, "process %ld is indexing %s", (long)pid, at(f, "library.db"));
    assert_string_equal(f->err.message, expected);
    uint64_t removed;
    assert_int_equal(descry_forget(f->library, at(f, "photos"), &removed, NULL), DESCRY_ERR_BUSY);
    search_ok(f, "0 0 0", 1); /* searching goes on */
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(ready[0]);
    close(ready[1]);
    index_ok(f, "");
}

static int stop_after_two(void *arg, const descry_progress *progress)
{
    const fixture *f = arg;
    (void)progress;
    return f->counts.embedded >= 2;
}

static void a_run_can_be_stopped(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 6; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d.jpg", i);
        picture(f, name, 40 * i, 0, 0);
    }
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    options.watch = &watch;
    options.batch = 2;
    watch.progress = stop_after_two;
    watch.arg = f;
    assert_int_equal(index_with(f, "", &options), DESCRY_ERR_CANCELLED);
    assert_int_equal(f->counts.embedded, 2);
    assert_int_equal(status_of(f).models[0]->vectors, 2);
    index_ok(f, "");
    assert_counts(f, 4, 2, 0, 0, 0);
    options.batch = 1 << 20;
    assert_int_equal(index_with(f, "", &options), DESCRY_ERR_ARGUMENT);
}

/* Room for the library as it is and one batch, then no more. */
static void full_child(fixture *f)
{
    struct rlimit limit = {300 << 10, 300 << 10};
    signal(SIGXFSZ, SIG_IGN);
    REQUIRE(2, !descry_library_open(&f->library, &f->context, at(f, "library.db"), NULL, &f->err));
    REQUIRE(3, setrlimit(RLIMIT_FSIZE, &limit) == 0);
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.batch = 8;
    REQUIRE(4, index_with(f, "", &options) == DESCRY_ERR_IO);
    REQUIRE(5, strstr(f->err.message, "library.db: ") && f->counts.embedded >= 8);
    search_with(f, "1 1 1", NULL);
    REQUIRE(6, f->matches == 10);
    descry_library_close(&f->library);
}

static void a_full_disk_loses_nothing(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 400; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        picture(f, name, i % 256, i / 2, 7);
    }
    assert_int_equal(in_child(full_child, f, 0), 0);
    reopen(f);
    uint64_t saved = status_of(f).models[0]->vectors;
    assert_true(saved >= 8 && saved < 400);
    assert_int_equal(status_of(f).contents, saved);
    index_ok(f, "");
    assert_counts(f, 400 - saved, saved, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(only_what_is_new_is_read),
        BOTH_TEST(changed_files_are_read_again),
        BOTH_TEST(moved_and_copied_files_are_recognised),
        BOTH_TEST(missing_files_are_kept_and_may_come_back),
        BOTH_TEST(an_absent_or_empty_root_loses_nothing),
        BOTH_TEST(hidden_and_excluded_files_are_passed_over),
        BOTH_TEST(links_are_followed_once),
        BOTH_TEST(names_are_bytes),
        BOTH_TEST(what_cannot_be_read_does_not_stop_the_rest),
        BOTH_TEST(files_may_vanish_meanwhile),
        LIBRARY_TEST(unreadable_folders_lose_nothing),
        LIBRARY_TEST(a_killed_run_is_continued),
        LIBRARY_TEST(captions_come_with_vectors_and_after_them),
        BOTH_TEST(a_library_is_captioned_afterwards),
        LIBRARY_TEST(one_process_indexes),
        BOTH_TEST(a_run_can_be_stopped),
        LIBRARY_TEST(a_full_disk_loses_nothing),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
